//! Temporary messages.

use std::collections::VecDeque;
use std::time::Duration;

use ticketing_sdk::Timestamp;
use ticketing_sdk::text::sanitize;

/// The importance of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Something to know.
    Info,
    /// Something worked.
    Success,
    /// Something needs attention.
    Warning,
    /// Something did not work.
    Error,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The importance.
    pub level: Level,
    /// The text, on one line, without control characters.
    pub text: String,
    expires_at: Timestamp,
}

/// The messages that are shown, and those that were not read out yet.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    shown: VecDeque<Notice>,
    unprinted: VecDeque<Notice>,
}

/// The maximum number of visible messages: more would hide the content that they refer to.
const MAX_SHOWN: usize = 3;
/// The maximum number of messages that wait for `--plain`.
const MAX_UNPRINTED: usize = 32;

impl Notices {
    pub(crate) fn push(&mut self, level: Level, text: impl Into<String>, now: Timestamp) {
        let duration = match level {
            Level::Info | Level::Success => Duration::from_secs(5),
            Level::Warning | Level::Error => Duration::from_secs(9),
        };
        let text = sanitize(&text.into()).into_owned();
        let notice = Notice { level, text, expires_at: now + duration };
        self.shown.retain(|old| old.text != notice.text);
        if level == Level::Success {
            // A success replaces the error before it.
            self.shown.retain(|old| !matches!(old.level, Level::Warning | Level::Error));
        }
        self.shown.push_back(notice.clone());
        self.unprinted.push_back(notice);
        while self.shown.len() > MAX_SHOWN {
            self.shown.pop_front();
        }
        while self.unprinted.len() > MAX_UNPRINTED {
            self.unprinted.pop_front();
        }
    }

    /// Removes the messages that were shown long enough.
    pub(crate) fn tick(&mut self, now: Timestamp) {
        self.shown.retain(|notice| notice.expires_at > now);
    }

    pub(crate) fn visible(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        self.shown.iter()
    }

    /// Returns when the next message is removed.
    pub(crate) fn wakes_at(&self) -> Option<Timestamp> {
        self.shown.iter().map(|notice| notice.expires_at).min()
    }

    pub(crate) fn has_unprinted(&self) -> bool {
        !self.unprinted.is_empty()
    }

    /// Returns the messages that `--plain` has not printed.
    pub(crate) fn take_unprinted(&mut self) -> Vec<Notice> {
        self.unprinted.drain(..).collect()
    }

    /// Takes all away.
    pub(crate) fn clear(&mut self) {
        self.shown.clear();
    }
}
