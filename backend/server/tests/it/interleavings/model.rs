//! The reference model: what orders decides, what each service may know of it, and what each user may be answered.
//!
//! It is written from the rules, not from the code, and holds everything in plain maps.

use std::collections::{BTreeMap, BTreeSet};

use ticketing_events::EventName;
use ticketing_sdk::OrderStatus;

use super::schedule::Service;

/// One version of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) title: String,
    pub(crate) price: i64,
    pub(crate) holder: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub(crate) seller: u8,
    /// By version.
    pub(crate) versions: Vec<Listing>,
    pub(crate) gone: bool,
    pub(crate) sold: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) user: u8,
    pub(crate) ticket: String,
    pub(crate) price: i64,
    pub(crate) expires_at: i64,
    /// By version.
    pub(crate) states: Vec<OrderStatus>,
}

impl Ticket {
    pub(crate) fn now(&self) -> &Listing {
        self.versions.last().unwrap()
    }

    /// `available`, `reserved`, `sold` or `deleted`.
    pub(crate) fn status(&self) -> &'static str {
        match (self.gone, self.sold, &self.now().holder) {
            (true, _, _) => "deleted",
            (_, true, _) => "sold",
            (_, _, Some(_)) => "reserved",
            (_, _, None) => "available",
        }
    }

    /// Who holds it is another one now: that is a version of its own.
    fn hold(&mut self, holder: Option<String>) {
        let listing = Listing { holder, ..self.now().clone() };
        self.versions.push(listing);
    }
}

impl Order {
    pub(crate) fn status(&self) -> OrderStatus {
        *self.states.last().unwrap()
    }

    pub(crate) fn is_active(&self) -> bool {
        self.status() != OrderStatus::Cancelled
    }

    pub(crate) fn was_confirmed(&self) -> bool {
        self.states.contains(&OrderStatus::AwaitingPayment)
    }
}

/// What becomes of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Accepted,
    /// Its predecessor has not come: it must come again.
    TooEarly,
}

/// An event, as far as the model looks into it.
#[derive(Clone, Debug)]
pub(crate) struct News {
    pub(crate) name: EventName,
    /// The ticket or the order that it is about.
    pub(crate) about: String,
    pub(crate) version: i64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) now: i64,
    pub(crate) tickets: BTreeMap<String, Ticket>,
    pub(crate) orders: BTreeMap<String, Order>,
    /// How far each service has followed each thing that it copies: the version.
    pub(crate) copies: BTreeMap<(Service, String), usize>,
}

impl Model {
    pub(crate) fn list(&mut self, id: &str, seller: u8, listing: Listing) {
        let ticket = Ticket { seller, versions: vec![listing], gone: false, sold: false };
        self.tickets.insert(id.to_owned(), ticket);
    }

