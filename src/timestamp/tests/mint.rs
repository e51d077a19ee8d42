//! Makes certificates and timestamps, right ones and wrong ones, with keys that are no secret.

use p256::ecdsa::signature::Signer as _;

use crate::digest::Algorithm;
use crate::digest::Digest;

pub(super) const SHA_1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
pub(super) const SHA_256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
pub(super) const SHA_384: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
pub(super) const SHA_512: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];
pub(super) const ECDSA_WITH_SHA_1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
pub(super) const ECDSA_WITH_SHA_256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
pub(super) const ECDSA_WITH_SHA_384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
pub(super) const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
pub(super) const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
pub(super) const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
pub(super) const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
pub(super) const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
pub(super) const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
pub(super) const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05];
pub(super) const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0c];
pub(super) const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f];
pub(super) const TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];
pub(super) const CODE_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03];
/// 1.3.6.1.4.1.32473.1, from the arc for examples (RFC 5612).
pub(super) const SOMETHING: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x81, 0xfd, 0x59, 0x01];

/// One element.
pub(super) fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = match u16::try_from(contents.len()).expect("no test needs more") {
        length @ 0..=0x7f => vec![length.to_be_bytes()[1]],
        length @ 0x80..=0xff => vec![0x81, length.to_be_bytes()[1]],
        length => [&[0x82][..], &length.to_be_bytes()].concat(),
    };
    [&[tag], length.as_slice(), contents].concat()
}

pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    der(0x30, &parts.concat())
}

pub(super) fn oid(contents: &[u8]) -> Vec<u8> {
    der(0x06, contents)
}

pub(super) fn integer(number: u8) -> Vec<u8> {
    der(0x02, &[number])
}

pub(super) fn octets(contents: &[u8]) -> Vec<u8> {
    der(0x04, contents)
}

pub(super) fn name(common_name: &str) -> Vec<u8> {
    let attribute = sequence(&[&oid(&[0x55, 4, 3]), &der(0x0c, common_name.as_bytes())]);
    sequence(&[&der(0x31, &attribute)])
}

/// A private key on P-256 that everybody can guess.
#[derive(Clone)]
pub(super) struct Key(p256::ecdsa::SigningKey);

impl Key {
    pub(super) fn of(seed: u8) -> Self {
        Self(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    fn spki(&self) -> Vec<u8> {
        let curve = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
        let algorithm = sequence(&[&oid(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]), &oid(&curve)]);
        let point = self.0.verifying_key().to_sec1_point(false);
        sequence(&[&algorithm, &der(0x03, &[&[0], point.as_bytes()].concat())])
    }

    /// ECDSA with SHA-256.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: p256::ecdsa::Signature = self.0.sign(message);
        signature.to_der().as_bytes().to_vec()
    }
}

/// A certificate to be made.
#[derive(Clone)]
pub(super) struct Issue {
    pub(super) serial_number: u8,
    pub(super) issuer: &'static str,
    pub(super) subject: &'static str,
    pub(super) key: Key,
    pub(super) issuer_key: Key,
    /// `UTCTime`.
    pub(super) validity: [&'static str; 2],
    pub(super) is_authority: bool,
    pub(super) purposes: Vec<&'static [u8]>,
}

impl Issue {
    /// Of `subject` by `issuer`, each with the key of its seed, for signing timestamps in 2025.
    pub(super) fn signer(subject: (&'static str, u8), issuer: (&'static str, u8)) -> Self {
        Self {
            serial_number: 7,
            issuer: issuer.0,
            subject: subject.0,
            key: Key::of(subject.1),
            issuer_key: Key::of(issuer.1),
            validity: ["250101000000Z", "251231235959Z"],
            is_authority: false,
            purposes: vec![TIME_STAMPING],
        }
    }

