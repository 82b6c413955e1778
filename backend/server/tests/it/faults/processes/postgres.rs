//! The PostgreSQL server restarts, crashes, and has no free connection.

use ticketing_testkit::{ConnectionExhaustion, FaultProxy, Link, PrivateServer, eventually};
use tokio::task::block_in_place;

use super::Market;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_restart_and_crash_are_tolerated() {
    let server = PrivateServer::start();
    let mut market = Market::start_with(|builder| builder.postgres_server(&server)).await;
    for end in [PrivateServer::stop, PrivateServer::crash] {
        block_in_place(|| end(&server));
        // Most responses report the outage.
        market.clients.wait_for_responses(20).await;
        block_in_place(|| server.restart_process());
        market.clients.wait_for_responses(40).await;
    }
    market.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connection_exhaustion_of_postgres_is_tolerated() {
    let server = PrivateServer::start();
    let mut market = Market::start_with(|builder| builder.postgres_server(&server).with_links()).await;
    let exhaustion = ConnectionExhaustion::start(&server);
    eventually!(exhaustion.is_complete(), seconds 30);
    let [_, _, before] = market.clients.counts();
    // The services lose their connections, and other clients take the free ones.
    market.stack.cluster().links(Link::Postgres).for_each(FaultProxy::cut);
    eventually!(market.clients.counts()[2] > before + 10, seconds 60);
    drop(exhaustion);
    market.clients.wait_for_responses(40).await;
    market.finish().await;
}
