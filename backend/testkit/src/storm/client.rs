//! One client of a storm: lists, edits, orders, cancels and pays, and records the responses.

mod passes;
mod sellers;

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::connection::{ServerConnection, WriteRequest, WriteResponse};
use crate::{Deadline, PASSWORD};
use fastrand::Rng;
use passes::{AdmittedPass, ClaimedPass, SharedCodes};
pub use sellers::SellerActivity;

/// The number of newest tickets that all clients compete for.
const CONTESTED: usize = 12;
/// How long payments may need, despite crashes, to know an order.
const PROPAGATION_TIMEOUT: Duration = Duration::from_secs(60);

/// The state that the clients share.
#[derive(Debug, Default)]
pub(super) struct SharedState {
    pub(super) connection: ServerConnection,
    /// The ids of the listed tickets.
    pub(super) tickets: Mutex<Vec<String>>,
    /// The codes of passes and of their transfers.
    pub(super) codes: Mutex<SharedCodes>,
    pub(super) is_over: AtomicBool,
}

/// A ticket that the client has listed, and its expected state.
#[derive(Clone, Debug)]
pub(super) struct ListedTicket {
    pub(super) id: String,
    /// Its possible titles and prices: several if an edit got no response and its retry was refused.
    pub(super) contents: Vec<(String, i64)>,
    pub(super) withdrawn: bool,
    /// Whether it can be withdrawn: the withdrawal got no response, and its retry was refused because of an order.
    pub(super) maybe_withdrawn: bool,
    /// The pass that it resells; `None` if it is a first listing.
    pub(super) resold_pass: Option<String>,
}

/// An order of the client, and its expected state.
#[derive(Clone, Debug, Default)]
pub(super) struct PlacedOrder {
    pub(super) id: String,
    pub(super) ticket: String,
    pub(super) cents: i64,
    /// Whether a response confirmed its payment.
    pub(super) paid: bool,
    /// Whether a response confirmed its cancellation.
    pub(super) cancelled: bool,
}

/// The responses that one client got.
#[derive(Debug, Default)]
pub(super) struct ClientHistory {
    pub(super) cookie: String,
    pub(super) name: String,
    pub(super) user_id: String,
    pub(super) listed: Vec<ListedTicket>,
    pub(super) ordered: Vec<PlacedOrder>,
    pub(super) claimed: Vec<ClaimedPass>,
    pub(super) admitted: Vec<AdmittedPass>,
    /// Writes with a key, and their final responses.
    pub(super) responses: Vec<(WriteRequest, Value)>,
}

pub(super) struct Client {
    pub(super) rng: Rng,
    pub(super) shared: Arc<SharedState>,
    pub(super) history: ClientHistory,
    keys: u64,
    sellers: SellerActivity,
}

impl Client {
    pub(super) fn new(number: u64, rng: Rng, shared: Arc<SharedState>, sellers: SellerActivity) -> Self {
        let history = ClientHistory { name: format!("client-{number}"), ..ClientHistory::default() };
        Self { rng, shared, history, keys: 0, sellers }
    }

    /// Signs up, writes until the storm is over, and returns the responses.
    pub(super) async fn run(mut self) -> ClientHistory {
        self.sign_up().await;
        while !self.shared.is_over.load(Ordering::Relaxed) {
            match self.rng.u64(..100) {
                0..60 if self.sellers == SellerActivity::Contesting => {
                    self.list().await;
                    self.order_and_change().await;
                }
                0..22 => self.list().await,
                22..30 => self.edit().await,
                30..36 => self.withdraw().await,
                36..72 => self.buy().await,
                72..84 => self.use_own_pass().await,
                84..90 => self.claim().await,
                90..97 => self.check_in().await,
                _ => self.replay().await,
            }
        }
        self.history
    }

    /// Returns a write with a new key.
    pub(super) fn keyed_post(&mut self, path: &str, body: Value) -> WriteRequest {
        self.keys += 1;
        let key = format!("{}-{}", self.history.name, self.keys);
        WriteRequest::post(path, body, key, &self.history.cookie)
    }

