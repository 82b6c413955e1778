//! The visible rows of the market in their order, filtered and sorted in slices, so that no keystroke waits for it.

use std::cell::RefCell;
use std::cmp::Ordering;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Matcher, Utf32Str};
use ticketing_sdk::text::search_key;

use super::query::{Query, Sort};
use super::ticket_store::{RowId, TicketRow, TicketState, TicketStore};
use crate::local_time::clock_at_place;

/// The number of rows in a slice, which takes a millisecond or two.
const ROWS_PER_SLICE: usize = 8_192;

/// One visible ticket, with everything that determines its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RankedRow {
    score: u32,
    row: RowId,
    key: u64,
}

/// A search in progress.
#[derive(Debug, Default)]
struct Search {
    /// The rows to test; `None` means all rows.
    candidates: Option<Vec<RowId>>,
    next: usize,
    found: Vec<RankedRow>,
    /// Rows that changed after the search has tested them.
    changed_rows: Vec<RowId>,
}

/// The tickets that are shown, in order.
#[derive(Debug, Default)]
pub(crate) struct FilteredView {
    query: Query,
    pattern: Pattern,
    /// The text that `order` was made for.
    applied_text: String,
    order: Vec<RankedRow>,
    search: Option<Search>,
    /// The matcher, and scratch memory for the letters that it compares.
    matcher: RefCell<(Matcher, Vec<char>)>,
}

