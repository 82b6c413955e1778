//! `cargo xtask test`: everything that must be green.

use crate::deploy::deploy;
use crate::run::{cargo, run};
use crate::{fuzz, tools, web};

pub(crate) fn test() -> Result<(), String> {
    // First, since it may be all that is missing.
    tools::tools()?;
    run(cargo().args(["fmt", "--all", "--check"]))?;
    deploy()?;
    run(cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))?;
    // The wire types must stand without the client, and the CLI without the backend.
    run(cargo().args(["check", "--package", "ticketing-sdk", "--no-default-features", "--locked"]))?;
    run(cargo().args(["check", "--package", "ticketing-cli", "--no-default-features", "--locked"]))?;
    run(cargo()
        .args(["doc", "--workspace", "--no-deps", "--all-features", "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings"))?;
    run(cargo().args(["test", "--workspace", "--doc", "--all-features", "--locked"]))?;

    // Before the long part: a bundle that is not what its source makes is in every program that follows.
    web::test()?;

    // What every answer must be, whatever is sent.
    fuzz::fuzz()?;

    let path = tools::with_nextest()?;
    // Last, so that its summary is the last thing on the screen.
    run(cargo()
        .args(["nextest", "run", "--workspace", "--all-features", "--locked"])
        .env("PATH", path)
        .env("RUST_BACKTRACE", "0"))
}
