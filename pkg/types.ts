/**
 * The words of the answer: what a {@link Report}, a {@link PinResult}, a {@link DriftResult} and a {@link BundleResult} say, and the
 * stable codes they say it with.
 *
 * The JSON Schemas beside this file describe the same things for other languages; a test compares the codes with those of the core. A
 * fact that is not there is `null`, never left out, so that an answer is the same JSON wherever it was made.
 */

/** What was found out about one image. Plain data: `JSON.stringify(report, null, 2)` is the same text in every runtime. */
export interface Report {
  /** The version of this shape. */
  readonly schemaVersion: 1;
  /** The time that the check was made for, RFC 3339 in UTC with seconds: `now`, as it was given. */
  readonly checkedAt: string;
  /** The image that was asked for. */
  readonly reference: ParsedReference;
  /** What the policy makes of the checks. Without a policy it is never `accept`. */
  readonly verdict: Verdict;
  /** Why the verdict is what it is, the most important reason first. */
  readonly reasons: readonly Statement[];
  /** The name as it was typed, followed by the digest: `nginx:1.27@sha256:…`. `null` when the image is rejected. */
  readonly pinned: string | null;
  /** Which bytes the reference led to. */
  readonly resolution: Resolution;
  /** The indexes on the way to the image, the root first; empty when the reference names a single image. */
  readonly indexes: readonly Index[];
  /** The manifest of the chosen platform, or `null` when it was not reached. */
  readonly manifest: Manifest | null;
  /** What the image's own verified configuration says, or `null` when it was not reached. */
  readonly image: Image | null;
  /** What is attached to the image; `null` when it was not looked for or could not be read. */
  readonly attachments: readonly Attachment[] | null;
  /** What came of every signature and attestation that is attached; `null` when they were not looked at. */
  readonly signatures: readonly Signature[] | null;
  /** What the collections of Docker Content Trust say that the policy names; `null` when none was asked. */
  readonly contentTrust: readonly ContentTrustResult[] | null;
  /** What is known to be vulnerable in the image, in short; `null` when the policy does not ask, or there was no scan. */
  readonly vulnerabilities: VulnerabilitySummary | null;
  /** The trusted roots that signatures were judged by; empty where no signature needed any. */
  readonly trustedRoots: readonly UsedTrustedRoot[];
  /** Every check, in the order they were made. */
  readonly checks: readonly Check[];
  /** What this report does not prove, in plain words. */
  readonly notProven: readonly Statement[];
}

/** A scan that was made for a policy, in short. */
export interface VulnerabilitySummary {
  /** `met`: everything was looked at, and nothing is denied. `open`: nothing that is known is denied, and not everything is known. */
  readonly judged: ScanRule['judged'];
  readonly extent: Scan['extent'];
  readonly scannedAt: string;
  readonly databases: readonly ScanDatabase[];
  /** How many packages are listed in the image. */
  readonly packages: number;
  /** Findings of each severity, denied or not; `fixable` are those for which a version is known that is not affected. */
  readonly counts: Readonly<Record<VulnerabilityLevel | 'unknown', { readonly findings: number; readonly fixable: number }>>;
  /** Of how many findings it could not be found out whether something is affected. */
  readonly undetermined: number;
  /** The findings that are denied, the worst first, a hundred at most. */
  readonly denied: readonly DeniedVulnerability[];
  readonly deniedInAll: number;
  /** The findings that would be denied, and why they are left out, a hundred at most. */
  readonly leftOut: readonly { readonly id: string; readonly package: string; readonly reason: string }[];
  readonly leftOutInAll: number;
  /** What the policy ignores, and was not found, or is not ignored any more. */
  readonly idle: readonly string[];
  /** Why not everything was looked at, the most important first. */
  readonly remarks: readonly Statement[];
}

/** A finding that a policy denies. */
export interface DeniedVulnerability {
  /** The CVE, where there is one. */
  readonly id: string;
  readonly severity: VulnerabilityLevel | 'unknown';
  /** What is installed of what is affected: the first of its packages. */
  readonly package: string;
  readonly version: string;
  /** The version that is not affected any more. */
  readonly fixed: string | null;
  /** Whether it is in CISA's catalogue; `null` where that was not at hand. */
  readonly knownExploited: boolean | null;
}

/** What a publisher's collection of Docker Content Trust says of an image, and on what that rests. */
export interface ContentTrustResult {
  /** The address of the trust server. */
  readonly server: string;
  /** The full name of the image, by which the collection is known. */
  readonly gun: string;
  /** How the server's answers came; `null` where there are none. */
  readonly via: 'direct' | 'relay' | null;
  /** Whose root is believed. */
  readonly anchor: TrustAnchor;
  /**
   * `verified`: the tag is signed as this image, and all of that is valid now. `archived`: the same, at another time. `failed`: the
   * collection does not vouch for it, or must not be believed. `unknown`: it could not be found out.
   */
  readonly outcome: 'verified' | 'archived' | 'failed' | 'unknown';
  /** Why the image is not vouched for. */
  readonly code: string | null;
  readonly message: string | null;
  /** The signed tag; where a digest was asked for by itself, the first that has it. */
  readonly tag: string | null;
  /** What it was signed as. */
  readonly digest: string | null;
  /** Bytes of the manifest or index. */
  readonly length: number | null;
  /** Who signed it: `targets/releases`, `targets`. */
  readonly role: string | null;
  /** The time in which an archive was looked at. */
  readonly verifiedAt: string | null;
  readonly rootKeys: readonly TrustRootKey[];
  /** The files on the way from the root to the tag, in the order of trust. */
  readonly chain: readonly TrustLink[];
  /** When the first of what it rests on expires, certificates included. */
  readonly expires: string | null;
  /** Roles that would have been asked first, and cannot be used. */
  readonly passedOver: readonly PassedOver[];
  /** When the collection was first seen; `null` where nothing is kept, so that nothing protects from rollback. */
  readonly firstSeen: string | null;
  /** Why what was seen now could not be kept. */
  readonly kept: Statement | null;
}

/** Where trust in a collection begins. */
export interface TrustAnchor {
  readonly kind: 'keys' | 'certificates' | 'authority' | 'first-use';
  /** IDs of keys, or the authority's name; nothing of whom was seen first. */
  readonly pinned: readonly string[];
}

