//! Services receive SIGTERM under load.

use ticketing_server::Service;

use super::Market;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_to_every_replica_of_a_service_is_tolerated() {
    let mut market = Market::start().await;
    for service in Service::ALL {
        let replicas = market.stack.cluster().processes_of(service);
        for number in &replicas {
            market.stack.cluster().signal(*number, "-TERM").await;
        }
        for number in &replicas {
            let status = market.stack.cluster().wait_until_ended(*number).await;
            assert!(status.success(), "{} ended with {status}", service.name());
        }
        market.clients.wait_for_responses(5).await;
        for number in replicas {
            market.stack.cluster().restart_process(number).await;
        }
        market.clients.wait_for_responses(10).await;
    }
    market.finish().await;
}
