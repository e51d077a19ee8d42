//! What is a certificate, and what is not.

use pullproof::budget;
use pullproof::crypto::InvalidKey;
use pullproof::crypto::InvalidScheme;
use pullproof::crypto::Scheme;
use pullproof::der::InvalidDer;
use pullproof::digest::Algorithm;
use pullproof::pem::InvalidPem;
use pullproof::x509::Certificate;
use pullproof::x509::InvalidCertificate;
use pullproof::x509::extension::BasicConstraints;
use pullproof::x509::extension::GeneralName;

use crate::minted::ALTERNATIVE_NAMES;
use crate::minted::AUTHORITY_KEY;
use crate::minted::BASIC_CONSTRAINTS;
use crate::minted::Draft;
use crate::minted::ECDSA_SHA_1;
use crate::minted::ECDSA_SHA_256;
use crate::minted::ECDSA_SHA_384;
use crate::minted::EXTENDED_KEY_USAGE;
use crate::minted::Extension;
use crate::minted::FROM;
use crate::minted::KEY_USAGE;
use crate::minted::SUBJECT_KEY;
use crate::minted::TO;
use crate::minted::UNKNOWN;
use crate::minted::algorithm;
use crate::minted::alternative_names;
use crate::minted::element;
use crate::minted::extension_der;
use crate::minted::intermediate;
use crate::minted::key;
use crate::minted::key_usage;
use crate::minted::leaf;
use crate::minted::name;
use crate::minted::oid;
use crate::minted::sequence;
use crate::minted::signed_intermediate;
use crate::minted::signed_leaf;
use crate::minted::time;
use crate::minted::uri;

#[track_caller]
fn refused(draft: &Draft) -> InvalidCertificate {
    Certificate::from_der(&draft.der("intermediate", &key(2))).unwrap_err()
}

#[track_caller]
fn refused_with(named: &'static [u8], critical: bool, value: Vec<u8>) {
    let found = refused(&leaf().with((named, critical, value)));
    assert!(matches!(found, InvalidCertificate::Extension { .. }), "{found:?}");
}

#[test]
fn every_part_is_read_where_it_stands() {
    let certificate = signed_leaf();
    assert_eq!(certificate.der(), leaf().der("intermediate", &key(2)));
    assert_eq!(certificate.tbs(), leaf().tbs("intermediate", &key(2)));
    assert_eq!(certificate.serial(), [1, 2]);
    assert_eq!(certificate.issuer(), name("intermediate"));
    assert_eq!(certificate.subject(), sequence(&[]));
    assert_eq!(certificate.issuer_text(), "CN=intermediate");
    assert_eq!(certificate.subject_text(), "https://ci.test/team/app");
    assert_eq!((certificate.validity().from, certificate.validity().to), (time(FROM), Some(time(TO))));
    assert_eq!(certificate.key().spki(), key(3).spki());
    assert_eq!(certificate.scheme(), Scheme::Ecdsa(Algorithm::Sha256));
    assert_eq!(certificate.signature(), key(2).sign(certificate.tbs()));
    assert_eq!(certificate.basic_constraints(), BasicConstraints::default());
    assert_eq!(certificate.subject_alternative_names(), [GeneralName::Uri("https://ci.test/team/app".into())]);
    assert_eq!(certificate.authority_key_identifier(), Some(&b"intermediate key"[..]));
    assert_eq!(certificate.subject_key_identifier(), None);
    assert!(!certificate.is_self_issued());

    let issuer = signed_intermediate();
    assert_eq!(issuer.basic_constraints(), BasicConstraints { authority: true, path_length: Some(0) });
    assert!(issuer.key_usage().unwrap().certificate_signing && !issuer.key_usage().unwrap().digital_signature);
    assert_eq!(issuer.extended_key_usage().unwrap().purposes.len(), 1);
    assert_eq!(issuer.subject_key_identifier(), Some(&b"intermediate key"[..]));
}

#[test]
fn an_extension_that_is_not_understood_can_be_had() {
    let certificate = leaf().with((UNKNOWN, false, b"raw text, no DER".to_vec())).issued_by("intermediate", &key(2));
    assert_eq!(certificate.extension(UNKNOWN), Some((false, &b"raw text, no DER"[..])));
    assert_eq!(certificate.extension(&[0x2a]), None);
    assert_eq!(certificate.unknown_critical(), None);
    let critical = leaf().with((UNKNOWN, true, vec![])).issued_by("intermediate", &key(2));
    assert_eq!(critical.unknown_critical(), Some(UNKNOWN));
}

