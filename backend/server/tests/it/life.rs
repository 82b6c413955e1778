//! The life cycle of a server: starts, stops under load, restarts, and its data folder.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use ticketing_bus::ServiceCore;
use ticketing_orders::store as orders_store;
use ticketing_platform::db::DbError;
use ticketing_sdk::{OrderId, TicketId, Timestamp, UserId};
use ticketing_server::{Stack, StartError};
use ticketing_testkit::{Shape, TestSession, TestStack, eventually, on_shapes};
use ticketing_tickets::Feed;
use ticketing_tickets::domain::title::Title;
use ticketing_tickets::store as tickets_store;

use crate::support::{count, id, list, order_of, order_when_visible, pay, ticket};

on_shapes! {
    [embedded, nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    overdue_deadlines_expire_within_five_seconds_of_a_start;
    [embedded, postgres_and_nats]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    restart_changes_no_visible_state,
    stop_under_load_keeps_every_acknowledged_write,
    old_marketplace_is_consistent_after_retention,
    clock_set_back_does_not_stop_the_feed;
}

#[tokio::test]
async fn second_server_on_a_data_folder_is_refused() {
    let mut stack = TestStack::start().await;
    let settings = TestStack::builder().data_dir(&stack.data_dir()).settings().clone();
    let second = Stack::start(settings.clone()).await;
    assert!(matches!(second, Err(StartError::InUse { .. })), "{second:?}");
    list(&stack, &stack.session("seller").await, "The first continues", 20.0).await;
    stack.stop().await;
    let second = Stack::start(settings).await.expect("the folder is free again");
    assert!(second.stop().await);
    stack.restart().await;
    stack.finish().await;
}

#[tokio::test]
async fn bound_port_is_an_error_and_stops_everything() {
    let stack = TestStack::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut settings = TestStack::builder().data_dir(folder.path()).settings().clone();
    settings.listen = stack.stack().addr();
    let second = Stack::start(settings.clone()).await;
    assert!(matches!(second, Err(StartError::Listen { .. })), "{second:?}");
    settings.listen.set_port(0);
    let second = Stack::start(settings).await.expect("its folder was given back");
    assert!(second.stop().await);
    stack.finish().await;
}

#[tokio::test]
async fn health_routes_respond() {
    let stack = TestStack::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(stack.raw().get(path).await.status, 200, "{path}");
    }
    stack.finish().await;
}

async fn restart_changes_no_visible_state(shape: Shape) {
    let mut stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let (one, two) = (list(&stack, &seller, "One", 20.0).await, list(&stack, &seller, "Two", 30.0).await);
    let (open, paid) =
        (order_when_visible(&stack, &buyer, &one).await, order_when_visible(&stack, &buyer, &two).await);
    pay(&stack, &buyer, &paid, "tok_visa").await.ok(201);
    stack.settle().await;
    let seen = async |stack: &TestStack| {
        let mut seen = Vec::new();
        for path in ["/api/tickets?status=all", "/api/orders", "/api/payments", "/api/users/currentuser"] {
            seen.push(stack.raw().get(path).by(&buyer).await.ok(200));
        }
        seen
    };
    let before = seen(&stack).await;
    stack.restart().await;
    assert_eq!(seen(&stack).await, before);
    pay(&stack, &buyer, &open, "tok_visa").await.ok(201);
    stack.finish().await;
}

/// The acknowledged writes of one client.
struct AcknowledgedWrites {
    seller: TestSession,
    tickets: Vec<String>,
    orders: Vec<String>,
}

async fn stop_under_load_keeps_every_acknowledged_write(shape: Shape) {
    let mut stack =
        TestStack::builder().on(shape).with(|settings| settings.open_orders = 100_000).start().await;
    let raw = stack.raw().clone();
    let sellers = join_all((0..8).map(|_| stack.session("seller"))).await;
    let (busy, refused) = (AtomicBool::new(false), AtomicBool::new(false));
    let client = |seller: TestSession| {
        let (raw, busy, refused) = (&raw, &busy, &refused);
        async move {
            let mut acknowledged = AcknowledgedWrites { seller, tickets: Vec::new(), orders: Vec::new() };
            for number in 0.. {
                let new = json!({ "title": format!("Ticket {number}"), "price": 20 });
                // A connection that is refused or closed before a response acknowledges nothing.
                let Ok(reply) = raw.post("/api/tickets").by(&acknowledged.seller).json(&new).send().await
                else {
                    break;
                };
                if reply.status == 503 {
                    break;
                }
                let ticket = id(&reply.ok(201));
                acknowledged.tickets.push(ticket.clone());
                let order = json!({ "ticketId": ticket });
                let Ok(reply) = raw.post("/api/orders").by(&acknowledged.seller).json(&order).send().await
                else {
                    break;
                };
                if reply.status == 503 {
                    break;
                }
                acknowledged.orders.push(id(&reply.ok(201)));
                busy.store(number >= 5, Ordering::Relaxed);
            }
            refused.store(true, Ordering::Relaxed);
            acknowledged
        }
    };
    let stopping = async {
        eventually!(busy.load(Ordering::Relaxed));
        stack.stop().await;
    };
    let (acknowledged, ()) = tokio::join!(join_all(sellers.into_iter().map(client)), stopping);
    assert!(refused.load(Ordering::Relaxed));

    stack.restart().await;
    stack.settle().await;
    for AcknowledgedWrites { seller, tickets, orders } in &acknowledged {
        assert!(!tickets.is_empty());
        for id in tickets {
            ticket(&stack, id).await;
        }
        for id in orders {
            assert_eq!(order_of(&stack, seller, id).await["status"], "created");
        }
    }
    stack.finish().await;
}

