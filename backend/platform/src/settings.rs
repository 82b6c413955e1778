//! Settings: read from the environment or a map, every fault reported at once, secrets never shown.

mod duration;
mod setting;

use std::collections::BTreeMap;
use std::fmt;

pub use duration::{DisplayDuration, DurationError, parse_duration};
pub use setting::Setting;

/// Where settings come from: names and values.
#[derive(Clone, Default)]
pub struct Source(BTreeMap<String, String>);

impl Source {
    /// The variables of the process whose names begin with `prefix`. Values that are no UTF-8 are read with
    /// replacement characters, and so fail their check.
    #[must_use]
    pub fn env(prefix: &str) -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
            })
            .filter(|(name, _)| name.starts_with(prefix))
            .collect()
    }

    /// Sets one value, over what was there: a command line argument over its variable.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Source {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Which values are secret only their readers know.
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Reads settings one by one and collects what is wrong with them.
///
/// ```
/// use std::time::Duration;
/// use ticketing_platform::settings::{Reader, Source};
///
/// struct Settings { order_ttl: Duration, workers: u16 }
///
/// let source: Source = [("TICKETING_ORDER_TTL", "15m")].into_iter().collect();
/// let mut reader = Reader::new(&source);
/// let order_ttl = reader.required("TICKETING_ORDER_TTL");
/// let workers = reader.or("TICKETING_WORKERS", 4);
/// let settings = reader.finish(|| Some(Settings { order_ttl: order_ttl?, workers }))?;
/// assert_eq!((settings.order_ttl.as_secs(), settings.workers), (900, 4));
/// # Ok::<(), ticketing_platform::settings::SettingsError>(())
/// ```
#[derive(Debug)]
pub struct Reader<'s> {
    source: &'s Source,
    invalid: Vec<InvalidSetting>,
}

/// What is wrong with one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidSetting {
    /// The setting's name.
    pub name: String,
    /// What was given; `None` when nothing was, and for secrets.
    pub given: Option<String>,
    /// What would have been right.
    pub expected: String,
}

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// One entry for each fault, in the order of reading.
    pub invalid: Vec<InvalidSetting>,
}

impl<'s> Reader<'s> {
    /// Reads from this source.
    #[must_use]
    pub fn new(source: &'s Source) -> Self {
        Self { source, invalid: Vec::new() }
    }

    /// A setting that may be absent. An empty value counts as absent.
    pub fn optional<T: Setting>(&mut self, name: &str) -> Option<T> {
        let value = self.source.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())?;
        let read = T::read(value);
        if read.is_none() {
            let given = (!T::SECRET).then(|| value.to_owned());
            self.report_invalid(name, given, T::expected());
        }
        read
    }

    /// A setting with a default.
    pub fn or<T: Setting>(&mut self, name: &str, default: T) -> T {
        self.optional(name).unwrap_or(default)
    }

    /// A setting that must be given; `None` is a fault that [`finish`](Self::finish) reports.
    pub fn required<T: Setting>(&mut self, name: &str) -> Option<T> {
        let before = self.invalid.len();
        let read = self.optional(name);
        if read.is_none() && self.invalid.len() == before {
            self.report_invalid(name, None, T::expected());
        }
        read
    }

    /// Reports a fault that only the caller can see: two settings that exclude each other, a range.
    pub fn report_invalid(&mut self, name: &str, given: Option<String>, expected: impl Into<String>) {
        self.invalid.push(InvalidSetting { name: name.to_owned(), given, expected: expected.into() });
    }

    /// Builds the settings if nothing is wrong. `build` may answer `None` only where a required setting is absent.
    ///
    /// # Errors
    /// Every fault there was.
    pub fn finish<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, SettingsError> {
        let invalid = self.invalid;
        if invalid.is_empty() {
            build().ok_or(SettingsError { invalid })
        } else {
            Err(SettingsError { invalid })
        }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings are not usable")?;
        for fault in &self.invalid {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}

impl fmt::Display for InvalidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.given {
            Some(given) => write!(f, "{} is {given:?}, expected {}", self.name, self.expected),
            None => write!(f, "{}: expected {}", self.name, self.expected),
        }
    }
}

impl std::error::Error for SettingsError {}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::{ExposeSecret, SecretString};
    use std::net::SocketAddr;
    use std::time::Duration;

    #[test]
    fn every_fault_is_reported_at_once_and_secrets_are_not_shown() {
        let source: Source =
            [("LISTEN", "localhost"), ("TTL", "15 parsecs"), ("KEY", "hunter2"), ("ON", "maybe")]
                .into_iter()
                .collect();
        let mut reader = Reader::new(&source);
        let listen = reader.required::<SocketAddr>("LISTEN");
        let ttl = reader.or("TTL", Duration::from_secs(900));
        let key = reader.required::<SecretString>("KEY");
        let on = reader.or("ON", false);
        let missing = reader.required::<u16>("WORKERS");
        reader.report_invalid("KEY", None, "at least 32 characters");
        let error = reader.finish(|| Some((listen?, ttl, key?, on, missing?))).unwrap_err();
        let names: Vec<_> = error.invalid.iter().map(|fault| fault.name.as_str()).collect();
        assert_eq!(names, ["LISTEN", "TTL", "ON", "WORKERS", "KEY"]);
        let text = format!("{error} {error:?} {source:?}");
        assert!(text.contains("LISTEN is \"localhost\", expected an address and a port"), "{text}");
        assert!(!text.contains("hunter2"));
    }

    #[test]
    fn values_are_read_and_defaults_stand_in() {
        let source = [("LISTEN", "127.0.0.1:0"), ("KEY", " s3cret "), ("EMPTY", "")]
            .into_iter()
            .collect::<Source>()
            .with("PROXIES", "10.0.0.0/8, ::1");
        let mut reader = Reader::new(&source);
        let listen = reader.required::<SocketAddr>("LISTEN");
        let key = reader.required::<SecretString>("KEY");
        let networks = reader.or::<Vec<crate::limits::Network>>("PROXIES", Vec::new());
        let empty = reader.or("EMPTY", 7_u16);
        let (listen, key) = reader.finish(|| Some((listen?, key?))).unwrap();
        assert_eq!(listen.port(), 0);
        assert_eq!(key.expose_secret(), "s3cret");
        assert_eq!((networks.len(), empty), (2, 7));
    }
}
