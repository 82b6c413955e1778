//! The addresses that have signed in to an account, in bounded memory.

use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroUsize;

use lru::LruCache;
use parking_lot::Mutex;

/// The maximum number of pairs that are remembered.
const MAX_PAIRS: NonZeroUsize = NonZeroUsize::new(100_000).unwrap();

/// Pairs of an account and an address, as hashes with a key of this process. The least recently used ones are forgotten.
#[derive(Debug)]
pub(super) struct KnownAddresses {
    hasher: RandomState,
    pairs: Mutex<LruCache<u64, ()>>,
}

impl Default for KnownAddresses {
    fn default() -> Self {
        Self { hasher: RandomState::new(), pairs: Mutex::new(LruCache::new(MAX_PAIRS)) }
    }
}

impl KnownAddresses {
    /// Remembers a pair.
    pub(super) fn insert(&self, pair: &str) {
        self.pairs.lock().put(self.hasher.hash_one(pair), ());
    }

    /// Returns whether a pair is known, which counts as its use.
    pub(super) fn contains_and_renew(&self, pair: &str) -> bool {
        self.pairs.lock().get(&self.hasher.hash_one(pair)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_addresses_are_bounded_and_the_oldest_are_removed() {
        let known = KnownAddresses::default();
        known.insert("ada 1.1.1.1");
        known.insert("bob 1.1.1.1");
        for number in 0..MAX_PAIRS.get() {
            known.insert(&number.to_string());
            assert!(number % 1000 != 0 || known.contains_and_renew("ada 1.1.1.1"), "a pair in use is kept");
        }
        assert!(!known.contains_and_renew("bob 1.1.1.1"));
        assert_eq!(known.pairs.lock().len(), MAX_PAIRS.get());
    }
}
