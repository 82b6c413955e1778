//! The envelope: its fields are those of the event, and it is decoded only as that event.

use ticketing_events::{DecodeError, Envelope, EventName, OrderCancelled, OrderConfirmed, TicketCreated};
use ticketing_sdk::Timestamp;

use crate::samples::{Sample, for_every_event};

fn encode_sample<E: Sample>() -> Envelope {
    Envelope::encode("event-1".to_owned(), Timestamp::from_millis(1_700_000_000_000), &E::sample()).unwrap()
}

fn round_trips<E: Sample>() {
    let envelope = encode_sample::<E>();
    let expected = Envelope {
        id: "event-1".to_owned(),
        name: E::NAME.into(),
        aggregate: E::OF.0.to_owned(),
        version: E::OF.1,
        time: Timestamp::from_millis(1_700_000_000_000),
        trace: None,
        body: E::BODY.to_owned(),
    };
    assert_eq!(envelope, expected);
    assert_eq!(envelope.decode::<E>().unwrap(), E::sample());
}

#[test]
fn every_event_survives_encoding() {
    for_every_event!(round_trips);
}

#[test]
fn decode_rejects_another_event_with_an_equal_body() {
    let envelope = encode_sample::<OrderCancelled>();
    let error = envelope.decode::<OrderConfirmed>().unwrap_err();
    assert!(matches!(
        error,
        DecodeError::OtherEvent { expected: EventName::OrderConfirmed, ref found }
            if *found == EventName::OrderCancelled
    ));
    assert_eq!(error.to_string(), "expected order:confirmed, found order:cancelled");
}

#[test]
fn invalid_body_fails_to_decode_with_a_reason() {
    for (body, reason) in [
        ("", "EOF"),
        ("{", "EOF"),
        ("[]", "invalid type: sequence"),
        ("{}", "missing field `id`"),
        (r#"{"id":1,"version":0,"title":"a","price":20,"userId":"u"}"#, "invalid type: integer `1`"),
        (r#"{"id":"t","version":0.5,"title":"a","price":20,"userId":"u"}"#, "floating point"),
        (r#"{"id":"t","version":0,"title":"a","price":0,"userId":"u"}"#, "greater than 0"),
        (r#"{"id":"t","version":0,"title":"a","price":1.005,"userId":"u"}"#, "two decimals"),
        (r#"{"id":"t","version":0,"title":"a","price":20,"userId":"u"} x"#, "trailing"),
    ] {
        let envelope = Envelope { body: body.to_owned(), ..encode_sample::<TicketCreated>() };
        let error = envelope.decode::<TicketCreated>().unwrap_err();
        assert!(matches!(error, DecodeError::Body { name: EventName::TicketCreated, .. }), "{error:?}");
        let message = error.to_string();
        assert!(message.starts_with("the body of ticket:created is not valid: "), "{message}");
        assert!(message.contains(reason), "{body}: {message}");
    }
}
