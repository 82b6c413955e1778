//! The body of each event is exactly the contract's, byte for byte.

use ticketing_events::{TicketDeleted, TicketUpdated};
use ticketing_sdk::{Money, Timestamp, fixtures};

use crate::samples::{Sample, for_every_event};

fn is_golden<E: Sample>() {
    let event = E::sample();
    assert_eq!(serde_json::to_string(&event).unwrap(), E::BODY, "{}", E::NAME);
    assert_eq!(serde_json::from_str::<E>(E::BODY).unwrap(), event, "{}", E::NAME);
    assert_eq!((event.aggregate(), event.version()), E::OF, "{}", E::NAME);
}

#[test]
fn every_body_matches_the_contract() {
    for_every_event!(is_golden);
}

#[test]
fn unreserved_ticket_has_no_order_id() {
    let free = TicketUpdated { order_id: None, ..TicketUpdated::sample() };
    let body = serde_json::to_string(&free).unwrap();
    assert!(!body.contains("orderId"), "{body}");
    assert_eq!(serde_json::from_str::<TicketUpdated>(&body).unwrap(), free);
}

#[test]
fn withdrawal_by_the_seller_has_no_admission() {
    let body = serde_json::to_string(&TicketDeleted::from(&fixtures::ticket("t"))).unwrap();
    assert_eq!(body, r#"{"id":"t","version":0}"#);
}

#[test]
fn prices_are_numbers_to_the_cent_and_times_have_milliseconds() {
    for (cents, number) in
        [(1, "0.01"), (10, "0.1"), (1999, "19.99"), (2000, "20"), (99_999_999, "999999.99")]
    {
        let event = TicketUpdated { price: Money::from_cents(cents).unwrap(), ..TicketUpdated::sample() };
        let body = serde_json::to_string(&event).unwrap();
        assert!(body.contains(&format!(r#""price":{number},"#)), "{body}");
        assert_eq!(serde_json::from_str::<TicketUpdated>(&body).unwrap().price.cents(), cents);
    }
    let mut order = ticketing_events::OrderCreated::sample();
    order.expires_at = Timestamp::from_millis(1_700_000_000_007);
    let body = serde_json::to_string(&order).unwrap();
    assert!(body.contains(r#""expiresAt":"2023-11-14T22:13:20.007Z""#), "{body}");
}
