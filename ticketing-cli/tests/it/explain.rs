//! `ticketing orders explain`: one timeline over all services, and one sentence.

use crate::support::{Cli, Server, eventually, text};

#[test]
fn purchase_is_explained_in_every_format() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");
    let ticket = seller.ticket("RustConf", "20");
    buyer.ok(&["buy", &ticket, "--token", "tok_visa", "--yes"]);
    let order = text(&buyer.json(&["orders", "list"])[0]["id"]);
    let mut explanation = buyer.json(&["orders", "explain", &order]);
    eventually("the tickets service has the pass of the order", || {
        explanation = buyer.json(&["orders", "explain", &order]);
        let entries = explanation["entries"].as_array().unwrap().clone();
        entries.iter().any(|entry| entry["name"] == "pass:issued" && entry["service"] == "tickets")
    });
    assert!(text(&explanation["summary"]).contains("the payment provider captured $20.00"), "{explanation}");
    assert_eq!(
        (&explanation["gaps"], &explanation["order"]["status"]),
        (&serde_json::json!([]), &"complete".into())
    );

    let piped = buyer.ok(&["orders", "explain", &order]);
    let lines: Vec<&str> = piped.out.lines().collect();
    assert_eq!(lines.len(), explanation["entries"].as_array().unwrap().len());
    assert!(piped.err.contains("The order is complete"), "{}", piped.err);
    let call = lines.iter().find(|line| line.contains("\tcall\tcapture\t")).unwrap();
    assert!(call.contains("attempt 1, req_sim_"), "{call}");
    let table = buyer.ok(&["--output", "table", "orders", "explain", &order]);
    assert!(table.out.starts_with("The order is complete"), "{}", table.out);

    assert_eq!(seller.run(&["orders", "explain", &order]).code, 4);
    assert_eq!(buyer.run(&["orders", "explain", "01900000-0000-7000-8000-000000000000"]).code, 3);
}
