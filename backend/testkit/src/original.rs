//! A fake of the original server: the widely taught Express version of the marketplace, as clients see it.
//!
//! It implements the contract of that version and shares no code with the services. It has neither idempotency keys nor
//! request ids, error codes, pages, filters or live changes. Its identifiers are ObjectIds. Its services receive each
//! other's changes after a lag, and return 404 until then. It charges a card at each request.

mod market;
mod response;
mod routes;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use ticketing_platform::clock::Clock;

use crate::thread_server::ThreadServer;
use market::Market;

pub use market::Charge;

/// The time until a service of the original receives a change of another.
const PROPAGATION_LAG: Duration = Duration::from_millis(30);
/// The duration of a reservation.
const ORDER_TTL: Duration = Duration::from_secs(15 * 60);

/// The server on its own thread. Dropping it stops it.
#[derive(Debug)]
pub struct OriginalServer {
    server: ThreadServer,
    clock: Clock,
    market: Arc<Mutex<Market>>,
}

impl OriginalServer {
    /// Starts an empty marketplace. Its session is the cookie `express:sess`, as in older deployments.
    pub fn start() -> Self {
        Self::with_cookie("express:sess")
    }

    /// Starts an empty marketplace with another cookie name.
    pub fn with_cookie(name: &'static str) -> Self {
        let clock = Clock::system();
        let market = Arc::new(Mutex::new(Market::new(clock.clone())));
        let of_server = Arc::clone(&market);
        let server = ThreadServer::start(move |request| {
            let market = Arc::clone(&of_server);
            async move { Some(routes::respond(&mut market.lock(), name, &request)) }
        });
        Self { server, clock, market }
    }

    /// Returns the URL of the server.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Returns the clock that orders expire by; tests can set it.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Returns every charge in the order of the requests.
    pub fn charges(&self) -> Vec<Charge> {
        self.market().charges.clone()
    }

    /// Returns the number of tickets ever listed.
    pub fn tickets_listed(&self) -> usize {
        self.market().tickets.len()
    }

    /// Returns the number of orders ever made.
    pub fn orders_made(&self) -> usize {
        self.market().orders.len()
    }

    /// Returns each answered request, as `POST /api/orders`.
    pub fn requests(&self) -> Vec<String> {
        self.market().requests.clone()
    }

    /// Fails the next payment after its charge, as if the original lost its database in between.
    pub fn fail_after_next_charge(&self) {
        self.market().fails_after_charge = true;
    }

    fn market(&self) -> MutexGuard<'_, Market> {
        self.market.lock()
    }
}
