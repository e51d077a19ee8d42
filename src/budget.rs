//! Every limit, with its source. What is larger, deeper or more is refused, not truncated.

use core::time::Duration;

/// Bytes of one manifest or index. The distribution specification asks registries and clients to support at least this much
/// ("Pushing Manifests"); registry 2.8 and 3.0 and zot store no more.
pub const MANIFEST_BYTES: u64 = 4 << 20;

/// Bytes of one image configuration. It holds a history line and a diff ID a layer, all of which the manifest's limit already
/// bounds; containerd reads no more than this (`images/image.go`, 8 MiB).
pub const CONFIG_BYTES: u64 = 8 << 20;

/// Bytes of a token answer or of an error document: go-containerregistry reads 64 KiB of an error
/// (`pkg/v1/remote/transport/error.go`); tokens with many scopes stay below that.
pub const ANSWER_BYTES: u64 = 64 << 10;

/// Bytes of one `WWW-Authenticate` field: what Node, the strictest of our clients, takes as a whole header section (16 KiB).
pub const CHALLENGE_BYTES: usize = 16 << 10;

/// Challenges in one answer. Codeberg, the most talkative seen, sends two.
pub const CHALLENGES: usize = 16;

/// Nesting of a JSON document. A manifest needs five levels, a configuration seven.
pub const JSON_DEPTH: usize = 32;

/// Values in a JSON document: [`INDEX_ENTRIES`] descriptors of some sixty values each. Four mebibytes of `0,` would otherwise become
/// a hundred mebibytes of values, and a Worker has 128.
pub const JSON_VALUES: usize = 64 << 10;

/// Entries of an index. The largest seen in the wild have about sixty (platforms and their attestations); zot walks 256 nodes
/// (`pkg/extensions/sync/oci_digest_predict.go`).
pub const INDEX_ENTRIES: usize = 1024;

/// Layers of a manifest. Docker's overlay driver mounts at most 128; artifacts hold more files than images hold layers.
pub const LAYERS: usize = 1024;

/// Indexes inside indexes. Nobody publishes more than one inside another.
pub const INDEX_DEPTH: usize = 4;

/// Nested indexes opened in search of one platform: bounds the requests that one document can cause.
pub const INDEX_NODES: usize = 8;

/// Redirects of one request: as many as `fetch` follows (WHATWG Fetch, "HTTP-redirect fetch": 20) would let a registry keep us
/// busy; Go's and curl's users see problems above 10, no registry needs more than 2.
pub const REDIRECTS: usize = 5;

/// Pages of referrers or tags.
pub const PAGES: usize = 8;

/// Attached artifacts opened to read their type: what [`CHECK_REQUESTS`] leaves.
pub const ATTACHMENTS: usize = 32;

/// Bytes of the manifests of attached artifacts that are kept until their signatures are read: four of the largest. Small ones, of
/// [`SMALL_SIGNATURE_BYTES`], are kept whatever came before; a hundred signatures of cosign's with their certificates are one.
pub const ATTACHED_BYTES: u64 = 4 * MANIFEST_BYTES;

/// Requests of one check, redirects and tokens included. A Worker of the free plan may send 50 for one that it answers.
pub const CHECK_REQUESTS: usize = 48;

/// One request, from asking to the last byte of at most [`MANIFEST_BYTES`].
pub const REQUEST_TIME: Duration = Duration::from_secs(20);

/// Longest wait that a `Retry-After` may ask of the user before it is shown as it is: a day.
pub const RETRY_AFTER_SECONDS: u64 = 86_400;

/// Bytes of a simple signing payload: what cosign writes has some 250, and the annotations of its user. A layer of more is none.
pub const SIMPLE_SIGNING_BYTES: usize = 128 << 10;

/// Bytes of one bundle. It holds what is attested, in base64: lists of packages have a few megabytes, the rest of a bundle ten
/// kilobytes, and a Worker, which has 128 MiB, holds all of it twice.
pub const BUNDLE_BYTES: usize = 16 << 20;

