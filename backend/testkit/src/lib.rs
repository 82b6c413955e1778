//! A whole marketplace for one test: real HTTP on a free port of the loopback interface, a folder of its own, a clock
//! that can be moved, and a check of every invariant at the end.
//!
//! ```no_run
//! # async fn test() {
//! use ticketing_testkit::{TestStack, dollars};
//! use ticketing_sdk::NewTicket;
//!
//! let stack = TestStack::start().await;
//! let seller = stack.user("seller").await;
//! let ticket = seller.tickets().create(NewTicket::new("RustConf", dollars("149.99"))).await.unwrap();
//! let buyer = stack.user("buyer").await;
//! buyer.orders().create(&ticket.id).await.unwrap();
//! stack.finish().await;
//! # }
//! ```

#![expect(clippy::expect_used, reason = "a failure of the harness fails the test")]

mod builder;
mod cluster;
mod collector;
mod deadline;
mod deployment;
mod events;
mod forge;
mod links;
mod original;
mod outage;
mod process;
mod proxy;
mod raw;
mod reply;
mod request_proxy;
mod session;
mod stack;
pub mod storm;
mod stripe;
mod thread_server;

pub use builder::{JWT_KEY, PASS_KEY, REPLICAS, TestStackBuilder};
pub use cluster::Cluster;
pub use collector::{Collector, RecordedSpan};
pub use events::{EventStream, LiveEvent};
pub use forge::{cookie_of, payload_of, sign_token, token_of, unsigned_token};
pub use links::Link;
pub use original::{Charge, OriginalServer};
pub use outage::Outage;
pub use proxy::{Direction, FaultProxy};
pub use raw::{RawClient, RawRequest};
pub use reply::Reply;
pub use request_proxy::{HeldRequest, Hold, ProxiedRequest, ProxyAction, RequestProxy, RequestStage, Stall};
pub use session::{PASSWORD, TestSession};
pub use stack::TestStack;
pub use stripe::{FakeStripe, STRIPE_KEY, STRIPE_WEBHOOK_SECRET, StripeFault, StripeFaults};
pub use ticketing_engines::{
    ConnectionExhaustion, DbEngine, Deadline, OwnDatabase, PrivateServer, ReservedAddress, Shape,
    TestDatabases, on_both, on_shapes, pgbench,
};

pub use http::Method;
pub use ticketing_engines::{NatsServer, NatsServerBuilder, Nginx};

use ticketing_sdk::Money;

/// Returns an amount of money, written as accounts do: `"149.99"`.
///
/// # Panics
/// If the text is no amount.
pub fn dollars(text: &str) -> Money {
    text.parse().expect("an amount of money")
}
