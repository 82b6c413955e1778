//! `cargo xtask screenshots`: the pictures of the README, from the real program. Look at them before you commit them.

use crate::run::{cargo, run};

pub(crate) fn screenshots() -> Result<(), String> {
    run(cargo()
        .args(["test", "--package", "ticketing-cli", "--test", "it", "--locked", "--", "screenshots"])
        .env("UPDATE_SCREENSHOTS", "1"))
}
