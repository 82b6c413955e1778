//! Reads Stripe's ledger: every PaymentIntent of the account that has an order id.

use ticketing_sdk::OrderId;

use super::StripeProvider;
use super::outcome::{self, ApiOutcome};
use super::wire::{Intent, IntentStatus, ORDER, Page, form};
use crate::provider::{Ledger, LedgerCharge, ProviderError};

impl StripeProvider {
    /// Reads the list to its end: unlike the search, it is always complete.
    pub(super) async fn read_ledger(&self) -> Result<Ledger, ProviderError> {
        let mut charges = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let mut query = vec![("limit", "100"), ("expand[]", "data.latest_charge")];
            query.extend(after.as_deref().map(|last| ("starting_after", last)));
            let response = self.api.get("/v1/payment_intents", &form(query)).await?;
            let ApiOutcome::Done(page) = outcome::read::<Page>(&response)? else {
                return Err(ProviderError::Unknown(format!("Stripe's list returned {}", response.status)));
            };
            charges.extend(page.data.iter().filter_map(charge));
            after = page.data.last().map(|last| last.id.clone());
            if !page.has_more || after.is_none() {
                // The newest come first.
                charges.reverse();
                return Ok(Ledger { charges });
            }
        }
    }
}

/// Converts an intent, if it has an order id and its card was accepted.
fn charge(intent: &Intent) -> Option<LedgerCharge> {
    let order_id = OrderId::new(intent.metadata.get(ORDER)?.clone());
    let status = intent.parsed_status();
    let was_good = intent.latest_charge.as_ref().is_some_and(|charge| charge.status == "succeeded");
    if !was_good && !matches!(status, IntentStatus::Authorized | IntentStatus::Captured) {
        return None;
    }
    Some(LedgerCharge {
        id: intent.id.clone(),
        order_id,
        currency: intent.currency.clone(),
        authorized: intent.amount,
        captured: intent.amount_received,
        voided: if status == IntentStatus::Canceled { intent.amount } else { 0 },
        refunded: intent.refunded_cents(),
        captures: i64::from(intent.amount_received > 0),
        held: status == IntentStatus::Authorized,
    })
}
