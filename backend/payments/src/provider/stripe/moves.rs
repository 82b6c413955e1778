//! Capture, cancel, refund: what happens to a hold, once. Stripe's own state allows each of them once, so where a key was
//! burnt by a failure that had no effect, another one is safe.

use super::StripeProvider;
use super::outcome::{self, Outcome, Refusal};
use super::wire::{Intent, Moved, Standing, form};
use crate::provider::{Charge, ProviderError};

/// One thing that is done to a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Capture,
    Cancel,
    Refund,
}

/// How a hold stands to a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    /// It has been made.
    Made,
    /// It can be made.
    Possible,
    /// It can never be made.
    Impossible,
    /// That is not decided.
    Open,
}

/// How many keys a move may burn in one call of ours.
const KEYS: u32 = 4;

impl Move {
    fn path(self, id: &str) -> String {
        match self {
            Self::Capture => format!("/v1/payment_intents/{id}/capture"),
            Self::Cancel => format!("/v1/payment_intents/{id}/cancel"),
            Self::Refund => "/v1/refunds".to_owned(),
        }
    }

    fn form(self, charge: &Charge) -> String {
        let cents = charge.amount.cents().to_string();
        match self {
            Self::Capture => form([("amount_to_capture", cents.as_str())]),
            Self::Cancel => form([("cancellation_reason", "abandoned")]),
            Self::Refund => form([("payment_intent", charge.stripe_id.as_str()), ("amount", cents.as_str())]),
        }
    }

    /// Whether an answer with this status says that it has been made. A refund that is pending will be.
    fn is_made(self, status: Option<&str>) -> bool {
        match self {
            Self::Capture => status == Some("succeeded"),
            Self::Cancel => status == Some("canceled"),
            Self::Refund => matches!(status, Some("succeeded" | "pending")),
        }
    }

    fn stand(self, intent: &Intent, charge: &Charge) -> Stand {
        match (self, intent.standing()) {
            (Self::Capture, Standing::Captured) | (Self::Cancel, Standing::Canceled) => Stand::Made,
            (Self::Refund, Standing::Captured) if intent.refunded() >= charge.amount.cents() => Stand::Made,
            (Self::Capture, Standing::Held) | (Self::Refund, Standing::Captured) => Stand::Possible,
            (Self::Cancel, Standing::Held | Standing::NeedsOwner | Standing::Refused) => Stand::Possible,
            (_, Standing::Open) => Stand::Open,
            _ => Stand::Impossible,
        }
    }
}

impl StripeProvider {
    /// Makes a move, or finds that it has been made.
    pub(super) async fn make(&self, step: Move, key: &str, charge: &Charge) -> Result<(), ProviderError> {
        let id = checked(&charge.stripe_id)?;
        for turn in 1..=KEYS {
            let key = if turn == 1 { key.to_owned() } else { format!("{key}:{turn}") };
            let answer = self.api.post(&step.path(id), &key, step.form(charge)).await?;
            let outcome = outcome::read::<Moved>(&answer)?;
            if let Outcome::Done(moved) = &outcome
                && step.is_made(moved.status.as_deref())
            {
                return Ok(());
            }
            // Whatever was said, the intent itself knows.
            let stand = step.stand(&self.retrieve(id).await?, charge);
            match (stand, outcome) {
                (Stand::Made, _) => return Ok(()),
                // A bank that refuses to pay what it has promised ends the hold.
                (Stand::Possible, Outcome::Declined(refusal)) if step == Move::Capture => {
                    self.abandon(&key, id).await?;
                    return Err(refusal.into());
                }
                (Stand::Impossible, Outcome::Declined(refusal) | Outcome::Refused(refusal))
                    if step == Move::Capture =>
                {
                    return Err(refusal.into());
                }
                (Stand::Impossible, Outcome::Failed { .. }) if step == Move::Capture => {
                    let message = "The hold on the card has ended; the card was not charged";
                    let refusal = Refusal { code: "canceled".to_owned(), message: message.to_owned() };
                    return Err(refusal.into());
                }
                // The first call with this key is over, it failed, and it had no effect: the key will never have one.
                (Stand::Possible, Outcome::Failed { kept: true }) => {}
                (Stand::Possible | Stand::Impossible, Outcome::Declined(why) | Outcome::Refused(why)) => {
                    return Err(ProviderError::Rejected(format!("{}: {}", why.code, why.message)));
                }
                _ => return Err(ProviderError::Unknown(format!("Stripe answered {}", answer.status))),
            }
        }
        Err(ProviderError::Unknown("Stripe fails again and again".to_owned()))
    }

    /// Cancels an intent that came to nothing.
    pub(super) async fn abandon(&self, key: &str, id: &str) -> Result<(), ProviderError> {
        let path = Move::Cancel.path(checked(id)?);
        let form = form([("cancellation_reason", "abandoned")]);
        let answer = self.api.post(&path, &format!("{key}:abandon"), form).await?;
        if let Outcome::Done(moved) = outcome::read::<Moved>(&answer)?
            && Move::Cancel.is_made(moved.status.as_deref())
        {
            return Ok(());
        }
        match self.retrieve(id).await?.standing() {
            Standing::Canceled => Ok(()),
            _ => Err(ProviderError::Unknown(format!("{id} is not canceled yet"))),
        }
    }

    /// The intent as it is now, with its charge.
    pub(super) async fn retrieve(&self, id: &str) -> Result<Intent, ProviderError> {
        let path = format!("/v1/payment_intents/{}", checked(id)?);
        let answer = self.api.get(&path, &form([("expand[]", "latest_charge")])).await?;
        match outcome::read::<Intent>(&answer)? {
            Outcome::Done(intent) => Ok(intent),
            Outcome::Declined(why) | Outcome::Refused(why) => {
                Err(ProviderError::Rejected(format!("{}: {}", why.code, why.message)))
            }
            Outcome::Failed { .. } => {
                Err(ProviderError::Unknown(format!("Stripe answered {}", answer.status)))
            }
        }
    }
}

/// A name that can be a part of a path.
fn checked(id: &str) -> Result<&str, ProviderError> {
    let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { Ok(id) } else { Err(ProviderError::Rejected("not a name of Stripe's".to_owned())) }
}
