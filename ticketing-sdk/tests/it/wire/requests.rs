//! The golden files of requests.

use futures_util::FutureExt;
use serde_json::json;
use ticketing_sdk::mock::Mock;
use ticketing_sdk::{
    CardToken, Client, DetailField, IdempotencyKey, Method, NewCheckIn, NewTicket, OrderStatus, PassStatus,
    TicketSort, TicketStatus, TicketUpdate,
};

use crate::support::{client, golden};

/// Runs a call, ignores its outcome, and compares its request with the golden file.
async fn sends<F: IntoFuture>(name: &str, call: impl FnOnce(Client) -> F) {
    let mock = Mock::new();
    let _ = call(client(&mock)).into_future().await;
    let request = mock.requests().into_iter().next().unwrap();
    let query = request.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    let mut text = format!("{} {}{query}\n", request.method, request.path);
    for name in ["accept", "content-type", "idempotency-key", "if-match", "last-event-id"] {
        if let Some(value) = request.header(name) {
            text.push_str(&format!("{name}: {value}\n"));
        }
    }
    text.push('\n');
    text.push_str(std::str::from_utf8(&request.body).unwrap());
    golden(&format!("requests/{name}.http"), text.trim_end());
}

fn key() -> IdempotencyKey {
    IdempotencyKey::new("a-key").unwrap()
}

fn new_ticket() -> NewTicket {
    NewTicket::new("RustConf, day 1", "149.99".parse().unwrap())
}

#[tokio::test]
async fn auth() {
    sends("sign_up", |c| async move { c.auth().sign_up("ada@example.com", "correct horse").await }).await;
    sends("sign_in", |c| async move { c.auth().sign_in("ada@example.com", "correct horse").await }).await;
    sends("sign_out", |c| async move { c.auth().sign_out().await }).await;
    sends("current_user", |c| async move { c.auth().current_user().await }).await;
}

#[tokio::test]
async fn tickets() {
    sends("tickets_list", |c| c.tickets().list()).await;
    sends("tickets_list_filtered", |c| {
        let list = c.tickets().list().matching("rust & tokio").min_price("1".parse().unwrap());
        let list = list.max_price("99.5".parse().unwrap()).sort(TicketSort::PriceDescending).mine();
        list.status([TicketStatus::Available, TicketStatus::Sold]).limit(20).cursor("a+b/c=")
    })
    .await;
    sends("tickets_list_any_status", |c| c.tickets().list().any_status()).await;
    sends("tickets_list_of_events", |c| {
        let (from, until) =
            ("2026-12-01T00:00:00+01:00".parse().unwrap(), "2026-12-31T23:59:59Z".parse().unwrap());
        c.tickets().list().venue("hall").from(from).until(until).past().sort(TicketSort::Starts)
    })
    .await;
    sends("tickets_get", |c| async move { c.tickets().get("5ea9b8f0c1d2e3f405162738").await }).await;
    sends("tickets_create", |c| c.tickets().create(new_ticket()).idempotency_key(key())).await;
    sends("tickets_update", |c| c.tickets().update("t-1", new_ticket()).if_match(3)).await;
    let event = || TicketUpdate::new("x", "20.5".parse().unwrap()).seat("4").clear(DetailField::Venue);
    sends("tickets_update_details", |c| c.tickets().update("t-1", event())).await;
    sends("tickets_delete", |c| c.tickets().delete("t-1").if_match(3)).await;
    sends("tickets_watch", |c| async move { c.tickets().watch().map(drop).await }).await;
    sends("tickets_watch_after", |c| async move { c.tickets().watch_after("41").map(drop).await }).await;
}

#[tokio::test]
async fn orders() {
    sends("orders_list", |c| c.orders().list().status([OrderStatus::Created, OrderStatus::AwaitingPayment]))
        .await;
    sends("orders_get", |c| async move { c.orders().get("o-1").await }).await;
    sends("orders_create", |c| c.orders().create("t-1").idempotency_key(key())).await;
    sends("orders_create_at_price", |c| {
        c.orders().create_at_price("t-1", "149.99".parse().unwrap()).idempotency_key(key())
    })
    .await;
    sends("orders_cancel", |c| c.orders().cancel("o-1")).await;
}

#[tokio::test]
async fn payments() {
    sends("payments_list", |c| c.payments().list()).await;
    sends("payments_get", |c| async move { c.payments().get("p-1").await }).await;
    sends("payments_create", |c| {
        c.payments().create("o-1", CardToken::new("tok_visa")).idempotency_key(key())
    })
    .await;
}

#[tokio::test]
async fn raw() {
    sends("raw", |c| async move {
        let request = c.request(Method::POST, "/api/things?x=1").query("y", "ü z").json(&json!([1, null]));
        request.idempotency_key(key()).send().await
    })
    .await;
}

#[tokio::test]
async fn id_cannot_name_another_path() {
    let mock = Mock::new();
    let client = client(&mock);
    for id in ["", ".", ".."] {
        assert!(client.tickets().get(id).await.unwrap_err().to_string().contains("ticket id"), "{id:?}");
        assert!(client.orders().cancel(id).await.unwrap_err().to_string().contains("order id"), "{id:?}");
    }
    assert_eq!(mock.requests().len(), 0);
    let _ = client.tickets().get("../orders/x?y#z").await;
    assert_eq!(mock.requests()[0].path, "/api/tickets/..%2Forders%2Fx%3Fy%23z");
    let _ = client.request(Method::GET, "//elsewhere.test/x").send().await;
    assert_eq!(mock.requests()[1].path, "//elsewhere.test/x");
    assert_eq!(mock.requests()[1].header("host"), None, "the host is the transport's");
    assert!(client.request(Method::GET, "@elsewhere.test/x").send().await.is_err());
}

#[tokio::test]
async fn passes() {
    sends("passes_list", |c| c.passes().list()).await;
    sends("passes_list_filtered", |c| c.passes().list().status([PassStatus::Valid, PassStatus::Offered]))
        .await;
    sends("passes_list_of_order", |c| c.passes().list().order("o-1")).await;
    sends("passes_list_issued", |c| c.passes().list().issued()).await;
    sends("passes_get", |c| async move { c.passes().get("p-1").await }).await;
    sends("passes_transfer", |c| c.passes().transfer("p-1").idempotency_key(key())).await;
    sends("passes_cancel_transfer", |c| c.passes().cancel_transfer("p-1")).await;
    sends("passes_claim", |c| c.passes().claim("ABCD-EFGH").idempotency_key(key())).await;
    sends("passes_resell", |c| c.passes().resell("p-1", "20".parse().unwrap()).idempotency_key(key())).await;
    sends("passes_check_in", |c| c.passes().check_in(NewCheckIn::new("TK1AB")).idempotency_key(key())).await;
    let offline =
        NewCheckIn::new("TK1AB").at("2026-12-24T18:31:07.250Z".parse().unwrap()).device("north door");
    sends("passes_check_in_offline", |c| c.passes().check_in(offline).idempotency_key(key())).await;
    let of_event = NewCheckIn::new("TK1AB").starts_within(std::time::Duration::from_secs(43_200));
    sends("passes_check_in_of_an_event", |c| c.passes().check_in(of_event).idempotency_key(key())).await;
    sends("passes_keys", |c| async move { c.passes().keys().await }).await;
    sends("passes_calendar", |c| async move { c.passes().calendar("p-1").await }).await;
}
