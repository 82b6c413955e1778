//! Temporary messages.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use ticketing_sdk::text::sanitize;
use ticketing_sdk::{OrderId, TicketId, Timestamp};

use crate::text;

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

/// A message that is shown.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    pub(crate) level: Level,
    message: Message,
    expires_at: Timestamp,
}

/// What a message is about. Newer knowledge about it replaces older knowledge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Topic {
    Ticket(TicketId),
    /// The connection to the server.
    Connection,
    /// Whether the data shown is the current one.
    Data,
}

/// A message to show: a sentence, with the title of a ticket in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Message {
    /// On one line, without control characters.
    text: String,
    /// The title in the text: it is shortened where the text is too long.
    title: Range<usize>,
    topic: Option<Topic>,
    /// The order without which it is outdated, while that is reserved and nothing is done about it.
    while_reserved: Option<OrderId>,
}

impl Message {
    /// A sentence with this title between its parts.
    pub(crate) fn with_title(before: impl Into<String>, title: &str, after: impl Into<String>) -> Self {
        let [before, title, after] = [before.into(), text::title(title), after.into()];
        let [before, title, after] = [&before, &title, &after].map(|part| sanitize(part));
        let text = format!("{before}{title}{after}");
        Self { text, title: before.len()..before.len() + title.len(), ..Self::default() }
    }

    /// A sentence about a ticket, with its title between the parts.
    pub(crate) fn with_ticket(
        ticket: &TicketId,
        before: impl Into<String>,
        title: &str,
        after: impl Into<String>,
    ) -> Self {
        Self::with_title(before, title, after).with_topic(Topic::Ticket(ticket.clone()))
    }

    /// The same message, which replaces those about the same.
    pub(crate) fn with_topic(self, topic: Topic) -> Self {
        Self { topic: Some(topic), ..self }
    }

    /// The same message, for as long as an order is reserved and nothing is done about it.
    pub(crate) fn while_reserved(self, order: &OrderId) -> Self {
        Self { while_reserved: Some(order.clone()), ..self }
    }
}

impl<T: Into<String>> From<T> for Message {
    fn from(text: T) -> Self {
        Self { text: sanitize(&text.into()).into_owned(), ..Self::default() }
    }
}

/// The fewest columns of a title in a message.
const MIN_TITLE: u16 = 12;

impl Notice {
    pub(crate) fn text(&self) -> &str {
        &self.message.text
    }

    /// Returns the text on at most this number of lines. What is too long for one line has its title shortened, so that its
    /// sentence is whole.
    pub(crate) fn lines(&self, columns: u16, lines: usize, ellipsis: &str) -> Vec<String> {
        let Message { text, title, .. } = &self.message;
        let excess = text::width(text).saturating_sub(columns);
        let mut words = Cow::Borrowed(text);
        if excess > 0 && !title.is_empty() {
            let whole = &text[title.clone()];
            let room = text::width(whole).saturating_sub(excess).max(MIN_TITLE);
            words.to_mut().replace_range(title.clone(), &text::fit(whole, room, ellipsis));
        }
        text::wrap_at_most(&words, columns, lines, ellipsis)
    }
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
    /// Shows a message. It replaces the message of the same text and those about the same; a success also replaces the
    /// failures that have no topic.
    pub(crate) fn push(&mut self, level: Level, message: impl Into<Message>, now: Timestamp) {
        let duration = match level {
            Level::Info | Level::Success => Duration::from_secs(5),
            Level::Warning | Level::Error => Duration::from_secs(9),
        };
        let notice = Notice { level, message: message.into(), expires_at: now + duration };
        self.shown.retain(|old| {
            let is_outdated = match (&old.message.topic, &notice.message.topic) {
                (Some(old), new) => Some(old) == new.as_ref(),
                (None, _) => level == Level::Success && matches!(old.level, Level::Warning | Level::Error),
            };
            old.text() != notice.text() && !is_outdated
        });
        self.shown.push_back(notice.clone());
        self.unprinted.push_back(notice);
        while self.shown.len() > MAX_SHOWN {
            self.shown.pop_front();
        }
        while self.unprinted.len() > MAX_UNPRINTED {
            self.unprinted.pop_front();
        }
    }

    /// Removes the messages about this.
    pub(crate) fn remove_topic(&mut self, topic: &Topic) {
        self.shown.retain(|notice| notice.message.topic.as_ref() != Some(topic));
    }

    /// Removes the messages about reservations that this is not true of.
    pub(crate) fn retain_reserved(&mut self, is_reserved: impl Fn(&OrderId) -> bool) {
        self.shown.retain(|notice| notice.message.while_reserved.as_ref().is_none_or(&is_reserved));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000)
    }

    fn notice(message: impl Into<Message>) -> Notice {
        let mut notices = Notices::default();
        notices.push(Level::Success, message, now());
        notices.shown.pop_back().unwrap()
    }

    #[test]
    fn long_message_has_its_title_shortened() {
        let title = "Donaudampfschifffahrtsgesellschaftskapitänsmützen";
        let sold = notice(Message::with_title("You sold ", title, " for $38.00"));
        assert_eq!(sold.lines(80, 1, "…"), [format!("You sold {title} for $38.00")]);
        assert_eq!(sold.lines(40, 1, "…"), ["You sold Donaudampfschifffah… for $38.00"]);
        assert_eq!(sold.lines(28, 2, "…"), ["You sold Donaudampfs… for", "$38.00"]);
        assert_eq!(notice("one two three").lines(8, 2, "…"), ["one two", "three"]);
    }

    #[test]
    fn message_replaces_those_about_the_same() {
        let mut notices = Notices::default();
        let topic = |id: &str| Topic::Ticket(id.into());
        notices.push(Level::Error, Message::from("t is reserved by another").with_topic(topic("t")), now());
        notices.push(Level::Error, Message::from("u is sold").with_topic(topic("u")), now());
        notices.push(Level::Error, "The file was not saved", now());
        notices.push(Level::Success, Message::from("t is yours").with_topic(topic("t")), now());
        let shown =
            |notices: &Notices| notices.visible().map(|one| one.text().to_owned()).collect::<Vec<_>>();
        assert_eq!(shown(&notices), ["u is sold", "t is yours"]);
        notices.push(Level::Error, Message::from("t has expired").with_topic(topic("t")), now());
        assert_eq!(shown(&notices), ["u is sold", "t has expired"]);
        notices.remove_topic(&topic("u"));
        assert_eq!(shown(&notices), ["t has expired"]);
    }
}