/// Bytes of an artifact that is handed over in a page, a Worker or Node. While its signature is verified there are five copies of it, two
/// of them the platform's; whatever is larger has a digest.
pub const ARTIFACT_BYTES: usize = 64 << 20;

/// Certificates beside one signature: public chains have two, private ones four; as many as [`TIMESTAMPS`].
pub const CHAIN_CERTIFICATES: usize = 32;

/// Bytes of a trusted root: the public one has 7 KiB, GitHub's 32 KiB.
pub const TRUSTED_ROOT_BYTES: usize = 1 << 20;

/// Authorities of a kind, or logs of a kind, in a trusted root: GitHub's, which has the most, lists some thirty.
pub const TRUSTED_MEMBERS: usize = 256;

/// The largest integer that JSON carries between all our runtimes (RFC 8259 section 6: 2^53 - 1).
pub const SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Bytes of one answer of a timestamp authority: five times the largest seen, with a chain of three certificates of RSA-4096.
pub const TIMESTAMP_BYTES: usize = 32 << 10;

/// Attributes that one timestamp's signer signed. Sigstore's authority signs four, commercial ones up to six.
pub const TIMESTAMP_ATTRIBUTES: usize = 16;

/// Bytes of one text that is searched for references: twice the largest bundle of manifests that projects publish as one file
/// (the Prometheus operator's, some 4 MB).
pub const PIN_TEXT_BYTES: usize = 8 << 20;

/// References in one text: more than the largest file seen has by two orders of magnitude.
pub const PIN_OCCURRENCES: usize = 10_000;

/// Nesting of a YAML document: Kubernetes objects and CRD schemas stay below 60.
pub const YAML_DEPTH: usize = 128;

/// Values in a YAML text: what [`PIN_TEXT_BYTES`] of real manifests hold (some 20 bytes each).
pub const YAML_NODES: usize = 400_000;

/// Bytes of one certificate: as many as rustls reads (`CERTIFICATE_MAX_SIZE_LIMIT`, where TLS allows 16 MiB). Fulcio's have two
/// kibibytes.
pub const CERTIFICATE_BYTES: usize = 64 << 10;

/// Extensions of one certificate. Fulcio's, which have one for every claim about a build, have 27.
pub const CERTIFICATE_EXTENSIONS: usize = 64;

/// Certificates of one path, from the leaf to the anchor, and of those that come with a signature: rustls-webpki follows six
/// authorities between the two (`verify_cert.rs`, `MAX_SUB_CA_COUNT`).
pub const CERTIFICATE_PATH: usize = 8;

/// Signatures of one image that are read: what [`CHECK_REQUESTS`] leaves beside the attachments. cosign reads 1,000 (`maxLayers`), and
/// anybody who may push can add as many.
pub const SIGNATURES: usize = 16;

/// Bytes of all the signatures of one image that are read: two of the largest, since all of them are held until they are judged.
pub const SIGNATURES_BYTES: usize = 2 * BUNDLE_BYTES;

/// Bytes of a signature that is read however much was read before it, so that large ones do not hide it: one of an image has ten
/// kilobytes. [`SIGNATURES`] of them are four megabytes.
pub const SMALL_SIGNATURE_BYTES: usize = 256 << 10;

/// Verifications that one signature may cause for one signer who is wanted. An honest one takes about ten: its own, three for its
/// certificate, two for its log, three for a timestamp; Sigstore's staging, with issuers of one name, about twenty. Within the limits of
/// its parts one bundle could cause thousands, and P-384 takes milliseconds in WebAssembly.
pub const SIGNATURE_CHECKS: usize = 64;

/// Verifications of all signatures of one image, for all signers who are wanted: every signature of [`SIGNATURES`] at its worst, for two.
/// A Worker takes policies from anybody, and the number of signers is theirs.
pub const IMAGE_CHECKS: usize = 2 * SIGNATURES * SIGNATURE_CHECKS;

