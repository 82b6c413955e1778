//! The NATS server crashes, and loses its store.

use super::Market;
use crate::support::operate;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeated_kills_of_nats_are_tolerated() {
    let mut market = Market::start().await;
    for answers_meanwhile in [0, 15, 0] {
        market.stack.nats().kill().await;
        market.clients.wait_for_responses(answers_meanwhile).await;
        market.stack.nats().start().await;
        market.clients.wait_for_responses(40).await;
    }
    market.finish().await;
}

/// The services recreate the stream and continue. The operator republishes the lost events while no service runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_stream_is_rebuilt_from_the_outboxes() {
    let mut market = Market::start().await;
    market.stack.nats().kill().await;
    market.stack.nats().lose_store();
    market.stack.nats().start().await;
    market.clients.wait_for_responses(20).await;
    for number in market.stack.cluster().processes() {
        assert!(market.stack.cluster().terminate(number).await.success());
    }
    operate(&mut market.stack, &["republish"]).await;
    for number in market.stack.cluster().processes() {
        market.stack.cluster().restart_process(number).await;
    }
    market.clients.wait_for_responses(20).await;
    market.finish().await;
}
