//! Tickets: `/api/tickets`.

use std::cmp::Ordering;

use http::Method;

use crate::recently_created::made_at;
use crate::types::text::{SearchWords, search_key};
use crate::types::words;
use crate::{
    Client, EventTime, List, NewTicket, PriceBound, Request, Response, Result, Ticket, TicketId,
    TicketStatus, TicketUpdate, Timestamp, Watch, WatchEvents, Write,
};

const PATH: &str = "/api/tickets";

/// Tickets. See [`Client::tickets`].
///
/// ```no_run
/// use ticketing_sdk::{Client, EventTime, NewTicket, TicketSort, TicketUpdate};
///
/// # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
/// let starts_at: EventTime = "2026-12-24T19:30:00+01:00".parse()?;
/// let ticket = NewTicket::new("RustConf, day 1", "149.99".parse()?).venue("Palais de Tokyo").starts_at(starts_at);
/// let ticket = client.tickets().create(ticket).await?;
/// // What an update does not name stays as it is.
/// let cheaper = TicketUpdate::new(&ticket.title, "99".parse()?);
/// client.tickets().update(&ticket.id, cheaper).if_match(ticket.version).await?;
/// let ticket = client.tickets().get(&ticket.id).await?;
/// println!("{} {}", ticket.price, ticket.title);
/// client.tickets().delete(&ticket.id).await?;
/// let changes = client.tickets().watch().await?;
/// // The position that an earlier run has stored.
/// let later = client.tickets().watch_after(std::fs::read_to_string("position")?).await?;
/// let december = client.tickets().list().from("2026-12-01T00:00:00Z".parse()?).sort(TicketSort::Starts);
/// for ticket in december.max_price("100".parse()?).await?.items {
///     println!("{} {:?}", ticket.title, ticket.details.starts_at);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Tickets {
    pub(super) client: Client,
}

impl Tickets {
    /// Tickets that can be ordered now, oldest first, unless filtered otherwise.
    pub fn list(&self) -> ListTickets {
        List::new(self.client.request(Method::GET, PATH).without_session())
    }

    /// One ticket.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn get(&self, id: impl Into<TicketId>) -> Result<Ticket> {
        self.one(Method::GET, &id.into()).without_session().send_checked().await?.json()
    }

    /// Lists a ticket for sale.
    ///
    /// Fails with `invalid_input` and the invalid fields, and `not_signed_in`.
    #[expect(clippy::needless_pass_by_value, reason = "a new ticket is made for this call")]
    pub fn create(&self, ticket: NewTicket) -> Write<Ticket> {
        let request = self.client.request(Method::POST, PATH).json(&ticket);
        Write::with_generated_key(request)
    }

    /// Changes one's own ticket; details that are not given stay as they are. With [`Write::if_match`], only if nobody
    /// else changed it meanwhile.
    ///
    /// Fails with `invalid_input`, `ticket_reserved`, `not_owner`, `not_found` and `version_mismatch`.
    pub fn update(&self, id: impl Into<TicketId>, ticket: impl Into<TicketUpdate>) -> Write<Ticket> {
        Write::new(self.one(Method::PUT, &id.into()).json(&ticket.into()), Response::json)
    }

    /// Withdraws a ticket of the user.
    ///
    /// Fails with `ticket_reserved`, `not_owner`, `not_found` and `version_mismatch`.
    pub fn delete(&self, id: impl Into<TicketId>) -> Write<()> {
        Write::new(self.one(Method::DELETE, &id.into()), Response::no_content)
    }

    /// The changes of all tickets from now on. See [`Watch`]. When this returns, the stream stands: what happens from here
    /// on will be in it.
    ///
    /// # Errors
    /// If the first connection fails, and [`Unsupported`](crate::Error::Unsupported) on a backend without live
    /// changes.
    pub async fn watch(&self) -> Result<Watch> {
        Watch::open(self.client.clone(), None).await
    }

    /// The changes of all tickets after a position that an earlier watch has reached. A server keeps changes for a
    /// while (24 hours here); where it cannot resume there, the stream begins with
    /// [`ChangesMissed`](crate::Error::ChangesMissed).
    ///
    /// # Errors
    /// As [`Self::watch`].
    pub async fn watch_after(&self, last_event_id: impl Into<String>) -> Result<Watch> {
        Watch::open(self.client.clone(), Some(last_event_id.into())).await
    }

    /// The changes of all tickets, with the state of the connection, for programs that show it.
    /// See [`WatchEvent`](crate::WatchEvent). It waits for nothing: the first connection, too, is tried until it comes about.
    /// With a position, it begins after that.
    pub fn follow(&self, last_event_id: Option<String>) -> WatchEvents {
        WatchEvents::unconnected(self.client.clone(), last_event_id)
    }

    /// As [`Self::follow`], beginning with the changes since a time by the server's clock. Where the server no longer
    /// has all of them, or is too old to know, the stream begins with [`ChangesMissed`](crate::Error::ChangesMissed).
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let news = client.tickets().follow_since("2026-11-22T10:15:00Z".parse()?);
    /// # Ok(()) }
    /// ```
    pub fn follow_since(&self, since: Timestamp) -> WatchEvents {
        self.follow(Some(format!("since:{}", since.as_millis())))
    }

    fn one(&self, method: Method, id: &TicketId) -> Request {
        Request::with_route(&self.client, method, PATH, id.as_str(), "", "ticket id")
    }
}