/// Paths that are considered for one leaf. Sigstore's staging has two issuers with one name; several of them on two levels are four.
pub const CERTIFICATE_PATHS: usize = 8;

/// Beginnings of paths that are followed for one leaf, so that many certificates with one name cannot keep us busy
/// (RUSTSEC-2023-0053): all of those that [`CERTIFICATE_PATHS`] paths of [`CERTIFICATE_PATH`] certificates have, and as many dead ends.
pub const CERTIFICATE_STEPS: usize = 128;

/// Signed certificate timestamps in one certificate. Browsers ask for two or three, Fulcio embeds one.
pub const CERTIFICATE_TIMESTAMPS: usize = 16;

/// Entries of transparency logs beside one signature, and timestamps beside it: sigstore-go takes no more
/// (`internal/limits`, 32 of each), honest signers bring one.
pub const LOG_ENTRIES: usize = 32;

/// RFC 3161 timestamps beside one signature: as [`LOG_ENTRIES`].
pub const TIMESTAMPS: usize = 32;

/// Subjects of an in-toto statement: sigstore-go's limit (`pkg/verify`, 1024), more than any build has artifacts.
pub const SUBJECTS: usize = 1024;

/// Digests of one subject: sigstore-go's limit (`pkg/verify`, 32).
pub const SUBJECT_DIGESTS: usize = 32;

/// Bytes of a log's checkpoint: [`CHECKPOINT_SIGNATURES`] lines of some two hundred bytes, and as much again.
pub const CHECKPOINT_BYTES: usize = 64 << 10;

/// Signature lines of a checkpoint, those of witnesses included: golang.org/x/mod's limit (`sumdb/note`, `Open`).
pub const CHECKPOINT_SIGNATURES: usize = 100;

/// Signature lines that may be the log's own. It writes one; more would only be signatures to verify in vain.
pub const CHECKPOINT_CANDIDATES: usize = 4;

/// Bytes of one TUF root (python-tuf, `ngclient/config.py`, as are the next five). Sigstore's has 5.6 KB.
pub const TUF_ROOT_BYTES: usize = 512_000;

/// Bytes of one TUF timestamp. Sigstore's has 0.5 KB.
pub const TUF_TIMESTAMP_BYTES: usize = 16_384;

/// Bytes of one TUF snapshot, where the timestamp does not say less.
pub const TUF_SNAPSHOT_BYTES: usize = 2_000_000;

/// Bytes of the metadata of one TUF targets role, where the snapshot does not say less.
pub const TUF_TARGETS_BYTES: usize = 5_000_000;

/// Roots on the way from the one that a program was built with to today's. At four a year this is the life of a program.
pub const TUF_ROOTS: usize = 256;

/// Targets roles visited in search of one file, the top-level one included.
pub const TUF_ROLES: usize = 32;

/// Bytes of a target file: as much as of the metadata that lists it. Sigstore's trusted root has 7 KB, GitHub's 32 KB.
pub const TUF_TARGET_BYTES: usize = TUF_TARGETS_BYTES;

/// Keys of one TUF role, and signatures of one file. GitHub's root role, the largest seen, has seven; each may cost a verification.
pub const TUF_KEYS: usize = 64;

/// Bytes of a target path: bounds what a pattern of a delegation is compared with. The longest of Sigstore's has 33.
pub const TUF_PATH_BYTES: usize = 512;

/// Bytes of what is stored of one TUF repository: every file of it at its real size, many times over.
pub const TUF_STATE_BYTES: usize = 16 << 20;

/// Seconds for which a repository that gave no answer is not asked again by a check: one that hangs would have each of the many images of a
/// text wait for [`TUF_REQUEST_TIME`].
pub const TUF_SILENCE_SECONDS: u64 = 600;

/// Repositories of a policy's own that one check asks. A policy is a stranger's at the edge, and each costs five requests.
pub const TUF_REPOSITORIES: usize = 4;