/** A key that may sign roots. */
export interface TrustRootKey {
  /** Its canonical ID. */
  readonly id: string;
  /** The ID of the key in its certificate. */
  readonly certificate: string;
  /** Whom the certificate names. */
  readonly subject: string;
  readonly from: string;
  readonly to: string | null;
}

/** One file, signed by a threshold of its role's keys. */
export interface TrustLink {
  /** `root`, `timestamp`, `snapshot`, `targets`, `targets/releases`. */
  readonly role: string;
  readonly version: number;
  /** The first second in which it is no longer valid. */
  readonly expires: string;
  /** How many of the keys signed it at least. */
  readonly threshold: number;
  /** The keys that may, by canonical ID. */
  readonly keys: readonly string[];
}

/** A role that was passed over. */
export interface PassedOver {
  readonly role: string;
  readonly why: 'expired' | 'unsigned';
}

/** All that a collection says: what `docker trust inspect` showed, and what it did not. */
export interface TrustInspection extends Omit<ContentTrustResult, 'tag' | 'digest' | 'length' | 'role' | 'passedOver'> {
  /** The version of this shape. */
  readonly schemaVersion: 1;
  /** The time that it was read for. */
  readonly checkedAt: string;
  /** The tag or digest that was asked for, if it is signed. */
  readonly tag: SignedTag | null;
  /** Every role that somebody delegates to. */
  readonly roles: readonly DelegatedRole[];
  /** Every tag that Docker would find, by tag. */
  readonly tags: readonly ListedTag[];
}

/** What a tag was signed as. */
export interface SignedTag {
  readonly tag: string;
  readonly digest: string;
  readonly length: number;
  readonly role: string;
  readonly passedOver: readonly PassedOver[];
}

/** A delegated role. */
export interface DelegatedRole {
  readonly name: string;
  /** The beginnings of the tags for which it is trusted; the empty one is that of all. */
  readonly paths: readonly string[];
  readonly keys: readonly string[];
  readonly threshold: number;
  readonly state: 'read' | 'empty' | 'expired' | 'unsigned';
  readonly version: number | null;
  readonly expires: string | null;
}

/** What one role says that a tag stands for. */
export interface ListedTag {
  readonly tag: string;
  /** `null` where it has no SHA-256, so that it cannot be used. */
  readonly digest: string | null;
  readonly length: number | null;
  readonly role: string;
  /** Whether this is what the tag stands for: not where another role is asked first. */
  readonly believed: boolean;
  /** The other delegated roles with the same digest for it. */
  readonly signers: readonly string[];
}

/** `accept`: the policy holds. `reject`: it does not, or a check failed. `inconclusive`: neither can be said. */
export type Verdict = 'accept' | 'reject' | 'inconclusive';

/** A reference, taken apart as Docker takes it apart. */
export interface ParsedReference {
  /** The text as it was given. */
  readonly input: string;
  /** The registry's host and port: `docker.io`, `ghcr.io`, `localhost:5000`. */
  readonly registry: string;
  /** The repository in that registry: `library/nginx`. */
  readonly repository: string;
  /** The tag, when the text has one. In a report it is `latest` when the text has neither tag nor digest. */
  readonly tag: string | null;
  /** The digest, when the text has one. */
  readonly digest: string | null;
  /** The shortest form that Docker understands: `nginx:1.27`. */
  readonly familiar: string;
}

/** A sentence for people under a code for programs. */
export interface Statement {
  readonly code: string;
  readonly message: string;
}

/** Which digest the reference led to, and on whose word. */
export interface Resolution {
  /** The tag that was looked up, or `null` when the reference has a digest. */
  readonly tag: string | null;
  /** Computed here, from the bytes. */
  readonly digest: string;
  /** The host that said which bytes the tag names now. */
  readonly toldBy: string;
  /** Whether that host was asked directly or through a relay. */
  readonly via: 'direct' | 'relay';
  /** The relay's address. */
  readonly relay: string | null;
  /** When, RFC 3339. */
  readonly at: string;
}

/** Names bytes: their digest, their media type and how many they are. */
export interface Descriptor {
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
}

/** A list of manifests, one a platform. */
export interface Index extends Descriptor {
  readonly manifests: readonly IndexEntry[];
}

/** One line of an {@link Index}. */
export interface IndexEntry extends Descriptor {
  /** `linux/arm64/v8`, or `null` when the index does not say. */
  readonly platform: string | null;
  readonly role: 'image' | 'attestation' | 'index' | 'other';
  /** Whether the check went on with this one. */
  readonly chosen: boolean;
}

/** The manifest of one image for one platform. */
export interface Manifest extends Descriptor {
  readonly artifactType: string | null;
  readonly config: Descriptor;
  readonly layers: readonly Layer[];
  /** The sum of the layers' sizes, in bytes, as they are transferred. */
  readonly layersSize: number;
}

/** A layer as the manifest describes it. Its bytes are not downloaded, unless the policy asks what is vulnerable in them. */
export interface Layer extends Descriptor {
  /** Whether the layer is fetched from elsewhere than the registry. */
  readonly foreign: boolean;
}

/** From the image's configuration, whose bytes were verified. */
export interface Image {
  readonly platform: string;
  /** What whoever built the image wrote down as its date: RFC 3339, in UTC. */
  readonly created: string | null;
}

/** Something that says it belongs to the image. Being attached proves nothing: anyone who can push can attach. */
export interface Attachment {
  readonly digest: string;
  readonly artifactType: string;
  readonly size: number;
  readonly foundBy: FoundBy;
}

/** How something attached was found: by the referrers API, the tag that stands in for it, or cosign's own tags. */
export type FoundBy = 'referrers' | 'fallback-tag' | 'cosign-tag' | 'cosign-attestation-tag';

