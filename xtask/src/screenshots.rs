//! `cargo xtask screenshots`: renders the images of the documents from the real program. Review them before committing.

use crate::run::{cargo, run};
use crate::web;

/// The variable that makes the tests write the images.
const UPDATE_VARIABLE: &str = "UPDATE_SCREENSHOTS";

pub(crate) fn screenshots() -> Result<(), String> {
    run(cargo()
        .args(["test", "--package", "ticketing-cli", "--test", "it", "--locked", "--", "screenshots"])
        .env(UPDATE_VARIABLE, "1"))?;
    run(web::browser_tests(&["pictures"])?.env(UPDATE_VARIABLE, "1"))
}
