//! `cargo xtask bench`: measures the stack against baselines, the live feed with watchers and without, check-ins against the bare
//! verification of codes, the services on PostgreSQL and NATS against `pgbench` and a bare publisher, the TUI, the SDK, and the
//! start of the program. Each run interleaves its subjects.

mod sdk;

pub(crate) use self::sdk::sdk;
use crate::run::{cargo, run};

pub(crate) fn bench(rounds: u32) -> Result<(), String> {
    measure("marketplace", rounds)
}

/// Measures a writer and a reader, without and with watchers of the live feed.
pub(crate) fn feed(rounds: u32) -> Result<(), String> {
    measure("feed", rounds)
}

/// Measures check-ins, then the program that shows a pass.
pub(crate) fn passes(rounds: u32) -> Result<(), String> {
    measure("passes", rounds)
}

/// Measures the start of the program and its lists.
pub(crate) fn startup(rounds: u32) -> Result<(), String> {
    measure("startup", rounds)
}

/// Measures one process for each service, on durable servers.
pub(crate) fn scale(rounds: u32) -> Result<(), String> {
    crate::postgres::ensure_installed()?;
    crate::tools::nats_server()?;
    measure("scale", rounds)
}

/// Measures the core of the TUI with many tickets, then the program in a pseudo-terminal.
pub(crate) fn tui(rounds: u32) -> Result<(), String> {
    measure("market", rounds)?;
    measure("tui", rounds)
}

/// Runs a benchmark. Cargo builds the program that it starts, too. The whole workspace is selected, as by the test
/// command: the features of the dependencies depend on the selection, and another one compiles them again.
fn measure(bench: &str, rounds: u32) -> Result<(), String> {
    run(cargo()
        .args(["bench", "--workspace", "--bench", bench, "--locked", "--"])
        .args(["--rounds", &rounds.to_string()]))
}
