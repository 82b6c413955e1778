//! The schemas of the list's filters, for the API's document. An empty value is an absent one.

use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

/// The orders of a list.
pub(super) fn sort() -> Object {
    words(&["", "oldest", "newest", "price", "-price", "title", "starts"])
}

/// Whose tickets.
pub(super) fn seller() -> Object {
    words(&["", "me"])
}

/// Statuses with commas between them.
pub(super) fn status() -> Object {
    pattern("^(all|(available|reserved|sold)(, ?(available|reserved|sold))*)?$")
}

/// A bound of prices.
pub(super) fn bound() -> Object {
    pattern(r"^([0-9]{1,9}(\.[0-9]{0,2})?)?$")
}

/// A bound of times.
pub(super) fn time() -> Object {
    pattern(
        r"^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
    )
}

/// Whether to include something.
pub(super) fn flag() -> Object {
    words(&["", "true", "false"])
}

fn words(words: &[&str]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied())).build()
}

fn pattern(pattern: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build()
}
