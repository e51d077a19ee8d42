//! Reads PEM as RFC 7468 writes it: labelled base64 between two lines.
//!
//! Strict in what it decodes (canonical base64, matching labels), lenient only in what RFC 7468 section 2 asks for: white space
//! around blocks, either line end, lines of any length.

use core::fmt;

use base64ct::Base64;
use base64ct::Encoding as _;

/// One block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// `PUBLIC KEY`, `CERTIFICATE`.
    pub label: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Why a text is no PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidPem {
    /// What is between the lines is no canonical base64.
    Base64,
    /// Not exactly one block with this label.
    Label {
        /// What was wanted.
        expected: &'static str,
    },
    /// There is text outside of blocks, a block without its end or not in lines of its own, or none at all.
    Structure,
    /// More blocks than anybody needs.
    TooMany {
        /// The limit.
        limit: usize,
    },
}

impl InvalidPem {
    /// The stable code.
    pub const CODE: &'static str = "pem-invalid";
}

impl fmt::Display for InvalidPem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base64 => f.write_str("expected base64 between the lines of PEM, found other characters or another form"),
            Self::Label { expected } => write!(f, "expected PEM with {expected} in it, found another label or another number of blocks"),
            Self::Structure => f.write_str("expected PEM, from -----BEGIN …----- to -----END …-----, and nothing else, found another text"),
            Self::TooMany { limit } => write!(f, "expected at most {limit} blocks of PEM, found more"),
        }
    }
}

impl core::error::Error for InvalidPem {}

/// Blocks of one text: a chain of certificates has four at most.
const BLOCKS: usize = 32;

/// Every block of `text`, of which there is at least one.
pub fn parse(text: &str) -> Result<Vec<Block>, InvalidPem> {
    let mut blocks = Vec::new();
    let mut rest = text.trim_ascii();
    while !rest.is_empty() {
        if blocks.len() == BLOCKS {
            return Err(InvalidPem::TooMany { limit: BLOCKS });
        }
        let (label, inside) = rest.strip_prefix("-----BEGIN ").and_then(|rest| rest.split_once("-----")).ok_or(InvalidPem::Structure)?;
        let (encoded, behind) = inside.split_once("-----END ").ok_or(InvalidPem::Structure)?;
        let behind = behind.strip_prefix(label).and_then(|rest| rest.strip_prefix("-----")).ok_or(InvalidPem::Structure)?;
        let named = !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ');
        if !named || !starts_line_end(encoded) || !encoded.ends_with(LINE_END) || !(behind.is_empty() || starts_line_end(behind)) {
            return Err(InvalidPem::Structure);
        }
        let encoded: String = encoded.split_ascii_whitespace().collect();
        let bytes = Base64::decode_vec(&encoded).map_err(|_| InvalidPem::Base64)?;
        blocks.push(Block { label: label.to_owned(), bytes });
        rest = behind.trim_ascii_start();
    }
    if blocks.is_empty() { Err(InvalidPem::Structure) } else { Ok(blocks) }
}

const LINE_END: [char; 2] = ['\r', '\n'];

/// Whether a line ends here, but for blanks.
fn starts_line_end(text: &str) -> bool {
    text.trim_start_matches([' ', '\t']).starts_with(LINE_END)
}

/// Writes one block, as Go and OpenSSL do: lines of 64 characters.
pub fn write(label: &str, bytes: &[u8]) -> String {
    let base64 = Base64::encode_string(bytes);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, behind) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = behind;
    }
    text + "-----END " + label + "-----\n"
}

/// The bytes of every block, all of which must have this label.
pub fn all(text: &str, label: &'static str) -> Result<Vec<Vec<u8>>, InvalidPem> {
    let blocks = parse(text)?;
    blocks
        .into_iter()
        .map(|block| if block.label == label { Ok(block.bytes) } else { Err(InvalidPem::Label { expected: label }) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_with_either_line_end_and_lines_of_any_length() {
        let text = "\n-----BEGIN A----- \r\nAQ\r\nID\r\n-----END A-----\r\n-----BEGIN B C-----\nBA==\n-----END B C-----";
        let block = |label: &str, bytes: &[u8]| Block { label: label.into(), bytes: bytes.into() };
        assert_eq!(parse(text), Ok(vec![block("A", &[1, 2, 3]), block("B C", &[4])]));
        assert_eq!(all("-----BEGIN A-----\nAQID\n-----END A-----\n", "A"), Ok(vec![vec![1, 2, 3]]));
    }

    #[test]
    fn what_is_no_pem_is_refused() {
        for (text, refusal) in [
            ("", InvalidPem::Structure),
            ("AQID", InvalidPem::Structure),
            ("x -----BEGIN A-----\nAQID\n-----END A-----", InvalidPem::Structure),
            ("-----BEGIN A-----\nAQID\n-----END A-----\nx", InvalidPem::Structure),
            ("-----BEGIN A-----\nAQID\n-----END B-----", InvalidPem::Structure),
            ("-----BEGIN A-----\nAQID\n", InvalidPem::Structure),
            ("-----BEGIN a-----\nAQID\n-----END a-----", InvalidPem::Structure),
            ("-----BEGIN -----\nAQID\n-----END -----", InvalidPem::Structure),
            ("-----BEGIN A-----AQID-----END A-----", InvalidPem::Structure),
            ("-----BEGIN A-----\nAQID-----END A-----", InvalidPem::Structure),
            ("-----BEGIN A-----AQID\n-----END A-----", InvalidPem::Structure),
            ("-----BEGIN A-----\nAQID\n-----END A----------BEGIN A-----\nAQID\n-----END A-----", InvalidPem::Structure),
            ("-----BEGIN A-----\nAQI\n-----END A-----", InvalidPem::Base64),
            ("-----BEGIN A-----\nBB==\n-----END A-----", InvalidPem::Base64),
            ("-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAQID\n-----END A-----", InvalidPem::Base64),
        ] {
            assert_eq!(parse(text), Err(refusal), "{text}");
        }
        assert_eq!(parse(&"-----BEGIN A-----\nAQID\n-----END A-----\n".repeat(33)), Err(InvalidPem::TooMany { limit: 32 }));
        assert_eq!(all("-----BEGIN A-----\nAQID\n-----END A-----\n", "B"), Err(InvalidPem::Label { expected: "B" }));
    }
}
