//! A storm against a marketplace of many processes, which are killed at random.

use std::time::Instant;

use super::client_pool::ClientPool;
use super::{SETTLE_TIMEOUT, Storm, Summary};
use crate::TestStack;
use fastrand::Rng;

/// The duration of a reservation: some expire in the storm.
pub const CLUSTER_ORDER_TTL: std::time::Duration = std::time::Duration::from_secs(2);

impl Storm {
    /// Runs the storm against a cluster; calls `report` after each round. The marketplace is running and settled afterwards.
    ///
    /// # Panics
    /// Panics if a response does not hold, or a process fails.
    pub async fn run_on_cluster(&self, stack: &mut TestStack, mut report: impl FnMut(String)) -> Summary {
        let began = Instant::now();
        let mut clients = ClientPool::start_with(stack, self.clients, self.seed, self.sellers);
        let mut killed_at_work = 0;
        for round in 1..=self.rounds {
            let mut rng = self.rng_of_round(round);
            clients.wait_for_responses(20 + rng.u64(..200)).await;
            let processes_to_kill = processes_to_kill(stack, &mut rng);
            for number in &processes_to_kill {
                stack.cluster().kill(*number).await;
                killed_at_work += 1;
            }
            if rng.u64(..100) < 30 {
                stack.nats().restart().await;
            }
            if processes_to_kill.len() == 1 {
                // The other replica continues alone.
                clients.wait_for_responses(rng.u64(..100)).await;
            }
            for number in &processes_to_kill {
                stack.cluster().restart_process(*number).await;
            }
            report(format!("round {round}: killed processes {processes_to_kill:?}"));
        }
        clients.wait_for_responses(200).await;
        let [writes, succeeded, retried] = clients.stop_and_verify().await;
        stack.settle_within(SETTLE_TIMEOUT).await;
        let audit = stack.report().await;
        assert!(audit.is_clean(), "the audit finds:\n{audit}");
        let took = began.elapsed();
        let (seed, killed_at_start) = (self.seed, 0);
        Summary { seed, killed_at_work, killed_at_start, writes, succeeded, retried, audit, took }
    }
}

/// Picks one process, all processes of a service, or all processes.
fn processes_to_kill(stack: &mut TestStack, rng: &mut Rng) -> Vec<usize> {
    let everyone: Vec<usize> = stack.cluster().processes().collect();
    let one = rng.choice(&everyone).copied().unwrap_or(0);
    match rng.u64(..100) {
        0..60 => vec![one],
        60..85 => stack.cluster().replicas_of(one),
        _ => everyone,
    }
}
