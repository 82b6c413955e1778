//! The body of a ticket that is listed or edited.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use ticketing_platform::http::{ApiError, Field, ValidationErrors};
use ticketing_sdk::{DetailField, DetailsUpdate, Money, MoneyError};

use crate::domain::title::Title;
use crate::store::NewListing;

/// The body as it was sent: nothing in it is checked yet.
#[derive(Debug, Deserialize)]
pub(crate) struct TicketInput {
    #[serde(default)]
    title: Field<String>,
    #[serde(default)]
    price: Field<Value>,
    /// The details, and whatever else was sent.
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

impl TicketInput {
    /// Checks the fields and reports every fault together.
    pub(super) fn check(self) -> Result<NewListing, ApiError> {
        let mut errors = ValidationErrors::new();
        let title = self.title.required_text("title", "Title is required", &mut errors);
        let title = title.and_then(|text| {
            Title::parse(&text).map_err(|error| errors.push("title", error.to_string())).ok()
        });
        let price = self.price.required("price", "Price is required", &mut errors);
        let price = price.and_then(|value| {
            read_price(&value).map_err(|error| errors.push("price", in_words(&error))).ok()
        });
        let details = read_details(&self.others, &mut errors);
        errors.finish()?;
        // Both were read, or there is an error of the field.
        let (Some(title), Some(price)) = (title, price) else { return Err(ApiError::invalid(Vec::new())) };
        Ok(NewListing { title, price, details })
    }
}

/// Each field of the details: absent, it stays as it is; `null` clears it.
fn read_details(sent: &BTreeMap<String, Value>, errors: &mut ValidationErrors) -> DetailsUpdate {
    let mut details = DetailsUpdate::default();
    for field in DetailField::ALL {
        match sent.get(field.name()) {
            None => {}
            Some(Value::Null) => details.clear(*field),
            Some(Value::String(text)) => {
                if let Err(error) = details.set(*field, text) {
                    errors.push(field.name(), error.to_string());
                }
            }
            Some(_) => errors.push(field.name(), format!("{} must be a string", field.label())),
        }
    }
    details
}

/// A number, or a string that holds one.
fn read_price(value: &Value) -> Result<Money, MoneyError> {
    match value {
        Value::String(text) => text.parse(),
        Value::Number(number) => number.to_string().parse(),
        _ => Err(MoneyError::NotANumber),
    }
}

fn in_words(error: &MoneyError) -> &'static str {
    match error {
        MoneyError::NotPositive => "Price must be greater than 0",
        MoneyError::TooLarge => "Price must be at most 999999.99",
        MoneyError::TooPrecise => "Price must have at most two decimals",
        _ => "Price must be a number like 20 or 149.99",
    }
}
