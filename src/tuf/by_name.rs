//! What a document says by name, sorted.
//!
//! A map of the standard library is compiled anew for each kind of value, which in WebAssembly weighs more than all that is done with it
//! here. Files list their names sorted; out of order, each costs the moving of those behind it.

/// Values by their names, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByName<V>(Vec<(String, V)>);

impl<V> Default for ByName<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> ByName<V> {
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.place(name).ok().map(|place| &self.0[place].1)
    }

    /// Gives a name a value, and returns whether it had none.
    pub fn insert(&mut self, name: &str, value: V) -> bool {
        match self.place(name) {
            Ok(place) => {
                self.0[place].1 = value;
                false
            }
            Err(place) => {
                self.0.insert(place, (name.to_owned(), value));
                true
            }
        }
    }

    /// All of them, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_the_last_value_that_it_was_given() {
        let mut named = ByName::default();
        assert!(named.insert("b", 1) && named.insert("a", 2) && named.insert("c", 3));
        assert!(!named.insert("a", 4));
        assert_eq!(named.iter().collect::<Vec<_>>(), [("a", &4), ("b", &1), ("c", &3)]);
        assert_eq!((named.get("a"), named.get("d"), named.get("")), (Some(&4), None, None));
    }
}
