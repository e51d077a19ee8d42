//! Checkpoints: what a log signs about its whole tree, so that a proof has a root to lead to.
//!
//! A checkpoint is a signed note ([C2SP signed-note](https://c2sp.org/signed-note)) with a body that everybody writes alike
//! ([C2SP tlog-checkpoint](https://c2sp.org/tlog-checkpoint)):
//!
//! ```text
//! rekor.sigstore.dev - 2605736670972794746          origin; Rekor v1 adds the ID of its tree
//! 23083062                                          size, decimal
//! dauhleYK4YyAdxwwDtR0l0KnSOWZdG2bwqHftlanvcI=      root, base64
//! Timestamp: 1689177396617352539                    extensions, any number of lines
//!
//! — rekor.sigstore.dev wNI9ajBFAiBxaGyEtx…          em dash, name of the key, base64 of a hint of four bytes and the signature
//! — witness.example O8PH5AAAAABopO8+4O9u…           others, such as witnesses
//! ```
//!
//! The body up to its last line end is what is signed. The line of the log may stand anywhere among the signatures. Those of others
//! are read, so that a note means the same to everybody, and say nothing here: nobody gives us their keys.

use core::fmt;

use base64ct::Base64;
use base64ct::Encoding as _;

use crate::budget;
use crate::crypto::InvalidScheme;
use crate::crypto::Message;
use crate::crypto::Obligation;
use crate::crypto::PublicKey;
use crate::crypto::SignatureCheck;
use crate::crypto::Step;
use crate::crypto::Unproven;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::tlog::Log;
use crate::tlog::merkle::Hash;

/// Characters of an origin that a message repeats.
const SHOWN: usize = 80;

/// What a log says of its tree. It is had from [`Checkpoint::verify`] only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which tree: its first line.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

impl Checkpoint {
    /// The checkpoint in `text`, if `log` signed it.
    ///
    /// Of the lines that may be the log's signature by name and hint, one has to hold.
    ///
    /// A log of Rekor v2 is the origin itself. Rekor v1 writes the name of the machine that it runs on, which in private installations
    /// is not the host of its address, and the ID of its tree behind it: there the name has to be the one in the signature's line, and
    /// the hint, which then says nothing of the name, has to be that of the key.
    pub fn verify(text: &str, log: &Log) -> Result<Unproven<Self>, InvalidCheckpoint> {
        let note = Note::parse(text)?;
        let (name, hints) = match name_before_tree_id(note.checkpoint.origin.as_str()) {
            Some(name) => (name, vec![hint_of_key(&log.key)]),
            None if note.checkpoint.origin == log.origin => (log.origin.as_str(), hints_of_name(&log.origin, &log.key)),
            None => {
                return Err(InvalidCheckpoint::Origin { expected: log.origin.clone(), found: note.checkpoint.origin });
            }
        };
        let candidates: Vec<Line<'_>> =
            note.signatures.into_iter().filter(|line| line.name == name && hints.contains(&line.hint)).collect();
        if candidates.is_empty() {
            return Err(InvalidCheckpoint::Unsigned { name: name.to_owned() });
        }
        if candidates.len() > budget::CHECKPOINT_CANDIDATES {
            return Err(InvalidCheckpoint::TooMany { what: "signatures by its log", limit: budget::CHECKPOINT_CANDIDATES });
        }
        let checks = candidates
            .into_iter()
            .map(|line| SignatureCheck::new(log.key.clone(), log.scheme, Message::Bytes(note.body.as_bytes().to_vec()), line.signature))
            .collect::<Result<_, _>>()?;
        Ok(Unproven::new(note.checkpoint, vec![Obligation::any(Step::Log, checks)]))
    }
}

/// `name` of `name - 123`.
fn name_before_tree_id(origin: &str) -> Option<&str> {
    let (name, tree) = origin.rsplit_once(" - ")?;
    (!tree.is_empty() && tree.bytes().all(|byte| byte.is_ascii_digit())).then_some(name)
}

/// Of ECDSA keys, and of all keys of Rekor v1 (`pkg/util`, `getPublicKeyHash`): the SHA-256 of the key.
fn hint_of_key(key: &PublicKey) -> [u8; 4] {
    hint(key.id())
}

