//! The addresses that have signed in to an account, in bounded memory.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use parking_lot::Mutex;

/// The maximum number of pairs in a generation. Two generations are stored, so between this number and twice as many pairs are
/// remembered.
const MAX_PAIRS_PER_GENERATION: usize = 50_000;

/// Pairs of an account and an address, as hashes with a key of this process. The oldest are forgotten.
#[derive(Debug, Default)]
pub(super) struct KnownAddresses {
    hasher: RandomState,
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    current: HashSet<u64>,
    previous: HashSet<u64>,
}

impl KnownAddresses {
    /// Remembers a pair.
    pub(super) fn insert(&self, pair: &str) {
        let hash = self.hasher.hash_one(pair);
        self.generations.lock().insert(hash);
    }

    /// Returns whether a pair is known. A known pair moves to the current generation, so that it is kept longer.
    pub(super) fn contains_and_renew(&self, pair: &str) -> bool {
        let hash = self.hasher.hash_one(pair);
        let mut generations = self.generations.lock();
        if generations.current.contains(&hash) {
            return true;
        }
        let known = generations.previous.contains(&hash);
        if known {
            generations.insert(hash);
        }
        known
    }
}

impl Generations {
    fn insert(&mut self, hash: u64) {
        if self.current.len() >= MAX_PAIRS_PER_GENERATION {
            self.previous = std::mem::take(&mut self.current);
        }
        self.current.insert(hash);
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
        for number in 0..2 * MAX_PAIRS_PER_GENERATION {
            known.insert(&number.to_string());
            assert!(number % 1000 != 0 || known.contains_and_renew("ada 1.1.1.1"), "a pair in use is kept");
        }
        assert!(!known.contains_and_renew("bob 1.1.1.1"));
        let generations = known.generations.lock();
        assert!(generations.current.len() + generations.previous.len() <= 2 * MAX_PAIRS_PER_GENERATION);
    }
}
