//! Timestamp authorities, and their responses: RFC 3161 in CMS (RFC 5652).

use super::authority::Authority;
use super::certificate::Certificate;
use super::certificate::CertificateSpec;
use super::certificate::Name;
use super::der;
use super::extension::DIGITAL_SIGNATURE;
use super::extension::Extension;
use super::extension::TIME_STAMPING;
use super::key::Hash;
use super::key::SigningKey;
use super::key::sha256;
use super::time;

/// `id-signedData`
const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
/// `id-ct-TSTInfo`
pub const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
/// `id-contentType`
const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
/// `id-messageDigest`
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
/// `id-signingTime`
const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
/// `id-aa-signingCertificateV2`, RFC 5035.
const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";

/// An authority that says when it saw something.
#[derive(Clone, Debug)]
pub struct TimestampAuthority {
    /// The root.
    pub root: Authority,
    /// The key that timestamps.
    pub key: SigningKey,
    /// Its certificate.
    pub certificate: Certificate,
    /// Its address.
    pub uri: String,
}

/// What a response shall say. All is public and nothing is checked.
#[derive(Clone, Debug)]
pub struct TimestampSpec {
    /// 0 is granted.
    pub status: u64,
    /// When.
    pub time: i64,
    /// The policy.
    pub policy: String,
    /// The hash function of the imprint.
    pub imprint_hash: Hash,
    /// The digest of what was seen.
    pub imprint: Vec<u8>,
    /// The number of the response.
    pub serial: u64,
    /// The number that the client asked for.
    pub nonce: Option<u64>,
    /// What the content is said to be, outside.
    pub content_type: String,
    /// And in the signed attribute.
    pub signed_content_type: String,
    /// The hash function of the signature.
    pub hash: Hash,
    /// The digest of the content in the signed attribute, where it shall be another.
    pub message_digest: Option<Vec<u8>>,
    /// `signingTime`, which nothing depends on.
    pub signing_time: Option<i64>,
    /// The certificate that `SignerInfo` names, by issuer and serial number.
    pub signer: Certificate,
    /// The certificate that the `ESSCertIDv2` names, by its hash.
    pub signing_certificate: Option<Certificate>,
    /// The certificates inside.
    pub embedded: Vec<Certificate>,
    /// How many times the one signer signs.
    pub signers: usize,
}

impl TimestampAuthority {
    /// An authority with a key on P-384 right below its root, as Sigstore's is.
    pub fn new(name: &str) -> Self {
        Self::with(name, SigningKey::p384(name), |certificate| certificate)
    }

    /// An authority with another key, and whatever else in its certificate.
    pub fn with(name: &str, key: SigningKey, adjust: impl FnOnce(CertificateSpec) -> CertificateSpec) -> Self {
        let root = Authority::root(&format!("{name} root"));
        let certificate = root.issue(&key, |leaf| {
            let leaf = leaf.valid(time::BEGINNING, time::END).subject(Name::new(super::authority::ORGANIZATION, name));
            adjust(leaf.extension(Extension::key_usage(&[DIGITAL_SIGNATURE])).extension(time_stamping()))
        });
        Self { root, key, certificate, uri: format!("https://{name}/api/v1/timestamp") }
    }

    /// Its certificate and the root's.
    pub fn chain(&self) -> Vec<Certificate> {
        [vec![self.certificate.clone()], self.root.chain()].concat()
    }

    /// What a response about `message` at `seconds` says until somebody adjusts it: SHA-256, the certificate named and embedded.
    pub fn spec(&self, message: &[u8], seconds: i64) -> TimestampSpec {
        TimestampSpec {
            status: 0,
            time: seconds,
            policy: "1.3.6.1.4.1.57264.2".into(),
            imprint_hash: Hash::Sha256,
            imprint: sha256(message),
            serial: 0x1234_5678,
            nonce: None,
            content_type: TST_INFO.into(),
            signed_content_type: TST_INFO.into(),
            hash: Hash::Sha256,
            message_digest: None,
            signing_time: Some(seconds),
            signer: self.certificate.clone(),
            signing_certificate: Some(self.certificate.clone()),
            embedded: vec![self.certificate.clone()],
            signers: 1,
        }
    }

