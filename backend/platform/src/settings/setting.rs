//! The types that a setting can have, and what is expected of each.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use http::Uri;
use secrecy::SecretString;

use super::parse_duration;
use crate::limits::Network;
use crate::telemetry::LogFormat;

/// A type that a setting can have.
pub trait Setting: Sized {
    /// Whether its value must never be shown.
    const SECRET: bool = false;

    /// What a right value looks like, for people.
    fn expected() -> String;

    /// Reads a value that is trimmed and not empty.
    fn read(value: &str) -> Option<Self>;
}

macro_rules! settings {
    ($($type:ty: $expected:literal, $read:expr;)+) => {$(
        impl Setting for $type {
            fn expected() -> String {
                $expected.to_owned()
            }

            fn read(value: &str) -> Option<Self> {
                let read: fn(&str) -> Option<Self> = $read;
                read(value)
            }
        }
    )+};
}

settings! {
    SocketAddr: "an address and a port like 127.0.0.1:3000", |value| value.parse().ok();
    Duration: "a duration like 15m, 90s, 1h30m or 500ms", |value| parse_duration(value).ok();
    bool: "true or false", |value| match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    };
    u16: "a number from 0 to 65535", |value| value.parse().ok();
    u32: "a number from 0 to 4294967295", |value| value.parse().ok();
    usize: "a number", |value| value.parse().ok();
    String: "some text", |value| Some(value.to_owned());
    PathBuf: "a path", |value| Some(value.into());
    LogFormat: "text or json", |value| value.parse().ok();
    Network: "a network like 10.0.0.0/8", |value| value.parse().ok();
    Uri: "a URL like https://shop.example", |value| {
        let uri: Uri = value.parse().ok()?;
        let known = matches!(uri.scheme_str(), Some("http" | "https"));
        (known && uri.authority().is_some()).then_some(uri)
    };
}

impl Setting for SecretString {
    const SECRET: bool = true;

    fn expected() -> String {
        "a secret".to_owned()
    }

    fn read(value: &str) -> Option<Self> {
        Some(value.into())
    }
}

/// A list, separated by commas.
impl<T: Setting> Setting for Vec<T> {
    const SECRET: bool = T::SECRET;

    fn expected() -> String {
        format!("a list, separated by commas, of: {}", T::expected())
    }

    fn read(value: &str) -> Option<Self> {
        value.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(T::read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked() {
        assert_eq!(bool::read("YES"), Some(true));
        assert_eq!(bool::read("2"), None);
        assert!(Uri::read("https://shop.example/x").is_some());
        for value in ["shop.example", "/x", "ftp://shop.example", "http://"] {
            assert!(Uri::read(value).is_none(), "{value}");
        }
        assert_eq!(Vec::<u16>::read("1, 2,,3"), Some(vec![1, 2, 3]));
        assert_eq!(Vec::<u16>::read("1, x"), None);
        assert_eq!(LogFormat::read("json"), Some(LogFormat::Json));
    }
}
