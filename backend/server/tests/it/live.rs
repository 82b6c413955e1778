//! The live feed: every change of every ticket, in order, from any cursor, until the server stops.

use futures_util::future::join_all;
use futures_util::{StreamExt, TryStreamExt};
use serde_json::json;
use ticketing_sdk::{NewTicket, TicketChangeKind};
use ticketing_testkit::{EventStream, LiveEvent, Shape, TestSession, TestStack, dollars, on_shapes};

use crate::support::{cancel, list, order_when_visible, pay, ticket};

on_shapes! {
    [embedded, postgres, postgres_and_nats, processes]
    #[tokio::test]
    feed_has_every_change_of_a_ticket, watcher_resumes_without_gap_or_duplicate,
    first_event_of_an_empty_feed_has_a_cursor, unknown_cursor_is_answered_with_a_reset,
    list_is_json_without_event_stream_accept, sdk_client_receives_the_feed;
    [embedded, postgres, postgres_and_nats, processes]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    watchers_receive_all_changes_in_one_order;
}

async fn watch(stack: &TestStack) -> EventStream {
    stack.raw().get("/api/tickets").events().await
}

async fn resume(stack: &TestStack, from: &str) -> EventStream {
    stack.raw().get("/api/tickets").header("last-event-id", from).events().await
}

/// Summarizes events as `event version status`.
fn summarize(events: &[LiveEvent]) -> Vec<String> {
    let line = |event: &LiveEvent| {
        let ticket = event.json();
        format!(
            "{} {} {}",
            event.name.as_deref().unwrap(),
            ticket["version"],
            ticket["status"].as_str().unwrap()
        )
    };
    events.iter().map(line).collect()
}

async fn edit(stack: &TestStack, seller: &TestSession, ticket: &str, price: u32) {
    let wanted = json!({ "title": "A ticket", "price": price });
    stack.raw().put(&format!("/api/tickets/{ticket}")).by(seller).json(&wanted).await.ok(200);
}

async fn feed_has_every_change_of_a_ticket(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let mut live = watch(&stack).await;
    let first = live.next().await.unwrap();
    assert!(first.id.is_some() && first.data.is_none() && first.name.is_none(), "a cursor to resume from");

    let one = list(&stack, &seller, "A ticket", 20.0).await;
    assert_eq!(summarize(&live.take(1).await), ["ticket:created 0 available"]);
    edit(&stack, &seller, &one, 25).await;
    let edited = live.take(1).await.remove(0);
    assert_eq!(edited.json(), ticket(&stack, &one).await, "the data is the ticket");
    let order = order_when_visible(&stack, &buyer, &one).await;
    let reserved = live.take(1).await;
    assert_eq!(summarize(&reserved), ["ticket:updated 2 reserved"]);
    assert_eq!(reserved[0].json()["orderId"], order.as_str());
    cancel(&stack, &buyer, &order).await.ok(204);
    assert_eq!(summarize(&live.take(1).await), ["ticket:updated 3 available"]);
    let order = order_when_visible(&stack, &buyer, &one).await;
    pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    assert_eq!(summarize(&live.take(2).await), ["ticket:updated 4 reserved", "ticket:updated 5 sold"]);
    let two = list(&stack, &seller, "Another", 20.0).await;
    stack.raw().delete(&format!("/api/tickets/{two}")).by(&seller).await.ok(204);
    let gone = live.take(2).await;
    assert_eq!(summarize(&gone), ["ticket:created 0 available", "ticket:deleted 1 available"]);
    assert_eq!(gone[1].json()["id"], two.as_str());
    stack.finish().await;
}

async fn watcher_resumes_without_gap_or_duplicate(shape: Shape) {
    let mut stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let mut live = watch(&stack).await;
    let one = list(&stack, &seller, "A ticket", 20.0).await;
    for price in 1..=9 {
        edit(&stack, &seller, &one, price).await;
    }
    let seen = live.take(10).await;
    let ids: Vec<&String> = seen.iter().filter_map(|event| event.id.as_ref()).collect();
    assert_eq!(ids.len(), 10);
    assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]));
    drop(live);

    // Changes without a watcher, and beside a restart, are not lost.
    edit(&stack, &seller, &one, 10).await;
    stack.restart().await;
    edit(&stack, &seller, &one, 11).await;
    for (place, event) in seen.iter().enumerate() {
        let mut again = resume(&stack, event.id.as_deref().unwrap()).await;
        let first = again.next().await.unwrap();
        assert_eq!(first.id, event.id, "the first event has the cursor");
        let rest = again.take(11 - place).await;
        assert_eq!(rest[..9 - place], seen[place + 1..]);
        edit(&stack, &seller, &one, 100 + u32::try_from(place).unwrap()).await;
        assert_eq!(again.take(1 + place).await.len(), 1 + place, "live changes follow");
    }
    stack.finish().await;
}

