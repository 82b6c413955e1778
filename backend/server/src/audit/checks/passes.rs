//! Passes: one for each sold first listing, one holder, admitted once, never while offered (invariants 19 to 22). The
//! orders decide what a pass must be; the events of passes add the claims, which no other service records.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ticketing_orders::audit::OrderRow;
use ticketing_sdk::{EventTime, OrderStatus, PassStatus, Timestamp};
use ticketing_tickets::audit::{PassEventRow, PassRow, TicketRow};

use super::super::facts::Facts;
use super::super::report::Violation;
use super::{dollars, is_overdue};

/// The passes with the orders, listings and events of each.
pub(super) struct PassChecks<'f> {
    facts: &'f Facts,
    tickets: HashMap<&'f str, &'f TicketRow>,
    /// The passes of each first listing.
    by_ticket: BTreeMap<&'f str, Vec<&'f PassRow>>,
    /// The listings that resell the pass of each first listing, in the order of their creation.
    resales: HashMap<&'f str, BTreeSet<&'f str>>,
    /// The orders of each ticket that are not cancelled.
    orders: HashMap<&'f str, Vec<&'f OrderRow>>,
    /// The events of each pass, by version.
    events: HashMap<&'f str, Vec<&'f PassEventRow>>,
}

impl<'f> PassChecks<'f> {
    pub(super) fn from_facts(facts: &'f Facts) -> Self {
        let mut passes = Self {
            facts,
            tickets: facts.tickets.iter().map(|ticket| (&*ticket.id, ticket)).collect(),
            by_ticket: BTreeMap::new(),
            resales: HashMap::new(),
            orders: HashMap::new(),
            events: HashMap::new(),
        };
        for pass in &facts.passes {
            passes.by_ticket.entry(&pass.ticket_id).or_default().push(pass);
        }
        for ticket in &facts.tickets {
            if let Some(first) = &ticket.resale_of {
                passes.resales.entry(first).or_default().insert(&ticket.id);
            }
        }
        for order in facts.orders.iter().filter(|order| order.status != OrderStatus::Cancelled) {
            passes.orders.entry(&order.ticket_id).or_default().push(order);
        }
        for event in &facts.pass_events {
            passes.events.entry(&event.pass_id).or_default().push(event);
        }
        for events in passes.events.values_mut() {
            events.sort_by_key(|event| event.version);
        }
        passes
    }

    /// Returns the complete orders without their one pass, and the passes without their complete order (19).
    pub(super) fn find_unissued(&self) -> Vec<Violation> {
        let mut broken = Vec::new();
        let complete = self.facts.orders.iter().filter(|order| order.status == OrderStatus::Complete);
        for order in complete {
            let OrderRow { id, ticket_id, .. } = order;
            // A missing ticket is a violation of invariant 2.
            let Some(ticket) = self.tickets.get(&**ticket_id) else { continue };
            let first = ticket.resale_of.as_ref().unwrap_or(ticket_id);
            let of_ticket = self.by_ticket.get(&**first).map_or(&[][..], Vec::as_slice);
            let [pass] = of_ticket else {
                let text = format!("order {id} is complete: ticket {first} has {} passes", of_ticket.len());
                broken.push(Violation::from(text).with_subject(id));
                continue;
            };
            if ticket.resale_of.is_none() {
                broken.extend(issued_by(order, ticket, pass));
            }
        }
        for pass in &self.facts.passes {
            let PassRow { id, ticket_id, .. } = pass;
            let is_resale = self.tickets.get(&**ticket_id).is_some_and(|ticket| ticket.resale_of.is_some());
            let text = if is_resale {
                format!("pass {id} is issued by the resale {ticket_id}")
            } else if self.complete_order(ticket_id).is_none() {
                format!("pass {id} is of ticket {ticket_id}, which has no complete order")
            } else {
                continue;
            };
            broken.push(text.into());
        }
        broken
    }

