//! Applies the replies of the server to the model.

use ticketing_sdk::text::sanitize;
use ticketing_sdk::{ErrorCode, Order, OrderId, OrderStatus, PaymentStatus, SafeToRepeat, Ticket, TicketId};

use super::door::Door;
use super::notices::{Level, Message, Topic};
use super::orders::{KnownOrders, PaymentError};
use super::reports::payment_failure;
use super::{FeedState, KnownPasses, Listings, Load, Model, SessionState};
use crate::call_error::{CallError, CallErrorKind};
use crate::effect::{ApiCall, CallId, Effect};
use crate::event::Reply;
use crate::text;

impl Model {
    /// Applies a reply. The reply to a call whose screen is closed updates the model without a message.
    /// Returns the call, if it was made in the current session.
    pub(crate) fn reply(&mut self, id: CallId, reply: &Result<Reply, CallError>) -> Option<ApiCall> {
        if self.is_offline() && reply.as_ref().is_ok_and(Reply::is_of_server) {
            // The server is there again; no need to wait for the next try.
            self.feed_state = FeedState::Connecting;
            self.effect(Effect::Follow);
        }
        let (call, is_current) = self.end_call(id, reply)?;
        self.check_reservation(id, reply);
        match (&call, reply) {
            (ApiCall::Pay { order, .. } | ApiCall::Cancel(order), _) if is_current => {
                self.finish_order_action(&call, order, reply);
            }
            (ApiCall::Reserve(ticket, _), _) if is_current => self.finish_reservation(ticket, reply),
            (ApiCall::Change(ticket, ..) | ApiCall::Withdraw(ticket, _), _) if is_current => {
                self.finish_listing_action(&call, ticket, reply);
            }
            (ApiCall::OpenDoor(_) | ApiCall::PrepareDoor(_) | ApiCall::SyncDoor(_), _) if is_current => {
                self.finish_door_action(&call, reply);
            }
            // The user of a former session is outdated.
            (ApiCall::Session, Ok(_)) if !is_current => {}
            // The passes of a former user are not shown to the current one.
            (
                _,
                Ok(Reply::Pass(..) | Reply::Claimed { .. } | Reply::UsedPasses(..) | Reply::Verdict { .. }),
            ) if !is_current => {}
            (_, Ok(reply)) => self.handle_reply(id, reply),
            (_, Err(error)) => self.handle_error(id, &call, error),
        }
        match (&call, reply) {
            _ if !is_current => {}
            // The session of the call has ended; a later one has not.
            (_, Err(error)) if error.kind == CallErrorKind::SignedOut => {
                self.set_session(SessionState::SignedOut);
            }
            (ApiCall::GiveAway(pass) | ApiCall::TakeBack(pass) | ApiCall::Resell(pass, _), _) => {
                self.finish_pass_write(pass, reply);
            }
            _ => {}
        }
        if let (true, Ok(reply)) = (is_current, reply) {
            self.report_success(&call, reply);
        }
        is_current.then_some(call)
    }

