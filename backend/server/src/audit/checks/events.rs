//! Events: every change has its event, and the events are on the bus in order (invariants 4 to 7).

use std::collections::{HashMap, HashSet};

use ticketing_sdk::{OrderStatus, PassStatus};

use super::super::facts::{Facts, OutboxEvent};
use super::super::report::Violation;
use super::{horizon, kept_since};

/// The aggregates whose versions are consecutive: the service that publishes their events, and the prefix of these.
const AGGREGATES: [(&str, &str); 3] = [("tickets", "ticket:"), ("tickets", "pass:"), ("orders", "order:")];

/// The names that the last event of an aggregate may have.
type LastNames = &'static [&'static str];

/// Groups the events of a prefix by the ticket, pass or order that changed.
fn histories<'f>(facts: &'f Facts, service: &str, prefix: &str) -> HashMap<&'f str, Vec<&'f OutboxEvent>> {
    let mut histories = HashMap::<&str, Vec<&OutboxEvent>>::new();
    let of_prefix = |event: &&OutboxEvent| event.service == service && event.name.starts_with(prefix);
    for event in facts.outbox_events.iter().filter(of_prefix) {
        histories.entry(&event.aggregate).or_default().push(event);
    }
    for history in histories.values_mut() {
        history.sort_by_key(|event| event.version);
    }
    histories
}

/// Returns the tickets, passes and orders whose events are not one for each version or do not fit their status, and the
/// revoked sessions without an event.
pub(super) fn changes(facts: &Facts) -> Vec<Violation> {
    let mut broken = Vec::new();
    let horizon = horizon(facts);
    let tickets = facts.tickets.iter().map(|ticket| {
        let last: LastNames =
            if ticket.status == "deleted" { &["ticket:deleted"] } else { &["ticket:updated"] };
        ("ticket:", &ticket.id, ticket.version, "ticket:created", last)
    });
    let passes = facts.passes.iter().map(|pass| {
        let last: LastNames = match pass.status {
            PassStatus::Valid => &["pass:transferred", "pass:updated"],
            PassStatus::Offered => &["pass:updated"],
            PassStatus::Used if pass.double_admissions.is_empty() => &["pass:admitted"],
            PassStatus::Used => &["pass:admitted", "pass:updated"],
            PassStatus::Void => &["pass:voided"],
            _ => &[],
        };
        ("pass:", &pass.id, pass.version, "pass:issued", last)
    });
    let orders = facts.orders.iter().map(|order| {
        let last: LastNames = match order.status {
            OrderStatus::Created => &["order:created"],
            OrderStatus::AwaitingPayment => &["order:confirmed"],
            OrderStatus::Complete => &["order:completed"],
            OrderStatus::Cancelled => &["order:cancelled"],
            _ => &[],
        };
        ("order:", &order.id, order.version, "order:created", last)
    });
    let histories: HashMap<_, _> =
        AGGREGATES.map(|(service, prefix)| (prefix, (service, histories(facts, service, prefix)))).into();
    for (prefix, id, version, first, last) in tickets.chain(passes).chain(orders) {
        let (service, of_prefix) = &histories[prefix];
        let history = of_prefix.get(id.as_str()).map_or(&[][..], Vec::as_slice);
        let versions: Vec<i64> = history.iter().map(|event| event.version).collect();
        // The outbox prunes old rows, the oldest first.
        let known_since = match versions.first() {
            _ if id.as_str() >= horizon.as_str() => 0,
            Some(first) => *first,
            None => version + 1,
        };
        if !versions.iter().copied().eq(known_since..=version) {
            let text =
                format!("{service} has {id} at version {version} but its outbox has versions {versions:?}");
            broken.push(text.into());
        }
        let names = [(0, &[first][..]), (version, if version == 0 { &[first][..] } else { last })];
        for (version, names) in names {
            let event = history.iter().find(|event| event.version == version);
            if let Some(event) = event.filter(|event| !names.contains(&&*event.name)) {
                let text = format!(
                    "the outbox of {service} has {} of {id} at version {version}, not {}",
                    event.name,
                    names.join(" or ")
                );
                broken.push(text.into());
            }
        }
    }
    let tickets: HashSet<&str> = facts.tickets.iter().map(|ticket| &*ticket.id).collect();
    let orders: HashSet<&str> = facts.orders.iter().map(|order| &*order.id).collect();
    let passes: HashSet<&str> = facts.passes.iter().map(|pass| &*pass.id).collect();
    for (prefix, known) in [("ticket:", tickets), ("pass:", passes), ("order:", orders)] {
        let (service, of_prefix) = &histories[prefix];
        let invented = of_prefix.keys().filter(|id| !known.contains(*id));
        broken.extend(
            invented.map(|id| format!("{service} has an event of {id}, which does not exist").into()),
        );
    }
    broken.extend(revocations(facts));
    broken
}

/// Returns the revoked sessions without an event. The outbox prunes the events of sessions that were revoked earlier.
fn revocations(facts: &Facts) -> impl Iterator<Item = Violation> {
    let since = kept_since(facts, ticketing_bus::OUTBOX_RETENTION);
    let events: HashSet<&str> = facts
        .outbox_events
        .iter()
        .filter(|event| event.service == "auth" && event.name == "session:ended")
        .map(|event| &*event.aggregate)
        .collect();
    let recent = facts.revoked_sessions.iter().filter(move |session| session.recorded_at >= since);
    let missing = recent.filter(move |session| !events.contains(&*session.jti));
    missing.map(|session| format!("session {} is revoked but auth has no event of it", session.jti).into())
}

/// Returns the events that are not on the bus, or are there out of order.
pub(super) fn find_unpublished(facts: &Facts) -> Vec<Violation> {
    let unpublished = facts.outbox_events.iter().filter(|event| event.sequence.is_none());
    let mut broken: Vec<Violation> = unpublished
        .map(|event| {
            let text = format!("{} of {} is not on the bus", event.name, event.aggregate);
            let violation = Violation::new(&event.id, text);
            if event.is_published { violation } else { violation.with_subject(&event.aggregate) }
        })
        .collect();
    for (service, prefix) in AGGREGATES {
        for (id, history) in histories(facts, service, prefix) {
            // Events that are not on the bus yet follow the ones that are.
            if !history.iter().map(|event| event.sequence.unwrap_or(i64::MAX)).is_sorted() {
                broken.push(format!("the events of {id} are out of order on the bus").into());
            }
        }
    }
    broken
}

/// Returns the events that a consuming service has not applied.
pub(super) fn find_unconsumed(facts: &Facts) -> Vec<Violation> {
    let horizon = horizon(facts);
    let owed = facts.unconsumed.iter().filter(|event| event.is_pending || event.event_id >= horizon);
    let unconsumed = owed.map(|event| {
        let text = format!("{} has not consumed {} of {}", event.consumer, event.name, event.aggregate);
        let violation = Violation::new(format!("{} {}", event.consumer, event.event_id), text);
        if event.is_pending { violation.with_subject(&event.aggregate) } else { violation }
    });
    unconsumed.collect()
}

/// Returns a violation if events wait in the log of the bus.
pub(super) fn backlog(facts: &Facts) -> Vec<Violation> {
    if facts.backlog == 0 {
        Vec::new()
    } else {
        vec![format!("{} events wait to be consumed", facts.backlog).into()]
    }
}
