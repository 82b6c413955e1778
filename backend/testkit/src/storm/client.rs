//! One client in the storm: lists, edits, orders, cancels and pays, and remembers what it was answered.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::dice::Dice;
use super::line::{Answer, Line, Write};
use super::sellers::SellerActivity;
use crate::{PASSWORD, Patience};

/// Tickets that all the clients compete for: the newest ones.
const CONTESTED: usize = 12;
/// How long it may take, through crashes, until payments knows an order.
const KNOWN: Duration = Duration::from_secs(60);

/// What the clients share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) line: Line,
    /// Tickets, as they are listed.
    pub(super) board: Mutex<Vec<String>>,
    pub(super) over: AtomicBool,
}

/// A ticket that the client has listed, and what it must be.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) id: String,
    /// What it may say: more than one where a change was first not answered and then refused.
    pub(super) contents: Vec<(String, i64)>,
    pub(super) withdrawn: bool,
    /// Whether it may be withdrawn: that was first not answered and then refused, since an order had come.
    pub(super) maybe_withdrawn: bool,
}

/// An order that the client has made, and what it must be.
#[derive(Clone, Debug, Default)]
pub(super) struct Ordered {
    pub(super) id: String,
    pub(super) ticket: String,
    pub(super) cents: i64,
    /// It was answered that it is paid.
    pub(super) paid: bool,
    /// It was answered that it is cancelled.
    pub(super) cancelled: bool,
}

/// Everything that one client was answered.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) cookie: String,
    pub(super) name: String,
    pub(super) listed: Vec<Listed>,
    pub(super) ordered: Vec<Ordered>,
    /// Keyed writes and their final answers.
    pub(super) kept: Vec<(Write, Value)>,
}

pub(super) struct Client {
    pub(super) dice: Dice,
    pub(super) shared: Arc<Shared>,
    pub(super) memory: Memory,
    keys: u64,
    sellers: SellerActivity,
}

impl Client {
    pub(super) fn new(number: u64, dice: Dice, shared: Arc<Shared>, sellers: SellerActivity) -> Self {
        let memory = Memory {
            cookie: String::new(),
            name: format!("client-{number}"),
            listed: Vec::new(),
            ordered: Vec::new(),
            kept: Vec::new(),
        };
        Self { dice, shared, memory, keys: 0, sellers }
    }

    /// Signs up, writes until the storm is over, and tells what it was answered.
    pub(super) async fn run(mut self) -> Memory {
        self.sign_up().await;
        while !self.shared.over.load(Ordering::Relaxed) {
            match self.dice.below(100) {
                0..60 if self.sellers == SellerActivity::Contesting => {
                    self.list().await;
                    self.contest().await;
                }
                0..30 => self.list().await,
                30..42 => self.edit().await,
                42..47 => self.withdraw().await,
                47..97 => self.buy().await,
                _ => self.repeat().await,
            }
        }
        self.memory
    }

    pub(super) fn key(&mut self) -> String {
        self.keys += 1;
        format!("{}-{}", self.memory.name, self.keys)
    }

    async fn post(&mut self, path: &str, body: Value) -> Answer {
        let write = Write {
            method: Method::POST,
            path: path.to_owned(),
            body: Some(body),
            key: Some(self.key()),
            cookie: self.memory.cookie.clone(),
        };
        let answer = self.shared.line.write(&write).await;
        if answer.reply.status < 300 {
            self.memory.kept.push((write, answer.reply.json()));
        }
        answer
    }

    async fn change(&mut self, method: Method, path: String, body: Option<Value>) -> Answer {
        let cookie = self.memory.cookie.clone();
        self.shared.line.write(&Write { method, path, body, key: None, cookie }).await
    }

    async fn sign_up(&mut self) {
        let email = format!("{}@example.com", self.memory.name);
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = self.post("/api/users/signup", body).await;
        assert_eq!(answer.reply.status, 201, "{}", answer.reply.text());
        answer.reply.cookie().clone_into(&mut self.memory.cookie);
    }

    async fn list(&mut self) {
        let cents = 1 + i64::try_from(self.dice.below(50_000)).unwrap_or(0);
        let title = format!("{} lists its ticket {}", self.memory.name, self.keys);
        let answer = self.post("/api/tickets", json!({ "title": title, "price": dollars(cents) })).await;
        assert_eq!(answer.reply.status, 201, "{}", answer.reply.text());
        let id = text(&answer.reply.json()["id"]);
        self.shared.board.lock().expect("nobody panics with the board").push(id.clone());
        self.memory.listed.push(Listed {
            id,
            contents: vec![(title, cents)],
            withdrawn: false,
            maybe_withdrawn: false,
        });
    }

    /// One of one's own recent tickets that is still listed.
    pub(super) fn own(&mut self) -> Option<usize> {
        let listed = &self.memory.listed;
        let from = listed.len().saturating_sub(CONTESTED);
        let own: Vec<usize> = (from..listed.len())
            .filter(|place| !listed[*place].withdrawn && !listed[*place].maybe_withdrawn)
            .collect();
        self.dice.pick(&own).copied()
    }

