//! The body of a new or edited ticket.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use ticketing_platform::http::{ApiError, Field, PriceField, ValidationErrors};
use ticketing_sdk::{DetailField, DetailsUpdate};

use crate::domain::title::Title;
use crate::store::NewListing;

/// The unchecked body.
#[derive(Debug, Deserialize)]
pub(crate) struct TicketInput {
    #[serde(default)]
    title: Field<String>,
    #[serde(default)]
    price: PriceField,
    /// The details and unknown fields.
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

impl TicketInput {
    /// Checks the fields and reports every error together.
    pub(super) fn check(self) -> Result<NewListing, ApiError> {
        let mut errors = ValidationErrors::new();
        let title = self.title.required_text("title", "Title is required", &mut errors);
        let title = title.and_then(|text| {
            Title::parse(&text).map_err(|error| errors.push("title", error.to_string())).ok()
        });
        let price = self.price.required_price("price", "Price is required", &mut errors);
        let details = read_details(&self.others, &mut errors);
        errors.finish()?;
        // Both are values, or there is an error.
        let (Some(title), Some(price)) = (title, price) else { return Err(ApiError::invalid(Vec::new())) };
        Ok(NewListing { details, ..NewListing::new(title, price) })
    }
}

/// Parses the details: an absent field does not change, `null` clears it.
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
