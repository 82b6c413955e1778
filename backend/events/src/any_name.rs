//! The name of an event in an envelope: a known one, or one of another version.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::EventName;

/// The name of an event in an envelope. An unknown name is opaque text, under which the event is published, delivered and
/// dead-lettered.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct AnyEventName(Inner);

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Inner {
    Known(EventName),
    Unknown(Arc<str>),
}

impl AnyEventName {
    /// Returns the name: `ticket:created`.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Inner::Known(name) => name.as_str(),
            Inner::Unknown(name) => name,
        }
    }

    /// Returns the event name, if this version knows it.
    pub fn to_known(&self) -> Option<EventName> {
        match self.0 {
            Inner::Known(name) => Some(name),
            Inner::Unknown(_) => None,
        }
    }
}

impl From<EventName> for AnyEventName {
    fn from(name: EventName) -> Self {
        Self(Inner::Known(name))
    }
}

impl From<&str> for AnyEventName {
    fn from(text: &str) -> Self {
        Self(text.parse().map_or_else(|_| Inner::Unknown(text.into()), Inner::Known))
    }
}

impl From<String> for AnyEventName {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<AnyEventName> for String {
    fn from(name: AnyEventName) -> Self {
        name.as_str().to_owned()
    }
}

impl FromStr for AnyEventName {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl PartialEq<EventName> for AnyEventName {
    fn eq(&self, other: &EventName) -> bool {
        self.to_known() == Some(*other)
    }
}

impl fmt::Display for AnyEventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AnyEventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
