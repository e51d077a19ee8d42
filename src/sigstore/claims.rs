//! What a certificate of a Sigstore authority says of whom it was issued to.
//!
//! [Fulcio, "OID information"](https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md): who vouched for the signer (the
//! issuer), who the signer is (the subject alternative name), and for build systems what was built where. All of it is what the
//! authority says: it is worth as much as the path that leads to the authority.

use core::fmt;

use crate::der;
use crate::der::InvalidDer;
use crate::der::Reader;
use crate::der::Tag;
use crate::excerpt::excerpt;

/// What a certificate says, each text free of control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who vouched for the signer: `https://token.actions.githubusercontent.com`. `None` where the authority vouches for itself, as
    /// private ones do; then nobody is who is wanted, since an issuer always is.
    pub issuer: Option<String>,
    /// Who the signer is: an e-mail address, a URI, or a name that means something to the issuer.
    pub subject: String,
    /// What else is said, by the names that sigstore-go gives it, in the order of [`Self::names`].
    pub others: Vec<(&'static str, String)>,
}

/// How an extension holds its text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The octets of the extension are the text: 1 to 6.
    Raw,
    /// A `UTF8String`: 8 and above.
    Der,
}

/// The last arc of each extension below 1.3.6.1.4.1.57264.1, and the name of its claim (sigstore-go,
/// `pkg/fulcio/certificate/extensions.go`). 7 is no extension but the type of an `OtherName`.
const EXTENSIONS: [(u8, &str, Form); 20] = [
    (2, "githubWorkflowTrigger", Form::Raw),
    (3, "githubWorkflowSHA", Form::Raw),
    (4, "githubWorkflowName", Form::Raw),
    (5, "githubWorkflowRepository", Form::Raw),
    (6, "githubWorkflowRef", Form::Raw),
    (9, "buildSignerURI", Form::Der),
    (10, "buildSignerDigest", Form::Der),
    (11, "runnerEnvironment", Form::Der),
    (12, "sourceRepositoryURI", Form::Der),
    (13, "sourceRepositoryDigest", Form::Der),
    (14, "sourceRepositoryRef", Form::Der),
    (15, "sourceRepositoryIdentifier", Form::Der),
    (16, "sourceRepositoryOwnerURI", Form::Der),
    (17, "sourceRepositoryOwnerIdentifier", Form::Der),
    (18, "buildConfigURI", Form::Der),
    (19, "buildConfigDigest", Form::Der),
    (20, "buildTrigger", Form::Der),
    (21, "runInvocationURI", Form::Der),
    (22, "sourceRepositoryVisibilityAtSigning", Form::Der),
    (23, "deploymentEnvironment", Form::Der),
];

/// 1.3.6.1.4.1.57264.1, to which an arc below 128 is added.
const FULCIO: [u8; 9] = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01];
/// `id-ce-subjectAltName`, RFC 5280 section 4.2.1.6: 2.5.29.17.
const SUBJECT_ALTERNATIVE_NAME: [u8; 3] = [0x55, 0x1d, 0x11];

/// Characters of a text that a message repeats.
const SHOWN: usize = 200;

impl Claims {
    /// Reads them from the extensions of a certificate: `extension` gives the octets inside of `extnValue` for an OID.
    pub fn read<'a>(extension: impl Fn(&[u8]) -> Option<&'a [u8]>) -> Result<Self, InvalidClaims> {
        let fulcio = |arc: u8, name: &'static str, form: Form| {
            extension(&[FULCIO.as_slice(), &[arc]].concat()).map(|octets| text(name, octets, form)).transpose()
        };
        let subject = extension(&SUBJECT_ALTERNATIVE_NAME).ok_or(InvalidClaims::Subject)?;
        // The first certificates said it only raw, newer ones in both forms: who reads one form and who reads the other must see the same.
        let issuer = match (fulcio(8, "issuer", Form::Der)?, fulcio(1, "issuer", Form::Raw)?) {
            (Some(new), Some(old)) if new != old => return Err(InvalidClaims::Issuers { new, old }),
            (new, old) => new.or(old),
        };
        let others = EXTENSIONS
            .into_iter()
            .filter_map(|(arc, name, form)| fulcio(arc, name, form).map(|found| found.map(|found| (name, found))).transpose());
        Ok(Self { issuer, subject: read_subject(subject)?, others: others.collect::<Result<_, _>>()? })
    }

    /// A claim by its name, `issuer` and `subject` among them.
    pub fn named(&self, name: &str) -> Option<&str> {
        match name {
            "issuer" => self.issuer.as_deref(),
            "subject" => Some(&self.subject),
            _ => self.others.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str()),
        }
    }

    /// The names that a claim can have, other than `issuer` and `subject`.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EXTENSIONS.into_iter().map(|(_, name, _)| name)
    }
}