/// Of Ed25519 keys, as C2SP signed-note has it, that of name and key: `SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key)`.
fn hints_of_name(name: &str, key: &PublicKey) -> Vec<[u8; 4]> {
    key.ed25519().map_or_else(
        || vec![hint_of_key(key)],
        |point| vec![hint(Digest::of(Algorithm::Sha256, &[name.as_bytes(), &[0x0a, 0x01], point].concat()))],
    )
}

fn hint(digest: Digest) -> [u8; 4] {
    *digest.as_bytes().first_chunk().expect("SHA-256 has 32 bytes")
}

/// A checkpoint that nobody vouches for yet.
struct Note<'a> {
    /// What is signed.
    body: &'a str,
    checkpoint: Checkpoint,
    signatures: Vec<Line<'a>>,
}

/// A line that may be a signature.
struct Line<'a> {
    name: &'a str,
    hint: [u8; 4],
    signature: Vec<u8>,
}

impl<'a> Note<'a> {
    fn parse(text: &'a str) -> Result<Self, InvalidCheckpoint> {
        if text.len() > budget::CHECKPOINT_BYTES {
            return Err(InvalidCheckpoint::TooMany { what: "bytes", limit: budget::CHECKPOINT_BYTES });
        }
        // Neither part holds a blank line, so the first one is where they meet, to every reader.
        let (before, signatures) = text.split_once("\n\n").ok_or(InvalidCheckpoint::Structure)?;
        let body = &text[..=before.len()];
        let mut lines = before.split('\n');
        let mut line = || lines.next().filter(|line| !line.is_empty());
        let origin = line().ok_or(InvalidCheckpoint::Structure)?.to_owned();
        let size = line().and_then(size).ok_or(InvalidCheckpoint::Size)?;
        let root = line().and_then(|line| Base64::decode_vec(line).ok()?.try_into().ok()).ok_or(InvalidCheckpoint::Root)?;
        if text.chars().any(|c| c != '\n' && c.is_ascii_control()) {
            return Err(InvalidCheckpoint::Structure);
        }
        // Whoever signs nothing still ends the note here.
        let signatures = match signatures.strip_suffix('\n') {
            Some(lines) => lines.split('\n').map(|line| Line::parse(line).ok_or(InvalidCheckpoint::Line)).collect::<Result<Vec<_>, _>>()?,
            None if signatures.is_empty() => Vec::new(),
            None => return Err(InvalidCheckpoint::Structure),
        };
        if signatures.len() > budget::CHECKPOINT_SIGNATURES {
            return Err(InvalidCheckpoint::TooMany { what: "signatures", limit: budget::CHECKPOINT_SIGNATURES });
        }
        Ok(Self { body, checkpoint: Checkpoint { origin, size, root }, signatures })
    }
}

impl<'a> Line<'a> {
    /// `— name base64`, with U+2014 and one space between each. A name holds neither spaces nor `+`.
    fn parse(line: &'a str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
            return None;
        }
        let bytes = Base64::decode_vec(encoded).ok()?;
        let (hint, signature) = bytes.split_first_chunk::<4>()?;
        (!signature.is_empty()).then(|| Self { name, hint: *hint, signature: signature.to_vec() })
    }
}

/// Decimal, without signs and without zeros before it.
fn size(text: &str) -> Option<u64> {
    let is_canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| is_canonical)
}

/// Why a text is no checkpoint of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidCheckpoint {
    /// A line behind the blank one is no signature.
    Line,
    /// It is about another log.
    Origin {
        /// The log's.
        expected: String,
        /// The first line.
        found: String,
    },
    /// The third line is no hash.
    Root,
    /// The log's key cannot sign as its log is said to.
    Scheme(InvalidScheme),
    /// The second line is no number of entries.
    Size,
    /// It is no note: no blank line, no line end, or characters that steer terminals.
    Structure,
    /// More than any honest checkpoint holds.
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// No line may be the log's signature.
    Unsigned {
        /// The name that its line would have.
        name: String,
    },
}

impl InvalidCheckpoint {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unsigned { .. } => "checkpoint-unsigned",
            _ => "checkpoint-invalid",
        }
    }
}

