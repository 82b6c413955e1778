//! The market as far as it is known: loaded page by page, then kept up by the live changes.

use indexmap::IndexMap;
use ticketing_sdk::{Ticket, TicketChange, TicketChangeKind, TicketId, Timestamp};

use super::Load;
use super::activity::{Activity, ActivityEvent, ActivityKind};
use super::catalogue::{Catalogue, Row, RowId};
use super::filtered_view::{FilteredView, Query};

/// What is on sale, what of it is shown, and what happened to it.
#[derive(Debug, Default)]
pub(crate) struct Market {
    pub(crate) catalogue: Catalogue,
    pub(crate) view: FilteredView,
    pub(crate) activity: Activity,
    pub(crate) load: Load,
    /// What changed since everything is being loaded anew, the newest of each ticket, with whether it was withdrawn. The pages
    /// take the place of all that was known once the first of them is there, but not of this: they may have been read before.
    fresh: Option<IndexMap<TicketId, (Ticket, bool)>>,
}

impl Market {
    /// Everything will be loaded anew.
    pub(crate) fn reload(&mut self) {
        self.fresh = Some(IndexMap::new());
    }

    /// Everything could not be loaded anew; what is known stays, and is kept up by the live changes.
    pub(crate) fn give_up_reload(&mut self) {
        self.fresh = None;
    }

    /// Takes in a page.
    pub(crate) fn page(&mut self, tickets: &[Ticket]) {
        if let Some(changed) = self.fresh.take() {
            self.catalogue = Catalogue::default();
            self.view.restart();
            self.view.run_slice(&self.catalogue);
            for (ticket, withdrawn) in changed.into_values() {
                self.take(&ticket, withdrawn);
            }
        }
        let mut added = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            if self.catalogue.find(&ticket.id).is_some() {
                self.ticket(ticket);
            } else if let Some((row, _)) = self.catalogue.take(ticket, false) {
                added.push(row);
            }
        }
        self.view.added(&self.catalogue, &added);
    }

    /// Takes in what a ticket is now. Answers with what that was before, if something is new.
    pub(crate) fn ticket(&mut self, ticket: &Ticket) -> Option<Option<Row>> {
        self.take(ticket, false)
    }

    /// Takes in a live change, and logs it.
    pub(crate) fn change(&mut self, change: &TicketChange, now: Timestamp) {
        let withdrawn = change.kind == TicketChangeKind::Deleted;
        let Some(before) = self.take(&change.ticket, withdrawn) else { return };
        let Some(row) = self.catalogue.get(&change.ticket.id) else { return };
        // A ticket that was not known before was either listed just now, or is older than what was loaded.
        if before.is_none() && change.kind != TicketChangeKind::Created && change.ticket.version > 0 {
            return;
        }
        if let Some(kind) = ActivityKind::of(before.as_ref(), row) {
            let (ticket, title, cents) = (change.ticket.id.clone(), row.title.clone(), row.cents);
            self.activity.note(ActivityEvent { at: now, ticket, title, cents, kind });
        }
    }

    /// The server no longer has it.
    pub(crate) fn gone(&mut self, id: &TicketId) {
        if let Some(row) = self.catalogue.find(id) {
            self.view.before_change(&self.catalogue, row);
            self.catalogue.withdraw(row);
            self.view.changed(&self.catalogue, row);
        }
    }

    fn take(&mut self, ticket: &Ticket, withdrawn: bool) -> Option<Option<Row>> {
        if let Some(changed) = &mut self.fresh {
            let is_older = changed.get(&ticket.id).is_some_and(|(known, _)| {
                ticket.version < known.version || ticket.version == known.version && !withdrawn
            });
            if !is_older {
                changed.insert(ticket.id.clone(), (ticket.clone(), withdrawn));
            }
        }
        if let Some(row) = self.catalogue.find(&ticket.id) {
            self.view.before_change(&self.catalogue, row);
            let taken = self.catalogue.take(ticket, withdrawn);
            self.view.changed(&self.catalogue, row);
            return taken.map(|(_, before)| before);
        }
        let (row, before) = self.catalogue.take(ticket, withdrawn)?;
        self.view.changed(&self.catalogue, row);
        Some(before)
    }

    /// Shows something else.
    pub(crate) fn search(&mut self, query: Query) {
        self.view.search(query);
    }

    /// Does a slice of a search. Answers whether what is shown is another now.
    pub(crate) fn run_slice(&mut self) -> bool {
        self.view.run_slice(&self.catalogue)
    }

    /// The ticket that is shown at a place.
    pub(crate) fn shown(&self, index: usize) -> Option<(RowId, &Row)> {
        let id = self.view.at(index)?;
        self.catalogue.row(id).map(|row| (id, row))
    }

    /// Where a ticket is shown.
    pub(crate) fn position(&mut self, ticket: &TicketId) -> Option<usize> {
        let row = self.catalogue.find(ticket)?;
        self.view.position(&self.catalogue, row)
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::tests::ticket;
    use super::*;

    #[test]
    fn changes_during_a_reload_are_kept_once_for_each_ticket() {
        let mut market = Market::default();
        market.reload();
        for version in [0, 2, 1] {
            market.ticket(&ticket("a", &format!("version {version}"), "10", version));
        }
        assert_eq!(market.fresh.as_ref().map(IndexMap::len), Some(1));
        market.page(&[]);
        assert_eq!(market.catalogue.get(&"a".into()).map(|row| &*row.title), Some("version 2"));
    }

    #[test]
    fn failed_reload_keeps_no_changes() {
        let mut market = Market::default();
        market.page(&[ticket("a", "t", "10", 0)]);
        market.reload();
        market.give_up_reload();
        market.ticket(&ticket("b", "t", "10", 0));
        assert!(market.fresh.is_none());
        market.page(&[ticket("c", "t", "10", 0)]);
        assert_eq!(market.catalogue.len(), 3);
    }
}