impl FilteredView {
    pub(crate) fn query(&self) -> &Query {
        &self.query
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn get(&self, index: usize) -> Option<RowId> {
        self.order.get(index).map(|entry| entry.row)
    }

    /// Returns where a row is shown.
    pub(crate) fn position(&self, tickets: &TicketStore, row: RowId) -> Option<usize> {
        let entry = self.entry(tickets, row)?;
        self.find_index(tickets, &entry).ok()
    }

    /// Returns whether a search is in progress. Until it ends, the result of the previous one is shown.
    pub(crate) fn is_searching(&self) -> bool {
        self.search.is_some()
    }

    /// Begins a search with another query.
    pub(crate) fn search(&mut self, query: Query) {
        if query == self.query && self.search.is_none() {
            return;
        }
        // A longer filter matches a subset of the rows shown, unless it contains an operator.
        let special = |text: &str| text.contains(['!', '^', '$', '\'', '\\']);
        let (old, new) = (&self.query, &query);
        let narrower = self.search.is_none()
            && new.text.starts_with(&self.applied_text)
            && !special(&new.text)
            && (old.min, old.max, old.available_only) == (new.min, new.max, new.available_only);
        let candidates = narrower.then(|| self.order.iter().map(|entry| entry.row).collect());
        self.pattern =
            Pattern::parse(&search_key(query.text.trim()), CaseMatching::Ignore, Normalization::Smart);
        self.query = query;
        self.search = Some(Search { candidates, ..Search::default() });
    }

    /// Repeats the search in another set of tickets.
    pub(crate) fn restart(&mut self) {
        self.order.clear();
        self.search = Some(Search::default());
    }

    /// Runs a slice of the search. Returns whether it was the last one, so that the visible rows change.
    pub(crate) fn run_slice(&mut self, tickets: &TicketStore) -> bool {
        let Some(mut search) = self.search.take() else { return false };
        let total = search.candidates.as_ref().map_or(tickets.len(), Vec::len);
        let end = (search.next + ROWS_PER_SLICE).min(total);
        let start = search.found.len();
        for index in search.next..end {
            let row = match &search.candidates {
                Some(rows) => rows.get(index).copied(),
                None => RowId::try_from(index).ok(),
            };
            search.found.extend(row.and_then(|row| self.entry(tickets, row)));
        }
        // Each slice sorts its own part, so that the last one has less left to do.
        search.found[start..].sort_unstable_by(|one, two| self.compare(tickets, one, two));
        search.next = end;
        if search.next < total {
            self.search = Some(search);
            return false;
        }
        let mut found = search.found;
        if !search.changed_rows.is_empty() {
            search.changed_rows.sort_unstable();
            search.changed_rows.dedup();
            found.retain(|entry| search.changed_rows.binary_search(&entry.row).is_err());
            found.extend(search.changed_rows.iter().filter_map(|row| self.entry(tickets, *row)));
        }
        // The stable sort detects the sorted runs and merges them.
        found.sort_by(|one, two| self.compare(tickets, one, two));
        self.order = found;
        self.applied_text.clone_from(&self.query.text);
        true
    }

    /// Records the position of a row before it changes, for [`Self::insert_row`].
    pub(crate) fn before_change(&mut self, tickets: &TicketStore, row: RowId) {
        if self.search.is_none()
            && let Some(entry) = self.entry(tickets, row)
            && let Ok(place) = self.find_index(tickets, &entry)
        {
            self.order.remove(place);
        }
    }

    /// Puts a row to its place after it has changed, or was added.
    pub(crate) fn insert_row(&mut self, tickets: &TicketStore, row: RowId) {
        if let Some(search) = &mut self.search {
            search.changed_rows.push(row);
            return;
        }
        if let Some(entry) = self.entry(tickets, row)
            && let Err(place) = self.find_index(tickets, &entry)
        {
            self.order.insert(place, entry);
        }
    }

    /// Puts many new rows to their places at once.
    pub(crate) fn insert_rows(&mut self, tickets: &TicketStore, rows: &[RowId]) {
        if let Some(search) = &mut self.search {
            search.changed_rows.extend(rows);
            return;
        }
        let mut new: Vec<RankedRow> = rows.iter().filter_map(|row| self.entry(tickets, *row)).collect();
        new.sort_unstable_by(|one, two| self.compare(tickets, one, two));
        let mut order = std::mem::take(&mut self.order);
        order.extend(new);
        // The stable sort merges the two sorted runs.
        order.sort_by(|one, two| self.compare(tickets, one, two));
        self.order = order;
    }

    /// The characters of a title that the filter has found, by their index among its graphemes, in order.
    pub(crate) fn matched_letters(&self, title: &str) -> Vec<u32> {
        let mut found = Vec::new();
        if !self.query.text.trim().is_empty() {
            let (matcher, letters) = &mut *self.matcher.borrow_mut();
            self.pattern.indices(Utf32Str::new(title, letters), matcher, &mut found);
            found.sort_unstable();
            found.dedup();
        }
        found
    }

    fn find_index(&self, tickets: &TicketStore, entry: &RankedRow) -> Result<usize, usize> {
        self.order.binary_search_by(|other| self.compare(tickets, other, entry))
    }

    fn compare(&self, tickets: &TicketStore, one: &RankedRow, two: &RankedRow) -> Ordering {
        let by_title = || {
            if self.query.sort != Sort::Title {
                return Ordering::Equal;
            }
            let title = |entry: &RankedRow| tickets.row(entry.row).map_or("", TicketRow::search_key);
            compare_ignoring_case(title(one), title(two))
        };
        two.score.cmp(&one.score).then(one.key.cmp(&two.key)).then_with(by_title).then(one.row.cmp(&two.row))
    }

    /// The entry of a row, if it is to be shown.
    fn entry(&self, tickets: &TicketStore, id: RowId) -> Option<RankedRow> {
        let row = tickets.row(id)?;
        let shown = match row.state {
            TicketState::Available => true,
            TicketState::Withdrawn => false,
            TicketState::Reserved | TicketState::Sold => !self.query.available_only,
        };
        let cents = i64::from(row.cents);
        let fits = self.query.min.is_none_or(|min| cents >= min.cents())
            && self.query.max.is_none_or(|max| cents <= max.cents());
        if !shown || !fits {
            return None;
        }
        let score = if self.pattern.atoms.is_empty() {
            0
        } else {
            let (matcher, letters) = &mut *self.matcher.borrow_mut();
            self.pattern.score(Utf32Str::new(row.filter_key(), letters), matcher)?
        };
        Some(RankedRow { score, row: id, key: sort_key(self.query.sort, row) })
    }
}

/// Compares two titles without regard to case.
fn compare_ignoring_case(one: &str, two: &str) -> Ordering {
    let mut letters = one.chars().zip(two.chars());
    match letters.find(|(a, b)| a != b && !a.to_lowercase().eq(b.to_lowercase())) {
        Some((a, b)) => a.to_lowercase().cmp(b.to_lowercase()),
        None => one.chars().count().cmp(&two.chars().count()),
    }
}

/// Returns a number that sorts rows in this order, as precisely as eight bytes allow.
fn sort_key(sort: Sort, row: &TicketRow) -> u64 {
    let listed = row.listed.as_millis().cast_unsigned() ^ (1 << 63);
    match sort {
        Sort::Newest => !listed,
        Sort::Oldest => listed,
        Sort::Cheapest => u64::from(row.cents),
        Sort::MostExpensive => !u64::from(row.cents),
        Sort::Soonest => {
            row.starts_at().map_or(u64::MAX, |starts| clock_at_place(starts).cast_unsigned() ^ (1 << 63))
        }
        Sort::Title => {
            let mut bytes = [0; 8];
            let lower = row.search_key().chars().flat_map(char::to_lowercase);
            let first: String = lower.take(bytes.len()).collect();
            bytes.iter_mut().zip(first.bytes()).for_each(|(byte, letter)| *byte = letter);
            u64::from_be_bytes(bytes)
        }
    }
}

#[cfg(test)]
mod tests;
