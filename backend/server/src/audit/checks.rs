//! The invariants, each a pure function of the facts.

mod copies;
mod events;
mod money;
mod orders;
mod passes;

use std::time::Duration;

use passes::PassChecks;
use ticketing_platform::clock::{id_floor, id_time};
use ticketing_sdk::{Timestamp, text};

use super::facts::Facts;
use super::report::{Check, Report, Violation};
use super::unfinished::UnfinishedWork;

/// How long after its deadline something may exist that ends then, in milliseconds: the bound after a restart.
const MAX_LATENESS: i64 = 5_000;

/// Checks every invariant against `facts`.
pub fn check(facts: &Facts) -> Report {
    let (orders, event_count) = (facts.orders.len(), facts.outbox_events.len());
    let copies = facts.ticket_copies.len() + facts.order_copies.len();
    let counts = facts.open_orders.as_ref().map_or(0, Vec::len);
    let unfinished = UnfinishedWork::from_facts(facts);
    let judged = |number, name, examined, found: Vec<Violation>| {
        let (pending, broken) = found.into_iter().partition(|violation| unfinished.explains(violation));
        Check { number, name, examined, broken, pending }
    };
    let waiting = Check {
        number: 7,
        name: "nothing waits for a lost event",
        examined: facts.order_copies.len(),
        broken: Vec::new(),
        pending: events::backlog(facts),
    };
    let (of_passes, passes) = (facts.passes.len(), PassChecks::from_facts(facts));
    let checks = vec![
        judged(1, "one active order per ticket", orders, orders::active(facts)),
        judged(2, "a paid ticket is sold once, as it was ordered", orders, orders::find_wrong_sales(facts)),
        judged(3, "states and versions fit", orders, orders::states(facts)),
        judged(4, "every change has its event", event_count, events::changes(facts)),
        judged(5, "events are published in order", event_count, events::find_unpublished(facts)),
        judged(6, "every event has taken effect", event_count, events::find_unconsumed(facts)),
        waiting,
        judged(8, "tickets are held by their order", facts.tickets.len(), orders::holders(facts)),
        judged(9, "copies match their source", copies, copies::find_differing_copies(facts)),
        judged(10, "money kept is money owed", facts.charges.len(), money::find_wrong_amounts(facts)),
        judged(11, "every payment is settled", facts.payments.len(), money::find_unsettled(facts)),
        judged(
            12,
            "no authorization is left open",
            facts.charges.len(),
            money::find_held_authorizations(facts),
        ),
        judged(13, "no unpaid order outlives its deadline", orders, orders::overdue(facts)),
        judged(16, "no event is a dead letter", event_count, facts.dead_letters.clone()),
        judged(18, "unpaid orders are counted", counts, orders::find_miscounted_users(facts)),
        judged(19, "every first sale has its pass", of_passes, passes.find_unissued()),
        judged(20, "passes are held by their last buyer or claimant", of_passes, passes.holders()),
        judged(21, "passes are admitted once, while valid", of_passes, passes.admissions()),
        judged(22, "offered passes admit nobody", of_passes, passes.offers()),
    ];
    Report { checks, unsettled: 0 }
}

/// Returns the time since when every row is there that is kept for `retention`. The clock of the server may have been ahead of
/// the clock of the audit: by what was deleted, and by the newest event.
fn kept_since(facts: &Facts, retention: Duration) -> Timestamp {
    let newest = facts.outbox_events.iter().filter_map(|event| id_time(&event.id)).max();
    let latest = [facts.pruned_at, newest].into_iter().flatten().fold(facts.now, Timestamp::max);
    Timestamp::from_millis(latest.as_millis().saturating_sub(millis(retention)))
}

/// Returns the lowest id of the time since when every outbox is complete. Older events may be deleted from the outboxes and the
/// inboxes, in any order.
fn horizon(facts: &Facts) -> String {
    id_floor(kept_since(facts, ticketing_bus::OUTBOX_RETENTION))
}

/// Returns whether a deadline has passed by more than [`MAX_LATENESS`].
fn is_overdue(facts: &Facts, deadline: Timestamp) -> bool {
    facts.now.as_millis() > deadline.as_millis().saturating_add(MAX_LATENESS)
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// Returns an amount as people read it. A broken sum may be negative.
fn dollars(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}", text::dollars(cents.unsigned_abs()))
}
