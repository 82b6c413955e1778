//! The parameters of a query. Each may occur once; an empty value counts as absent.

use std::str::FromStr;

use axum::extract::Query as Pairs;
use http::Uri;

use super::fields::capitalized;
use super::{ApiError, ValidationErrors, canonical_id};

/// The decoded parameters of a query, in their order. A route ignores unknown parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Parses the query of a URI. Bytes that are not UTF-8 become U+FFFD.
    pub fn from_uri(uri: &Uri) -> Self {
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

    /// Returns the identifier of a parameter, if any, in its canonical form. U+0000, which PostgreSQL cannot store, adds an
    /// error.
    pub fn id(&self, name: &str, errors: &mut ValidationErrors) -> Option<String> {
        let id = self.value(name, errors)?;
        if id.contains('\0') {
            errors.push(name, format!("{} must not contain U+0000", capitalized(name)));
            return None;
        }
        Some(canonical_id(id).into_owned())
    }

    /// Returns the identifier of a required parameter, as [`id`](Self::id).
    ///
    /// # Errors
    /// 400 if it is absent, with this message, if there are several, or if it holds U+0000.
    pub fn required_id(&self, name: &str, message: &str) -> Result<String, ApiError> {
        let mut errors = ValidationErrors::new();
        let id = self.id(name, &mut errors);
        errors.finish()?;
        id.ok_or_else(|| ApiError::invalid_field(name, message))
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
        let value = Query::from_uri(&Uri::from_static(uri)).value("q", &mut errors).map(str::to_owned);
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
    fn identifier_is_canonical_and_holds_no_nul() {
        let id = |uri| Query::from_uri(&Uri::from_static(uri)).required_id("order", "Order must be provided");
        let canonical = "01890a5d-ac96-774b-bcce-b302099a8057";
        assert_eq!(id("/t?order=01890A5D-AC96-774B-BCCE-B302099A8057").unwrap(), canonical);
        assert_eq!(id("/t?order=7").unwrap(), "7");
        for uri in ["/t", "/t?order=", "/t?order=a%00", "/t?order=a&order=b"] {
            let error = id(uri).unwrap_err();
            assert_eq!((error.status().as_u16(), error.errors().len()), (400, 1), "{uri}");
        }
    }

    #[test]
    fn repeated_parameter_is_an_error_of_its_field() {
        for uri in ["/t?q=a&q=b", "/t?q=a&q=a", "/t?q=a&%71=b"] {
            assert!(value(uri).unwrap_err().contains("The parameter q must come once"), "{uri}");
        }
        assert!(value("/t?p=a&p=b&q=c").is_ok(), "the route does not read p");
    }
}
