//! Calls without `async`: the feature `blocking`.
//!
//! ```no_run
//! use ticketing_sdk::blocking::{Wait, iterate};
//! use ticketing_sdk::{CardToken, Client};
//!
//! # fn example(client: Client) -> ticketing_sdk::Result<()> {
//! let cheapest = client.tickets().list().sort(ticketing_sdk::TicketSort::Price).limit(1).wait()?.items.remove(0);
//! let order = client.orders().create(&cheapest.id).wait()?;
//! let payment = client.payments().create(&order.id, CardToken::new("tok_visa")).wait_until_settled().wait()?;
//! for ticket in iterate(client.tickets().list().stream()) {
//!     println!("{}", ticket?.title);
//! }
//! # Ok(()) }
//! ```

use std::future::IntoFuture;
use std::sync::LazyLock;

use futures_util::{Stream, StreamExt};
use tokio::runtime::Runtime;

/// The runtime of blocking calls. Its worker thread keeps connections alive between calls.
#[expect(clippy::expect_used, reason = "a process that can start no thread can make no call")]
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).thread_name("ticketing-sdk").enable_all();
    builder.build().expect("the thread of blocking calls starts")
});

/// Waits for a call on this thread.
///
/// ```
/// use ticketing_sdk::blocking::Wait;
/// # fn example(client: ticketing_sdk::Client) -> ticketing_sdk::Result<()> {
///
/// let ticket = client.tickets().get("5ea9b8f0c1d2e3f405162738").wait()?;
/// # Ok(()) }
/// ```
pub trait Wait: IntoFuture {
    /// Makes the call, and returns its result.
    ///
    /// # Panics
    /// Inside of asynchronous code, whose thread must not wait.
    fn wait(self) -> Self::Output;
}

impl<F: IntoFuture> Wait for F {
    fn wait(self) -> Self::Output {
        RUNTIME.block_on(self.into_future())
    }
}

/// Iterates over a stream, such as the items of a list or the changes of a watch, and waits for each item on this
/// thread.
///
/// # Panics
/// Inside of asynchronous code, whose thread must not wait.
pub fn iterate<S: Stream + Unpin>(mut stream: S) -> impl Iterator<Item = S::Item> {
    std::iter::from_fn(move || RUNTIME.block_on(stream.next()))
}
