//! The invariants, each a pure function of the facts.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use ticketing_platform::clock::id_floor;
use ticketing_sdk::{OrderStatus, Timestamp};

use super::facts::{Facts, OrderFact, Said};
use super::report::{Check, Report};

/// How long after its deadline an unpaid order may still stand, in milliseconds: the bound after a restart.
const LATE: i64 = 5_000;

pub(super) fn check(facts: &Facts) -> Report {
    let checks = vec![
        Check {
            examined: facts.orders.len(),
            ..named(1, "one active order per ticket", active_orders(facts))
        },
        Check { examined: facts.orders.len(), ..named(2, "no ticket is sold twice", sold_twice(facts)) },
        Check { examined: facts.orders.len(), ..named(3, "states and versions fit", states(facts)) },
        Check {
            examined: facts.said.len(),
            ..named(4, "every change has its event", changes_and_events(facts))
        },
        Check { examined: facts.said.len(), ..named(5, "events are published in order", published(facts)) },
        Check {
            examined: facts.said.len(),
            ..named(6, "every event has taken effect", facts.unheard.clone())
        },
        Check {
            examined: facts.order_copies.len(),
            ..named(7, "nothing waits for a lost event", backlog(facts))
        },
        Check {
            examined: facts.tickets.len(),
            ..named(8, "tickets are held by their order", holders(facts))
        },
        Check {
            examined: facts.ticket_copies.len() + facts.order_copies.len(),
            ..named(9, "copies match their source", copies(facts))
        },
        Check { examined: facts.charges.len(), ..named(10, "money kept is money owed", money(facts)) },
        Check { examined: facts.payments.len(), ..named(11, "every payment is settled", payments(facts)) },
        Check { examined: facts.charges.len(), ..named(12, "no authorisation is left open", held(facts)) },
        Check {
            examined: facts.orders.len(),
            ..named(13, "no unpaid order outlives its deadline", overdue(facts))
        },
        Check {
            examined: facts.said.len(),
            ..named(16, "no event was set aside", facts.dead_letters.clone())
        },
    ];
    Report { checks }
}

fn named(number: u8, name: &'static str, broken: Vec<String>) -> Check {
    Check { number, name, examined: 0, broken }
}

fn active_orders(facts: &Facts) -> Vec<String> {
    several_per_ticket(facts, |order| order.status != OrderStatus::Cancelled, "active")
}

fn sold_twice(facts: &Facts) -> Vec<String> {
    several_per_ticket(facts, |order| order.status == OrderStatus::Complete, "complete")
}

fn several_per_ticket(facts: &Facts, counts: impl Fn(&OrderFact) -> bool, what: &str) -> Vec<String> {
    let mut orders = BTreeMap::<&str, Vec<&str>>::new();
    for order in facts.orders.iter().filter(|order| counts(order)) {
        orders.entry(&order.ticket_id).or_default().push(&order.id);
    }
    let several = orders.into_iter().filter(|(_, orders)| orders.len() > 1);
    several
        .map(|(ticket, orders)| format!("ticket {ticket} has {what} orders {}", orders.join(", ")))
        .collect()
}

fn states(facts: &Facts) -> Vec<String> {
    let fits = |order: &OrderFact| match order.status {
        OrderStatus::Created => order.version == 0,
        OrderStatus::AwaitingPayment => order.version == 1,
        OrderStatus::Complete => order.version == 2,
        OrderStatus::Cancelled => (1..=2).contains(&order.version),
    };
    let unfit = facts.orders.iter().filter(|order| !fits(order));
    unfit
        .map(|order| format!("order {} is {} at version {}", order.id, order.status, order.version))
        .collect()
}

/// The events of tickets and orders, by what they happened to.
fn histories<'f>(facts: &'f Facts, service: &str) -> HashMap<&'f str, Vec<&'f Said>> {
    let mut histories = HashMap::<&str, Vec<&Said>>::new();
    let steps = facts.said.iter().filter(|said| said.service == service && said.name != "session:ended");
    for said in steps {
        histories.entry(&said.aggregate).or_default().push(said);
    }
    histories
}

