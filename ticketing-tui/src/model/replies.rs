//! What comes in from the server, and what follows from it.

use ticketing_sdk::text::sanitize;
use ticketing_sdk::{
    ErrorCode, OrderId, PaymentStatus, Ticket, TicketChange, TicketChangeKind, TicketId, TicketStatus,
};

use super::listings;
use super::notices::Level;
use super::orders::{self, Orders, Refusal};
use super::{Asked, Link, Listings, Load, Model, Session};
use crate::effect::{Call, CallId, Effect};
use crate::event::{Feed, Reply};
use crate::text;
use crate::trouble::{Trouble, TroubleKind};

/// A clock that differs by less is taken for right: the server tells its time in whole seconds.
const TOLERATED_SKEW: i64 = 2_000;

impl Model {
    /// Takes in an answer. One that nobody waits for any more still tells how things are, but is not spoken of.
    pub(crate) fn reply(&mut self, id: CallId, reply: &Result<Reply, Trouble>) {
        let asked = self.answered(id, reply);
        if let (Ok(_), Link::Lost { .. }) = (reply, &self.link) {
            // The server is there again; no need to wait for the next try.
            self.link = Link::Connecting;
            self.effect(Effect::Follow);
        }
        if let Some((order, deed)) = self.orders.end(id) {
            self.order_done(&order, deed, reply);
        } else if let Some(ticket) = self.orders.end_reserving(id) {
            self.reserved(&ticket, reply);
        } else if let Some((ticket, deed)) = self.listings.settle(id) {
            self.listing_done(&ticket, deed, reply);
        } else {
            match reply {
                Ok(reply) => self.heard(id, reply),
                Err(trouble) => self.failed(id, &asked, trouble),
            }
        }
    }

    fn heard(&mut self, id: CallId, reply: &Reply) {
        match reply {
            Reply::Session(user, server_time) => {
                if let Some(time) = server_time {
                    let skew = time - self.now.as_millis();
                    self.skew = if skew.abs() < TOLERATED_SKEW { 0 } else { skew };
                }
                self.signed(user.clone().map_or(Session::Out, Session::In));
            }
            Reply::Market { tickets, last } if self.market.load.awaits(id) => {
                self.market.page(tickets);
                if *last {
                    self.market.load = Load::Ready;
                }
            }
            Reply::Market { .. } => {}
            Reply::Ticket(ticket) => {
                self.market.ticket(ticket);
                self.own_ticket(ticket);
            }
            Reply::Orders(orders) if self.orders.load.awaits(id) => {
                self.orders.replace(orders);
                self.orders.load = Load::Ready;
            }
            Reply::Listings(tickets) if self.listings.load.awaits(id) => {
                self.listings.replace(tickets);
                self.listings.load = Load::Ready;
            }
            Reply::Orders(_) | Reply::Listings(_) => {}
            // An answer that was on its way while somebody else signed in is not told to that one.
            Reply::Order(order) if self.user().is_some_and(|user| user.id == order.user_id) => {
                self.orders.take(order);
            }
            Reply::Order(_) => {}
            Reply::Payment(_) | Reply::Done => {}
        }
    }

    fn failed(&mut self, id: CallId, asked: &Asked, trouble: &Trouble) {
        let something_is_shown = [
            self.market.catalogue.len() > 0,
            !self.orders.list().is_empty(),
            !self.listings.list().is_empty(),
        ];
        let loads = [&mut self.market.load, &mut self.orders.load, &mut self.listings.load];
        let failed = loads.into_iter().zip(something_is_shown).find(|(load, _)| load.awaits(id));
        if let Some((load, is_shown)) = failed {
            *load = Load::Failed(trouble.clone());
            // Where nothing is shown, the trouble stands in its place.
            if is_shown {
                self.say(Level::Bad, format!("What is shown may be old: {}", told(trouble)));
            }
        }
        match asked {
            Asked::Session if matches!(self.session, Session::Unknown | Session::Failed(_)) => {
                self.session = Session::Failed(trouble.clone());
            }
            Asked::Ticket(ticket) if trouble.is(&ErrorCode::NotFound) => {
                self.market.gone(ticket);
                self.listings.remove(ticket);
            }
            _ => {}
        }
        if trouble.kind == TroubleKind::SignedOut {
            self.signed(Session::Out);
        }
    }

