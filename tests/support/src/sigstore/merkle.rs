//! Merkle trees as RFC 6962 section 2.1 defines them: written as it is written there, top down, and quadratic.

use super::key::sha256;

/// A tree of these entries.
#[derive(Clone, Debug, Default)]
pub struct MerkleTree {
    leaves: Vec<Vec<u8>>,
}

impl MerkleTree {
    /// The tree of `entries`.
    pub fn of(entries: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self { leaves: entries.into_iter().map(|entry| leaf_hash(&entry)).collect() }
    }

    /// How many entries.
    pub const fn size(&self) -> usize {
        self.leaves.len()
    }

    /// Section 2.1: the Merkle Tree Hash.
    pub fn root(&self) -> Vec<u8> {
        root(&self.leaves)
    }

    /// Section 2.1.1: the Merkle Audit Path of the entry with this index.
    pub fn proof(&self, index: usize) -> Vec<Vec<u8>> {
        path(index, &self.leaves)
    }
}

/// `SHA-256(0x00 || entry)`
pub fn leaf_hash(entry: &[u8]) -> Vec<u8> {
    sha256(&[&[0], entry].concat())
}

/// `SHA-256(0x01 || left || right)`
pub fn node_hash(left: &[u8], right: &[u8]) -> Vec<u8> {
    sha256(&[&[1], left, right].concat())
}

fn root(leaves: &[Vec<u8>]) -> Vec<u8> {
    match leaves {
        [] => sha256(&[]),
        [leaf] => leaf.clone(),
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

fn path(index: usize, leaves: &[Vec<u8>]) -> Vec<Vec<u8>> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut below, beside) =
        if index < left.len() { (path(index, left), root(right)) } else { (path(index - left.len(), right), root(left)) };
    below.push(beside);
    below
}

/// The largest power of two below `size`.
const fn split(size: usize) -> usize {
    size.next_power_of_two() / 2
}

#[cfg(test)]
mod tests {
    use super::super::entry::hexadecimal;
    use super::*;

    /// The tree of certificate-transparency-go's tests, whose roots everybody knows.
    #[test]
    fn the_root_of_the_known_tree_is_the_known_one() {
        let entries: [&[u8]; 8] = [
            &[],
            &[0],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
        ];
        let roots = [1, 2, 8].map(|size| hexadecimal(&MerkleTree::of(entries[..size].iter().map(|entry| entry.to_vec())).root()));
        assert_eq!(
            roots,
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
            ]
        );
    }

    #[test]
    fn a_proof_is_as_long_as_the_way_up() {
        let tree = MerkleTree::of((0..7_u8).map(|entry| vec![entry]));
        let lengths: Vec<usize> = (0..7).map(|index| tree.proof(index).len()).collect();
        assert_eq!(lengths, [3, 3, 3, 3, 3, 3, 2]);
    }
}
