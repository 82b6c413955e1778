//! Unfinished work: the tickets and orders that an event, a step at the card provider or a deadline will still change.

use std::collections::{HashMap, HashSet};

use super::facts::Facts;
use super::report::Violation;

/// The tickets that unfinished work will change, directly or through one of their orders.
pub(super) struct UnfinishedWork<'f> {
    orders: HashMap<&'f str, &'f str>,
    payments: HashMap<&'f str, &'f str>,
    tickets: HashSet<&'f str>,
}

impl<'f> UnfinishedWork<'f> {
    pub(super) fn from_facts(facts: &'f Facts) -> Self {
        let orders = facts.orders.iter().map(|order| (&*order.id, &*order.ticket_id)).collect();
        let payments = facts.payments.iter().map(|payment| (&*payment.id, &*payment.order_id)).collect();
        let mut unfinished = Self { orders, payments, tickets: HashSet::new() };
        let unpublished =
            facts.outbox_events.iter().filter(|event| !event.is_published).map(|event| &*event.aggregate);
        let unconsumed =
            facts.unconsumed.iter().filter(|event| event.is_pending).map(|event| &*event.aggregate);
        let steps = facts.payments.iter().filter(|payment| payment.next_step.is_some());
        let subjects = unpublished
            .chain(unconsumed)
            .chain(steps.map(|payment| &*payment.order_id))
            .chain(facts.due_timers.iter().chain(&facts.due_resales).map(String::as_str));
        unfinished.tickets = subjects.map(|subject| unfinished.ticket(subject)).collect();
        unfinished
    }

    /// Returns whether unfinished work explains the violation: it concerns the ticket of the violation's subject, or an
    /// order of that ticket.
    pub(super) fn explains(&self, violation: &'f Violation) -> bool {
        violation.subject.as_deref().is_some_and(|subject| self.tickets.contains(self.ticket(subject)))
    }

    /// Returns the ticket of a ticket, an order or a payment. An unknown subject is returned as it is.
    fn ticket<'s>(&self, subject: &'s str) -> &'s str
    where
        'f: 's,
    {
        let order = self.payments.get(subject).copied().unwrap_or(subject);
        self.orders.get(order).copied().unwrap_or(order)
    }
}