/// Bytes of one root of Docker Content Trust: twice TUF's, because its keys come in certificates and old ones are kept for ever. Notary
/// reads a hundred megabytes (`storage/httpstore.go`, `NoSizeLimit`); Docker Hub's for debian has 2.4 KB.
pub const CONTENT_TRUST_ROOT_BYTES: usize = 2 * TUF_ROOT_BYTES;

/// Bytes of one timestamp of Docker Content Trust: Notary reads a megabyte (`const.go`, `MaxTimestampSize`), of which half a kilobyte is
/// used; so as much as of TUF's. Snapshots and targets are as long as the file that names them says, and no longer than TUF's.
pub const CONTENT_TRUST_TIMESTAMP_BYTES: usize = TUF_TIMESTAMP_BYTES;

/// Bytes of a role's name (`tuf/data/roles.go`, `IsDelegation`: fewer than 256).
pub const CONTENT_TRUST_ROLE_BYTES: usize = 255;

/// Delegated roles of one collection of Docker Content Trust that are read to show all of it: one a signer, so a large team's.
pub const CONTENT_TRUST_ROLES: usize = 128;

/// Collections of Docker Content Trust that one check looks into. A policy is a stranger's at the edge, and each costs five requests.
pub const COLLECTIONS: usize = 4;

/// Bytes of snapshot and targets that are kept with what was seen of a collection, so that a check asks for the timestamp only: in base64
/// they fit into one value of a Durable Object (2 MB). Docker Hub's for debian, with 791 tags, have 82 KB.
pub const CONTENT_TRUST_KEPT_BYTES: usize = 1 << 20;

/// How often a refresh begins anew because another one stored something meanwhile: two tabs of a browser do so once.
pub const TUF_ATTEMPTS: usize = 3;

/// One answer of a store of JavaScript. A database of a browser sometimes never opens, and a check can do without.
pub const STORE_TIME: Duration = Duration::from_secs(5);

/// One request to a TUF repository, from asking to the last byte: what is stored or came with us can stand in, so that a check need
/// not wait as long as for the image itself.
pub const TUF_REQUEST_TIME: Duration = Duration::from_secs(5);

/// Seconds for which a trusted root is not asked for again after its repository confirmed it: a day, of the seven for which Sigstore's
/// timestamps are valid. Whom it stops trusting is trusted here for a day more at most, and a check costs five requests once a day.
pub const TUF_RECENT_SECONDS: u64 = 86_400;

/// Bytes of one layer as it is stored: GitHub's registry takes no larger ones ("Working with the Container registry": 10 GB). It is read
/// as it arrives, so this bounds time, not memory.
pub const LAYER_BYTES: u64 = 10 << 30;

/// Bytes of one layer once it is unpacked: six times the largest compressed one, which is more than archives of programs compress by.
pub const LAYER_UNPACKED_BYTES: u64 = 64 << 30;

/// How many times its size a layer may unpack to. DEFLATE can reach 1,032; programs and texts stay below 20, and what is above
/// [`LAYER_EXPANSION_FREE_BYTES`] and zero is there to keep us busy.
pub const LAYER_EXPANSION: u64 = 200;

/// Bytes to which any layer may unpack, however small it is: empty databases are zeros for the most part. A second of hashing, in wasm.
pub const LAYER_EXPANSION_FREE_BYTES: u64 = 256 << 20;

/// Entries of one layer, headers of headers included. Images of three million files have been seen (anchore/grype#1509).
pub const LAYER_ENTRIES: u64 = 8 << 20;

/// Bytes of one path, or of one target of a link: `PATH_MAX` of Linux.
pub const LAYER_PATH_BYTES: usize = 4096;

/// Bytes of what stands in front of an entry (pax records, long names, maps of sparse files): Go's limit, which is libarchive's
/// (`archive/tar/format.go`, `maxSpecialFileSize`).
pub const LAYER_HEADER_BYTES: u64 = 1 << 20;

