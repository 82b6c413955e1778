//! All tickets that the client has received, in little memory: one row for each, which never moves.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::time::Duration;

use indexmap::{IndexMap, IndexSet};
use ticketing_sdk::{EventTime, Ticket, TicketDetails, TicketId, TicketStatus, Timestamp};

use ticketing_sdk::text::search_key;

use crate::text;

/// Identifies a row. Rows are never removed, so it is valid until the market is reloaded.
pub(crate) type RowId = u32;

/// The row of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TicketRow {
    /// Safe to show.
    pub(crate) title: Box<str>,
    /// The key by which the title is searched and sorted, if it differs from the title. ASCII letters are compared
    /// without regard to case.
    key: Option<Box<str>>,
    /// The text that a filter searches, if it is more than the title: with the venue.
    filter_key: Option<Box<str>>,
    /// The details, if there are any.
    details: Option<Box<TicketDetails>>,
    pub(crate) listed: Timestamp,
    pub(crate) version: i64,
    /// The price in cents.
    pub(crate) cents: u32,
    seller: u32,
    pub(crate) state: TicketState,
}

impl TicketRow {
    /// The text by which it is searched and sorted, without regard to case.
    pub(crate) fn search_key(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.title)
    }

    /// The text with which a filter is compared, without regard to case.
    pub(crate) fn filter_key(&self) -> &str {
        self.filter_key.as_deref().unwrap_or_else(|| self.search_key())
    }

    /// Returns the details, if there are any.
    pub(crate) fn details(&self) -> Option<&TicketDetails> {
        self.details.as_deref()
    }

    /// Returns whether the ticket can be ordered. `now` is the server's time.
    pub(crate) fn is_orderable(&self, now: Timestamp) -> bool {
        self.state == TicketState::Available && !self.has_started(now)
    }

    /// Returns whether its event has started.
    pub(crate) fn has_started(&self, now: Timestamp) -> bool {
        self.details().is_some_and(|details| details.has_started(now))
    }

    /// Returns when its event starts, if that is known.
    pub(crate) fn starts_at(&self) -> Option<&EventTime> {
        self.details()?.starts_at.as_ref()
    }
}

/// Whether a ticket is available.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TicketState {
    Available,
    Reserved,
    Sold,
    /// The seller has withdrawn this ticket.
    Withdrawn,
}

/// All rows, by id.
#[derive(Debug, Default)]
pub(crate) struct TicketStore {
    rows: IndexMap<Box<str>, TicketRow>,
    /// Sellers are few and their ids are long.
    sellers: IndexSet<Box<str>>,
    /// A start for each month and offset: a year of events at the same place has two offsets at most.
    starts: IndexMap<Box<str>, EventTime>,
    /// When events start: sales end then.
    instants: BTreeSet<Timestamp>,
    /// The highest price that a ticket has had.
    max_cents: u32,
    available: usize,
    price_bands: [u32; PRICE_BANDS.len() + 1],
}

/// The upper ends of the price bands, in cents; the last band has none.
pub(crate) const PRICE_BANDS: [u32; 7] = [1_000, 2_500, 5_000, 10_000, 20_000, 50_000, 100_000];

impl TicketState {
    /// Returns the label of the status.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Available => TicketStatus::Available.label(),
            Self::Reserved => TicketStatus::Reserved.label(),
            Self::Sold => TicketStatus::Sold.label(),
            Self::Withdrawn => "Withdrawn",
        }
    }
}

impl From<TicketStatus> for TicketState {
    fn from(status: TicketStatus) -> Self {
        match status {
            TicketStatus::Available => Self::Available,
            TicketStatus::Sold => Self::Sold,
            // Reserved, or in a status of a newer server: it cannot be ordered.
            _ => Self::Reserved,
        }
    }
}

impl TicketStore {
    /// Returns how many rows there are, with those that were withdrawn.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns the number of available tickets.
    pub(crate) fn available(&self) -> usize {
        self.available
    }

    /// Returns the number of available tickets in each price band.
    pub(crate) fn price_bands(&self) -> &[u32] {
        &self.price_bands
    }

