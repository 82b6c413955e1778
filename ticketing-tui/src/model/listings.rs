//! The listings of the user. A change is shown before the server confirms it, and reverted if the server refuses it.

use std::collections::HashSet;

use ticketing_sdk::{Ticket, TicketId, TicketStatus, TicketUpdate, Timestamp};

use super::records::{Record, Records};

/// One's own tickets.
#[derive(Debug, Default)]
pub(crate) struct Listings {
    pub(crate) records: Records<OwnListing>,
    /// The withdrawn listings, even if an older list has them. Only an order brings one back.
    withdrawn: HashSet<TicketId>,
}

/// A listing of the user.
#[derive(Debug, Clone)]
pub(crate) struct OwnListing {
    /// As it is shown.
    pub(crate) ticket: Ticket,
    /// As it was before a change or a withdrawal that the server has not agreed to yet.
    pub(crate) original: Option<Ticket>,
}

impl Record for OwnListing {
    type Id = TicketId;

    fn id(&self) -> &TicketId {
        &self.ticket.id
    }

    fn created_at(&self) -> Option<Timestamp> {
        self.ticket.created_at
    }
}

/// The numbers of listings by status, and the revenue in cents.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) available: usize,
    pub(crate) reserved: usize,
    /// Listings that were not sold before their events started.
    pub(crate) ended: usize,
    pub(crate) sold: usize,
    pub(crate) cents: u64,
}

impl Listings {
    pub(crate) fn get(&self, id: &TicketId) -> Option<&OwnListing> {
        self.records.get(id)
    }

    /// Returns the numbers of listings by status, and the revenue.
    pub(crate) fn sums(&self, now: Timestamp) -> Sums {
        let mut sums = Sums::default();
        for OwnListing { ticket, .. } in self.records.list() {
            match ticket.status {
                TicketStatus::Available if ticket.has_started(now) => sums.ended += 1,
                TicketStatus::Available => sums.available += 1,
                TicketStatus::Reserved => sums.reserved += 1,
                TicketStatus::Sold => {
                    sums.sold += 1;
                    sums.cents += ticket.price.cents().unsigned_abs();
                }
                _ => {}
            }
        }
        sums
    }

    /// Replaces the list.
    pub(crate) fn replace(&mut self, tickets: &[Ticket]) {
        tickets.iter().for_each(|ticket| self.update(ticket));
        self.records.end_load();
    }

    /// Updates a listing unless a newer version is known. A pending change stays visible.
    pub(crate) fn update(&mut self, ticket: &Ticket) {
        if self.withdrawn.contains(&ticket.id) {
            if ticket.status == TicketStatus::Available {
                return;
            }
            // An order that was on its way has won over the withdrawal.
            self.withdrawn.remove(&ticket.id);
        }
        let listing = OwnListing { ticket: ticket.clone(), original: None };
        self.records.update(listing, |known, OwnListing { ticket, .. }| match &mut known.original {
            Some(original) if ticket.version >= original.version => *original = ticket,
            None if ticket.version >= known.ticket.version => known.ticket = ticket,
            _ => {}
        });
    }

    /// The listing was withdrawn.
    pub(crate) fn remove(&mut self, id: &TicketId) {
        self.withdrawn.insert(id.clone());
        self.records.remove(id);
    }

    /// Shows a change before it is agreed to.
    pub(crate) fn change(&mut self, id: &TicketId, new: &TicketUpdate) {
        self.keep_original(id);
        if let Some(listing) = self.records.get_mut(id) {
            listing.ticket.title.clone_from(&new.title);
            listing.ticket.price = new.price;
            listing.ticket.details.apply(&new.details);
        }
    }

    /// Keeps a listing as it is, for [`revert`](Self::revert).
    pub(crate) fn keep_original(&mut self, id: &TicketId) {
        if let Some(listing) = self.records.get_mut(id) {
            listing.original = Some(listing.ticket.clone());
        }
    }

    /// Reverts a pending change at its reply; the caller applies the current state.
    pub(crate) fn revert(&mut self, id: &TicketId) {
        if let Some(listing) = self.records.get_mut(id)
            && let Some(original) = listing.original.take()
        {
            listing.ticket = original;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ticket_store::tests::ticket;
    use super::*;
    use crate::effect::CallId;

    #[test]
    fn change_is_shown_at_once_and_reverted_on_refusal() {
        let mut listings = Listings::default();
        listings.update(&ticket("a", "old", "10", 0));
        let id = "a".into();
        listings.change(&id, &TicketUpdate::new("new", "12".parse().unwrap()));
        assert_eq!(listings.get(&id).unwrap().ticket.title, "new");
        // A live change comes in between.
        listings.update(&ticket("a", "live", "11", 1));
        assert_eq!(listings.get(&id).unwrap().ticket.title, "new");
        listings.revert(&id);
        assert_eq!(listings.get(&id).unwrap().ticket.title, "live");
    }

    #[test]
    fn list_read_before_a_listing_does_not_remove_it() {
        let mut listings = Listings::default();
        listings.update(&ticket("old", "t", "10", 0));
        listings.records.begin_load(CallId(1));
        listings.update(&ticket("new", "t", "10", 0));
        listings.replace(&[]);
        let ids: Vec<_> = listings.records.list().iter().map(|listing| listing.ticket.id.as_str()).collect();
        assert_eq!(ids, ["new"]);
    }

    #[test]
    fn withdrawn_listing_comes_back_only_with_an_order() {
        let mut listings = Listings::default();
        listings.update(&ticket("a", "t", "10", 0));
        listings.remove(&"a".into());
        listings.update(&ticket("a", "t", "10", 0));
        assert!(listings.records.list().is_empty());
        listings.update(&ticket("a", "t", "10", 3).status(TicketStatus::Sold));
        assert_eq!(listings.sums(Timestamp::from_millis(0)).sold, 1);
    }

    #[test]
    fn sums_count_what_was_earned() {
        let mut listings = Listings::default();
        for (id, status) in
            [("a", TicketStatus::Available), ("b", TicketStatus::Sold), ("c", TicketStatus::Sold)]
        {
            listings.update(&ticket(id, "t", "10.50", 0).status(status));
        }
        let sums = Sums { available: 1, reserved: 0, ended: 0, sold: 2, cents: 2_100 };
        assert_eq!(listings.sums(Timestamp::from_millis(0)), sums);
    }
}
