//! Complete values of the wire types, for tests. A test states the fields that matter to it and takes the others from here,
//! so that it does not change when a type gets a field.
//!
//! ```
//! use ticketing_sdk::{Ticket, TicketStatus, fixtures};
//!
//! let sold = Ticket { status: TicketStatus::Sold, ..fixtures::ticket("t-1") };
//! assert_eq!(sold.title, "A ticket");
//! ```

use crate::{
    Money, Order, OrderId, OrderStatus, OrderedTicket, Pass, PassId, PassStatus, Ticket, TicketDetails,
    TicketId, TicketStatus, Timestamp,
};

/// When the fixtures were made, in milliseconds since the Unix epoch.
pub const NOW: i64 = 1_700_000_000_000;

/// An available ticket at $20.00 that `seller` has just listed.
#[must_use]
pub fn ticket(id: impl Into<TicketId>) -> Ticket {
    Ticket {
        id: id.into(),
        title: "A ticket".to_owned(),
        price: Money::from_cents(2000).unwrap_or(Money::MAX),
        details: TicketDetails::default(),
        user_id: "seller".into(),
        version: 0,
        order_id: None,
        status: TicketStatus::Available,
        resale_of: None,
        created_at: Some(Timestamp::from_millis(NOW)),
        updated_at: None,
    }
}

/// Details with every field.
#[must_use]
pub fn details() -> TicketDetails {
    TicketDetails {
        venue: Some("Palais de Tokyo".to_owned()),
        starts_at: "2026-12-24T19:30:00+01:00".parse().ok(),
        seat: Some("Row 4".to_owned()),
        description: Some("Doors open at 18:30.".to_owned()),
    }
}

/// An unpaid order of `ticket` by `buyer`, which holds it for fifteen minutes.
#[must_use]
pub fn order(id: impl Into<OrderId>, ticket: &Ticket) -> Order {
    Order {
        id: id.into(),
        user_id: "buyer".into(),
        status: OrderStatus::Created,
        expires_at: Timestamp::from_millis(NOW + 900_000),
        ticket: OrderedTicket::from(ticket),
        version: 0,
        created_at: Some(Timestamp::from_millis(NOW)),
        cancel_reason: None,
    }
}

/// A valid pass of the first holder, as its issuer sees it: without a code.
#[must_use]
pub fn pass(id: impl Into<PassId>) -> Pass {
    Pass {
        id: id.into(),
        ticket_id: "t-1".into(),
        issuer_id: "seller".into(),
        title: "A ticket".to_owned(),
        details: details(),
        serial: 0,
        status: PassStatus::Valid,
        version: 0,
        issued_at: Timestamp::from_millis(NOW),
        code: None,
        admitted_at: None,
        device: None,
        double_admissions: Vec::new(),
        order_id: None,
        resale_limit: None,
        listing_id: None,
        transfer_expires_at: None,
    }
}