    /// Returns the passes whose holder is not the buyer of the last complete order or the last claimant, or whose
    /// serial is not the number of changes of holder (20).
    pub(super) fn holders(&self) -> Vec<Violation> {
        let mut broken = Vec::new();
        for pass in &self.facts.passes {
            let sales = self.sales(pass);
            // A pass without its first sale is a violation of invariant 19.
            let Some(last) = sales.last() else { continue };
            let resales = count(sales.len()) - 1;
            let events = self.events(pass);
            let changes: Vec<_> = events.iter().filter(|event| event.name == "pass:transferred").collect();
            let claims = changes.iter().filter(|event| event.order_id.is_none());
            let claims = count(claims.count());
            let has_history = events.first().is_some_and(|event| event.version == 0);
            let subject = &last.ticket_id;
            let PassRow { id, holder_id, serial, .. } = pass;
            if *serial < resales || (has_history && *serial != resales + claims) {
                let text =
                    format!("pass {id} has serial {serial} after {resales} resales and {claims} claims");
                broken.push(Violation::from(text).with_subject(subject));
            }
            let last_change = changes.last().map(|event| (&event.order_id, event.holder_id.as_deref()));
            let (order, holder) = match last_change {
                Some((None, Some(claimant))) => (None, claimant),
                // The outbox has pruned the claim.
                None if !has_history && pass.order_id.is_none() => (None, &**holder_id),
                _ => (Some(&*last.id), &*last.user_id),
            };
            if pass.order_id.as_deref() != order || holder_id != holder {
                let by = order.map_or_else(|| "a claim".to_owned(), |order| format!("order {order}"));
                let text = format!(
                    "pass {id} is held by {holder_id} at serial {serial}, not by {holder} after {by}"
                );
                broken.push(Violation::from(text).with_subject(subject));
            }
            if pass.paid != last.price {
                let text = format!(
                    "pass {id} cost {}, order {} {}",
                    dollars(pass.paid),
                    last.id,
                    dollars(last.price)
                );
                broken.push(Violation::from(text).with_subject(subject));
            }
            let serials = changes.iter().map(|event| event.serial);
            let newest = changes.last().map_or(0, |event| event.serial);
            let is_chain = serials.eq(newest + 1 - count(changes.len())..=newest) || changes.is_empty();
            if !is_chain || (!changes.is_empty() && newest != *serial) {
                broken
                    .push(format!("the events of pass {id} do not count its serials up to {serial}").into());
            }
        }
        broken
    }

    /// Returns the passes that were admitted more than once, while not valid, or with a superseded code, and those that have
    /// lost an admission (21). A door without a network can admit a pass that is offered: then it is used once its listing is
    /// closed.
    pub(super) fn admissions(&self) -> Vec<Violation> {
        let mut broken = Vec::new();
        for pass in &self.facts.passes {
            let PassRow { id, serial, status, admitted_at, .. } = pass;
            let events = self.events(pass);
            let admissions: Vec<_> = events.iter().filter(|event| event.name == "pass:admitted").collect();
            let is_used = *status == PassStatus::Used;
            let violation = match admissions.as_slice() {
                _ if !may_be(*status, admitted_at.is_some()) => {
                    format!("is {status}, admitted at {admitted_at:?}")
                }
                _ if let Some(before) = earlier(pass, events) => {
                    format!("was admitted at {before}, before its first admission")
                }
                _ if is_of_earlier_holder(pass, events) => {
                    format!("is admitted at {admitted_at:?}, which is the admission of an earlier holder")
                }
                _ if let Some(lost) = find_lost_admission(pass, events) => {
                    format!("has lost its admission at {lost}")
                }
                [] if !is_used => continue,
                // The outbox prunes old admissions.
                [] if events.last().is_none_or(|last| last.version != pass.version) => continue,
                [] => "is used without an admission".to_owned(),
                [_, _, ..] => format!("was admitted {} times", admissions.len()),
                [_] if !is_used => format!("is {status} after its admission"),
                [admission] if admission.serial != *serial => {
                    format!("was admitted with a code of serial {}, not {serial}", admission.serial)
                }
                [admission] => {
                    let before = events.iter().rfind(|event| event.version < admission.version);
                    let has_entered = |before: &PassEventRow| {
                        before.status == PassStatus::Offered && before.admitted_at.is_some()
                    };
                    let is_wrong =
                        |before: &&&PassEventRow| before.status != PassStatus::Valid && !has_entered(before);
                    match before.filter(is_wrong) {
                        Some(before) => format!("was admitted while it was {}", before.status),
                        None => continue,
                    }
                }
            };
            broken.push(format!("pass {id} {violation}").into());
        }
        broken
    }