    fn handle_reply(&mut self, id: CallId, reply: &Reply) {
        match reply {
            Reply::Session(user) => {
                self.set_session(user.clone().map_or(SessionState::SignedOut, SessionState::SignedIn))
            }
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
                self.update_own_listing(ticket);
            }
            Reply::Orders(orders) if self.orders.records.load.awaits(id) => {
                self.orders.replace(orders);
            }
            Reply::Listings(tickets) if self.listings.records.load.awaits(id) => {
                self.listings.replace(tickets);
            }
            Reply::Passes(passes) if self.passes.records.load.awaits(id) => {
                self.passes.replace(passes, self.server_now());
            }
            Reply::Pass(pass) | Reply::Claimed { pass, .. } => self.passes.update(pass),
            Reply::Orders(_) | Reply::Listings(_) | Reply::Passes(_) | Reply::Transfer(_) => {}
            Reply::OpenOrders(orders) => {
                let user = self.user().map(|user| user.id.clone());
                let own = orders.iter().filter(|order| Some(&order.user_id) == user.as_ref());
                own.for_each(|order| self.orders.update(order));
            }
            // A late reply to a former user's call is not shown to the current user.
            Reply::Order(order) if self.user().is_some_and(|user| user.id == order.user_id) => {
                let was_followed = self.orders.is_followed(&order.id);
                self.orders.update(order);
                if was_followed && order.status == OrderStatus::Complete {
                    self.report_paid(order);
                }
            }
            Reply::Order(_) => {}
            Reply::Saved(path) => self.notify(Level::Success, format!("Saved {path}")),
            Reply::Verdict { door, .. } => self.update_door(door.as_deref()),
            Reply::WaitingScans(count) => self.report_waiting_scans(*count),
            Reply::UsedPasses(passes) => self.door.take_used(passes),
            Reply::Payment(_) | Reply::Door(_) | Reply::DoorSync(_) | Reply::Done => {}
        }
        if !self.loads().iter().any(|(_, load)| matches!(load, Load::Failed(_))) {
            self.notices.remove_topic(&Topic::Data);
        }
    }

    /// The lists, by how many rows each shows and by its loading state.
    fn loads(&mut self) -> [(usize, &mut Load); 4] {
        let (orders, listings, passes) =
            (&mut self.orders.records, &mut self.listings.records, &mut self.passes.records);
        [
            (self.market.tickets.len(), &mut self.market.load),
            (orders.list().len(), &mut orders.load),
            (listings.list().len(), &mut listings.load),
            (passes.list().len(), &mut passes.load),
        ]
    }

    fn handle_error(&mut self, id: CallId, call: &ApiCall, error: &CallError) {
        if self.market.load.awaits(id) {
            self.market.abandon_reload();
        }
        let failed = self.loads().into_iter().find(|(_, load)| load.awaits(id)).map(|(shown, load)| {
            *load = Load::Failed(error.clone());
            shown
        });
        // An empty list shows the error in its place.
        if failed.is_some_and(|shown| shown > 0) {
            let text = format!("The data shown may be outdated: {}", error.to_line());
            self.notify(Level::Error, Message::from(text).with_topic(Topic::Data));
        }
        match call {
            ApiCall::Session if matches!(self.session, SessionState::Unknown | SessionState::Failed(_)) => {
                self.session = SessionState::Failed(error.clone());
                if error.kind == CallErrorKind::Offline {
                    self.call(ApiCall::WaitingScans);
                }
            }
            ApiCall::Ticket(ticket) if error.is(&ErrorCode::NotFound) => {
                self.market.mark_withdrawn(ticket);
                self.listings.remove(ticket);
            }
            // Another user has claimed or bought it.
            ApiCall::Pass(pass) if error.is(&ErrorCode::NotFound) => self.passes.remove(pass),
            ApiCall::SaveCalendar(_) => self.notify(Level::Error, error.to_line()),
            // The write may have taken effect, so the listings are loaded again.
            ApiCall::Sell(_) if matches!(error.kind, CallErrorKind::Unknown(_)) && self.user().is_some() => {
                self.load_listings();
            }
            _ => {}
        }
    }

    /// Takes over a new session, and loads the data of its user.
    pub(crate) fn set_session(&mut self, session: SessionState) {
        let before = self.user().map(|user| user.id.clone());
        let was_unknown = matches!(self.session, SessionState::Unknown | SessionState::Failed(_));
        self.session = session;
        // The door of the user says from now on what waits.
        self.door.waiting_at_start = 0;
        let after = self.user().map(|user| user.id.clone());
        if before != after {
            self.session_number += 1;
            self.reservation_checks.clear();
            // Operations in progress continue under their idempotency keys; another user does not see them.
            self.orders = KnownOrders::default();
            self.listings = Listings::default();
            self.passes = KnownPasses::default();
            self.door = Door::with_device(std::mem::take(&mut self.door.device));
        }
        if let Some(user) = &after
            && self.last_user.replace(user.clone()).is_some_and(|last| last != *user)
        {
            self.has_new_user = true;
            self.notices.clear();
        }
        match after {
            Some(_) => {
                self.load_own();
                // What an earlier run has admitted without a network is uploaded, whichever screen is open.
                self.open_door();
            }
            None if before.is_some() => self.notify(Level::Info, "You are signed out"),
            None => {}
        }
        if was_unknown {
            return;
        }
        if let (true, Some(user)) = (before != after, self.user()) {
            let text = format!("Signed in as {}", sanitize(&user.email));
            self.notify(Level::Success, text);
        }
    }

    fn finish_reservation(&mut self, ticket: &TicketId, reply: &Result<Reply, CallError>) {
        match reply {
            Ok(Reply::Order(order)) => {
                self.orders.update(order);
                let left = text::remaining_time(KnownOrders::time_left(order, self.server_now()));
                let after = format!(" is reserved for you for {left}");
                let message = Message::with_ticket(&order.ticket.id, "", &order.ticket.title, after);
                self.notify(Level::Success, message.while_reserved(&order.id));
            }
            Ok(_) => {}
            Err(error) => {
                // The server knows the current state.
                self.call(ApiCall::Ticket(ticket.clone()));
                match &error.kind {
                    CallErrorKind::Refused(ErrorCode::TicketReserved) => {
                        // An earlier order of the user may hold it.
                        let orders = self.load_orders();
                        self.reservation_checks.insert(orders, ticket.clone());
                    }
                    CallErrorKind::Refused(ErrorCode::NotFound) => {
                        self.notify_about(Level::Error, ticket, " is no longer for sale");
                    }
                    // Its screen asks whether the new price is fine.
                    CallErrorKind::Refused(ErrorCode::PriceChanged) if error.new_price.is_some() => {}
                    CallErrorKind::Unknown(_) => {
                        self.notify(Level::Error, error.to_line());
                        self.load_orders();
                    }
                    _ => self.notify(Level::Error, error.to_line()),
                }
            }
        }
    }

    /// Reports who holds a ticket whose reservation was refused, once the user's orders are loaded.
    fn check_reservation(&mut self, id: CallId, reply: &Result<Reply, CallError>) {
        let Some(ticket) = self.reservation_checks.remove(&id) else { return };
        let holds = |order: &Order| order.ticket.id == ticket && order.status != OrderStatus::Cancelled;
        let (level, after) = match reply {
            Ok(Reply::Orders(orders)) if orders.iter().any(holds) => {
                (Level::Success, " is already reserved for you; see your orders")
            }
            Ok(_) => (Level::Error, " was just reserved by another buyer"),
            Err(_) => (Level::Error, " is reserved or sold"),
        };
        self.notify_about(level, &ticket, after);
    }

    fn finish_order_action(&mut self, call: &ApiCall, id: &OrderId, reply: &Result<Reply, CallError>) {
        match (call, reply) {
            (ApiCall::Pay { .. }, Ok(Reply::Payment(payment))) => {
                if let Some(message) = payment_failure(payment) {
                    let is_declined = payment.status == Some(PaymentStatus::Failed);
                    let advice = is_declined.then(|| ANOTHER_CARD.to_owned());
                    self.orders.set_payment_error(id, Some(PaymentError { message, advice }));
                    return self.reload_order(id);
                }
                self.orders.record_payment(id, payment);
                if let Some(order) = self.orders.get(id).cloned() {
                    self.report_paid(&order);
                }
            }
            (ApiCall::Cancel(_), Ok(_)) => {
                if let Some(ticket) = self.orders.get(id).map(|order| order.ticket.clone()) {
                    let message = Message::with_ticket(&ticket.id, "", &ticket.title, " is available again");
                    self.notify(Level::Success, message);
                }
            }
            (_, Ok(_)) => {}
            (ApiCall::Pay { .. }, Err(error)) => {
                let (message, advice) = (error.message.clone(), advice_for_payment(error));
                self.orders.set_payment_error(id, Some(PaymentError { message, advice }));
            }
            (_, Err(error)) => self.notify(Level::Error, error.to_line()),
        }
        self.reload_order(id);
    }

    fn reload_order(&mut self, id: &OrderId) {
        if self.user().is_some() {
            self.call(ApiCall::Order(id.clone()));
        }
    }

    fn finish_listing_action(&mut self, call: &ApiCall, id: &TicketId, reply: &Result<Reply, CallError>) {
        self.listings.revert(id);
        match (call, reply) {
            (ApiCall::Withdraw(..), Ok(_)) => {
                self.listings.remove(id);
                self.notify(Level::Success, "The listing was withdrawn");
                if let Some(pass) = self.passes.of_listing(id).map(|pass| pass.id.clone()) {
                    self.call(ApiCall::ReleasedPass(pass));
                }
            }
            (_, Ok(Reply::Ticket(ticket))) => {
                self.market.update(ticket);
                self.update_own_listing(ticket);
                self.notify(Level::Success, "Changed");
            }
            (_, Ok(_)) => {}
            (_, Err(error)) => {
                self.notify(Level::Error, error.to_line());
                if error.is(&ErrorCode::NotFound) {
                    self.listings.remove(id);
                } else {
                    self.call(ApiCall::Ticket(id.clone()));
                }
            }
        }
    }

    /// Updates the listings with a ticket of the user.
    fn update_own_listing(&mut self, ticket: &Ticket) {
        if self.user().is_some_and(|user| user.id == ticket.user_id) {
            self.listings.update(ticket);
        }
    }
}

const ANOTHER_CARD: &str = "The ticket is still reserved for you. Try another card.";

/// Returns the hint for a failed payment.
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
