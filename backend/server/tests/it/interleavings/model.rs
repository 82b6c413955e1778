//! The reference model: what orders decides, what each service may know of it, and what each user may be answered.
//!
//! It is written from `contract.md`, not from the code, and holds everything in plain maps. Orders is the one judge of
//! who holds a ticket: a withdrawal or an edit that meets an order on its way loses to it, and takes effect once that
//! order has ended unpaid.

mod passes;

use std::collections::BTreeMap;

use ticketing_events::EventName;
use ticketing_sdk::{CancelReason, Money, OrderStatus, TicketDetails};

use super::schedule::Service;

pub(crate) use self::passes::Pass;

/// What a seller asks, and what an order is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) title: String,
    pub(crate) price: i64,
    pub(crate) venue: Option<String>,
    /// When the event starts: no order is made from then on, and none lasts longer.
    pub(crate) starts_at: Option<i64>,
}

impl Terms {
    /// The terms that something states.
    pub(crate) fn new(title: String, price: Money, details: &TicketDetails) -> Self {
        let starts_at = details.starts_at.as_ref().map(|starts| starts.instant().as_millis());
        Self { title, price: price.cents(), venue: details.venue.clone(), starts_at }
    }
}

/// One version of a ticket, as everybody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) terms: Terms,
    /// `available`, `reserved`, `sold` or `deleted`.
    pub(crate) status: &'static str,
    pub(crate) holder: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub(crate) seller: u8,
    /// The first listing whose pass this one sells on.
    pub(crate) resale_of: Option<String>,
    /// What the seller asked last.
    pub(crate) listing: Terms,
    /// Whether the seller has withdrawn it. That is for good.
    pub(crate) withdrawn: bool,
    /// By version.
    pub(crate) versions: Vec<Shown>,
}

#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) user: u8,
    pub(crate) ticket: String,
    pub(crate) terms: Terms,
    pub(crate) expires_at: i64,
    /// By version.
    pub(crate) states: Vec<OrderStatus>,
    /// Why it was cancelled.
    pub(crate) cancel_reason: Option<CancelReason>,
}

impl Ticket {
    pub(crate) fn now(&self) -> &Shown {
        self.versions.last().unwrap()
    }

    pub(crate) fn status(&self) -> &'static str {
        self.now().status
    }

    /// What the ticket is while no order holds it.
    pub(crate) fn free(&self) -> Shown {
        let status = if self.withdrawn { "deleted" } else { "available" };
        Shown { terms: self.listing.clone(), status, holder: None }
    }

    /// A change is a version of its own; where nothing changes, there is none.
    fn show(&mut self, shown: Shown) {
        if *self.now() != shown {
            self.versions.push(shown);
        }
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
    /// The passes, by the first listing of each.
    pub(crate) passes: BTreeMap<String, Pass>,
    /// How far each service has followed each thing that it copies: the version.
    pub(crate) copies: BTreeMap<(Service, String), usize>,
}

impl Model {
    pub(crate) fn list(&mut self, id: &str, seller: u8, listing: Terms) {
        let mut ticket = Ticket { seller, resale_of: None, listing, withdrawn: false, versions: Vec::new() };
        ticket.versions.push(ticket.free());
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

    /// Whether the ticket can be edited to another title: not where it sells a pass on.
    pub(crate) fn may_edit(&self, ticket: &str, by: u8) -> Result<(), &'static str> {
        self.may_change(ticket, by)?;
        if self.tickets[ticket].resale_of.is_some() { Err("a resale") } else { Ok(()) }
    }

    pub(crate) fn edit(&mut self, ticket: &str, listing: Terms) {
        let ticket = self.tickets.get_mut(ticket).unwrap();
        ticket.listing = listing;
        ticket.show(ticket.free());
    }

    pub(crate) fn withdraw(&mut self, ticket: &str) {
        let ticket = self.tickets.get_mut(ticket).unwrap();
        ticket.withdrawn = true;
        ticket.show(ticket.free());
    }