/// A list of tickets. See [`Tickets::list`].
pub type ListTickets = List<Ticket>;

/// The filters and the order of tickets.
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use ticketing_sdk::{ListTickets, TicketSort, TicketStatus};
///
/// let jazz: ListTickets = client.tickets().list().matching("jazz lake").venue("tivoli");
/// let december = jazz.from("2026-12-01T00:00:00Z".parse()?).until("2027-01-01T00:00:00Z".parse()?);
/// let affordable = december.min_price("20".parse()?).max_price("99.50".parse()?);
/// let cheapest = affordable.sort(TicketSort::Price).limit(1).await?;
/// let own = client.tickets().list().mine().any_status().past().all().await?;
/// let sold = client.tickets().list().status([TicketStatus::Sold]).await?;
/// # Ok(()) }
/// ```
impl List<Ticket> {
    /// Tickets with all of these words in the title or the venue.
    pub fn matching(self, words: impl Into<String>) -> Self {
        let words = words.into();
        let search = SearchWords::new(&words);
        self.filter("q", words, move |ticket, _| search.matches_key(&ticket.search_key()))
    }

    /// Tickets with all of these words in the venue.
    pub fn venue(self, words: impl Into<String>) -> Self {
        let words = words.into();
        let search = SearchWords::new(&words);
        self.filter("venue", words, move |ticket, _| {
            ticket.details.venue.as_deref().is_some_and(|venue| search.match_title(venue))
        })
    }

    /// Tickets of events that start at this time or later.
    pub fn from(self, time: Timestamp) -> Self {
        self.filter("from", time, move |ticket, _| starts_at(ticket).is_some_and(|starts| starts >= time))
    }

    /// Tickets of events that start at this time or earlier.
    pub fn until(self, time: Timestamp) -> Self {
        self.filter("until", time, move |ticket, _| starts_at(ticket).is_some_and(|starts| starts <= time))
    }

    /// Also tickets of events that have started, which are left out otherwise.
    pub fn past(self) -> Self {
        self.parameter("past", "true")
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
///
/// ```
/// use ticketing_sdk::TicketSort;
///
/// assert_eq!("price".parse(), Ok(TicketSort::Price));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TicketSort {
    /// The oldest listings first.
    Oldest,
    /// The newest listings first.
    Newest,
    /// The cheapest come first.
    Price,
    /// The dearest come first.
    PriceDescending,
    /// By the alphabet.
    Title,
    /// The event that starts first comes first; those without a start come last.
    Starts,
}

words!(TicketSort, "order", {
    Oldest => "oldest", Newest => "newest", Price => "price", PriceDescending => "-price", Title => "title",
    Starts => "starts",
});

impl TicketSort {
    fn order(self) -> fn(&Ticket, &Ticket) -> Ordering {
        match self {
            Self::Oldest => |a, b| age(a).cmp(&age(b)),
            Self::Newest => |a, b| age(b).cmp(&age(a)),
            Self::Price => |a, b| a.price.cmp(&b.price),
            Self::PriceDescending => |a, b| b.price.cmp(&a.price),
            Self::Title => |a, b| search_key(&a.title).cmp(&search_key(&b.title)),
            Self::Starts => |a, b| {
                let key = |ticket: &Ticket| starts_at(ticket).unwrap_or(Timestamp::MAX);
                key(a).cmp(&key(b))
            },
        }
    }
}

/// Returns when the event of a ticket starts, if that is known.
fn starts_at(ticket: &Ticket) -> Option<Timestamp> {
    ticket.details.starts_at.as_ref().map(EventTime::instant)
}

/// Returns when a ticket was listed, in milliseconds since the Unix epoch: by its creation time, else by the time in its
/// identifier.
fn age(ticket: &Ticket) -> Option<i64> {
    ticket.created_at.map(|at| at.as_millis()).or_else(|| made_at(ticket.id.as_str()))
}
