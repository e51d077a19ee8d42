//! What has to outlive a program: trusted roots, versions that were seen. Bytes under a name, replaced only if they are still the ones
//! that were read.
//!
//! That condition is what makes rollback protection hold with two tabs, two Workers or two processes: whoever read old state and would
//! write something derived from it over newer state is told so instead. A store over `IndexedDB` does both halves in one transaction,
//! one in a Durable Object in one event, one of files under a lock. It is trusted with nothing but not to forget.

use core::fmt;
use core::future::Future;
use core::future::ready;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Keeps bytes under names.
pub trait Store {
    /// The bytes under `key`, if there are any. Keys are made of lower-case letters, digits and `-` only, so that they can be files'
    /// names.
    // Not `Send`, as the futures of a transport are not.
    fn load(&self, key: &str) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>>;

    /// Puts `bytes` under `key` if what is there is still `expected` (`None`: nothing). Comparing and writing are one step: nothing
    /// comes between them.
    fn swap(&self, key: &str, expected: Option<&[u8]>, bytes: &[u8]) -> impl Future<Output = Result<Swapped, StoreError>>;
}

impl<S: Store> Store for &S {
    fn load(&self, key: &str) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> {
        (**self).load(key)
    }

    fn swap(&self, key: &str, expected: Option<&[u8]>, bytes: &[u8]) -> impl Future<Output = Result<Swapped, StoreError>> {
        (**self).swap(key, expected, bytes)
    }
}

/// Nothing is kept where there is no store.
impl<S: Store> Store for Option<S> {
    async fn load(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match self {
            Some(store) => store.load(key).await,
            None => Ok(None),
        }
    }

    async fn swap(&self, key: &str, expected: Option<&[u8]>, bytes: &[u8]) -> Result<Swapped, StoreError> {
        match self {
            Some(store) => store.swap(key, expected, bytes).await,
            None => Ok(Swapped::Stored),
        }
    }
}

/// What became of a swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swapped {
    /// The new bytes are there.
    Stored,
    /// Other bytes were there than was expected, and still are.
    Conflict,
}

/// Why a store cannot be read or written. `detail` is the platform's own wording: for people, never compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    /// The platform's wording.
    pub detail: String,
}

impl StoreError {
    /// The stable code.
    pub const CODE: &'static str = "store-unavailable";
}

impl fmt::Display for StoreError {
    /// Leaves the platform's wording out, so that a report reads the same wherever it was made.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store of trusted metadata could not be read or written")
    }
}

impl core::error::Error for StoreError {}

/// A store that lives as long as the program. A clone of it is the same store.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Store for MemoryStore {
    fn load(&self, key: &str) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> {
        ready(Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()))
    }

    fn swap(&self, key: &str, expected: Option<&[u8]>, bytes: &[u8]) -> impl Future<Output = Result<Swapped, StoreError>> {
        let mut stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if stored.get(key).map(Vec::as_slice) != expected {
            return ready(Ok(Swapped::Conflict));
        }
        stored.insert(key.to_owned(), bytes.to_vec());
        ready(Ok(Swapped::Stored))
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use pollster::block_on;

    use super::*;

    #[test]
    fn what_somebody_else_wrote_meanwhile_is_not_written_over() {
        let store = MemoryStore::default();
        assert_eq!(block_on(store.load("a")), Ok(None));
        assert_eq!(block_on(store.swap("a", Some(b"0"), b"1")), Ok(Swapped::Conflict));
        assert_eq!(block_on(store.swap("a", None, b"1")), Ok(Swapped::Stored));
        assert_eq!(block_on(store.swap("a", None, b"2")), Ok(Swapped::Conflict));
        assert_eq!(block_on(store.swap("a", Some(b"1"), b"2")), Ok(Swapped::Stored));
        assert_eq!(block_on(store.swap("a", Some(b"1"), b"3")), Ok(Swapped::Conflict));
        assert_eq!(block_on(store.load("a")), Ok(Some(b"2".to_vec())));
        assert_eq!(block_on(store.load("b")), Ok(None));
    }
}
