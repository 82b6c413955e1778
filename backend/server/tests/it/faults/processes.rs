//! Faults of a deployment: two processes of each service behind nginx, on PostgreSQL and NATS, while clients use it.
//!
//! Each test heals its fault by the smallest change. Then a fresh buyer completes a purchase within a deadline, every answer that
//! the clients received must hold, no work may be left, and every invariant must hold.

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

/// Clients that use the marketplace meanwhile.
const CLIENTS: u64 = 4;
/// How long a reservation lasts: some run out while something is wrong.
const ORDER_TTL: Duration = Duration::from_secs(4);

/// A marketplace with a clients in it.
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

    /// The same, with sellers in the clients who are as active as this.
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

    /// Whatever was wrong is healed.
    async fn finish(self) {
        self.stack.complete_fresh_purchase().await;
        self.clients.stop_and_verify().await;
        let stack = self.stack;
        eventually!(stack.is_settled().await, seconds 60);
        Box::pin(stack.finish()).await;
    }
}

/// Lets a fault last: what it does depends on its being longer than something else.
async fn elapse(span: Duration) {
    let began = Instant::now();
    eventually!(began.elapsed() >= span, seconds 120);
}
