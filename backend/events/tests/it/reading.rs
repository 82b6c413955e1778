//! Decoding ignores unknown fields and rejects missing ones.

use serde_json::{Map, Value};
use ticketing_events::{OrderCancelled, OrderCreated, TicketUpdated};
use ticketing_sdk::DetailField;

use crate::samples::{Sample, for_every_event};

fn body<E: Sample>() -> Map<String, Value> {
    serde_json::from_str(E::BODY).unwrap()
}

fn ignores_what_it_does_not_know<E: Sample>() {
    let mut more = body::<E>();
    more.insert("__v".to_owned(), 3.into());
    more.insert("createdAt".to_owned(), "2026-11-22T10:15:00.000Z".into());
    for (_, field) in &mut more {
        if let Value::Object(nested) = field {
            nested.insert("extra".to_owned(), Value::Null);
        }
    }
    assert_eq!(serde_json::from_value::<E>(more.into()).unwrap(), E::sample(), "{}", E::NAME);
}

/// Fields that are absent where they say nothing.
const OPTIONAL: [(&str, &str); 11] = [
    ("ticket:updated", "orderId"),
    ("ticket:updated", "resaleOf"),
    ("pass:transferred", "orderId"),
    ("pass:updated", "listingId"),
    ("pass:updated", "transferExpiresAt"),
    ("pass:updated", "admittedAt"),
    ("pass:updated", "device"),
    ("pass:updated", "doubleAdmissions"),
    ("pass:admitted", "device"),
    ("ticket:created", "resaleOf"),
    ("ticket:deleted", "admittedAt"),
];

/// Returns whether the field may be left out; one that cannot be read counts as left out.
fn is_tolerated(field: &str) -> bool {
    field == "cancelReason" || DetailField::ALL.iter().any(|detail| detail.name() == field)
}

fn misses_what_is_missing<E: Sample>() {
    let is_required =
        |field: &&String| !OPTIONAL.contains(&(E::NAME.as_str(), field.as_str())) && !is_tolerated(field);
    for field in body::<E>().keys().filter(is_required) {
        let mut less = body::<E>();
        less.remove(field);
        let error = serde_json::from_value::<E>(less.into()).unwrap_err();
        assert!(error.to_string().contains(field), "{} without {field}: {error}", E::NAME);
    }
}

fn refuses_other_types<E: Sample>() {
    for field in body::<E>().keys() {
        let mut wrong = body::<E>();
        wrong.insert(field.clone(), Value::Bool(true));
        let read = serde_json::from_value::<E>(wrong.into());
        assert_eq!(read.is_ok(), is_tolerated(field), "{} with a wrong {field}", E::NAME);
    }
}

#[test]
fn unknown_fields_are_ignored() {
    for_every_event!(ignores_what_it_does_not_know);
}

#[test]
fn missing_field_fails_to_decode() {
    for_every_event!(misses_what_is_missing);
}

#[test]
fn wrong_field_type_fails_to_decode() {
    for_every_event!(refuses_other_types);
}

#[test]
fn bodies_of_the_original_decode() {
    // 24-hex identifiers, a number as the price, and no terms but that.
    let order: OrderCreated = serde_json::from_str(
        r#"{"id":"5ea9b8f0c1d2e3f405162738","version":0,"status":"created","userId":"5ea9b8f0c1d2e3f405162739",
            "expiresAt":"2020-04-29T17:25:04.521Z","ticket":{"id":"5ea9b8f0c1d2e3f40516273a","price":20}}"#,
    )
    .unwrap();
    assert_eq!((order.id.as_str(), order.ticket.price.cents()), ("5ea9b8f0c1d2e3f405162738", 2000));
    assert_eq!(order.expires_at.to_string(), "2020-04-29T17:25:04.521Z");
    assert_eq!((order.ticket.title, order.ticket.version, order.ticket.details), (None, None, None));

    let cancelled: OrderCancelled = serde_json::from_str(
        r#"{"id":"5ea9b8f0c1d2e3f405162738","version":1,"ticket":{"id":"5ea9b8f0c1d2e3f40516273a"}}"#,
    )
    .unwrap();
    assert_eq!(cancelled.ticket.id.as_str(), "5ea9b8f0c1d2e3f40516273a");

    // An order id that is null, and a price that a web form sent as text.
    let updated: TicketUpdated = serde_json::from_str(
        r#"{"id":"5ea9b8f0c1d2e3f40516273a","version":2,"title":"concert","price":"20.00",
            "userId":"5ea9b8f0c1d2e3f405162739","orderId":null}"#,
    )
    .unwrap();
    assert_eq!((updated.order_id, updated.price.cents()), (None, 2000));
}
