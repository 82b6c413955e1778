//! The rules that every client shares, as the tables of cases say.

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use ticketing_sdk::text::SearchWords;
use ticketing_sdk::{EventTime, Order, OrderStatus, Timestamp};

#[derive(Deserialize)]
struct Table<T> {
    cases: Vec<T>,
}

fn cases<T: DeserializeOwned>(table: &str) -> Vec<T> {
    let cases = serde_json::from_str::<Table<T>>(table).unwrap().cases;
    assert!(!cases.is_empty());
    cases
}

#[derive(Deserialize)]
struct Search {
    search: String,
    title: String,
    matches: bool,
}

#[test]
fn search_finds_the_titles_of_the_table() {
    for case in cases::<Search>(include_str!("../../cases/search.json")) {
        let found = SearchWords::new(&case.search).match_title(&case.title);
        assert_eq!(found, case.matches, "{:?} in {:?}", case.search, case.title);
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Hold {
    status: OrderStatus,
    expires_at: Timestamp,
    now: Timestamp,
    time_left: Option<u128>,
}

#[test]
fn hold_lasts_as_long_as_the_table_says() {
    for case in cases::<Hold>(include_str!("../../cases/orders.json")) {
        let order: Order = serde_json::from_value(json!({
            "id": "o", "userId": "u", "status": case.status, "expiresAt": case.expires_at,
            "ticket": {"id": "t", "title": "x", "price": 1},
        }))
        .unwrap();
        let left = order.time_left(case.now).map(|left| left.as_millis());
        assert_eq!(left, case.time_left, "{} at {}", case.status, case.now);
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventDay {
    starts_at: Option<EventTime>,
    at: Timestamp,
    starts_within: u64,
    admits: bool,
}

#[test]
fn event_is_within_the_span_of_the_table() {
    for case in cases::<EventDay>(include_str!("../../cases/event_days.json")) {
        let span = Duration::from_secs(case.starts_within);
        let admits = case.starts_at.as_ref().is_none_or(|starts| starts.is_within(span, case.at));
        assert_eq!(admits, case.admits, "{:?} at {}", case.starts_at, case.at);
    }
}
