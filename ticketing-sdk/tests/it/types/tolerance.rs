//! Responses of the Express version, and additions of later versions, are accepted.

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ticketing_sdk::{
    Admission, CurrentUserAnswer, ErrorCode, Order, OrderStatus, Pass, PassKeys, PassTransfer, Payment,
    PaymentStatus, Problem, Ticket, TicketChange, TicketStatus, Timestamp, UnknownValue, User,
    deserialize_known,
};

#[test]
fn ticket_without_status_and_times_is_read() {
    let ticket: Ticket = serde_json::from_value(json!({
        "id": "5ea9b8f0c1d2e3f405162738", "title": "concert", "price": "20.00",
        "userId": "5ea9b8f0c1d2e3f405162739", "version": 3, "__v": 0, "extra": {"a": [1]},
    }))
    .unwrap();
    assert_eq!(ticket.id.as_str(), "5ea9b8f0c1d2e3f405162738");
    assert_eq!(ticket.price.cents(), 2000);
    assert_eq!((ticket.status, ticket.version, ticket.created_at), (TicketStatus::Available, 3, None));
}

#[test]
fn ticket_with_an_order_is_reserved_by_default() {
    let ticket = |order: serde_json::Value, status: serde_json::Value| -> Ticket {
        serde_json::from_value(json!({
            "id": "t", "title": "x", "price": 1, "userId": "u", "orderId": order, "status": status,
        }))
        .unwrap()
    };
    assert_eq!(ticket(json!("5ea9b8f0c1d2e3f405162738"), json!(null)).status, TicketStatus::Reserved);
    assert_eq!(ticket(json!("o"), json!("sold")).status, TicketStatus::Sold);
    assert_eq!(ticket(json!(null), json!(null)).status, TicketStatus::Available);
}

#[test]
fn order_with_a_bare_ticket_is_read() {
    let order: Order = serde_json::from_value(json!({
        "id": "5ea9b8f0c1d2e3f405162738", "userId": "5ea9b8f0c1d2e3f405162739", "status": "awaiting:payment",
        "expiresAt": "2026-11-22T10:15:00.000Z", "version": 1,
        "ticket": {"id": "5ea9b8f0c1d2e3f40516273a", "title": "concert", "price": 20.5},
    }))
    .unwrap();
    assert_eq!(
        (order.status, order.ticket.version, order.created_at),
        (OrderStatus::AwaitingPayment, None, None)
    );
    assert_eq!(order.expires_at, Timestamp::from_millis(1_795_342_500_000));
}

#[test]
fn payment_with_only_an_id_is_read() {
    let payment: Payment = serde_json::from_value(json!({"id": "5ea9b8f0c1d2e3f405162738"})).unwrap();
    assert_eq!((payment.order_id, payment.status, payment.amount), (None, None, None));
}

#[test]
fn faults_without_codes_and_with_unknown_ones() {
    let problem: Problem = serde_json::from_value(json!({
        "errors": [{"message": "Invalid email", "field": "email"}, {"message": "x", "code": "brand_new"}],
    }))
    .unwrap();
    assert_eq!(problem.errors[0].field.as_deref(), Some("email"));
    assert_eq!(problem.errors[0].code, None);
    assert_eq!(problem.errors[1].code, Some(ErrorCode::Other("brand_new".into())));
}

#[test]
fn current_user_is_null_or_a_user() {
    let nobody: CurrentUserAnswer = serde_json::from_value(json!({"currentUser": null})).unwrap();
    assert_eq!(nobody.current_user, None);
    let present: CurrentUserAnswer =
        serde_json::from_value(json!({"currentUser": {"id": "u", "email": "a@b.c", "iat": 1_700_000_000}}))
            .unwrap();
    assert_eq!(present.current_user.unwrap().iat, 1_700_000_000);
}