    /// The version of the ticket that orders knows, and what its seller asks as far as orders knows, if orders can sell
    /// it: a ticket that was withdrawn once is not sold anew.
    pub(crate) fn on_sale(&self, ticket: &str) -> Option<(usize, &Terms)> {
        let version = *self.copies.get(&(Service::Orders, ticket.to_owned()))?;
        let known = &self.tickets[ticket].versions[..=version];
        let withdrawn = known.iter().any(|shown| shown.status == "deleted");
        let asked = known.iter().rfind(|shown| shown.holder.is_none())?;
        (!withdrawn).then_some((version, &asked.terms))
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

    pub(crate) fn order(&mut self, id: &str, user: u8, ticket: &str, terms: Terms, expires_at: i64) {
        let states = vec![OrderStatus::Created];
        let ticket = ticket.to_owned();
        let order = Order { user, ticket, terms, expires_at, states, cancel_reason: None };
        self.orders.insert(id.to_owned(), order);
    }

    /// The buyer cancels: what they must be answered.
    pub(crate) fn cancel(&mut self, id: &str, by: u8) -> Result<(), &'static str> {
        let order = self.orders.get_mut(id).unwrap();
        match order.status() {
            _ if order.user != by => Err("not the owner"),
            OrderStatus::Created => {
                order.states.push(OrderStatus::Cancelled);
                order.cancel_reason = Some(CancelReason::Buyer);
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
            (Service::Orders, E::ExpirationComplete) => {
                assert!(self.now >= self.orders[&news.about].expires_at, "a deadline was told of too early");
                self.move_order(
                    &news.about,
                    OrderStatus::Created,
                    OrderStatus::Cancelled,
                    CancelReason::Expired,
                );
            }
            (Service::Orders, E::PaymentAuthorized) => {
                let late = self.now >= self.orders[&news.about].expires_at;
                let next = if late { OrderStatus::Cancelled } else { OrderStatus::AwaitingPayment };
                self.move_order(&news.about, OrderStatus::Created, next, CancelReason::Expired);
            }
            (Service::Orders, E::PaymentCreated) => {
                let (from, to) = (OrderStatus::AwaitingPayment, OrderStatus::Complete);
                self.move_order(&news.about, from, to, CancelReason::PaymentFailed);
            }
            (Service::Orders, E::PaymentFailed) => {
                let (from, to) = (OrderStatus::AwaitingPayment, OrderStatus::Cancelled);
                self.move_order(&news.about, from, to, CancelReason::PaymentFailed);
            }
            (Service::Tickets, E::OrderCreated | E::OrderCancelled) => self.hold_or_free(&news.about),
            (Service::Tickets, E::OrderCompleted) => {
                self.hold_or_free(&news.about);
                self.sell_pass(&news.about);
            }
            (Service::Tickets, E::ListingClosed) => self.close_listing(&news.about),
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

    /// Moves an order on; `reason` is why, if that cancels it.
    fn move_order(&mut self, id: &str, from: OrderStatus, to: OrderStatus, reason: CancelReason) {
        let order = self.orders.get_mut(id).unwrap();
        if order.status() == from {
            order.states.push(to);
            order.cancel_reason = (to == OrderStatus::Cancelled).then_some(reason);
        }
    }

    /// Tickets has heard something of an order. A ticket is sold to the order that is heard to be complete. Until then it
    /// belongs to the order that was heard of first, for as long as it was not heard that this order has ended.
    fn hold_or_free(&mut self, order: &str) {
        let id = self.orders[order].ticket.clone();
        let heard = |id: &String| {
            let version = self.copies.get(&(Service::Tickets, id.clone()))?;
            Some(self.orders[id].states[*version])
        };
        let of_ticket: BTreeMap<&String, OrderStatus> = self
            .orders
            .iter()
            .filter(|(_, order)| order.ticket == id)
            .filter_map(|(id, _)| Some((id, heard(id)?)))
            .filter(|(_, status)| *status != OrderStatus::Cancelled)
            .collect();
        let ticket = &self.tickets[&id];
        let sold = of_ticket.iter().find(|(_, status)| **status == OrderStatus::Complete).map(|(id, _)| *id);
        let still = ticket.now().holder.as_ref().filter(|holder| of_ticket.contains_key(holder));
        let holder = sold.or(still).or(of_ticket.keys().next().copied());
        let shown = match holder {
            None => ticket.free(),
            Some(holder) => Shown {
                terms: self.orders[holder].terms.clone(),
                status: if sold.is_some() { "sold" } else { "reserved" },
                holder: Some(holder.clone()),
            },
        };
        self.tickets.get_mut(&id).unwrap().show(shown);
    }

    /// What a ticket must be once everything was heard: what orders has decided, or else what its seller wants.
    pub(crate) fn outcome(&self, ticket: &str) -> Shown {
        match self.active_order(ticket) {
            None => self.tickets[ticket].free(),
            Some(id) => Shown {
                terms: self.orders[id].terms.clone(),
                status: if self.orders[id].status() == OrderStatus::Complete { "sold" } else { "reserved" },
                holder: Some(id.clone()),
            },
        }
    }
}