    /// Whether the ticket can be edited or withdrawn, and by whom not.
    pub(crate) fn may_change(&self, ticket: &str, by: u8) -> Result<(), &'static str> {
        let ticket = &self.tickets[ticket];
        match ticket.status() {
            "deleted" => Err("not found"),
            _ if ticket.seller != by => Err("not the owner"),
            "available" => Ok(()),
            _ => Err("reserved"),
        }
    }

    pub(crate) fn edit(&mut self, ticket: &str, title: &str, price: i64) {
        let ticket = self.tickets.get_mut(ticket).unwrap();
        let edited = Listing { title: title.to_owned(), price, holder: None };
        // An edit that changes nothing is no change.
        if *ticket.now() != edited {
            ticket.versions.push(edited);
        }
    }

    pub(crate) fn withdraw(&mut self, ticket: &str) {
        let ticket = self.tickets.get_mut(ticket).unwrap();
        ticket.hold(None);
        ticket.gone = true;
    }

    /// The ticket as orders knows it, if orders can sell it.
    pub(crate) fn on_sale(&self, ticket: &str) -> Option<(usize, &Listing)> {
        let version = *self.copies.get(&(Service::Orders, ticket.to_owned()))?;
        let source = &self.tickets[ticket];
        let withdrawn = source.gone && version + 1 == source.versions.len();
        (!withdrawn).then(|| (version, &source.versions[version]))
    }

    pub(crate) fn active_order(&self, ticket: &str) -> Option<&String> {
        self.orders.iter().find(|(_, order)| order.ticket == ticket && order.is_active()).map(|(id, _)| id)
    }

    pub(crate) fn unpaid(&self, user: u8) -> usize {
        let unpaid = |order: &&Order| {
            order.user == user
                && matches!(order.status(), OrderStatus::Created | OrderStatus::AwaitingPayment)
        };
        self.orders.values().filter(unpaid).count()
    }

    pub(crate) fn order(&mut self, id: &str, user: u8, ticket: &str, price: i64, expires_at: i64) {
        let states = vec![OrderStatus::Created];
        let order = Order { user, ticket: ticket.to_owned(), price, expires_at, states };
        self.orders.insert(id.to_owned(), order);
    }

    /// The buyer cancels: what they must be answered.
    pub(crate) fn cancel(&mut self, id: &str, by: u8) -> Result<(), &'static str> {
        let order = self.orders.get_mut(id).unwrap();
        match order.status() {
            _ if order.user != by => Err("not the owner"),
            OrderStatus::Created => {
                order.states.push(OrderStatus::Cancelled);
                Ok(())
            }
            OrderStatus::Cancelled => Ok(()),
            OrderStatus::AwaitingPayment => Err("being paid"),
            OrderStatus::Complete => Err("paid"),
        }
    }

    /// What payments believes of an order.
    pub(crate) fn known_to_payments(&self, order: &str) -> Option<OrderStatus> {
        let version = *self.copies.get(&(Service::Payments, order.to_owned()))?;
        Some(self.orders[order].states[version])
    }

    /// An event that has not taken effect yet reaches a service.
    pub(crate) fn hear(&mut self, at: Service, news: &News) -> Heard {
        use EventName as E;
        match (at, news.name) {
            (Service::Orders, E::TicketCreated | E::TicketUpdated | E::TicketDeleted)
            | (_, E::OrderCreated | E::OrderConfirmed | E::OrderCompleted | E::OrderCancelled)
                if !self.follow(at, news) =>
            {
                return Heard::TooEarly;
            }
            _ => {}
        }
        match (at, news.name) {
            (Service::Orders, E::TicketDeleted) => self.ticket_gone(&news.about),
            (Service::Orders, E::ExpirationComplete) => {
                assert!(self.now >= self.orders[&news.about].expires_at, "a deadline was told of too early");
                self.move_order(&news.about, OrderStatus::Created, OrderStatus::Cancelled);
            }
            (Service::Orders, E::PaymentAuthorized) => {
                let late = self.now >= self.orders[&news.about].expires_at;
                let next = if late { OrderStatus::Cancelled } else { OrderStatus::AwaitingPayment };
                self.move_order(&news.about, OrderStatus::Created, next);
            }
            (Service::Orders, E::PaymentCreated) => {
                self.move_order(&news.about, OrderStatus::AwaitingPayment, OrderStatus::Complete);
            }
            (Service::Orders, E::PaymentFailed) => {
                self.move_order(&news.about, OrderStatus::AwaitingPayment, OrderStatus::Cancelled);
            }
            (Service::Tickets, E::OrderCreated | E::OrderCompleted | E::OrderCancelled) => {
                self.hold_or_free(&news.about);
            }
            _ => {}
        }
        Heard::Accepted
    }

    /// Copies move by unbroken versions.
    fn follow(&mut self, at: Service, news: &News) -> bool {
        let copy = self.copies.get(&(at, news.about.clone())).copied();
        let next = copy.map_or(0, |version| version + 1);
        let told = usize::try_from(news.version).unwrap();
        assert!(told >= next, "{:?} of {} was told twice", news.name, news.about);
        if told == next {
            self.copies.insert((at, news.about.clone()), told);
        }
        told == next
    }

    fn move_order(&mut self, id: &str, from: OrderStatus, to: OrderStatus) {
        let order = self.orders.get_mut(id).unwrap();
        if order.status() == from {
            order.states.push(to);
        }
    }

    fn ticket_gone(&mut self, ticket: &str) {
        let Some(id) = self.active_order(ticket).cloned() else { return };
        self.move_order(&id, OrderStatus::AwaitingPayment, OrderStatus::Cancelled);
        self.move_order(&id, OrderStatus::Created, OrderStatus::Cancelled);
    }

    /// Tickets has heard something of an order: a ticket belongs to the order that was heard of first, for as long as
    /// it was not heard that this order has ended.
    fn hold_or_free(&mut self, order: &str) {
        let ticket_id = self.orders[order].ticket.clone();
        let waiting: BTreeSet<String> = self
            .orders
            .iter()
            .filter(|(id, order)| {
                let heard = self.copies.get(&(Service::Tickets, (*id).clone()));
                order.ticket == ticket_id
                    && heard.is_some_and(|version| order.states[*version] != OrderStatus::Cancelled)
            })
            .map(|(id, _)| id.clone())
            .collect();
        let version = self.copies[&(Service::Tickets, order.to_owned())];
        let heard = self.orders[order].states[version];
        let ticket = self.tickets.get_mut(&ticket_id).unwrap();
        if ticket.gone || ticket.sold {
            return;
        }
        let holds = ticket.now().holder.as_deref() == Some(order);
        match heard {
            OrderStatus::Complete => {
                ticket.hold(Some(order.to_owned()));
                ticket.sold = true;
            }
            OrderStatus::Cancelled if holds => ticket.hold(waiting.into_iter().next()),
            OrderStatus::Created if ticket.now().holder.is_none() => ticket.hold(Some(order.to_owned())),
            _ => {}
        }
    }
}
