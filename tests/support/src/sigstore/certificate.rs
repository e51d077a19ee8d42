//! Certificates (RFC 5280 section 4.1): [`CertificateSpec`] says what shall be in one, an [`Authority`](super::Authority) signs it.

use super::der;
use super::extension::EXTENDED_KEY_USAGE;
use super::extension::Extension;
use super::extension::GeneralName;
use super::extension::ISSUER_V1;
use super::extension::ISSUER_V2;
use super::extension::SUBJECT_ALTERNATIVE_NAME;
use super::key::PublicKey;
use super::key::SigningKey;
use super::key::pem;

/// A distinguished name: attributes by their object identifier, each a `PrintableString`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name(pub Vec<(&'static str, String)>);

impl Name {
    /// No name at all, as publishers have.
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// An organization, and a common name.
    pub fn new(organization: &str, common_name: &str) -> Self {
        Self(vec![("2.5.4.10", organization.into()), ("2.5.4.3", common_name.into())])
    }

    /// In DER.
    pub fn der(&self) -> Vec<u8> {
        let attributes = self.0.iter().map(|(oid, value)| der::set_of(&[der::sequence([&der::oid(oid), &der::printable(value)])]));
        der::sequence_of(&attributes.collect::<Vec<_>>())
    }

    pub(super) fn attribute(&self, oid: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == oid).map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

/// What a certificate shall say. All is public and nothing is checked: a test may lie in any field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateSpec {
    /// 2 for version 3; the field is left out for version 1.
    pub version: u64,
    /// The serial number, big-endian, not negative.
    pub serial: Vec<u8>,
    /// Who signs, by name.
    pub issuer: Name,
    /// The first second in which it is valid.
    pub not_before: i64,
    /// The last.
    pub not_after: i64,
    /// Whose it is.
    pub subject: Name,
    /// The `SubjectPublicKeyInfo`.
    pub key: Vec<u8>,
    /// The extensions, in order.
    pub extensions: Vec<Extension>,
    /// The `AlgorithmIdentifier` that is signed.
    pub signature_algorithm: Vec<u8>,
    /// The one beside the signature, where it shall be another.
    pub outer_signature_algorithm: Option<Vec<u8>>,
}

impl CertificateSpec {
    /// Valid from one second to another, both included.
    #[must_use]
    pub fn valid(mut self, not_before: i64, not_after: i64) -> Self {
        (self.not_before, self.not_after) = (not_before, not_after);
        self
    }

    /// With another subject.
    #[must_use]
    pub fn subject(mut self, subject: Name) -> Self {
        self.subject = subject;
        self
    }

    /// For another key; the identifier stays what it was.
    #[must_use]
    pub fn key(mut self, key: &PublicKey) -> Self {
        self.key.clone_from(&key.spki);
        self
    }

    /// With an extension, in the place of the one with the same identifier, or at the end.
    #[must_use]
    pub fn extension(mut self, extension: Extension) -> Self {
        match self.extensions.iter_mut().find(|known| known.oid == extension.oid) {
            Some(known) => *known = extension,
            None => self.extensions.push(extension),
        }
        self
    }

    /// With one more extension at the end, even if there is one with the same identifier.
    #[must_use]
    pub fn extension_again(mut self, extension: Extension) -> Self {
        self.extensions.push(extension);
        self
    }

    /// Without an extension. Panics where there is none, so that no test passes because its attack did not happen.
    #[must_use]
    pub fn without(mut self, oid: &str) -> Self {
        let before = self.extensions.len();
        self.extensions.retain(|extension| extension.oid != oid);
        assert_ne!(before, self.extensions.len(), "expected an extension {oid} to leave out");
        self
    }

    /// With an extension made critical. Panics where there is none.
    #[must_use]
    pub fn making_critical(mut self, oid: &str) -> Self {
        let found = self.extensions.iter_mut().find(|extension| extension.oid == oid);
        found.expect("the test asks for an extension that the certificate has").critical = true;
        self
    }

    /// For the identity of a URI, such as a workflow.
    #[must_use]
    pub fn identity(self, uri: &str) -> Self {
        self.names(&[GeneralName::Uri(uri.into())])
    }

    /// For the identity of an e-mail address.
    #[must_use]
    pub fn email(self, address: &str) -> Self {
        self.names(&[GeneralName::Email(address.into())])
    }

    /// For any identities.
    #[must_use]
    pub fn names(self, names: &[GeneralName]) -> Self {
        self.extension(Extension::subject_alternative_name(names))
    }

    /// With an issuer of the identity, in both of Fulcio's ways.
    #[must_use]
    pub fn issuer(self, issuer: &str) -> Self {
        self.extension(Extension::issuer_v1(issuer)).extension(Extension::issuer_v2(issuer))
    }

    /// With an issuer in the first way only, as in 2022.
    #[must_use]
    pub fn issuer_v1_only(self, issuer: &str) -> Self {
        self.extension(Extension::issuer_v1(issuer)).without(ISSUER_V2)
    }

    /// With an issuer in the second way only.
    #[must_use]
    pub fn issuer_v2_only(self, issuer: &str) -> Self {
        self.extension(Extension::issuer_v2(issuer)).without(ISSUER_V1)
    }

    /// For other purposes.
    #[must_use]
    pub fn purposes(self, purposes: &[&str]) -> Self {
        let critical = self.extensions.iter().any(|extension| extension.oid == EXTENDED_KEY_USAGE && extension.critical);
        self.extension(Extension { critical, ..Extension::extended_key_usage(purposes) })
    }

    /// Without any identity.
    #[must_use]
    pub fn nameless(self) -> Self {
        self.without(SUBJECT_ALTERNATIVE_NAME)
    }

    /// `TBSCertificate`: what is signed.
    pub fn tbs(&self) -> Vec<u8> {
        let version = if self.version == 0 { Vec::new() } else { der::context(0, &der::integer(self.version)) };
        let extensions: Vec<Vec<u8>> = self.extensions.iter().map(Extension::der).collect();
        let extensions = if extensions.is_empty() { Vec::new() } else { der::context(3, &der::sequence_of(&extensions)) };
        der::sequence([
            &version,
            &der::unsigned(&self.serial),
            &self.signature_algorithm,
            &self.issuer.der(),
            &der::sequence([&der::x509_time(self.not_before), &der::x509_time(self.not_after)]),
            &self.subject.der(),
            &self.key,
            &extensions,
        ])
    }

    /// The certificate, with whatever signature.
    pub fn with_signature(self, signature: &[u8]) -> Certificate {
        let outer = self.outer_signature_algorithm.as_ref().unwrap_or(&self.signature_algorithm);
        let der = der::sequence([&self.tbs(), outer, &der::bit_string(signature)]);
        Certificate { spec: self, der }
    }
}

/// A certificate, with what it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// What it says.
    pub spec: CertificateSpec,
    /// Its bytes.
    pub der: Vec<u8>,
}

impl Certificate {
    /// `-----BEGIN CERTIFICATE-----`
    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.der)
    }

    /// The same certificate with the signature of another key.
    #[must_use]
    pub fn signed_by(self, key: &SigningKey) -> Self {
        let signature = key.sign(&self.spec.tbs());
        self.spec.with_signature(&signature)
    }
}
