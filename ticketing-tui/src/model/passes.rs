//! The passes of the user.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::civil::Date;
use ticketing_sdk::{Order, OrderId, OrderStatus, Pass, PassId, PassTransfer, TicketId, Timestamp};

use super::Model;
use super::notices::Level;
use super::records::Records;
use crate::call_error::CallError;
use crate::effect::ApiCall;
use crate::event::Reply;
use crate::event_period::{self, Period};
use crate::local_time::clock_at_place;

/// The passes that the user holds.
#[derive(Debug, Default)]
pub(crate) struct KnownPasses {
    pub(crate) records: Records<Pass>,
    /// When the list was loaded last.
    loaded_at: Option<Timestamp>,
    /// The orders whose passes the user held, and holds no longer.
    passed_on: HashSet<OrderId>,
    /// The transfers that were started in this run, each with the version of its pass before: the server shows a claim code once.
    transfers: HashMap<PassId, (PassTransfer, i64)>,
}

/// Names a pass: also one that is not issued yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PassRef {
    Id(PassId),
    /// The pass that was bought with this order.
    Order(OrderId),
}

/// The time after its start for which an event does not count as past: people arrive late.
const DURATION: Duration = Duration::from_secs(12 * 60 * 60);

/// Returns whether the event of a pass is over, by its start.
pub(crate) fn is_past(pass: &Pass, now: Timestamp) -> bool {
    pass.details
        .starts_at
        .as_ref()
        .is_some_and(|starts| now.saturating_duration_since(starts.instant()) >= DURATION)
}

/// The group of a pass in a list by date. `today` is the day of the user.
pub(crate) fn group(pass: &Pass, now: Timestamp, today: Date) -> String {
    let starts = pass.details.starts_at.as_ref();
    match Period::from_start(starts, today) {
        _ if is_past(pass, now) => "Past".to_owned(),
        // An event of yesterday that is not over.
        _ if event_period::day(starts).is_some_and(|day| day < today) => Period::Today.label(today),
        period => period.label(today),
    }
}

impl KnownPasses {
    /// Returns all passes by date: the soonest first, then those without a date, then the past ones.
    pub(crate) fn by_date(&self, now: Timestamp) -> Vec<&Pass> {
        let key = |pass: &&Pass| match &pass.details.starts_at {
            None => (1, 0),
            Some(starts) if is_past(pass, now) => (2, -clock_at_place(starts)),
            Some(starts) => (0, clock_at_place(starts)),
        };
        let mut passes: Vec<&Pass> = self.records.list().iter().collect();
        passes.sort_by_key(key);
        passes
    }

    pub(crate) fn get(&self, key: &PassRef) -> Option<&Pass> {
        self.records.list().iter().find(|pass| match key {
            PassRef::Id(id) => pass.id == *id,
            PassRef::Order(order) => pass.order_id.as_ref() == Some(order),
        })
    }

    /// The transfer of a pass that was started in this run, and the version of the pass before.
    pub(crate) fn transfer(&self, id: &PassId) -> Option<&(PassTransfer, i64)> {
        self.transfers.get(id)
    }

    /// The pass that is for sale under a listing.
    pub(crate) fn of_listing(&self, listing: &TicketId) -> Option<&Pass> {
        self.records.list().iter().find(|pass| pass.listing_id.as_ref() == Some(listing))
    }

    /// Replaces the list. `now` is the server's time.
    pub(crate) fn replace(&mut self, passes: &[Pass], now: Timestamp) {
        let before = self.bought_orders();
        passes.iter().for_each(|pass| self.update(pass));
        self.records.end_load();
        self.loaded_at = Some(now);
        let held = self.bought_orders();
        self.passed_on.extend(before.difference(&held).cloned());
    }

    /// Removes a pass that the user no longer holds.
    pub(crate) fn remove(&mut self, id: &PassId) {
        self.passed_on.extend(self.get(&PassRef::Id(id.clone())).and_then(|pass| pass.order_id.clone()));
        self.records.remove(id);
    }

    /// The orders with which the passes were bought.
    fn bought_orders(&self) -> HashSet<OrderId> {
        self.records.list().iter().filter_map(|pass| pass.order_id.clone()).collect()
    }

    /// The pass that an order bought, as far as the user holds it: after a claim or another purchase of it, it has no order
    /// or another one.
    pub(crate) fn of_order(&self, order: &Order) -> Option<&Pass> {
        let is_bought = |pass: &&Pass| pass.order_id.as_ref() == Some(&order.id);
        let is_of_ticket = |pass: &&Pass| pass.ticket_id == order.ticket.id;
        let passes = || self.records.list().iter();
        passes().find(is_bought).or_else(|| passes().find(is_of_ticket))
    }

