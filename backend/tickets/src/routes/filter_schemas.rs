//! The schemas of the list's filters, for the API's document. An empty value is an absent one.

use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

/// The orders of a list.
pub(super) fn sort() -> Object {
    words(&["", "oldest", "newest", "price", "-price", "title", "starts"])
}

/// Returns the schema of the filter by seller.
pub(super) fn seller() -> Object {
    words(&["", "me"])
}

/// Statuses with commas between them.
pub(super) fn status() -> Object {
    pattern("^(all|(available|reserved|sold)(, ?(available|reserved|sold))*)?$")
}

/// A bound of prices.
pub(super) fn price_bound() -> Object {
    pattern(r"^(([0-9]{1,9}(\.[0-9]{0,2})?|\.[0-9]{1,2})([eE]\+?[0-9]{1,2})?)?$")
}

/// A bound of times.
pub(super) fn time() -> Object {
    const DATE: &str = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
    const TIME: &str = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?";
    const OFFSET: &str = "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";
    pattern(&format!("^({DATE}T{TIME}{OFFSET})?$"))
}

/// Returns whether to include something.
pub(super) fn flag() -> Object {
    words(&["", "true", "false"])
}

fn words(words: &[&str]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied())).build()
}

fn pattern(pattern: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build()
}
