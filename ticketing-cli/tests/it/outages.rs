//! Purchases while the NATS server is away.

use ticketing_testkit::{Shape, TestStack};

use crate::support::{Cli, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn purchase_without_nats_names_its_order_and_continues_later() {
    let mut stack = TestStack::start_on(Shape::Nats).await;
    let ticket = Cli::for_server(&stack.url()).sign_up("seller@example.com").ticket("RustConf", "19.99");
    let buyer = Cli::for_server(&stack.url()).sign_up("buyer@example.com");
    stack.settle().await;
    stack.nats().kill().await;
    let buy = ["buy", &ticket, "--token", "tok_visa", "--yes"];
    let run = buyer.run(&buy);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
    let orders = buyer.json(&["orders", "list"]);
    let order = text(&orders[0]["id"]);
    for expected in [
        format!("error: the payment service has not received order {order} yet\n"),
        format!("  order {order}: RustConf is reserved for you until 20"),
        "  nothing was charged\n".to_owned(),
        "the same command again continues the order\n".to_owned(),
    ] {
        assert!(run.err.contains(&expected), "{expected}: {}", run.err);
    }
    stack.nats().start().await;
    stack.settle().await;
    let paid = buyer.ok(&buy);
    assert!(paid.err.contains(&format!("continuing order {order}")), "{paid:?}");
    assert_eq!(buyer.json(&["orders", "get", &order])["status"], "complete");
    stack.finish().await;
}