    /// By itself, for issuing certificates.
    pub(super) fn root(subject: (&'static str, u8)) -> Self {
        let validity = ["200101000000Z", "400101000000Z"];
        Self { serial_number: 1, is_authority: true, purposes: Vec::new(), validity, ..Self::signer(subject, subject) }
    }

    pub(super) fn key_identifier(&self) -> Vec<u8> {
        Digest::of(Algorithm::Sha256, &self.key.spki()).as_bytes()[..20].to_vec()
    }

    pub(super) fn certificate(&self) -> Vec<u8> {
        let extension = |number: u8, critical: bool, value: &[u8]| {
            let critical = if critical { der(0x01, &[0xff]) } else { Vec::new() };
            sequence(&[&oid(&[0x55, 0x1d, number]), &critical, &octets(value)])
        };
        let mut extensions = extension(14, false, &octets(&self.key_identifier()));
        if self.is_authority {
            extensions.extend(extension(19, true, &sequence(&[&der(0x01, &[0xff])])));
            // keyCertSign
            extensions.extend(extension(15, true, &der(0x03, &[2, 0x04])));
        } else {
            // digitalSignature
            extensions.extend(extension(15, true, &der(0x03, &[7, 0x80])));
        }
        if !self.purposes.is_empty() {
            let purposes: Vec<u8> = self.purposes.iter().flat_map(|purpose| oid(purpose)).collect();
            extensions.extend(extension(37, true, &der(0x30, &purposes)));
        }
        let algorithm = sequence(&[&oid(ECDSA_WITH_SHA_256)]);
        let [from, to] = self.validity.map(|time| der(0x17, time.as_bytes()));
        let tbs = sequence(&[
            &der(0xa0, &integer(2)),
            &integer(self.serial_number),
            &algorithm,
            &name(self.issuer),
            &sequence(&[&from, &to]),
            &name(self.subject),
            &self.key.spki(),
            &der(0xa3, &der(0x30, &extensions)),
        ]);
        let signature = der(0x03, &[&[0], self.issuer_key.sign(&tbs).as_slice()].concat());
        sequence(&[&tbs, &algorithm, &signature])
    }
}

/// A timestamp to be made. Every part can be set to something else; what is `None` follows from the rest.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) status: Vec<u8>,
    pub(super) version: u8,
    pub(super) content_info_type: &'static [u8],
    pub(super) digest_algorithms: Vec<Vec<u8>>,
    pub(super) content_type: &'static [u8],
    pub(super) info: Info,
    /// Instead of what `info` gives.
    pub(super) content: Option<Vec<u8>>,
    pub(super) certificates: Vec<Vec<u8>>,
    /// How often the signer is listed.
    pub(super) signers: usize,
    pub(super) signer_version: u8,
    pub(super) signer_identifier: Vec<u8>,
    pub(super) digest_algorithm: Vec<u8>,
    pub(super) attributes: Option<Vec<Vec<u8>>>,
    pub(super) signature_algorithm: Vec<u8>,
    pub(super) unsigned_attributes: Vec<u8>,
    pub(super) key: Key,
    pub(super) signing_certificate: Vec<u8>,
}

/// A `TSTInfo` to be made.
#[derive(Clone)]
pub(super) struct Info {
    pub(super) version: u8,
    pub(super) imprint_algorithm: Vec<u8>,
    pub(super) imprint: Vec<u8>,
    pub(super) time: &'static str,
    /// Whatever is behind the time.
    pub(super) rest: Vec<u8>,
}

impl Info {
    pub(super) fn der(&self) -> Vec<u8> {
        sequence(&[
            &integer(self.version),
            &oid(SOMETHING),
            &sequence(&[&self.imprint_algorithm, &octets(&self.imprint)]),
            &integer(42),
            &der(0x18, self.time.as_bytes()),
            &self.rest,
        ])
    }
}

impl Token {
    /// A right one: over `message`, made in the middle of 2025 by whoever `issue` is about.
    pub(super) fn over(message: &[u8], issue: &Issue) -> Self {
        let sha_256 = sequence(&[&oid(SHA_256)]);
        let certificate = issue.certificate();
        Self {
            status: sequence(&[&integer(0)]),
            version: 3,
            content_info_type: SIGNED_DATA,
            digest_algorithms: vec![sha_256.clone()],
            content_type: TST_INFO,
            info: Info {
                version: 1,
                imprint_algorithm: sha_256.clone(),
                imprint: Digest::of(Algorithm::Sha256, message).as_bytes().to_vec(),
                time: "20250701120000Z",
                // An accuracy of a second, and a nonce.
                rest: [sequence(&[&integer(1)]), integer(99)].concat(),
            },
            content: None,
            certificates: Vec::new(),
            signers: 1,
            signer_version: 1,
            signer_identifier: sequence(&[&name(issue.issuer), &integer(issue.serial_number)]),
            digest_algorithm: sha_256,
            attributes: None,
            signature_algorithm: sequence(&[&oid(ECDSA_WITH_SHA_256)]),
            unsigned_attributes: Vec::new(),
            key: issue.key.clone(),
            signing_certificate: signing_certificate_v2(&Digest::of(Algorithm::Sha256, &certificate), &[]),
        }
    }

