//! Random interleavings of the operations of buyers and sellers with deadlines, card payments, crashes, and events that
//! are delivered late, twice and out of order: the real units of work and handlers against a reference model.
//!
//! There is no HTTP, no bus and no wait, so that a case is deterministic. `PROPTEST_CASES` sets the number of cases. A
//! failed case is kept in `tests/proptest-regressions` and runs first.

#![expect(clippy::expect_used, reason = "a failure here fails the test")]

mod check;
mod deliveries;
mod listings;
mod model;
mod passes;
mod provider_calls;
mod schedule;
mod services;
mod simulation;

use std::time::Duration;

use proptest::prelude::*;

use ticketing_testkit::DbEngine;

use schedule::{Schedule, schedules};
use simulation::Simulation;

/// The duration of a reservation.
const TTL: Duration = Duration::from_secs(1);
/// The number of cases on SQLite: a few seconds.
const CASES: u32 = 96;
/// The number of cases on PostgreSQL, where every statement is a round trip.
const CASES_ON_POSTGRES: u32 = 12;

proptest! {
    #![proptest_config(config(CASES))]

    #[test]
    fn invariants_hold_after_any_interleaving(schedule in schedules()) {
        run(DbEngine::Sqlite, &schedule);
    }
}

proptest! {
    #![proptest_config(config(CASES_ON_POSTGRES))]

    #[test]
    fn invariants_hold_after_any_interleaving_on_postgres(schedule in schedules()) {
        run(DbEngine::Postgres, &schedule);
    }
}

fn config(usual: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: cases.unwrap_or(usual), max_shrink_time: 60_000, ..ProptestConfig::default() }
}

fn run(engine: DbEngine, schedule: &Schedule) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut simulation = Simulation::open(engine, schedule).await;
        for step in &schedule.steps {
            simulation.step(step).await;
        }
        simulation.run_until_idle().await;
        simulation.audit().await;
        simulation.pass_all_deadlines();
        simulation.run_until_idle().await;
        simulation.audit().await;
        simulation.check_final_states().await;
        simulation.sell_unsold_tickets().await;
    });
}
