//! The title of a ticket, checked before anything is sent.

use ticketing_sdk::text::{has_visible, normalize};

/// The longest title, in characters.
const MAX_TITLE_CHARS: usize = 200;

/// Checks a title as the server does.
pub(super) fn check_title(text: &str) -> Result<String, String> {
    let title = normalize(text);
    if title.contains('\0') {
        Err("Title must not contain U+0000".to_owned())
    } else if !has_visible(&title) {
        Err("Title is required".to_owned())
    } else if title.chars().count() > MAX_TITLE_CHARS {
        Err(format!("Title must be at most {MAX_TITLE_CHARS} characters"))
    } else {
        Ok(title)
    }
}
