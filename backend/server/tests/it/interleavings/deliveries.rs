//! The events between the services: all published ones, and the pending and delivered ones of each service.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use proptest::sample::Index;
use ticketing_bus::Delivery;
use ticketing_engines::outbox_after;
use ticketing_events::{
    Envelope, EventName, ExpirationComplete, PaymentAuthorized, PaymentCreated, PaymentFailed,
};
use ticketing_platform::db::Db;

use super::model::EventSummary;
use super::schedule::Service;

#[derive(Debug, Default)]
pub(crate) struct Deliveries {
    /// All published events, in the order of their collection.
    published: Vec<(Service, Arc<Envelope>)>,
    /// The id of the last collected event of each outbox.
    collected: BTreeMap<Service, String>,
    pending: BTreeMap<Service, Vec<usize>>,
    delivered: BTreeMap<Service, Vec<usize>>,
}

impl Deliveries {
    /// Collects the new events of the outbox of a service.
    pub(crate) async fn collect(&mut self, from: Service, db: &Db) {
        let after = self.collected.get(&from).cloned().unwrap_or_default();
        for envelope in outbox_after(db, &after).await {
            self.collected.insert(from, envelope.id.clone());
            for consumer in Service::ALL.into_iter().filter(|service| consumes(*service, name_of(&envelope)))
            {
                self.pending.entry(consumer).or_default().push(self.published.len());
            }
            self.published.push((from, Arc::new(envelope)));
        }
    }

    /// Returns the pending events of a service, oldest first.
    pub(crate) fn pending_events(&self, at: Service) -> Vec<usize> {
        self.pending.get(&at).cloned().unwrap_or_default()
    }

    /// Chooses some pending events of a service, in the order of the picks.
    pub(crate) fn choose(&self, at: Service, picks: &[Index]) -> Vec<usize> {
        let mut left = self.pending_events(at);
        let chosen = picks.iter().map_while(|pick| {
            (!left.is_empty()).then(|| {
                let place = pick.index(left.len());
                left.remove(place)
            })
        });
        chosen.collect()
    }

    /// Chooses a delivered event of a service.
    pub(crate) fn choose_delivered(&self, at: Service, pick: Index) -> Option<usize> {
        let delivered = self.delivered.get(&at)?;
        (!delivered.is_empty()).then(|| delivered[pick.index(delivered.len())])
    }

    pub(crate) fn delivery(&self, event: usize) -> Delivery {
        let seq = i64::try_from(event).unwrap() + 1;
        Delivery { seq, delivery_count: 1, envelope: self.published[event].1.clone() }
    }

    pub(crate) fn summary(&self, event: usize) -> EventSummary {
        let envelope = &self.published[event].1;
        EventSummary { name: name_of(envelope), aggregate: aggregate_of(envelope), version: envelope.version }
    }

    pub(crate) fn mark_delivered(&mut self, at: Service, event: usize) {
        self.pending.entry(at).or_default().retain(|pending| *pending != event);
        self.delivered.entry(at).or_default().push(event);
    }

    /// Returns the events of one aggregate of the service that owns it.
    pub(crate) fn history<'p>(&'p self, of: Service, id: &'p str) -> impl Iterator<Item = &'p Envelope> {
        let published =
            self.published.iter().filter(move |(from, event)| *from == of && event.aggregate == id);
        published.map(|(_, envelope)| &**envelope)
    }

    pub(crate) fn backlog(&self) -> u64 {
        self.pending.values().map(|pending| pending.len() as u64).sum()
    }

    /// Returns the sequence of each event in a log in the order of publication.
    pub(crate) fn sequences(&self) -> HashMap<&str, i64> {
        self.published.iter().zip(1..).map(|((_, envelope), place)| (&*envelope.id, place)).collect()
    }
}

/// Returns the name of an event of this version.
pub(crate) fn name_of(envelope: &Envelope) -> EventName {
    envelope.name.to_known().unwrap()
}

fn consumes(service: Service, name: EventName) -> bool {
    use EventName as E;
    match name {
        E::TicketCreated
        | E::TicketUpdated
        | E::TicketDeleted
        | E::ExpirationComplete
        | E::PaymentAuthorized
        | E::PaymentCreated
        | E::PaymentFailed => service == Service::Orders,
        E::OrderCreated | E::OrderConfirmed | E::OrderCompleted | E::OrderCancelled => {
            service != Service::Orders
        }
        E::ListingClosed => service == Service::Tickets,
        E::PassIssued
        | E::PassTransferred
        | E::PassUpdated
        | E::PassAdmitted
        | E::PaymentRefunded
        | E::SessionEnded => false,
    }
}

/// Returns the order or the ticket of an event.
fn aggregate_of(envelope: &Envelope) -> String {
    let order = match name_of(envelope) {
        EventName::ExpirationComplete => envelope.decode::<ExpirationComplete>().unwrap().order_id,
        EventName::PaymentAuthorized => envelope.decode::<PaymentAuthorized>().unwrap().order_id,
        EventName::PaymentCreated => envelope.decode::<PaymentCreated>().unwrap().order_id,
        EventName::PaymentFailed => envelope.decode::<PaymentFailed>().unwrap().order_id,
        _ => return envelope.aggregate.clone(),
    };
    order.into_string()
}