    /// A response: this authority saw `message` at `seconds`.
    pub fn stamp(&self, message: &[u8], seconds: i64) -> Vec<u8> {
        self.respond(&self.spec(message, seconds))
    }

    /// The response that `spec` asks for.
    pub fn respond(&self, spec: &TimestampSpec) -> Vec<u8> {
        let status = der::sequence([&der::integer(spec.status)]);
        der::sequence([&status, &self.token(spec)])
    }

    /// `TimeStampToken`, without the status around it.
    pub fn token(&self, spec: &TimestampSpec) -> Vec<u8> {
        let info = spec.info();
        let content = der::sequence([&der::oid(&spec.content_type), &der::context(0, &der::octet_string(&info))]);
        let certificates: Vec<u8> = spec.embedded.iter().flat_map(|certificate| certificate.der.clone()).collect();
        let certificates = if certificates.is_empty() { Vec::new() } else { der::context(0, &certificates) };
        let signers = vec![self.signer_info(spec, &info); spec.signers];
        let signed_data = der::sequence([
            &der::integer(3),
            &der::set_of(&[spec.hash.algorithm_identifier()]),
            &content,
            &certificates,
            &der::set_of(&signers),
        ]);
        der::sequence([&der::oid(SIGNED_DATA), &der::context(0, &signed_data)])
    }

    /// `SignerInfo`, RFC 5652 section 5.3.
    fn signer_info(&self, spec: &TimestampSpec, info: &[u8]) -> Vec<u8> {
        let attributes = spec.attributes(info);
        // Signed as a SET, and written as [0] (RFC 5652 section 5.4).
        let signature = self.key.sign_with(spec.hash, &attributes);
        let written = [&[0xa0], &attributes[1..]].concat();
        let signer = &spec.signer.spec;
        der::sequence([
            &der::integer(1),
            &der::sequence([&signer.issuer.der(), &der::unsigned(&signer.serial)]),
            &spec.hash.algorithm_identifier(),
            &written,
            &self.key.signature_algorithm(spec.hash),
            &der::octet_string(&signature),
        ])
    }
}

impl TimestampSpec {
    /// `TSTInfo`, RFC 3161 section 2.4.2.
    fn info(&self) -> Vec<u8> {
        let algorithm = self.imprint_hash.algorithm_identifier();
        // Written with NULL here and without elsewhere, as authorities do.
        let algorithm = der::sequence([&algorithm[2..], &der::null()]);
        let nonce = self.nonce.map(der::integer).unwrap_or_default();
        der::sequence([
            &der::integer(1),
            &der::oid(&self.policy),
            &der::sequence([&algorithm, &der::octet_string(&self.imprint)]),
            &der::integer(self.serial),
            &der::generalized_time(self.time),
            &der::sequence([&der::integer(1)]),
            &nonce,
        ])
    }

    fn attributes(&self, info: &[u8]) -> Vec<u8> {
        let attribute = |oid: &str, value: Vec<u8>| der::sequence([&der::oid(oid), &der::set_of(&[value])]);
        let digest = self.message_digest.clone().unwrap_or_else(|| self.hash.of(info));
        let mut attributes =
            vec![attribute(CONTENT_TYPE, der::oid(&self.signed_content_type)), attribute(MESSAGE_DIGEST, der::octet_string(&digest))];
        attributes.extend(self.signing_time.map(|seconds| attribute(SIGNING_TIME, der::x509_time(seconds))));
        attributes.extend(self.signing_certificate.as_ref().map(|named| attribute(SIGNING_CERTIFICATE_V2, ess_cert_id_v2(named))));
        der::set_of(&attributes)
    }
}

/// RFC 5035 section 3. SHA-256 is the default, so that it is not named.
fn ess_cert_id_v2(certificate: &Certificate) -> Vec<u8> {
    let issuer = der::sequence([&der::context(4, &certificate.spec.issuer.der())]);
    let issuer_and_serial = der::sequence([&issuer, &der::unsigned(&certificate.spec.serial)]);
    let identifier = der::sequence([&der::octet_string(&sha256(&certificate.der)), &issuer_and_serial]);
    der::sequence([&der::sequence([&identifier])])
}

/// RFC 3161 section 2.3: critical, and the only purpose.
fn time_stamping() -> Extension {
    Extension::extended_key_usage(&[TIME_STAMPING]).critical()
}
