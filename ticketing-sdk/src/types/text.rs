//! Text that other people wrote, made safe to print.

use std::borrow::Cow;

/// Makes a text that someone else wrote safe to print on a terminal, on one line.
///
/// Control characters (C0, C1, delete, so also the start of every escape sequence) and the characters that turn
/// the direction of writing are dropped; newlines and tabs become spaces.
///
/// ```
/// use ticketing_sdk::text::sanitize;
///
/// assert_eq!(sanitize("Rust\u{1b}[31mConf\nday 1"), "Rust[31mConf day 1");
/// assert_eq!(sanitize("Zürich 🎫"), "Zürich 🎫");
/// ```
#[must_use]
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c.is_control() || turns_direction(c)) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| match c {
        '\n' | '\t' => Some(' '),
        c if c.is_control() || turns_direction(c) => None,
        c => Some(c),
    };
    // A line of another system ends in two characters; it becomes one space because `\r` is dropped.
    Cow::Owned(text.chars().filter_map(shown).collect())
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}
