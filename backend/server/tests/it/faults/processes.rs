//! Faults of a deployment under load: two processes of each service behind nginx, on PostgreSQL and NATS.
//!
//! Each test heals its fault by the smallest change. Then a fresh buyer completes a purchase within a deadline, every
//! acknowledged write is present, no work is pending, and every invariant holds.

mod deliveries;
#[cfg(feature = "kill-points")]
mod kill_points;
mod links;
mod nats;
mod outages;
mod postgres;
mod signals;
mod stripe;
mod withdrawals;

use std::time::Duration;

use ticketing_testkit::storm::{ClientPool, SellerActivity};
use ticketing_testkit::{Shape, TestStack, TestStackBuilder, eventually};
use tokio::time::Instant;

/// The number of clients of the load.
const CLIENTS: u64 = 4;
/// The TTL of reservations: some expire during a fault.
const ORDER_TTL: Duration = Duration::from_secs(4);

/// A deployment under the load of clients.
struct Market {
    stack: TestStack,
    clients: ClientPool,
}

impl Market {
    async fn start() -> Self {
        Self::start_with(|builder| builder).await
    }

    async fn start_with(change: impl FnOnce(TestStackBuilder) -> TestStackBuilder) -> Self {
        Self::start_with_sellers(change, SellerActivity::Normal).await
    }

    /// Starts a deployment with this activity of the sellers.
    async fn start_with_sellers(
        change: impl FnOnce(TestStackBuilder) -> TestStackBuilder,
        sellers: SellerActivity,
    ) -> Self {
        let builder = TestStack::builder().on(Shape::Processes).order_ttl(ORDER_TTL);
        let stack = Box::pin(change(builder).start()).await;
        let mut clients = ClientPool::start_with(&stack, CLIENTS, 1, sellers);
        clients.wait_for_responses(20).await;
        Self { stack, clients }
    }

    /// Checks the recovery after the fault is healed.
    async fn finish(self) {
        self.stack.complete_fresh_purchase().await;
        self.clients.stop_and_verify().await;
        let stack = self.stack;
        eventually!(stack.is_settled().await, seconds 60);
        Box::pin(stack.finish()).await;
    }
}

/// Waits for `span`, for faults whose effect depends on their duration.
async fn elapse(span: Duration) {
    let began = Instant::now();
    eventually!(began.elapsed() >= span, seconds 120);
}
