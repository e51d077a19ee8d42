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

/// Requests of one check, redirects and tokens included. A Worker of the free plan may send 50 for one that it answers.
pub const CHECK_REQUESTS: usize = 48;

/// One request, from asking to the last byte of at most [`MANIFEST_BYTES`].
pub const REQUEST_TIME: Duration = Duration::from_secs(20);

/// Longest wait that a `Retry-After` may ask of the user before it is shown as it is: a day.
pub const RETRY_AFTER_SECONDS: u64 = 86_400;

/// The largest integer that JSON carries between all our runtimes (RFC 8259 section 6: 2^53 - 1).
pub const SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Bytes of one text that is searched for references: twice the largest bundle of manifests that projects publish as one file
/// (the Prometheus operator's, some 4 MB).
pub const PIN_TEXT_BYTES: usize = 8 << 20;

/// References in one text: more than the largest file seen has by two orders of magnitude.
pub const PIN_OCCURRENCES: usize = 10_000;

/// Nesting of a YAML document: Kubernetes objects and CRD schemas stay below 60.
pub const YAML_DEPTH: usize = 128;

/// Values in a YAML text: what [`PIN_TEXT_BYTES`] of real manifests hold (some 20 bytes each).
pub const YAML_NODES: usize = 400_000;