#[test]
fn names_of_every_kind_are_read() {
    let other = |tag: u8, text: &[u8]| {
        element(0xa0, &[oid(&[0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1, 7]), element(0xa0, &element(tag, text))].concat())
    };
    let names = [
        element(0x81, b"a@b.test"),
        element(0x82, b"b.test"),
        uri("https://b.test"),
        other(0x0c, "jürgen!b.test".as_bytes()),
        other(0x16, b"not in UTF-8"),
        element(0x87, &[127, 0, 0, 1]),
    ];
    let certificate = leaf().with(alternative_names(&names)).issued_by("intermediate", &key(2));
    assert_eq!(
        certificate.subject_alternative_names(),
        [
            GeneralName::Email("a@b.test".into()),
            GeneralName::Dns("b.test".into()),
            GeneralName::Uri("https://b.test".into()),
            GeneralName::OtherName { kind: vec![0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1, 7], value: "jürgen!b.test".into() },
            GeneralName::Other { tag: 0xa0 },
            GeneralName::Other { tag: 0x87 },
        ]
    );
    assert_eq!(certificate.unknown_critical(), None, "a critical otherName is understood");
}

#[test]
fn a_name_cannot_steer_a_terminal() {
    let draft = leaf().but(|draft| draft.subject = name("\u{1b}[2Ja\u{202e}"));
    assert_eq!(draft.issued_by("intermediate", &key(2)).subject_text(), "CN=\\u{1b}[2Ja\\u{202e}");
}

#[test]
fn bytes_behind_the_certificate_are_refused() {
    let der = [leaf().der("intermediate", &key(2)), vec![0]].concat();
    assert_eq!(Certificate::from_der(&der), Err(InvalidCertificate::Der(InvalidDer::Trailing)));
}

#[test]
fn something_behind_any_part_is_refused() {
    for draft in [
        leaf().but(|draft| draft.behind = vec![5, 0]),
        leaf().but(|draft| draft.behind_signature = vec![5, 0]),
        leaf().but(|draft| draft.behind_validity = vec![5, 0]),
        leaf().but(|draft| {
            let list: Vec<u8> = draft.extensions.drain(..).flat_map(|extension| extension_der(&extension)).collect();
            draft.behind = element(0xa3, &[element(0x30, &list), vec![5, 0]].concat());
        }),
    ] {
        assert_eq!(refused(&draft), InvalidCertificate::Der(InvalidDer::Trailing));
    }
}

#[test]
fn a_certificate_that_is_cut_off_is_refused_wherever_it_ends() {
    let der = leaf().der("intermediate", &key(2));
    for length in 0..der.len() {
        assert!(Certificate::from_der(&der[..length]).is_err(), "{length}");
    }
}

#[test]
fn no_octet_can_be_changed_unseen() {
    let der = leaf().der("intermediate", &key(2));
    let mut parsed = 0;
    for place in 0..der.len() {
        for bit in [0x01, 0x20] {
            let mut changed = der.clone();
            changed[place] ^= bit;
            let Ok(certificate) = Certificate::from_der(&changed) else { continue };
            parsed += 1;
            let original = signed_leaf();
            assert!(certificate.tbs() != original.tbs() || certificate.signature() != original.signature(), "{place}");
        }
    }
    assert!(parsed > 100, "{parsed}");
}

#[test]
fn a_certificate_of_version_1_or_2_is_refused() {
    assert_eq!(refused(&leaf().but(|draft| draft.version = vec![])), InvalidCertificate::Version { found: 1 });
    assert_eq!(refused(&leaf().but(|draft| draft.version = element(0xa0, &[2, 1, 1]))), InvalidCertificate::Version { found: 2 });
    assert_eq!(refused(&leaf().but(|draft| draft.version = element(0xa0, &[2, 1, 3]))), InvalidCertificate::Version { found: 4 });
}

#[test]
fn a_serial_number_of_zero_is_refused() {
    assert_eq!(refused(&leaf().but(|draft| draft.serial = vec![2, 1, 0])), InvalidCertificate::Serial);
}

#[test]
fn a_negative_serial_number_is_refused() {
    assert!(matches!(refused(&leaf().but(|draft| draft.serial = vec![2, 1, 0x80])), InvalidCertificate::Der(_)));
}

#[test]
fn a_serial_number_has_at_most_20_octets() {
    let of = |octets: &[u8]| leaf().but(|draft| draft.serial = element(2, octets));
    let twenty = of(&[&[0][..], &[0xff; 20]].concat()).issued_by("intermediate", &key(2));
    assert_eq!(twenty.serial(), [0xff; 20]);
    assert_eq!(refused(&of(&[1; 21])), InvalidCertificate::Serial);
}

#[test]
fn the_algorithm_that_is_not_signed_must_be_the_one_that_is() {
    let both = [algorithm(ECDSA_SHA_256), algorithm(ECDSA_SHA_384)];
    assert_eq!(refused(&leaf().but(|draft| draft.algorithms = Some(both))), InvalidCertificate::Algorithms);
}

