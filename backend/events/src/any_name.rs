//! The name of an event in an envelope: a known one, or one of another version.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::EventName;

/// The name of an event in an envelope. An unknown name is opaque text, under which the event is published, delivered and
/// dead-lettered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AnyEventName(Cow<'static, str>);

impl AnyEventName {
    /// Returns the name: `ticket:created`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the event name, if this version knows it.
    pub fn to_known(&self) -> Option<EventName> {
        self.0.parse().ok()
    }
}

impl From<EventName> for AnyEventName {
    fn from(name: EventName) -> Self {
        Self(name.as_str().into())
    }
}

impl From<&str> for AnyEventName {
    fn from(text: &str) -> Self {
        text.parse::<EventName>().map_or_else(|_| Self(text.to_owned().into()), Self::from)
    }
}

impl PartialEq<EventName> for AnyEventName {
    fn eq(&self, other: &EventName) -> bool {
        self.0 == other.as_str()
    }
}

impl fmt::Display for AnyEventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
