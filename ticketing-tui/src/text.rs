//! Text that fits: widths in columns, cuts between whole characters, and times in words.

mod wrap;

use std::borrow::Cow;
use std::time::Duration;

pub(crate) use ticketing_sdk::text::{clock, price as money, sanitize};
use ticketing_sdk::text::{dollars, span};
use ticketing_sdk::{DetailField, EventTime, TicketDetails};
use unicode_truncate::UnicodeTruncateStr;
use unicode_width::UnicodeWidthStr;

pub(crate) use wrap::wrap_at_most;
pub use wrap::{wrap, wrap_between_words};

/// Returns the title of a ticket, without control characters.
pub(crate) fn title(title: &str) -> String {
    let words = sanitize(title.trim());
    if words.trim().is_empty() { "(no title)".to_owned() } else { words.trim().to_owned() }
}

/// The details of one line, in the order of a card.
const LINES: [DetailField; 3] = [DetailField::StartsAt, DetailField::Venue, DetailField::Seat];

/// Returns the details of one line that are given, with the labels of a card, safe to show.
pub(crate) fn details(details: &TicketDetails) -> impl Iterator<Item = (&'static str, String)> {
    LINES.iter().filter_map(|field| {
        let text = match (field, &details.starts_at) {
            (DetailField::StartsAt, Some(starts)) => event_time(starts),
            _ => sanitize(details.get(*field)?).into_owned(),
        };
        Some((detail_label(*field), text))
    })
}

/// Returns the long details that are given, safe to show.
pub(crate) fn paragraphs(details: &TicketDetails) -> impl Iterator<Item = String> {
    let long = DetailField::ALL.iter().filter(|field| !LINES.contains(field));
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

/// Returns the last 8 characters of an id: the first ones are the time of its creation, which ids of one minute share.
pub(crate) fn short_id(id: &str) -> String {
    const LETTERS: usize = 8;
    let id = sanitize(id);
    let start = id.char_indices().rev().nth(LETTERS - 1).map_or(0, |(at, _)| at);
    id.get(start..).unwrap_or_default().to_owned()
}

/// Returns when an event starts, on the clock at its place, with the offset of the place: `24 Dec 2026, 19:30 +01:00`.
pub(crate) fn event_time(starts: &EventTime) -> String {
    format!("{} {}", starts.label(), starts.offset_label())
}

/// Returns a text with a capital first letter, safe to show.
pub(crate) fn sentence(text: &str) -> String {
    let text = sanitize(text);
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Returns how many columns a text takes.
pub(crate) fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// Returns a text cut to this number of columns, with an ellipsis if it was cut.
pub(crate) fn fit<'a>(text: &'a str, columns: u16, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let (cut, _) = text.unicode_truncate(usize::from(columns.saturating_sub(width(ellipsis))));
    Cow::Owned(if columns >= width(ellipsis) { format!("{cut}{ellipsis}") } else { cut.to_owned() })
}

/// Returns the end of a text that fits into this number of columns, behind an ellipsis if the beginning was cut: whole
/// words if there are several.
pub(crate) fn fit_end<'a>(text: &'a str, columns: u16, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let (end, _) = text.unicode_truncate_start(usize::from(columns.saturating_sub(width(ellipsis))));
    let ellipsis = if columns >= width(ellipsis) { ellipsis } else { "" };
    let before = text.strip_suffix(end).unwrap_or_default();
    let is_word_cut = !before.is_empty() && !before.ends_with(char::is_whitespace);
    let end = end.split_once(' ').filter(|_| is_word_cut).map_or(end, |(_, words)| words);
    Cow::Owned(format!("{ellipsis}{}", end.trim_start()))
}

/// Returns a remaining time in words. The current second is counted, as on a clock.
pub(crate) fn remaining_time(left: Duration) -> String {
    span(Duration::from_secs(left.as_secs() + u64::from(left.subsec_nanos() > 0)))
}

/// Returns cents as a price: `$1,499.99`.
pub(crate) fn price(cents: impl Into<u64>) -> String {
    dollars(cents.into())
}

/// Returns an entered amount without white space and the dollar sign.
pub(crate) fn amount(written: &str) -> &str {
    let written = written.trim();
    written.strip_prefix('$').unwrap_or(written).trim_start()
}

/// Returns a number as the program shows all numbers: `100,000`.
pub(crate) fn count(number: usize) -> String {
    ticketing_sdk::text::count(u64::try_from(number).unwrap_or(u64::MAX))
}

/// Returns a number with its noun: `1 ticket`, `2 tickets`.
pub(crate) fn count_of(number: usize, noun: &str) -> String {
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
    fn cut_at_the_beginning_keeps_the_end() {
        assert_eq!(fit_end("Row 12, seat 7", 14, "…"), "Row 12, seat 7");
        for (columns, end) in
            [(15, "…row 12, seat 7"), (14, "…12, seat 7"), (17, "…row 12, seat 7"), (3, "…7")]
        {
            assert_eq!(fit_end("Stalls, row 12, seat 7", columns, "…"), end);
        }
        assert_eq!(fit_end("アリーナ席", 5, "…"), "…ナ席");
        assert_eq!(fit_end("アリーナ席", 4, "…"), "…席");
        assert_eq!(fit_end("abc", 0, "…"), "");
    }

    #[test]
    fn short_id_is_the_end_of_an_id() {
        assert_eq!(short_id("0193a5b2-7c1d-7e00-8000-0123456789ab"), "456789ab");
        assert_eq!(short_id("t1"), "t1");
        assert_eq!(short_id("é\u{1b}日本語日本語日本"), "日本語日本語日本");
    }

    #[test]
    fn numbers_and_prices_are_formatted() {
        assert_eq!(count(100_000), "100,000");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
        assert_eq!(count_of(1, "ticket"), "1 ticket");
        assert_eq!(price(14_999_u32), "$149.99");
        assert_eq!(money("999999.99".parse().unwrap()), "$999,999.99");
        assert_eq!(price(5_u32), "$0.05");
    }
}
