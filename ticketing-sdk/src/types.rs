//! The wire types: what travels between a client and the services, without I/O.
//!
//! Every struct is camelCase JSON. Reading is tolerant, so that another backend of the same contract is
//! understood too: unknown fields are ignored, unknown values of enumerations are kept, and what that backend does not
//! send is optional or derived. Parsing text is strict: `FromStr` refuses what this version does not know.
//!
//! The structs are `#[non_exhaustive]`, since a later version may add fields. `new` takes what a value cannot be without, and a
//! setter named like its field sets any other.

mod clock;
mod event_time;
mod ids;
mod money;
mod order;
mod pass;
mod password;
mod payment;
mod problem;
mod secrets;
mod setters;
pub mod text;
mod ticket;
mod time;
mod timeline;
mod user;
mod words;

pub use clock::{AdvanceClock, ClockTime};
pub use event_time::{EventTime, EventTimeError};
pub use ids::{OrderId, PassId, PaymentId, TicketId, UserId};
pub use money::{Money, MoneyError, PriceBound};
pub use order::{CancelReason, NewOrder, Order, OrderStatus, OrderedTicket};
pub use pass::{
    Admission, DOOR_ANSWER_TIMEOUT, DoubleAdmission, NewCheckIn, NewClaim, NewResale, Pass, PassKey,
    PassKeys, PassStatus, PassTransfer, STARTS_WITHIN_SECONDS,
};
pub use password::{PASSWORD_LENGTHS, is_valid_password};
pub use payment::{NewPayment, Payment, PaymentStatus};
pub use problem::{ErrorCode, ErrorDetail, Problem};
pub use secrets::{ClaimCode, ClientSecret, PassCode};
pub(crate) use setters::{setter, setters};
pub use ticket::{
    DetailError, DetailField, DetailsUpdate, FieldUpdate, NewTicket, Ticket, TicketChange, TicketChangeKind,
    TicketDetails, TicketStatus, TicketUpdate, tolerant,
};
pub use time::{Timestamp, TimestampError};
pub use timeline::{ServiceTimeline, TicketHolder, TimelineEntry, TimelineKind};
pub use user::{CurrentUser, CurrentUserAnswer, User};
#[cfg(feature = "client")]
pub(crate) use words::words;
pub use words::{ParseEnumError, UnknownValue, deserialize_known};
pub(crate) use words::{common_words, wire_words};
