//! The newest changes in memory, for all watchers of the process.

use std::collections::VecDeque;

use axum::body::Bytes;

use super::batch::Batch;

/// The maximum number of batches.
const MAX_BATCHES: usize = 256;
/// The maximum number of bytes.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// All changes between two positions, in batches that are numbered from 0.
#[derive(Debug)]
pub(super) struct Ring {
    batches: VecDeque<Batch>,
    bytes: usize,
    /// The number of the oldest batch.
    first: u64,
    /// The position before the oldest change.
    floor: String,
    /// The position of the newest change.
    head: String,
    max_batches: usize,
}

/// The next bytes for a watcher.
#[derive(Debug)]
pub(super) enum RingRead {
    /// These bytes, whether they are changes, and the number of the following batch.
    Send(Bytes, bool, u64),
    /// None yet, and the number of the next batch.
    Wait(u64),
    /// The next batch was dropped.
    Behind,
}

impl Ring {
    /// Creates a ring that starts after a position.
    pub(super) fn new(position: String) -> Self {
        Self::bounded(position, MAX_BATCHES)
    }

    fn bounded(position: String, max_batches: usize) -> Self {
        let (batches, head) = (VecDeque::new(), position.clone());
        Self { batches, bytes: 0, first: 0, floor: position, head, max_batches }
    }

    /// Returns the position of the newest change.
    pub(super) fn head(&self) -> &str {
        &self.head
    }

    /// Returns the position before the oldest change.
    pub(super) fn floor(&self) -> &str {
        &self.floor
    }

    /// Adds a batch, and drops the oldest ones beyond the limits.
    pub(super) fn push(&mut self, batch: Batch) {
        if let Some(last) = batch.last() {
            last.clone_into(&mut self.head);
        }
        self.bytes += batch.len();
        self.batches.push_back(batch);
        while self.batches.len() > self.max_batches || (self.bytes > MAX_BYTES && self.batches.len() > 1) {
            let Some(oldest) = self.batches.pop_front() else { return };
            self.bytes -= oldest.len();
            self.first += 1;
            if let Some(last) = oldest.last() {
                last.clone_into(&mut self.floor);
            }
        }
    }

    /// Returns the number of the first batch with changes after a position, if none of them was dropped.
    pub(super) fn enter(&self, position: &str) -> Option<u64> {
        if position < self.floor.as_str() {
            return None;
        }
        // From the newest batch, because most watchers are there.
        let mut newer = 0;
        for (count, batch) in (1..).zip(self.batches.iter().rev()) {
            match batch.last() {
                Some(last) if last > position => newer = count,
                Some(_) => break,
                None => {}
            }
        }
        Some(self.end() - newer)
    }

    /// Returns the batch with a number; only its changes after `passed`, if that is given.
    pub(super) fn next(&self, number: u64, passed: Option<&str>) -> RingRead {
        let Some(at) = number.checked_sub(self.first) else { return RingRead::Behind };
        let batch = usize::try_from(at).ok().and_then(|at| self.batches.get(at));
        let Some(batch) = batch else { return RingRead::Wait(self.end().max(number)) };
        let bytes = passed.map_or_else(|| batch.bytes(), |position| batch.bytes_after(position));
        RingRead::Send(bytes, batch.last().is_some(), number + 1)
    }

    fn end(&self) -> u64 {
        self.first + u64::try_from(self.batches.len()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Change;

    fn batch(ids: &[&str]) -> Batch {
        let change = |id: &&str| Change { id: (*id).to_owned(), kind: "k".to_owned(), body: "{}".to_owned() };
        Batch::new(&ids.iter().map(change).collect::<Vec<_>>())
    }

    /// Returns the positions that a watcher at `position` is sent.
    fn sent_positions(ring: &Ring, position: &str) -> Option<Vec<String>> {
        let (mut number, mut seen) = (ring.enter(position)?, Vec::new());
        loop {
            match ring.next(number, Some(position)) {
                RingRead::Send(bytes, _, next) => {
                    let text = String::from_utf8(bytes.to_vec()).unwrap();
                    seen.extend(text.lines().filter_map(|line| line.strip_prefix("id: ").map(str::to_owned)));
                    number = next;
                }
                RingRead::Wait(_) => return Some(seen),
                RingRead::Behind => return None,
            }
        }
    }

    #[test]
    fn watcher_is_sent_every_change_after_its_position() {
        let mut ring = Ring::new("0".to_owned());
        for ids in [&["a", "b"][..], &["c"], &["d", "e"]] {
            ring.push(batch(ids));
            ring.push(Batch::heartbeat());
        }
        let all = ["a", "b", "c", "d", "e"];
        for (passed, position) in ["0", "a", "b", "c", "d", "e", "f"].iter().enumerate() {
            assert_eq!(sent_positions(&ring, position).unwrap(), all[passed.min(5)..], "{position}");
        }
        assert_eq!(ring.head(), "e");
        assert_eq!(ring.enter("e"), Some(ring.end()), "an old heartbeat is not sent again");
    }

    #[test]
    fn forgotten_changes_put_a_watcher_behind() {
        let mut ring = Ring::bounded("0".to_owned(), 2);
        let number = ring.enter("0").unwrap();
        for id in ["a", "b", "c", "d"] {
            ring.push(batch(&[id]));
        }
        assert!(matches!(ring.next(number, None), RingRead::Behind));
        assert_eq!((sent_positions(&ring, "0"), sent_positions(&ring, "a")), (None, None));
        assert_eq!(ring.floor(), "b");
        assert_eq!(sent_positions(&ring, "b").unwrap(), ["c", "d"]);
    }

    #[test]
    fn ring_keeps_no_more_bytes_than_it_may() {
        let mut ring = Ring::new("0".to_owned());
        let body = "x".repeat(MAX_BYTES / 3);
        for id in ["a", "b", "c", "d"] {
            ring.push(Batch::new(&[Change { id: id.to_owned(), kind: "k".to_owned(), body: body.clone() }]));
        }
        assert!(ring.bytes <= MAX_BYTES);
        assert_eq!(ring.floor(), "b");
    }
}
