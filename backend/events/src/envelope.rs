//! The envelope of an event.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use ticketing_sdk::Timestamp;

use crate::{AnyEventName, Event, EventName};

/// An encoded event. The body is exactly the JSON of the contract; the other fields are headers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The identifier of the event. A duplicate has the same one.
    pub id: String,
    /// The name of the event, which may be of another version.
    pub name: AnyEventName,
    /// The aggregate.
    pub aggregate: String,
    /// The version of the aggregate after the event.
    pub version: i64,
    /// The time of the event.
    pub time: Timestamp,
    /// The W3C trace context (`traceparent`) of its cause, if any.
    pub trace: Option<String>,
    /// The event in JSON.
    pub body: String,
}

/// A body that does not match its event's name.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The envelope holds another event.
    #[error("expected {expected}, found {found}")]
    OtherEvent {
        /// The expected event.
        expected: EventName,
        /// The actual event.
        found: AnyEventName,
    },
    /// The body is not valid.
    #[error("the body of {name} is not valid: {source}")]
    Body {
        /// The expected event.
        name: EventName,
        /// The error.
        source: serde_json::Error,
    },
}

impl Envelope {
    /// Encodes `event` into an envelope.
    ///
    /// # Errors
    /// If the event cannot be serialized.
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
    /// If it is another event, or the body is invalid.
    pub fn decode<E: Event>(&self) -> Result<E, DecodeError> {
        if self.name != E::NAME {
            return Err(DecodeError::OtherEvent { expected: E::NAME, found: self.name.clone() });
        }
        serde_json::from_str(&self.body).map_err(|source| DecodeError::Body { name: E::NAME, source })
    }

    /// Returns the order that the event concerns, as far as its name or its body says: its own, the paid one, or the
    /// one that holds the ticket or got the pass.
    pub fn order_id(&self) -> Option<Cow<'_, str>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Reference<'b> {
            #[serde(borrow, default)]
            order_id: Option<Cow<'b, str>>,
        }
        match self.name.as_str().split_once(':')? {
            ("order", _) => Some(Cow::Borrowed(&self.aggregate)),
            ("expiration" | "payment", _) | ("ticket", "updated") | ("pass", "issued" | "transferred") => {
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
            name: name.into(),
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
