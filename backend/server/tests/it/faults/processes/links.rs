//! The links between the processes and their servers: refused, and stalled in one direction.

use std::time::Duration;

use serde_json::json;
use ticketing_server::Service;
use ticketing_testkit::{Direction, FaultProxy, Link};
use tokio::time::Instant;

use super::{Market, elapse};
use crate::support::list;

/// Longer than the timeout of a response of NATS.
const NATS_STALL: Duration = Duration::from_secs(6);
/// Long enough for every connection to have a statement in progress.
const POSTGRES_STALL: Duration = Duration::from_secs(2);

fn use_links(builder: ticketing_testkit::TestStackBuilder) -> ticketing_testkit::TestStackBuilder {
    builder.with_links()
}

/// Every link to one of the servers is stalled in one direction. Then the held bytes arrive late, or never.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stalled_direction_of_a_link_is_tolerated() {
    let mut market = Market::start_with(use_links).await;
    for (link, stall) in [(Link::Nats, NATS_STALL), (Link::Postgres, POSTGRES_STALL)] {
        for (direction, arrives) in [(Direction::ToServer, true), (Direction::ToClient, false)] {
            market.stack.cluster().links(link).for_each(|proxy| proxy.stall(direction));
            elapse(stall).await;
            if !arrives {
                market.stack.cluster().links(link).for_each(FaultProxy::cut);
            }
            market.stack.cluster().links(link).for_each(FaultProxy::heal);
            market.clients.wait_for_responses(30).await;
        }
    }
    market.finish().await;
}

/// Half of the processes of every service lose NATS, then the other half. The others continue to sell.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_without_events_do_not_stop_sales() {
    let mut market = Market::start_with(use_links).await;
    for replica in [0, 1] {
        let off: Vec<usize> = Service::ALL
            .into_iter()
            .map(|service| market.stack.cluster().processes_of(service)[replica])
            .collect();
        for number in &off {
            market.stack.cluster().link(*number, Link::Nats).refuse();
        }
        market.stack.complete_fresh_purchase().await;
        market.clients.wait_for_responses(20).await;
        for number in &off {
            market.stack.cluster().link(*number, Link::Nats).heal();
        }
        market.clients.wait_for_responses(20).await;
    }
    market.finish().await;
}

/// The links of both replicas of two services to the database are stalled, and no connection ends. A retry with the
/// same idempotency key after the fault has one effect.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_on_a_stalled_database_end_in_bounded_time() {
    const BOUND: Duration = Duration::from_secs(30);
    let mut market = Market::start_with(use_links).await;
    let user = market.stack.session("user").await;
    let ticket = list(&market.stack, &user, "A ticket", 20.0).await;
    market.clients.stop_and_verify().await;
    market.stack.settle().await;
    for (service, direction) in
        [(Service::Tickets, Direction::ToServer), (Service::Orders, Direction::ToClient)]
    {
        for number in market.stack.cluster().processes_of(service) {
            market.stack.cluster().link(number, Link::Postgres).stall(direction);
        }
    }
    let raw = market.stack.raw().clone();
    let listing =
        || raw.post("/api/tickets").by(&user).key("listing").json(&json!({ "title": "B", "price": 1 }));
    let ordering = || raw.post("/api/orders").by(&user).key("ordering").json(&json!({ "ticketId": ticket }));
    let began = Instant::now();
    let (listed, ordered) = tokio::join!(listing(), ordering());
    assert!(began.elapsed() < BOUND, "{:?}", began.elapsed());
    for answer in [listed, ordered] {
        // A connection that is stalled at the commit leaves the outcome of the write unknown.
        let code = answer.json()["errors"][0]["code"].clone();
        assert!(answer.status == 503 && (code == "unavailable" || code == "outcome_unknown"), "{answer:?}");
        assert!(!answer.header("retry-after").is_empty());
    }
    market.stack.cluster().links(Link::Postgres).for_each(FaultProxy::heal);
    let first = (listing().await, ordering().await);
    let again = (listing().await, ordering().await);
    assert_eq!((first.0.ok(201), first.1.ok(201)), (again.0.ok(201), again.1.ok(201)));
    let mine = raw.get("/api/tickets?seller=me&status=all").by(&user).await.ok(200);
    assert_eq!(mine.as_array().unwrap().iter().filter(|ticket| ticket["title"] == "B").count(), 1);
    market.stack.complete_fresh_purchase().await;
    Box::pin(market.stack.finish()).await;
}
