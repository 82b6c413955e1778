//! The arguments of a statement: text, integers, or NULL.

use std::borrow::Cow;

use ticketing_sdk::{Money, OrderId, PassId, PaymentId, TicketId, Timestamp, UserId};

/// One argument of a statement. `$1` is the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg<'a> {
    /// A TEXT value.
    Text(Cow<'a, str>),
    /// A BIGINT value: a count, cents, Unix milliseconds, or 0 and 1 for false and true.
    Int(i64),
    /// NULL.
    Null,
}

impl Arg<'_> {
    /// Returns the argument with a text of its own.
    pub(super) fn to_owned_text(&self) -> Arg<'static> {
        match self {
            Self::Text(text) => Arg::Text(Cow::Owned(text.clone().into_owned())),
            Self::Int(number) => Arg::Int(*number),
            Self::Null => Arg::Null,
        }
    }
}

macro_rules! convert {
    ($($type:ty: $value:ident => $arg:expr),+ $(,)?) => {
        $(impl<'a> From<$type> for Arg<'a> {
            fn from($value: $type) -> Self {
                $arg
            }
        })+
    };
}

convert! {
    &'a str: text => Self::Text(Cow::Borrowed(text)),
    &'a String: text => Self::Text(Cow::Borrowed(text)),
    &'a UserId: id => id.as_str().into(),
    &'a TicketId: id => id.as_str().into(),
    &'a OrderId: id => id.as_str().into(),
    &'a PassId: id => id.as_str().into(),
    &'a PaymentId: id => id.as_str().into(),
    i64: number => Self::Int(number),
    u32: number => Self::Int(i64::from(number)),
    bool: yes => Self::Int(i64::from(yes)),
    Timestamp: time => Self::Int(time.as_millis()),
    Money: money => Self::Int(money.cents()),
}

impl<'a, T: Into<Arg<'a>>> From<Option<T>> for Arg<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The arguments of a statement, in the order of `$1`, `$2`, …
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Arg::from($value)),*] };
}
