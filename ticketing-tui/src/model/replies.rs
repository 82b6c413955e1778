//! What comes in from the server, and what follows from it.

use ticketing_sdk::text::sanitize;
use ticketing_sdk::{
    ErrorCode, Order, OrderId, OrderStatus, PaymentStatus, SafeToRepeat, Ticket, TicketChange,
    TicketChangeKind, TicketId, TicketStatus,
};

use super::listings::ListingAction;
use super::notices::Level;
use super::orders::{OrderAction, Orders, Refusal};
use super::{Asked, Link, Listings, Load, Model, OpenCall, PriceChange, Session};
use crate::call_error::{CallError, CallErrorKind};
use crate::effect::{Call, CallId, Effect};
use crate::event::{Feed, Reply};
use crate::text;

impl Model {
    /// Takes in an answer. One that nobody waits for any more still tells how things are, but is not spoken of.
    pub(crate) fn reply(&mut self, id: CallId, reply: &Result<Reply, CallError>) {
        let OpenCall { asked, session } = self.answered(id, reply);
        let is_current = session == self.sessions;
        if let (Ok(_), Link::Lost { .. }) = (reply, &self.link) {
            // The server is there again; no need to wait for the next try.
            self.link = Link::Connecting;
            self.effect(Effect::Follow);
        }
        self.check_reservation(id, reply);
        if let Some((order, action)) = self.orders.end(id) {
            self.order_done(&order, action, reply);
        } else if let Some((ticket, shown)) = self.orders.end_reserving(id) {
            self.reserved(&ticket, reply);
            if let Err(CallError { new_price: Some(price), .. }) = reply {
                self.price_change = Some(PriceChange { call: id, ticket, shown, price: *price });
            }
        } else if let Some((ticket, action)) = self.listings.settle(id) {
            self.listing_done(&ticket, action, reply);
        } else {
            match reply {
                // Who was signed in when a former session asked is no longer of interest.
                Ok(Reply::Session(..)) if asked == Asked::Session && !is_current => {}
                Ok(reply) => self.heard(id, reply),
                Err(error) => self.failed(id, &asked, error),
            }
        }
        match reply {
            // The session in which it was asked has ended; a later one has not.
            Err(error) if error.kind == CallErrorKind::SignedOut && is_current => self.signed(Session::Out),
            _ => {}
        }
    }

    fn heard(&mut self, id: CallId, reply: &Reply) {
        match reply {
            Reply::Session(user) => self.signed(user.clone().map_or(Session::Out, Session::In)),
            Reply::CardEntry(entry) => self.card_entry = *entry,
            Reply::Market { tickets, last } if self.market.load.awaits(id) => {
                self.market.add_page(tickets);
                if *last {
                    self.market.load = Load::Ready;
                }
            }
            Reply::Market { .. } => {}
            Reply::Ticket(ticket) => {
                self.market.update(ticket);
                self.own_ticket(ticket);
            }
            Reply::Orders(orders) if self.orders.load.awaits(id) => {
                self.orders.replace(orders);
            }
            Reply::Listings(tickets) if self.listings.load.awaits(id) => {
                self.listings.replace(tickets);
            }
            Reply::Orders(_) | Reply::Listings(_) => {}
            // An answer that was on its way while somebody else signed in is not told to that one.
            Reply::Order(order) if self.user().is_some_and(|user| user.id == order.user_id) => {
                let was_followed = self.orders.is_followed(&order.id);
                self.orders.take(order);
                if was_followed && order.status == OrderStatus::Complete {
                    let title = text::title(&order.ticket.title);
                    self.say(Level::Good, format!("Paid: {title} is yours"));
                }
            }
            Reply::Order(_) => {}
            Reply::Payment(_) | Reply::Done => {}
        }
    }