    pub(super) async fn post(&mut self, path: &str, body: Value) -> WriteResponse {
        let write = self.keyed_post(path, body);
        let answer = self.shared.connection.write(&write).await;
        if answer.reply.status < 300 {
            self.history.responses.push((write, answer.reply.json()));
        }
        answer
    }

    pub(super) async fn change(
        &mut self,
        method: Method,
        path: String,
        body: Option<Value>,
    ) -> WriteResponse {
        let cookie = self.history.cookie.clone();
        self.shared.connection.write(&WriteRequest { method, path, body, key: None, cookie }).await
    }

    async fn sign_up(&mut self) {
        let email = format!("{}@example.com", self.history.name);
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = self.post("/api/users/signup", body).await;
        assert_eq!(answer.reply.status, 201, "{}", answer.reply.text());
        answer.reply.cookie().clone_into(&mut self.history.cookie);
        self.history.user_id = text(&answer.reply.json()["id"]);
    }

    async fn list(&mut self) {
        let cents = self.rng.i64(1..=50_000);
        let title = format!("{} lists its ticket {}", self.history.name, self.keys);
        let answer = self.post("/api/tickets", json!({ "title": title, "price": dollars(cents) })).await;
        assert_eq!(answer.reply.status, 201, "{}", answer.reply.text());
        let id = text(&answer.reply.json()["id"]);
        self.shared.tickets.lock().expect("no client panics with the lock").push(id.clone());
        self.history.listed.push(ListedTicket {
            id,
            contents: vec![(title, cents)],
            withdrawn: false,
            maybe_withdrawn: false,
            resold_pass: None,
        });
    }

    /// Picks a recent first listing of this client that is not withdrawn. A resale cannot be edited.
    pub(super) fn pick_own_ticket(&mut self) -> Option<usize> {
        self.pick_listed(|listed| listed.resold_pass.is_none())
    }

    fn pick_listed(&mut self, is_eligible: fn(&ListedTicket) -> bool) -> Option<usize> {
        let listed = &self.history.listed;
        let from = listed.len().saturating_sub(CONTESTED);
        let own: Vec<usize> = (from..listed.len())
            .filter(|index| {
                !listed[*index].withdrawn && !listed[*index].maybe_withdrawn && is_eligible(&listed[*index])
            })
            .collect();
        self.rng.choice(&own).copied()
    }

    async fn edit(&mut self) {
        let Some(index) = self.pick_own_ticket() else { return };
        let (title, cents) = self.new_terms();
        let path = format!("/api/tickets/{}", self.history.listed[index].id);
        let body = json!({ "title": title, "price": dollars(cents) });
        let answer = self.change(Method::PUT, path, Some(body)).await;
        self.record_edit(index, title, cents, &answer);
    }

    /// Returns a title and a price that differ from earlier ones.
    pub(super) fn new_terms(&mut self) -> (String, i64) {
        let cents = self.rng.i64(1..=50_000);
        (format!("{} has edited it, {cents}", self.history.name), cents)
    }

    pub(super) fn record_edit(&mut self, index: usize, title: String, cents: i64, answer: &WriteResponse) {
        let listed = &mut self.history.listed[index];
        match answer.reply.status {
            200 => listed.contents = vec![(title, cents)],
            // Reserved. The first attempt, without a response, can have preceded the reservation.
            400 if answer.may_have_had_effect => listed.contents.push((title, cents)),
            400 => {}
            other => panic!("an edit of {} got status {other}: {}", listed.id, answer.reply.text()),
        }
    }

    async fn withdraw(&mut self) {
        let Some(index) = self.pick_listed(|_| true) else { return };
        let path = format!("/api/tickets/{}", self.history.listed[index].id);
        let answer = self.change(Method::DELETE, path, None).await;
        self.record_withdrawal(index, &answer);
    }

