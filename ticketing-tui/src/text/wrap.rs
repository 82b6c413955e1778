//! Lines of a bounded width.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use unicode_segmentation::UnicodeSegmentation;

use super::{fit, width};

/// Wraps a text into lines of this number of columns, between words if possible.
#[must_use]
pub fn wrap(text: &str, columns: u16) -> Vec<String> {
    let columns = columns.max(1);
    let split = |word: String| {
        let mut parts = Vec::new();
        let mut rest = word.as_str();
        while width(rest) > columns {
            // A character that is wider than a line gets its own line.
            let (head, tail) = rest.split_at(match fit(rest, columns, "").len() {
                0 => rest.graphemes(true).next().map_or(rest.len(), str::len),
                length => length,
            });
            parts.push(head.to_owned());
            rest = tail;
        }
        parts.extend((!rest.is_empty()).then(|| rest.to_owned()));
        parts
    };
    fill(text.split_whitespace().map(str::to_owned).flat_map(split), columns)
}

/// Wraps a text like [`wrap`], but leaves whole what is copied as one: words that are longer than a line, such as paths
/// and addresses, and if they fit into a line, a date with its time and its zone, and a command between backticks.
#[must_use]
pub fn wrap_between_words(text: &str, columns: u16) -> Vec<String> {
    fill(pieces(text, columns).into_iter(), columns)
}

/// Puts as many words on a line as fit into it.
fn fill(words: impl Iterator<Item = String>, columns: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut().filter(|line| width(line) + 1 + width(&word) <= columns) {
            Some(line) => *line = format!("{line} {word}"),
            None => lines.push(word),
        }
    }
    lines
}

/// What stays together: a command between backticks, and a time with its date and its zone.
#[expect(clippy::unwrap_used, reason = "the pattern is a constant, which the tests use")]
static GROUP: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"\d{4}-\d\d-\d\d\S*|\d{1,2} [A-Z]\w\w,?(?: \d{4},?)?";
    let zone = r"[+-]\d\d\S*|[A-Z]{2,}\b\S*";
    Regex::new(&format!(r"\S*`[^`]*`\S*|\b(?:(?:{day}) )?\(?\d\d:\d\d\S*(?: (?:{zone}))?")).unwrap()
});

/// Returns the pieces between which a line may end: words, and the groups of words that stay together.
fn pieces(text: &str, columns: u16) -> Vec<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // The words of a group have no-break spaces between them, which the text has not.
    let text = GROUP.replace_all(&text, |found: &Captures<'_>| match &found[0] {
        group if width(group) <= columns => group.replace(' ', "\u{a0}"),
        group => group.to_owned(),
    });
    text.split(' ').map(|piece| piece.replace('\u{a0}', " ")).collect()
}

/// Wraps a text like [`wrap`], into at most this number of lines: the last one is cut with an ellipsis.
pub(crate) fn wrap_at_most(text: &str, columns: u16, lines: usize, ellipsis: &str) -> Vec<String> {
    let mut wrapped = wrap(text, columns);
    if wrapped.len() > lines {
        wrapped.truncate(lines);
        if let Some(last) = wrapped.last_mut() {
            let room = columns.max(1).saturating_sub(width(ellipsis));
            *last = format!("{}{ellipsis}", fit(last, room, "").trim_end());
        }
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_long_words_break_anyway() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("日本 語", 3), ["日", "本", "語"]);
        assert_eq!(wrap("  ", 3), [""; 0]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
    }

    #[test]
    fn wrapped_lines_have_every_character_of_the_text() {
        for text in [
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbaukapitänsmützenabzeichen",
            "An evening with the Donaudampfschifffahrtsgesellschaftskapitänsmützenträger, in two parts",
            "日本語のコンサート、東京ドーム、二日目、アリーナ席、前から三列目、通路側",
            "🎫🎸👩‍👩‍👧‍👦🇨🇭👩‍👩‍👧‍👦🎸🎫 Open air 👩‍👩‍👧‍👦 family",
            "Cafe\u{301}de\u{301}ja\u{300}vu\u{301}combine\u{301}d",
            "क्षत्रियक्षत्रियक्षत्रिय",
            "a\u{200d}b\u{200d}c\u{200d}d\u{200d}e\u{200d}f",
        ] {
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            for columns in 4..=40 {
                let lines = wrap(text, columns);
                assert_eq!(letters(&lines.concat()), letters(text), "{columns}: {lines:?}");
                let is_whole = |line: &String| !line.is_empty() && width(line) <= columns;
                assert!(lines.iter().all(is_whole), "{columns}: {lines:?}");
            }
        }
    }

    #[test]
    fn last_line_of_a_text_that_is_too_long_ends_with_an_ellipsis() {
        assert_eq!(wrap_at_most("one two three", 7, 2, "…"), ["one two", "three"]);
        assert_eq!(wrap_at_most("one two three four", 7, 2, "…"), ["one two", "three…"]);
        assert_eq!(wrap_at_most("abcdefghijkl", 5, 2, "…"), ["abcde", "fghi…"]);
        assert_eq!(wrap_at_most("日本語の切符", 5, 2, "..."), ["日本", "語..."]);
    }

    #[test]
    fn dates_and_commands_stay_on_one_line_if_they_fit() {
        let date = "expired at 2026-11-22 10:15:00 UTC, and its ticket is free";
        assert_eq!(
            wrap_between_words(date, 34),
            ["expired at", "2026-11-22 10:15:00 UTC, and its", "ticket is free"]
        );
        assert_eq!(
            wrap_between_words("from 2026-12-24 19:30 +01:00 on", 24),
            ["from", "2026-12-24 19:30 +01:00", "on"]
        );
        let by_name = "on 24 Dec 2026, 19:30 +01:00, or on 4 Jan, 09:00 CET";
        assert_eq!(
            wrap_between_words(by_name, 28),
            ["on", "24 Dec 2026, 19:30 +01:00,", "or on 4 Jan, 09:00 CET"]
        );
        assert_eq!(wrap_between_words("at 10:15:00 UTC (now)", 14), ["at", "10:15:00 UTC", "(now)"]);
        assert_eq!(wrap_between_words("at 10:15 today", 8), ["at 10:15", "today"]);
        assert_eq!(
            wrap_between_words("run `a list --all`, or `b`", 16),
            ["run", "`a list --all`,", "or `b`"]
        );
        // What does not fit into a line is broken between its words.
        assert_eq!(wrap_between_words("run `a list --all`", 8), ["run `a", "list", "--all`"]);
        assert_eq!(wrap_between_words("2026-11-22 10:15:00 UTC", 19), ["2026-11-22 10:15:00", "UTC"]);
        assert_eq!(
            wrap_between_words("see https://shop.example or ask", 8),
            ["see", "https://shop.example", "or ask"]
        );
        assert_eq!(wrap_between_words("a ` alone", 4), ["a `", "alone"]);
    }
}
