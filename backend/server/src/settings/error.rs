//! The error that reports all invalid settings together.

use std::fmt;

/// One invalid setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSetting {
    /// The variable of the setting, like `TICKETING_LISTEN`.
    pub name: String,
    /// The given value; `None` for a secret, and for a missing value.
    pub given: Option<String>,
    /// A description of the valid values.
    pub expected: String,
}

/// Every invalid setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsError {
    /// One entry for each invalid setting, in the order of reading.
    pub invalid: Vec<InvalidSetting>,
}

impl SettingsError {
    /// Adds an invalid setting. `given` is `None` for a secret, and for a missing value.
    pub(crate) fn add(&mut self, name: &str, given: Option<String>, expected: impl Into<String>) {
        self.invalid.push(InvalidSetting { name: name.to_owned(), given, expected: expected.into() });
    }

    /// Returns the value of `result` if neither has an error, else the errors of both.
    pub(crate) fn merge<T>(mut self, result: Result<T, Self>) -> Result<T, Self> {
        match result {
            Ok(value) => self.or(value),
            Err(more) => {
                self.invalid.extend(more.invalid);
                Err(self)
            }
        }
    }

    /// Returns `value` if there is no error.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.invalid.is_empty() { Ok(value) } else { Err(self) }
    }
}

/// Returns the flag of a variable: `--order-ttl` for `TICKETING_ORDER_TTL`.
pub(crate) fn flag(variable: &str) -> String {
    format!("--{}", variable.trim_start_matches("TICKETING_").to_ascii_lowercase().replace('_', "-"))
}

impl fmt::Display for InvalidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, flag(&self.name))?;
        match &self.given {
            Some(given) => write!(f, " is {given:?}, expected {}", self.expected),
            None => write!(f, ": expected {}", self.expected),
        }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings are invalid")?;
        self.invalid.iter().try_for_each(|setting| write!(f, "\n  {setting}"))
    }
}

impl std::error::Error for SettingsError {}
