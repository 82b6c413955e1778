//! Live changes: no change is missed, however the connection fails.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use serde_json::Value;
use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{Client, Error, ErrorCode, Method, Phase, TicketChangeKind, Timestamp, WatchEvent};

use crate::support::{SERVER, client, ticket};

const PATH: &str = "/api/tickets";

fn event(id: u32, kind: &str, ticket: &Value) -> String {
    format!("event: ticket:{kind}\nid: {id}\ndata: {ticket}\n\n")
}

fn positions(mock: &Mock) -> Vec<Option<String>> {
    mock.requests().iter().map(|request| request.header("last-event-id").map(str::to_owned)).collect()
}

#[tokio::test(start_paused = true)]
async fn changes_arrive_with_their_kind_and_position() {
    let mock = Mock::new();
    let text = [
        "id: 6\n\n: heartbeat\n\n".to_owned(),
        event(7, "created", &ticket("t-1")),
        event(8, "renamed", &Value::Null),
        event(9, "deleted", &ticket("t-1")),
    ];
    mock.on(Method::GET, PATH, Reply::events(text.concat()));
    let mut watch = client(&mock).tickets().watch().await.unwrap();
    let first = watch.try_next().await.unwrap().unwrap();
    assert_eq!(
        (first.id.as_str(), first.kind, first.ticket.id.as_str()),
        ("7", TicketChangeKind::Created, "t-1")
    );
    let second = watch.try_next().await.unwrap().unwrap();
    assert_eq!((second.id.as_str(), second.kind), ("9", TicketChangeKind::Deleted));
    assert_eq!(watch.last_event_id().as_deref(), Some("9"));
}

#[tokio::test(start_paused = true)]
async fn lost_connection_is_resumed() {
    let mock = Mock::new();
    mock.on(Method::GET, PATH, Reply::events_then_end("id: 41\n\n"))
        .on(Method::GET, PATH, Reply::unreachable())
        .on(Method::GET, PATH, Reply::text(503, "text/html", "restarting"))
        .on(Method::GET, PATH, Reply::events_then_end(event(42, "created", &ticket("t-1"))).then_break())
        .on(Method::GET, PATH, Reply::events(event(43, "updated", &ticket("t-1"))));
    let watch = client(&mock).tickets().watch().await.unwrap();
    let kinds: Vec<_> = watch.take(2).map_ok(|change| change.kind).try_collect().await.unwrap();
    assert_eq!(kinds, [TicketChangeKind::Created, TicketChangeKind::Updated]);
    let at = |id: &str| Some(id.to_owned());
    assert_eq!(positions(&mock), [None, at("41"), at("41"), at("41"), at("42")]);
}

#[tokio::test(start_paused = true)]
async fn first_position_is_reported_before_any_change() {
    let mock = Mock::new();
    let text = "id: 41\n\nid: 41\n\n".to_owned() + &event(42, "created", &ticket("t-1"));
    mock.on(Method::GET, PATH, Reply::events(text));
    let since = Timestamp::from_millis(1_700_000_000_000);
    let events = client(&mock).tickets().follow_since(since);
    let events: Vec<WatchEvent> = events.take(3).try_collect().await.unwrap();
    assert!(matches!(&events[1], WatchEvent::Position { id } if id == "41"), "{events:?}");
    assert!(matches!(&events[2], WatchEvent::Change(change) if change.id == "42"), "{events:?}");
    assert_eq!(positions(&mock)[0].as_deref(), Some("since:1700000000000"));
}