    /// Returns the passes that could be admitted although they are for sale or ordered, those that can be ordered or paid for
    /// although a door has admitted them, and the offered passes without their listing (22).
    pub(super) fn offers(&self) -> Vec<Violation> {
        let mut broken = Vec::new();
        for pass in &self.facts.passes {
            let PassRow { id, ticket_id, status, listing_id, .. } = pass;
            let offered = listing_id.as_deref().filter(|_| *status == PassStatus::Offered);
            if (*status == PassStatus::Offered) != listing_id.is_some() {
                broken.push(format!("pass {id} is {status} with listing {listing_id:?}").into());
                continue;
            }
            let resales = self.resales.get(&**ticket_id);
            for listing in resales.into_iter().flatten().filter(|listing| offered != Some(**listing)) {
                let unpaid = self.orders(listing).find(|order| order.status != OrderStatus::Complete);
                if let Some(order) = unpaid {
                    let text = format!("pass {id} is {status} while order {} of it is unpaid", order.id);
                    broken.push(text.into());
                }
                let is_open = |ticket: &&&TicketRow| matches!(&*ticket.status, "available" | "reserved");
                if self.tickets.get(listing).filter(is_open).is_some() {
                    // Orders can close a listing before tickets has consumed the end of its last order.
                    let text = format!("pass {id} is {status} while listing {listing} offers it");
                    broken.push(Violation::from(text).with_subject(listing));
                }
            }
            if let Some(listing) = offered {
                broken.extend(self.offer(pass, listing));
            }
        }
        broken
    }

    /// Checks the listing of an offered pass. A withdrawn one stays until orders has closed it, and none that can be ordered
    /// outlives the start of the event.
    fn offer(&self, pass: &PassRow, listing: &str) -> Option<Violation> {
        let PassRow { id, ticket_id, holder_id, .. } = pass;
        let ticket = self.tickets.get(listing).filter(|ticket| ticket.resale_of.as_ref() == Some(ticket_id));
        let Some(ticket) = ticket else {
            return Some(format!("pass {id} is offered by {listing}, which is no listing of it").into());
        };
        if ticket.user_id != *holder_id {
            return Some(format!("pass {id} of {holder_id} is offered by {}", ticket.user_id).into());
        }
        let mut admissions = pass.double_admissions.iter().map(|double| double.admitted_at);
        if let Some(entered) = pass.admitted_at.or_else(|| admissions.next()) {
            if !ticket.withdrawn {
                let text =
                    format!("pass {id} is offered by listing {listing}, but was admitted at {entered}");
                return Some(text.into());
            }
            // Orders ends an order that no payment holds once it knows of the admission.
            if let Some(order) = self.orders(listing).find(|order| order.status == OrderStatus::Created) {
                let text =
                    format!("order {} of pass {id}, which was admitted at {entered}, is unpaid", order.id);
                return Some(Violation::from(text).with_subject(listing));
            }
        }
        let starts_at = pass.details["startsAt"].as_str().and_then(|starts| starts.parse::<EventTime>().ok());
        let is_started = |starts: &EventTime| is_overdue(self.facts, starts.instant());
        if let Some(starts) = starts_at.filter(|_| ticket.status == "available").filter(is_started) {
            let text =
                format!("pass {id} is offered by listing {listing}, but its event started at {starts}");
            return Some(Violation::from(text).with_subject(listing));
        }
        let text = format!("pass {id} is offered by listing {listing}, which is {}", ticket.status);
        match &*ticket.status {
            "sold" => Some(text.into()),
            "deleted" => Some(Violation::from(text).with_subject(listing)),
            _ => None,
        }
    }

