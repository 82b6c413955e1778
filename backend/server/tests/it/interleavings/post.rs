//! The post between the services: everything that was said, and what of it each of them has not heard yet.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use proptest::sample::Index;
use ticketing_bus::Delivery;
use ticketing_events::{
    Envelope, EventName, ExpirationComplete, PaymentAuthorized, PaymentCreated, PaymentFailed,
};
use ticketing_platform::args;
use ticketing_platform::db::{Db, DbError};

use super::model::News;
use super::schedule::Service;

#[derive(Debug, Default)]
pub(crate) struct Post {
    /// Everything that was said, in the order in which it was collected.
    said: Vec<(Service, Arc<Envelope>)>,
    /// How far each outbox was emptied.
    collected: BTreeMap<Service, String>,
    waiting: BTreeMap<Service, Vec<usize>>,
    heard: BTreeMap<Service, Vec<usize>>,
}

impl Post {
    /// Takes what a service has newly said.
    pub(crate) async fn collect(&mut self, from: Service, db: &Db) {
        let after = self.collected.get(&from).cloned().unwrap_or_default();
        let unit = move |tx: &mut ticketing_platform::db::Tx<'_>| {
            tx.query(
                "SELECT id, name, aggregate, version, time, body FROM outbox WHERE id > $1 ORDER BY id",
                args![&after],
                |row| {
                    Ok(Envelope {
                        id: row.text("id")?,
                        name: row.parse("name")?,
                        aggregate: row.text("aggregate")?,
                        version: row.int("version")?,
                        time: row.time("time")?,
                        trace: None,
                        body: row.text("body")?,
                    })
                },
            )
        };
        for envelope in db.read::<_, DbError, _>(unit).await.unwrap() {
            self.collected.insert(from, envelope.id.clone());
            for listener in Service::ALL.into_iter().filter(|service| listens(*service, name_of(&envelope))) {
                self.waiting.entry(listener).or_default().push(self.said.len());
            }
            self.said.push((from, Arc::new(envelope)));
        }
    }

    /// Everything that waits for a service, oldest first.
    pub(crate) fn waiting(&self, at: Service) -> Vec<usize> {
        self.waiting.get(&at).cloned().unwrap_or_default()
    }

    /// Some of what waits for a service, in the order of the picks.
    pub(crate) fn choose(&self, at: Service, picks: &[Index]) -> Vec<usize> {
        let mut left = self.waiting(at);
        let chosen = picks.iter().map_while(|pick| {
            (!left.is_empty()).then(|| {
                let place = pick.index(left.len());
                left.remove(place)
            })
        });
        chosen.collect()
    }

    /// Something that the service has heard already.
    pub(crate) fn choose_heard(&self, at: Service, pick: Index) -> Option<usize> {
        let heard = self.heard.get(&at)?;
        (!heard.is_empty()).then(|| heard[pick.index(heard.len())])
    }

    pub(crate) fn delivery(&self, event: usize) -> Delivery {
        let seq = i64::try_from(event).unwrap() + 1;
        Delivery { seq, attempt: 1, envelope: self.said[event].1.clone() }
    }

    pub(crate) fn news(&self, event: usize) -> News {
        let envelope = &self.said[event].1;
        News { name: name_of(envelope), about: about(envelope), version: envelope.version }
    }

    pub(crate) fn took_effect(&mut self, at: Service, event: usize) {
        self.waiting.entry(at).or_default().retain(|waiting| *waiting != event);
        self.heard.entry(at).or_default().push(event);
    }

    /// The history of one ticket or order, as the service that owns it has told it.
    pub(crate) fn history<'p>(&'p self, of: Service, id: &'p str) -> impl Iterator<Item = &'p Envelope> {
        let said = self.said.iter().filter(move |(from, said)| *from == of && said.aggregate == id);
        said.map(|(_, envelope)| &**envelope)
    }

    pub(crate) fn backlog(&self) -> u64 {
        self.waiting.values().map(|waiting| waiting.len() as u64).sum()
    }

    /// The place of each event in a log that has everything in the order in which it was said.
    pub(crate) fn places(&self) -> HashMap<&str, i64> {
        self.said.iter().zip(1..).map(|((_, envelope), place)| (&*envelope.id, place)).collect()
    }
}

/// The event that an envelope of this version holds.
pub(crate) fn name_of(envelope: &Envelope) -> EventName {
    envelope.name.known().unwrap()
}

fn listens(service: Service, name: EventName) -> bool {
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
        E::OrderRestated | E::ListingClosed => service == Service::Tickets,
        E::PassIssued
        | E::PassTransferred
        | E::PassUpdated
        | E::PassAdmitted
        | E::PaymentRefunded
        | E::SessionEnded => false,
    }
}

/// The order that an event is about, or the ticket.
fn about(envelope: &Envelope) -> String {
    let order = match name_of(envelope) {
        EventName::ExpirationComplete => envelope.decode::<ExpirationComplete>().unwrap().order_id,
        EventName::PaymentAuthorized => envelope.decode::<PaymentAuthorized>().unwrap().order_id,
        EventName::PaymentCreated => envelope.decode::<PaymentCreated>().unwrap().order_id,
        EventName::PaymentFailed => envelope.decode::<PaymentFailed>().unwrap().order_id,
        _ => return envelope.aggregate.clone(),
    };
    order.into_string()
}