    async fn edit(&mut self) {
        let Some(place) = self.own() else { return };
        let (title, cents) = self.new_terms();
        let path = format!("/api/tickets/{}", self.memory.listed[place].id);
        let body = json!({ "title": title, "price": dollars(cents) });
        let answer = self.change(Method::PUT, path, Some(body)).await;
        self.note_edit(place, title, cents, &answer);
    }

    /// A title and a price that a ticket did not have before.
    pub(super) fn new_terms(&mut self) -> (String, i64) {
        let cents = 1 + i64::try_from(self.dice.below(50_000)).unwrap_or(0);
        (format!("{} has edited it, {cents}", self.memory.name), cents)
    }

    pub(super) fn note_edit(&mut self, place: usize, title: String, cents: i64, answer: &Answer) {
        let listed = &mut self.memory.listed[place];
        match answer.reply.status {
            200 => listed.contents = vec![(title, cents)],
            // Reserved. But the first try, which was not answered, may have come before that.
            400 if answer.was_unanswered => listed.contents.push((title, cents)),
            400 => {}
            other => panic!("an edit of {} was answered {other}: {}", listed.id, answer.reply.text()),
        }
    }

    async fn withdraw(&mut self) {
        let Some(place) = self.own() else { return };
        let path = format!("/api/tickets/{}", self.memory.listed[place].id);
        let answer = self.change(Method::DELETE, path, None).await;
        self.note_withdrawal(place, &answer);
    }

    pub(super) fn note_withdrawal(&mut self, place: usize, answer: &Answer) {
        let listed = &mut self.memory.listed[place];
        match answer.reply.status {
            204 => listed.withdrawn = true,
            404 if answer.was_unanswered => listed.withdrawn = true,
            400 if answer.was_unanswered => listed.maybe_withdrawn = true,
            400 => {}
            other => panic!("a withdrawal of {} was answered {other}: {}", listed.id, answer.reply.text()),
        }
    }

    /// Orders one of the newest tickets, which others want as well, and does something about the order.
    async fn buy(&mut self) {
        let newest: Vec<String> = {
            let board = self.shared.board.lock().expect("nobody panics with the board");
            board.iter().rev().take(CONTESTED).cloned().collect()
        };
        let Some(ticket) = self.dice.pick(&newest).cloned() else { return };
        let answer = self.post("/api/orders", json!({ "ticketId": ticket })).await;
        self.go_on_with(ticket, &answer).await;
    }

    /// Pays for an order, cancels it, or lets it run out.
    pub(super) async fn go_on_with(&mut self, ticket: String, answer: &Answer) {
        match answer.reply.status {
            201 => {}
            // Somebody else was quicker, it was withdrawn, or too many orders are open.
            400 | 404 | 429 => return,
            other => panic!("an order of {ticket} was answered {other}: {}", answer.reply.text()),
        }
        let order = answer.reply.json();
        let (id, cents) = (text(&order["id"]), cents_of(&order["ticket"]["price"]));
        let mut ordered = Ordered { id, ticket, cents, ..Ordered::default() };
        match self.dice.below(100) {
            0..50 => self.pay(&mut ordered, "tok_visa").await,
            50..65 => {
                self.pay(&mut ordered, "tok_chargeDeclined").await;
                if self.dice.percent(50) {
                    self.pay(&mut ordered, "tok_mastercard").await;
                }
            }
            65..70 => self.pay(&mut ordered, "tok_chargeCustomerFail").await,
            70..90 => self.cancel(&mut ordered).await,
            // Left to run out.
            _ => {}
        }
        self.memory.ordered.push(ordered);
    }

    async fn pay(&mut self, order: &mut Ordered, token: &str) {
        let patience = Patience::lasting(KNOWN);
        let answer = loop {
            let answer = self.post("/api/payments", json!({ "orderId": order.id, "token": token })).await;
            if answer.reply.status != 404 {
                break answer;
            }
            // Payments may not have heard of the order: the server was killed in between.
            patience.pause(&format!("payments to know order {}", order.id)).await;
        };
        match answer.reply.status {
            201 => {
                assert!(matches!(token, "tok_visa" | "tok_mastercard"), "{token} has paid {}", order.id);
                order.paid = true;
            }
            // Declined, or the order has ended.
            400 => {}
            other => panic!("a payment of {} was answered {other}: {}", order.id, answer.reply.text()),
        }
    }

    async fn cancel(&mut self, order: &mut Ordered) {
        let answer = self.change(Method::DELETE, format!("/api/orders/{}", order.id), None).await;
        match answer.reply.status {
            204 => order.cancelled = true,
            other => panic!("a cancellation of {} was answered {other}: {}", order.id, answer.reply.text()),
        }
    }

    /// Sends something again that was answered before, under its key: the answer must be the same one.
    async fn repeat(&mut self) {
        let Some((write, first)) = self.dice.pick(&self.memory.kept).cloned() else { return };
        let again = self.shared.line.write(&write).await;
        assert!(again.reply.status < 300, "{write:?} was answered {first}, then {}", again.reply.text());
        assert_eq!(again.reply.json(), first, "{write:?} was answered differently the second time");
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The number of the contract as cents.
pub(super) fn cents_of(value: &Value) -> i64 {
    let price: ticketing_sdk::Money = serde_json::from_value(value.clone()).expect("a price");
    price.cents()
}

pub(super) fn dollars(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