    fn events(&self, pass: &PassRow) -> &[&'f PassEventRow] {
        self.events.get(&*pass.id).map_or(&[], Vec::as_slice)
    }

    fn orders(&self, ticket: &str) -> impl Iterator<Item = &'f OrderRow> {
        self.orders.get(ticket).into_iter().flatten().copied()
    }

    fn complete_order(&self, ticket: &str) -> Option<&'f OrderRow> {
        self.orders(ticket).find(|order| order.status == OrderStatus::Complete)
    }

    /// Returns the complete orders that sold a pass: the one of its first listing, then those of its resales.
    fn sales(&self, pass: &'f PassRow) -> Vec<&'f OrderRow> {
        let resales = self.resales.get(&*pass.ticket_id).into_iter().flatten().copied();
        let listings = std::iter::once(&*pass.ticket_id).chain(resales);
        listings.filter_map(|listing| self.complete_order(listing)).collect()
    }
}

/// Returns whether a pass of this status can have a first admission, or none.
fn may_be(status: PassStatus, is_admitted: bool) -> bool {
    match status {
        PassStatus::Used => is_admitted,
        PassStatus::Offered => true,
        _ => !is_admitted,
    }
}

/// Returns an admission that an event states and the pass does not have.
fn find_lost_admission(pass: &PassRow, events: &[&PassEventRow]) -> Option<Timestamp> {
    let has = |at: &Timestamp| {
        pass.admitted_at == Some(*at) || pass.double_admissions.iter().any(|double| double.admitted_at == *at)
    };
    events.iter().filter_map(|event| event.admitted_at).find(|at| !has(at))
}

/// Returns an admission of the present holder that is earlier than the first one. Earlier holders may have entered before.
fn earlier(pass: &PassRow, events: &[&PassEventRow]) -> Option<Timestamp> {
    let own = events.iter().filter(|event| event.serial == pass.serial);
    let own = own.filter_map(|event| event.admitted_at);
    let doubles = pass.double_admissions.iter().map(|double| double.admitted_at);
    let mut own = own.chain(doubles.filter(|_| pass.serial == 0));
    own.find(|at| pass.admitted_at.is_some_and(|first| *at < first))
}

/// Returns whether the first admission is one that an event of an earlier serial states: then it is a double one.
fn is_of_earlier_holder(pass: &PassRow, events: &[&PassEventRow]) -> bool {
    let is_double = |at: &Timestamp| pass.double_admissions.iter().any(|double| double.admitted_at == *at);
    let earlier = events.iter().filter(|event| event.serial < pass.serial);
    let mut admissions = earlier.filter_map(|event| event.admitted_at);
    admissions.any(|at| pass.admitted_at == Some(at) && !is_double(&at))
}

/// Compares a pass with the order that issued it.
fn issued_by(order: &OrderRow, ticket: &TicketRow, pass: &PassRow) -> Option<Violation> {
    let PassRow { id, issuer_id, title, details, .. } = pass;
    if *issuer_id != ticket.user_id {
        return Some(
            format!("pass {id} is issued by {issuer_id}, not by the seller {}", ticket.user_id).into(),
        );
    }
    if *title != order.title {
        return Some(format!("pass {id} is of {title:?}, not of {:?} as ordered", order.title).into());
    }
    (*details != order.details)
        .then(|| format!("pass {id} states {details}, not {} as ordered", order.details).into())
}

fn count(items: usize) -> i64 {
    i64::try_from(items).unwrap_or(i64::MAX)
}
