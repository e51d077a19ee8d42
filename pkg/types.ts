/**
 * The words of the answer: what a {@link Report} says and the stable codes it says it with.
 *
 * `report.schema.json` and `policy.schema.json` describe the same things for other languages; a test compares the codes with those
 * of the core. A fact that is not there is `null`, never left out, so that a report is the same JSON wherever it was made.
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
  /** Every check, in the order they were made. */
  readonly checks: readonly Check[];
  /** What this report does not prove, in plain words. */
  readonly notProven: readonly Statement[];
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

/** A layer as the manifest describes it. Its bytes are not downloaded. */
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
  readonly foundBy: 'referrers' | 'fallback-tag' | 'cosign-tag';
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
  | { readonly type: 'finished'; readonly check: Check };

/** The checks, in their order. */
export type CheckName = 'resolve' | 'digest-header' | 'document' | 'platform' | 'config' | 'attachments';

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
  | 'platform-mismatch';

/** Why there is no report at all. */
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
  | 'registry-error';

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
  | 'too-many-attachments';

/** Which images are accepted. The first rule whose pattern matches the image decides. */
export interface Policy {
  /** Where an editor finds `policy.schema.json`. */
  readonly $schema?: string;
  readonly rules: readonly Rule[];
  /** The verdict on an image that no rule matches: `reject` unless it says otherwise. */
  readonly default?: 'reject' | 'inconclusive';
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
}

/** One identity, or any one of several. */
export type Requirement = Identity | { readonly anyOf: readonly Identity[] };

/** The image is the one with this digest. Other kinds of identity are refused with `policy-unsupported`, never ignored. */
export interface Identity {
  readonly digest: string;
}

/** What a registry wants to know before it answers. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  | { readonly identityToken: string };

/** Everything about a check that is not the image's name. */
export interface CheckOptions {
  /** Which images are accepted: an object, or the text of a policy file. Without one no image is. */
  policy?: Policy | string;
  /**
   * The platform to go to, such as `linux/arm64/v8`. `linux/amd64` unless told otherwise: everywhere, so that a verdict does not depend
   * on where it was made.
   */
  platform?: string;
  /** Whether to list what is attached to the image too. */
  attachments?: boolean;
  /** For the registry: the credentials, or a function that is asked for them once, with the registry's host. */
  credentials?: Credentials | ((registry: string) => Credentials | undefined | Promise<Credentials | undefined>);
  /**
   * The address of a relay, for when the registry itself gives no answer: it sends a page no CORS headers. A relay sees what is asked and
   * gets no credentials; it cannot change what is verified.
   */
  relay?: string | URL;
  /** How requests are sent. Called with a `Request`, so tests, proxies and service bindings use the same door. */
  fetch?: (request: Request) => Promise<Response>;
  /** The time to check for. */
  now?: Date;
  /** Ends the check; its reason is thrown. */
  signal?: AbortSignal;
  /** Told of every check when it starts and when it is finished. */
  onStep?: (step: Step) => void;
}

declare const pinned: unique symbol;

/** A reference with the digest of an accepted image: it can never name anything else. Only {@link verify} makes one. */
export type PinnedReference = string & { readonly [pinned]: true };
