//! Complete values of the wire types, for tests. A test states the fields that matter to it and takes the others from here,
//! so that it does not change when a type gets a field.
//!
//! ```
//! use ticketing_sdk::{TicketStatus, fixtures};
//!
//! let sold = fixtures::ticket("t-1").status(TicketStatus::Sold);
//! assert_eq!(sold.title, "A ticket");
//! ```

use crate::{Money, Order, OrderId, Pass, PassId, Ticket, TicketDetails, TicketId, Timestamp};

/// When the fixtures were made, in milliseconds since the Unix epoch.
pub const NOW: i64 = 1_700_000_000_000;

/// An available ticket at $20.00 that `seller` has just listed.
///
/// ```
/// let ticket = ticketing_sdk::fixtures::ticket("t-1").title("Jazz at the lake");
/// ```
#[must_use]
pub fn ticket(id: impl Into<TicketId>) -> Ticket {
    let price = Money::from_cents(2000).unwrap_or(Money::MAX);
    Ticket::new(id, "A ticket", price, "seller").created_at(Timestamp::from_millis(NOW))
}

/// Details with every field.
///
/// ```
/// let details = ticketing_sdk::fixtures::details().seat("Row 1");
/// ```
#[must_use]
pub fn details() -> TicketDetails {
    let mut details =
        TicketDetails::default().venue("Palais de Tokyo").seat("Row 4").description("Doors open at 18:30.");
    details.starts_at = "2026-12-24T19:30:00+01:00".parse().ok();
    details
}

/// An unpaid order of `ticket` by `buyer`, which holds it for fifteen minutes.
///
/// ```
/// use ticketing_sdk::fixtures;
///
/// let order = fixtures::order("o-1", &fixtures::ticket("t-1"));
/// assert_eq!(order.ticket.id.as_str(), "t-1");
/// ```
#[must_use]
pub fn order(id: impl Into<OrderId>, ticket: &Ticket) -> Order {
    let ends = Timestamp::from_millis(NOW + 900_000);
    Order::new(id, "buyer", ticket.into(), ends).created_at(Timestamp::from_millis(NOW))
}

/// A valid pass of the first holder, as its issuer sees it: without a code.
///
/// ```
/// let held = ticketing_sdk::fixtures::pass("p-1").code("TK1…").order_id("o-1");
/// ```
#[must_use]
pub fn pass(id: impl Into<PassId>) -> Pass {
    Pass::new(id, "t-1", "seller", "A ticket", Timestamp::from_millis(NOW)).details(details())
}