    /// Somebody else is signed in, or nobody.
    pub(crate) fn signed(&mut self, session: Session) {
        let before = self.user().map(|user| user.id.clone());
        let was_unknown = matches!(self.session, Session::Unknown | Session::Failed(_));
        self.session = session;
        let after = self.user().map(|user| user.id.clone());
        if before != after {
            // What is under way is settled by its key, and not told to another.
            self.orders = Orders::default();
            self.listings = Listings::default();
        }
        match after {
            Some(_) => self.load_own(),
            None if before.is_some() => self.say(Level::Info, "You are signed out"),
            None => {}
        }
        if was_unknown {
            return;
        }
        if let (true, Some(user)) = (before != after, self.user()) {
            let text = format!("Signed in as {}", sanitize(&user.email));
            self.say(Level::Good, text);
        }
    }

    fn reserved(&mut self, ticket: &TicketId, reply: &Result<Reply, Trouble>) {
        match reply {
            Ok(Reply::Order(order)) => {
                self.orders.take(order);
                let left = text::left(Orders::left(order, self.server_now()));
                let title = text::title(&order.ticket.title);
                self.say(Level::Good, format!("{title} is reserved for you for {left}"));
            }
            Ok(_) => {}
            Err(trouble) => {
                let title = self.market.catalogue.get(ticket).map_or("it", |row| &row.title).to_owned();
                let text = if trouble.is(&ErrorCode::TicketReserved) {
                    format!("Someone was quicker: {title} is not to be had now")
                } else if trouble.is(&ErrorCode::NotFound) {
                    format!("{title} is no longer for sale")
                } else {
                    told(trouble)
                };
                self.say(Level::Bad, text);
                // What it is now is better known by the server.
                self.call(Call::Ticket(ticket.clone()));
                self.sign_out_if_so(trouble);
            }
        }
    }

    fn order_done(&mut self, id: &OrderId, deed: orders::Deed, reply: &Result<Reply, Trouble>) {
        let title = self.orders.get(id).map_or_else(String::new, |order| text::title(&order.ticket.title));
        match (deed, reply) {
            (orders::Deed::Paying, Ok(Reply::Payment(payment))) => match payment.status {
                Some(PaymentStatus::Failed | PaymentStatus::Refunded) => {
                    let message = "The card provider did not take the money".to_owned();
                    self.say(Level::Bad, message.clone());
                    self.orders.refuse(id.clone(), Refusal { message, unknown: false });
                }
                _ => {
                    self.orders.paid(id, payment);
                    self.say(Level::Good, format!("Paid: {title} is yours"));
                }
            },
            (orders::Deed::Cancelling, Ok(_)) => {
                self.say(Level::Good, format!("{title} is free for others again"))
            }
            (_, Ok(_)) => {}
            (orders::Deed::Paying, Err(trouble)) => {
                let unknown =
                    trouble.kind == TroubleKind::Unknown || trouble.is(&ErrorCode::IdempotencyKeyInFlight);
                self.say(Level::Bad, told(trouble));
                self.orders.refuse(id.clone(), Refusal { message: trouble.message.clone(), unknown });
                self.sign_out_if_so(trouble);
            }
            (orders::Deed::Cancelling, Err(trouble)) => {
                self.say(Level::Bad, told(trouble));
                self.sign_out_if_so(trouble);
            }
        }
        if self.user().is_some() {
            self.call(Call::Order(id.clone()));
        }
    }

