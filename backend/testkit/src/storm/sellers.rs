//! What sellers do in a storm.

use tokio::join;

use http::Method;
use serde_json::json;

use super::client::{Client, dollars};
use super::line::Write;

/// What sellers do with tickets that are being bought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SellerActivity {
    /// They list, and change or withdraw a ticket now and then.
    #[default]
    Normal,
    /// They edit and withdraw what is being ordered at the same moment.
    Contesting,
}

impl SellerActivity {
    /// What the variable `STORM_SELLERS` asks for; `cargo xtask storm --sellers` sets it.
    #[must_use]
    pub fn from_env() -> Self {
        if std::env::var_os("STORM_SELLERS").is_some() { Self::Contesting } else { Self::Normal }
    }
}

impl Client {
    /// Orders one's own ticket, which is allowed, and edits or withdraws it at the same moment.
    pub(super) async fn contest(&mut self) {
        let Some(place) = self.own() else { return };
        let (ticket, cookie) = (self.memory.listed[place].id.clone(), self.memory.cookie.clone());
        let order = Write {
            method: Method::POST,
            path: "/api/orders".to_owned(),
            body: Some(json!({ "ticketId": ticket })),
            key: Some(self.key()),
            cookie: cookie.clone(),
        };
        let (title, cents) = self.new_terms();
        let is_edit = self.dice.percent(50);
        let change = Write {
            method: if is_edit { Method::PUT } else { Method::DELETE },
            path: format!("/api/tickets/{ticket}"),
            body: is_edit.then(|| json!({ "title": title, "price": dollars(cents) })),
            key: None,
            cookie,
        };
        let shared = self.shared.clone();
        let (ordered, changed) = join!(shared.line.write(&order), shared.line.write(&change));
        if is_edit {
            self.note_edit(place, title, cents, &changed);
        } else {
            self.note_withdrawal(place, &changed);
        }
        if ordered.reply.status < 300 {
            self.memory.kept.push((order, ordered.reply.json()));
        }
        self.go_on_with(ticket, &ordered).await;
    }
}
