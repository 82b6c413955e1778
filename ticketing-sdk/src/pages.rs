//! The URLs of the pages of a marketplace for a browser.

use crate::request_parts::escape;
use crate::{Client, OrderId, PassId, TicketId};

/// The URLs of the pages of a marketplace. No method sends a request.
///
/// ```
/// use ticketing_sdk::{Client, Pages};
///
/// let pages = Pages::new("http://127.0.0.1:3000");
/// assert_eq!(pages.market(), "http://127.0.0.1:3000/");
/// assert_eq!(pages.search("jazz lake"), "http://127.0.0.1:3000/?q=jazz%20lake");
/// assert_eq!(pages.ticket(&"t-1".into()), "http://127.0.0.1:3000/tickets/t-1");
/// assert_eq!(pages.orders(), "http://127.0.0.1:3000/orders");
/// assert_eq!(pages.order(&"o-1".into()), "http://127.0.0.1:3000/orders/o-1");
/// assert_eq!(pages.passes(), "http://127.0.0.1:3000/passes");
/// assert_eq!(pages.pass(&"p-1".into()), "http://127.0.0.1:3000/passes/p-1");
/// assert_eq!(Client::new("127.0.0.1:3000")?.pages().market(), pages.market());
/// # Ok::<(), ticketing_sdk::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Pages<'s> {
    server: &'s str,
}

impl Client {
    /// Returns the URLs of the pages of its marketplace for a browser. See [`Pages`].
    #[must_use]
    pub fn pages(&self) -> Pages<'_> {
        Pages::new(self.server())
    }
}

impl<'s> Pages<'s> {
    /// Returns the URLs of the marketplace at this URL, with or without a slash at its end.
    #[must_use]
    pub fn new(server: &'s str) -> Self {
        Self { server: server.trim_end_matches('/') }
    }

    /// Returns the URL of the market.
    #[must_use]
    pub fn market(self) -> String {
        format!("{}/", self.server)
    }

    /// Returns the URL of the market with a search for these words.
    #[must_use]
    pub fn search(self, words: &str) -> String {
        format!("{}/?q={}", self.server, escape(words))
    }

    /// Returns the URL of the orders of the user.
    #[must_use]
    pub fn orders(self) -> String {
        format!("{}/orders", self.server)
    }

    /// Returns the URL of the passes of the user.
    #[must_use]
    pub fn passes(self) -> String {
        format!("{}/passes", self.server)
    }

    /// Returns the URL of a pass, which shows its holder the code.
    #[must_use]
    pub fn pass(self, id: &PassId) -> String {
        self.item_url("passes", id.as_str())
    }

    /// Returns the URL of a ticket.
    #[must_use]
    pub fn ticket(self, id: &TicketId) -> String {
        self.item_url("tickets", id.as_str())
    }

    /// Returns the URL of an order, where it is paid.
    #[must_use]
    pub fn order(self, id: &OrderId) -> String {
        self.item_url("orders", id.as_str())
    }

    /// Returns the URL of an identifier in a folder. The identifier is escaped: a server chose it, and it must not lead
    /// to another page.
    fn item_url(self, folder: &str, id: &str) -> String {
        let id = match id {
            "." => "%2E".to_owned(),
            ".." => "%2E%2E".to_owned(),
            id => escape(id),
        };
        format!("{}/{folder}/{id}", self.server)
    }
}

#[cfg(test)]
mod tests {
    use super::Pages;
    use crate::{OrderId, PassId, TicketId};

    #[test]
    fn identifier_is_always_one_path_segment() {
        let pages = Pages::new("https://shop.example/market/");
        assert_eq!(pages.market(), "https://shop.example/market/");
        assert_eq!(pages.search("jazz & lake"), "https://shop.example/market/?q=jazz%20%26%20lake");
        assert_eq!(pages.orders(), "https://shop.example/market/orders");
        assert_eq!(pages.passes(), "https://shop.example/market/passes");
        assert_eq!(pages.pass(&PassId::new("p/1")), "https://shop.example/market/passes/p%2F1");
        assert_eq!(
            pages.order(&OrderId::new("01a203b9-d806")),
            "https://shop.example/market/orders/01a203b9-d806"
        );
        for (id, segment) in [
            ("../orders?x#y", "..%2Forders%3Fx%23y"),
            ("..", "%2E%2E"),
            ("a b\u{1b}", "a%20b%1B"),
            ("\u{65e5}", "%E6%97%A5"),
        ] {
            let page = pages.ticket(&TicketId::new(id));
            assert_eq!(page, format!("https://shop.example/market/tickets/{segment}"));
        }
    }
}
