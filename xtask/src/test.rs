//! `cargo xtask test`: runs all checks and tests.

use crate::deploy::{self, deploy};
use crate::run::{cargo, run};
use crate::{fuzz, postgres, public_api, tools, web};

/// Installs the missing tools of all checks and tests.
pub(crate) fn install_tools() -> Result<(), String> {
    postgres::ensure_installed()?;
    tools::nats_server()?;
    tools::nginx()?;
    tools::shells_and_keyring()?;
    deploy::validators()?;
    fuzz::ensure_installed()?;
    web::ensure_installed()?;
    public_api::ensure_installed()?;
    tools::path_with_nextest().map(drop)
}

/// Installs the missing tools, then runs all checks and tests.
pub(crate) fn test() -> Result<(), String> {
    // First, so that a missing tool fails before the long builds.
    install_tools()?;
    run(cargo().args(["fmt", "--all", "--check"]))?;
    deploy()?;
    run(cargo()
        .args(["clippy", "--workspace", "--all-targets", "--all-features", "--locked"])
        .args(["--", "-D", "warnings"]))?;
    // The wire types must build without the client, and the CLI without the backend.
    run(cargo().args(["check", "--package", "ticketing-sdk", "--no-default-features", "--locked"]))?;
    run(cargo().args(["check", "--package", "ticketing-cli", "--no-default-features", "--locked"]))?;
    // Most programs depend on the SDK with its default features.
    run(cargo().args(["clippy", "--package", "ticketing-sdk", "--locked", "--", "-D", "warnings"]))?;
    // The SDK must build from its package alone.
    run(cargo().args(["package", "--package", "ticketing-sdk", "--allow-dirty", "--locked"]))?;
    run(cargo()
        .args(["doc", "--workspace", "--no-deps", "--all-features", "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings"))?;
    // A change of the public API is a decision.
    public_api::public_api()?;
    run(cargo().args(["test", "--workspace", "--doc", "--all-features", "--locked"]))?;

    // Before the long builds: the binaries contain the bundle, so it must match its source.
    web::test()?;

    // Every response must conform to the OpenAPI document.
    fuzz::fuzz()?;

    run_benchmarks_once()?;

    let path = tools::path_with_nextest()?;
    // Last, so that its summary ends the output.
    run(cargo()
        .args(["nextest", "run", "--workspace", "--all-features", "--locked"])
        .env("PATH", path)
        .env("RUST_BACKTRACE", "0"))
}

/// Runs each benchmark of the clients once, without optimisation: that of the TUI waits for texts of its screens,
/// which change. The figures mean nothing.
fn run_benchmarks_once() -> Result<(), String> {
    let mut cargo = cargo();
    cargo.args(["bench", "--profile", "dev", "--workspace", "--all-features", "--locked"]);
    for bench in ["market", "sdk", "tui"] {
        cargo.args(["--bench", bench]);
    }
    run(cargo.args(["--", "--rounds", "1"]))
}
