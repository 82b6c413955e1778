//! Lines of a bounded width.

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

/// Returns the pieces between which a line may end: words, and the groups of words that stay together.
fn pieces(text: &str, columns: u16) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut pieces = Vec::new();
    let mut rest = words.as_slice();
    while !rest.is_empty() {
        let (group, after) = rest.split_at(command_length(rest).max(date_length(rest)));
        let piece = group.join(" ");
        if width(&piece) <= columns {
            pieces.push(piece);
        } else {
            pieces.extend(group.iter().map(|word| (*word).to_owned()));
        }
        rest = after;
    }
    pieces
}

/// Returns the number of words of a command between backticks that begins here, else 1.
fn command_length(words: &[&str]) -> usize {
    let is_open = |word: &str| word.matches('`').count() % 2 == 1;
    if !is_open(words[0]) {
        return 1;
    }
    words[1..].iter().position(|word| is_open(word)).map_or(1, |end| end + 2)
}

/// Returns the number of words of a date that begins here, with its time and its zone, else 1.
fn date_length(words: &[&str]) -> usize {
    let has_form = |word: &str, form: &str| {
        let is_like = |(c, like): (char, char)| if like == '0' { c.is_ascii_digit() } else { c == like };
        word.len() >= form.len() && word.chars().zip(form.chars()).all(is_like)
    };
    let first = words[0].trim_start_matches(['(', '[']);
    let day = if has_form(first, "0000-00-00") { 1 } else { named_day_length(first, &words[1..]) };
    let times = &words[day..];
    let is_time = |word: &&&str| has_form(word.trim_start_matches('('), "00:00");
    if times.first().filter(is_time).is_none() {
        return 1;
    }
    let is_zone = |word: &&&str| {
        let name = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        has_form(&name.replacen('-', "+", 1), "+00")
            || name.len() >= 2 && name.chars().all(|c| c.is_ascii_uppercase())
    };
    day + 1 + usize::from(times.get(1).filter(is_zone).is_some())
}

/// Returns the number of words of a day with the name of its month, such as `24 Dec` and `24 Dec 2026,`, else 0.
fn named_day_length(day: &str, rest: &[&str]) -> usize {
    let is_number =
        |word: &str, digits| word.len() <= digits && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_month = |word: &str| word.len() == 3 && word.starts_with(|c: char| c.is_ascii_uppercase());
    let name = |word: &&str| word.trim_end_matches(',').to_owned();
    match (rest.first().map(name), rest.get(1).map(name)) {
        (Some(month), year) if is_number(day, 2) && is_month(&month) => {
            2 + usize::from(year.is_some_and(|year| year.len() == 4 && is_number(&year, 4)))
        }
        _ => 0,
    }
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
