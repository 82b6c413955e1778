//! Stripe's own book of our orders: every PaymentIntent of the account that bears one of them.

use futures_util::FutureExt;
use ticketing_sdk::OrderId;

use super::StripeProvider;
use super::outcome::{self, Outcome};
use super::wire::{Intent, ORDER, Page, Standing, form};
use crate::provider::{Books, Ledger, LedgerCharge, ProviderError, Reply};

impl Books for StripeProvider {
    fn ledger(&self) -> Reply<'_, Ledger> {
        self.read_book().boxed()
    }
}

impl StripeProvider {
    /// Reads the list to its end: unlike the search, it is complete at every moment.
    async fn read_book(&self) -> Result<Ledger, ProviderError> {
        let mut charges = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let mut query = vec![("limit", "100"), ("expand[]", "data.latest_charge")];
            query.extend(after.as_deref().map(|last| ("starting_after", last)));
            let answer = self.api.get("/v1/payment_intents", &form(query)).await?;
            let Outcome::Done(page) = outcome::read::<Page>(&answer)? else {
                return Err(ProviderError::Unknown(format!("Stripe's list was answered {}", answer.status)));
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

/// What became of an intent, if it is ours and its card was good.
fn charge(intent: &Intent) -> Option<LedgerCharge> {
    let order_id = OrderId::new(intent.metadata.get(ORDER)?.clone());
    let standing = intent.standing();
    let was_good = intent.latest_charge.as_ref().is_some_and(|charge| charge.status == "succeeded");
    if !was_good && !matches!(standing, Standing::Held | Standing::Captured) {
        return None;
    }
    Some(LedgerCharge {
        id: intent.id.clone(),
        order_id,
        currency: intent.currency.clone(),
        authorized: intent.amount,
        captured: intent.amount_received,
        voided: if standing == Standing::Canceled { intent.amount } else { 0 },
        refunded: intent.refunded(),
        captures: i64::from(intent.amount_received > 0),
        held: standing == Standing::Held,
    })
}
