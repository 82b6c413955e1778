//! The envelope: what travels beside the body of an event.

use std::borrow::Cow;

use serde::Deserialize;
use ticketing_sdk::Timestamp;

use crate::{AnyEventName, Event, EventName};

/// An event on its way. The body is exactly the JSON of the contract; everything else travels as headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The identifier of this event: a repeat carries the same one.
    pub id: String,
    /// The name of the event. Another version may have published it, so this version may not know it.
    pub name: AnyEventName,
    /// The aggregate.
    pub aggregate: String,
    /// The version of the aggregate that this event made.
    pub version: i64,
    /// When it happened.
    pub time: Timestamp,
    /// The W3C trace context (`traceparent`) of what caused it, if there was one.
    pub trace: Option<String>,
    /// The event itself, in JSON.
    pub body: String,
}

/// A body that does not match its event's name.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The envelope holds another event.
    #[error("expected {expected}, found {found}")]
    OtherEvent {
        /// The event that was asked for.
        expected: EventName,
        /// The event that it is.
        found: AnyEventName,
    },
    /// The body is not valid.
    #[error("the body of {name} is not valid: {source}")]
    Body {
        /// The event that was asked for.
        name: EventName,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Envelope {
    /// Encodes `event` into an envelope.
    ///
    /// # Errors
    /// If the event cannot be written as JSON, which no event of ours does.
    pub fn encode<E: Event>(id: String, time: Timestamp, event: &E) -> Result<Self, serde_json::Error> {
        Ok(Self {
            id,
            name: E::NAME.into(),
            aggregate: event.aggregate().to_owned(),
            version: event.version(),
            time,
            trace: None,
            body: serde_json::to_string(event)?,
        })
    }

    /// Decodes the event.
    ///
    /// # Errors
    /// If it is another event, or the body is not valid.
    pub fn decode<E: Event>(&self) -> Result<E, DecodeError> {
        if self.name != E::NAME {
            return Err(DecodeError::OtherEvent { expected: E::NAME, found: self.name.clone() });
        }
        serde_json::from_str(&self.body).map_err(|source| DecodeError::Body { name: E::NAME, source })
    }

    /// Returns the order that the event concerns, as far as its name or its body says: its own, the paid one, or the one
    /// that holds the ticket.
    #[must_use]
    pub fn order_id(&self) -> Option<Cow<'_, str>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Reference<'b> {
            #[serde(borrow, default)]
            order_id: Option<Cow<'b, str>>,
        }
        match self.name.as_str().split_once(':')? {
            ("order", _) => Some(Cow::Borrowed(&self.aggregate)),
            ("expiration" | "payment", _) | ("ticket", "updated") => {
                serde_json::from_str::<Reference<'_>>(&self.body).ok()?.order_id
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order_of(name: &str, aggregate: &str, body: &str) -> Option<String> {
        let envelope = Envelope {
            id: "e-1".to_owned(),
            name: name.parse().unwrap(),
            aggregate: aggregate.to_owned(),
            version: 0,
            time: Timestamp::from_millis(0),
            trace: None,
            body: body.to_owned(),
        };
        envelope.order_id().map(Cow::into_owned)
    }

    #[test]
    fn order_is_the_aggregate_or_is_named_in_the_body() {
        let order = Some("o-1".to_owned());
        assert_eq!(order_of("order:cancelled", "o-1", "not read"), order);
        assert_eq!(order_of("payment:created", "p-1", r#"{"id":"p-1","orderId":"o-1"}"#), order);
        assert_eq!(order_of("expiration:complete", "o-1", r#"{"orderId":"o-1"}"#), order);
        assert_eq!(order_of("ticket:updated", "t-1", r#"{"id":"t-1","orderId":"o-1"}"#), order);
        assert_eq!(order_of("ticket:updated", "t-1", r#"{"id":"t-1"}"#), None);
        assert_eq!(order_of("session:ended", "s-1", r#"{"orderId":"o-1"}"#), None);
        assert_eq!(order_of("payment:created", "p-1", "not JSON"), None);
    }
}