/** A signature or an attestation, and how it was judged. */
export interface Signature {
  /** The manifest that carries it: one of the report's attachments. */
  readonly attachment: string;
  /** The layer that holds it. */
  readonly layer: string;
  readonly foundBy: FoundBy;
  /** `null` where it could not be read. */
  readonly form: 'cosign' | 'bundle-v0.1' | 'bundle-v0.2' | 'bundle-v0.3' | null;
  /** What it says of the image, if it is proven. An attestation is no signature, and meets no policy. */
  readonly meaning: {
    readonly kind: 'signature' | 'attestation';
    readonly predicateType: string | null;
    /** What the signer adds, as pairs of a name and a value. */
    readonly annotations: readonly (readonly [string, string])[];
  } | null;
  /** Who signed, if that is proven. */
  readonly signer: Signer | null;
  /** Since when it is known to exist, RFC 3339: the earliest time that somebody trusted saw it. */
  readonly signedAt: string | null;
  /** Whose word was trusted about certificates, times and logs: `public-good`, or the name of another trusted root. */
  readonly trustedRoot: string | null;
  /** `unknown`: it could not be read, or nobody said with which key to verify it. */
  readonly outcome: 'verified' | 'failed' | 'unknown';
  /** Why it is not proven. */
  readonly code: string | null;
  readonly message: string | null;
  /** What was verified, in the order of the client specification. */
  readonly steps: readonly SignatureStep[];
}

/** Whoever has a key, or whom a certificate names. */
export type Signer =
  | {
      readonly type: 'key';
      /** SHA-256 of its `SubjectPublicKeyInfo`. */
      readonly id: string;
      /** `ECDSA P-256` */
      readonly kind: string;
    }
  | {
      readonly type: 'identity';
      /** Who says so; `null` where the certificate's own authority does. */
      readonly issuer: string | null;
      readonly subject: string;
      /** What else the issuer says, as pairs of a name and a value. */
      readonly claims: readonly (readonly [string, string])[];
    };

/** One step of the verification of a signature. */
export interface SignatureStep {
  readonly name: 'time' | 'chain' | 'sct' | 'identity' | 'log' | 'signature';
  readonly outcome: 'passed' | 'failed' | 'skipped' | 'not-reached';
  readonly code: string | null;
  /** What was seen, or why not. */
  readonly message: string;
}

/** Whose word was taken about certificates, times and logs, and how recent that is. */
export interface UsedTrustedRoot {
  /** `public-good`, `github`, or what the policy calls it. */
  readonly name: string;
  /**
   * `shipped`: it came with this version. `repository`: its repository confirmed it just now. `store`: it did so before. `policy`: the
   * policy holds it.
   */
  readonly source: 'shipped' | 'repository' | 'store' | 'policy';
  /** The version of the TUF root by which it is trusted. */
  readonly rootVersion: number | null;
  /** When its repository last said that it is the newest, RFC 3339. */
  readonly confirmed: string | null;
  /** Seconds since then. */
  readonly age: number | null;
  /** When that has to be said again, RFC 3339; of one that was shipped, when its TUF root expires. */
  readonly expires: string | null;
  /** Of its file; of one that the policy holds, of its JSON without white space. */
  readonly digest: string;
  /** Why it is not known to be the newest, or could not be kept, where it was to be renewed. */
  readonly refresh: Statement | null;
}

/** One check and its outcome. `unknown` and `skipped` are not `passed`. */
export type Check = { readonly name: CheckName } & (
  | { readonly outcome: 'passed'; readonly evidence: string }
  | {
      readonly outcome: 'failed';
      readonly code: FailureCode;
      readonly message: string;
      readonly expected: string | null;
      readonly found: string | null;
      /** The section of the specification that asks for it. */
      readonly section: string;
    }
  | { readonly outcome: 'unknown'; readonly code: UnknownCode; readonly message: string }
  | { readonly outcome: 'skipped'; readonly message: string }
);

/** What `onStep` is told while a check runs. */
export type Step =
  | { readonly type: 'started'; readonly name: CheckName }
  /** For `known-vulnerabilities`: a layer arrives, counted from the lowest, 0; and advisories do. */
  | { readonly type: 'layer'; readonly index: number; readonly layers: number; readonly bytes: number; readonly size: number }
  | { readonly type: 'advisories'; readonly done: number; readonly total: number }
  | { readonly type: 'finished'; readonly check: Check };

/** The checks, in their order. */
export type CheckName =
  | 'resolve'
  | 'digest-header'
  | 'document'
  | 'platform'
  | 'config'
  | 'attachments'
  | 'signatures'
  | 'content-trust'
  | 'known-vulnerabilities';

/** Why a check does not hold. */
export type FailureCode =
  | 'digest-mismatch'
  | 'header-mismatch'
  | 'size-mismatch'
  | 'schema1'
  | 'json-invalid'
  | 'duplicate-key'
  | 'document-ambiguous'
  | 'media-type-mismatch'
  | 'document-invalid'
  | 'too-many-entries'
  | 'index-too-deep'
  | 'platform-missing'
  | 'platform-mismatch'
  | 'content-trust-refused'
  | 'vulnerabilities-denied'
  | 'diff-id-mismatch'
  | 'diff-ids-mismatch';

/** Why there is no answer at all. */
export type ErrorCode =
  | 'reference-invalid'
  | 'platform-invalid'
  | 'policy-invalid'
  | 'policy-unsupported'
  | 'options-invalid'
  | 'unreachable'
  | 'timeout'
  | 'response-too-large'
  | 'aborted'
  | 'budget-exhausted'
  | 'not-found'
  | 'unauthorized'
  | 'denied'
  | 'rate-limited'
  | 'redirect-refused'
  | 'realm-refused'
  | 'relay-refused'
  | 'too-many-redirects'
  | 'not-a-registry'
  | 'registry-error'
  | 'text-too-long'
  | 'too-many-references'
  | 'yaml-invalid'
  | 'yaml-too-large'
  | 'template'
  | 'kind-unknown'
  | 'lock-invalid';

/** Why a check could not be made. */
export type UnknownCode =
  | 'unreachable'
  | 'timeout'
  | 'response-too-large'
  | 'budget-exhausted'
  | 'not-found'
  | 'unauthorized'
  | 'denied'
  | 'rate-limited'
  | 'redirect-refused'
  | 'realm-refused'
  | 'relay-refused'
  | 'too-many-redirects'
  | 'not-a-registry'
  | 'registry-error'
  | 'incomplete-list'
  | 'too-many-attachments'
  | 'too-many-signatures'
  | 'arithmetic-unavailable'
  | 'bundle-version-unknown'
  | 'trusted-root-missing'
  | 'trusted-root-outdated'
  | 'content-trust-unavailable'
  | 'first-use-needs-store'
  | 'state-invalid'
  | 'store-contended'
  | 'store-unavailable'
  | 'trust-data-incomplete'
  | 'advisories-not-given'
  | 'scan-unavailable'
  | 'scan-incomplete'
  | 'vulnerabilities-undetermined';

