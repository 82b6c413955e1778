//! Parsers of the values of settings. Their errors name a valid form.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;
use ticketing_platform::http::IpNet;
use ticketing_platform::telemetry::LogFormat;

/// Reads a value without the spaces around it.
pub(super) fn parse_trimmed<T: FromStr>(text: &str) -> Result<T, T::Err> {
    text.trim().parse()
}

/// Reads a secret. It is checked later, so that no message shows it.
pub(super) fn secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(text.trim().into())
}

/// Reads an address with a port; `localhost` is the loopback address of IPv4.
pub(super) fn listen_address(text: &str) -> Result<SocketAddr, &'static str> {
    let text = text.trim();
    let address = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}").parse(),
        None => text.parse(),
    };
    address.map_err(|_| "expected an address and a port like 127.0.0.1:3000")
}

/// Reads a block of addresses, or one address as a block: `10.0.0.0/8`, `::1`, `fd00::/8`.
pub(super) fn network(text: &str) -> Result<IpNet, &'static str> {
    let text = text.trim();
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| address()).map_err(|_| "expected an address or a block like 10.0.0.0/8")
}

/// Reads a format of log lines.
pub(super) fn log_format(text: &str) -> Result<LogFormat, &'static str> {
    match text.trim() {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("expected text or json"),
    }
}

/// Reads a ratio.
pub(super) fn ratio(text: &str) -> Result<f64, &'static str> {
    let ratio = text.trim().parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
    ratio.ok_or("expected a number from 0 to 1")
}

/// Reads a duration like `15m`, `90s`, `1h30m` or `500ms`.
pub(super) fn duration(text: &str) -> Result<Duration, &'static str> {
    let given = humantime::parse_duration(text.trim());
    let given = given.map_err(|_| "expected a duration like 15m, 90s, 1h30m or 500ms")?;
    if given > MAX_DURATION { Err("expected at most 100 years") } else { Ok(given) }
}

/// The longest duration of a setting: a hundred years, so that no time that follows from it is past the calendar.
const MAX_DURATION: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
/// The largest count of a setting.
const MAX_COUNT: u32 = 1_000_000;

/// Reads a duration of at least one second.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    duration_within(text, Duration::from_secs(1)..=MAX_DURATION)
}

/// Reads a duration within bounds.
pub(super) fn duration_within(text: &str, bounds: RangeInclusive<Duration>) -> Result<Duration, String> {
    let given = duration(text)?;
    if given < *bounds.start() {
        return Err(format!("expected at least {}", format_duration(*bounds.start())));
    }
    if given > *bounds.end() {
        return Err(format!("expected at most {}", format_duration(*bounds.end())));
    }
    Ok(given)
}

/// Returns a duration in the form that [`duration`] reads.
pub(super) fn format_duration(duration: Duration) -> String {
    humantime::format_duration(duration).to_string().replace(' ', "")
}

/// Reads a count of at least 1.
pub(super) fn count(text: &str) -> Result<usize, &'static str> {
    match text.trim().parse() {
        Ok(given @ 1..=MAX_COUNT) => usize::try_from(given).map_err(|_| "expected at most 1000000"),
        Ok(0) => Err("expected at least 1"),
        _ => Err("expected a number from 1 to 1000000"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_shown_in_one_form() {
        for (text, millis) in
            [("15m", 900_000), ("90s", 90_000), ("1h30m", 5_400_000), ("500ms", 500), ("1day1ms", 86_400_001)]
        {
            let given = Duration::from_millis(millis);
            assert_eq!(duration(text), Ok(given), "{text}");
            assert_eq!(duration(&format_duration(given)), Ok(given), "{text}");
        }
        for text in ["", "15", "m", "-1s", "1parsec", "99999999999999999999s", "1é"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert_eq!(seconds("999ms"), Err("expected at least 1s".to_owned()));
        assert_eq!(duration("8000years"), Err("expected at most 100 years"));
        assert!(seconds("8000years").is_err());
    }

    #[test]
    fn counts_are_bounded() {
        assert_eq!((count(" 1 "), count("1000000")), (Ok(1), Ok(1_000_000)));
        for text in ["0", "1000001", "18446744073709551615", "-1", "many"] {
            assert!(count(text).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_may_name_this_machine() {
        assert_eq!(listen_address("localhost:0"), Ok("127.0.0.1:0".parse().unwrap()));
        assert_eq!(listen_address("[::1]:80"), Ok("[::1]:80".parse().unwrap()));
        assert!(listen_address("localhost").is_err() && listen_address("shop.example:80").is_err());
    }

    #[test]
    fn ratio_is_a_number_from_0_to_1() {
        assert_eq!((ratio("0"), ratio(" 1.0 ")), (Ok(0.0), Ok(1.0)));
        for text in ["-0.1", "1.1", "half", "NaN", "inf", ""] {
            assert!(ratio(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn networks_are_blocks_of_addresses() {
        for (text, inside, outside) in [
            ("10.1.0.0/16", "10.1.255.255", "10.2.0.0"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("192.168.1.1", "192.168.1.1", "192.168.1.2"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("::/0", "fe00::1", "1.2.3.4"),
        ] {
            let network = network(text).unwrap();
            assert!(network.contains(&inside.parse::<IpAddr>().unwrap()), "{network:?}");
            assert!(!network.contains(&outside.parse::<IpAddr>().unwrap()), "{network:?}");
        }
        for text in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/-1", "host/8"] {
            assert!(network(text).is_err(), "{text}");
        }
    }
}