    pub(crate) fn row(&self, id: RowId) -> Option<&TicketRow> {
        self.rows.get_index(id as usize).map(|(_, row)| row)
    }

    pub(crate) fn id(&self, id: RowId) -> Option<TicketId> {
        self.rows.get_index(id as usize).map(|(id, _)| TicketId::new(&**id))
    }

    pub(crate) fn find(&self, id: &TicketId) -> Option<RowId> {
        self.rows.get_index_of(id.as_str()).and_then(|index| RowId::try_from(index).ok())
    }

    pub(crate) fn get(&self, id: &TicketId) -> Option<&TicketRow> {
        self.rows.get(id.as_str())
    }

    /// Returns the id of the seller.
    pub(crate) fn seller(&self, row: &TicketRow) -> &str {
        self.sellers.get_index(row.seller as usize).map_or("", |id| id)
    }

    /// Returns a start for each month and each offset from UTC that events have had.
    pub(crate) fn starts(&self) -> impl Iterator<Item = &EventTime> {
        self.starts.values()
    }

    /// Returns when the next event starts after a time, if that is within a day. Changes of the market come long before a
    /// start that is further away.
    pub(crate) fn next_start(&self, after: Timestamp) -> Option<Timestamp> {
        let end = after + Duration::from_secs(24 * 3600);
        self.instants.range((Bound::Excluded(after), Bound::Included(end))).next().copied()
    }

    /// Returns the highest price that a ticket has had.
    pub(crate) fn max_cents(&self) -> u32 {
        self.max_cents
    }

    /// Stores the current state of a ticket, unless a newer one is known. Returns its row and its state before;
    /// nothing if nothing is new.
    pub(crate) fn update(&mut self, ticket: &Ticket, withdrawn: bool) -> Option<(RowId, Option<TicketRow>)> {
        let state = if withdrawn { TicketState::Withdrawn } else { ticket.status.into() };
        let known = self.find(&ticket.id);
        if let Some(row) = known.and_then(|id| self.row(id)) {
            // A withdrawn ticket is never for sale again, but an order that was on its way may hold or have bought it.
            let stale = ticket.version < row.version
                || (row.state == TicketState::Withdrawn && state == TicketState::Available)
                || (ticket.version == row.version && !withdrawn);
            if stale {
                return None;
            }
        }
        let seller = self.intern(ticket.user_id.as_str());
        let title = text::title(&ticket.title);
        let row = TicketRow {
            key: (!title.is_ascii()).then(|| search_key(&title).into()),
            filter_key: ticket.details.venue.is_some().then(|| ticket.search_key().into()),
            details: (!ticket.details.is_empty()).then(|| Box::new(ticket.details.clone())),
            title: title.into(),
            listed: ticket.created_at.unwrap_or(Timestamp::from_millis(0)),
            version: ticket.version,
            cents: u32::try_from(ticket.price.cents()).unwrap_or(u32::MAX),
            seller,
            state,
        };
        self.max_cents = self.max_cents.max(row.cents);
        if let Some(starts) = &ticket.details.starts_at {
            self.instants.insert(starts.instant());
            let month = starts.date().get(..7).unwrap_or_default();
            self.starts.entry(format!("{month}{}", starts.offset()).into()).or_insert_with(|| starts.clone());
        }
        self.adjust_counts(&row, 1);
        let (index, before) = self.rows.insert_full(ticket.id.as_str().into(), row);
        if let Some(before) = &before {
            self.adjust_counts(before, -1);
        }
        Some((RowId::try_from(index).ok()?, before))
    }

    /// Marks it as no longer for sale, without regard to its version.
    pub(crate) fn withdraw(&mut self, id: RowId) {
        let Some(row) = self.rows.get_index(id as usize).map(|(_, row)| row.clone()) else { return };
        self.adjust_counts(&row, -1);
        if let Some((_, row)) = self.rows.get_index_mut(id as usize) {
            row.state = TicketState::Withdrawn;
        }
    }

