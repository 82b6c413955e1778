//! Spans of time, as people write them: `15m`, `90s`, `1h30m`, `10d`, or a bare count of seconds.

use std::time::Duration;

/// Reads a span of time that is longer than nothing.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let wrong =
        || format!("not a span of time: {text:?}; expected something like 15m, 90s, 1h30m, 10d or 500ms");
    let span = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let span: jiff::Span = text.parse().map_err(|_| wrong())?;
            let signed = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
            Duration::try_from(signed).map_err(|_| wrong())?
        }
    };
    if span.is_zero() {
        return Err("a span of time must be longer than nothing".to_owned());
    }
    Ok(span)
}

/// Reads a distance into the future, with or without its sign: `+16m`.
pub(crate) fn parse_forward(text: &str) -> Result<Duration, String> {
    parse(text.strip_prefix('+').unwrap_or(text))
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
        assert_eq!(read("10d"), Ok(864_000_000));
        assert_eq!(read("1w"), Ok(604_800_000));
        assert_eq!(read("30"), Ok(30_000));
    }

    #[test]
    fn distance_may_have_a_sign() {
        assert_eq!(parse_forward("+16m"), parse("16m"));
        assert!(parse_forward("-16m").is_err());
    }

    #[test]
    fn invalid_span_is_refused() {
        for text in ["", "soon", "0", "0s", "-5m", "15 parsecs", "99999999999999999999"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
