//! `ticketing serve` is killed during concurrent writes: no acknowledged write is lost.
//!
//! `STORM_ROUNDS` sets the number of rounds and prints each; `STORM_SEED` repeats the choices of another run,
//! and `STORM_SELLERS` lets sellers edit and withdraw tickets during the purchases.

use std::hash::{BuildHasher, RandomState};

use ticketing_testkit::storm::{Program, SellerActivity, Storm};

use crate::support::{number, say};

const ROUNDS: u32 = 4;
const CLIENTS: u64 = 32;

/// The number of servers whose first start is interrupted.
const STARTS: u32 = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storm_loses_no_acknowledged_write() {
    let storm = storm();
    let folder = tempfile::tempdir().unwrap();
    let summary = storm.run(&program(), &folder.path().join("data"), |round| say(&round)).await;
    say(&summary.to_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_killed_during_migration_starts_again() {
    let storm = storm();
    let folder = tempfile::tempdir().unwrap();
    storm.interrupt_first_starts(&program(), folder.path(), storm.rounds.max(STARTS)).await;
}

fn program() -> Program {
    Program { path: env!("CARGO_BIN_EXE_ticketing").into(), args: vec!["serve".into()] }
}

fn storm() -> Storm {
    let rounds = number("STORM_ROUNDS");
    let storm = Storm {
        rounds: rounds.map_or(ROUNDS, |rounds| u32::try_from(rounds).unwrap()),
        clients: CLIENTS,
        sellers: SellerActivity::from_env(),
        seed: number("STORM_SEED").unwrap_or_else(any_seed),
    };
    // Shown when the test fails.
    say(&format!("STORM_SEED={}", storm.seed));
    storm
}

fn any_seed() -> u64 {
    RandomState::new().hash_one(0) % 1_000_000_000
}
