//! Tickets: `/api/tickets`.

use std::cmp::Ordering;

use http::Method;

use crate::recently_created::made_at;
use crate::types::text::{SearchWords, search_key};
use crate::types::words;
use crate::{
    Client, IdempotencyKey, List, NewTicket, PriceBound, Request, Response, Result, Ticket, TicketId,
    TicketStatus, Watch, WatchEvents, Write,
};

const PATH: &str = "/api/tickets";

/// Tickets. See [`Client::tickets`].
///
/// ```no_run
/// use ticketing_sdk::{Client, NewTicket, TicketSort};
///
/// # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// let ticket = client.tickets().create(NewTicket::new("RustConf, day 1", "149.99".parse()?)).await?;
/// let cheaper = NewTicket { price: "99".parse()?, ..NewTicket::new(&ticket.title, ticket.price) };
/// client.tickets().update(&ticket.id, cheaper).if_match(ticket.version).await?;
/// let page = client.tickets().list().max_price("100".parse()?).sort(TicketSort::Price).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Tickets {
    client: Client,
}

impl Tickets {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Tickets that can be ordered now, oldest first, unless filtered otherwise.
    pub fn list(&self) -> ListTickets {
        List::new(self.client.request(Method::GET, PATH).without_session())
    }

    /// One ticket.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn get(&self, id: impl Into<TicketId>) -> Result<Ticket> {
        self.one(Method::GET, &id.into()).without_session().checked().await?.json()
    }

    /// Lists a ticket for sale.
    ///
    /// Fails with `invalid_input` and the fields at fault, and `not_signed_in`.
    #[expect(clippy::needless_pass_by_value, reason = "a new ticket is made for this call")]
    pub fn create(&self, ticket: NewTicket) -> Write<Ticket> {
        let request = self.client.request(Method::POST, PATH).json(&ticket);
        Write::new(request.idempotency_key(IdempotencyKey::generate()), Response::json)
    }

    /// Changes one's own ticket. With [`Write::if_match`], only if nobody else changed it meanwhile.
    ///
    /// Fails with `invalid_input`, `ticket_reserved`, `not_owner`, `not_found` and `version_mismatch`.
    #[expect(clippy::needless_pass_by_value, reason = "as in `create`")]
    pub fn update(&self, id: impl Into<TicketId>, ticket: NewTicket) -> Write<Ticket> {
        Write::new(self.one(Method::PUT, &id.into()).json(&ticket), Response::json)
    }

    /// Takes one's own ticket off the market.
    ///
    /// Fails with `ticket_reserved`, `not_owner`, `not_found` and `version_mismatch`.
    pub fn delete(&self, id: impl Into<TicketId>) -> Write<()> {
        Write::new(self.one(Method::DELETE, &id.into()), Response::no_content)
    }

    /// The changes of all tickets from now on. When this returns, the stream stands: what happens from here on
    /// will be in it.
    ///
    /// # Errors
    /// If the first connection fails, and [`Unsupported`](crate::Error::Unsupported) on a backend without live
    /// changes.
    pub async fn watch(&self) -> Result<Watch> {
        Watch::open(self.client.clone(), None).await
    }

    /// The changes of all tickets after a position that an earlier watch has reached. A server keeps changes for a while
    /// (24 hours here); where it cannot resume there, the stream begins with
    /// [`ChangesMissed`](crate::Error::ChangesMissed).
    ///
    /// # Errors
    /// As [`Self::watch`].
    pub async fn watch_after(&self, last_event_id: impl Into<String>) -> Result<Watch> {
        Watch::open(self.client.clone(), Some(last_event_id.into())).await
    }

    /// The changes of all tickets, with the state of the connection, for programs that show it. It waits for nothing:
    /// the first connection, too, is tried until it comes about. With a position, it begins after that.
    ///
    /// ```no_run
    /// use futures_util::TryStreamExt;
    /// use ticketing_sdk::{Client, WatchEvent};
    ///
    /// # async fn example(client: Client) -> ticketing_sdk::Result<()> {
    /// let mut news = client.tickets().follow(None);
    /// while let Some(event) = news.try_next().await? {
    ///     match event {
    ///         WatchEvent::Connected => println!("connected"),
    ///         WatchEvent::Change(change) => println!("{} {}", change.kind, change.ticket.id),
    ///         WatchEvent::Lost { error, retry_in } => println!("{error}; again in {retry_in:?}"),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn follow(&self, last_event_id: Option<String>) -> WatchEvents {
        WatchEvents::unconnected(self.client.clone(), last_event_id)
    }

    fn one(&self, method: Method, id: &TicketId) -> Request {
        Request::to(&self.client, method, PATH, id.as_str(), "ticket id")
    }
}

/// A list of tickets. See [`Tickets::list`].
pub type ListTickets = List<Ticket>;

impl List<Ticket> {
    /// Tickets with all of these words in the title.
    pub fn matching(self, words: impl Into<String>) -> Self {
        let words = words.into();
        let search = SearchWords::new(&words);
        self.filter("q", words, move |ticket, _| search.match_title(&ticket.title))
    }

    /// Tickets that cost at least this.
    pub fn min_price(self, price: PriceBound) -> Self {
        self.filter("minPrice", price, move |ticket, _| PriceBound::from(ticket.price) >= price)
    }

    /// Tickets that cost at most this.
    pub fn max_price(self, price: PriceBound) -> Self {
        self.filter("maxPrice", price, move |ticket, _| PriceBound::from(ticket.price) <= price)
    }

    /// In which order.
    pub fn sort(self, sort: TicketSort) -> Self {
        self.ordered(sort.as_str(), sort.order())
    }

    /// Tickets of the signed-in user.
    pub fn mine(mut self) -> Self {
        self.request = self.request.with_session();
        self.filter("seller", "me", |ticket, user| user.is_none_or(|user| ticket.user_id == *user))
    }

    /// Tickets of these statuses, in place of those that can be ordered.
    pub fn status(self, statuses: impl IntoIterator<Item = TicketStatus>) -> Self {
        let statuses: Vec<_> = statuses.into_iter().collect();
        let words: Vec<_> = statuses.iter().map(TicketStatus::as_str).collect();
        self.filter("status", words.join(","), move |ticket, _| statuses.contains(&ticket.status))
    }

    /// Tickets of every status.
    pub fn any_status(self) -> Self {
        self.parameter("status", "all")
    }
}

/// The order of a list of tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TicketSort {
    /// Those listed first come first.
    Oldest,
    /// Those listed last come first.
    Newest,
    /// The cheapest come first.
    Price,
    /// The dearest come first.
    PriceDescending,
    /// By the alphabet.
    Title,
}

words!(TicketSort, "order", {
    Oldest => "oldest", Newest => "newest", Price => "price", PriceDescending => "-price", Title => "title",
});

impl TicketSort {
    fn order(self) -> fn(&Ticket, &Ticket) -> Ordering {
        match self {
            Self::Oldest => |a, b| age(a).cmp(&age(b)),
            Self::Newest => |a, b| age(b).cmp(&age(a)),
            Self::Price => |a, b| a.price.cmp(&b.price),
            Self::PriceDescending => |a, b| b.price.cmp(&a.price),
            Self::Title => |a, b| search_key(&a.title).cmp(&search_key(&b.title)),
        }
    }
}

/// When a ticket was listed, in milliseconds since the Unix epoch. Its identifier tells where the backend does not.
fn age(ticket: &Ticket) -> Option<i64> {
    ticket.created_at.map(|at| at.as_millis()).or_else(|| made_at(ticket.id.as_str()))
}
