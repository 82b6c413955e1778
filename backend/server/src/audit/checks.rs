//! The invariants, each a pure function of the facts.

mod copies;
mod events;
mod money;
mod orders;

use std::time::Duration;

use ticketing_platform::clock::id_floor;
use ticketing_sdk::Timestamp;

use super::facts::Facts;
use super::report::{Check, Report, Violation};
use super::unfinished::Unfinished;

pub(super) fn check(facts: &Facts) -> Report {
    let (orders, event_count) = (facts.orders.len(), facts.outbox_events.len());
    let copies = facts.ticket_copies.len() + facts.order_copies.len();
    let counts = facts.open_counts.as_ref().map_or(0, Vec::len);
    let unfinished = Unfinished::of(facts);
    let named = |number, name, examined, found: Vec<Violation>| {
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
    let checks = vec![
        named(1, "one active order per ticket", orders, orders::active(facts)),
        named(2, "a paid ticket is sold once, as it was ordered", orders, orders::sold(facts)),
        named(3, "states and versions fit", orders, orders::states(facts)),
        named(4, "every change has its event", event_count, events::changes(facts)),
        named(5, "events are published in order", event_count, events::published(facts)),
        named(6, "every event has taken effect", event_count, events::unconsumed(facts)),
        waiting,
        named(8, "tickets are held by their order", facts.tickets.len(), orders::holders(facts)),
        named(9, "copies match their source", copies, copies::differing(facts)),
        named(10, "money kept is money owed", facts.charges.len(), money::kept(facts)),
        named(11, "every payment is settled", facts.payments.len(), money::unsettled(facts)),
        named(12, "no authorisation is left open", facts.charges.len(), money::held(facts)),
        named(13, "no unpaid order outlives its deadline", orders, orders::overdue(facts)),
        named(16, "no event was set aside", event_count, facts.dead_letters.clone()),
        named(18, "unpaid orders are counted", counts, orders::miscounted(facts)),
    ];
    Report { checks, unsettled: 0 }
}

/// The identifier that divides what is younger than `age` from what is older.
fn horizon(facts: &Facts, age: Duration) -> String {
    id_floor(Timestamp::from_millis(facts.now.as_millis().saturating_sub(millis(age))))
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
