//! Fields of a request body that report all errors of the body together.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use ticketing_sdk::{ErrorCode, ErrorDetail, Money, MoneyError};

use super::{ApiError, canonical_id};

/// One field of a request body: absent, of the wrong type, or a value.
///
/// Deserializing it never fails, so that a wrong type is an error of the field and not of the whole body. Each such field
/// needs `#[serde(default)]`. `null` counts as absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Field<T> {
    /// Absent or `null`.
    #[default]
    Missing,
    /// Not a `T`.
    Invalid,
    /// A value.
    Value(T),
}

impl<T> Field<T> {
    /// Returns the value. A field that is absent or has the wrong type adds an error with this message.
    pub fn required(self, name: &str, message: &str, errors: &mut ValidationErrors) -> Option<T> {
        if matches!(self, Self::Missing) {
            errors.push(name, message);
        }
        self.optional(name, message, errors)
    }

    /// Returns the value, if any. Only a wrong type adds an error.
    pub fn optional(self, name: &str, message: &str, errors: &mut ValidationErrors) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Missing => None,
            Self::Invalid => {
                errors.push(name, message);
                None
            }
        }
    }
}

impl Field<String> {
    /// Returns the text, as [`required`](Self::required). The error of another type names the type. A text with U+0000,
    /// which PostgreSQL cannot store, adds an error.
    pub fn required_text(self, name: &str, message: &str, errors: &mut ValidationErrors) -> Option<String> {
        if self == Self::Invalid {
            errors.push(name, format!("{} must be a string", capitalized(name)));
            return None;
        }
        let text = self.required(name, message, errors)?;
        if text.contains('\0') {
            errors.push(name, format!("{} must not contain U+0000", capitalized(name)));
            return None;
        }
        Some(text)
    }

    /// Returns the identifier, as [`required_text`](Self::required_text), in its canonical form. White space counts as
    /// absent.
    pub fn required_id(self, name: &str, message: &str, errors: &mut ValidationErrors) -> Option<String> {
        let id = self.required_text(name, message, errors)?;
        if id.trim().is_empty() {
            errors.push(name, message);
            return None;
        }
        Some(canonical_id(&id).into_owned())
    }
}

/// A field with an amount of money: a JSON number, or a string with a number.
pub type PriceField = Field<Box<RawValue>>;

impl PriceField {
    /// Returns the amount, as [`required`](Self::required).
    pub fn required_price(self, name: &str, message: &str, errors: &mut ValidationErrors) -> Option<Money> {
        let value = self.required(name, message, errors)?;
        read_price(&value, name, errors)
    }

    /// Returns the amount, as [`optional`](Self::optional).
    pub fn optional_price(self, name: &str, message: &str, errors: &mut ValidationErrors) -> Option<Money> {
        let value = self.optional(name, message, errors)?;
        read_price(&value, name, errors)
    }
}

fn read_price(value: &RawValue, name: &str, errors: &mut ValidationErrors) -> Option<Money> {
    let problem = match Money::from_json(value) {
        Ok(price) => return Some(price),
        Err(MoneyError::NotPositive) => "must be greater than 0",
        Err(MoneyError::TooLarge) => "must be at most 999999.99",
        Err(MoneyError::TooPrecise) => "must have at most two decimals",
        Err(_) => "must be a number like 20 or 149.99",
    };
    errors.push(name, format!("{} {problem}", capitalized(name)));
    None
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Through the raw text: a failed deserializer cannot read the rest of the document, and a number keeps all its
        // digits.
        let value = Box::<RawValue>::deserialize(deserializer)?;
        Ok(match value.get() {
            "null" => Self::Missing,
            text => serde_json::from_str(text).map_or(Self::Invalid, Self::Value),
        })
    }
}

/// Capitalizes the name of a field for the start of a sentence.
pub(super) fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// Collects the errors of one request.
#[derive(Debug, Default)]
#[must_use = "errors have an effect only when `finish` is called"]
pub struct ValidationErrors(Vec<ErrorDetail>);

impl ValidationErrors {
    /// Creates an empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error of one field, with the code `invalid_input`.
    pub fn push(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.push_code(field, message, ErrorCode::InvalidInput);
    }

    /// Adds an error of one field with another code.
    pub fn push_code(&mut self, field: impl Into<String>, message: impl Into<String>, code: ErrorCode) {
        self.0.push(ErrorDetail::new(message).field(field).code(code));
    }

    /// Returns whether there is no error.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ends the collection.
    ///
    /// # Errors
    /// 400 with all errors, if there are any.
    pub fn finish(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::invalid(self.0)) }
    }
}

impl From<ValidationErrors> for ApiError {
    /// Creates a 400 with all errors.
    fn from(errors: ValidationErrors) -> Self {
        Self::invalid(errors.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        title: Field<String>,
        #[serde(default)]
        count: Field<u8>,
    }

    #[test]
    fn wrong_types_and_absence_are_errors_by_field() {
        let body: Body = serde_json::from_str(r#"{"title":{"nested":[1]},"other":1}"#).unwrap();
        assert_eq!(body.title, Field::Invalid);
        assert_eq!(body.count, Field::Missing);
        let mut errors = ValidationErrors::new();
        assert_eq!(body.title.required("title", "Title is required", &mut errors), None);
        assert_eq!(body.count.optional("count", "Count must be a number", &mut errors), None);
        let error = errors.finish().unwrap_err();
        assert_eq!(error.errors().len(), 1);
        assert_eq!(error.errors()[0].field.as_deref(), Some("title"));
    }

    #[test]
    fn null_is_absent_and_broken_json_is_still_an_error() {
        let body: Body = serde_json::from_str(r#"{"title":null,"count":7}"#).unwrap();
        assert_eq!((body.title, body.count), (Field::Missing, Field::Value(7)));
        assert!(serde_json::from_str::<Body>(r#"{"title":{"a":}"#).is_err());
    }

    #[test]
    fn price_is_read_by_its_text() {
        #[derive(Debug, Deserialize)]
        struct Body {
            #[serde(default)]
            price: PriceField,
        }
        let read = |text: &str| {
            let body: Body = serde_json::from_str(&format!("{{\"price\":{text}}}")).unwrap();
            let mut errors = ValidationErrors::new();
            let price = body.price.required_price("price", "Price is required", &mut errors);
            price.ok_or_else(|| errors.0.remove(0).message)
        };
        assert_eq!(read("20.00").map(Money::cents), Ok(2000));
        assert_eq!(read("\"20.5\"").map(Money::cents), Ok(2050));
        for (texts, message) in [
            (["19.999999999999999999", "\"19.999999999999999999\""], "Price must have at most two decimals"),
            (["1e400", "\"1e400\""], "Price must be at most 999999.99"),
            (["-1e400", "\"0\""], "Price must be greater than 0"),
            (["true", "\"x\""], "Price must be a number like 20 or 149.99"),
            (["null", "null"], "Price is required"),
        ] {
            for text in texts {
                assert_eq!(read(text), Err(message.to_owned()), "{text}");
            }
        }
    }
}
