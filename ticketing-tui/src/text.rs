//! Text that fits: widths in columns, cuts between whole characters, and times in words.

use std::borrow::Cow;
use std::time::Duration;

use ticketing_sdk::text::span;
pub(crate) use ticketing_sdk::text::{clock, relative, sanitize, time_left, time_of_day};
use ticketing_sdk::{DetailField, Money, TicketDetails};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What a ticket is called, safe to show.
pub(crate) fn title(title: &str) -> String {
    let words = sanitize(title.trim());
    if words.trim().is_empty() { "(no title)".to_owned() } else { words.trim().to_owned() }
}

/// A longer detail is a paragraph of its own, not a line of a card.
const LONGEST_LINE: usize = 200;

/// Returns the details of one line that are given, with the labels of a card, safe to show.
pub(crate) fn details(details: &TicketDetails) -> impl Iterator<Item = (&'static str, String)> {
    DetailField::ALL.iter().filter(|field| field.max_chars() <= LONGEST_LINE).filter_map(|field| {
        let text = match (field, &details.starts_at) {
            (DetailField::StartsAt, Some(starts)) => format!("{} ({})", starts.label(), starts.offset()),
            _ => sanitize(details.get(*field)?).into_owned(),
        };
        Some((detail_label(*field), text))
    })
}

/// Returns the long details that are given, safe to show.
pub(crate) fn paragraphs(details: &TicketDetails) -> impl Iterator<Item = String> {
    let long = DetailField::ALL.iter().filter(|field| field.max_chars() > LONGEST_LINE);
    long.filter_map(|field| Some(sanitize(details.get(*field)?).into_owned()))
}

/// Returns the label of a detail in cards and forms.
pub(crate) fn detail_label(field: DetailField) -> &'static str {
    match field {
        DetailField::StartsAt => "When",
        DetailField::Venue => "Where",
        other => other.label(),
    }
}

/// How many columns a text takes.
pub(crate) fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// The text, cut to so many columns, with a sign where something is missing.
pub(crate) fn fit<'a>(text: &'a str, columns: u16, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let room = usize::from(columns.saturating_sub(width(ellipsis)));
    let mut cut = String::new();
    let mut taken = 0;
    for grapheme in text.graphemes(true) {
        taken += grapheme.width();
        if taken > room {
            break;
        }
        cut.push_str(grapheme);
    }
    if columns >= width(ellipsis) {
        cut.push_str(ellipsis);
    }
    Cow::Owned(cut)
}

/// The text in lines of so many columns, broken between words where that is possible.
pub(crate) fn wrap(text: &str, columns: u16) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let mut word = Cow::Borrowed(word);
        loop {
            let gap = u16::from(!line.is_empty());
            if width(&line) + gap + width(&word) <= columns {
                if gap == 1 {
                    line.push(' ');
                }
                line.push_str(&word);
                break;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                continue;
            }
            // A word that is longer than a line.
            let head = fit(&word, columns, "").into_owned();
            if head.is_empty() {
                break;
            }
            word = Cow::Owned(word[head.len()..].to_owned());
            lines.push(head);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// What is left, in words. The second that runs is counted, as on the clock.
pub(crate) fn left(left: Duration) -> String {
    span(Duration::from_secs(left.as_secs() + u64::from(left.subsec_nanos() > 0)))
}

/// Cents as a price: `$149.99`.
pub(crate) fn price(cents: u32) -> String {
    format!("${}.{:02}", cents / 100, cents % 100)
}

/// Money as a price: `$149.99`.
pub(crate) fn money(money: Money) -> String {
    format!("${money}")
}

/// An amount as people write it, without the dollar sign before it.
pub(crate) fn amount(written: &str) -> &str {
    let written = written.trim();
    written.strip_prefix('$').unwrap_or(written).trim_start()
}

/// A number with its thousands apart: `100 000`.
pub(crate) fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

/// `1 ticket`, `2 tickets`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_fall_between_whole_characters() {
        assert_eq!(fit("Zürich", 6, "…"), "Zürich");
        assert_eq!(fit("Zürich", 5, "…"), "Züri…");
        assert_eq!(fit("日本語の切符", 7, "…"), "日本語…");
        assert_eq!(fit("日本語の切符", 6, "…"), "日本…");
        assert_eq!(fit("👩‍👩‍👧 family", 4, "…"), "👩‍👩‍👧 …");
        assert_eq!(fit("abc", 0, "…"), "");
    }

    #[test]
    fn lines_break_between_words_and_long_words_break_anyway() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("日本 語", 3), ["日", "本", "語"]);
        assert_eq!(wrap("  ", 3), [""; 0]);
    }

    #[test]
    fn numbers_can_be_read() {
        assert_eq!(count(100_000).replace('\u{a0}', " "), "100 000");
        assert_eq!(count(999), "999");
        assert_eq!(counted(1, "ticket"), "1 ticket");
        assert_eq!(price(14_999), "$149.99");
        assert_eq!(price(5), "$0.05");
    }
}
