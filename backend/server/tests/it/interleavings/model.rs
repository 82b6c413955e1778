//! The reference model: the decisions of orders, the copies of each service, and the response to each user.
//!
//! It follows the contract of the API, not the code, and stores everything in plain maps. Orders decides which order
//! holds a ticket: an order prevails over a concurrent edit or withdrawal, which takes effect after that order has ended
//! unpaid.

mod passes;

use std::collections::BTreeMap;

use ticketing_events::EventName;
use ticketing_sdk::{CancelReason, Money, OrderStatus, TicketDetails};

use super::schedule::Service;

pub(crate) use self::passes::{Admission, Pass};

/// The terms of a listing or an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) title: String,
    pub(crate) price: i64,
    pub(crate) venue: Option<String>,
    /// The start of the event: no order is created after it, and none lasts longer.
    pub(crate) starts_at: Option<i64>,
}

impl Terms {
    /// Creates the terms of a listing, an order or an event.
    pub(crate) fn new(title: String, price: Money, details: &TicketDetails) -> Self {
        let starts_at = details.starts_at.as_ref().map(|starts| starts.instant().as_millis());
        Self { title, price: price.cents(), venue: details.venue.clone(), starts_at }
    }
}

/// One version of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TicketVersion {
    pub(crate) terms: Terms,
    /// `available`, `reserved`, `sold` or `deleted`.
    pub(crate) status: &'static str,
    pub(crate) holder: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub(crate) seller: u8,
    /// The first listing of the pass that this listing resells.
    pub(crate) resale_of: Option<String>,
    /// The terms of the last edit.
    pub(crate) listing: Terms,
    /// Whether the seller has withdrawn it.
    pub(crate) withdrawn: bool,
    /// By version.
    pub(crate) versions: Vec<TicketVersion>,
    /// The versions whose event states an admission of the pass of the listing, with its time.
    pub(crate) admitted: BTreeMap<usize, i64>,
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
    pub(crate) fn current(&self) -> &TicketVersion {
        self.versions.last().unwrap()
    }

    pub(crate) fn status(&self) -> &'static str {
        self.current().status
    }

    /// Returns the version of the ticket while no order holds it.
    pub(crate) fn unreserved_version(&self) -> TicketVersion {
        let status = if self.withdrawn { "deleted" } else { "available" };
        TicketVersion { terms: self.listing.clone(), status, holder: None }
    }

    /// Adds a version if anything has changed.
    fn push_version(&mut self, shown: TicketVersion) {
        if *self.current() != shown {
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

/// The result of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryResult {
    Accepted,
    /// Its predecessor is missing: it must be redelivered.
    OutOfOrder,
}

/// The properties of an event that the model uses.
#[derive(Clone, Debug)]
pub(crate) struct EventSummary {
    pub(crate) name: EventName,
    /// The ticket or the order.
    pub(crate) aggregate: String,
    pub(crate) version: i64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) now: i64,
    pub(crate) tickets: BTreeMap<String, Ticket>,
    pub(crate) orders: BTreeMap<String, Order>,
    /// The passes, by the first listing of each.
    pub(crate) passes: BTreeMap<String, Pass>,
    /// The version of each copy, by service and aggregate.
    pub(crate) copies: BTreeMap<(Service, String), usize>,
}

impl Model {
    pub(crate) fn list(&mut self, id: &str, seller: u8, listing: Terms) {
        let mut ticket = Ticket {
            seller,
            resale_of: None,
            listing,
            withdrawn: false,
            versions: Vec::new(),
            admitted: BTreeMap::new(),
        };
        ticket.versions.push(ticket.unreserved_version());
        self.tickets.insert(id.to_owned(), ticket);
    }

