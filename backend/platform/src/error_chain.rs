//! The causes of an error, and the message of a panic.

use std::any::Any;
use std::error::Error;

/// Iterates over an error and its causes, the error first.
pub fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'e (dyn Error + 'static)| (*error).source())
}

/// Writes an error and its causes on one line. A cause that the text already ends with is not repeated.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    causes(error)
        .map(ToString::to_string)
        .reduce(|text, cause| if text.ends_with(&cause) { text } else { format!("{text}: {cause}") })
        .unwrap_or_default()
}

/// Returns the message of a panic.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
