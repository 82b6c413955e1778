//! Random interleavings of everything that buyers, sellers, clocks, cards and crashes can do, with the events between
//! the services delivered late, twice and in any order: the real units of work and handlers against a reference model.
//!
//! There is no HTTP, no bus and no waiting, so a case is the same whenever it is run. `PROPTEST_CASES` sets how many
//! are tried; one that has failed is kept in `tests/proptest-regressions` and tried first.

#![expect(clippy::expect_used, reason = "what goes wrong here fails the test")]

mod check;
mod model;
mod post;
mod schedule;
mod services;
mod till;
mod world;

use std::time::Duration;

use proptest::prelude::*;

use schedule::{Schedule, schedules};
use world::World;

/// How long a reservation lasts here.
const TTL: Duration = Duration::from_secs(1);
/// As many as take some seconds.
const CASES: u32 = 96;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_interleaving_breaks_the_marketplace(schedule in schedules()) {
        run(&schedule);
    }
}

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: cases.unwrap_or(CASES), max_shrink_time: 60_000, ..ProptestConfig::default() }
}

fn run(schedule: &Schedule) {
    // In memory where there is such a place: what the disk survives is tried elsewhere.
    let memory = std::path::Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    let folder = folder.unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut world = World::open(folder.path(), schedule).await;
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
