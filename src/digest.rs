//! A digest names bytes; [`Content`] is bytes that match their name.
//!
//! ```text
//! digest    ::= algorithm ":" encoded
//! algorithm ::= "sha256" | "sha384" | "sha512"
//! encoded   ::= lower-case hexadecimal, exactly as long as the algorithm's output
//! ```
//!
//! The grammar of the [OCI image specification, "Digests"](https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests)
//! is wider; what it allows beyond this can be named but not computed here, so it is refused as unsupported.
//! SHA-384 is not registered there, but Docker's reference grammar accepts it.

use core::fmt;
use core::str::FromStr;

use serde::Serialize;
use serde::Serializer;
use sha2::Digest as _;
use sha2::Sha256;
use sha2::Sha384;
use sha2::Sha512;

/// A hash function that can be computed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// SHA-256, FIPS 180-4 section 6.2: the one every registry uses.
    Sha256,
    /// SHA-384, FIPS 180-4 section 6.5: accepted by Docker's reference grammar.
    Sha384,
    /// SHA-512, FIPS 180-4 section 6.4: registered by the OCI image specification.
    Sha512,
}

impl Algorithm {
    /// The name before the colon.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// Length of the output in bytes.
    pub const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Sha256, Self::Sha384, Self::Sha512].into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// The name of some bytes: an algorithm and its output. Says nothing about whether anybody holds those bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    algorithm: Algorithm,
    /// Padded with zeros behind `algorithm.length()`, so that the derived comparisons hold.
    output: [u8; 64],
}

impl Digest {
    /// The digest of `bytes`, computed now.
    pub fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(bytes);
        hasher.finish()
    }

    /// The digest that a document holds as bytes; `None` unless they are as many as the algorithm writes.
    pub fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        (bytes.len() == algorithm.length()).then(|| Self::new(algorithm, bytes))
    }

    /// The hash function that made it.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The output of the hash function, `algorithm().length()` bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.output[..self.algorithm.length()]
    }

    /// The part behind the colon: lower-case hexadecimal.
    pub fn encoded(&self) -> String {
        use fmt::Write as _;
        self.as_bytes().iter().fold(String::with_capacity(128), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a String cannot fail");
            text
        })
    }

    fn new(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let mut output = [0; 64];
        output[..bytes.len()].copy_from_slice(bytes);
        Self { algorithm, output }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), self.encoded())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why a text is no digest that can be computed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidDigest {
    /// Not `algorithm:encoded`, or characters that the grammar does not have.
    Format,
    /// As many characters as the algorithm does not write.
    Length,
    /// Well formed, but not an algorithm that can be computed here (OCI registers `blake3`, for one).
    Unsupported,
}

impl InvalidDigest {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Format => "digest-format",
            Self::Length => "digest-length",
            Self::Unsupported => "digest-unsupported",
        }
    }
}

impl fmt::Display for InvalidDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "expected algorithm:encoded with lower-case hexadecimal digits",
            Self::Length => "expected 64 hexadecimal digits for sha256, 96 for sha384, 128 for sha512",
            Self::Unsupported => "expected sha256, sha384 or sha512",
        })
    }
}

impl core::error::Error for InvalidDigest {}

impl FromStr for Digest {
    type Err = InvalidDigest;

    /// The order of the refusals is Docker's (opencontainers/go-digest, `Digest.Validate`): shape, algorithm, length, digits.
    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let (name, encoded) = text.split_once(':').ok_or(InvalidDigest::Format)?;
        if !is_algorithm(name) || encoded.is_empty() || !encoded.bytes().all(is_encoded_byte) {
            return Err(InvalidDigest::Format);
        }
        let algorithm = Algorithm::named(name).ok_or(InvalidDigest::Unsupported)?;
        if encoded.len() != 2 * algorithm.length() {
            return Err(InvalidDigest::Length);
        }
        let mut output = [0; 64];
        for (byte, pair) in output.iter_mut().zip(encoded.as_bytes().chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Self { algorithm, output })
    }
}

/// `component *( [+._-] component )` with `component ::= [a-z0-9]+`.
fn is_algorithm(name: &str) -> bool {
    name.split(['+', '.', '_', '-']).all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

/// `[a-zA-Z0-9=_-]`.
const fn is_encoded_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'=' | b'_' | b'-')
}

const fn nibble(digit: u8) -> Result<u8, InvalidDigest> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(InvalidDigest::Format),
    }
}

/// The door to hash functions for what is too large to be held: whoever computes digests as the bytes arrive. We do ([`Here`]), or a
/// platform that is quicker. It is trusted as whoever verifies signatures is (`prover.rs`).
pub trait Hashes: fmt::Debug {
    /// A digest of which nothing is known yet.
    fn begin(&self, algorithm: Algorithm) -> Box<dyn Hashing>;
}

/// A digest on its way.
pub trait Hashing {
    /// The next bytes.
    fn update(&mut self, bytes: &[u8]);

    /// The digest of all that was seen, which is asked for once; none where the platform failed.
    fn finish(&mut self) -> Option<Digest>;
}

/// Computes them with our own code.
#[derive(Clone, Copy, Debug)]
pub struct Here;

impl Hashes for Here {
    fn begin(&self, algorithm: Algorithm) -> Box<dyn Hashing> {
        Box::new(Hasher::new(algorithm))
    }
}