    fn intern(&mut self, seller: &str) -> u32 {
        let known = self.sellers.get_index_of(seller);
        let index = known.unwrap_or_else(|| self.sellers.insert_full(seller.into()).0);
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    fn adjust_counts(&mut self, row: &TicketRow, by: i32) {
        if row.state == TicketState::Available {
            self.available = self.available.saturating_add_signed(by as isize);
            let band = PRICE_BANDS.partition_point(|end| row.cents >= *end);
            self.price_bands[band] = self.price_bands[band].saturating_add_signed(by);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use ticketing_sdk::fixtures;

    /// A ticket of the tests.
    pub(crate) fn ticket(id: &str, title: &str, price: &str, version: i64) -> Ticket {
        let listed = fixtures::ticket(id).title(title).price(price.parse().unwrap()).version(version);
        listed.created_at(Timestamp::from_millis(1_800_000_000_000))
    }

    #[test]
    fn newest_version_wins_in_any_arrival_order() {
        let mut store = TicketStore::default();
        assert!(store.update(&ticket("a", "old", "10", 1), false).is_some());
        assert!(store.update(&ticket("a", "older", "10", 0), false).is_none());
        assert!(store.update(&ticket("a", "again", "10", 1), false).is_none());
        let (_, before) = store.update(&ticket("a", "new", "10", 2), false).unwrap();
        assert_eq!(before.map(|row| row.title), Some("old".into()));
        assert_eq!(store.len(), 1);
    }

    #[test]
    fn withdrawn_ticket_is_not_restored_by_an_older_page() {
        let mut store = TicketStore::default();
        store.update(&ticket("a", "t", "10", 3), false);
        store.update(&ticket("a", "t", "10", 3), true);
        assert!(store.update(&ticket("a", "t", "10", 3), false).is_none());
        assert!(store.update(&ticket("a", "t", "10", 9), false).is_none());
        assert_eq!(store.available(), 0);
    }

    #[test]
    fn withdrawn_ticket_comes_back_with_a_delayed_order() {
        let mut store = TicketStore::default();
        store.update(&ticket("a", "t", "10", 0), false);
        store.update(&ticket("a", "t", "10", 1), true);
        for (version, status) in [(2, TicketStatus::Reserved), (3, TicketStatus::Sold)] {
            let held = ticket("a", "t", "10", version).status(status);
            assert!(store.update(&held, false).is_some(), "{status:?}");
        }
        let again = ticket("a", "t", "10", 2).status(TicketStatus::Reserved);
        assert!(store.update(&again, false).is_none(), "an older version changes nothing");
        assert_eq!(store.available(), 0);
    }

    #[test]
    fn bands_count_what_can_be_had() {
        let mut store = TicketStore::default();
        store.update(&ticket("a", "t", "9.99", 0), false);
        store.update(&ticket("b", "t", "10", 0), false);
        store.update(&ticket("c", "t", "5000", 0), false);
        assert_eq!(store.price_bands(), [1, 1, 0, 0, 0, 0, 0, 1]);
        let mut sold = ticket("b", "t", "10", 1);
        sold.status = TicketStatus::Sold;
        store.update(&sold, false);
        assert_eq!(store.price_bands(), [1, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(store.available(), 2);
    }

    #[test]
    fn next_start_is_that_of_the_next_event() {
        let mut store = TicketStore::default();
        for (id, starts) in [("t1", "2026-11-22T20:00:00+01:00"), ("t2", "2026-11-22T19:30:00Z")] {
            let details = TicketDetails::default().starts_at(starts.parse::<EventTime>().unwrap());
            store.update(&ticket(id, "Jazz", "20", 0).details(details), false);
        }
        let at = |time: &str| time.parse::<Timestamp>().unwrap();
        assert_eq!(store.next_start(at("2026-11-22T18:59:59Z")), Some(at("2026-11-22T19:00:00Z")));
        assert_eq!(store.next_start(at("2026-11-22T19:00:00Z")), Some(at("2026-11-22T19:30:00Z")));
        assert_eq!(store.next_start(at("2026-11-22T19:30:00Z")), None);
    }

    #[test]
    fn titles_are_made_safe() {
        let mut store = TicketStore::default();
        store.update(&ticket("a", "a\u{1b}[2Jb\u{202e}c", "1", 0), false);
        assert_eq!(&*store.row(0).unwrap().title, "a[2Jbc");
    }
}
