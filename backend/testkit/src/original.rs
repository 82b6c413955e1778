//! A fake of the original server: the widely taught Express version of the marketplace, as a client meets it.
//!
//! It is written from the contract of that version, and shares no code with the services. It knows neither idempotency keys
//! nor request ids, error codes, pages, filters or live changes; its identifiers are ObjectIds; its services hear of each
//! other's changes after a moment, and answer 404 until then; and it charges a card as often as it is asked to.

mod market;
mod response;
mod routes;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ticketing_platform::clock::Clock;

use crate::thread_server::ThreadServer;
use market::Market;

pub use market::Charge;

/// How long a service of the original needs to hear of a change in another.
const PROPAGATION_LAG: Duration = Duration::from_millis(30);
/// For how long an order holds its ticket.
const ORDER_TTL: Duration = Duration::from_secs(15 * 60);

/// The server, on a thread of its own. It ends when it is dropped.
#[derive(Debug)]
pub struct OriginalServer {
    server: ThreadServer,
    clock: Clock,
    market: Arc<Mutex<Market>>,
}

impl OriginalServer {
    /// An empty marketplace. Its session is the cookie `express:sess`, as in older deployments.
    #[must_use]
    pub fn start() -> Self {
        Self::with_cookie("express:sess")
    }

    /// An empty marketplace with another name of the cookie.
    #[must_use]
    pub fn with_cookie(name: &'static str) -> Self {
        let clock = Clock::system();
        let market = Arc::new(Mutex::new(Market::new(clock.clone())));
        let of_server = Arc::clone(&market);
        let server = ThreadServer::start(move |request| {
            let market = Arc::clone(&of_server);
            async move { Some(routes::respond(&mut lock(&market), name, &request)) }
        });
        Self { server, clock, market }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Its clock, which can be moved. Orders expire by it.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Every charge, in the order of the requests.
    #[must_use]
    pub fn charges(&self) -> Vec<Charge> {
        self.market().charges.clone()
    }

    /// How many tickets were ever listed.
    #[must_use]
    pub fn tickets_listed(&self) -> usize {
        self.market().tickets.len()
    }

    /// How many orders were ever made.
    #[must_use]
    pub fn orders_made(&self) -> usize {
        self.market().orders.len()
    }

    /// Each request that was answered, as `POST /api/orders`.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.market().requests.clone()
    }

    /// Fails the next payment after the card was charged, as where the original loses its database in between.
    pub fn fail_after_next_charge(&self) {
        self.market().fails_after_charge = true;
    }

    fn market(&self) -> MutexGuard<'_, Market> {
        lock(&self.market)
    }
}

fn lock(market: &Mutex<Market>) -> MutexGuard<'_, Market> {
    market.lock().unwrap_or_else(PoisonError::into_inner)
}
