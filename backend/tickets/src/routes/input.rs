//! The body of a ticket that is listed or edited.

use serde::Deserialize;
use serde_json::Value;
use ticketing_platform::http::{ApiError, Faults, Field};
use ticketing_sdk::Money;

use crate::domain::title::Title;
use crate::store::NewListing;

/// The body as it was sent: nothing in it is checked yet.
#[derive(Debug, Deserialize)]
pub(crate) struct TicketInput {
    #[serde(default)]
    title: Field<String>,
    #[serde(default)]
    price: Field<Value>,
}

impl TicketInput {
    /// Checks the fields and reports every fault together.
    pub(super) fn check(self) -> Result<NewListing, ApiError> {
        let mut faults = Faults::new();
        let title = self.title.required("title", "Title is required", &mut faults);
        let title = title.and_then(|text| {
            Title::parse(&text).map_err(|error| faults.push("title", error.to_string())).ok()
        });
        let price = self.price.required("price", "Price is required", &mut faults);
        let price = price.and_then(|value| {
            serde_json::from_value::<Money>(value)
                .map_err(|error| faults.push("price", format!("Price is not valid: {error}")))
                .ok()
        });
        match (title, price) {
            (Some(title), Some(price)) => Ok(NewListing { title, price }),
            _ => Err(faults.into()),
        }
    }
}
