//! `cargo xtask test`: everything that must be green.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use crate::deploy::deploy;
use crate::run::{cargo, root, run};

pub(crate) fn test() -> Result<(), String> {
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

    let path = with_nextest()?;
    // Last, so that its summary is the last thing on the screen.
    run(cargo()
        .args(["nextest", "run", "--workspace", "--all-features", "--locked"])
        .env("PATH", path)
        .env("RUST_BACKTRACE", "0"))
}

/// A search path on which `cargo nextest` is found, after installing it below `target/` where it is missing.
fn with_nextest() -> Result<OsString, String> {
    let tools = root().join("target/tools");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain([tools.join("bin")]);
    let path = std::env::join_paths(places).map_err(|error| format!("PATH cannot be extended: {error}"))?;
    let found = Command::new("cargo-nextest")
        .env("PATH", &path)
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        run(cargo().args(["install", "--locked", "cargo-nextest", "--root"]).arg(tools))?;
    }
    Ok(path)
}
