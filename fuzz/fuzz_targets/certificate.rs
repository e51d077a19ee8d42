//! Certificates, whoever wrote them: the first is somebody's, the last is trusted, those between may lead from one to the other. Read as
//! what they are, or refused with a sentence; a path is found or refused, and what a log promised is read or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::crypto::Scheme;
use pullproof::der::Reader;
use pullproof::time::Validity;
use pullproof::tlog::Log;
use pullproof::x509::Certificate;
use pullproof::x509::path;
use pullproof::x509::path::Authority;
use pullproof::x509::path::Purpose;
use pullproof::x509::sct;

fuzz_target!(|bytes: &[u8]| {
    let mut reader = Reader::new(bytes);
    let mut certificates = Vec::new();
    while let Ok(element) = reader.any() {
        match Certificate::from_der(element.bytes) {
            Ok(certificate) => certificates.push(read(certificate, element.bytes)),
            Err(refusal) => sentence(&refusal.to_string()),
        }
    }
    let [leaf, untrusted @ .., anchor] = certificates.as_slice() else { return };
    let always = Validity { from: leaf.validity().from, to: None };
    let authority = Authority { chain: vec![anchor.clone()], validity: always, uri: String::new(), operator: None };
    let at = leaf.validity().from;
    for purpose in [Purpose::CodeSigning, Purpose::TimeStamping] {
        match path::paths(leaf, untrusted, &authority, at, purpose) {
            Ok(found) => {
                assert!(!found.is_empty());
                // Whoever wrote them has no key of the anchor, unless it is theirs.
                for way in found {
                    if let Ok(way) = way.prove() {
                        assert_eq!(way.anchor(), anchor);
                        assert!(way.certificates().all(|certificate| certificate.validity().contains(at)));
                    }
                }
            }
            Err(refusal) => sentence(&refusal.to_string()),
        }
    }
    let log = Log {
        id: anchor.key().id().as_bytes().to_vec(),
        key: anchor.key().clone(),
        scheme: Scheme::of(anchor.key().kind()),
        origin: String::new(),
        operator: None,
        validity: always,
    };
    if let Err(refusal) = sct::verify(leaf, anchor, &[log]) {
        sentence(&refusal.to_string());
    }
});

fn read(certificate: Certificate, der: &[u8]) -> Certificate {
    assert_eq!(certificate.der(), der);
    assert!(der.windows(certificate.tbs().len()).any(|part| part == certificate.tbs()), "what was signed is what was received");
    sentence(&format!("{} {}", certificate.issuer_text(), certificate.subject_text()));
    certificate
}

fn sentence(text: &str) {
    assert!(!text.is_empty() && !text.contains(char::is_control), "{text:?}");
}
