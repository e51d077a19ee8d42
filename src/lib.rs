//! pullproof proves what a container image is: it fetches the bytes that a reference stands for, hashes them itself, and says what
//! follows from that and what does not.
//!
//! ```
//! use pullproof::Checker;
//! use pullproof::Policy;
//! use pullproof::Reference;
//! use pullproof::UnixTime;
//! # async fn example(transport: impl pullproof::Transport) -> Result<(), Box<dyn std::error::Error>> {
//! let image = Reference::parse("registry.example/team/app:1.0")?;
//! let policy = Policy::parse(r#"{ "rules": [ { "images": "registry.example/team/*", "require": [ { "digest":
//!     "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" } ] } ] }"#)?;
//! let now: UnixTime = "2026-11-23T12:00:00Z".parse()?;
//!
//! let report = Checker::new(transport).check(&image, Some(&policy), now, &mut |step| println!("{step:?}")).await?;
//! println!("{}", report.to_json());          // for people: every outcome, and what was not proven
//! let image = report.into_accepted()?;       // for gates: the image, only if the policy accepts it
//! println!("docker pull {}", image.pinned());
//! # Ok(())
//! # }
//! ```
//!
//! Bytes, trust and time come in as arguments; the only effect is the [`Transport`]. ARCHITECTURE.md is the map.

// Layer 0: words.
pub mod budget;
pub mod digest;
mod excerpt;
pub mod reference;
pub mod time;
pub mod url;

// Layer 1: documents.
pub mod der;
pub mod intoto;
pub mod json;
pub mod oci;
pub mod pem;
pub mod stored;

// Layer 2: what was found.
pub mod report;

// Layer 3: signatures.
pub mod crypto;
pub mod envelope;
pub mod timestamp;
pub mod tlog;
pub mod x509;

// Layer 4: texts that name images, who signed what they name, trust that renews itself, and what follows.
pub mod attested;
pub mod content_trust;
pub mod cosign;
pub mod pin;
pub mod policy;
pub mod scan;
pub mod sigstore;
pub mod tuf;

// Layer 5: the doors to the outside.
pub mod prover;
pub mod store;
pub mod transport;

// Layer 6: registries.
pub mod discover;
pub mod error;
pub mod registry;
pub mod signatures;

// Layer 7: the story.
pub mod advisors;
pub mod anchors;
pub mod attestations;
pub mod bundle;
pub mod check;
pub mod collection;
pub mod contents;
pub mod drift;
pub mod inspect;
mod published;
pub mod publishers;
pub mod refresh;
pub mod resolve;
pub mod scanner;

// Layer 8: the edges.
#[cfg(feature = "native")]
pub mod native;
#[cfg(all(
    target_arch = "wasm32",
    any(feature = "wasm-check", feature = "wasm-crypto", feature = "wasm-pin", feature = "wasm-scan", feature = "wasm-trust")
))]
pub mod wasm;

pub use check::Checker;
pub use digest::Digest;
pub use error::Error;
pub use policy::Policy;
pub use reference::Reference;
pub use report::Report;
pub use report::VerifiedImage;
pub use time::UnixTime;
pub use transport::Transport;