/// Bytes of all files that are kept of one layer, and of one image, each with [`REMEMBERED_BYTES`] for its name: two large package
/// databases, and what a Worker of 128 MiB can hold.
pub const CAPTURED_BYTES: usize = 64 << 20;

/// Bytes of all links, whiteouts and opaque directories that are remembered of one layer, and of one image: some hundred thousand.
pub const LAYER_NAMES_BYTES: usize = 16 << 20;

/// What is reckoned for remembering a path, beside its bytes: a node of a tree, two strings.
pub const REMEMBERED_BYTES: usize = 128;

/// Paths of a layer that are remembered by their hash until it is known what lies below: half a mebibyte.
pub const LAYER_UNSETTLED: usize = 64 << 10;

/// The same, where the reader is not given what lies below although it asks for it: eight mebibytes.
pub const LAYER_UNSETTLED_MOST: usize = 1 << 20;

/// Bytes at the start of a file by which it may be told what it is: a block of the archive. ELF needs 64 (System V ABI, "ELF Header").
pub const FILE_HEAD_BYTES: usize = 512;

/// Links followed in search of one path: as many as Linux does (`MAXSYMLINKS`).
pub const LINKS_FOLLOWED: usize = 40;

/// Bytes of a window of Zstandard. RFC 8878 section 3.1.1.1.2 asks for 8 MiB; the strongest level of the encoder that BuildKit and
/// containerd use needs four times as much.
pub const ZSTD_WINDOW_BYTES: u64 = 32 << 20;

/// Bytes of a layer that are handed on at once: what a connection delivers, mostly.
pub const LAYER_CHUNK_BYTES: usize = 64 << 10;

/// Layers that are fetched at once: Docker's default (`dockerd`, `max-concurrent-downloads`).
pub const LAYERS_AT_ONCE: usize = 3;

/// Requests for the layers of one image: each with a redirect to a storage and a token that expired meanwhile, and one that is asked
/// for again through the relay.
pub const LAYER_REQUESTS: usize = 4 * LAYERS;

/// How long the next piece of a layer may take: as long as a whole manifest.
pub const IDLE_TIME: Duration = REQUEST_TIME;

/// The slowest connection on which a layer is waited for, in bytes a second: half a megabit. Together with [`REQUEST_TIME`] it bounds
/// how long a layer may take.
pub const SLOWEST: u64 = 64 << 10;
/// Bytes of one version of a package: the longest in Debian's archive has some sixty, a pseudo-version of Go fifty. Comparing takes time in its
/// length.
pub const VERSION_BYTES: usize = 512;

/// Bytes of one advisory. OSV's largest are of kernels, which list every version of every flavour; its server ends a page of them at ten
/// megabytes.
pub const ADVISORY_BYTES: usize = 8 << 20;

/// Values of one advisory: sixty flavours of a kernel with four hundred versions each, and two more values for each of their programs, some
/// forty megabytes while it is read.
pub const ADVISORY_VALUES: usize = 256 << 10;

/// Bytes of an advisory's identifier: `openSUSE-SU-2023:0001-1` has 23.
pub const ADVISORY_ID_BYTES: usize = 128;

/// Packages that one body of OSV's `querybatch` asks for (`maxBatchQueries`; more are refused).
pub const OSV_QUERIES: usize = 1000;

/// Bytes of one answer of OSV's: what its server sends over HTTP/1.1 at most.
pub const OSV_ANSWER_BYTES: usize = 32 << 20;

/// Bodies that are sent to OSV for one list of packages: eight of them hold eight thousand packages, the rest is for answers in pages.
pub const OSV_REQUESTS: usize = 64;

/// Advisories that OSV may name for one list of packages. Each is a request of its own; old images with kernels have some ten thousand.
pub const OSV_RECORDS: usize = 20_000;

/// Bytes of one shard, as it is read: all of Debian's advisories for one release have some ten million, npm's, most of which are about
/// malicious packages, some fifty.
pub const SHARD_BYTES: usize = 96 << 20;

