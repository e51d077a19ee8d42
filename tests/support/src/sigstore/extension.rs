//! Extensions of certificates: those of RFC 5280, and Fulcio's own (`docs/oid-info.md` of sigstore/fulcio).

use super::der;

/// Subject key identifier.
pub const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
/// Key usage.
pub const KEY_USAGE: &str = "2.5.29.15";
/// Subject alternative name.
pub const SUBJECT_ALTERNATIVE_NAME: &str = "2.5.29.17";
/// Basic constraints.
pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
/// Name constraints.
pub const NAME_CONSTRAINTS: &str = "2.5.29.30";
/// Authority key identifier.
pub const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";
/// Extended key usage.
pub const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
/// List of SCTs: RFC 6962 section 3.3.
pub const SCT_LIST: &str = "1.3.6.1.4.1.11129.2.4.2";
/// Poison of a precertificate: RFC 6962 section 3.1.
pub const POISON: &str = "1.3.6.1.4.1.11129.2.4.3";
/// Fulcio: the issuer, as it is, without DER around it. Deprecated.
pub const ISSUER_V1: &str = "1.3.6.1.4.1.57264.1.1";
/// Fulcio: the name of a user, in `otherName`.
pub const OTHER_NAME: &str = "1.3.6.1.4.1.57264.1.7";
/// Fulcio: the issuer, in a `UTF8String`.
pub const ISSUER_V2: &str = "1.3.6.1.4.1.57264.1.8";
/// `id-kp-codeSigning`
pub const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";
/// `id-kp-timeStamping`
pub const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";
/// `id-kp-serverAuth`
pub const SERVER_AUTHENTICATION: &str = "1.3.6.1.5.5.7.3.1";

/// Bits of a key usage, RFC 5280 section 4.2.1.3.
pub const DIGITAL_SIGNATURE: u8 = 0;
/// The same.
pub const KEY_CERT_SIGN: u8 = 5;
/// The same.
pub const CRL_SIGN: u8 = 6;

/// An extension. All is public and nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its object identifier, dotted.
    pub oid: String,
    /// Whether who does not know it must refuse the certificate.
    pub critical: bool,
    /// What is inside the OCTET STRING.
    pub value: Vec<u8>,
}

impl Extension {
    /// Any extension, not critical.
    pub fn new(oid: &str, value: impl Into<Vec<u8>>) -> Self {
        Self { oid: oid.into(), critical: false, value: value.into() }
    }

    /// The same, critical.
    #[must_use]
    pub fn critical(mut self) -> Self {
        self.critical = true;
        self
    }

    /// Key usage: critical, as RFC 5280 would have it.
    pub fn key_usage(bits: &[u8]) -> Self {
        Self::new(KEY_USAGE, der::named_bits(bits)).critical()
    }

    /// Extended key usage, not critical.
    pub fn extended_key_usage(purposes: &[&str]) -> Self {
        let purposes: Vec<Vec<u8>> = purposes.iter().map(|purpose| der::oid(purpose)).collect();
        Self::new(EXTENDED_KEY_USAGE, der::sequence_of(&purposes))
    }

    /// Basic constraints, critical. `cA` is left out where it is the default, false.
    pub fn basic_constraints(is_authority: bool, path_length: Option<u64>) -> Self {
        let authority = if is_authority { der::boolean(true) } else { Vec::new() };
        let length = path_length.map(der::integer).unwrap_or_default();
        Self::new(BASIC_CONSTRAINTS, der::sequence([&authority, &length])).critical()
    }

    /// Subject key identifier.
    pub fn subject_key_identifier(identifier: &[u8]) -> Self {
        Self::new(SUBJECT_KEY_IDENTIFIER, der::octet_string(identifier))
    }

    /// Authority key identifier.
    pub fn authority_key_identifier(identifier: &[u8]) -> Self {
        Self::new(AUTHORITY_KEY_IDENTIFIER, der::sequence([&der::context_primitive(0, identifier)]))
    }

    /// Subject alternative name: critical, because publishers' certificates have no other subject (RFC 5280 section 4.2.1.6).
    pub fn subject_alternative_name(names: &[GeneralName]) -> Self {
        let names: Vec<Vec<u8>> = names.iter().map(GeneralName::der).collect();
        Self::new(SUBJECT_ALTERNATIVE_NAME, der::sequence_of(&names)).critical()
    }

    /// Name constraints, critical: only these may be named.
    pub fn permitted_names(names: &[GeneralName]) -> Self {
        let subtrees: Vec<Vec<u8>> = names.iter().map(|name| der::sequence([&name.der()])).collect();
        Self::new(NAME_CONSTRAINTS, der::sequence([&der::context(0, &subtrees.concat())])).critical()
    }

    /// Fulcio's first way to name the issuer: the text alone.
    pub fn issuer_v1(issuer: &str) -> Self {
        Self::new(ISSUER_V1, issuer)
    }

    /// Fulcio's second way: a `UTF8String`.
    pub fn issuer_v2(issuer: &str) -> Self {
        Self::new(ISSUER_V2, der::utf8(issuer))
    }

    pub(super) fn der(&self) -> Vec<u8> {
        let critical = if self.critical { der::boolean(true) } else { Vec::new() };
        der::sequence([&der::oid(&self.oid), &critical, &der::octet_string(&self.value)])
    }
}

/// `GeneralName`, RFC 5280 section 4.2.1.6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GeneralName {
    /// `rfc822Name`
    Email(String),
    /// `dNSName`
    Dns(String),
    /// `uniformResourceIdentifier`
    Uri(String),
    /// `otherName` of Fulcio's type: the name of a user.
    Other(String),
}

impl GeneralName {
    fn der(&self) -> Vec<u8> {
        match self {
            Self::Other(user) => der::context(0, &[der::oid(OTHER_NAME), der::context(0, &der::utf8(user))].concat()),
            Self::Email(address) => der::context_primitive(1, address.as_bytes()),
            Self::Dns(name) => der::context_primitive(2, name.as_bytes()),
            Self::Uri(uri) => der::context_primitive(6, uri.as_bytes()),
        }
    }
}
