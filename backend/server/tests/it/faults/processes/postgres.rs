//! The PostgreSQL server is restarted, and has no connection to spare.

use ticketing_testkit::{ConnectionExhaustion, FaultProxy, Link, PrivateServer, eventually};
use tokio::task::block_in_place;

use super::Market;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_restart_and_crash_are_tolerated() {
    let server = PrivateServer::start();
    let mut market = Market::start_with(|builder| builder.in_database_of(&server)).await;
    for end in [PrivateServer::stop, PrivateServer::crash] {
        block_in_place(|| end(&server));
        // That it is away, most of them.
        market.clients.wait_for_responses(20).await;
        block_in_place(|| server.restart_process());
        market.clients.wait_for_responses(40).await;
    }
    market.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connection_exhaustion_of_postgres_is_tolerated() {
    let server = PrivateServer::start();
    let mut market = Market::start_with(|builder| builder.in_database_of(&server).with_links()).await;
    let exhaustion = ConnectionExhaustion::of(&server);
    eventually!(exhaustion.is_complete(), seconds 30);
    let [_, _, before] = market.clients.counts();
    // Those that the services had are gone, and others are quicker.
    market.stack.cluster().links(Link::Postgres).for_each(FaultProxy::cut);
    eventually!(market.clients.counts()[2] > before + 10, seconds 60);
    drop(exhaustion);
    market.clients.wait_for_responses(40).await;
    market.finish().await;
}
