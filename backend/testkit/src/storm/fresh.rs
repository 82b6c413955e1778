//! Somebody new who buys something, which is what a marketplace that is well lets them do.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::client::text;
use super::line::{Answer, Line, Write};
use crate::{PASSWORD, TestStack};

/// How soon after a fault is healed somebody new has bought something.
pub const FRESH_PURCHASE: Duration = Duration::from_secs(10);

/// Somebody who has just come, and puts up with being asked to try again.
struct Newcomer<'s> {
    stack: &'s TestStack,
    line: &'s Line,
    cookie: String,
}

impl TestStack {
    /// Somebody new lists a ticket, and somebody new buys it, within [`FRESH_PURCHASE`].
    ///
    /// # Panics
    /// When it takes longer, or something is answered that must not be.
    pub async fn sells_again(&self) {
        let line = Line::new();
        line.connect(&self.url());
        let bought = timeout(FRESH_PURCHASE, async {
            let (seller, buyer) =
                (Newcomer::sign_up(self, &line).await, Newcomer::sign_up(self, &line).await);
            // One that was ordered when the fault had just been healed may run out before it can be paid for.
            while !buyer.buys_of(&seller).await {}
        });
        assert!(bought.await.is_ok(), "a fresh purchase takes longer than {FRESH_PURCHASE:?}");
    }
}

impl<'s> Newcomer<'s> {
    async fn sign_up(stack: &'s TestStack, line: &'s Line) -> Self {
        let mut newcomer = Self { stack, line, cookie: String::new() };
        let body = json!({ "email": stack.email("newcomer"), "password": PASSWORD });
        let answer = newcomer.post("/api/users/signup", &body).await;
        answer.reply.ok(201);
        answer.reply.cookie().clone_into(&mut newcomer.cookie);
        newcomer
    }

    /// Each under a key of its own: one that was refused has had its answer.
    async fn post(&self, path: &str, body: &Value) -> Answer {
        let write = Write {
            method: Method::POST,
            path: path.to_owned(),
            body: Some(body.clone()),
            key: Some(self.stack.email("key")),
            cookie: self.cookie.clone(),
        };
        self.line.write(&write).await
    }

    /// The same until those who must know of something have heard of it.
    async fn post_until_known(&self, path: &str, body: &Value) -> Answer {
        loop {
            let answer = self.post(path, body).await;
            if answer.reply.status != 404 {
                return answer;
            }
        }
    }

    /// Whether a ticket was listed and bought. It was not where the reservation ran out before.
    async fn buys_of(&self, seller: &Newcomer<'_>) -> bool {
        let listed = seller.post("/api/tickets", &json!({ "title": "A fresh one", "price": 19.99 })).await;
        let ticket = text(&listed.reply.ok(201)["id"]);
        let ordered = self.post_until_known("/api/orders", &json!({ "ticketId": ticket })).await;
        let order = text(&ordered.reply.ok(201)["id"]);
        let paid = json!({ "orderId": order, "token": "tok_visa" });
        let paid = self.post_until_known("/api/payments", &paid).await;
        if paid.reply.status == 400 {
            return false;
        }
        paid.reply.ok(201);
        self.becomes(&format!("/api/orders/{order}"), "complete").await;
        self.becomes(&format!("/api/tickets/{ticket}"), "sold").await;
        true
    }

    async fn becomes(&self, path: &str, status: &str) {
        while self.line.read(path, &self.cookie).await.ok(200)["status"] != status {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