/** Which images are accepted. The first rule whose pattern matches the image decides. */
export interface Policy {
  /** Where an editor finds `policy.schema.json`. */
  readonly $schema?: string;
  readonly rules: readonly Rule[];
  /** The verdict on an image that no rule matches: `reject` unless it says otherwise. */
  readonly default?: 'reject' | 'inconclusive';
  /**
   * Trusted roots of private deployments of Sigstore, by the names that rules use: each a `trusted_root.json`, or `{ tuf }`, which says
   * where its newest version is.
   */
  readonly trustedRoots?: Readonly<Record<string, { readonly tuf: TufRepository } | object>>;
}

/** A TUF repository that lists a `trusted_root.json`. Without a store it is asked every time. */
export interface TufRepository {
  /** Where its metadata is: `https://tuf.example`. */
  readonly metadata: string;
  /** Where its targets are; `targets/` below the metadata unless it says otherwise. */
  readonly targets?: string;
  /** A root of it (`1.root.json`), which is trusted; its successors are found from it. */
  readonly root: object;
}

/** What the images with a certain name must fulfil. */
export interface Rule {
  /**
   * A normalised name: `docker.io/library/nginx`, `registry.example/team/*`. Exact unless it has a `*`, which only the part behind the
   * registry may have.
   */
  readonly images: string;
  /** Every one of these must hold. */
  readonly require: readonly Requirement[];
  /** What is wanted of known vulnerabilities besides. Then the image is scanned, by the advisories that the options name. */
  readonly vulnerabilities?: VulnerabilityRule;
}

/** What is denied. A scan that could not look at everything never meets it. */
export interface VulnerabilityRule {
  /** This severity and what is worse. */
  readonly deny: VulnerabilityLevel;
  /** Whether only what has a fix is denied. */
  readonly onlyFixable?: boolean;
  /** What is left out, why, and until when: a day, or a date and time as RFC 3339 writes it. */
  readonly ignore?: readonly { readonly id: string; readonly reason: string; readonly until?: string }[];
}

/** One identity, or any one of several. */
export type Requirement = Identity | { readonly anyOf: readonly Identity[] };

/** What an image may be to be accepted. What is not known here is refused with `policy-unsupported`, never ignored. */
export type Identity =
  /** The one with this digest. */
  | { readonly digest: string }
  | NamedSigner
  /** What its tag was signed as in Docker Content Trust. */
  | { readonly contentTrust: ContentTrust };

/** Somebody who signs. */
export type NamedSigner =
  /** Whoever has this key. */
  | {
      readonly cosign: {
        /** PEM, as `cosign public-key` prints it. */
        readonly publicKey: string;
        /** The trusted root in whose log the signature must be, too. */
        readonly log?: string;
      };
    }
  /** Whom a certificate names. */
  | { readonly sigstore: SignerIdentity & { /** `public-good` unless it says otherwise. */ readonly trustedRoot?: string } };

/**
 * A collection of Docker Content Trust, and by whom it is trusted: exactly one of `rootKey`, `rootCertificate`, `ca` and `firstUse`.
 */
export interface ContentTrust {
  /** The address of the trust server; that of the registry unless it says otherwise. */
  readonly server?: string;
  /** Root keys that are trusted: canonical IDs as `docker trust inspect` shows them, or public keys in PEM. */
  readonly rootKey?: string | readonly string[];
  /** Root certificates that are trusted: the IDs that the root has for them, or certificates in PEM. */
  readonly rootCertificate?: string | readonly string[];
  /** Who issues root certificates: in PEM, from the issuer to whom is trusted. */
  readonly ca?: string;
  /** Whoever answers first is believed, and remembered: only with a store, and the report says so. */
  readonly firstUse?: true;
  /** What becomes of a delegated role that has expired or that too few signed: `refuse` unless it says otherwise. */
  readonly whenUnusable?: 'refuse' | 'fall-back';
  /** The time in which an archive is looked at, RFC 3339. An archive never makes an image accepted. */
  readonly verifyAt?: string;
}

/** Who signs, as a certificate names them: exactly, unless a pattern is spelled in its place. */
export interface SignerIdentity {
  readonly issuer?: string;
  /** `*` stands for anything but a `/`, `**` for anything. */
  readonly issuerPattern?: string;
  readonly subject?: string;
  readonly subjectPattern?: string;
  /** Other claims, by their names at Fulcio: `sourceRepositoryURI`, `runnerEnvironment`, … */
  readonly claims?: Readonly<Record<string, string | { readonly pattern: string }>>;
}

/** What a bundle is about: the bytes, 64 MiB of them at most, or their digest (`sha256:…`). */
export type Artifact = Uint8Array | ArrayBuffer | string;

/** What came of one bundle: what a report says of a {@link Signature}. Plain data, the same in every runtime. */
export interface BundleResult extends Omit<Signature, 'attachment' | 'layer' | 'foundBy'> {
  /** The digest of what it has to be about. Computed here, unless it was given. */
  readonly artifact: string;
}

/** Everything about a bundle that is neither the bundle nor what it is about. One of `key` and `identity` has to be there. */
export interface BundleOptions {
  /** It has to be signed with this key, PEM as `cosign public-key` prints it. */
  key?: string;
  /** It has to be signed by whom a certificate names so. */
  identity?: SignerIdentity;
  /**
   * Whom to trust about certificates, times and logs: `public-good`, `github`, or a `trusted_root.json`, as an object or its text. For
   * `identity` it is `public-good` unless it says otherwise. A `key` is enough by itself; with this, it has to be logged there, too.
   */
  trustedRoot?: object | string;
  /** The time to verify it for. */
  now?: Date;
  /** Ends it; its reason is thrown. */
  signal?: AbortSignal;
}

/** Who is documented to sign an image. Not who does: a check finds that out, and a suggestion is no reason to trust anybody. */
export interface Suggestion {
  /** `Chainguard` */
  readonly publisher: string;
  /** Which images that is said of, as a rule of a policy names them: `cgr.dev/chainguard/*`. */
  readonly images: string;
  /** What a rule would require. `null` where the publisher is known to publish no signature that can be verified. */
  readonly require:
    | { readonly cosign: { readonly publicKey: string } }
    | { readonly sigstore: { readonly issuer: string; readonly subject: string } }
    | null;
  /** The address of the page that says so. */
  readonly source: string;
  /** The day on which somebody looked there: `2026-11-23`. */
  readonly lookedAt: string;
  /** What else there is to know, in a sentence or two. */
  readonly remark: string;
}