#[tokio::test(start_paused = true)]
async fn connection_states_are_reported() {
    let mock = Mock::new();
    mock.on(Method::GET, PATH, Reply::events_then_end(event(1, "created", &ticket("t-1"))))
        .on(Method::GET, PATH, Reply::unreachable())
        .on(Method::GET, PATH, Reply::events(""));
    let mut events = client(&mock).tickets().watch_after("0").await.unwrap().into_events();
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(match events.try_next().await.unwrap().unwrap() {
            WatchEvent::Connected => "connected",
            WatchEvent::Change(_) => "change",
            WatchEvent::Lost { retry_in, .. } => {
                assert!(retry_in <= Duration::from_secs(30));
                "lost"
            }
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(seen, ["connected", "change", "lost", "lost", "connected"]);
    assert_eq!(positions(&mock)[0].as_deref(), Some("0"));
}

#[tokio::test(start_paused = true)]
async fn watch_starts_before_the_server_is_reachable() {
    let mock = Mock::new();
    mock.on(Method::GET, PATH, Reply::unreachable()).on(
        Method::GET,
        PATH,
        Reply::events(event(42, "created", &ticket("t-1"))),
    );
    let mut news = client(&mock).tickets().follow(Some("41".to_owned()));
    assert!(matches!(news.try_next().await, Ok(Some(WatchEvent::Lost { .. }))));
    assert!(matches!(news.try_next().await, Ok(Some(WatchEvent::Connected))));
    assert!(matches!(news.try_next().await, Ok(Some(WatchEvent::Change(_)))));
    let at = |id: &str| Some(id.to_owned());
    assert_eq!(positions(&mock), [at("41"), at("41")]);
    assert_eq!(news.last_event_id(), at("42"));
}

#[tokio::test(start_paused = true)]
async fn silence_beyond_the_heartbeat_is_a_lost_connection() {
    let mock = Mock::new();
    mock.on(Method::GET, PATH, Reply::events(": hello\n\n"));
    let mut events = client(&mock).tickets().watch().await.unwrap().into_events();
    assert!(matches!(events.next().await, Some(Ok(WatchEvent::Connected))));
    let lost = events.next().await;
    assert!(
        matches!(
            &lost,
            Some(Ok(WatchEvent::Lost { error: Error::Timeout { phase: Phase::Heartbeat, .. }, .. }))
        ),
        "{lost:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn waits_grow_while_the_server_is_away() {
    let mock = Mock::new();
    mock.on(Method::GET, PATH, Reply::events_then_end("")).on(Method::GET, PATH, Reply::unreachable());
    let mut events = client(&mock).tickets().watch().await.unwrap().into_events();
    let mut waits = Vec::new();
    while waits.len() < 12 {
        if let Some(Ok(WatchEvent::Lost { retry_in, .. })) = events.next().await {
            waits.push(retry_in);
        }
    }
    assert!(waits[0] <= Duration::from_millis(500) && waits[11] >= Duration::from_secs(15), "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn permanent_error_ends_the_watch() {
    let mock = Mock::new();
    mock.on(Method::GET, PATH, Reply::events_then_end("")).on(
        Method::GET,
        PATH,
        Reply::problem(404, ErrorCode::NotFound, "Not Found"),
    );
    let mut watch = client(&mock).tickets().watch().await.unwrap();
    assert!(watch.next().await.unwrap().unwrap_err().is_not_found());
    assert!(watch.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn unreadable_change_is_reported() {
    let mock = Mock::new();
    mock.on(Method::GET, PATH, Reply::events("id: 5\n\nid: 6\nevent: ticket:created\ndata: {}\n\n"));
    let mut watch = client(&mock).tickets().watch().await.unwrap();
    assert!(matches!(watch.next().await, Some(Err(Error::Decode { .. }))));
    assert_eq!(watch.last_event_id().as_deref(), Some("5"));
}

#[tokio::test]
async fn backend_without_live_changes_is_reported() {
    let mock = Mock::new().without_extensions();
    mock.on(Method::GET, PATH, Reply::json(200, &[ticket("t-1")]));
    let error = client(&mock).tickets().watch().await.unwrap_err();
    assert_eq!(error.to_string(), "this server has no live changes");
}

#[tokio::test(start_paused = true)]
async fn no_limit_of_a_call_ends_a_watch() {
    let mock = Mock::new();
    let beats = ": beat\n\n".to_owned() + &event(1, "created", &ticket("t-1"));
    mock.on(Method::GET, PATH, Reply::events(beats).delay(Duration::from_secs(5)));
    let client = Client::builder(SERVER).mock(&mock).timeout(Duration::from_secs(1)).build().unwrap();
    let mut watch = client.tickets().watch().await.unwrap();
    assert!(watch.try_next().await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn reset_is_reported_once_and_watch_continues() {
    let mock = Mock::new();
    mock.on(Method::GET, PATH, Reply::events_then_end("id: 41\n\n"))
        .on(Method::GET, PATH, Reply::events_reset("70", event(71, "created", &ticket("t-1"))).then_break())
        .on(Method::GET, PATH, Reply::events(event(72, "updated", &ticket("t-1"))));
    let mut watch = client(&mock).tickets().watch().await.unwrap();
    assert!(matches!(watch.next().await, Some(Err(Error::ChangesMissed))));
    assert_eq!(watch.last_event_id().as_deref(), Some("70"), "what follows is after the reset");
    let kinds: Vec<_> = watch.take(2).map_ok(|change| change.kind).try_collect().await.unwrap();
    assert_eq!(kinds, [TicketChangeKind::Created, TicketChangeKind::Updated]);
    let at = |id: &str| Some(id.to_owned());
    assert_eq!(positions(&mock), [None, at("41"), at("71")]);
}

#[tokio::test(start_paused = true)]
async fn reset_is_seen_with_the_state_of_the_connection() {
    let mock = Mock::new();
    mock.on(Method::GET, PATH, Reply::events_reset("70", ""));
    let mut events = client(&mock).tickets().follow(Some("7".to_owned()));
    assert!(matches!(events.next().await, Some(Ok(WatchEvent::Connected))));
    assert!(matches!(events.next().await, Some(Err(Error::ChangesMissed))));
    assert_eq!(events.last_event_id().as_deref(), Some("70"));
}
