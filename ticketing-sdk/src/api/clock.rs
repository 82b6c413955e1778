//! The clock of the marketplace: `/api/clock`. Only a server that was started with a movable clock has it.

use std::time::Duration;

use http::Method;

use crate::{AdvanceClock, Client, ClockTime, Response, Result, Write};

const PATH: &str = "/api/clock";

/// The movable clock of a marketplace for tests and demonstrations. See [`Client::clock`].
///
/// ```no_run
/// use std::time::Duration;
///
/// # async fn example(client: ticketing_sdk::Client) -> ticketing_sdk::Result<()> {
/// println!("it is {}", client.clock().get().await?.now);
/// // A reservation of fifteen minutes ends now.
/// let time = client.clock().advance(Duration::from_secs(16 * 60)).await?;
/// println!("it is {}", time.now);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct MarketClock {
    pub(super) client: Client,
}

impl MarketClock {
    /// Returns the time of the marketplace.
    ///
    /// # Errors
    /// `not_found` where the clock is not movable.
    pub async fn get(&self) -> Result<ClockTime> {
        self.client.request(Method::GET, PATH).without_session().send_checked().await?.json()
    }

    /// Moves the clock forward, and returns its new time. Fails with `not_found` where the clock is not movable, and
    /// with `invalid_input` for more than a year.
    pub fn advance(&self, by: Duration) -> Write<ClockTime> {
        let body = AdvanceClock::new(u64::try_from(by.as_millis()).unwrap_or(u64::MAX));
        Write::new(self.client.request(Method::POST, format!("{PATH}/advance")).json(&body), Response::json)
    }
}