/** What a registry wants to know before it answers. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  | { readonly identityToken: string };

/** Where advisories are from, and what is put beside them. */
export interface AdvisoryOptions {
  /**
   * Gives the shard of an ecosystem's release, such as `Debian:12` or `npm`, or nothing where there is none; or the bytes of shards. Nobody is told what
   * is installed. Whoever gives them can keep advisories back, unless somebody has to have signed them: `shardsFrom` reads a whole folder.
   */
  shards?: ((ecosystem: string) => Uint8Array | null | undefined | Promise<Uint8Array | null | undefined>) | Uint8Array | readonly Uint8Array[];
  /** The index of the shards; read only with `shardsSignedBy`. */
  shardsIndex?: ShardIndex | (() => ShardIndex | null | undefined | Promise<ShardIndex | null | undefined>);
  /**
   * Who has to have signed the index. Only what it names is used, as it names it; where it must not be believed, the scan is `unknown`. With a `store` an
   * index that is older than one that was seen is refused.
   */
  shardsSignedBy?: ShardSigner;
  /** How many days old advisories may be, to make a `complete` scan: 5, unless it says otherwise. */
  maxAgeDays?: number;
  /**
   * CISA's catalogue of known exploited vulnerabilities: its JSON, or `known-exploited.json` beside shards. api.osv.dev does not have it; shards have
   * one if they were made with it, and what either names is exploited.
   */
  knownExploited?: object | string | Uint8Array;
  /** Asks api.osv.dev: **it is told the names and versions of all packages in the image.** */
  osv?: boolean;
  /** OpenVEX documents of somebody whom you believe: they are put beside findings, which stay. */
  vex?: object | string | Uint8Array | readonly (object | string | Uint8Array)[];
  /** What a scan may take, where that is less than anywhere. */
  limits?: ScanLimits;
}

/** Everything about a check that is not the image's name. The advisories are for policies that ask what is known to be vulnerable. */
export interface CheckOptions extends AdvisoryOptions {
  /** Which images are accepted: an object, or the text of a policy file. Without one no image is. */
  policy?: Policy | string;
  /**
   * The platform to go to, such as `linux/arm64/v8`. `linux/amd64` unless told otherwise: everywhere, so that a verdict does not depend
   * on where it was made.
   */
  platform?: string;
  /** Instead of a policy: the image has to be signed with this key, PEM as `cosign public-key` prints it. */
  key?: string;
  /** Instead of a policy: the image has to be signed by whom a certificate names so. */
  identity?: SignerIdentity;
  /** Instead of a policy: its tag has to be signed so in Docker Content Trust. */
  contentTrust?: ContentTrust;
  /** The trust server for policies that name none: what `DOCKER_CONTENT_TRUST_SERVER` is to Docker. */
  trustServer?: string;
  /** For `key`, where signatures must be logged; for `identity`, whom to trust instead of the public-good instance: `trusted_root.json`. */
  trustedRoot?: object | string;
  /** Whether to list what is attached to the image, and say who signed it, even if no policy asks for that. */
  attachments?: boolean;
  /** For the registry: the credentials, or a function that is asked for them once, with the registry's host. */
  credentials?: Credentials | ((registry: string) => Credentials | undefined | Promise<Credentials | undefined>);
  /**
   * The address of a relay, for when the registry itself gives no answer: it sends a page no CORS headers. A relay sees what is asked and
   * gets no credentials; it cannot change what is verified.
   */
  relay?: string | URL;
  /**
   * What has to outlive a check: then the trusted roots of Sigstore that a policy needs are renewed from their repositories, at most once a
   * day. Without it those that come with this package are used. And what was seen of a collection of Docker Content Trust protects from
   * being led back behind it.
   */
  store?: Store;
  /** How requests are sent. Called with a `Request`, so tests, proxies and service bindings use the same door. */
  fetch?: (request: Request) => Promise<Response>;
  /** The time to check for. */
  now?: Date;
  /** Ends the check; its reason is thrown. */
  signal?: AbortSignal;
  /** Told of every check when it starts and when it is finished. */
  onStep?: (step: Step) => void;
}

/** How a collection of Docker Content Trust is read. */
export interface InspectOptions extends Pick<CheckOptions, 'credentials' | 'fetch' | 'now' | 'relay' | 'signal' | 'store' | 'trustServer'> {}

/**
 * Keeps bytes under names, for as long as it can. It is trusted with nothing but not to forget: what it holds is verified anew. Whatever it
 * throws is told in the report, and ends nothing.
 */
export interface Store {
  /** The bytes under `key`, if there are any. Keys are made of lower-case letters, digits and `-`. */
  load(key: string): Promise<Uint8Array | undefined>;
  /**
   * Puts `bytes` under `key` and returns true, if what is there is still `expected` (`undefined`: nothing); else leaves it and returns
   * false. Nothing may come between the two: that is what keeps two tabs or processes from putting back what one has left behind.
   */
  swap(key: string, expected: Uint8Array | undefined, bytes: Uint8Array): Promise<boolean>;
}

/** A target of a TUF repository. */
export interface TufTarget {
  /** A root of the repository that is trusted: its successors are found from it. An object, JSON text or its bytes. */
  root: object | string | Uint8Array;
  /** Where the metadata is: https, or this machine. */
  metadata: string | URL;
  /** Where the targets are; `targets/` below the metadata unless it says otherwise. */
  targets?: string | URL;
  /** Which target. Without one only the metadata is renewed. */
  path?: string;
}

/** How a repository is asked. */
export interface RefreshOptions extends Pick<CheckOptions, 'fetch' | 'now' | 'signal'> {
  /** What was seen before: without it nothing protects from being led back behind it. */
  store?: Store;
}

/** A target that is verified, and how recent it is. */
export interface RefreshedTarget {
  /** `null` if none was asked for. */
  readonly content: Uint8Array | null;
  /** The version of the root under which it was confirmed. */
  readonly rootVersion: number;
  /** When the repository last said that this is the newest, RFC 3339. */
  readonly confirmed: string;
  /** When that has to be said again, RFC 3339. */
  readonly expires: string;
  /** `store`: the repository could not be reached, and nothing of what was stored has expired. */
  readonly source: 'repository' | 'store';
  /** Why the repository gave no answer, or why this could not be stored. */
  readonly refresh: Statement | null;
}

