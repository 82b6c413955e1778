//! Spans of time, as people write them: `15m`, `90s`, `1h30m`, or a bare count of seconds.

use std::time::Duration;

/// Reads a span of time that is longer than nothing.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("not a span of time: {text:?}; expected something like 15m, 90s, 1h30m or 500ms");
    let span = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let signed: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
            Duration::try_from(signed).map_err(|_| wrong())?
        }
    };
    if span.is_zero() {
        return Err("a span of time must be longer than nothing".to_owned());
    }
    Ok(span)
}

/// How long, for people: the largest unit that fits, `14 min 59 s` where seconds matter.
pub(crate) fn describe(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        let read = |text| parse(text).map(|span| span.as_millis());
        assert_eq!(read("15m"), Ok(900_000));
        assert_eq!(read("90s"), Ok(90_000));
        assert_eq!(read("1h30m"), Ok(5_400_000));
        assert_eq!(read("500ms"), Ok(500));
        assert_eq!(read("30"), Ok(30_000));
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in ["", "soon", "0", "0s", "-5m", "15 parsecs", "99999999999999999999"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn spans_are_described() {
        assert_eq!(describe(Duration::from_secs(42)), "42 s");
        assert_eq!(describe(Duration::from_secs(900)), "15 min");
        assert_eq!(describe(Duration::from_secs(899)), "14 min 59 s");
        assert_eq!(describe(Duration::from_secs(5400)), "1 h 30 min");
    }
}