const OVERDUE: i64 = 2000;

async fn overdue_deadlines_expire_within_five_seconds_of_a_start(shape: Shape) {
    let mut stack = TestStack::start_on(shape).await;
    let clock = stack.clock().clone();
    stack.stop().await;
    let folder = stack.data_dir();

    // Written to the databases directly: 4 000 requests would take a while.
    let core = |name: &str, part| {
        ServiceCore::open(folder.join(format!("{name}.db")), clock.clone(), &[part]).unwrap()
    };
    let tickets = core("tickets", ticketing_tickets::MIGRATIONS);
    let (seller, now) = (UserId::new("seller"), clock.now());
    let (shop, by) = (tickets.clone(), seller.clone());
    let stocked = tickets.db.write(move |tx| {
        let feed = Feed::default();
        let publisher =
            tickets_store::ChangePublisher { outbox: &shop.outbox, changed: feed.change_signal(), now };
        let title = Title::parse("A ticket").map_err(|error| DbError::Statement(error.to_string()))?;
        let new = tickets_store::NewListing::new(title, "20".parse().unwrap());
        let list = |_| tickets_store::create(tx, &publisher, TicketId::new(shop.clock.new_id()), &by, &new);
        (0..OVERDUE).map(list).map(|ticket| Ok(ticket?.id)).collect::<Result<Vec<TicketId>, DbError>>()
    });
    let stock = stocked.await.unwrap();
    drop(tickets);
    stack.restart().await;
    stack.settle().await;
    stack.stop().await;

    let orders = core("orders", ticketing_orders::MIGRATIONS);
    let shop = orders.clone();
    let reserved = orders.db.write(move |tx| {
        for ticket_id in &stock {
            let new = orders_store::NewOrder {
                id: OrderId::new(shop.clock.new_id()),
                user_id: seller.clone(),
                ticket_id: ticket_id.clone(),
                now,
                expires_at: now + Duration::from_secs(900),
                open_limit: i64::MAX,
                price: None,
                reorder_pause: Duration::ZERO,
            };
            orders_store::reserve(tx, &shop.outbox, &new)?;
        }
        Ok::<_, orders_store::ReserveError>(())
    });
    reserved.await.unwrap();
    drop(orders);
    stack.restart().await;
    stack.settle().await;
    stack.stop().await;

    clock.advance(Duration::from_secs(3600));
    let began = Instant::now();
    stack.restart().await;
    let open = "SELECT COUNT(*) AS n FROM orders WHERE status <> 'cancelled'";
    // A NATS server that syncs each write shares the machine with the test.
    let within = Duration::from_secs(if shape.has_nats() { 20 } else { 5 });
    eventually!(count(&stack, "orders", open).await == 0, seconds within.as_secs());
    assert!(began.elapsed() < within, "{:?}", began.elapsed());
    let cancelled =
        count(&stack, "orders", "SELECT COUNT(*) AS n FROM orders WHERE status = 'cancelled'").await;
    assert_eq!(cancelled, OVERDUE);
    stack.settle().await;
    let free = count(&stack, "tickets", "SELECT COUNT(*) AS n FROM tickets WHERE status = 'available'").await;
    assert_eq!(free, OVERDUE);
    stack.finish().await;
}

async fn old_marketplace_is_consistent_after_retention(shape: Shape) {
    let mut stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let (one, two) = (list(&stack, &seller, "One", 20.0).await, list(&stack, &seller, "Two", 30.0).await);
    let order = order_when_visible(&stack, &buyer, &one).await;
    pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    stack.settle().await;
    stack.clock().advance(Duration::from_secs(30 * 24 * 3600));
    stack.restart().await;
    // Every start deletes expired rows.
    eventually!(count(&stack, "orders", "SELECT COUNT(*) AS n FROM outbox").await == 0);
    eventually!(count(&stack, "expiration", "SELECT COUNT(*) AS n FROM timers").await == 0);
    let buyer = buyer.sign_in_again(stack.raw()).await;
    let order = order_when_visible(&stack, &buyer, &two).await;
    pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    stack.finish().await;
}

async fn clock_set_back_does_not_stop_the_feed(shape: Shape) {
    let clock = |millis| ticketing_platform::clock::Clock::manual(Timestamp::from_millis(millis));
    let day = 24 * 3600 * 1000;
    let tomorrow = clock(1_800_000_000_000 + day);
    let mut stack = TestStack::builder().on(shape).clock(tomorrow).start().await;
    let seller = stack.session("seller").await;
    let old = list(&stack, &seller, "Old", 20.0).await;
    stack.settle().await;
    stack.audit().await;

    stack.restart_with(|settings| settings.clock = clock(1_800_000_000_000)).await;
    let mut live = stack.raw().get("/api/tickets").events().await;
    live.next().await.unwrap();
    let seller = seller.sign_in_again(stack.raw()).await;
    let new = list(&stack, &seller, "New", 20.0).await;
    assert_eq!(live.take(1).await[0].json()["id"], new.as_str());
    let order = order_when_visible(&stack, &seller, &new).await;
    pay(&stack, &seller, &order, "tok_visa").await.ok(201);
    order_when_visible(&stack, &seller, &old).await;
    stack.finish().await;
}