impl fmt::Display for InvalidCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("checkpoint: ")?;
        match self {
            Self::Line => f.write_str("expected lines of an em dash, a name and a signature behind the blank one, found another"),
            Self::Origin { expected, found } => {
                write!(f, "expected the origin {}, found {}", excerpt(expected, SHOWN), excerpt(found, SHOWN))
            }
            Self::Root => f.write_str("expected 32 bytes of base64 as its third line, found another"),
            Self::Scheme(invalid) => invalid.fmt(f),
            Self::Size => f.write_str("expected a decimal number of entries as its second line, found another"),
            Self::Structure => f.write_str("expected a text, a blank line, and lines of signatures, found another form"),
            Self::TooMany { what, limit } => write!(f, "expected at most {limit} {what}, found more"),
            Self::Unsigned { name } => {
                write!(f, "expected a signature by {} with the hint of its key, found none", excerpt(name, SHOWN))
            }
        }
    }
}

impl core::error::Error for InvalidCheckpoint {}

impl From<InvalidScheme> for InvalidCheckpoint {
    fn from(invalid: InvalidScheme) -> Self {
        Self::Scheme(invalid)
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Signer as _;

    use super::*;
    use crate::crypto::Scheme;
    use crate::time::Validity;

    const ROOT: &str = "dauhleYK4YyAdxwwDtR0l0KnSOWZdG2bwqHftlanvcI=";

    fn ed25519(seed: u8) -> ed25519_dalek::SigningKey {
        ed25519_dalek::SigningKey::from_bytes(&[seed; 32])
    }

    fn ecdsa(seed: u8) -> p256::ecdsa::SigningKey {
        p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap()
    }

    fn log(key: PublicKey) -> Log {
        let scheme = Scheme::of(key.kind());
        let validity = Validity { from: "2025-01-01T00:00:00Z".parse().unwrap(), to: None };
        Log { id: key.id().as_bytes().to_vec(), key, scheme, validity, origin: "log.example".into(), operator: None }
    }

    /// Rekor v2's.
    fn log_2() -> Log {
        log(PublicKey::from_ed25519(ed25519(1).verifying_key().as_bytes()).unwrap())
    }

    /// Rekor v1's.
    fn log_1() -> Log {
        let prefix =
            [0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 3, 0x42, 0];
        let point = ecdsa(1).verifying_key().to_sec1_point(false);
        log(PublicKey::from_spki(&[&prefix, point.as_bytes()].concat()).unwrap())
    }

    fn line(name: &str, hint: [u8; 4], signature: &[u8]) -> String {
        format!("\u{2014} {name} {}\n", Base64::encode_string(&[&hint, signature].concat()))
    }

    fn body_2() -> String {
        format!("log.example\n736\n{ROOT}\n")
    }

    fn body_1() -> String {
        format!("machine-1 - 2605736670972794746\n736\n{ROOT}\nTimestamp: 1\n")
    }

    /// The line of the log of Rekor v2, over any body.
    fn line_2(body: &str) -> String {
        line("log.example", hints_of_name("log.example", &log_2().key)[0], &ed25519(1).sign(body.as_bytes()).to_bytes())
    }

    fn line_1(name: &str, body: &str) -> String {
        let signature: p256::ecdsa::Signature = ecdsa(1).sign(body.as_bytes());
        line(name, hint_of_key(&log_1().key), signature.to_der().as_bytes())
    }

    fn witness() -> String {
        line("witness.example/w1", [1, 2, 3, 4], &[9; 72])
    }

    fn signed_2(body: &str) -> String {
        format!("{body}\n{}", line_2(body))
    }

    #[track_caller]
    fn refused(text: &str, refusal: &InvalidCheckpoint) {
        assert_eq!(&Checkpoint::verify(text, &log_2()).unwrap_err(), refusal, "{text}");
    }

    fn proven(text: &str, log: &Log) -> Checkpoint {
        Checkpoint::verify(text, log).unwrap().prove().unwrap()
    }

    #[test]
    fn the_checkpoints_of_both_generations_are_read() {
        let checkpoint = proven(&signed_2(&body_2()), &log_2());
        assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("log.example", 736));
        assert_eq!(checkpoint.root[..], Base64::decode_vec(ROOT).unwrap());
        let checkpoint = proven(&format!("{}\n{}", body_1(), line_1("machine-1", &body_1())), &log_1());
        assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("machine-1 - 2605736670972794746", 736));
    }

    #[test]
    fn trap_24_the_log_s_line_may_be_anywhere_among_those_of_witnesses() {
        let (body, own, other) = (body_2(), line_2(&body_2()), witness());
        for lines in [format!("{own}{other}"), format!("{other}{own}"), format!("{other}{own}{other}{other}")] {
            assert_eq!(proven(&format!("{body}\n{lines}"), &log_2()).size, 736);
        }
    }

    #[test]
    fn trap_24_a_line_of_the_log_with_another_hint_says_nothing() {
        let other = line("log.example", [1, 2, 3, 4], &[9; 72]);
        assert_eq!(proven(&format!("{}\n{other}{}", body_2(), line_2(&body_2())), &log_2()).size, 736);
        refused(&format!("{}\n{other}", body_2()), &InvalidCheckpoint::Unsigned { name: "log.example".into() });
    }

    #[test]
    fn trap_24_extensions_are_signed_and_tolerated() {
        let body = format!("{}first\nsecond: …\n", body_2());
        assert_eq!(proven(&signed_2(&body), &log_2()).size, 736);
        assert!(Checkpoint::verify(&signed_2(&body).replace("second", "sicond"), &log_2()).unwrap().prove().is_err());
    }

    #[test]
    fn trap_24_the_dash_is_an_em_dash_with_one_space() {
        for dash in ["-", "--", "\u{2013}", "\u{2015}", "\u{2014}\u{2014}"] {
            refused(&signed_2(&body_2()).replace('\u{2014}', dash), &InvalidCheckpoint::Line);
        }
        refused(&signed_2(&body_2()).replace("\u{2014} ", "\u{2014}"), &InvalidCheckpoint::Line);
        refused(&signed_2(&body_2()).replace("\u{2014} ", "\u{2014}  "), &InvalidCheckpoint::Line);
        refused(&signed_2(&body_2()).replace("\u{2014} ", "\u{2014}\u{a0}"), &InvalidCheckpoint::Line);
    }

    #[test]
    fn trap_24_the_last_line_ends() {
        refused(signed_2(&body_2()).trim_end(), &InvalidCheckpoint::Structure);
        refused(&format!("{}\n", signed_2(&body_2())), &InvalidCheckpoint::Line);
    }

    #[test]
    fn trap_24_a_note_that_only_witnesses_signed_is_unsigned() {
        let unsigned = InvalidCheckpoint::Unsigned { name: "log.example".into() };
        refused(&format!("{}\n{}", body_2(), witness()), &unsigned);
        refused(&format!("{}\n", body_2()), &unsigned);
    }

    #[test]
    fn a_changed_body_does_not_hold() {
        let body = body_2();
        for other in [body.replace("736", "737"), body.replace("dau", "dav"), format!("{body}Timestamp: 2\n")] {
            assert!(Checkpoint::verify(&format!("{other}\n{}", line_2(&body)), &log_2()).unwrap().prove().is_err(), "{other}");
        }
    }

    #[test]
    fn the_signature_of_another_key_does_not_hold() {
        let hint = hints_of_name("log.example", &log_2().key)[0];
        let forged = line("log.example", hint, &ed25519(2).sign(body_2().as_bytes()).to_bytes());
        assert!(Checkpoint::verify(&format!("{}\n{forged}", body_2()), &log_2()).unwrap().prove().is_err());
        assert_eq!(proven(&format!("{}\n{forged}{}", body_2(), line_2(&body_2())), &log_2()).size, 736, "one of the two is enough");
    }

    #[test]
    fn lines_that_may_be_the_log_s_are_few() {
        let lines = |count: usize| format!("{}\n{}", body_2(), line_2(&body_2()).repeat(count));
        assert_eq!(Checkpoint::verify(&lines(4), &log_2()).unwrap().checks().count(), 4);
        refused(&lines(5), &InvalidCheckpoint::TooMany { what: "signatures by its log", limit: 4 });
    }

    #[test]
    fn the_origin_is_the_log_s() {
        for origin in ["other.example", "LOG.EXAMPLE", "log.example ", "log.example - ", "log.example - x", "log.example - 1 "] {
            let body = body_2().replace("log.example", origin);
            refused(&signed_2(&body), &InvalidCheckpoint::Origin { expected: "log.example".into(), found: origin.into() });
        }
    }

    #[test]
    fn the_name_of_the_line_is_the_log_s() {
        let hint = hints_of_name("log.example", &log_2().key)[0];
        let signature = ed25519(1).sign(body_2().as_bytes()).to_bytes();
        refused(
            &format!("{}\n{}", body_2(), line("other.example", hint, &signature)),
            &InvalidCheckpoint::Unsigned { name: "log.example".into() },
        );
        let other = format!("{}\n{}", body_1(), line_1("machine-2", &body_1()));
        assert_eq!(Checkpoint::verify(&other, &log_1()).unwrap_err(), InvalidCheckpoint::Unsigned { name: "machine-1".into() });
    }

    #[test]
    fn rekor_2_cannot_take_the_form_of_rekor_1_to_be_another_log() {
        let body = "evil.example - 1\n736\n".to_owned() + ROOT + "\n";
        let hint = hints_of_name("log.example", &log_2().key)[0];
        let own = line("evil.example", hint, &ed25519(1).sign(body.as_bytes()).to_bytes());
        refused(&format!("{body}\n{own}"), &InvalidCheckpoint::Unsigned { name: "evil.example".into() });
    }

    #[test]
    fn a_missing_line_is_refused() {
        let own = line_2(&body_2());
        refused(&format!("736\n{ROOT}\n\n{own}"), &InvalidCheckpoint::Size);
        refused(&format!("log.example\n{ROOT}\n\n{own}"), &InvalidCheckpoint::Size);
        refused(&format!("log.example\n736\n\n{own}"), &InvalidCheckpoint::Root);
        refused(&format!("log.example\n\n{own}"), &InvalidCheckpoint::Size);
        refused(&format!("\n\n{own}"), &InvalidCheckpoint::Structure);
        refused(&format!("{}{own}", body_2()), &InvalidCheckpoint::Structure);
        refused("", &InvalidCheckpoint::Structure);
        refused("\n\n", &InvalidCheckpoint::Structure);
    }

    #[test]
    fn a_size_has_one_form() {
        for size in ["", "+736", "-1", "0736", "736 ", "0x1", "7e2", "18446744073709551616", "٧"] {
            refused(&signed_2(&body_2().replace("736", size)), &InvalidCheckpoint::Size);
        }
        assert_eq!(proven(&signed_2(&body_2().replace("736", "18446744073709551615")), &log_2()).size, u64::MAX);
        assert_eq!(proven(&signed_2(&body_2().replace("736", "0")), &log_2()).size, 0);
    }

    #[test]
    fn a_root_is_thirty_two_bytes_in_canonical_base64() {
        for root in ["AAAA", "dauhleYK4YyAdxwwDtR0l0KnSOWZdG2bwqHftlanvcI", "dauhleYK4YyAdxwwDtR0l0KnSOWZdG2bwqHftlanvcJ=", "x"] {
            refused(&signed_2(&body_2().replace(ROOT, root)), &InvalidCheckpoint::Root);
        }
    }

    #[test]
    fn lines_that_are_no_signatures_are_refused_even_of_others() {
        for other in [
            "\u{2014} witness AQID\n",
            "\u{2014} witness AQIDBA==\n",
            "\u{2014} witness !\n",
            "\u{2014} a+b AQIDBAU=\n",
            "\u{2014}  AQIDBAU=\n",
            "x\n",
            "\n",
        ] {
            refused(&format!("{}\n{}{other}", body_2(), line_2(&body_2())), &InvalidCheckpoint::Line);
        }
    }

    #[test]
    fn what_steers_terminals_is_refused() {
        for other in ["\r", "\t", "\u{1b}", "\0", "\u{7f}"] {
            refused(&signed_2(&format!("{}x{other}\n", body_2())), &InvalidCheckpoint::Structure);
        }
    }

    #[test]
    fn more_than_any_honest_checkpoint_holds_is_refused() {
        let witnesses = |count: usize| format!("{}\n{}{}", body_2(), line_2(&body_2()), witness().repeat(count));
        assert_eq!(proven(&witnesses(99), &log_2()).size, 736);
        refused(&witnesses(100), &InvalidCheckpoint::TooMany { what: "signatures", limit: 100 });
        let long = signed_2(&format!("{}{}\n", body_2(), "x".repeat(1 << 16)));
        refused(&long, &InvalidCheckpoint::TooMany { what: "bytes", limit: 1 << 16 });
    }

    #[test]
    fn a_scheme_that_the_key_has_not_is_refused() {
        let log = Log { scheme: Scheme::Ecdsa(Algorithm::Sha256), ..log_2() };
        assert!(matches!(Checkpoint::verify(&signed_2(&body_2()), &log), Err(InvalidCheckpoint::Scheme(_))));
    }
}
