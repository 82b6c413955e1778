//! A seeded random number generator.

/// A SplitMix64 generator. Clones produce the same numbers.
#[derive(Clone, Debug)]
pub(super) struct SeededRng(u64);

impl SeededRng {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Derives an independent generator.
    pub(super) fn fork(&self, number: u64) -> Self {
        let mut rng = Self(self.0 ^ number.wrapping_mul(0xd134_2543_de82_ef95));
        rng.next();
        rng
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Returns a number below `end`.
    pub(super) fn next_below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// Picks an item.
    pub(super) fn pick<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        let index = usize::try_from(self.next_below(of.len() as u64)).ok()?;
        of.get(index)
    }

    /// Returns `true` with this chance in percent.
    pub(super) fn percent(&mut self, chance: u64) -> bool {
        self.next_below(100) < chance
    }
}
