//! Merkle trees of logs: from an entry and the hashes beside its way up to the root (RFC 6962 section 2.1, RFC 9162 section 2.1.3).
//!
//! Index, size and hashes come from whoever wants to be believed. A root that was computed here says something only once it is the
//! one that the log signed.

use core::fmt;

use crate::digest::Algorithm;
use crate::digest::Hasher;

/// A SHA-256 of a leaf or of a node.
pub type Hash = [u8; 32];

/// The hash of an entry (RFC 9162 section 2.1.1): `SHA-256(0x00 ‖ entry)`.
pub fn leaf(entry: &[u8]) -> Hash {
    hash(&[&[0], entry])
}

/// The root of the tree of `size` leaves whose leaf number `index` is `leaf`, by the hashes of its inclusion proof, lowest first.
///
/// The way up has two parts. As long as leaf and last leaf have different ancestors, every level has a sibling, on the side that the
/// bit of the index says. From there on the leaf is below the right edge of the tree, and only left siblings are left: one for every
/// bit of the index that is set. So index and size say exactly how many hashes there are, at most 64.
pub fn root(leaf: Hash, index: u64, size: u64, hashes: &[Hash]) -> Result<Hash, InvalidProof> {
    if index >= size {
        return Err(InvalidProof::Index { index, size });
    }
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    let expected = inner + border;
    if u32::try_from(hashes.len()) != Ok(expected) {
        return Err(InvalidProof::Length { expected, found: hashes.len() });
    }
    let sides = (0..inner).map(|level| index >> level & 1 == 1).chain((0..border).map(|_| true));
    Ok(hashes.iter().zip(sides).fold(leaf, |below, (beside, is_right)| if is_right { node(beside, &below) } else { node(&below, beside) }))
}

/// `SHA-256(0x01 ‖ left ‖ right)`
fn node(left: &Hash, right: &Hash) -> Hash {
    hash(&[&[1], left, right])
}

fn hash(parts: &[&[u8]]) -> Hash {
    let mut hasher = Hasher::new(Algorithm::Sha256);
    for part in parts {
        hasher.update(part);
    }
    hasher.finish().as_bytes().try_into().expect("SHA-256 has 32 bytes")
}

/// Why hashes are no inclusion proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidProof {
    /// The tree has no such leaf.
    Index {
        /// Of the leaf.
        index: u64,
        /// Of the tree.
        size: u64,
    },
    /// More or fewer hashes than the way up has levels.
    Length {
        /// How many there have to be.
        expected: u32,
        /// How many there are.
        found: usize,
    },
}

impl InvalidProof {
    /// The stable code.
    pub const CODE: &'static str = "inclusion-proof-invalid";
}

impl fmt::Display for InvalidProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index { index, size } => write!(f, "expected an entry of a log of {size} entries, found number {index}, counted from 0"),
            Self::Length { expected, found } => write!(f, "expected an inclusion proof of {expected} hashes, found {found}"),
        }
    }
}