/** What there has to be for an image to be accepted. */
export type Wanted = { policy: Policy | string } | { key: string } | { identity: SignerIdentity } | { contentTrust: ContentTrust };

declare const pinned: unique symbol;

/** A reference with the digest of an accepted image: it can never name anything else. Only {@link verify} makes one. */
export type PinnedReference = string & { readonly [pinned]: true };

/** How a text names images. */
export type PinKind =
  | 'reference'
  | 'command'
  | 'dockerfile'
  | 'compose'
  | 'kubernetes'
  | 'kustomization'
  | 'helm-values'
  | 'github-actions';

/** Where something stands in a text. */
export interface Place {
  /** For people: `FROM`, `services.web.image`, `docker run`. */
  readonly place: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
}

/** Everything in a text that names an image, or seems to. */
export interface FindResult {
  /** How the text was read. */
  readonly kind: PinKind;
  /** In the order of the text. */
  readonly occurrences: readonly Occurrence[];
}

/** One place in a text where an image is named, or seems to be. */
export type Occurrence = Place & {
  /** What stands there. */
  readonly text: string;
} & (
    | {
        readonly state: 'unpinned';
        /** The normalised name with its tag: `docker.io/library/nginx:1.27`. */
        readonly reference: string;
        readonly digest: null;
        readonly code: null;
        readonly message: null;
        readonly settled: false;
      }
    | {
        readonly state: 'pinned';
        /** The normalised name, with its tag if it has one. */
        readonly reference: string;
        readonly digest: string;
        readonly code: null;
        readonly message: null;
        readonly settled: true;
      }
    | {
        readonly state: 'left-alone';
        readonly reference: null;
        readonly digest: null;
        readonly code: LeftAloneCode;
        readonly message: string;
        /** Whether nothing is left to do. */
        readonly settled: boolean;
      }
  );

/** What a text has become. Plain data, the same in every runtime. */
export interface PinResult {
  /** The version of this shape. */
  readonly schemaVersion: 1;
  /** How the text was read. */
  readonly kind: PinKind;
  /** The text with its digests; every other byte is as it was. */
  readonly text: string;
  /** What was inserted, in the order of the text. */
  readonly changes: readonly PinChange[];
  /** Every other reference that was seen, and why it stays as it is, in the order of the text. */
  readonly leftAlone: readonly LeftAlone[];
  /** What the references were resolved to, by their normalised names, sorted. What got no digest is not in it. */
  readonly resolved: Readonly<Record<string, Resolved>>;
}

/** One digest that was inserted. The place is that in the original text. */
export interface PinChange extends Place {
  /** The image as it was named: `nginx:1.27`. */
  readonly image: string;
  /** The same with its digest: `nginx:1.27@sha256:…`. */
  readonly pinned: string;
  /** The normalised name with its tag: `docker.io/library/nginx:1.27`. */
  readonly reference: string;
  readonly digest: string;
  /** Variables that no longer decide which image is used. */
  readonly overrules: readonly string[];
}

/** One reference that stays as it is. */
export interface LeftAlone extends Place {
  /** What stands there. */
  readonly text: string;
  /** Why. That of a reference that got no digest is the code with which resolving it failed. */
  readonly code: LeftAloneCode | ErrorCode | FailureCode | UnknownCode;
  readonly message: string;
  /** Whether nothing is left to do: it has a digest, or it names no image that could have one. */
  readonly settled: boolean;
}

/** Why a reference stays as it is, unless resolving it failed. */
export type LeftAloneCode =
  | 'empty'
  | 'stage'
  | 'stage-order'
  | 'scratch'
  | 'built'
  | 'alias'
  | 'local'
  | 'reference-invalid'
  | 'variable'
  | 'expression'
  | 'style'
  | 'shared-variable'
  | 'shared-anchor'
  | 'no-digest-field'
  | 'tag-elsewhere'
  | 'option-unknown'
  | 'all-tags'
  | 'transport'
  | 'pinned'
  | 'edit-refused'
  | 'not-resolved'
  | 'policy-rejected'
  | 'policy-inconclusive'
  | 'unpinned'
  | 'no-tag';

/** What a tag named when it was asked for, and on whose word. */
export interface Resolved {
  /** Computed here, from the bytes: that of the index, unless a platform was asked for. */
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
  /** The platform that was asked for; then `digest` is that of its manifest. */
  readonly platform: string | null;
  /** That of the index, if the tag names one. */
  readonly indexDigest: string | null;
  /** That of the platform's manifest, if there is one. */
  readonly platformDigest: string | null;
  /** The host that said which bytes the tag names. */
  readonly toldBy: string;
  /** Whether that host was asked directly or through a relay. */
  readonly via: 'direct' | 'relay';
  /** The relay's address. */
  readonly relay: string | null;
  /** When, RFC 3339. */
  readonly resolvedAt: string;
  /** Whose signatures were verified: `issuer subject`, or the ID of a key. Empty unless a policy asks for signatures. */
  readonly signers: readonly string[];
}

/** What `pullproof.lock` holds. */
export interface Lock {
  /** The version of this shape. */
  readonly lockVersion: 1;
  /** By normalised names with their tags, sorted. */
  readonly images: Readonly<Record<string, Resolved>>;
}

/** What became of the tags that a text or a lock was pinned from. Plain data, the same in every runtime. */
export interface DriftResult {
  /** The version of this shape. */
  readonly schemaVersion: 1;
  /** How the text was read. */
  readonly kind: PinKind | 'lock';
  /** Whether any tag names something else now. */
  readonly moved: boolean;
  /** Every image with a tag and a digest, each once, in the order in which they come first. */
  readonly images: readonly DriftEntry[];
  /** Everything else that was seen, in the order of the text. */
  readonly leftAlone: readonly LeftAlone[];
}

