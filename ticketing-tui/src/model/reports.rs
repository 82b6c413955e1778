//! Reports the outcomes of writes, also of those whose screens are closed.

use ticketing_sdk::{Money, Order, Payment, PaymentStatus, TicketId};

use super::Model;
use super::notices::{Level, Message};
use super::passes::PassRef;
use crate::action::Action;
use crate::call_error::CallError;
use crate::effect::ApiCall;
use crate::event::Reply;
use crate::text;

impl Model {
    /// Reports what a form has led to, which may be closed.
    pub(super) fn report_success(&mut self, call: &ApiCall, reply: &Reply) {
        let message = match (call, reply) {
            (ApiCall::Sell(_), Reply::Ticket(ticket)) => {
                Message::with_ticket(&ticket.id, "", &ticket.title, " is for sale")
            }
            (ApiCall::Resell(..), Reply::Ticket(ticket)) => {
                let after = format!(" is for resale at {}", text::money(ticket.price));
                Message::with_ticket(&ticket.id, "", &ticket.title, after)
            }
            (_, Reply::Claimed { pass, is_taken_back: true }) => {
                Message::with_title("You have taken your ticket back: ", &pass.title, "")
            }
            (_, Reply::Claimed { pass, .. }) => Message::with_title("", &pass.title, " is yours"),
            _ => return,
        };
        self.notify(Level::Success, message);
    }

    /// Reports the reply to a call whose screen would have shown it, and is closed.
    pub(crate) fn report_late_reply(&mut self, call: &ApiCall, reply: &Result<Reply, CallError>) {
        match (call, reply) {
            (ApiCall::CheckIn { scan, .. }, _) => {
                if let Some((ruling, level, words)) = self.judge_scan(&scan.code, reply) {
                    self.notify(level, format!("{}: {words}", ruling.heading()));
                }
            }
            (ApiCall::GiveAway(id), Ok(_)) => {
                let pass = self.passes.get(&PassRef::Id(id.clone()));
                let title = pass.map_or_else(|| "your ticket".to_owned(), |pass| pass.title.clone());
                let after = format!(" is made: {} among your tickets shows it", self.key(Action::GiveAway));
                self.notify(Level::Success, Message::with_title("The claim code of ", &title, after));
            }
            (_, Ok(Reply::Payment(payment))) => {
                if let Some(failure) = payment_failure(payment) {
                    self.notify(Level::Error, failure);
                }
            }
            (_, Ok(_)) => {}
            (_, Err(error)) => self.notify(Level::Error, error.to_line()),
        }
    }

    /// Reports a changed price if the screen that ordered the ticket is closed.
    pub(crate) fn report_price_change(&mut self, ticket: &TicketId, shown: Money, price: Money) {
        let (price, shown) = (text::money(price), text::money(shown));
        let after = format!(" costs {price} now, not {shown}; nothing was reserved");
        self.notify_about(Level::Warning, ticket, after);
    }

    /// Shows a sentence that begins with the title of a ticket.
    pub(super) fn notify_about(&mut self, level: Level, ticket: &TicketId, after: impl Into<String>) {
        let title = self.market.tickets.get(ticket).map_or("It", |row| &row.title);
        self.notify(level, Message::with_ticket(ticket, "", title, after));
    }

    pub(super) fn report_paid(&mut self, order: &Order) {
        let Order { ticket, .. } = order;
        self.notify(Level::Success, Message::with_ticket(&ticket.id, "Paid: ", &ticket.title, " is yours"));
    }
}

/// Returns why a payment paid for nothing, as every client says it.
pub(super) fn payment_failure(payment: &Payment) -> Option<String> {
    payment.status.and_then(PaymentStatus::failure).map(|why| text::sentence(&why))
}
