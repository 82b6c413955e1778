//! The output of a filter or template.

use crate::failure::Failure;

/// What `--jq` or `--template` writes of a document.
#[derive(Debug, Default)]
pub(super) struct FilterOutput {
    pub(super) text: String,
    /// The messages of the filter (`debug`, `stderr`).
    pub(super) messages: Vec<String>,
    /// The error that ended the filter early.
    pub(super) failure: Option<Failure>,
}
