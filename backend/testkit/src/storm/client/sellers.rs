//! The activity of sellers in a storm.

use tokio::join;

use http::Method;
use serde_json::json;

use super::{Client, dollars};
use crate::storm::connection::WriteRequest;

/// The activity of sellers during the purchases of their tickets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SellerActivity {
    /// They list, and sometimes edit or withdraw a ticket.
    #[default]
    Normal,
    /// They edit and withdraw tickets that are ordered at the same moment.
    Contesting,
}

impl SellerActivity {
    /// Reads the variable `STORM_SELLERS`; `cargo xtask storm --sellers` sets it.
    pub fn from_env() -> Self {
        if std::env::var_os("STORM_SELLERS").is_some() { Self::Contesting } else { Self::Normal }
    }
}

impl Client {
    /// Orders an own ticket, which is allowed, and edits or withdraws it at the same moment.
    pub(super) async fn order_and_change(&mut self) {
        let Some(index) = self.pick_own_ticket() else { return };
        let (ticket, cookie) = (self.history.listed[index].id.clone(), self.history.cookie.clone());
        let order = self.keyed_post("/api/orders", json!({ "ticketId": ticket }));
        let (title, cents) = self.new_terms();
        let is_edit = self.rng.u64(..100) < 50;
        let change = WriteRequest {
            method: if is_edit { Method::PUT } else { Method::DELETE },
            path: format!("/api/tickets/{ticket}"),
            body: is_edit.then(|| json!({ "title": title, "price": dollars(cents) })),
            key: None,
            cookie,
        };
        let shared = self.shared.clone();
        let (ordered, changed) = join!(shared.connection.write(&order), shared.connection.write(&change));
        if is_edit {
            self.record_edit(index, title, cents, &changed);
        } else {
            self.record_withdrawal(index, &changed);
        }
        if ordered.reply.status < 300 {
            self.history.responses.push((order, ordered.reply.json()));
        }
        self.finish_order(ticket, &ordered).await;
    }
}