/// Bytes of an index of shards: a hundred and fifty for each of ten thousand releases.
pub const SHARD_INDEX_BYTES: usize = 2 << 20;

/// Days after which advisories are old, unless somebody says otherwise: as Grype (`max-allowed-built-age`). Shards are made every night; this is a
/// night that failed before a long weekend.
pub const ADVISORIES_DAYS: u32 = 5;

/// Seconds by which clocks may differ without anybody being told: a day, because ages are told in days.
pub const CLOCK_SECONDS: i64 = 86_400;

/// Bytes of CISA's catalogue of known exploited vulnerabilities, which had 1.3 MB with 1,404 entries in 2025, and grows by two hundred a year.
pub const KNOWN_EXPLOITED_BYTES: usize = 8 << 20;

/// Values in it, some fifteen an entry: ten times as many.
pub const KNOWN_EXPLOITED_VALUES: usize = 256 << 10;

/// Bytes of one line of a shard: an advisory's, whose versions are most often said by its ranges.
pub const SHARD_LINE_BYTES: usize = 1 << 20;

/// Requests to OSV's server at once: what browsers do over HTTP/1.1 to one host is six.
pub const OSV_AT_ONCE: usize = 6;

/// From asking OSV's server to having its answer: a thousand questions take it some seconds.
pub const OSV_TIMEOUT: Duration = Duration::from_secs(60);

/// What a scan says beside its findings, each in a sentence: more is nothing that anybody reads.
pub const SCAN_NOTES: usize = 1000;

/// Bytes of lists of packages that are read only to say which layer brought a package: those of an image with thirty layers and a list of two
/// megabytes.
pub const ATTRIBUTED_BYTES: usize = 64 << 20;

/// Bytes of one OpenVEX document, as many as of an advisory.
pub const VEX_BYTES: usize = ADVISORY_BYTES;
/// Bytes of os-release: real ones have less than one kilobyte.
pub const OS_RELEASE_BYTES: u64 = 64 << 10;

/// Bytes of one text that lists installed packages (dpkg's `status`, apk's `installed`), or the files of one package: Debian's minimal
/// image has 90 KB for 96 packages, a desktop of 3,000 has 4 MB, and apk lists every file in the same text.
pub const PACKAGE_LIST_BYTES: u64 = 16 << 20;

/// Bytes of one database of rpm, or of its log: an image of a language's builders has 30 MB, and a Worker, which has 128 MiB, holds it once.
pub const RPM_DATABASE_BYTES: u64 = 64 << 20;

/// Bytes of the description of one package of a language (`package.json`, `METADATA`). The longest of either that are widely used have
/// some hundred kilobytes, because a manual is in them.
pub const DESCRIPTION_BYTES: u64 = 1 << 20;

/// Bytes of what a Go program says of its modules: 100 bytes each, and the largest programs have two thousand.
pub const BUILD_INFORMATION_BYTES: u64 = 1 << 20;

/// Packages of one database: Debian has 65,000 in all.
pub const PACKAGES: usize = 100_000;

/// Bytes of one package in rpm's database. Those with the most files (kernels, fonts, firmware) have three megabytes; rpm itself takes 256
/// (`lib/header.c`, `HEADER_DATA_MAX`).
pub const RPM_HEADER_BYTES: usize = 16 << 20;

/// Bytes of a list of packages that somebody else made (SPDX, CycloneDX): it may come in a bundle.
pub const SBOM_BYTES: usize = BUNDLE_BYTES;

/// Values in such a list: what [`SBOM_BYTES`] hold if they have some sixteen bytes each, as those of Syft and Trivy do. A value takes 32
/// bytes, so that the most that can be asked of us is 32 MiB beside the text.
pub const SBOM_VALUES: usize = 1 << 20;

/// Nesting of components in CycloneDX, where each can hold others: what [`JSON_DEPTH`] leaves at two levels each.
pub const COMPONENT_DEPTH: usize = JSON_DEPTH / 2;