/// The answers of the golden files, with their optional fields and their enumerations.
const ANSWERS: &[(&str, &[&str], &[&str])] = &[
    ("ticket_of_event", &["venue", "startsAt", "seat", "description", "createdAt", "updatedAt"], &["status"]),
    ("ticket_reserved", &["orderId", "createdAt", "updatedAt"], &["status"]),
    ("ticket_change", &[], &["kind"]),
    ("order_expired", &["version", "createdAt", "cancelReason"], &["status", "cancelReason"]),
    ("order_complete", &["version", "createdAt"], &["status"]),
    ("payment_succeeded", &["orderId", "stripeId", "amount", "currency", "status", "createdAt"], &["status"]),
    ("pass_held", &["code", "orderId", "resaleLimit", "transferExpiresAt", "venue"], &["status"]),
    ("pass_used", &["admittedAt", "device"], &["status"]),
    ("pass_transfer", &[], &[]),
    ("pass_keys", &[], &[]),
    ("admission", &["seat"], &[]),
    ("current_user", &[], &[]),
    ("user", &[], &[]),
    ("problem", &[], &[]),
];

fn round_trip<T: DeserializeOwned + Serialize>(value: &Value) -> Result<Value, serde_json::Error> {
    serde_json::to_value(serde_json::from_value::<T>(value.clone())?)
}

fn read(name: &str, value: &Value) -> Result<Value, serde_json::Error> {
    match name.split('_').next().unwrap() {
        "ticket" if name == "ticket_change" => round_trip::<TicketChange>(value),
        "ticket" => round_trip::<Ticket>(value),
        "order" => round_trip::<Order>(value),
        "payment" => round_trip::<Payment>(value),
        "pass" if name == "pass_transfer" => round_trip::<PassTransfer>(value),
        "pass" if name == "pass_keys" => round_trip::<PassKeys>(value),
        "pass" => round_trip::<Pass>(value),
        "admission" => round_trip::<Admission>(value),
        "current" => round_trip::<CurrentUserAnswer>(value),
        "user" => round_trip::<User>(value),
        "problem" => round_trip::<Problem>(value),
        _ => unreachable!("{name}"),
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{1,6}", inner, 0..4)
                .prop_map(|map| Value::from(map.into_iter().collect::<serde_json::Map<_, _>>())),
        ]
    })
}

/// Adds a field to every object of a value.
fn add_field(value: &mut Value, name: &str, added: &Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| add_field(field, name, added));
            fields.insert(name.to_owned(), added.clone());
        }
        Value::Array(items) => items.iter_mut().for_each(|item| add_field(item, name, added)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn answers_of_later_and_other_servers_are_read(
        (name, optional, enumerations) in prop::sample::select(ANSWERS),
        field in "x[a-z]{2,10}",
        added in any_json(),
        missing in any::<u8>(),
        word in "z[a-z:_é]{0,14}",
    ) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/wire/answers");
        let text = std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap();
        let mut later: Value = serde_json::from_str(&text).unwrap();
        for enumeration in enumerations {
            later[enumeration] = word.clone().into();
        }
        for (index, optional) in optional.iter().enumerate() {
            if missing & (1 << (index % 8)) != 0 {
                later.as_object_mut().unwrap().remove(*optional);
            }
        }
        let mut sent = later.clone();
        add_field(&mut sent, &field, &added);
        let read = read(name, &sent).map_err(|error| TestCaseError::fail(format!("{name}: {error}")))?;
        for (key, value) in later.as_object().unwrap() {
            prop_assert!(value == &read[key] || value.is_array() || value.is_object(), "{}: {}", name, key);
        }
    }
}

#[test]
fn unknown_value_is_kept_as_it_was_sent() {
    let status: PaymentStatus = serde_json::from_value(json!("charged_back")).unwrap();
    assert_eq!(status.as_str(), "charged_back");
    assert_eq!(serde_json::to_value(status).unwrap(), json!("charged_back"));
    assert_eq!((status.label(), status.is_final()), ("Unknown", false));
    assert_eq!(PaymentStatus::from_wire("succeeded"), PaymentStatus::Succeeded);
    // Cut where a character ends.
    let long = PaymentStatus::from_wire(&"é".repeat(40));
    assert_eq!(long.as_str(), "é".repeat(UnknownValue::MAX_BYTES / 2));
}

#[test]
fn services_refuse_an_unknown_value() {
    let refused = deserialize_known::<TicketStatus, _>(json!("in_auction")).unwrap_err().to_string();
    assert!(refused.starts_with("unknown ticket status \"in_auction\""), "{refused}");
    assert_eq!(deserialize_known::<TicketStatus, _>(json!("sold")).unwrap(), TicketStatus::Sold);
    assert!("in_auction".parse::<TicketStatus>().is_err());
}
