//! A storm over a marketplace of many processes, any of which is killed in the middle of it.

use std::time::Instant;

use super::crowd::Crowd;
use super::dice::Dice;
use super::{SETTLES, SellerActivity, Summary};
use crate::{Patience, TestStack};

/// How long a reservation lasts: some run out in the storm.
pub const CLUSTER_ORDER_TTL: std::time::Duration = std::time::Duration::from_secs(2);

/// A storm over processes.
#[derive(Clone, Debug)]
pub struct ClusterStorm {
    /// How often something is killed.
    pub rounds: u32,
    /// How many clients write at once.
    pub clients: u64,
    /// What sellers do with tickets that are being bought.
    pub sellers: SellerActivity,
    /// What the choices are made from.
    pub seed: u64,
}

impl ClusterStorm {
    /// Runs the storm; tells of each round by `tell`. The marketplace runs and is quiet afterwards.
    ///
    /// # Panics
    /// When an answer was not true, or a process does not do what it must.
    pub async fn run(&self, stack: &mut TestStack, mut tell: impl FnMut(String)) -> Summary {
        let began = Instant::now();
        let dice = Dice::new(self.seed);
        let mut crowd = Crowd::gather_with(stack, self.clients, self.seed, self.sellers);
        let mut killed = 0;
        for round in 1..=self.rounds {
            let mut dice = dice.of(1_000_000 + u64::from(round));
            crowd.go_on(20 + dice.below(200)).await;
            let victims = victims(stack, &mut dice);
            for number in &victims {
                stack.cluster().kill(*number).await;
                killed += 1;
            }
            if dice.percent(30) {
                stack.nats().restart().await;
            }
            if victims.len() == 1 {
                // The other one goes on alone.
                crowd.go_on(dice.below(100)).await;
            }
            for number in &victims {
                stack.cluster().start_again(*number).await;
            }
            tell(format!("round {round}: killed processes {victims:?}"));
        }
        crowd.go_on(200).await;
        let [writes, good, repeated] = crowd.counts();
        crowd.disperse().await;
        let patience = Patience::lasting(SETTLES);
        while !stack.is_settled().await {
            patience.pause("nothing waits").await;
        }
        let audit = stack.report().await;
        assert!(audit.is_clean(), "the audit finds:\n{audit}");
        Summary {
            seed: self.seed,
            killed_at_work: killed,
            killed_at_start: 0,
            writes,
            good,
            repeated,
            audit,
            took: began.elapsed(),
        }
    }
}

/// One process, every process of a service, or all there are.
fn victims(stack: &mut TestStack, dice: &mut Dice) -> Vec<usize> {
    let everyone: Vec<usize> = stack.cluster().processes().collect();
    let one = dice.pick(&everyone).copied().unwrap_or(0);
    match dice.below(100) {
        0..60 => vec![one],
        60..85 => stack.cluster().beside(one),
        _ => everyone,
    }
}
