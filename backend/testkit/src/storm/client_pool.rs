//! Concurrent clients that use a marketplace during faults, and record all responses.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

use super::client::{Client, ClientHistory, SharedState};
use super::connection::ServerConnection;
use super::{SellerActivity, verify};
use crate::{Shape, TestStack};
use fastrand::Rng;

/// How long the clients may need to get the responses of a round.
const RESPONSES_TIMEOUT: Duration = Duration::from_secs(120);

/// Concurrent clients, which write until they are stopped.
#[derive(Debug)]
#[must_use = "`stop_and_verify` checks the responses"]
pub struct ClientPool {
    shared: Arc<SharedState>,
    clients: JoinSet<ClientHistory>,
}

impl ClientPool {
    /// Starts clients, whose random choices depend on the seed.
    pub fn start(stack: &TestStack, count: u64, seed: u64) -> Self {
        Self::start_with(stack, count, seed, SellerActivity::Normal)
    }

    /// Starts clients with this activity of sellers.
    pub fn start_with(stack: &TestStack, count: u64, seed: u64, sellers: SellerActivity) -> Self {
        let pool = Self::without_server(count, seed, sellers);
        pool.connection().has_ingress.store(stack.shape() == Shape::Processes, Ordering::Relaxed);
        pool.connection().connect(&stack.url());
        pool
    }

    /// Starts clients, which wait for a server.
    pub(super) fn without_server(count: u64, seed: u64, sellers: SellerActivity) -> Self {
        let shared = Arc::new(SharedState::default());
        let rng = |number| Rng::with_seed(seed.wrapping_add(number));
        let client = |number| Client::new(number, rng(number), shared.clone(), sellers).run();
        let clients = (0..count).map(client).collect();
        Self { shared, clients }
    }

    pub(super) fn connection(&self) -> &ServerConnection {
        &self.shared.connection
    }

    /// Waits for this number of further responses.
    ///
    /// # Panics
    /// Panics if a response does not hold, or none arrives in time.
    pub async fn wait_for_responses(&mut self, answers: u64) {
        let mut answered = self.shared.connection.answered.subscribe();
        let enough = *answered.borrow() + answers;
        tokio::select! {
            // A client ends early only if it has panicked.
            Some(client) = self.clients.join_next() => drop(unwrap_history(client)),
            worked = timeout(RESPONSES_TIMEOUT, answered.wait_for(|count| *count >= enough)) => {
                drop(worked.expect("the server answers").expect("the connection outlives the storm"));
            }
        }
    }

    /// Returns the number of writes, of 2xx responses, and of retries.
    pub fn counts(&self) -> [u64; 3] {
        let connection = self.connection();
        [&connection.sent, &connection.succeeded, &connection.retried]
            .map(|count| count.load(Ordering::Relaxed))
    }

    /// Stops the clients, and verifies all responses against the current state. Returns their [`counts`](Self::counts).
    ///
    /// # Panics
    /// Panics if a response does not hold.
    pub async fn stop_and_verify(mut self) -> [u64; 3] {
        self.shared.is_over.store(true, Ordering::Relaxed);
        let mut histories = Vec::new();
        while let Some(client) = self.clients.join_next().await {
            histories.push(unwrap_history(client));
        }
        verify::check(self.connection(), &histories).await;
        self.counts()
    }
}

/// Returns the history of a client, and propagates its panic.
fn unwrap_history(client: Result<ClientHistory, JoinError>) -> ClientHistory {
    match client {
        Ok(history) => history,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(error) => panic!("a client task was cancelled: {error}"),
    }
}
