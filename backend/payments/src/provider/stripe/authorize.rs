//! The hold: a PaymentIntent that is made and confirmed at once, and captured later. This is the one call that Stripe's
//! own state does not keep from happening twice, so nothing but its key and a look for what it made may repeat it.

use std::time::Duration;

use super::StripeProvider;
use super::outcome::{self, Outcome, Refusal};
use super::wire::{Intent, ORDER, PAYMENT, Page, Standing, form};
use crate::provider::{Authorization, Confirmation, Hold, ProviderError};

/// How long a key is surely remembered: Stripe forgets it after a day at the earliest.
const KEY_LASTS: Duration = Duration::from_secs(23 * 60 * 60);
/// How long the search may not know of a new intent. Stripe speaks of a minute.
const SEARCH_LAGS: Duration = Duration::from_secs(10 * 60);

impl StripeProvider {
    pub(super) async fn hold(&self, key: &str, request: &Authorization) -> Result<Hold, ProviderError> {
        if let Some(known) = &request.known {
            match self.retrieve(known).await {
                Ok(intent) if is_of(&intent, request) && intent.standing() != Standing::Open => {
                    return self.conclude(key, request, intent).await;
                }
                // The same call with the same key decides what is open, and finds out what is not ours.
                Ok(_) | Err(ProviderError::Rejected(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let age = self.clock.now().saturating_since(request.begun_at);
        if age >= KEY_LASTS {
            return self.find(key, request).await;
        }
        let answer = self.api.post("/v1/payment_intents", key, wanted(request)).await?;
        match outcome::read::<Intent>(&answer)? {
            Outcome::Done(intent) => {
                self.conclude(key, request, intent).await.map_err(ProviderError::after_effect)
            }
            Outcome::Declined(refusal) | Outcome::Refused(refusal) => Err(refusal.into()),
            Outcome::Failed { kept } => {
                match self.search(request).await.map_err(ProviderError::after_effect)? {
                    Some(intent) => {
                        self.conclude(key, request, intent).await.map_err(ProviderError::after_effect)
                    }
                    None if kept && age >= SEARCH_LAGS => {
                        Err(refused("processing_error", "The card provider failed; the card was not charged"))
                    }
                    None => Err(ProviderError::Unknown(format!("Stripe answered {}", answer.status))),
                }
            }
        }
    }

    /// The hold of a payment that is so old that the same key might make a second one by now.
    async fn find(&self, key: &str, request: &Authorization) -> Result<Hold, ProviderError> {
        let too_late =
            || refused("expired", "The card provider was not reached in time; the card was not charged");
        let Some(intent) = self.search(request).await? else { return Err(too_late()) };
        if intent.standing() == Standing::Open {
            // Nobody goes on with it, so nothing may come of it any more.
            self.abandon(key, &intent.id).await?;
            return Err(too_late());
        }
        self.conclude(key, request, intent).await
    }

    /// What an intent comes to. A card that its owner would have to confirm is a bad one where the owner cannot.
    async fn conclude(
        &self,
        key: &str,
        request: &Authorization,
        intent: Intent,
    ) -> Result<Hold, ProviderError> {
        if intent.amount != request.amount.cents() {
            return Err(ProviderError::Rejected(format!("{} is for another amount", intent.id)));
        }
        match intent.standing() {
            Standing::Held | Standing::Captured => Ok(Hold { stripe_id: intent.id }),
            Standing::NeedsOwner => {
                if let (Confirmation::Possible, Some(client_secret)) =
                    (request.confirmation, intent.client_secret)
                {
                    return Err(ProviderError::NeedsOwner { stripe_id: intent.id, client_secret });
                }
                self.abandon(key, &intent.id).await?;
                if request.confirmation == Confirmation::TooLate {
                    return Err(refused("expired", "The card was not confirmed in time; it was not charged"));
                }
                Err(refused(
                    "authentication_required",
                    "The card must be confirmed by its owner (3-D Secure), which cannot be done here; use another card.",
                ))
            }
            Standing::Refused => Err(intent.last_payment_error.unwrap_or_default().refusal().into()),
            Standing::Canceled => {
                Err(refused("canceled", "The payment was canceled; the card was not charged"))
            }
            Standing::Open => Err(ProviderError::Unknown(format!("{} is {}", intent.id, intent.status))),
        }
    }

    /// The intent of a payment whose answer was lost.
    async fn search(&self, request: &Authorization) -> Result<Option<Intent>, ProviderError> {
        let query =
            format!("metadata['{PAYMENT}']:'{}'", request.payment_id.as_str().replace(['\\', '\''], ""));
        let answer = self.api.get("/v1/payment_intents/search", &form([("query", query.as_str())])).await?;
        match outcome::read::<Page>(&answer)? {
            Outcome::Done(page) => Ok(page.data.into_iter().find(|intent| is_of(intent, request))),
            _ => Err(ProviderError::Unknown(format!("Stripe's search was answered {}", answer.status))),
        }
    }
}

fn is_of(intent: &Intent, request: &Authorization) -> bool {
    intent.metadata.get(PAYMENT).is_some_and(|id| id == request.payment_id.as_str())
}

fn refused(code: &str, message: &str) -> ProviderError {
    Refusal { code: code.to_owned(), message: message.to_owned() }.into()
}

/// The same words for the same payment, always: another text under the same key is an error.
fn wanted(request: &Authorization) -> String {
    let Authorization { amount, currency, token, order_id, payment_id, .. } = request;
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

    fn request(token: &str) -> Authorization {
        Authorization {
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
        assert_eq!(wanted(&request("tok_visa")), format!("{common}&{token}"));
        assert_eq!(wanted(&request("pm_card_visa")), format!("{common}&payment_method=pm_card_visa"));
        for confirmation in [Confirmation::Possible, Confirmation::TooLate] {
            let request = Authorization { confirmation, ..request("pm_card_visa") };
            assert_eq!(wanted(&request), format!("{common}&use_stripe_sdk=true&payment_method=pm_card_visa"));
        }
    }
}
