//! The authorization: a PaymentIntent that is created and confirmed at once, and captured later. Only its idempotency key
//! and a search for the intent keep this call from having two effects.

use std::time::Duration;

use super::StripeProvider;
use super::outcome::{self, ApiOutcome};
use super::wire::{Intent, IntentStatus, ORDER, PAYMENT, Page, form};
use crate::provider::{AuthorizeRequest, Confirmation, ProviderError};

/// How long Stripe keeps a key for certain: it deletes keys after a day at the earliest.
const KEY_LIFETIME: Duration = Duration::from_secs(23 * 60 * 60);
/// How long the search can miss a new intent. Stripe documents one minute.
const MAX_SEARCH_DELAY: Duration = Duration::from_secs(10 * 60);

impl StripeProvider {
    pub(super) async fn authorize_charge(
        &self,
        key: &str,
        request: &AuthorizeRequest,
    ) -> Result<String, ProviderError> {
        if let Some(known) = &request.known {
            match self.retrieve(known).await {
                Ok(intent)
                    if belongs_to_payment(&intent, request)
                        && intent.parsed_status() != IntentStatus::Open =>
                {
                    return self.conclude(key, request, intent).await;
                }
                // The same call with the same key decides an open intent, and detects an intent of another account.
                Ok(_) | Err(ProviderError::Rejected(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let age = self.clock.now().saturating_duration_since(request.begun_at);
        if age >= KEY_LIFETIME {
            return self.find_old_intent(key, request).await;
        }
        let response = self.api.post("/v1/payment_intents", key, form_of(request)).await?;
        match outcome::read::<Intent>(&response)? {
            ApiOutcome::Done(intent) => {
                self.conclude(key, request, intent).await.map_err(ProviderError::after_effect)
            }
            ApiOutcome::Declined(refusal) | ApiOutcome::Refused(refusal) => Err(refusal.into()),
            ApiOutcome::Failed { kept } => {
                match self.search(request).await.map_err(ProviderError::after_effect)? {
                    Some(intent) => {
                        self.conclude(key, request, intent).await.map_err(ProviderError::after_effect)
                    }
                    None if kept && age >= MAX_SEARCH_DELAY => Err(ProviderError::declined(
                        "processing_error",
                        "The card provider failed; the card was not charged",
                    )),
                    None => Err(ProviderError::Unknown(format!("Stripe answered {}", response.status))),
                }
            }
        }
    }

    /// Finds the intent of a payment that is so old that the same key could create a second one.
    async fn find_old_intent(&self, key: &str, request: &AuthorizeRequest) -> Result<String, ProviderError> {
        let expired_error = || {
            ProviderError::declined(
                "expired",
                "The card provider was not reached in time; the card was not charged",
            )
        };
        let Some(intent) = self.search(request).await? else { return Err(expired_error()) };
        if intent.parsed_status() == IntentStatus::Open {
            // No client continues it, so it is cancelled.
            self.abandon(key, &intent.id).await?;
            return Err(expired_error());
        }
        self.conclude(key, request, intent).await
    }

    /// Maps the state of an intent to the result. A card that needs confirmation is declined if the client cannot
    /// confirm.
    async fn conclude(
        &self,
        key: &str,
        request: &AuthorizeRequest,
        intent: Intent,
    ) -> Result<String, ProviderError> {
        if intent.amount != request.amount.cents() {
            return Err(ProviderError::Rejected(format!("{} is for another amount", intent.id)));
        }
        match intent.parsed_status() {
            IntentStatus::Authorized | IntentStatus::Captured => Ok(intent.id),
            IntentStatus::NeedsConfirmation => {
                if let (Confirmation::Possible, Some(client_secret)) =
                    (request.confirmation, intent.client_secret)
                {
                    return Err(ProviderError::NeedsConfirmation { stripe_id: intent.id, client_secret });
                }
                self.abandon(key, &intent.id).await?;
                if request.confirmation == Confirmation::TooLate {
                    return Err(ProviderError::declined(
                        "expired",
                        "The card was not confirmed in time; it was not charged",
                    ));
                }
                Err(ProviderError::declined(
                    "authentication_required",
                    "The card must be confirmed by its owner (3-D Secure), which cannot be done here; use another card.",
                ))
            }
            IntentStatus::Refused => Err(intent.last_payment_error.unwrap_or_default().into_decline().into()),
            IntentStatus::Canceled => {
                Err(ProviderError::declined("canceled", "The payment was canceled; the card was not charged"))
            }
            IntentStatus::Open => Err(ProviderError::Unknown(format!("{} is {}", intent.id, intent.status))),
        }
    }

    /// Searches the intent of a payment whose response was lost.
    async fn search(&self, request: &AuthorizeRequest) -> Result<Option<Intent>, ProviderError> {
        let query =
            format!("metadata['{PAYMENT}']:'{}'", request.payment_id.as_str().replace(['\\', '\''], ""));
        let response = self.api.get("/v1/payment_intents/search", &form([("query", query.as_str())])).await?;
        match outcome::read::<Page>(&response)? {
            ApiOutcome::Done(page) => {
                Ok(page.data.into_iter().find(|intent| belongs_to_payment(intent, request)))
            }
            _ => Err(ProviderError::Unknown(format!("Stripe's search was answered {}", response.status))),
        }
    }
}

fn belongs_to_payment(intent: &Intent, request: &AuthorizeRequest) -> bool {
    intent.metadata.get(PAYMENT).is_some_and(|id| id == request.payment_id.as_str())
}

/// Encodes the request. The encoding of a payment never changes: another text with the same key is an error.
fn form_of(request: &AuthorizeRequest) -> String {
    let AuthorizeRequest { amount, currency, token, order_id, payment_id, .. } = request;
    let cents = amount.cents().to_string();
    let (order_key, payment_key) = (format!("metadata[{ORDER}]"), format!("metadata[{PAYMENT}]"));
    let mut fields = vec![
        ("amount", cents.as_str()),
        ("currency", currency),
        ("capture_method", "manual"),
        ("confirm", "true"),
        ("payment_method_types[]", "card"),
        (&*order_key, order_id.as_str()),
        (&*payment_key, payment_id.as_str()),
    ];
    if request.confirmation != Confirmation::Impossible {
        fields.push(("use_stripe_sdk", "true"));
    }
    if token.as_str().starts_with("pm_") {
        fields.push(("payment_method", token.as_str()));
    } else {
        fields.push(("payment_method_data[type]", "card"));
        fields.push(("payment_method_data[card][token]", token.as_str()));
    }
    form(fields)
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::{Money, OrderId, PaymentId, Timestamp};

    use super::*;

    fn request(token: &str) -> AuthorizeRequest {
        AuthorizeRequest {
            amount: Money::from_cents(1999).unwrap(),
            currency: "usd".to_owned(),
            token: token.parse().unwrap(),
            order_id: OrderId::new("o-1"),
            payment_id: PaymentId::new("p-1"),
            begun_at: Timestamp::from_millis(0),
            known: None,
            confirmation: Confirmation::Impossible,
        }
    }

    #[test]
    fn cents_and_our_names_are_sent() {
        let common = "amount=1999&currency=usd&capture_method=manual&confirm=true&payment_method_types%5B%5D=card\
                      &metadata%5Border_id%5D=o-1&metadata%5Bpayment_id%5D=p-1";
        let token = "payment_method_data%5Btype%5D=card&payment_method_data%5Bcard%5D%5Btoken%5D=tok_visa";
        assert_eq!(form_of(&request("tok_visa")), format!("{common}&{token}"));
        assert_eq!(form_of(&request("pm_card_visa")), format!("{common}&payment_method=pm_card_visa"));
        for confirmation in [Confirmation::Possible, Confirmation::TooLate] {
            let request = AuthorizeRequest { confirmation, ..request("pm_card_visa") };
            assert_eq!(
                form_of(&request),
                format!("{common}&use_stripe_sdk=true&payment_method=pm_card_visa")
            );
        }
    }
}
