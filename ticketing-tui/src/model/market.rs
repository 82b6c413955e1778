//! The market: loaded page by page, then updated by the live changes.

use indexmap::IndexMap;
use ticketing_sdk::{Ticket, TicketChange, TicketChangeKind, TicketId, Timestamp};

use super::Load;
use super::activity::{Activity, ActivityEvent, ActivityKind};
use super::filtered_view::FilteredView;
use super::query::Query;
use super::ticket_store::{RowId, TicketRow, TicketStore};

/// The tickets for sale, the visible ones, and their activity.
#[derive(Debug, Default)]
pub(crate) struct KnownMarket {
    pub(crate) tickets: TicketStore,
    pub(crate) view: FilteredView,
    pub(crate) activity: Activity,
    pub(crate) load: Load,
    /// The newest change of each ticket since the reload began, and whether the ticket was withdrawn. The first page of
    /// the reload replaces all rows but keeps these: the pages may have been read before them.
    changes_during_reload: Option<IndexMap<TicketId, (Ticket, bool)>>,
}

impl KnownMarket {
    /// Begins a reload.
    pub(crate) fn begin_reload(&mut self) {
        self.changes_during_reload = Some(IndexMap::new());
    }

    /// Abandons a reload that failed. The rows stay, and live changes continue to update them.
    pub(crate) fn abandon_reload(&mut self) {
        self.changes_during_reload = None;
    }

    /// Adds a page.
    pub(crate) fn add_page(&mut self, tickets: &[Ticket]) {
        if let Some(changed) = self.changes_during_reload.take() {
            self.tickets = TicketStore::default();
            self.view.restart();
            self.view.run_slice(&self.tickets);
            for (ticket, withdrawn) in changed.into_values() {
                self.apply(&ticket, withdrawn);
            }
        }
        let mut added = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            if self.tickets.find(&ticket.id).is_some() {
                self.update(ticket);
            } else if let Some((row, _)) = self.tickets.update(ticket, false) {
                added.push(row);
            }
        }
        self.view.insert_rows(&self.tickets, &added);
    }

    /// Updates a ticket. Returns its state before, if it has changed.
    pub(crate) fn update(&mut self, ticket: &Ticket) -> Option<Option<TicketRow>> {
        self.apply(ticket, false)
    }

    /// Applies a live change, and logs it.
    pub(crate) fn apply_change(&mut self, change: &TicketChange, now: Timestamp) {
        let withdrawn = change.kind == TicketChangeKind::Deleted;
        let Some(before) = self.apply(&change.ticket, withdrawn) else { return };
        let Some(row) = self.tickets.get(&change.ticket.id) else { return };
        // A ticket that was not known before was either listed just now, or is older than what was loaded.
        if before.is_none() && change.kind != TicketChangeKind::Created && change.ticket.version > 0 {
            return;
        }
        if let Some(kind) = ActivityKind::from_change(before.as_ref(), row) {
            let (ticket, title, cents) = (change.ticket.id.clone(), row.title.clone(), row.cents);
            self.activity.note(ActivityEvent { at: now, ticket, title, cents, kind });
        }
    }

    /// The server no longer has it.
    pub(crate) fn mark_withdrawn(&mut self, id: &TicketId) {
        if let Some(row) = self.tickets.find(id) {
            self.view.before_change(&self.tickets, row);
            self.tickets.withdraw(row);
            self.view.insert_row(&self.tickets, row);
        }
    }

    fn apply(&mut self, ticket: &Ticket, withdrawn: bool) -> Option<Option<TicketRow>> {
        if let Some(changed) = &mut self.changes_during_reload {
            let is_older = changed.get(&ticket.id).is_some_and(|(known, _)| {
                ticket.version < known.version || ticket.version == known.version && !withdrawn
            });
            if !is_older {
                changed.insert(ticket.id.clone(), (ticket.clone(), withdrawn));
            }
        }
        let known = self.tickets.find(&ticket.id);
        if let Some(row) = known {
            self.view.before_change(&self.tickets, row);
        }
        let updated = self.tickets.update(ticket, withdrawn);
        if let Some(row) = known.or(updated.as_ref().map(|(row, _)| *row)) {
            self.view.insert_row(&self.tickets, row);
        }
        updated.map(|(_, before)| before)
    }

    /// Begins a search with another query.
    pub(crate) fn search(&mut self, query: Query) {
        self.view.search(query);
    }

    /// Runs a slice of the search. Returns whether the visible rows changed.
    pub(crate) fn run_slice(&mut self) -> bool {
        self.view.run_slice(&self.tickets)
    }

    /// Returns the ticket that is shown at this position.
    pub(crate) fn visible_ticket(&self, index: usize) -> Option<(RowId, &TicketRow)> {
        let id = self.view.get(index)?;
        self.tickets.row(id).map(|row| (id, row))
    }

    /// Returns where a ticket is shown.
    pub(crate) fn position(&self, ticket: &TicketId) -> Option<usize> {
        let row = self.tickets.find(ticket)?;
        self.view.position(&self.tickets, row)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ticket_store::tests::ticket;
    use super::*;

    #[test]
    fn changes_during_a_reload_are_kept_once_for_each_ticket() {
        let mut market = KnownMarket::default();
        market.begin_reload();
        for version in [0, 2, 1] {
            market.update(&ticket("a", &format!("version {version}"), "10", version));
        }
        assert_eq!(market.changes_during_reload.as_ref().map(IndexMap::len), Some(1));
        market.add_page(&[]);
        assert_eq!(market.tickets.get(&"a".into()).map(|row| &*row.title), Some("version 2"));
    }

    #[test]
    fn failed_reload_keeps_no_changes() {
        let mut market = KnownMarket::default();
        market.add_page(&[ticket("a", "t", "10", 0)]);
        market.begin_reload();
        market.abandon_reload();
        market.update(&ticket("b", "t", "10", 0));
        assert!(market.changes_during_reload.is_none());
        market.add_page(&[ticket("c", "t", "10", 0)]);
        assert_eq!(market.tickets.len(), 3);
    }
}
