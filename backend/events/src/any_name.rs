//! The name of an event as it travels: one of ours, or one that only another version knows.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::EventName;

/// The name of an event in an envelope. A name that this version does not know stays what it is, as opaque text: it is
/// published, delivered and set aside under it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AnyEventName(Inner);

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Inner {
    Known(EventName),
    Unknown(Arc<str>),
}

impl AnyEventName {
    /// The name as it is written everywhere: `ticket:created`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Inner::Known(name) => name.as_str(),
            Inner::Unknown(name) => name,
        }
    }

    /// The event, where this version knows it.
    #[must_use]
    pub fn known(&self) -> Option<EventName> {
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

impl FromStr for AnyEventName {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl PartialEq<EventName> for AnyEventName {
    fn eq(&self, other: &EventName) -> bool {
        self.known() == Some(*other)
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
