//! The OpenAPI schemas match the JSON.

use ticketing_sdk::{ErrorCode, Money, OrderId, OrderStatus, Timestamp};
use utoipa::PartialSchema;

fn schema<T: PartialSchema>() -> serde_json::Value {
    serde_json::to_value(T::schema()).unwrap()
}

#[test]
fn newtypes_are_what_they_serialize_to() {
    assert_eq!(schema::<Money>()["type"], "number");
    assert_eq!(schema::<Money>()["maximum"], 999_999.99);
    assert_eq!(
        (&schema::<Timestamp>()["type"], &schema::<Timestamp>()["format"]),
        (&"string".into(), &"date-time".into())
    );
    assert_eq!(schema::<OrderId>()["type"], "string");
    assert_eq!(schema::<ErrorCode>()["type"], "string");
    assert_eq!(schema::<OrderStatus>()["enum"][1], "awaiting:payment");
}
