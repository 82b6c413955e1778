//! Lines of a bounded width.

use ticketing_sdk::text::sanitize;
use unicode_width::UnicodeWidthStr;

/// Breaks a text that others wrote into lines of at most `width` columns, between words where it can.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let lines = ticketing_tui::wrap(&sanitize(text), columns(width));
    if lines.is_empty() { vec![String::new()] } else { lines }
}

fn columns(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}

/// The fewest columns in which a text is wrapped. The terminal breaks the lines of a narrower one.
const MIN_WIDTH: usize = 16;

/// Wraps a text that is safe to print and begins in the column `indent` of a terminal of `width` columns. Further lines begin in the column
/// `hanging`.
pub(crate) fn hang(text: &str, width: usize, indent: usize, hanging: usize) -> String {
    let room = width.saturating_sub(indent.max(hanging));
    if indent + text.width() <= width || room < MIN_WIDTH {
        return text.to_owned();
    }
    ticketing_tui::wrap_between_words(text, columns(room)).join(&format!("\n{:hanging$}", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_lines_hang_and_short_texts_stay_as_they_are() {
        assert_eq!(hang("one two  three four", 24, 5, 5), "one two  three four");
        assert_eq!(hang("one two three four five", 22, 2, 4), "one two three four\n    five");
        assert_eq!(hang("one two three four five", 12, 2, 4), "one two three four five");
    }

    #[test]
    fn lines_break_between_words_and_within_a_long_one() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh 日本語", 5), ["abcde", "fgh", "日本", "語"]);
        assert_eq!(wrap("", 5), [""]);
    }
}
