//! The links between the processes and their servers: cut off, stalled in one direction, narrow.

use std::time::Duration;

use ticketing_server::Service;
use ticketing_testkit::{Direction, FaultProxy, Link};

use super::{Market, lasts};

/// Longer than an answer of NATS may take.
const STALL: Duration = Duration::from_secs(6);

fn linked(builder: ticketing_testkit::TestStackBuilder) -> ticketing_testkit::TestStackBuilder {
    builder.with_links()
}

/// Every link to one of the servers, in one direction; then what was held arrives late, or never.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_direction_is_stalled() {
    let mut market = Market::opened(linked).await;
    for link in [Link::Nats, Link::Postgres] {
        for (direction, arrives) in [(Direction::ToServer, true), (Direction::ToClient, false)] {
            market.stack.cluster().links(link).for_each(|proxy| proxy.stall(direction));
            lasts(STALL).await;
            if !arrives {
                market.stack.cluster().links(link).for_each(FaultProxy::cut);
            }
            market.stack.cluster().links(link).for_each(FaultProxy::heal);
            market.crowd.go_on(30).await;
        }
    }
    market.finish().await;
}

/// Half of the processes of every service, then the other half: those that are left sell on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_replica_of_each_service_is_cut_off_from_the_events() {
    let mut market = Market::opened(linked).await;
    for replica in [0, 1] {
        let off: Vec<usize> =
            Service::ALL.into_iter().map(|service| market.stack.cluster().of(service)[replica]).collect();
        for number in &off {
            market.stack.cluster().link(*number, Link::Nats).refuse();
        }
        market.crowd.go_on(20).await;
        market.stack.sells_again().await;
        for number in &off {
            market.stack.cluster().link(*number, Link::Nats).heal();
        }
        market.crowd.go_on(20).await;
    }
    market.finish().await;
}
