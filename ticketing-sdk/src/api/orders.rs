//! Orders: `/api/orders`.

use http::Method;

use crate::{
    Client, List, Money, NewOrder, Order, OrderId, OrderStatus, Request, Response, Result, TicketId, Write,
};

const PATH: &str = "/api/orders";

/// The orders of the signed-in user. See [`Client::orders`].
///
/// ```no_run
/// use ticketing_sdk::{Client, OrderStatus, TicketId};
///
/// # async fn example(client: Client, ticket: TicketId) -> ticketing_sdk::Result<()> {
/// let order = client.orders().create(&ticket).await?;
/// println!("held until {}", order.expires_at);
/// let unpaid = client.orders().list().status([OrderStatus::Created]).all().await?;
/// client.orders().cancel(&order.id).await?;
/// println!("{}", client.orders().get(&order.id).await?.status);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Orders {
    pub(super) client: Client,
}

impl Orders {
    /// One's own orders, newest last.
    pub fn list(&self) -> ListOrders {
        List::new(self.client.request(Method::GET, PATH))
    }

    /// One order.
    ///
    /// # Errors
    /// `not_found`, `not_owner`, `not_signed_in`.
    pub async fn get(&self, id: impl Into<OrderId>) -> Result<Order> {
        self.one(Method::GET, &id.into()).send_checked().await?.json()
    }

    /// Orders a ticket at its current price. The order holds it until it is paid for or expires.
    ///
    /// Fails with `ticket_reserved`, `ticket_past`, `not_found`, `not_signed_in`, `too_many_open_orders` and
    /// `reorder_too_soon`.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use ticketing_sdk::ErrorCode;
    ///
    /// match client.orders().create("5ea9b8f0c1d2e3f405162738").await {
    ///     Ok(order) => println!("reserved until {}", order.expires_at),
    ///     Err(error) if error.code() == Some(&ErrorCode::TicketReserved) => println!("another buyer was first"),
    ///     Err(error) => return Err(error.into()),
    /// }
    /// # Ok(()) }
    /// ```
    pub fn create(&self, ticket: impl Into<TicketId>) -> Write<Order> {
        self.create_from(&NewOrder::new(ticket))
    }

    /// Orders a ticket at the price that the buyer was shown.
    ///
    /// Fails as [`create`](Self::create), and with `price_changed` where the ticket costs something else by now;
    /// [`Error::new_price`](crate::Error::new_price) has the price. A server of the teaching versions ignores the price.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let ticket = client.tickets().get("5ea9b8f0c1d2e3f405162738").await?;
    /// if let Err(error) = client.orders().create_at_price(&ticket.id, ticket.price).await {
    ///     println!("it costs {:?} now", error.new_price());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn create_at_price(&self, ticket: impl Into<TicketId>, price: Money) -> Write<Order> {
        self.create_from(&NewOrder::new(ticket).price(price))
    }

    fn create_from(&self, body: &NewOrder) -> Write<Order> {
        let request = self.client.request(Method::POST, PATH).json(body);
        Write::with_generated_key(request.references("/api/tickets", body.ticket_id.as_str()))
    }

    /// Cancels an order and frees its ticket. Cancelling again changes nothing.
    ///
    /// Fails with `payment_in_progress`, `order_paid`, `not_owner` and `not_found`.
    pub fn cancel(&self, id: impl Into<OrderId>) -> Write<()> {
        Write::new(self.one(Method::DELETE, &id.into()).repeatable(), Response::no_content)
    }

    fn one(&self, method: Method, id: &OrderId) -> Request {
        Request::with_route(&self.client, method, PATH, id.as_str(), "", "order id")
    }
}

/// A list of orders. See [`Orders::list`].
pub type ListOrders = List<Order>;

/// The filters of orders.
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> ticketing_sdk::Result<()> {
/// use ticketing_sdk::{ListOrders, OrderStatus};
///
/// let unpaid: ListOrders = client.orders().list().status([OrderStatus::Created]);
/// println!("{} orders", unpaid.all().await?.len());
/// # Ok(()) }
/// ```
impl List<Order> {
    /// Orders of these statuses only.
    pub fn status(self, statuses: impl IntoIterator<Item = OrderStatus>) -> Self {
        let statuses: Vec<_> = statuses.into_iter().collect();
        let words: Vec<_> = statuses.iter().map(OrderStatus::as_str).collect();
        self.filter("status", words.join(","), move |order, _| statuses.contains(&order.status))
    }
}