fn changes_and_events(facts: &Facts) -> Vec<String> {
    let mut broken = Vec::new();
    let horizon = horizon(facts, ticketing_bus::OUTBOX_RETENTION);
    let tickets = facts.tickets.iter().map(|ticket| ("tickets", &ticket.id, ticket.version));
    let orders = facts.orders.iter().map(|order| ("orders", &order.id, order.version));
    let histories: HashMap<_, _> =
        ["tickets", "orders"].into_iter().map(|service| (service, histories(facts, service))).collect();
    for (service, id, version) in tickets.chain(orders) {
        let mut versions: Vec<i64> =
            histories[service].get(id.as_str()).into_iter().flatten().map(|said| said.version).collect();
        versions.sort_unstable();
        // What was said long ago may be forgotten, the oldest first.
        let known_since = match versions.first() {
            _ if id.as_str() >= horizon.as_str() => 0,
            Some(first) => *first,
            None => version + 1,
        };
        if !versions.iter().copied().eq(known_since..=version) {
            broken.push(format!("{service} has {id} at version {version} but said versions {versions:?}"));
        }
    }
    let known: usize = facts.tickets.len() + facts.orders.len();
    let told: usize = histories.values().map(HashMap::len).sum();
    if told > known {
        broken.push(format!("{} things were told of that do not exist", told - known));
    }
    broken
}

fn published(facts: &Facts) -> Vec<String> {
    let unpublished = facts.said.iter().filter(|said| said.place.is_none());
    let mut broken: Vec<String> =
        unpublished.map(|said| format!("{} of {} is not on the bus", said.name, said.aggregate)).collect();
    for service in ["tickets", "orders"] {
        for (id, mut history) in histories(facts, service) {
            history.sort_unstable_by_key(|said| said.version);
            if !history.iter().map(|said| said.place).is_sorted() {
                broken.push(format!("the events of {id} are out of order on the bus"));
            }
        }
    }
    broken
}

fn backlog(facts: &Facts) -> Vec<String> {
    if facts.backlog == 0 { Vec::new() } else { vec![format!("{} events wait to be heard", facts.backlog)] }
}

fn holders(facts: &Facts) -> Vec<String> {
    let mut active = HashMap::<&str, (&str, OrderStatus)>::new();
    for order in facts.orders.iter().filter(|order| order.status != OrderStatus::Cancelled) {
        active.insert(&order.ticket_id, (&order.id, order.status));
    }
    let mut broken = Vec::new();
    for ticket in facts.tickets.iter().filter(|ticket| ticket.status != "deleted") {
        let holder = active.get(ticket.id.as_str()).copied();
        let expected = match holder {
            None => "available",
            Some((_, OrderStatus::Complete)) => "sold",
            Some(_) => "reserved",
        };
        if ticket.status != expected || ticket.order_id.as_deref() != holder.map(|(order, _)| order) {
            let held_by = ticket.order_id.as_deref().unwrap_or("nobody");
            let should = holder.map_or("nobody", |(order, _)| order);
            broken.push(format!(
                "ticket {} is {} for {held_by}, should be {expected} for {should}",
                ticket.id, ticket.status
            ));
        }
    }
    broken
}

