//! Sellers withdraw and edit ordered tickets while tickets does not receive the events of the orders: the sale stands.

use std::time::Duration;

use serde_json::{Value, json};
use ticketing_server::Service;
use ticketing_testkit::storm::SellerActivity;
use ticketing_testkit::{FaultProxy, Link, Shape, TestSession, TestStack, eventually};

use super::{Market, elapse};
use crate::support::{cancel, count, list, order_of, order_when_visible, pay, read_captures};

/// The number of killed processes.
const KILLS: usize = 4;
/// Acknowledged writes before and after each kill.
const WRITES: u64 = 30;
/// Longer than the TTL of an unpaid order.
const RUNS_OUT: Duration = Duration::from_secs(5);

fn links_of_tickets(stack: &mut TestStack) -> impl Iterator<Item = &FaultProxy> {
    let replicas = stack.cluster().processes_of(Service::Tickets);
    let cluster = &*stack.cluster();
    replicas.into_iter().map(move |number| cluster.link(number, Link::Nats))
}

async fn edit(stack: &TestStack, seller: &TestSession, id: &str) -> Value {
    let new = json!({ "title": "Edited", "price": 99.0 });
    stack.raw().put(&format!("/api/tickets/{id}")).by(seller).json(&new).await.ok(200)
}

async fn withdraw(stack: &TestStack, seller: &TestSession, id: &str) {
    stack.raw().delete(&format!("/api/tickets/{id}")).by(seller).await.ok(204);
}

/// Returns title, price, status and order of a ticket; the HTTP status if it is not found.
async fn read_ticket(stack: &TestStack, id: &str) -> Value {
    let reply = stack.raw().get(&format!("/api/tickets/{id}")).await;
    if reply.status != 200 {
        return reply.status.into();
    }
    let ticket = reply.json();
    json!([ticket["title"], ticket["price"], ticket["status"], ticket["orderId"]])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sale_stands_while_tickets_receives_no_events() {
    // No order of the test expires before its payment.
    let builder = TestStack::builder().on(Shape::Processes).with_links().order_ttl(Duration::from_secs(600));
    let mut whole = Box::pin(builder.start()).await;
    let stack = &mut whole;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let mut tickets = Vec::new();
    for _ in 0..4 {
        tickets.push(list(stack, &seller, "As listed", 20.0).await);
    }
    let known = "SELECT COUNT(*) AS n FROM tickets WHERE title = 'As listed'";
    eventually!(count(stack, "orders", known).await == 4, seconds 30);
    links_of_tickets(stack).for_each(FaultProxy::refuse);
    let mut orders = Vec::new();
    for ticket in &tickets {
        orders.push(order_when_visible(stack, &buyer, ticket).await);
    }
    for (ticket, is_edit) in tickets.iter().zip([false, true, false, true]) {
        if is_edit {
            drop(edit(stack, &seller, ticket).await)
        } else {
            withdraw(stack, &seller, ticket).await
        }
    }
    for order in &orders[..2] {
        pay(stack, &buyer, order, "tok_visa").await.ok(201);
    }
    for order in &orders[2..] {
        cancel(stack, &buyer, order).await.ok(204);
    }
    assert_eq!(read_ticket(stack, &tickets[0]).await, 404, "until tickets receives the event of its order");
    links_of_tickets(stack).for_each(FaultProxy::heal);
    for (ticket, order) in tickets.iter().zip(&orders).take(2) {
        let sold = json!(["As listed", 20, "sold", order]);
        eventually!(read_ticket(stack, ticket).await == sold, seconds 60);
        assert_eq!(order_of(stack, &buyer, order).await["status"], "complete");
        assert_eq!(read_captures(stack, order).await, (1, 2000));
    }
    eventually!(read_ticket(stack, &tickets[2]).await == 404, seconds 60);
    eventually!(read_ticket(stack, &tickets[3]).await == json!(["Edited", 99, "available", null]), seconds 60);
    let again = order_when_visible(stack, &buyer, &tickets[3]).await;
    assert_eq!(order_of(stack, &buyer, &again).await["ticket"]["price"], 99);
    cancel(stack, &buyer, &again).await.ok(204);
    stack.complete_fresh_purchase().await;
    eventually!(stack.is_settled().await, seconds 60);
    Box::pin(whole.finish()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sales_stand_while_replicas_are_killed_and_sellers_edit() {
    let mut market = Market::start_with_sellers(|builder| builder, SellerActivity::Contesting).await;
    for kill in 0..KILLS {
        let service = [Service::Tickets, Service::Orders][kill % 2];
        let number = market.stack.cluster().processes_of(service)[kill / 2];
        market.clients.wait_for_responses(WRITES).await;
        market.stack.cluster().kill(number).await;
        market.clients.wait_for_responses(WRITES).await;
        market.stack.cluster().restart_process(number).await;
    }
    market.clients.wait_for_responses(WRITES).await;
    elapse(RUNS_OUT).await;
    Box::pin(market.finish()).await;
}