    /// Returns whether the user has given away or sold what an order bought. The pass is issued a moment after the payment:
    /// without one the order says so only once the time to pay is over.
    pub(crate) fn is_passed_on(&self, order: &Order) -> bool {
        order.status == OrderStatus::Complete
            && self.of_order(order).is_none()
            && (self.passed_on.contains(&order.id) || self.loaded_at.is_some_and(|at| at > order.expires_at))
    }

    /// Updates a pass unless a newer version is known.
    pub(crate) fn update(&mut self, pass: &Pass) {
        self.records.update(pass.clone(), |known, pass| {
            if pass.version >= known.version {
                *known = pass;
            }
        });
    }
}

impl Model {
    /// Applies the reply to a write: the pass has changed, or must be loaded again.
    pub(super) fn finish_pass_write(&mut self, id: &PassId, reply: &Result<Reply, CallError>) {
        match reply {
            Ok(reply) => {
                if let Reply::Transfer(transfer) = reply {
                    let before = self.passes.get(&PassRef::Id(id.clone())).map_or(0, |pass| pass.version);
                    self.passes.transfers.insert(id.clone(), (transfer.clone(), before));
                } else {
                    self.passes.transfers.remove(id);
                }
                if matches!(reply, Reply::Done) {
                    self.notify(Level::Success, "Taken back: the claim code is void");
                }
                self.call(ApiCall::Pass(id.clone()));
            }
            Err(_) => self.load_passes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::{PassStatus, fixtures};

    use super::*;

    #[test]
    fn list_read_before_a_change_does_not_undo_it() {
        let mut passes = KnownPasses::default();
        let used = fixtures::pass("p").version(2).status(PassStatus::Used);
        passes.update(&used);
        passes.replace(&[fixtures::pass("p"), fixtures::pass("q")], Timestamp::from_millis(0));
        assert_eq!(passes.get(&PassRef::Id("p".into())), Some(&used));
        passes.replace(&[fixtures::pass("q")], Timestamp::from_millis(0));
        assert_eq!(passes.get(&PassRef::Id("p".into())), None, "a pass that was claimed is gone");
    }

    #[test]
    fn bought_ticket_is_passed_on_once_its_pass_is_gone() {
        let order = fixtures::order("o", &fixtures::ticket("t-1")).status(OrderStatus::Complete);
        let second = Duration::from_secs(1);
        let (before, after) = (order.expires_at - second, order.expires_at + second);
        let mut passes = KnownPasses::default();
        assert!(!passes.is_passed_on(&order), "nothing is known");
        passes.replace(&[], before);
        assert!(!passes.is_passed_on(&order), "the pass may not be issued yet");
        passes.replace(&[], after);
        assert!(passes.is_passed_on(&order));
        let held = fixtures::pass("p").order_id("o");
        passes.update(&held);
        assert!(!passes.is_passed_on(&order));
        passes.replace(std::slice::from_ref(&held), before);
        passes.remove(&held.id);
        assert!(passes.is_passed_on(&order), "it was held");
        passes.update(&fixtures::pass("p"));
        assert!(!passes.is_passed_on(&order), "it was claimed back, and has no order");
        passes.replace(&[], after);
        assert!(!passes.is_passed_on(&order.status(OrderStatus::Created)));
    }

    #[test]
    fn passes_are_ordered_by_date_and_past_ones_are_last() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let today = Date::constant(2026, 11, 27);
        let mut passes = KnownPasses::default();
        for (id, starts) in [
            ("undated", None),
            ("long past", Some("2026-10-01T20:00:00Z")),
            ("december", Some("2026-12-24T19:30:00+01:00")),
            ("past", Some("2026-11-26T20:00:00Z")),
            ("under way", Some("2026-11-27T11:00:00Z")),
            ("since yesterday", Some("2026-11-26T23:30:00-01:00")),
            ("soon", Some("2026-11-28T20:00:00Z")),
        ] {
            let mut pass = fixtures::pass(id);
            pass.details.starts_at = starts.map(|starts| starts.parse().unwrap());
            passes.update(&pass);
        }
        let found: Vec<_> =
            passes.by_date(now).into_iter().map(|pass| (pass.id.as_str(), group(pass, now, today))).collect();
        let found: Vec<_> = found.iter().map(|(id, group)| (*id, group.as_str())).collect();
        assert_eq!(
            found,
            [
                ("since yesterday", "Today"),
                ("under way", "Today"),
                ("soon", "This week"),
                ("december", "December"),
                ("undated", "Without a date"),
                ("past", "Past"),
                ("long past", "Past"),
            ]
        );
    }

    #[test]
    fn pass_is_found_by_its_order_and_its_listing() {
        let mut passes = KnownPasses::default();
        let bought = fixtures::pass("p").order_id("o");
        passes.update(&bought);
        assert_eq!(passes.get(&PassRef::Order("o".into())), Some(&bought));
        assert_eq!(passes.get(&PassRef::Order("other".into())), None);
        let offered = bought.listing_id("l").version(1);
        passes.update(&offered);
        assert_eq!(passes.of_listing(&"l".into()), Some(&offered));
    }
}