impl Hashing for Hasher {
    fn update(&mut self, bytes: &[u8]) {
        Self::update(self, bytes);
    }

    fn finish(&mut self) -> Option<Digest> {
        Some(Self::finish(self.clone()))
    }
}

/// Hashes bytes as they arrive.
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
enum State {
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Hasher {
    /// A hasher that has seen nothing yet.
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Sha256 => State::Sha256(Sha256::new()),
            Algorithm::Sha384 => State::Sha384(Sha384::new()),
            Algorithm::Sha512 => State::Sha512(Sha512::new()),
        })
    }

    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha256(hasher) => hasher.update(bytes),
            State::Sha384(hasher) => hasher.update(bytes),
            State::Sha512(hasher) => hasher.update(bytes),
        }
    }

    /// The digest of all that was seen.
    pub fn finish(self) -> Digest {
        match self.0 {
            State::Sha256(hasher) => Digest::new(Algorithm::Sha256, &hasher.finalize()),
            State::Sha384(hasher) => Digest::new(Algorithm::Sha384, &hasher.finalize()),
            State::Sha512(hasher) => Digest::new(Algorithm::Sha512, &hasher.finalize()),
        }
    }
}

/// Bytes that match their digest. There is no other way to make one than to hash the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    digest: Digest,
    bytes: Vec<u8>,
}

impl Content {
    /// Names bytes that nobody named before: what a tag points to.
    pub fn identify(algorithm: Algorithm, bytes: Vec<u8>) -> Self {
        Self { digest: Digest::of(algorithm, &bytes), bytes }
    }

    /// Accepts bytes only if they are the ones `expected` names.
    pub fn verify(expected: Digest, bytes: Vec<u8>) -> Result<Self, DigestMismatch> {
        let found = Digest::of(expected.algorithm, &bytes);
        if found == expected { Ok(Self { digest: found, bytes }) } else { Err(DigestMismatch { expected, found }) }
    }

    /// The name of these bytes.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The bytes, exactly as they were hashed.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Number of bytes.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({}, {} bytes)", self.digest, self.bytes.len())
    }
}

/// The bytes are not the ones that the digest names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestMismatch {
    /// What was asked for.
    pub expected: Digest,
    /// What the bytes hash to.
    pub found: Digest,
}

impl fmt::Display for DigestMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected bytes that hash to {}, found bytes that hash to {}", self.expected, self.found)
    }
}

impl core::error::Error for DigestMismatch {}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4's example message "abc".
    #[test]
    fn the_standard_examples_hash_as_the_standard_says() {
        let expected = [
            (Algorithm::Sha256, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (Algorithm::Sha384, "sha384:cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"),
            (
                Algorithm::Sha512,
                "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
        ];
        for (algorithm, text) in expected {
            let digest = Digest::of(algorithm, b"abc");
            assert_eq!(digest.to_string(), text);
            assert_eq!(text.parse(), Ok(digest));
        }
    }

    #[test]
    fn bytes_are_a_digest_if_they_are_as_many_as_the_algorithm_writes() {
        let digest = Digest::of(Algorithm::Sha384, b"abc");
        assert_eq!(Digest::from_bytes(Algorithm::Sha384, digest.as_bytes()), Some(digest));
        assert_eq!(Digest::from_bytes(Algorithm::Sha256, digest.as_bytes()), None);
        assert_eq!(Digest::from_bytes(Algorithm::Sha512, digest.as_bytes()), None);
    }

    #[test]
    fn streaming_in_pieces_gives_the_same_digest() {
        let mut hasher = Hasher::new(Algorithm::Sha512);
        for piece in b"hash me in pieces".chunks(3) {
            hasher.update(piece);
        }
        assert_eq!(hasher.finish(), Digest::of(Algorithm::Sha512, b"hash me in pieces"));
    }

    #[test]
    fn one_changed_bit_is_a_mismatch_that_names_both() {
        let expected = Digest::of(Algorithm::Sha256, b"abc");
        let mismatch = Content::verify(expected, b"abb".to_vec()).unwrap_err();
        assert_eq!(mismatch, DigestMismatch { expected, found: Digest::of(Algorithm::Sha256, b"abb") });
    }

    #[test]
    fn texts_that_are_no_digest_are_refused_with_the_reason() {
        let hex = "a".repeat(64);
        let cases = [
            (String::new(), InvalidDigest::Format),
            ("sha256".into(), InvalidDigest::Format),
            ("sha256:".into(), InvalidDigest::Format),
            (format!(":{hex}"), InvalidDigest::Format),
            (format!("sha256:{}", hex.to_uppercase()), InvalidDigest::Format),
            (format!("SHA256:{hex}"), InvalidDigest::Format),
            (format!("sha256:{hex}\n"), InvalidDigest::Format),
            (format!("sha256:{}g", &hex[1..]), InvalidDigest::Format),
            (format!("sha256:sha256:{hex}"), InvalidDigest::Format),
            (format!("sha256:{hex}a"), InvalidDigest::Length),
            (format!("sha512:{hex}"), InvalidDigest::Length),
            (format!("blake3:{hex}"), InvalidDigest::Unsupported),
            (format!("sha256+b64u:{hex}"), InvalidDigest::Unsupported),
        ];
        for (text, reason) in cases {
            assert_eq!(text.parse::<Digest>(), Err(reason), "{text:?}");
        }
    }
}
