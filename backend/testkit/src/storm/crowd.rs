//! A crowd that uses a marketplace while a test breaks it, and remembers everything that it was answered.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::task::JoinSet;

use super::client::{Client, Memory, Shared};
use super::dice::Dice;
use super::line::Line;
use super::{SellerActivity, go_on, unwind, verdict};
use crate::TestStack;

/// A crowd. Its clients write until it disperses.
#[derive(Debug)]
#[must_use = "what a crowd was answered is checked by `disperse`"]
pub struct Crowd {
    shared: Arc<Shared>,
    clients: JoinSet<Memory>,
}

impl Crowd {
    /// So many clients, whose choices are made from a seed.
    pub fn gather(stack: &TestStack, clients: u64, seed: u64) -> Self {
        Self::gather_with(stack, clients, seed, SellerActivity::Normal)
    }

    /// The same, with sellers who are as active as this.
    pub fn gather_with(stack: &TestStack, clients: u64, seed: u64, sellers: SellerActivity) -> Self {
        let shared =
            Arc::new(Shared { line: Line::new(), board: Mutex::default(), over: AtomicBool::new(false) });
        shared.line.connect(&stack.url());
        let dice = Dice::new(seed);
        let mut those = JoinSet::new();
        for number in 0..clients {
            those.spawn(Client::new(number, dice.of(number), shared.clone(), sellers).run());
        }
        Self { shared, clients: those }
    }

    /// Waits until so many writes more were answered.
    ///
    /// # Panics
    /// When an answer was not true, or answers do not come.
    pub async fn go_on(&mut self, answers: u64) {
        go_on(&self.shared, &mut self.clients, answers).await;
    }

    /// How many writes were sent, answered 2xx, and sent again.
    #[must_use]
    pub fn counts(&self) -> [u64; 3] {
        let line = &self.shared.line;
        [&line.sent, &line.good, &line.repeated].map(|count| count.load(Ordering::Relaxed))
    }

    /// Ends the writing, and checks all that was answered against what is there now.
    ///
    /// # Panics
    /// When an answer was not true.
    pub async fn disperse(mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        let mut memories = Vec::new();
        while let Some(client) = self.clients.join_next().await {
            memories.push(unwind(client));
        }
        verdict::check(&self.shared.line, &memories).await;
    }
}