    fn listing_done(&mut self, id: &TicketId, deed: listings::Deed, reply: &Result<Reply, Trouble>) {
        match (deed, reply) {
            (listings::Deed::Withdrawing, Ok(_)) => {
                self.listings.remove(id);
                self.say(Level::Good, "It is off the market");
            }
            (listings::Deed::Changing, Ok(Reply::Ticket(ticket))) => {
                self.market.ticket(ticket);
                self.own_ticket(ticket);
                self.say(Level::Good, "Changed");
            }
            (_, Ok(_)) => {}
            (_, Err(trouble)) => {
                self.say(Level::Bad, told(trouble));
                if trouble.is(&ErrorCode::NotFound) {
                    self.listings.remove(id);
                } else {
                    self.call(Call::Ticket(id.clone()));
                }
                self.sign_out_if_so(trouble);
            }
        }
    }

    fn sign_out_if_so(&mut self, trouble: &Trouble) {
        if trouble.kind == TroubleKind::SignedOut {
            self.signed(Session::Out);
        }
    }

    /// A ticket of one's own belongs to the listings too.
    fn own_ticket(&mut self, ticket: &Ticket) {
        if self.user().is_some_and(|user| user.id == ticket.user_id) {
            self.listings.take(ticket);
        }
    }

    /// Takes in news of the live changes.
    pub(crate) fn feed(&mut self, feed: &Feed) {
        match feed {
            Feed::Connected => {
                let back = self.was_live && !matches!(self.link, Link::Live);
                self.was_live = true;
                self.link = Link::Live;
                // The changes go on where they stopped; only what was never there is loaded.
                if !matches!(self.market.load, Load::Ready | Load::Loading(_)) {
                    self.load_market();
                }
                if back {
                    self.say(Level::Good, "Connected again");
                }
                if back || matches!(self.session, Session::Unknown | Session::Failed(_)) {
                    self.call(Call::Session);
                }
            }
            Feed::Change(change) => {
                self.market.change(change, self.now);
                self.own_change(change);
            }
            Feed::Reset => self.reload(),
            Feed::Lost { trouble, retry_in } => {
                if matches!(self.link, Link::Live) {
                    self.say(Level::Warn, "The connection is lost; what is shown may be old");
                }
                if matches!(self.market.load, Load::Idle) {
                    self.market.load = Load::Failed(trouble.clone());
                }
                self.link = Link::Lost { trouble: trouble.clone(), retry_at: self.now + *retry_in };
            }
            Feed::Ended(trouble) => {
                self.link = Link::Ended(trouble.clone());
                if !matches!(self.market.load, Load::Ready | Load::Loading(_)) {
                    self.load_market();
                }
            }
        }
    }

    /// A change of a ticket that one sells, or holds.
    fn own_change(&mut self, change: &TicketChange) {
        let ticket = &change.ticket;
        if self.user().is_some_and(|user| user.id == ticket.user_id) {
            if change.kind == TicketChangeKind::Deleted {
                self.listings.remove(&ticket.id);
            } else {
                let was = self.listings.get(&ticket.id).map(|listing| listing.ticket.status);
                self.listings.take(ticket);
                if ticket.status == TicketStatus::Sold
                    && was.is_some_and(|status| status != TicketStatus::Sold)
                {
                    let text = format!("You sold {} for ${}", text::title(&ticket.title), ticket.price);
                    self.say(Level::Good, text);
                }
            }
        }
        // There is no feed of orders; a change of its ticket is the sign that an order has gone on.
        let stale = self.orders.list().iter().find(|order| {
            let over = ticket.order_id.as_ref() != Some(&order.id) || ticket.status == TicketStatus::Sold;
            order.ticket.id == ticket.id && !order.status.is_final() && over
        });
        if let Some(id) = stale.map(|order| order.id.clone()) {
            self.call(Call::Order(id));
        }
    }
}

/// A trouble on one line.
pub(crate) fn told(trouble: &Trouble) -> String {
    match &trouble.hint {
        Some(hint) => format!("{}. {hint}", trouble.message.trim_end_matches('.')),
        None => trouble.message.clone(),
    }
}
