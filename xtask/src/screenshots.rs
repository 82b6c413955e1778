//! `cargo xtask screenshots`: the pictures of the README, from the real program. Look at them before you commit them.

use crate::run::{cargo, run};
use crate::web;

/// Makes the documents' pictures from the program write them.
const UPDATE: &str = "UPDATE_SCREENSHOTS";

pub(crate) fn screenshots() -> Result<(), String> {
    run(cargo()
        .args(["test", "--package", "ticketing-cli", "--test", "it", "--locked", "--", "screenshots"])
        .env(UPDATE, "1"))?;
    run(web::browser_tests(&["pictures"])?.env(UPDATE, "1"))
}