    pub(super) fn record_withdrawal(&mut self, index: usize, answer: &WriteResponse) {
        let listed = &mut self.history.listed[index];
        let has_ingress = self.shared.connection.has_ingress.load(Ordering::Relaxed);
        match answer.reply.status {
            204 => listed.withdrawn = true,
            // The ingress can have sent it twice; the end of the storm checks that the ticket is gone, or sold.
            404 if has_ingress => listed.withdrawn = true,
            // A resale also ends when its holder has entered: the server has withdrawn the listing.
            404 if answer.may_have_had_effect || listed.resold_pass.is_some() => listed.withdrawn = true,
            400 if answer.may_have_had_effect => listed.maybe_withdrawn = true,
            400 => {}
            other => panic!("a withdrawal of {} got status {other}: {}", listed.id, answer.reply.text()),
        }
    }

    /// Orders one of the newest tickets, which others order as well, and continues with the order.
    async fn buy(&mut self) {
        let newest: Vec<String> = {
            let tickets = self.shared.tickets.lock().expect("no client panics with the lock");
            tickets.iter().rev().take(CONTESTED).cloned().collect()
        };
        let Some(ticket) = self.rng.choice(&newest).cloned() else { return };
        let answer = self.post("/api/orders", json!({ "ticketId": ticket })).await;
        self.finish_order(ticket, &answer).await;
    }

    /// Pays for an order, cancels it, or lets it expire.
    pub(super) async fn finish_order(&mut self, ticket: String, answer: &WriteResponse) {
        match answer.reply.status {
            201 => {}
            // Reserved by another client, withdrawn, or too many open orders.
            400 | 404 | 429 => return,
            other => panic!("an order of {ticket} got status {other}: {}", answer.reply.text()),
        }
        let order = answer.reply.json();
        let (id, cents) = (text(&order["id"]), to_cents(&order["ticket"]["price"]));
        let mut ordered = PlacedOrder { id, ticket, cents, ..PlacedOrder::default() };
        match self.rng.u64(..100) {
            0..50 => self.pay(&mut ordered, "tok_visa").await,
            50..65 => {
                self.pay(&mut ordered, "tok_chargeDeclined").await;
                if self.rng.u64(..100) < 50 {
                    self.pay(&mut ordered, "tok_mastercard").await;
                }
            }
            65..70 => self.pay(&mut ordered, "tok_chargeCustomerFail").await,
            70..90 => self.cancel(&mut ordered).await,
            // The order expires.
            _ => {}
        }
        self.history.ordered.push(ordered);
    }

    async fn pay(&mut self, order: &mut PlacedOrder, token: &str) {
        let deadline = Deadline::from_now(PROPAGATION_TIMEOUT);
        let answer = loop {
            let answer = self.post("/api/payments", json!({ "orderId": order.id, "token": token })).await;
            if answer.reply.status != 404 {
                break answer;
            }
            // Payments can have missed the event so far: the server was killed.
            deadline.pause(&format!("payments to know order {}", order.id)).await;
        };
        match answer.reply.status {
            201 => {
                assert!(matches!(token, "tok_visa" | "tok_mastercard"), "{token} has paid {}", order.id);
                order.paid = true;
            }
            // Declined, or the order has ended.
            400 => {}
            other => panic!("a payment of {} got status {other}: {}", order.id, answer.reply.text()),
        }
    }

    async fn cancel(&mut self, order: &mut PlacedOrder) {
        let answer = self.change(Method::DELETE, format!("/api/orders/{}", order.id), None).await;
        match answer.reply.status {
            204 => order.cancelled = true,
            other => panic!("a cancellation of {} got status {other}: {}", order.id, answer.reply.text()),
        }
    }

    /// Retries a completed write with its key: the response must be the same.
    async fn replay(&mut self) {
        let Some((write, first)) = self.rng.choice(&self.history.responses).cloned() else { return };
        let again = self.shared.connection.write(&write).await;
        assert!(again.reply.status < 300, "{write:?} got {first}, then {}", again.reply.text());
        assert_eq!(again.reply.json(), first, "{write:?} got another response the second time");
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Converts a price of the API to cents.
pub(super) fn to_cents(value: &Value) -> i64 {
    let price: ticketing_sdk::Money = serde_json::from_value(value.clone()).expect("a price");
    price.cents()
}

pub(super) fn dollars(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