    fn failed(&mut self, id: CallId, asked: &Asked, error: &CallError) {
        let something_is_shown =
            [self.market.tickets.len() > 0, !self.orders.list().is_empty(), !self.listings.list().is_empty()];
        if self.market.load.awaits(id) {
            self.market.abandon_reload();
        }
        let loads = [&mut self.market.load, &mut self.orders.load, &mut self.listings.load];
        let failed = loads.into_iter().zip(something_is_shown).find(|(load, _)| load.awaits(id));
        if let Some((load, is_shown)) = failed {
            *load = Load::Failed(error.clone());
            // Where nothing is shown, the error stands in its place.
            if is_shown {
                self.say(Level::Bad, format!("What is shown may be old: {}", error_line(error)));
            }
        }
        match asked {
            Asked::Session if matches!(self.session, Session::Unknown | Session::Failed(_)) => {
                self.session = Session::Failed(error.clone());
            }
            Asked::Ticket(ticket) if error.is(&ErrorCode::NotFound) => {
                self.market.mark_withdrawn(ticket);
                self.listings.remove(ticket);
            }
            // A ticket that was listed all the same is shown.
            Asked::ByScreen if matches!(error.kind, CallErrorKind::Unknown(_)) && self.user().is_some() => {
                self.load_listings();
            }
            _ => {}
        }
    }

