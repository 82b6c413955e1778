//! Lines of a bounded width.

use ticketing_sdk::text::sanitize;

/// Breaks a text that others wrote into lines of at most `width` columns, between words where it can.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let lines = ticketing_tui::wrap(&sanitize(text), u16::try_from(width).unwrap_or(u16::MAX));
    if lines.is_empty() { vec![String::new()] } else { lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_within_a_long_one() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh 日本語", 5), ["abcde", "fgh", "日本", "語"]);
        assert_eq!(wrap("", 5), [""]);
    }
}
