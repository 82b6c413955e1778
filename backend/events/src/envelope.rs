//! The envelope: what travels beside the body of an event.

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
    /// When the event cannot be written as JSON, which no event of ours does.
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
    /// When it is another event, or the body is not valid.
    pub fn decode<E: Event>(&self) -> Result<E, DecodeError> {
        if self.name != E::NAME {
            return Err(DecodeError::OtherEvent { expected: E::NAME, found: self.name.clone() });
        }
        serde_json::from_str(&self.body).map_err(|source| DecodeError::Body { name: E::NAME, source })
    }
}
