//! Lines of a bounded width.

use ticketing_sdk::text::sanitize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Breaks a text that others wrote into lines of at most `width` columns, between words where it can.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sanitize(text).split_whitespace() {
        let last = lines.last_mut().map_or(0, |line| line.width());
        match last {
            0 => {}
            used if used + 1 + word.width() <= width => {
                lines.last_mut().into_iter().for_each(|line| line.push(' '));
            }
            _ => lines.push(String::new()),
        }
        for c in word.chars() {
            if lines.last().is_some_and(|line| line.width() + c.width().unwrap_or(0) > width) {
                lines.push(String::new());
            }
            lines.last_mut().into_iter().for_each(|line| line.push(c));
        }
    }
    lines
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
