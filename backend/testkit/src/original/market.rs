//! The state of each service of the original, and the events between them.

use std::time::Duration;

use serde_json::{Value, json};
use ticketing_platform::clock::Clock;

use super::{ORDER_TTL, PROPAGATION_LAG};

/// A charge at the card provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Charge {
    /// The order that was paid for.
    pub order: String,
    /// The price, in dollars.
    pub amount: f64,
    /// The token of the card.
    pub token: String,
}

#[derive(Debug)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) password: String,
}

#[derive(Clone, Debug)]
pub(super) struct Ticket {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) price: f64,
    pub(super) user: String,
    pub(super) order: Option<String>,
    pub(super) version: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) user: String,
    pub(super) status: &'static str,
    pub(super) expires_at: i64,
    pub(super) ticket: String,
    pub(super) version: u32,
}

/// An event of a service.
#[derive(Clone, Debug)]
enum Event {
    /// `ticket:created` or `ticket:updated`, to orders.
    Ticket(Ticket),
    /// `order:created`, to tickets and payments.
    OrderCreated(Order),
    /// `order:cancelled`, to tickets and payments.
    OrderCancelled(Order),
    /// `payment:created`, to orders.
    Paid(String),
    /// `expiration:complete`, to orders.
    Expired(String),
}

#[derive(Debug)]
pub(super) struct Market {
    pub(super) clock: Clock,
    pub(super) users: Vec<User>,
    /// The state of tickets.
    pub(super) tickets: Vec<Ticket>,
    /// The copy of the tickets that orders keeps.
    pub(super) tickets_in_orders: Vec<Ticket>,
    /// The state of orders.
    pub(super) orders: Vec<Order>,
    /// The copy of the orders that payments keeps.
    pub(super) orders_in_payments: Vec<Order>,
    pub(super) charges: Vec<Charge>,
    pub(super) requests: Vec<String>,
    pub(super) fails_after_charge: bool,
    /// The events in transit, with their times of arrival.
    events: Vec<(i64, Event)>,
    ids: u32,
}

impl Market {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            users: Vec::new(),
            tickets: Vec::new(),
            tickets_in_orders: Vec::new(),
            orders: Vec::new(),
            orders_in_payments: Vec::new(),
            charges: Vec::new(),
            requests: Vec::new(),
            fails_after_charge: false,
            events: Vec::new(),
            ids: 0,
        }
    }

    /// Returns an ObjectId: the time in seconds, then a counter.
    pub(super) fn new_id(&mut self) -> String {
        self.ids += 1;
        format!("{:08x}c1d2e3f405{:06x}", self.clock.now().as_millis() / 1000, self.ids)
    }

    /// Delivers the events whose delay has passed.
    pub(super) fn deliver(&mut self) {
        let now = self.clock.now().as_millis();
        loop {
            self.events.sort_by_key(|(due, _)| *due);
            match self.events.first() {
                Some((due, _)) if *due <= now => {
                    let (_, event) = self.events.remove(0);
                    self.take(event);
                }
                _ => return,
            }
        }
    }

    pub(super) fn publish_ticket(&mut self, ticket: Ticket) {
        self.send(PROPAGATION_LAG, Event::Ticket(ticket));
    }

    pub(super) fn publish_order(&mut self, order: Order) {
        self.send(ORDER_TTL, Event::Expired(order.id.clone()));
        self.send(PROPAGATION_LAG, Event::OrderCreated(order));
    }

    pub(super) fn publish_payment(&mut self, order: String) {
        self.send(PROPAGATION_LAG, Event::Paid(order));
    }

    /// Cancels an order in any status: the original does not check the status.
    pub(super) fn cancel(&mut self, id: &str) {
        let Some(order) = find(&mut self.orders, |order| order.id == id) else { return };
        order.status = "cancelled";
        order.version += 1;
        let order = order.clone();
        self.send(PROPAGATION_LAG, Event::OrderCancelled(order));
    }

    fn send(&mut self, after: Duration, event: Event) {
        let after = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
        self.events.push((self.clock.now().as_millis() + after, event));
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Ticket(ticket) => {
                self.tickets_in_orders.retain(|known| known.id != ticket.id);
                self.tickets_in_orders.push(ticket);
            }
            Event::OrderCreated(order) => {
                self.reserve(&order.ticket, Some(order.id.clone()));
                self.orders_in_payments.push(order);
            }
            Event::OrderCancelled(order) => {
                self.reserve(&order.ticket, None);
                if let Some(copy) = find(&mut self.orders_in_payments, |copy| copy.id == order.id) {
                    copy.status = "cancelled";
                }
            }
            Event::Paid(id) => {
                if let Some(order) = find(&mut self.orders, |order| order.id == id) {
                    order.status = "complete";
                    order.version += 1;
                }
            }
            Event::Expired(id) => {
                let is_open = |order: &Order| order.id == id && order.status == "created";
                if self.orders.iter().any(is_open) {
                    self.cancel(&id);
                }
            }
        }
    }

    /// Applies an order to its ticket.
    fn reserve(&mut self, id: &str, order: Option<String>) {
        let Some(ticket) = find(&mut self.tickets, |ticket| ticket.id == id) else { return };
        ticket.order = order;
        ticket.version += 1;
        let ticket = ticket.clone();
        self.publish_ticket(ticket);
    }
}

/// Returns the first item that matches, mutable.
pub(super) fn find<T>(all: &mut [T], mut is_it: impl FnMut(&T) -> bool) -> Option<&mut T> {
    all.iter_mut().find(|one| is_it(one))
}

impl Ticket {
    pub(super) fn json(&self) -> Value {
        let mut json = json!({
            "title": self.title, "price": self.price, "userId": self.user, "version": self.version, "id": self.id,
        });
        if let Some(order) = &self.order {
            json["orderId"] = order.as_str().into();
        }
        json
    }
}

impl Order {
    pub(super) fn json(&self, market: &Market) -> Value {
        let ticket = market.tickets_in_orders.iter().find(|ticket| ticket.id == self.ticket);
        let ticket = ticket.map(|ticket| {
            json!({ "title": ticket.title, "price": ticket.price, "version": ticket.version, "id": ticket.id })
        });
        let expires_at = ticketing_sdk::Timestamp::from_millis(self.expires_at);
        json!({
            "userId": self.user, "status": self.status, "expiresAt": expires_at, "ticket": ticket,
            "version": self.version, "id": self.id,
        })
    }
}