    /// Somebody else is signed in, or nobody.
    pub(crate) fn signed(&mut self, session: Session) {
        let before = self.user().map(|user| user.id.clone());
        let was_unknown = matches!(self.session, Session::Unknown | Session::Failed(_));
        self.session = session;
        let after = self.user().map(|user| user.id.clone());
        if before != after {
            self.sessions += 1;
            self.reservation_checks.clear();
            // What is under way is settled by its key, and not told to another.
            self.orders = Orders::default();
            self.listings = Listings::default();
        }
        if let Some(user) = &after
            && self.last_user.replace(user.clone()).is_some_and(|last| last != *user)
        {
            self.has_new_user = true;
            self.notices.clear();
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

    fn reserved(&mut self, ticket: &TicketId, reply: &Result<Reply, CallError>) {
        match reply {
            Ok(Reply::Order(order)) => {
                self.orders.take(order);
                let left = text::left(Orders::left(order, self.server_now()));
                let title = text::title(&order.ticket.title);
                self.say(Level::Good, format!("{title} is reserved for you for {left}"));
            }
            Ok(_) => {}
            Err(error) => {
                // What it is now is better known by the server.
                self.call(Call::Ticket(ticket.clone()));
                match &error.kind {
                    CallErrorKind::Refused(ErrorCode::TicketReserved) => {
                        // An earlier attempt of one's own may hold it.
                        let orders = self.load_orders();
                        self.reservation_checks.insert(orders, ticket.clone());
                    }
                    CallErrorKind::Refused(ErrorCode::NotFound) => {
                        let text = format!("{} is no longer for sale", self.title_of(ticket));
                        self.say(Level::Bad, text);
                    }
                    // Its screen asks whether the new price is fine.
                    CallErrorKind::Refused(ErrorCode::PriceChanged) if error.new_price.is_some() => {}
                    CallErrorKind::Unknown(_) => {
                        self.say(Level::Bad, error_line(error));
                        self.load_orders();
                    }
                    _ => self.say(Level::Bad, error_line(error)),
                }
            }
        }
    }

    /// Tells of a changed price that no screen asks about: the one that wanted the ticket is left.
    pub(crate) fn tell_price_change(&mut self) {
        if let Some(PriceChange { ticket, shown, price, .. }) = self.price_change.take() {
            let title = self.title_of(&ticket);
            let text = format!("{title} costs ${price} now, not ${shown}; nothing was reserved");
            self.say(Level::Warn, text);
        }
    }

    fn title_of(&self, ticket: &TicketId) -> String {
        self.market.tickets.get(ticket).map_or("It", |row| &row.title).to_owned()
    }

    /// Tells by whom a ticket is reserved that was refused as reserved, once the list of one's own orders has come.
    fn check_reservation(&mut self, id: CallId, reply: &Result<Reply, CallError>) {
        let Some(ticket) = self.reservation_checks.remove(&id) else { return };
        let holds = |order: &Order| order.ticket.id == ticket && order.status != OrderStatus::Cancelled;
        let title = self.title_of(&ticket);
        match reply {
            Ok(Reply::Orders(orders)) if orders.iter().any(holds) => {
                self.say(Level::Good, format!("{title} is yours already; your orders show it"));
            }
            Ok(_) => self.say(Level::Bad, format!("{title} was just reserved by another buyer")),
            Err(_) => self.say(Level::Bad, format!("{title} is reserved or sold")),
        }
    }

    fn order_done(&mut self, id: &OrderId, action: OrderAction, reply: &Result<Reply, CallError>) {
        let title = self.orders.get(id).map_or_else(String::new, |order| text::title(&order.ticket.title));
        match (action, reply) {
            (OrderAction::Pay, Ok(Reply::Payment(payment))) => match payment.status {
                Some(PaymentStatus::Failed | PaymentStatus::Refunded) => {
                    let message = "The card provider did not take the money".to_owned();
                    self.say(Level::Bad, message.clone());
                    let advice = Some(ANOTHER_CARD.to_owned());
                    self.orders.refuse(id.clone(), Refusal { message, advice });
                }
                _ => {
                    self.orders.paid(id, payment);
                    self.say(Level::Good, format!("Paid: {title} is yours"));
                }
            },
            (OrderAction::Cancel, Ok(_)) => {
                self.say(Level::Good, format!("{title} is free for others again"))
            }
            (_, Ok(_)) => {}
            (OrderAction::Pay, Err(error)) => {
                self.say(Level::Bad, error_line(error));
                let (message, advice) = (error.message.clone(), advice_for_payment(error));
                self.orders.refuse(id.clone(), Refusal { message, advice });
            }
            (OrderAction::Cancel, Err(error)) => self.say(Level::Bad, error_line(error)),
        }
        if self.user().is_some() {
            self.call(Call::Order(id.clone()));
        }
    }

    fn listing_done(&mut self, id: &TicketId, action: ListingAction, reply: &Result<Reply, CallError>) {
        match (action, reply) {
            (ListingAction::Withdraw, Ok(_)) => {
                self.listings.remove(id);
                self.say(Level::Good, "It is off the market");
            }
            (ListingAction::Change, Ok(Reply::Ticket(ticket))) => {
                self.market.update(ticket);
                self.own_ticket(ticket);
                self.say(Level::Good, "Changed");
            }
            (_, Ok(_)) => {}
            (_, Err(error)) => {
                self.say(Level::Bad, error_line(error));
                if error.is(&ErrorCode::NotFound) {
                    self.listings.remove(id);
                } else {
                    self.call(Call::Ticket(id.clone()));
                }
            }
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
                self.market.apply_change(change, self.now);
                self.own_change(change);
            }
            Feed::Reset => self.reload(),
            Feed::Lost { error, retry_in } => {
                if matches!(self.link, Link::Live) {
                    self.say(Level::Warn, "The connection is lost; what is shown may be old");
                }
                if matches!(self.market.load, Load::Idle) {
                    self.market.load = Load::Failed(error.clone());
                }
                self.link = Link::Lost { error: error.clone(), retry_at: self.now + *retry_in };
            }
            Feed::Ended(error) => {
                self.link = Link::Ended(error.clone());
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

const ANOTHER_CARD: &str = "It stays reserved for you. Another card may do.";

/// What to do about a payment that did not work.
fn advice_for_payment(error: &CallError) -> Option<String> {
    let words = match &error.kind {
        // The server keeps the key, and the journal takes it up again for the same order and card.
        CallErrorKind::Unknown(SafeToRepeat::Always)
        | CallErrorKind::Refused(ErrorCode::IdempotencyKeyInFlight) => {
            "Paying again with the same card finds out, and never charges twice."
        }
        CallErrorKind::Refused(ErrorCode::CardDeclined) => ANOTHER_CARD,
        _ => return error.hint.clone(),
    };
    Some(words.to_owned())
}

/// A error on one line.
pub(crate) fn error_line(error: &CallError) -> String {
    match &error.hint {
        Some(hint) => format!("{}. {hint}", error.message.trim_end_matches('.')),
        None => error.message.clone(),
    }
}
