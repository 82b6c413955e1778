//! One sample of each event, and its exact body.

use ticketing_events::{
    Event, ExpirationComplete, ListingClosed, OrderCancelled, OrderCompleted, OrderConfirmed, OrderCreated,
    PassAdmitted, PassIssued, PassTransferred, PassUpdated, PaymentAuthorized, PaymentCreated, PaymentFailed,
    PaymentRefunded, SessionEnded, TicketCreated, TicketDeleted, TicketRef, TicketUpdated,
};
use ticketing_sdk::{
    CancelReason, DoubleAdmission, Money, OrderId, PassId, PassStatus, PaymentId, TicketId, UserId, fixtures,
};

pub(crate) const TICKET: &str = "0192f3a4-0000-7000-8000-0000000000a1";
pub(crate) const PASS: &str = "0192f3a4-0000-7000-8000-0000000000f6";
pub(crate) const ORDER: &str = "0192f3a4-0000-7000-8000-0000000000b2";
pub(crate) const PAYMENT: &str = "0192f3a4-0000-7000-8000-0000000000c3";
pub(crate) const USER: &str = "0192f3a4-0000-7000-8000-0000000000d4";
pub(crate) const SESSION: &str = "0192f3a4-0000-7000-8000-0000000000e5";

/// An event with the body that the contract gives it, and what the envelope says of it.
pub(crate) trait Sample: Event + PartialEq + std::fmt::Debug {
    /// Creates the event.
    fn sample() -> Self;
    /// Its exact body.
    const BODY: &'static str;
    /// The aggregate and its version.
    const OF: (&'static str, i64);
}

/// Runs a function once for each event.
macro_rules! for_every_event {
    ($check:ident) => {{
        use ticketing_events::*;
        $check::<TicketCreated>();
        $check::<TicketUpdated>();
        $check::<TicketDeleted>();
        $check::<PassIssued>();
        $check::<PassTransferred>();
        $check::<PassUpdated>();
        $check::<PassAdmitted>();
        $check::<OrderCreated>();
        $check::<OrderCancelled>();
        $check::<OrderConfirmed>();
        $check::<OrderCompleted>();
        $check::<ListingClosed>();
        $check::<ExpirationComplete>();
        $check::<PaymentAuthorized>();
        $check::<PaymentCreated>();
        $check::<PaymentFailed>();
        $check::<PaymentRefunded>();
        $check::<SessionEnded>();
    }};
}
pub(crate) use for_every_event;

fn dollars(text: &str) -> Money {
    text.parse().unwrap()
}

impl Sample for TicketCreated {
    const BODY: &'static str = r#"{"id":"0192f3a4-0000-7000-8000-0000000000a1","version":0,"title":"RustConf – day 1","price":20,"venue":"Palais de Tokyo","startsAt":"2026-12-24T19:30:00+01:00","seat":"Row 4","description":"Doors open at 18:30.","userId":"0192f3a4-0000-7000-8000-0000000000d4"}"#;
    const OF: (&'static str, i64) = (TICKET, 0);

    fn sample() -> Self {
        let (title, price, details) = ("RustConf – day 1".to_owned(), dollars("20"), fixtures::details());
        Self::from(&fixtures::ticket(TICKET).title(title).price(price).details(details).user_id(USER))
    }
}

impl Sample for TicketUpdated {
    const BODY: &'static str = r#"{"id":"0192f3a4-0000-7000-8000-0000000000a1","version":3,"title":"RustConf","price":20.5,"userId":"0192f3a4-0000-7000-8000-0000000000d4","resaleOf":"0192f3a4-0000-7000-8000-0000000000a0","orderId":"0192f3a4-0000-7000-8000-0000000000b2"}"#;
    const OF: (&'static str, i64) = (TICKET, 3);

    fn sample() -> Self {
        Self::from(
            &fixtures::ticket(TICKET)
                .version(3)
                .title("RustConf")
                .price(dollars("20.50"))
                .user_id(USER)
                .order_id(ORDER)
                .resale_of("0192f3a4-0000-7000-8000-0000000000a0"),
        )
    }
}

impl Sample for TicketDeleted {
    const BODY: &'static str = r#"{"id":"0192f3a4-0000-7000-8000-0000000000a1","version":4,"admittedAt":"2026-11-22T10:15:00.000Z"}"#;
    const OF: (&'static str, i64) = (TICKET, 4);

    fn sample() -> Self {
        Self {
            id: TicketId::from(TICKET),
            version: 4,
            admitted_at: Some("2026-11-22T10:15:00Z".parse().unwrap()),
        }
    }
}

impl Sample for OrderCreated {
    const BODY: &'static str = r#"{"id":"0192f3a4-0000-7000-8000-0000000000b2","version":0,"status":"created","userId":"0192f3a4-0000-7000-8000-0000000000d4","expiresAt":"2026-11-22T10:15:00.000Z","ticket":{"id":"0192f3a4-0000-7000-8000-0000000000a1","price":149.99,"title":"RustConf","version":3,"details":{"venue":"Palais de Tokyo","startsAt":"2026-12-24T19:30:00+01:00","seat":"Row 4","description":"Doors open at 18:30."}}}"#;
    const OF: (&'static str, i64) = (ORDER, 0);

    fn sample() -> Self {
        let (title, price) = ("RustConf".to_owned(), dollars("149.99"));
        let ticket =
            fixtures::ticket(TICKET).version(3).title(title).price(price).details(fixtures::details());
        let expires_at = "2026-11-22T10:15:00Z".parse().unwrap();
        Self::from(&fixtures::order(ORDER, &ticket).user_id(USER).expires_at(expires_at))
    }
}

impl Sample for OrderCancelled {
    const BODY: &'static str = r#"{"id":"0192f3a4-0000-7000-8000-0000000000b2","version":1,"ticket":{"id":"0192f3a4-0000-7000-8000-0000000000a1"},"cancelReason":"expired"}"#;
    const OF: (&'static str, i64) = (ORDER, 1);

    fn sample() -> Self {
        let ticket = TicketRef { id: TicketId::from(TICKET) };
        let cancel_reason = Some(CancelReason::Expired);
        Self { id: OrderId::from(ORDER), version: 1, ticket, cancel_reason }
    }
}

impl Sample for OrderConfirmed {
    const BODY: &'static str = r#"{"id":"0192f3a4-0000-7000-8000-0000000000b2","version":1,"ticket":{"id":"0192f3a4-0000-7000-8000-0000000000a1"}}"#;
    const OF: (&'static str, i64) = (ORDER, 1);

    fn sample() -> Self {
        let ticket = TicketRef { id: TicketId::from(TICKET) };
        Self { id: OrderId::from(ORDER), version: 1, ticket }
    }
}

impl Sample for OrderCompleted {
    const BODY: &'static str = r#"{"id":"0192f3a4-0000-7000-8000-0000000000b2","version":2,"ticket":{"id":"0192f3a4-0000-7000-8000-0000000000a1"}}"#;
    const OF: (&'static str, i64) = (ORDER, 2);

    fn sample() -> Self {
        let ticket = TicketRef { id: TicketId::from(TICKET) };
        Self { id: OrderId::from(ORDER), version: 2, ticket }
    }
}

impl Sample for ListingClosed {
    const BODY: &'static str = r#"{"ticketId":"0192f3a4-0000-7000-8000-0000000000a1"}"#;
    const OF: (&'static str, i64) = (TICKET, 0);

    fn sample() -> Self {
        Self { ticket_id: TICKET.into() }
    }
}

impl Sample for PassIssued {
    const BODY: &'static str = r#"{"id":"0192f3a4-0000-7000-8000-0000000000f6","version":0,"serial":0,"ticketId":"0192f3a4-0000-7000-8000-0000000000a1","issuerId":"seller","userId":"0192f3a4-0000-7000-8000-0000000000d4","orderId":"0192f3a4-0000-7000-8000-0000000000b2"}"#;
    const OF: (&'static str, i64) = (PASS, 0);

    fn sample() -> Self {
        Self {
            id: PassId::from(PASS),
            version: 0,
            serial: 0,
            ticket_id: TICKET.into(),
            issuer_id: "seller".into(),
            user_id: USER.into(),
            order_id: ORDER.into(),
        }
    }
}

impl Sample for PassTransferred {
    const BODY: &'static str = r#"{"id":"0192f3a4-0000-7000-8000-0000000000f6","version":3,"serial":1,"userId":"0192f3a4-0000-7000-8000-0000000000d4","orderId":"0192f3a4-0000-7000-8000-0000000000b2"}"#;
    const OF: (&'static str, i64) = (PASS, 3);

    fn sample() -> Self {
        let order_id = Some(ORDER.into());
        Self { id: PASS.into(), version: 3, serial: 1, user_id: USER.into(), order_id }
    }
}

impl Sample for PassUpdated {
    const BODY: &'static str = r#"{"id":"0192f3a4-0000-7000-8000-0000000000f6","version":1,"serial":0,"status":"offered","listingId":"0192f3a4-0000-7000-8000-0000000000a1","transferExpiresAt":"2026-11-22T10:15:00.000Z","admittedAt":"2026-11-22T10:15:00.000Z","device":"north door","doubleAdmissions":[{"admittedAt":"2026-11-22T10:15:00.000Z","device":"south door"}]}"#;
    const OF: (&'static str, i64) = (PASS, 1);

    fn sample() -> Self {
        let at = "2026-11-22T10:15:00Z".parse().unwrap();
        let double = DoubleAdmission::new(at, Some("south door".to_owned()));
        Self {
            id: PASS.into(),
            version: 1,
            serial: 0,
            status: PassStatus::Offered,
            listing_id: Some(TICKET.into()),
            transfer_expires_at: Some(at),
            admitted_at: Some(at),
            device: Some("north door".to_owned()),
            double_admissions: vec![double],
        }
    }
}

impl Sample for PassAdmitted {
    const BODY: &'static str = r#"{"id":"0192f3a4-0000-7000-8000-0000000000f6","version":2,"serial":1,"admittedAt":"2026-11-22T10:15:00.000Z","device":"north door"}"#;
    const OF: (&'static str, i64) = (PASS, 2);

    fn sample() -> Self {
        let admitted_at = "2026-11-22T10:15:00Z".parse().unwrap();
        Self { id: PASS.into(), version: 2, serial: 1, admitted_at, device: Some("north door".to_owned()) }
    }
}

impl Sample for ExpirationComplete {
    const BODY: &'static str = r#"{"orderId":"0192f3a4-0000-7000-8000-0000000000b2"}"#;
    const OF: (&'static str, i64) = (ORDER, 0);

    fn sample() -> Self {
        Self { order_id: OrderId::from(ORDER) }
    }
}

/// The three events of a payment that have the same fields.
macro_rules! charges {
    ($($event:ident),+) => {$(
        impl Sample for $event {
            const BODY: &'static str = r#"{"id":"0192f3a4-0000-7000-8000-0000000000c3","orderId":"0192f3a4-0000-7000-8000-0000000000b2","stripeId":"pi_1"}"#;
            const OF: (&'static str, i64) = (PAYMENT, 0);

            fn sample() -> Self {
                let (id, order_id) = (PaymentId::from(PAYMENT), OrderId::from(ORDER));
                Self { id, order_id, stripe_id: "pi_1".to_owned() }
            }
        }
    )+};
}
charges!(PaymentAuthorized, PaymentCreated, PaymentRefunded);

impl Sample for PaymentFailed {
    const BODY: &'static str =
        r#"{"id":"0192f3a4-0000-7000-8000-0000000000c3","orderId":"0192f3a4-0000-7000-8000-0000000000b2"}"#;
    const OF: (&'static str, i64) = (PAYMENT, 0);

    fn sample() -> Self {
        Self { id: PaymentId::from(PAYMENT), order_id: OrderId::from(ORDER) }
    }
}

impl Sample for SessionEnded {
    const BODY: &'static str = r#"{"jti":"0192f3a4-0000-7000-8000-0000000000e5","userId":"0192f3a4-0000-7000-8000-0000000000d4","exp":1763900000}"#;
    const OF: (&'static str, i64) = (SESSION, 0);

    fn sample() -> Self {
        Self { jti: SESSION.to_owned(), user_id: UserId::from(USER), exp: 1_763_900_000 }
    }
}