fn copies(facts: &Facts) -> Vec<String> {
    let mut broken = Vec::new();
    let timers_since = facts.now.as_millis() - millis(ticketing_expiration::RETENTION);
    let copied: HashMap<_, _> = facts.ticket_copies.iter().map(|copy| (copy.id.as_str(), copy)).collect();
    for ticket in &facts.tickets {
        let matches = copied.get(ticket.id.as_str()).is_some_and(|copy| {
            copy.title == ticket.title
                && copy.price == ticket.price
                && copy.order_id == ticket.order_id
                && copy.deleted == (ticket.status == "deleted")
                && copy.version == ticket.version
        });
        if !matches {
            broken.push(format!("orders has another copy of ticket {}", ticket.id));
        }
    }
    if facts.ticket_copies.len() > facts.tickets.len() {
        broken.push("orders has copies of tickets that do not exist".to_owned());
    }
    for holder in ["tickets", "payments", "expiration"] {
        let copied: HashMap<_, _> = facts
            .order_copies
            .iter()
            .filter(|copy| copy.holder == holder)
            .map(|copy| (copy.id.as_str(), copy))
            .collect();
        for order in &facts.orders {
            match copied.get(order.id.as_str()) {
                Some(copy) if (copy.status, copy.version) == (order.status, order.version) => {}
                Some(copy) => broken.push(format!(
                    "{holder} has order {} {} at version {}, it is {} at {}",
                    order.id, copy.status, copy.version, order.status, order.version
                )),
                None if holder == "expiration" && is_forgotten(order, timers_since) => {}
                None => broken.push(format!("{holder} does not know order {}", order.id)),
            }
        }
        if copied.len() > facts.orders.len() {
            broken.push(format!("{holder} has copies of orders that do not exist"));
        }
    }
    broken
}

/// Whether expiration may have forgotten the order: it has ended, and its deadline was before `since`.
fn is_forgotten(order: &OrderFact, since: i64) -> bool {
    matches!(order.status, OrderStatus::Complete | OrderStatus::Cancelled)
        && order.expires_at.as_millis() < since
}

/// The identifier that divides what is younger than `age` from what is older.
fn horizon(facts: &Facts, age: Duration) -> String {
    id_floor(Timestamp::from_millis(facts.now.as_millis().saturating_sub(millis(age))))
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

fn money(facts: &Facts) -> Vec<String> {
    let mut kept = HashMap::<&str, (i64, i64)>::new();
    for charge in &facts.charges {
        let (amount, captures) = kept.entry(&charge.order_id).or_default();
        *amount += charge.captured - charge.refunded;
        *captures += charge.captures;
    }
    let mut broken = Vec::new();
    for order in &facts.orders {
        let (amount, captures) = kept.remove(order.id.as_str()).unwrap_or_default();
        let owed = if order.status == OrderStatus::Complete { order.price } else { 0 };
        if amount != owed {
            broken.push(format!(
                "order {} is {}: {owed} cents are owed, {amount} kept",
                order.id, order.status
            ));
        }
        if captures > 1 {
            broken.push(format!("order {} was charged {captures} times", order.id));
        }
    }
    broken.extend(kept.into_keys().map(|order| format!("order {order} was charged and does not exist")));
    broken
}

fn payments(facts: &Facts) -> Vec<String> {
    let unsettled = facts.payments.iter().filter(|payment| {
        payment.next_step.is_some() || matches!(payment.status.as_str(), "pending" | "authorized")
    });
    let mut broken: Vec<String> = unsettled
        .map(|payment| {
            let step = payment.next_step.as_deref().unwrap_or("nothing");
            format!("payment {} of order {} is {}, owes {step}", payment.id, payment.order_id, payment.status)
        })
        .collect();
    let waiting = facts.orders.iter().filter(|order| order.status == OrderStatus::AwaitingPayment);
    broken.extend(waiting.map(|order| format!("order {} still waits for its payment", order.id)));
    broken
}

fn held(facts: &Facts) -> Vec<String> {
    let held = facts.charges.iter().filter(|charge| charge.held);
    held.map(|charge| format!("money is still held for order {}", charge.order_id)).collect()
}

fn overdue(facts: &Facts) -> Vec<String> {
    let late = facts.orders.iter().filter(|order| {
        order.status == OrderStatus::Created
            && facts.now.as_millis() > order.expires_at.as_millis().saturating_add(LATE)
    });
    late.map(|order| format!("order {} ran out at {}", order.id, order.expires_at)).collect()
}
