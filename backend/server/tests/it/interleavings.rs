//! Random interleavings of everything that buyers, sellers, clocks, cards and crashes can do, with the events between
//! the services delivered late, twice and in any order: the real units of work and handlers against a reference model.
//!
//! There is no HTTP, no bus and no waiting, so a case is the same whenever it is run. `PROPTEST_CASES` sets how many
//! are tried; one that has failed is kept in `tests/proptest-regressions` and tried first.

#![expect(clippy::expect_used, reason = "what goes wrong here fails the test")]

mod check;
mod listings;
mod model;
mod passes;
mod post;
mod schedule;
mod services;
mod till;
mod world;

use std::time::Duration;

use proptest::prelude::*;

use ticketing_testkit::Engine;

use schedule::{Schedule, schedules};
use world::World;

/// How long a reservation lasts here.
const TTL: Duration = Duration::from_secs(1);
/// As many as take some seconds.
const CASES: u32 = 96;
/// The same where everything goes to a server and back.
const CASES_ON_POSTGRES: u32 = 12;

proptest! {
    #![proptest_config(config(CASES))]

    #[test]
    fn no_interleaving_breaks_the_marketplace(schedule in schedules()) {
        run(Engine::Sqlite, &schedule);
    }
}

proptest! {
    #![proptest_config(config(CASES_ON_POSTGRES))]

    #[test]
    fn no_interleaving_breaks_the_marketplace_on_postgres(schedule in schedules()) {
        run(Engine::Postgres, &schedule);
    }
}

fn config(usual: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: cases.unwrap_or(usual), max_shrink_time: 60_000, ..ProptestConfig::default() }
}

fn run(engine: Engine, schedule: &Schedule) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut world = World::open(engine, schedule).await;
        for step in &schedule.steps {
            world.step(step).await;
        }
        world.settle().await;
        world.audit().await;
        world.every_deadline_passes();
        world.settle().await;
        world.audit().await;
        world.check_ends().await;
        world.sell_the_rest().await;
    });
}
