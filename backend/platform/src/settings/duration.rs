//! Durations as people write them: `15m`, `90s`, `1h30m`, `500ms`.

use std::fmt;
use std::time::Duration;

/// Some text is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a duration: {0:?}, expected something like 15m, 90s, 1h30m or 500ms")]
pub struct DurationError(String);

/// Units with their length in milliseconds, longest first.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads a duration: whole numbers with the units `d`, `h`, `m`, `s` and `ms`, from the longest to the shortest.
///
/// # Errors
/// When the text is anything else; a bare number is, since nobody can tell its unit.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    millis(text.trim()).map(Duration::from_millis).ok_or_else(|| DurationError(text.to_owned()))
}

fn millis(mut text: &str) -> Option<u64> {
    let mut total = 0_u64;
    let mut units = &UNITS[..];
    if text.is_empty() {
        return None;
    }
    while !text.is_empty() {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = text.split_at(digits);
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, rest) = rest.split_at(letters);
        let place = units.iter().position(|(name, _)| *name == unit)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(units[place].1)?)?;
        units = &units[place + 1..];
        text = rest;
    }
    Some(total)
}

/// Shows a duration the way it is read, to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisplayDuration(pub Duration);

impl fmt::Display for DisplayDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        let mut text = String::new();
        for (unit, length) in UNITS {
            let count = left / length;
            if count > 0 {
                text.push_str(&format!("{count}{unit}"));
                left %= length;
            }
        }
        f.pad(if text.is_empty() { "0s" } else { &text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, millis) in [
            ("15m", 900_000),
            ("90s", 90_000),
            ("1h30m", 5_400_000),
            ("500ms", 500),
            ("0s", 0),
            ("1d1ms", 86_400_001),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in
            ["", "15", "m", "1.5h", "-1s", "1m1h", "1s1s", "15 m", "1y", "99999999999999999999s", "1é"]
        {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_read(millis in 0..u64::MAX) {
            let duration = Duration::from_millis(millis);
            prop_assert_eq!(parse_duration(&DisplayDuration(duration).to_string()), Ok(duration));
        }
    }
}