#[test]
fn a_signature_with_sha_1_is_refused() {
    let both = [algorithm(ECDSA_SHA_1), algorithm(ECDSA_SHA_1)];
    let found = refused(&leaf().but(|draft| draft.algorithms = Some(both)));
    assert_eq!(found, InvalidCertificate::Scheme(InvalidScheme::Unknown));
    assert_eq!(found.code(), "algorithm-unsupported");
}

#[test]
fn an_issuer_without_a_name_is_refused() {
    assert_eq!(refused(&leaf().but(|draft| draft.issuer = Some(sequence(&[])))), InvalidCertificate::EmptyIssuer);
}

#[test]
fn a_certificate_of_nobody_is_refused() {
    assert_eq!(refused(&leaf().without(ALTERNATIVE_NAMES)), InvalidCertificate::Nameless);
    let (named, _, value) = alternative_names(&[uri("https://b.test")]);
    assert_eq!(refused(&leaf().with((named, false, value))), InvalidCertificate::Nameless);
}

#[test]
fn a_name_with_an_empty_set_is_refused() {
    let empty = sequence(&[&element(0x31, &[])]);
    assert!(matches!(refused(&leaf().but(|draft| draft.subject = empty)), InvalidCertificate::Der(_)));
}

#[test]
fn unique_identifiers_are_refused() {
    let draft = leaf().but(|draft| draft.unique_identifiers = element(0x81, &[0, 1]));
    assert!(matches!(refused(&draft), InvalidCertificate::Der(_)));
}

#[test]
fn a_year_from_2050_on_in_two_digits_is_another_year() {
    let draft = leaf().but(|draft| draft.not_after = "500101000000Z");
    assert_eq!(draft.issued_by("intermediate", &key(2)).validity().to, Some(time("1950-01-01T00:00:00Z")));
}

#[test]
fn a_point_that_is_not_written_in_the_one_way_is_refused() {
    let first_octet = |spki: &[u8]| spki.len() - 65;
    let draft = leaf().but(|draft| {
        let place = first_octet(&draft.spki);
        draft.spki[place] = 6;
    });
    assert_eq!(refused(&draft), InvalidCertificate::Key(InvalidKey::Point));
}

#[test]
fn an_extension_that_is_there_twice_is_refused() {
    let draft = leaf().but(|draft| draft.extensions.push(alternative_names(&[uri("https://evil.test")])));
    assert_eq!(refused(&draft), InvalidCertificate::DuplicateExtension { oid: "2.5.29.17".into() });
    let twice = |draft: &mut Draft| draft.extensions.extend([(UNKNOWN, false, vec![1]), (UNKNOWN, false, vec![2])]);
    assert_eq!(refused(&leaf().but(twice)), InvalidCertificate::DuplicateExtension { oid: "1.3.6.1.4.1.57264.1.99".into() });
}

#[test]
fn a_default_that_is_written_is_refused() {
    let extension: Vec<u8> = sequence(&[&oid(UNKNOWN), &[1, 1, 0], &element(4, &[])]);
    let with = |extension: Vec<u8>| leaf().but(|draft| draft.behind = element(0xa3, &element(0x30, &extension)));
    let only = |extension| with(extension).but(|draft| draft.extensions.clear());
    assert!(matches!(refused(&only(extension)), InvalidCertificate::Der(InvalidDer::Value { .. })));
    refused_with(BASIC_CONSTRAINTS, true, sequence(&[&[1, 1, 0]]));
}

#[test]
fn a_list_of_no_extensions_is_refused() {
    let draft = leaf().but(|draft| {
        draft.extensions.clear();
        draft.behind = element(0xa3, &sequence(&[]));
    });
    assert!(matches!(refused(&draft), InvalidCertificate::Der(InvalidDer::Truncated)));
}

#[test]
fn something_behind_an_extension_or_its_value_is_refused() {
    let (named, _, value) = crate::minted::basic_constraints(true, Some(0));
    refused_with(named, true, [value, vec![5, 0]].concat());
    let longer = sequence(&[&oid(UNKNOWN), &element(4, &[]), &[5, 0]]);
    let draft = leaf().but(|draft| {
        draft.extensions.clear();
        draft.behind = element(0xa3, &element(0x30, &longer));
    });
    assert_eq!(refused(&draft), InvalidCertificate::Der(InvalidDer::Trailing));
}

#[test]
fn a_path_length_of_somebody_who_is_no_authority_is_refused() {
    refused_with(BASIC_CONSTRAINTS, true, sequence(&[&[2, 1, 0]]));
    refused_with(BASIC_CONSTRAINTS, true, sequence(&[&[1, 1, 0xff], &[2, 1, 0xff]]));
}

