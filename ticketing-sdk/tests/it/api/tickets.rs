//! `/api/tickets`.

use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{ErrorCode, ListTickets, Method, NewTicket, TicketSort, TicketStatus};

use crate::support::{client, signed_in, ticket};

#[tokio::test]
async fn ticket_life_cycle() {
    let mock = Mock::new();
    let changed = {
        let mut changed = ticket("t-1");
        changed["price"] = 20.into();
        changed["version"] = 1.into();
        changed
    };
    mock.on(Method::POST, "/api/tickets", Reply::json(201, &ticket("t-1")))
        .on(Method::GET, "/api/tickets/t-1", Reply::json(200, &ticket("t-1")))
        .on(Method::PUT, "/api/tickets/t-1", Reply::json(200, &changed))
        .on(Method::DELETE, "/api/tickets/t-1", Reply::empty(204));
    let tickets = client(&mock).tickets();
    let created = tickets.create(NewTicket::new("RustConf, day 1", "149.99".parse().unwrap())).await.unwrap();
    assert_eq!(created, tickets.get(&created.id).await.unwrap());
    assert_eq!((created.price.cents(), created.status), (14_999, TicketStatus::Available));
    let update = tickets.update(&created.id, NewTicket::new("RustConf, day 1", "20".parse().unwrap()));
    assert_eq!(update.if_match(created.version).await.unwrap().version, 1);
    tickets.delete(&created.id).await.unwrap();
}

#[tokio::test]
async fn each_creation_has_a_key_of_its_own() {
    let mock = Mock::new();
    mock.on(Method::POST, "/api/tickets", Reply::json(201, &ticket("t-1")));
    let tickets = client(&mock).tickets();
    for _ in 0..2 {
        let write = tickets.create(NewTicket::new("x", "1".parse().unwrap()));
        let key = write.key().unwrap().clone();
        write.await.unwrap();
        assert_eq!(mock.requests().last().unwrap().header("idempotency-key"), Some(key.as_str()));
    }
    let requests = mock.requests();
    assert_ne!(requests[0].header("idempotency-key"), requests[1].header("idempotency-key"));
}

#[tokio::test]
async fn market_is_read_signed_out_and_own_listings_signed_in() {
    let mock = Mock::new();
    signed_in(&mock, "session");
    mock.on(Method::GET, "/api/tickets", Reply::json(200, &[ticket("t-1")]));
    let client = client(&mock);
    client.auth().sign_in("ada@example.com", "correct horse").await.unwrap();
    client.tickets().list().await.unwrap();
    client.tickets().list().mine().await.unwrap();
    let requests = mock.requests();
    assert!(requests[1].header("cookie").is_none());
    assert!(requests[2].header("cookie").unwrap().starts_with("session="));
}

#[tokio::test]
async fn changed_version_is_a_code_of_its_own() {
    let mock = Mock::new();
    let refusal = Reply::problem(412, ErrorCode::VersionMismatch, "The ticket has changed");
    mock.on(Method::DELETE, "/api/tickets/t-1", refusal);
    let error = client(&mock).tickets().delete("t-1").if_match(0).await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::VersionMismatch));
    assert_eq!(mock.requests()[0].header("if-match"), Some("\"0\""));
}

#[tokio::test]
async fn client_filters_events_where_the_server_does_not() {
    let mock = Mock::new();
    let event = |id: &str, venue: &str, starts: &str| {
        let mut event = ticket(id);
        (event["venue"], event["startsAt"]) = (venue.into(), starts.into());
        event
    };
    let (early, late) = (
        event("early", "City Hall", "2026-12-01T00:30:00+01:00"),
        event("late", "HALL 2", "2026-12-24T19:30:00Z"),
    );
    mock.on(Method::GET, "/api/tickets", Reply::json(200, &[ticket("undated"), late, early]));
    let list = || client(&mock).tickets().list();
    let ids = async |list: ListTickets| -> Vec<String> {
        list.await.unwrap().items.into_iter().map(|ticket| ticket.id.into_string()).collect()
    };
    assert_eq!(ids(list().venue("hall")).await, ["late", "early"]);
    assert_eq!(ids(list().matching("rustconf city")).await, ["early"]);
    assert_eq!(ids(list().from("2026-12-01T00:00:00Z".parse().unwrap())).await, ["late"]);
    assert_eq!(ids(list().until("2026-11-30T23:30:00Z".parse().unwrap())).await, ["early"]);
    assert_eq!(ids(list().sort(TicketSort::Starts)).await, ["early", "late", "undated"]);
}