/** What became of one tag. */
export interface Drift {
  /** The normalised name with its tag. */
  readonly reference: string;
  /** The digest that it is pinned to. */
  readonly pinned: string;
  readonly status: 'current' | 'moved' | 'unknown';
  /** The digest that the tag names now. */
  readonly current: string | null;
  /** That of the platform's manifest in it. */
  readonly currentPlatformDigest: string | null;
  /** Whether the pinned digest is the tag's own or that of one platform in its index; `null` when it is neither, or not known. */
  readonly pinnedAs: 'root' | 'platform' | null;
  /** What the policy makes of the current digest; `null` without a policy, or when there is none. */
  readonly policy: Verdict | null;
  /** Whether the registry still has what was pinned. */
  readonly old: 'exists' | 'gone' | 'unknown';
  /** Why something of this is unknown. */
  readonly code: ErrorCode | FailureCode | 'digest-algorithm' | null;
  readonly message: string | null;
}

/** The same, with where the image is pinned. */
export interface DriftEntry extends Drift {
  /** In the order of the text; empty for a lock. */
  readonly places: readonly Place[];
}

/** How a text is to be read. */
export interface FindOptions {
  /** What the text is; found out from its name and what stands in it unless told otherwise. */
  kind?: PinKind;
  /** The name of its file, which may say what it is. Nothing is read. */
  file?: string;
}

/** Everything about pinning that is not the text. */
export interface PinOptions extends FindOptions, Omit<CheckOptions, 'attachments' | 'credentials' | 'onStep' | 'key' | 'identity' | 'contentTrust' | 'trustedRoot'> {
  /** Pins to the manifest of this platform instead of the index of all: `linux/arm64/v8`. */
  platform?: string;
  /**
   * A function that is asked for the credentials of a registry, once for each. Not the credentials themselves: the text says which
   * registries are asked, and none of them may learn what is for another.
   */
  credentials?: (registry: string) => Credentials | undefined | Promise<Credentials | undefined>;
  /** Told of every reference that was resolved. */
  onProgress?: (progress: Progress) => void;
}

/** Everything about drift that is not the text. */
export interface DriftOptions extends Omit<PinOptions, 'kind'> {
  kind?: PinKind | 'lock';
}

/** How far it is. */
export interface Progress {
  /** How many references were resolved, this one included. */
  readonly done: number;
  /** How many different ones there are. */
  readonly total: number;
  /** The one that was resolved. */
  readonly reference: string;
}

/** What is known to be vulnerable in an image. Plain data, the same text in every runtime. */
export interface Scan {
  /** The version of this shape. */
  readonly schemaVersion: 1;
  /** The time that it was made for. */
  readonly scannedAt: string;
  readonly image: ScannedImage | null;
  /**
   * `complete`: every package that was listed was compared with the advisories of its ecosystem. `partial`: some were not. `unsupported`: there are no
   * packages, or nobody's advisories are about them. `unknown`: the image, or the advisories, could not be had. Only of a complete scan does it say
   * something that there are no findings.
   */
  readonly extent: 'complete' | 'partial' | 'unsupported' | 'unknown';
  /** What follows for `deny`; `null` without it. */
  readonly rule: ScanRule | null;
  /** Why not everything was looked at, the most important first. */
  readonly remarks: readonly ScanRemark[];
  /** What the image says that it is. */
  readonly distribution: { readonly id: string; readonly versionId: string | null; readonly prettyName: string | null; readonly ecosystem: string | null } | null;
  /** Where the list of packages is from, and how far it can be trusted; `null` where there is none. */
  readonly inventory: ScanInventory | null;
  readonly coverage: ScanCoverage;
  /** Every package that was listed, sorted; `null` unless `listPackages` asked for them. */
  readonly packages: readonly ListedPackage[] | null;
  /** The worst first; what its vendor does not act on last. */
  readonly findings: readonly VulnerabilityFinding[];
}

/** A code that stays, and a sentence. */
export interface ScanRemark {
  readonly code: string;
  readonly message: string;
}

/** An image, as far as its bytes are proven. */
export interface ScannedImage {
  readonly reference: string;
  /** What that stands for. */
  readonly digest: string | null;
  /** The manifest of the platform. */
  readonly manifest: string | null;
  readonly platform: string | null;
  /** The lowest first; empty if they were not all read. */
  readonly layers: readonly string[];
}

/** Where a list of packages is from. */
export interface ScanInventory {
  /** We read the layers, or somebody else listed them. */
  readonly from: 'layers' | 'sbom';
  /**
   * `proven`: it was read from the bytes of the image. `signed`: somebody who was named signed that it is about this image. `linked`: the index names it
   * beside the image and nobody signed it, so that no rule is met by it. `given`: the caller brought it.
   */
  readonly trust: 'proven' | 'signed' | 'linked' | 'given';
  /** What it was read from; none where it was read from layers. */
  readonly documents: readonly {
    readonly format: 'spdx' | 'cyclonedx';
    /** Of the attestation as the registry has it, or of the file. */
    readonly digest: string;
    /** Who signed it, in words. */
    readonly by: string | null;
  }[];
}

/** Whether a scan meets what was wanted. */
export interface ScanRule {
  /** `met`: everything was looked at, and nothing is denied. `open`: nothing that is known is denied, and not everything is known. */
  readonly judged: 'met' | 'open' | 'denied';
  readonly remarks: readonly ScanRemark[];
  /** Places in `findings`. */
  readonly denied: readonly number[];
  readonly leftOut: readonly { readonly finding: number; readonly reason: string }[];
  /** What is ignored and was not found, or not ignored any more. */
  readonly idle: readonly string[];
}

/** What was looked at. */
export interface ScanCoverage {
  readonly packages: number;
  readonly databases: readonly ScanDatabase[];
  readonly ecosystems: readonly { readonly ecosystem: string; readonly packages: number; readonly hasAdvisories: boolean }[];
  /** Names of packages that nobody's advisories are about. */
  readonly withoutAdvisories: readonly string[];
  /** Versions that have no place in their order. */
  readonly undetermined: readonly { readonly ecosystem: string; readonly name: string; readonly version: string }[];
  /** Advisories that could not be read. */
  readonly unread: readonly string[];
  /** CISA's catalogue of known exploited vulnerabilities; `null` where that was not at hand. */
  readonly knownExploited: ScanCatalogue | null;
  /** What else there is to say of packages. */
  readonly notes: readonly ScanRemark[];
}

/** A package that was listed. */
export interface ListedPackage {
  /** Its package URL (ECMA-427). */
  readonly purl: string;
  readonly name: string;
  readonly version: string;
  /** What it was built from, where that is named. */
  readonly source: { readonly name: string; readonly version: string } | null;
  readonly architecture: string | null;
  /** Whose advisories are about it, as OSV spells it. */
  readonly ecosystem: string | null;
  /** The file that says so. */
  readonly location: string;
  /** The layer that brought it: its place in the layers of the image. */
  readonly layer: number | null;
}

