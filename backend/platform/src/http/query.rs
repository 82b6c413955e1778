//! The parameters of a query. Each may occur once; an empty value counts as absent.

use std::str::FromStr;

use axum::extract::Query as Pairs;
use http::Uri;

use super::{ApiError, ValidationErrors};

/// The decoded parameters of a query, in their order. A route ignores unknown parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Parses the query of a URI. Bytes that are not UTF-8 become U+FFFD.
    #[must_use]
    pub fn of(uri: &Uri) -> Self {
        let pairs = Pairs::<Vec<(String, String)>>::try_from_uri(uri);
        Self(pairs.map(|Pairs(pairs)| pairs).unwrap_or_default())
    }

    /// Returns the value of a parameter, if any. Several values are ambiguous and add an error.
    pub fn value(&self, name: &str, errors: &mut ValidationErrors) -> Option<&str> {
        let mut values = self.0.iter().filter(|(given, value)| given == name && !value.is_empty());
        let (_, value) = values.next()?;
        if values.next().is_some() {
            errors.push(name, format!("The parameter {name} must come once"));
            return None;
        }
        Some(value)
    }

    /// Returns the value of a required parameter.
    ///
    /// # Errors
    /// 400 if it is absent, with this message, or if there are several.
    pub fn required(&self, name: &str, message: &str) -> Result<String, ApiError> {
        let mut errors = ValidationErrors::new();
        let value = self.value(name, &mut errors);
        if value.is_none() {
            errors.push(name, message);
        }
        let value = value.map(str::to_owned);
        errors.finish()?;
        value.ok_or_else(ApiError::not_found)
    }

    /// Returns the values of a list with commas. Empty if the parameter is absent or `all`. An invalid value adds an
    /// error with this message.
    pub fn list<T: FromStr>(&self, name: &str, message: &str, errors: &mut ValidationErrors) -> Vec<T> {
        let Some(text) = self.value(name, errors).filter(|text| *text != "all") else {
            return Vec::new();
        };
        let values: Option<Vec<T>> = text.split(',').map(|value| value.trim().parse().ok()).collect();
        values.unwrap_or_else(|| {
            errors.push(name, message);
            Vec::new()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(uri: &'static str) -> Result<Option<String>, String> {
        let mut errors = ValidationErrors::new();
        let value = Query::of(&Uri::from_static(uri)).value("q", &mut errors).map(str::to_owned);
        errors.finish().map(|()| value).map_err(|error| error.to_string())
    }

    #[test]
    fn parameter_is_decoded_and_an_empty_one_is_absent() {
        for (uri, expected) in [
            ("/t", None),
            ("/t?q", None),
            ("/t?q=&p=1", None),
            ("/t?p=1&q=a+b%26", Some("a b&")),
            ("/t?%71=x&&Q=y", Some("x")),
            ("/t?q=&q=x", Some("x")),
            ("/t?q=%ff", Some("\u{fffd}")),
            ("/t?q=%zz", Some("%zz")),
        ] {
            assert_eq!(value(uri).unwrap().as_deref(), expected, "{uri}");
        }
    }

    #[test]
    fn parameter_that_comes_twice_is_a_fault_of_its_field() {
        for uri in ["/t?q=a&q=b", "/t?q=a&q=a", "/t?q=a&%71=b"] {
            assert!(value(uri).unwrap_err().contains("The parameter q must come once"), "{uri}");
        }
        assert!(value("/t?p=a&p=b&q=c").is_ok(), "nobody asks for p");
    }
}