/// `GeneralNames` of one name (Fulcio's specification, "Certificate profile"): of two, one reader would show the first and another the last.
fn read_subject(octets: &[u8]) -> Result<String, InvalidClaims> {
    let mut names = der::only(octets, Tag::SEQUENCE)?.reader();
    let name = names.any()?;
    if !names.is_empty() {
        return Err(InvalidClaims::Subject);
    }
    match name.tag {
        // rfc822Name and uniformResourceIdentifier, both `IA5String`.
        EMAIL | URI if name.value.is_ascii() => text("subject", name.value, Form::Raw),
        OTHER_NAME => {
            let mut other = name.reader();
            let kind = other.oid()?;
            if kind != [FULCIO.as_slice(), &[7]].concat() {
                return Err(InvalidClaims::Subject);
            }
            let value = other.element(Tag::context_constructed(0))?;
            other.finish()?;
            text("subject", value.value, Form::Der)
        }
        _ => Err(InvalidClaims::Subject),
    }
}

const OTHER_NAME: Tag = Tag::context_constructed(0);
const EMAIL: Tag = Tag::context(1);
const URI: Tag = Tag::context(6);

fn text(name: &'static str, octets: &[u8], form: Form) -> Result<String, InvalidClaims> {
    let octets = match form {
        Form::Raw => octets,
        Form::Der => {
            let mut reader = Reader::new(octets);
            let element = reader.element(Tag::UTF8_STRING)?;
            reader.finish()?;
            element.value
        }
    };
    match core::str::from_utf8(octets) {
        Ok(text) if !text.is_empty() && !text.chars().any(char::is_control) => Ok(text.to_owned()),
        // Some claims are empty where they do not apply; nobody can be nobody.
        Ok("") if name != "issuer" && name != "subject" => Ok(String::new()),
        _ => Err(InvalidClaims::Text { name }),
    }
}

/// Why a certificate does not say whom it was issued to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidClaims {
    /// An extension is no DER, or not of a string.
    Der(InvalidDer),
    /// Two issuers are named.
    Issuers {
        /// In extension 1.3.6.1.4.1.57264.1.8.
        new: String,
        /// In extension 1.3.6.1.4.1.57264.1.1.
        old: String,
    },
    /// There is not exactly one subject alternative name, or it is none that a Sigstore authority gives.
    Subject,
    /// A text is empty, no UTF-8, or has control characters.
    Text {
        /// Which claim.
        name: &'static str,
    },
}

impl InvalidClaims {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Issuers { .. } => "claims-ambiguous",
            Self::Der(_) | Self::Subject | Self::Text { .. } => "claims-invalid",
        }
    }
}

impl fmt::Display for InvalidClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Der(invalid) => write!(f, "claims of the certificate: {invalid}"),
            Self::Issuers { new, old } => {
                write!(f, "expected a certificate that names one issuer, found \"{}\" and \"{}\"", excerpt(new, SHOWN), excerpt(old, SHOWN))
            }
            Self::Subject => {
                f.write_str("expected exactly one e-mail address, URI or user name as the subject, found none, more or another")
            }
            Self::Text { name } => write!(f, "expected the claim {name} to be a text without control characters, found other octets"),
        }
    }
}

impl core::error::Error for InvalidClaims {}

impl From<InvalidDer> for InvalidClaims {
    fn from(invalid: InvalidDer) -> Self {
        Self::Der(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Extensions as pairs of the last octet of the OID (0 for the subject alternative name) and their octets.
    fn read(extensions: &[(u8, &[u8])]) -> Result<Claims, InvalidClaims> {
        Claims::read(|oid| {
            let wanted = if oid == SUBJECT_ALTERNATIVE_NAME { 0 } else { *oid.last()? };
            extensions.iter().find(|(arc, _)| *arc == wanted).map(|(_, octets)| *octets)
        })
    }

    fn tagged(tag: u8, contents: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(contents.len()).unwrap()], contents].concat()
    }

    fn names(names: &[Vec<u8>]) -> Vec<u8> {
        tagged(0x30, &names.concat())
    }