/** A catalogue of vulnerabilities that somebody is known to exploit. */
export interface ScanCatalogue {
  /** When it was published: of several the oldest. */
  readonly at: string;
  /** Vulnerabilities in it. */
  readonly count: number;
}

/** Where advisories are from. */
export interface ScanDatabase {
  readonly ecosystem: string | null;
  readonly kind: 'osv-api' | 'shard';
  /** When it was made, or asked. */
  readonly at: string;
  readonly modified: string | null;
  readonly ageDays: number;
  readonly advisories: number | null;
  /** Who signed it, in words, where that was asked for and is proven; `null` where nobody vouches for it. */
  readonly signedBy: string | null;
  /** Whom to name, which their licences ask for. */
  readonly attribution: readonly string[];
}

/** One vulnerability of a package, or of several that were built from one source. */
export interface VulnerabilityFinding {
  /** The CVE, where there is one. */
  readonly id: string;
  readonly aliases: readonly string[];
  readonly advisories: readonly string[];
  /** What the advisories are about. */
  readonly subject: { readonly ecosystem: string; readonly name: string; readonly version: string };
  readonly packages: readonly { readonly purl: string; readonly name: string; readonly version: string; readonly location: string; /** From 0; `null` where somebody else listed it. */ readonly layer: number | null }[];
  readonly state: 'affected' | 'undetermined';
  readonly undetermined: ScanRemark | null;
  /** The version that is not affected any more. */
  readonly fixed: string | null;
  readonly severity: {
    /** `unknown`: nobody has said. */
    readonly level: VulnerabilityLevel | 'unknown';
    readonly by: 'vendor' | 'cvss' | null;
    /** The CVSS base score. */
    readonly score: number | null;
    readonly vector: string | null;
  };
  /** Whether the vendor counts it as none to act on. */
  readonly unimportant: boolean;
  /** Whether it is in CISA's catalogue; `null` where that was not at hand. */
  readonly knownExploited: boolean | null;
  /** What a VEX document says of it. The finding stays. */
  readonly vex: {
    readonly status: 'not_affected' | 'affected' | 'fixed' | 'under_investigation';
    readonly justification: string | null;
    readonly statement: string | null;
    readonly document: string;
    readonly author: string;
    /** Who signed it, in words; `null` where the caller brought it. */
    readonly signedBy: string | null;
    readonly at: string | null;
  } | null;
}

/** How bad something is: `negligible` is what vendors do not act on. */
export type VulnerabilityLevel = 'negligible' | 'low' | 'medium' | 'high' | 'critical';

/** A SARIF 2.1.0 log, with one run. */
export interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly object[];
}

/** A bill of materials: CycloneDX 1.6. */
export interface CycloneDxBom {
  readonly $schema: string;
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  readonly version: number;
  readonly metadata: object;
  readonly components: readonly object[];
  readonly dependencies: readonly object[];
  readonly compositions: readonly object[];
  readonly vulnerabilities: readonly object[];
}

/** What happens during a scan. */
export type ScanProgress =
  | { readonly stage: 'layer'; readonly index: number; readonly layers: number; readonly bytes: number; readonly size: number }
  | { readonly stage: 'advisories'; readonly done: number; readonly total: number };

/** What a scan may take. */
export interface ScanLimits {
  /** Layers of an image. One with more is not fetched: the scan is `unknown` (`image-over-limit`). */
  layers?: number;
  /** Bytes of all layers, as they are stored; likewise. */
  layerBytes?: number;
  /** Layers that may be on their way, each of which takes memory: 3 if absent. */
  layersAtOnce?: number;
  /**
   * Requests to api.osv.dev: one for a thousand packages and each page more, one for each advisory. An advisory that is named, and not asked for any more, is an
   * `undetermined` finding of a `partial` scan; where they do not suffice to hear of all, the scan is `unknown` (`osv-requests-exhausted`).
   */
  osvRequests?: number;
}

/** A file of shards, or nothing. */
export type ShardFile = Uint8Array | null | undefined;

/** An index of shards as `cargo xtask shards` writes it, with its signature, a Sigstore bundle; what could not be had is left out. */
export interface ShardIndex {
  /** `index.json`: its bytes, because they are what is signed. */
  readonly index?: ShardFile;
  /** `index.json.sigstore.json`. */
  readonly signature?: object | string | Uint8Array | null | undefined;
}

/** Who has to have signed an index of shards, as a policy names them. A trusted root is the name of one that comes with us, or another as JSON. */
export type ShardSigner =
  | { readonly cosign: { readonly publicKey: string; readonly log?: object | string } }
  | { readonly sigstore: SignerIdentity & { readonly trustedRoot?: object | string } };

/** How an image is to be scanned. One of `shards` and `osv` has to be given. */
export interface ScanOptions extends AdvisoryOptions, Partial<VulnerabilityRule>, Pick<CheckOptions, 'platform' | 'credentials' | 'relay' | 'fetch' | 'now' | 'signal'> {
  onProgress?: (progress: ScanProgress) => void;
  /**
   * Where the list of packages is from. `layers`, unless told otherwise: every layer is downloaded and read. `sbom`: somebody else made it and attached it
   * to the image; no layer is downloaded. Whose lists count says `attestedBy`; without it BuildKit's is taken, which nobody signs.
   */
  packages?: 'layers' | 'sbom';
  /** A list of packages of your own, in SPDX 2 or CycloneDX 1; then no layer is downloaded. Whether it is about the image is for you to know. */
  sbom?: object | string | Uint8Array;
  /** Whose attestations of the image are believed: their lists of packages, and their OpenVEX documents, which are put beside findings. */
  attestedBy?: NamedSigner | readonly NamedSigner[];
  /** For those of `attestedBy` who name none: for a key, where attestations must be logged; for an identity, whom to trust. */
  trustedRoot?: object | string;
  /** Keeps what has to outlive a scan: the trusted roots that are renewed for `attestedBy`, and what was seen of indexes of shards. */
  store?: Store;
  /** Whether the scan lists every package, as a bill of materials does, and not only those that something was found about. */
  listPackages?: boolean;
}