    /// Returns whether a user can edit or withdraw the ticket.
    pub(crate) fn may_change(&self, ticket: &str, by: u8) -> Result<(), &'static str> {
        let ticket = &self.tickets[ticket];
        match ticket.status() {
            "deleted" => Err("not found"),
            _ if ticket.seller != by => Err("not the owner"),
            "available" => Ok(()),
            _ => Err("reserved"),
        }
    }

    /// Returns whether a user can edit the title of the ticket: not of a resale.
    pub(crate) fn may_edit(&self, ticket: &str, by: u8) -> Result<(), &'static str> {
        self.may_change(ticket, by)?;
        if self.tickets[ticket].resale_of.is_some() { Err("a resale") } else { Ok(()) }
    }

    pub(crate) fn edit(&mut self, ticket: &str, listing: Terms) {
        let ticket = self.tickets.get_mut(ticket).unwrap();
        ticket.listing = listing;
        ticket.push_version(ticket.unreserved_version());
    }

    pub(crate) fn withdraw(&mut self, ticket: &str) {
        let ticket = self.tickets.get_mut(ticket).unwrap();
        ticket.withdrawn = true;
        ticket.push_version(ticket.unreserved_version());
    }

    /// Returns the version and the terms of the ticket that orders knows, if orders can sell it: a withdrawn ticket is
    /// never sold again.
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

    /// Cancels an order. Returns the expected result.
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
            other => unreachable!("{other}"),
        }
    }

    /// Returns the status of an order that payments knows.
    pub(crate) fn known_to_payments(&self, order: &str) -> Option<OrderStatus> {
        let version = *self.copies.get(&(Service::Payments, order.to_owned()))?;
        Some(self.orders[order].states[version])
    }

    /// Applies a new event at a service.
    pub(crate) fn apply(&mut self, at: Service, summary: &EventSummary) -> DeliveryResult {
        use EventName as E;
        match (at, summary.name) {
            (Service::Orders, E::TicketCreated | E::TicketUpdated | E::TicketDeleted)
            | (_, E::OrderCreated | E::OrderConfirmed | E::OrderCompleted | E::OrderCancelled)
                if !self.advance_copy(at, summary) =>
            {
                return DeliveryResult::OutOfOrder;
            }
            _ => {}
        }
        match (at, summary.name) {
            (Service::Orders, E::TicketDeleted) => {
                let version = usize::try_from(summary.version).unwrap();
                let is_admitted = self.tickets[&summary.aggregate].admitted.contains_key(&version);
                let order = self.active_order(&summary.aggregate).filter(|_| is_admitted).cloned();
                // An order that a payment holds stays.
                if let Some(order) = order {
                    let (from, to) = (OrderStatus::Created, OrderStatus::Cancelled);
                    self.move_order(&order, from, to, CancelReason::Withdrawn);
                }
            }
            (Service::Orders, E::ExpirationComplete) => {
                assert!(
                    self.now >= self.orders[&summary.aggregate].expires_at,
                    "a deadline was reported too early"
                );
                self.move_order(
                    &summary.aggregate,
                    OrderStatus::Created,
                    OrderStatus::Cancelled,
                    CancelReason::Expired,
                );
            }
            (Service::Orders, E::PaymentAuthorized) => {
                let late = self.now >= self.orders[&summary.aggregate].expires_at;
                let next = if late { OrderStatus::Cancelled } else { OrderStatus::AwaitingPayment };
                self.move_order(&summary.aggregate, OrderStatus::Created, next, CancelReason::Expired);
            }
            (Service::Orders, E::PaymentCreated) => {
                let (from, to) = (OrderStatus::AwaitingPayment, OrderStatus::Complete);
                self.move_order(&summary.aggregate, from, to, CancelReason::PaymentFailed);
            }
            (Service::Orders, E::PaymentFailed) => {
                let (from, to) = (OrderStatus::AwaitingPayment, OrderStatus::Cancelled);
                self.move_order(&summary.aggregate, from, to, CancelReason::PaymentFailed);
            }
            (Service::Tickets, E::OrderCreated | E::OrderCancelled) => {
                self.update_reservation(&summary.aggregate)
            }
            (Service::Tickets, E::OrderCompleted) => {
                self.update_reservation(&summary.aggregate);
                self.sell_pass(&summary.aggregate);
            }
            (Service::Tickets, E::ListingClosed) => self.close_listing(&summary.aggregate),
            _ => {}
        }
        DeliveryResult::Accepted
    }

    /// Advances a copy if the event has its next version.
    fn advance_copy(&mut self, at: Service, summary: &EventSummary) -> bool {
        let copy = self.copies.get(&(at, summary.aggregate.clone())).copied();
        let next = copy.map_or(0, |version| version + 1);
        let version = usize::try_from(summary.version).unwrap();
        assert!(version >= next, "{:?} of {} was delivered twice", summary.name, summary.aggregate);
        if version == next {
            self.copies.insert((at, summary.aggregate.clone()), version);
        }
        version == next
    }

    /// Changes the status of an order; `reason` is the reason of a cancellation.
    fn move_order(&mut self, id: &str, from: OrderStatus, to: OrderStatus, reason: CancelReason) {
        let order = self.orders.get_mut(id).unwrap();
        if order.status() == from {
            order.states.push(to);
            order.cancel_reason = (to == OrderStatus::Cancelled).then_some(reason);
        }
    }

    /// Updates a ticket after an event of an order at tickets. It is sold to the order that tickets knows to be
    /// complete. Until then it is reserved for the first known order, until that order has ended.
    fn update_reservation(&mut self, order: &str) {
        let id = self.orders[order].ticket.clone();
        let known_status = |id: &String| {
            let version = self.copies.get(&(Service::Tickets, id.clone()))?;
            Some(self.orders[id].states[*version])
        };
        let of_ticket: BTreeMap<&String, OrderStatus> = self
            .orders
            .iter()
            .filter(|(_, order)| order.ticket == id)
            .filter_map(|(id, _)| Some((id, known_status(id)?)))
            .filter(|(_, status)| *status != OrderStatus::Cancelled)
            .collect();
        let ticket = &self.tickets[&id];
        let sold = of_ticket.iter().find(|(_, status)| **status == OrderStatus::Complete).map(|(id, _)| *id);
        let still = ticket.current().holder.as_ref().filter(|holder| of_ticket.contains_key(holder));
        let holder = sold.or(still).or(of_ticket.keys().next().copied());
        let shown = match holder {
            None => ticket.unreserved_version(),
            Some(holder) => TicketVersion {
                terms: self.orders[holder].terms.clone(),
                status: if sold.is_some() { "sold" } else { "reserved" },
                holder: Some(holder.clone()),
            },
        };
        self.tickets.get_mut(&id).unwrap().push_version(shown);
    }

    /// Returns the final version of a ticket after all deliveries: the decision of orders, or else the listing.
    pub(crate) fn outcome(&self, ticket: &str) -> TicketVersion {
        match self.active_order(ticket) {
            None => self.tickets[ticket].unreserved_version(),
            Some(id) => TicketVersion {
                terms: self.orders[id].terms.clone(),
                status: if self.orders[id].status() == OrderStatus::Complete { "sold" } else { "reserved" },
                holder: Some(id.clone()),
            },
        }
    }
}