    fn email() -> Vec<u8> {
        names(&[tagged(0x81, b"a@b.example")])
    }

    #[test]
    fn an_e_mail_address_a_uri_and_a_user_name_are_subjects() {
        let oid = tagged(0x06, &[FULCIO.as_slice(), &[7]].concat());
        let other = tagged(0xa0, &[oid, tagged(0xa0, &tagged(0x0c, b"foo!oidc.local"))].concat());
        for (name, subject) in
            [(tagged(0x81, b"a@b.example"), "a@b.example"), (tagged(0x86, b"https://x/y"), "https://x/y"), (other, "foo!oidc.local")]
        {
            let claims = read(&[(0, &names(&[name])), (1, b"https://issuer")]).unwrap();
            assert_eq!((claims.subject.as_str(), claims.issuer.as_deref()), (subject, Some("https://issuer")));
        }
    }

    #[test]
    fn two_subjects_none_or_another_kind_of_name_are_refused() {
        let email = tagged(0x81, b"a@b.example");
        let foreign = tagged(0xa0, &[tagged(0x06, &[0x2b, 0x06]), tagged(0xa0, &tagged(0x0c, b"x"))].concat());
        for subject in [names(&[email.clone(), email]), names(&[tagged(0x82, b"b.example")]), names(&[foreign])] {
            assert_eq!(read(&[(0, &subject), (1, b"https://issuer")]), Err(InvalidClaims::Subject));
        }
        assert_eq!(read(&[(1, b"https://issuer")]), Err(InvalidClaims::Subject));
        assert!(read(&[(0, &names(&[])), (1, b"https://issuer")]).is_err());
    }

    #[test]
    fn old_certificates_name_the_issuer_without_der_and_new_ones_with_it() {
        assert_eq!(read(&[(0, &email()), (1, b"https://old")]).unwrap().issuer.as_deref(), Some("https://old"));
        assert_eq!(read(&[(0, &email()), (8, &tagged(0x0c, b"https://new"))]).unwrap().issuer.as_deref(), Some("https://new"));
        let both = read(&[(0, &email()), (1, b"https://same"), (8, &tagged(0x0c, b"https://same"))]);
        assert_eq!(both.unwrap().issuer.as_deref(), Some("https://same"));
    }

    #[test]
    fn two_issuers_that_differ_are_refused() {
        let refused = read(&[(0, &email()), (1, b"https://old"), (8, &tagged(0x0c, b"https://new"))]);
        assert_eq!(refused, Err(InvalidClaims::Issuers { new: "https://new".into(), old: "https://old".into() }));
        assert_eq!(read(&[(0, &email())]).unwrap().issuer, None);
    }

    #[test]
    fn the_newer_issuer_without_der_and_the_older_one_with_it_are_not_mixed_up() {
        assert!(matches!(read(&[(0, &email()), (8, b"https://raw")]), Err(InvalidClaims::Der(_))));
        let claims = read(&[(0, &email()), (1, &tagged(0x0c, b"https://der"))]);
        assert_eq!(claims, Err(InvalidClaims::Text { name: "issuer" }), "the octets of DER are no text");
    }

    #[test]
    fn what_is_said_of_the_build_is_read_by_name() {
        let claims = read(&[(0, &email()), (1, b"https://issuer"), (2, b"push"), (12, &tagged(0x0c, b"https://github.com/o/r"))]).unwrap();
        assert_eq!(claims.others, [("githubWorkflowTrigger", "push".into()), ("sourceRepositoryURI", "https://github.com/o/r".into())]);
        assert_eq!(claims.named("sourceRepositoryURI"), Some("https://github.com/o/r"));
        assert_eq!(claims.named("buildTrigger"), None);
        assert_eq!(claims.named("issuer"), Some("https://issuer"));
    }

    #[test]
    fn texts_that_show_something_else_than_they_are_are_refused() {
        for octets in [b"a\nb".as_slice(), b"a\0b", b"\xff", b""] {
            let subject = names(&[tagged(0x86, octets)]);
            assert!(read(&[(0, &subject), (1, b"https://issuer")]).is_err(), "{octets:?}");
            assert!(read(&[(0, &email()), (1, octets)]).is_err(), "{octets:?}");
        }
        assert!(read(&[(0, &names(&[tagged(0x81, "ä@b.example".as_bytes())])), (1, b"https://issuer")]).is_err());
    }
}