async fn first_event_of_an_empty_feed_has_a_cursor(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    for title in ["The first of all", "Another"] {
        let mut live = watch(&stack).await;
        let place = live.next().await.unwrap().id.unwrap();
        drop(live);
        let new = list(&stack, &seller, title, 20.0).await;
        let mut again = resume(&stack, &place).await;
        assert_eq!(again.take(1).await[0].json()["id"], new.as_str(), "{title}");
    }
    stack.finish().await;
}

async fn unknown_cursor_is_answered_with_a_reset(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let mut before = watch(&stack).await;
    list(&stack, &seller, "Old", 20.0).await;
    let old = before.take(1).await.remove(0).id.unwrap();
    // The cursors of another database, and of a future change.
    let (foreign, future) = (format!("f{}", &old[1..]), "f".repeat(old.len()));
    for place in ["nothing", "'; DROP TABLE changes; --", "7", "ffffffff", "é", &foreign, &future] {
        let mut live = resume(&stack, place).await;
        let first = live.next().await.unwrap();
        assert_eq!((first.name.as_deref(), first.data.as_deref()), (Some("reset"), Some("{}")), "{place}");
        assert!(first.id.is_some() && first.retry.is_some(), "{first:?}");
        let new = list(&stack, &seller, "New", 20.0).await;
        assert_eq!(live.take(1).await[0].json()["id"], new.as_str(), "{place}");
    }
    stack.finish().await;
}

async fn watchers_receive_all_changes_in_one_order(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let sellers = join_all((0..6).map(|_| stack.session("seller"))).await;
    let watchers = join_all((0..4).map(|_| async {
        let mut live = watch(&stack).await;
        live.next().await.unwrap();
        live
    }))
    .await;
    let writing = join_all(sellers.iter().map(|seller| async {
        for round in 0..5 {
            let one = list(&stack, seller, "A ticket", 20.0).await;
            edit(&stack, seller, &one, 30 + round).await;
        }
    }));
    let reading = join_all(watchers.into_iter().map(|mut live| async move { live.take(60).await }));
    let (_, seen) = tokio::join!(writing, reading);
    let ids = |events: &[LiveEvent]| events.iter().map(|event| event.id.clone()).collect::<Vec<_>>();
    assert!(ids(&seen[0]).is_sorted());
    assert!(seen.iter().all(|events| ids(events) == ids(&seen[0])));
    stack.finish().await;
}

#[tokio::test]
async fn streams_end_at_shutdown_without_delay() {
    let mut stack = TestStack::start().await;
    let mut streams = vec![watch(&stack).await, watch(&stack).await, resume(&stack, "x").await];
    for live in &mut streams {
        live.next().await.unwrap();
    }
    let (_, ()) = tokio::join!(
        async { tokio::time::timeout(std::time::Duration::from_secs(5), stack.stop()).await.unwrap() },
        async {
            for live in &mut streams {
                assert_eq!(live.next().await, None);
            }
        }
    );
    stack.finish().await;
}

async fn list_is_json_without_event_stream_accept(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    for accept in ["*/*", "application/json", "text/html, */*;q=0.8"] {
        let reply = stack.raw().get("/api/tickets").header("accept", accept).await;
        assert_eq!(reply.ok(200), json!([]), "{accept}");
    }
    stack.finish().await;
}

async fn sdk_client_receives_the_feed(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.user("seller").await;
    let mut changes = stack.client().tickets().watch().await.unwrap();
    let ticket = seller.tickets().create(NewTicket::new("RustConf", dollars("149.99"))).await.unwrap();
    let change = changes.try_next().await.unwrap().unwrap();
    assert_eq!((change.kind, &change.ticket), (TicketChangeKind::Created, &ticket));
    let updated =
        seller.tickets().update(&ticket.id, NewTicket::new("RustConf", dollars("99"))).await.unwrap();
    let change = changes.next().await.unwrap().unwrap();
    assert_eq!((change.kind, change.ticket), (TicketChangeKind::Updated, updated));
    drop(changes);
    stack.finish().await;
}
