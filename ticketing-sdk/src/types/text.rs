//! Text for people: sanitising of the text of others, and times in words.

mod search;
mod unicode;

use std::borrow::Cow;
use std::time::Duration;

use super::{Money, Timestamp};

pub use search::SearchWords;
pub use unicode::{fold_case, has_visible, is_invisible, normalize, search_key, single_line};

/// Makes the text of another user safe to print on a terminal, on one line.
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

/// Returns a duration in words, with two units where the smaller one matters.
///
/// ```
/// use std::time::Duration;
/// use ticketing_sdk::text::span;
///
/// assert_eq!(span(Duration::from_secs(42)), "42 s");
/// assert_eq!(span(Duration::from_secs(899)), "14 min 59 s");
/// assert_eq!(span(Duration::from_secs(900)), "15 min");
/// assert_eq!(span(Duration::from_secs(5400)), "1 h 30 min");
/// ```
#[must_use]
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Returns a duration as a clock shows it. The second that runs is counted.
///
/// ```
/// use std::time::Duration;
/// use ticketing_sdk::text::clock;
///
/// assert_eq!(clock(Duration::from_secs(900)), "15:00");
/// assert_eq!(clock(Duration::from_millis(899_001)), "15:00");
/// assert_eq!(clock(Duration::from_secs(59)), "0:59");
/// assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
/// ```
#[must_use]
pub fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    match seconds / HOUR {
        0 => format!("{}:{:02}", seconds / MINUTE, seconds % MINUTE),
        hours => format!("{hours}:{:02}:{:02}", seconds / MINUTE % MINUTE, seconds % MINUTE),
    }
}

/// Returns the time that is left of a reservation: `12:03 left`.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(ticketing_sdk::text::time_left(Duration::from_secs(723)), "12:03 left");
/// ```
#[must_use]
pub fn time_left(left: Duration) -> String {
    format!("{} left", clock(left))
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// The longest time that is shown relative to now; beyond it the date is shown.
const MAX_RELATIVE: u64 = 30 * DAY;

/// Returns a time relative to `now`, rounded to a whole unit: `3 min ago`, `in 14 min`, or the date if it is far away.
///
/// ```
/// use ticketing_sdk::text::relative;
///
/// let now = "2026-11-22T10:15:00Z".parse()?;
/// assert_eq!(relative("2026-11-22T10:15:00.400Z".parse()?, now), "now");
/// assert_eq!(relative("2026-11-22T10:14:18Z".parse()?, now), "42 s ago");
/// assert_eq!(relative("2026-11-22T10:29:59Z".parse()?, now), "in 15 min");
/// assert_eq!(relative("2026-11-29T10:14:59Z".parse()?, now), "in 7 d");
/// assert_eq!(relative("2026-11-22T07:00:00Z".parse()?, now), "3 h ago");
/// assert_eq!(relative("2026-11-20T10:00:00Z".parse()?, now), "2 d ago");
/// assert_eq!(relative("2025-01-02T10:00:00Z".parse()?, now), "2025-01-02");
/// # Ok::<(), ticketing_sdk::TimestampError>(())
/// ```
#[must_use]
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    let (ahead, since) =
        (at.saturating_duration_since(now).as_secs(), now.saturating_duration_since(at).as_secs());
    match (ahead, since) {
        (0, 0) => "now".to_owned(),
        (0, since) if since >= MAX_RELATIVE => date(at),
        (0, since) => format!("{} ago", amount(since)),
        (ahead, _) if ahead >= MAX_RELATIVE => date(at),
        (ahead, _) => format!("in {}", amount(ahead)),
    }
}

/// The day, in UTC: `2026-11-22`.
///
/// ```
/// assert_eq!(ticketing_sdk::text::date("2026-11-22T10:15:00Z".parse()?), "2026-11-22");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn date(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// The time of the day, in UTC: `10:15:00`.
///
/// ```
/// assert_eq!(ticketing_sdk::text::time_of_day("2026-11-22T10:15:00Z".parse()?), "10:15:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn time_of_day(at: Timestamp) -> String {
    at.to_string().chars().skip(11).take(8).collect()
}

/// Returns a time that both sides of a border read alike: `2026-12-24 18:31:07 UTC`.
///
/// ```
/// let at = "2026-12-24T18:31:07.250Z".parse()?;
/// assert_eq!(ticketing_sdk::text::utc(at), "2026-12-24 18:31:07 UTC");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn utc(at: Timestamp) -> String {
    format!("{} {} UTC", date(at), time_of_day(at))
}

/// Returns that a card was declined, as one phrase, with the reason of the card provider if it says more.
///
/// ```
/// use ticketing_sdk::text::card_declined;
///
/// assert_eq!(card_declined(Some("Your card was declined.")), "the card was declined");
/// let reason = "Your card has insufficient funds.";
/// assert_eq!(card_declined(Some(reason)), format!("the card was declined: {reason}"));
/// ```
#[must_use]
pub fn card_declined(reason: Option<&str>) -> String {
    const DECLINED: &str = "the card was declined";
    match reason {
        Some(reason) if !reason.to_lowercase().trim_end_matches('.').ends_with("card was declined") => {
            format!("{DECLINED}: {reason}")
        }
        _ => DECLINED.to_owned(),
    }
}

/// Returns an amount of money as people read it, with commas between thousands: `$1,499.99`. `Display` of [`Money`] has
/// the digits alone, for programs.
///
/// ```
/// use ticketing_sdk::text::price;
///
/// assert_eq!(price("1499.99".parse()?), "$1,499.99");
/// # Ok::<(), ticketing_sdk::MoneyError>(())
/// ```
#[must_use]
pub fn price(amount: Money) -> String {
    dollars(amount.cents().unsigned_abs())
}

/// Returns a number of cents like [`price`]: a sum can be 0, and more than one price.
///
/// ```
/// assert_eq!(ticketing_sdk::text::dollars(5), "$0.05");
/// ```
#[must_use]
pub fn dollars(cents: u64) -> String {
    format!("${}.{:02}", count(cents / 100), cents % 100)
}

/// Returns a number with commas between thousands.
///
/// ```
/// assert_eq!(ticketing_sdk::text::count(100_000), "100,000");
/// ```
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a number of seconds in the largest unit of which, rounded, there is at least one.
fn amount(seconds: u64) -> String {
    let rounded = |unit: u64| (seconds + unit / 2) / unit;
    match (rounded(MINUTE), rounded(HOUR), rounded(DAY)) {
        _ if seconds < MINUTE => format!("{seconds} s"),
        (minutes @ 0..60, ..) => format!("{minutes} min"),
        (_, hours @ 0..24, _) => format!("{hours} h"),
        (.., days) => format!("{days} d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_times_are_rounded_as_people_round_them() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        for (seconds, words) in [
            (59, "59 s"),
            (60, "1 min"),
            (89, "1 min"),
            (90, "2 min"),
            (59 * 60 + 29, "59 min"),
            (59 * 60 + 40, "1 h"),
            (90 * 60, "2 h"),
            (23 * 3_600 + 29 * 60, "23 h"),
            (23 * 3_600 + 30 * 60, "1 d"),
            (6 * DAY + 23 * HOUR + 59 * MINUTE, "7 d"),
        ] {
            let span = Duration::from_secs(seconds);
            assert_eq!(relative(now + span, now), format!("in {words}"), "{seconds} s ahead");
            assert_eq!(relative(now, now + span), format!("{words} ago"), "{seconds} s before");
        }
    }
}
