//! A fresh purchase, which a healthy marketplace completes.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::client::text;
use super::connection::{ServerConnection, WriteRequest, WriteResponse};
use crate::{Deadline, PASSWORD, TestStack};

/// How soon after a fault a fresh purchase must complete.
pub const FRESH_PURCHASE: Duration = Duration::from_secs(10);

/// A new user, who retries.
struct FreshBuyer<'s> {
    stack: &'s TestStack,
    connection: &'s ServerConnection,
    cookie: String,
}

impl TestStack {
    /// Lists a ticket as a new seller and buys it as a new buyer within [`FRESH_PURCHASE`].
    ///
    /// # Panics
    /// Panics if it takes longer, or a response is unexpected.
    pub async fn complete_fresh_purchase(&self) {
        let connection = ServerConnection::default();
        connection.connect(&self.url());
        let bought = timeout(FRESH_PURCHASE, async {
            let (seller, buyer) =
                (FreshBuyer::sign_up(self, &connection).await, FreshBuyer::sign_up(self, &connection).await);
            // An order placed right after the fault can expire before it is paid.
            while !buyer.buy_from(&seller).await {}
        });
        assert!(bought.await.is_ok(), "a fresh purchase takes longer than {FRESH_PURCHASE:?}");
    }
}

impl<'s> FreshBuyer<'s> {
    async fn sign_up(stack: &'s TestStack, connection: &'s ServerConnection) -> Self {
        let mut buyer = Self { stack, connection, cookie: String::new() };
        let body = json!({ "email": stack.email("buyer"), "password": PASSWORD });
        let answer = buyer.post("/api/users/signup", &body).await;
        answer.reply.ok(201);
        answer.reply.cookie().clone_into(&mut buyer.cookie);
        buyer
    }

    /// Sends a write with a new key.
    async fn post(&self, path: &str, body: &Value) -> WriteResponse {
        let write = WriteRequest::post(path, body.clone(), self.stack.email("key"), &self.cookie);
        self.connection.write(&write).await
    }

    /// Sends a write until it is not answered with 404: the events need time.
    async fn post_until_found(&self, path: &str, body: &Value) -> WriteResponse {
        loop {
            let answer = self.post(path, body).await;
            if answer.reply.status != 404 {
                return answer;
            }
        }
    }

    /// Lists and buys a ticket; returns `false` if the reservation has expired.
    async fn buy_from(&self, seller: &FreshBuyer<'_>) -> bool {
        let listed = seller.post("/api/tickets", &json!({ "title": "A fresh one", "price": 19.99 })).await;
        let ticket = text(&listed.reply.ok(201)["id"]);
        let ordered = self.post_until_found("/api/orders", &json!({ "ticketId": ticket })).await;
        let order = text(&ordered.reply.ok(201)["id"]);
        let paid = json!({ "orderId": order, "token": "tok_visa" });
        let paid = self.post_until_found("/api/payments", &paid).await;
        if paid.reply.status == 400 {
            return false;
        }
        paid.reply.ok(201);
        self.wait_until_status(&format!("/api/orders/{order}"), "complete").await;
        self.wait_until_status(&format!("/api/tickets/{ticket}"), "sold").await;
        true
    }

    /// Waits until a resource has this status, and names it if that takes too long.
    async fn wait_until_status(&self, path: &str, status: &str) {
        let deadline = Deadline::from_now(FRESH_PURCHASE / 2);
        while self.connection.read(path, &self.cookie).await.ok(200)["status"] != status {
            deadline.pause(&format!("{path} to be {status}")).await;
        }
    }
}