impl core::error::Error for InvalidProof {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    /// RFC 9162 section 2.1.1, literally: recursion over the largest power of two below the number of leaves.
    fn naive_root(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => hash(&[]),
            [only] => leaf(only),
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len()));
                node(&naive_root(left), &naive_root(right))
            }
        }
    }

    /// RFC 9162 section 2.1.3.1, literally.
    fn naive_proof(index: usize, leaves: &[Vec<u8>]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        let (mut proof, beside) = if index < left.len() {
            (naive_proof(index, left), naive_root(right))
        } else {
            (naive_proof(index - left.len(), right), naive_root(left))
        };
        proof.push(beside);
        proof
    }

    fn split(length: usize) -> usize {
        length.next_power_of_two() / 2
    }

    fn leaves(count: usize) -> Vec<Vec<u8>> {
        (0..count).map(|number| format!("entry {number}").into_bytes()).collect()
    }

    /// RFC 6962's reference implementation's vectors (certificate-transparency, `merkletree`): the first leaf is empty, the second 0x00.
    #[test]
    fn leaves_and_nodes_hash_as_the_reference_implementation_says() {
        let encoded = |hash: Hash| Digest::from_bytes(Algorithm::Sha256, &hash).unwrap().encoded();
        assert_eq!(encoded(leaf(b"")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(encoded(leaf(b"\0")), "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
        assert_eq!(encoded(node(&leaf(b""), &leaf(b"\0"))), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    }

    #[test]
    fn every_leaf_of_every_tree_up_to_seventy_leaves_is_proven() {
        for size in 1..=70 {
            let leaves = leaves(size);
            let expected = naive_root(&leaves);
            for (index, entry) in leaves.iter().enumerate() {
                let proof = naive_proof(index, &leaves);
                assert_eq!(root(leaf(entry), index as u64, size as u64, &proof), Ok(expected), "{index} of {size}");
            }
        }
    }

    #[test]
    fn any_flipped_bit_gives_another_root() {
        for size in [1, 2, 3, 7, 8, 11] {
            let leaves = leaves(size);
            let expected = naive_root(&leaves);
            for (index, entry) in leaves.iter().enumerate() {
                let (index, size, proof) = (index as u64, size as u64, naive_proof(index, &leaves));
                for bit in 0..256 * proof.len() {
                    let mut flipped = proof.clone();
                    flipped[bit / 256][bit % 256 / 8] ^= 1 << (bit % 8);
                    assert_ne!(root(leaf(entry), index, size, &flipped), Ok(expected), "bit {bit} of {index} of {size}");
                }
                for bit in 0..8 * entry.len() {
                    let mut flipped = entry.clone();
                    flipped[bit / 8] ^= 1 << (bit % 8);
                    assert_ne!(root(leaf(&flipped), index, size, &proof), Ok(expected), "bit {bit} of {index} of {size}");
                }
            }
        }
    }

    /// A proof speaks of one place. (Not of one size: trees of different size can have proofs of one shape; the size is what the
    /// checkpoint says.)
    #[test]
    fn a_proof_for_another_index_gives_another_root_or_none() {
        for size in 1..=20_u64 {
            let leaves = leaves(usize::try_from(size).unwrap());
            let expected = naive_root(&leaves);
            for index in 0..size {
                let at = usize::try_from(index).unwrap();
                let proof = naive_proof(at, &leaves);
                for other in (0..=size + 1).filter(|other| *other != index) {
                    assert_ne!(root(leaf(&leaves[at]), other, size, &proof), Ok(expected), "{other} for {index} of {size}");
                }
            }
        }
    }

    #[test]
    fn a_hash_too_many_or_too_few_is_refused() {
        for size in 1..=20 {
            let leaves = leaves(size);
            for (index, entry) in leaves.iter().enumerate() {
                let proof = naive_proof(index, &leaves);
                let expected = u32::try_from(proof.len()).unwrap();
                let more = [proof.as_slice(), &[[0; 32]]].concat();
                let (index, size) = (index as u64, size as u64);
                assert_eq!(root(leaf(entry), index, size, &more), Err(InvalidProof::Length { expected, found: more.len() }));
                if let Some((_, fewer)) = proof.split_last() {
                    assert_eq!(root(leaf(entry), index, size, fewer), Err(InvalidProof::Length { expected, found: fewer.len() }));
                }
            }
        }
    }

    #[test]
    fn an_index_outside_of_the_tree_is_refused() {
        for (index, size) in [(0, 0), (1, 1), (u64::MAX, u64::MAX), (u64::MAX, 0), (5, 3)] {
            assert_eq!(root([0; 32], index, size, &[]), Err(InvalidProof::Index { index, size }));
        }
    }

    #[test]
    fn the_largest_numbers_neither_overflow_nor_take_more_than_sixty_four_hashes() {
        let largest = u64::MAX;
        for (index, size, expected) in [(0, largest, 64), (largest - 1, largest, 63), (largest / 2, largest, 64), (1 << 63, largest, 64)] {
            assert_eq!(root([0; 32], index, size, &[]), Err(InvalidProof::Length { expected, found: 0 }), "{index} of {size}");
            assert!(root([0; 32], index, size, &vec![[0; 32]; expected as usize]).is_ok(), "{index} of {size}");
            let many = vec![[0; 32]; 10_000];
            assert_eq!(root([0; 32], index, size, &many), Err(InvalidProof::Length { expected, found: 10_000 }), "{index} of {size}");
        }
    }
}
