//! The arguments of a statement: text, integers, or NULL.

use ticketing_sdk::{Money, OrderId, PassId, PaymentId, TicketId, Timestamp, UserId};

/// One argument of a statement. `$1` is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arg<'a> {
    /// A TEXT value.
    Text(&'a str),
    /// A BIGINT value: a count, cents, Unix milliseconds, or 0 and 1 for false and true.
    Int(i64),
    /// NULL.
    Null,
}

/// An argument that owns its text.
#[derive(Clone, Debug)]
pub(super) enum OwnedArg {
    Text(String),
    Int(i64),
    Null,
}

impl OwnedArg {
    pub(super) fn as_arg(&self) -> Arg<'_> {
        match self {
            Self::Text(text) => Arg::Text(text),
            Self::Int(number) => Arg::Int(*number),
            Self::Null => Arg::Null,
        }
    }
}

impl From<Arg<'_>> for OwnedArg {
    fn from(arg: Arg<'_>) -> Self {
        match arg {
            Arg::Text(text) => Self::Text(text.to_owned()),
            Arg::Int(number) => Self::Int(number),
            Arg::Null => Self::Null,
        }
    }
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Arg<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Arg<'_> {
    fn from(number: u32) -> Self {
        Self::Int(i64::from(number))
    }
}

impl From<bool> for Arg<'_> {
    fn from(yes: bool) -> Self {
        Self::Int(i64::from(yes))
    }
}

impl From<Timestamp> for Arg<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Int(time.as_millis())
    }
}

impl From<Money> for Arg<'_> {
    fn from(money: Money) -> Self {
        Self::Int(money.cents())
    }
}

impl<'a, T: Into<Arg<'a>>> From<Option<T>> for Arg<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! identifiers {
    ($($id:ty),+) => {$(
        impl<'a> From<&'a $id> for Arg<'a> {
            fn from(id: &'a $id) -> Self {
                Self::Text(id.as_str())
            }
        }
    )+};
}

identifiers!(UserId, TicketId, OrderId, PassId, PaymentId);

/// The arguments of a statement, in the order of `$1`, `$2`, …
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Arg::from($value)),*] };
}
