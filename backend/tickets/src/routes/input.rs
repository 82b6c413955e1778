//! The body of a ticket that is listed or edited.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use ticketing_platform::http::{ApiError, Field, PriceField, ValidationErrors};
use ticketing_sdk::{DetailField, DetailsUpdate};

use crate::domain::title::Title;
use crate::store::NewListing;

/// The body as it was sent: nothing in it is checked yet.
#[derive(Debug, Deserialize)]
pub(crate) struct TicketInput {
    #[serde(default)]
    title: Field<String>,
    #[serde(default)]
    price: PriceField,
    /// The details, and whatever else was sent.
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
        // Both were read, or there is an error of the field.
        let (Some(title), Some(price)) = (title, price) else { return Err(ApiError::invalid(Vec::new())) };
        Ok(NewListing { details, ..NewListing::new(title, price) })
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
