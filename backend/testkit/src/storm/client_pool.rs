//! Concurrent clients that use a marketplace during faults, and record all responses.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::task::JoinSet;

use super::client::{Client, ClientHistory, Shared};
use super::connection::ServerConnection;
use super::rng::SeededRng;
use super::{SellerActivity, history_of, verify, wait_for_responses};
use crate::TestStack;

/// Concurrent clients, which write until they are stopped.
#[derive(Debug)]
#[must_use = "`stop_and_verify` checks the responses"]
pub struct ClientPool {
    shared: Arc<Shared>,
    clients: JoinSet<ClientHistory>,
}

impl ClientPool {
    /// Starts clients, whose random choices depend on the seed.
    pub fn start(stack: &TestStack, count: u64, seed: u64) -> Self {
        Self::start_with(stack, count, seed, SellerActivity::Normal)
    }

    /// Starts clients with this activity of sellers.
    pub fn start_with(stack: &TestStack, count: u64, seed: u64, sellers: SellerActivity) -> Self {
        let shared = Arc::new(Shared {
            connection: ServerConnection::new(),
            tickets: Mutex::default(),
            codes: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        shared.connection.connect(&stack.url());
        let rng = SeededRng::new(seed);
        let mut clients = JoinSet::new();
        for number in 0..count {
            clients.spawn(Client::new(number, rng.fork(number), shared.clone(), sellers).run());
        }
        Self { shared, clients }
    }

    /// Waits for so many more responses.
    ///
    /// # Panics
    /// Panics if a response does not hold, or none arrives in time.
    pub async fn wait_for_responses(&mut self, answers: u64) {
        wait_for_responses(&self.shared, &mut self.clients, answers).await;
    }

    /// Returns the number of writes, of 2xx responses, and of retries.
    pub fn counts(&self) -> [u64; 3] {
        let connection = &self.shared.connection;
        [&connection.sent, &connection.succeeded, &connection.retried]
            .map(|count| count.load(Ordering::Relaxed))
    }

    /// Stops the clients, and verifies all responses against the current state.
    ///
    /// # Panics
    /// Panics if a response does not hold.
    pub async fn stop_and_verify(mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        let mut histories = Vec::new();
        while let Some(client) = self.clients.join_next().await {
            histories.push(history_of(client));
        }
        verify::check(&self.shared.connection, &histories).await;
    }
}
