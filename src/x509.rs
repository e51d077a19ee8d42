//! X.509 certificates, read strictly: what they say, whether they lead to somebody trusted, and whether a log saw them being issued.
//!
//! A [`Certificate`] is its bytes with the places of its parts; names are compared as bytes, and what was signed is the received slice.
//! [`path`] is RFC 5280 section 6 for the two things that are signed for here, code and time; [`sct`] is RFC 6962 section 3.
//!
//! Deliberately absent: revocation (Fulcio's certificates live ten minutes; a private PKI that revokes has no place to say so in an
//! image), certificate policies (a certificate that insists on them marks them critical, and is refused), and name constraints: an
//! authority that carries them is refused, whatever they say.

mod certificate;
pub mod extension;
mod invalid;
mod name;
pub mod path;
pub mod sct;

pub use certificate::Certificate;
pub use invalid::InvalidCertificate;
