//! The world that pullproof's tests and demo live in: images made from real bytes, and the hosts that serve them, honest or hostile.
//!
//! It shares nothing with the code under test but digests and the transport, so that it is an independent opinion.
//!
//! ```
//! use pullproof_world::FakeRegistry;
//! use pullproof_world::Image;
//! use pullproof_world::World;
//!
//! let image = Image::multi_platform();
//! let registry = FakeRegistry::new().image("team/app", "v1", &image).lying_digest_header();
//! let world = World::new().registry("registry.test", registry);
//! // … give `&world` to the code under test: it is a `Transport`. Then:
//! assert!(world.requests_to("registry.test").is_empty());
//! ```
//!
//! | what | where |
//! |---|---|
//! | images: [`Image`] and its shortcuts, [`ManifestSpec`], [`IndexSpec`], [`ArtifactSpec`] | [`image`] |
//! | documents that lie about themselves, each truly hashed | [`documents`] |
//! | the registry: what it holds, how it speaks, whom it lets in | [`registry`]: [`FakeRegistry`], [`Dialect`], [`Guard`], [`On`] |
//! | what hostile hosts do to answers, each by its name | [`behaviour`] |
//! | other hosts: [`TokenServer`], [`Storage`], [`Relay`] | [`tokens`], [`storage`], [`relay`] |
//! | which headers pages get | [`Cors`] |
//! | the network in memory, as a program or as a page sees it | [`World`] |
//! | the same hosts over real HTTP on loopback | [`Server`] |
//! | keys, signatures, certificates, logs, timestamps, bundles: a virtual Sigstore | [`sigstore`] |
//! | trust data of Docker Content Trust, honest and forged, and its server | [`content_trust`] |
//! | the real trust server of Notary, for whoever starts it | [`trust_server`] |
//! | the repositories of the demo | [`demo`] |
//! | signatures without a key, good and bad, for other programs to judge | [`keyless`] |
//! | an image as an OCI image layout on disk | [`layout`] |

#![allow(clippy::missing_panics_doc, reason = "a panic here is a failed test, and its message says why")]

pub mod behaviour;
pub mod blob;
pub mod content_trust;
pub mod cors;
pub mod demo;
pub mod documents;
pub mod http;
pub mod image;
pub mod keyless;
pub mod layout;
pub mod media_type;
pub mod registry;
pub mod relay;
pub mod server;
pub mod sigstore;
pub mod storage;
pub mod tokens;
pub mod trust_server;
pub mod world;

pub use behaviour::Behaviour;
pub use blob::Blob;
pub use blob::Descriptor;
pub use cors::Cors;
pub use http::Answer;
pub use http::Body;
pub use http::Host;
pub use http::Received;
pub use image::ArtifactSpec;
pub use image::Image;
pub use image::IndexSpec;
pub use image::ManifestSpec;
pub use image::Platform;
pub use image::Writing;
pub use registry::Challenges;
pub use registry::Dialect;
pub use registry::FakeRegistry;
pub use registry::Guard;
pub use registry::On;
pub use relay::Relay;
pub use server::Server;
pub use storage::Storage;
pub use tokens::TokenAnswer;
pub use tokens::TokenServer;
pub use trust_server::TrustServer;
pub use world::World;
