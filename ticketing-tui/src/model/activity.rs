//! The activity of the market since the program started: a log, and counts for charts.

use std::collections::{BTreeMap, VecDeque};

use ticketing_sdk::{TicketId, Timestamp};

use super::ticket_store::{TicketRow, TicketState};

/// How many events are kept.
const MAX_EVENTS: usize = 500;
/// How long a bar of the charts is, in milliseconds.
const MILLIS_PER_BAR: i64 = 10_000;
/// How many bars are kept: ten minutes.
pub(crate) const BARS: usize = 60;

/// The kind of a change of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum ActivityKind {
    Listed,
    Reserved,
    Released,
    Sold,
    Withdrawn,
    /// The price has changed from this many cents.
    #[strum(serialize = "new price")]
    Priced(u32),
    Renamed,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub(crate) struct ActivityEvent {
    pub(crate) at: Timestamp,
    pub(crate) ticket: TicketId,
    pub(crate) title: Box<str>,
    pub(crate) cents: u32,
    pub(crate) kind: ActivityKind,
}

/// The counts of one span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) listed: u32,
    pub(crate) reserved: u32,
    pub(crate) sold: u32,
    /// The sum of what was sold, in cents.
    pub(crate) turnover: u64,
}

/// The log, the newest first, and the counts.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    log: VecDeque<ActivityEvent>,
    /// By the number of the span.
    bars: BTreeMap<i64, Bar>,
    total: Bar,
}

impl ActivityKind {
    /// Returns the activity of a change of a row; `None` if it is not shown.
    pub(crate) fn from_change(before: Option<&TicketRow>, after: &TicketRow) -> Option<Self> {
        let Some(before) = before else {
            return match after.state {
                TicketState::Available => Some(Self::Listed),
                TicketState::Reserved => Some(Self::Reserved),
                TicketState::Sold => Some(Self::Sold),
                TicketState::Withdrawn => Some(Self::Withdrawn),
            };
        };
        match (before.state, after.state) {
            (TicketState::Available, TicketState::Reserved) => Some(Self::Reserved),
            (TicketState::Reserved, TicketState::Available) => Some(Self::Released),
            (TicketState::Sold, TicketState::Sold) => None,
            (_, TicketState::Sold) => Some(Self::Sold),
            (_, TicketState::Withdrawn) => Some(Self::Withdrawn),
            _ if before.cents != after.cents => Some(Self::Priced(before.cents)),
            _ if before.title != after.title => Some(Self::Renamed),
            _ => None,
        }
    }
}

impl Activity {
    pub(crate) fn note(&mut self, event: ActivityEvent) {
        let span = event.at.as_millis() / MILLIS_PER_BAR;
        self.bars.retain(|kept, _| *kept > span - BARS as i64);
        for bar in [self.bars.entry(span).or_default(), &mut self.total] {
            match event.kind {
                ActivityKind::Listed => bar.listed += 1,
                ActivityKind::Reserved => bar.reserved += 1,
                ActivityKind::Sold => {
                    bar.sold += 1;
                    bar.turnover += u64::from(event.cents);
                }
                _ => {}
            }
        }
        self.log.push_front(event);
        self.log.truncate(MAX_EVENTS);
    }

    pub(crate) fn log(&self) -> &VecDeque<ActivityEvent> {
        &self.log
    }

    /// All since the program started.
    pub(crate) fn total(&self) -> Bar {
        self.total
    }

    /// The bars of the last ten minutes up to now, the oldest first; always as many.
    pub(crate) fn bars(&self, now: Timestamp) -> Vec<Bar> {
        let span = now.as_millis() / MILLIS_PER_BAR;
        let shown = span - BARS as i64 + 1..=span;
        shown.map(|span| self.bars.get(&span).copied().unwrap_or_default()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sold_event(at: i64) -> ActivityEvent {
        ActivityEvent {
            at: Timestamp::from_millis(at),
            ticket: "t".into(),
            title: "t".into(),
            cents: 250,
            kind: ActivityKind::Sold,
        }
    }

    #[test]
    fn bars_follow_the_time() {
        let mut activity = Activity::default();
        let start = 1_800_000_000_000;
        activity.note(sold_event(start));
        activity.note(sold_event(start + 9_999));
        activity.note(sold_event(start + 25_000));
        let at = |by: i64| activity.bars(Timestamp::from_millis(start + by));
        let tail = |bars: Vec<Bar>| bars[BARS - 4..].iter().map(|bar| bar.sold).collect::<Vec<_>>();
        assert_eq!(tail(at(25_000)), [0, 2, 0, 1]);
        assert_eq!(tail(at(40_000)), [0, 1, 0, 0]);
        assert_eq!(at(40_000).len(), BARS);
        assert_eq!(tail(at(3_600_000)), [0; 4]);
        assert_eq!(activity.total().turnover, 750);
    }
}
