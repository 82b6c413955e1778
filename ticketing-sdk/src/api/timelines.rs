//! The timelines of orders: each service answers for its own part, and the client merges them.

use http::Method;

use crate::{
    Explanation, Order, OrderId, Orders, Payments, Request, Result, ServiceTimeline, Tickets, TimelineGap,
};

impl Orders {
    /// Returns what the orders service retains of an order: requests, the deadline, events and their deliveries.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let id = "5ea9b8f0c1d2e3f405162738";
    /// let (orders, payments) = (client.orders().timeline(id).await?, client.payments().timeline(id).await?);
    /// for part in [orders, payments, client.tickets().order_timeline(id).await?] {
    ///     println!("{} entries of {}", part.entries.len(), part.service);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `not_found`, `not_owner`, `not_signed_in`. A server of the original contract answers `not_found`.
    pub async fn timeline(&self, id: impl Into<OrderId>) -> Result<ServiceTimeline> {
        let id = id.into();
        let path = "/api/orders";
        Request::with_route(&self.client, Method::GET, path, id.as_str(), "/timeline", "order id")
            .send_checked()
            .await?
            .json()
    }

    /// Merges what all services retain of an order into one timeline, and says in one sentence why the order is as it
    /// is. See [`Explanation`].
    ///
    /// A service that does not answer leaves a gap in the timeline ([`Explanation::gaps`]).
    ///
    /// # Errors
    /// If the order is not the user's own (`not_found`, `not_owner`, `not_signed_in`), or no service answers.
    pub async fn explain(&self, id: impl Into<OrderId>) -> Result<Explanation> {
        let id = id.into();
        let client = &self.client;
        let (payments, tickets) = (client.payments(), client.tickets());
        let (order, orders, payments, tickets) = tokio::join!(
            self.get(&id),
            self.timeline(&id),
            payments.timeline(&id),
            tickets.order_timeline(&id),
        );
        let order: Option<Order> = match order {
            Ok(order) => Some(order),
            // At least one other service has answered with its part.
            Err(error) if error.is_transient() && (payments.is_ok() || tickets.is_ok()) => None,
            Err(error) => return Err(error),
        };
        let (mut parts, mut gaps) = (Vec::new(), Vec::new());
        for (service, part) in [("orders", orders), ("payments", payments), ("tickets", tickets)] {
            match part {
                Ok(part) => parts.push(part),
                Err(error) => gaps.push(TimelineGap::new(service, &error)),
            }
        }
        Ok(Explanation::new(id, order, parts, gaps))
    }
}

impl Payments {
    /// Returns what the payments service retains of an order: payments, the calls of the card provider, events and
    /// their deliveries. See [`Orders::timeline`].
    ///
    /// # Errors
    /// `not_found` where the service has not received the order; `not_owner`, `not_signed_in`.
    pub async fn timeline(&self, order: impl Into<OrderId>) -> Result<ServiceTimeline> {
        let request = self.client.request(Method::GET, "/api/payments/timeline");
        request.query("order", order.into().as_str()).send_checked().await?.json()
    }
}

impl Tickets {
    /// Returns what the tickets service retains of an order: the holds of its ticket, and the events and their
    /// deliveries. See [`Orders::timeline`].
    ///
    /// # Errors
    /// `not_found` where the service has not received the order; `not_owner`, `not_signed_in`.
    pub async fn order_timeline(&self, order: impl Into<OrderId>) -> Result<ServiceTimeline> {
        let request = self.client.request(Method::GET, "/api/tickets/timeline");
        request.query("order", order.into().as_str()).send_checked().await?.json()
    }
}
