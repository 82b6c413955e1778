//! A batch of changes, rendered once as server-sent events.

use std::fmt::Write as _;
use std::time::Duration;

use axum::body::Bytes;

use crate::store::Change;

/// Consecutive rendered changes. Clones share the bytes.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    bytes: Bytes,
    /// The position of each change, and the end of its bytes.
    changes: Vec<(String, usize)>,
}

impl Batch {
    pub(super) fn new(changes: &[Change]) -> Self {
        let size = changes.iter().map(|change| change.body.len() + change.id.len() + 64).sum();
        let mut text = String::with_capacity(size);
        let mut ends = Vec::with_capacity(changes.len());
        for change in changes {
            // Bodies are JSON on one line, kinds and positions are words: nothing needs escaping.
            let _ = write!(text, "event: {}\nid: {}\ndata: {}\n\n", change.kind, change.id, change.body);
            ends.push((change.id.clone(), text.len()));
        }
        Self { bytes: text.into(), changes: ends }
    }

    /// Returns a heartbeat.
    pub(super) fn heartbeat() -> Self {
        Self { bytes: Bytes::from_static(b": heartbeat\n\n"), changes: Vec::new() }
    }

    /// Returns the start of a stream: an event without data has the position, so that a client can resume before the
    /// first change.
    pub(super) fn greeting(position: &str, retry: Duration) -> Bytes {
        format!("retry: {}\nid: {position}\n\n", retry.as_millis()).into()
    }

    /// Returns the start of a stream that does not continue at the position of its client, which must reload its list.
    pub(super) fn reset(position: &str, retry: Duration) -> Bytes {
        format!("retry: {}\nevent: reset\nid: {position}\ndata: {{}}\n\n", retry.as_millis()).into()
    }

    /// Returns its length in bytes.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the position of its newest change.
    pub(super) fn last(&self) -> Option<&str> {
        self.changes.last().map(|(position, _)| position.as_str())
    }

    pub(super) fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    /// Returns the bytes of the changes after a position.
    pub(super) fn bytes_after(&self, position: &str) -> Bytes {
        let passed = self.changes.partition_point(|(own, _)| own.as_str() <= position);
        match passed.checked_sub(1).and_then(|last| self.changes.get(last)) {
            Some((_, end)) => self.bytes.slice(*end..),
            None => self.bytes.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(id: &str) -> Change {
        Change { id: id.to_owned(), kind: "ticket:updated".to_owned(), body: format!("{{\"n\":\"{id}\"}}") }
    }

    #[test]
    fn batch_gives_the_changes_after_any_position() {
        let batch = Batch::new(&[change("b"), change("d")]);
        let whole = "event: ticket:updated\nid: b\ndata: {\"n\":\"b\"}\n\nevent: ticket:updated\nid: d\ndata: {\"n\":\"d\"}\n\n";
        assert_eq!(batch.bytes(), whole);
        assert_eq!(batch.bytes_after("a"), whole);
        let second = whole.split_inclusive("\n\n").nth(1).unwrap();
        assert_eq!(batch.bytes_after("b"), second);
        assert_eq!(batch.bytes_after("c"), second);
        assert_eq!(batch.bytes_after("d"), "");
        assert_eq!(batch.last(), Some("d"));
    }
}