    fn content(&self) -> Vec<u8> {
        self.content.clone().unwrap_or_else(|| self.info.der())
    }

    /// The attributes of a right one, which tests leave out, double or replace.
    pub(super) fn right_attributes(&self) -> Vec<Vec<u8>> {
        vec![
            attribute(CONTENT_TYPE, &oid(TST_INFO)),
            attribute(SIGNING_TIME, &der(0x17, b"250701120000Z")),
            attribute(MESSAGE_DIGEST, &octets(Digest::of(Algorithm::Sha256, &self.content()).as_bytes())),
            self.signing_certificate.clone(),
        ]
    }

    /// Without an attribute, by its type.
    pub(super) fn attributes_without(&self, without: &[u8]) -> Vec<Vec<u8>> {
        self.right_attributes().into_iter().filter(|attribute| !attribute[2..].starts_with(&oid(without))).collect()
    }

    pub(super) fn signer_info(&self) -> Vec<u8> {
        let attributes = self.attributes.clone().unwrap_or_else(|| self.right_attributes()).concat();
        sequence(&[
            &integer(self.signer_version),
            &self.signer_identifier,
            &self.digest_algorithm,
            &der(0xa0, &attributes),
            &self.signature_algorithm,
            &octets(&self.key.sign(&der(0x31, &attributes))),
            &self.unsigned_attributes,
        ])
    }

    pub(super) fn signed_data(&self) -> Vec<u8> {
        let certificates = if self.certificates.is_empty() { Vec::new() } else { der(0xa0, &self.certificates.concat()) };
        sequence(&[
            &integer(self.version),
            &der(0x31, &self.digest_algorithms.concat()),
            &sequence(&[&oid(self.content_type), &der(0xa0, &octets(&self.content()))]),
            &certificates,
            &der(0x31, &self.signer_info().repeat(self.signers)),
        ])
    }

    /// The `TimeStampResp`.
    pub(super) fn response(&self) -> Vec<u8> {
        sequence(&[&self.status, &sequence(&[&oid(self.content_info_type), &der(0xa0, &self.signed_data())])])
    }
}

pub(super) fn attribute(of: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[&oid(of), &der(0x31, value)])
}

/// `SigningCertificateV2` with one name in it.
pub(super) fn signing_certificate_v2(certificate: &Digest, issuer_serial: &[u8]) -> Vec<u8> {
    let named = sequence(&[&octets(certificate.as_bytes()), issuer_serial]);
    attribute(SIGNING_CERTIFICATE_V2, &sequence(&[&sequence(&[&named])]))
}

/// `IssuerSerial`
pub(super) fn issuer_serial(issuer: &str, serial_number: u8) -> Vec<u8> {
    sequence(&[&sequence(&[&der(0xa4, &name(issuer))]), &integer(serial_number)])
}