#[test]
fn every_bit_of_key_usage_is_its_own() {
    for bit in 0..8 {
        let usage = leaf().with(key_usage(0x80 >> bit)).issued_by("intermediate", &key(2)).key_usage().unwrap();
        assert_eq!((usage.digital_signature, usage.certificate_signing), (bit == 0, bit == 5), "{bit}");
    }
}

#[test]
fn key_usage_has_one_form() {
    // None, none in one octet, some zeros behind the last one, more than nine, no bit string.
    for value in [&[3, 1, 0][..], &[3, 2, 7, 0], &[3, 2, 0, 0], &[3, 2, 5, 0x80], &[3, 4, 0, 0x80, 0, 1], &[4, 2, 7, 0x80]] {
        refused_with(KEY_USAGE, true, value.to_vec());
    }
}

/// As Go did in 2015: the root certificates of Docker's official images have it.
#[test]
fn key_usage_may_be_written_in_a_whole_octet() {
    let usage = leaf().with((KEY_USAGE, true, vec![3, 2, 0, 0xa0])).issued_by("intermediate", &key(2)).key_usage().unwrap();
    assert!(usage.digital_signature && !usage.certificate_signing);
}

#[test]
fn lists_of_nothing_are_refused() {
    refused_with(EXTENDED_KEY_USAGE, false, sequence(&[]));
    refused_with(ALTERNATIVE_NAMES, true, sequence(&[]));
}

#[test]
fn names_that_are_no_text_are_refused() {
    for names in [
        element(0x86, "https://ü.test".as_bytes()),
        element(0x81, b""),
        element(0x81, &[0xff]),
        element(0x89, b"a"),
        element(0x0c, b"a"),
        element(0xa0, &[oid(UNKNOWN), element(0xa0, &element(0x0c, &[0xff]))].concat()),
        element(0xa0, &oid(UNKNOWN)),
    ] {
        refused_with(ALTERNATIVE_NAMES, true, element(0x30, &names));
    }
}

#[test]
fn key_identifiers_are_never_critical() {
    refused_with(SUBJECT_KEY, true, element(4, b"key"));
    refused_with(AUTHORITY_KEY, true, sequence(&[&element(0x80, b"key")]));
    refused_with(SUBJECT_KEY, false, b"key".to_vec());
    refused_with(AUTHORITY_KEY, false, element(4, b"key"));
    refused_with(AUTHORITY_KEY, false, sequence(&[&element(0x80, b"key"), &[5, 0]]));
}

#[test]
fn a_certificate_that_is_too_large_is_refused() {
    let padding = |length| leaf().with((UNKNOWN, false, vec![0; length])).der("intermediate", &key(2));
    let der = padding(budget::CERTIFICATE_BYTES);
    assert_eq!(Certificate::from_der(&der), Err(InvalidCertificate::TooLarge { bytes: der.len() }));
    assert!(Certificate::from_der(&padding(60_000)).is_ok());
}

#[test]
fn a_certificate_with_too_many_extensions_is_refused() {
    let many: Vec<Vec<u8>> = (0..=64).map(|number| sequence(&[&oid(&[0x2b, number]), &element(4, &[])])).collect();
    let draft = |count: usize| {
        leaf().but(|draft| {
            let others: Vec<u8> = draft.extensions.iter().flat_map(|extension: &Extension| extension_der(extension)).collect();
            draft.extensions.clear();
            draft.behind = element(0xa3, &element(0x30, &[others, many[..count].concat()].concat()));
        })
    };
    assert_eq!(refused(&draft(61)), InvalidCertificate::TooManyExtensions);
    assert!(Certificate::from_der(&draft(60).der("intermediate", &key(2))).is_ok());
}

#[test]
fn a_chain_is_read_from_pem_in_its_order() {
    let block = |der: &[u8], label: &str| {
        use base64ct::Encoding as _;
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64ct::Base64::encode_string(der))
    };
    let (first, second) = (leaf().der("intermediate", &key(2)), intermediate().der("root", &key(1)));
    let text = block(&first, "CERTIFICATE") + &block(&second, "CERTIFICATE");
    let chain = Certificate::from_pem_chain(&text).unwrap();
    assert_eq!(chain.iter().map(Certificate::der).collect::<Vec<_>>(), [&first, &second]);

    let wrong = Certificate::from_pem_chain(&block(&first, "PUBLIC KEY"));
    assert_eq!(wrong, Err(InvalidCertificate::Pem(InvalidPem::Label { expected: "CERTIFICATE" })));
    assert!(matches!(Certificate::from_pem_chain(&block(&first[1..], "CERTIFICATE")), Err(InvalidCertificate::Der(_))));
    assert_eq!(Certificate::from_pem_chain(""), Err(InvalidCertificate::Pem(InvalidPem::Structure)));
}
