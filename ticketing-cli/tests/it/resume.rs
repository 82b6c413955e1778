//! `ticketing orders resume` without an interrupted write, and with ones that it cannot settle.

use std::path::PathBuf;

use crate::support::{Cli, Server, items, text};

/// Writes the note that a killed command leaves.
fn leave_note(cli: &Cli, server: &str, operation: &str) -> PathBuf {
    let folder = cli.home.path().join("journal");
    std::fs::create_dir_all(&folder).unwrap();
    let key = format!("0198000000000000000000000000{:04x}", operation.len());
    let path = folder.join(format!("{key}.json"));
    let note = serde_json::json!({
        "key": key, "operation": operation, "server": server, "fingerprint": "of another user",
        "startedAt": "2099-01-01T00:00:00.000Z",
    });
    std::fs::write(&path, note.to_string()).unwrap();
    path
}

#[test]
fn nothing_interrupted_is_a_remark_and_succeeds() {
    let server = Server::start();
    let buyer = Cli::at(&server.url).sign_up("buyer@example.com");
    let run = buyer.ok(&["--output", "json", "orders", "resume"]);
    assert_eq!(items(&run.out), serde_json::json!([]));
    assert!(run.err.contains("no interrupted write"), "{}", run.err);
}

#[test]
fn unpaid_order_of_a_killed_purchase_is_left_reported_and_then_cancelled() {
    let server = Server::start();
    let buyer = Cli::at(&server.url).sign_up("buyer@example.com");
    let ticket = buyer.ticket("RustConf", "20");
    let order = text(&buyer.json(&["orders", "create", &ticket])["id"]);
    let purchase = leave_note(&buyer, &server.url, &format!("buy {ticket}"));
    let payment = leave_note(&buyer, &server.url, &format!("payments create {order}"));

    let left = buyer.run(&["--output", "json", "orders", "resume"]);
    assert_eq!(left.code, 9, "{left:?}");
    assert!(left.err.contains("--cancel") && !left.err.contains("was interrupted"), "{}", left.err);
    let settled = items(&left.out);
    for write in settled.as_array().unwrap() {
        assert_eq!(
            (&write["outcome"], &write["orderId"]),
            (&"unpaid".into(), &order.clone().into()),
            "{left:?}"
        );
        assert!(text(&write["detail"]).contains("no payment was made yet"), "{left:?}");
    }
    assert!(purchase.exists() && payment.exists(), "their outcome is open");

    let done = buyer.ok(&["--output", "json", "orders", "resume", "--cancel"]);
    assert!(done.out.contains("because its buyer cancelled it"), "{done:?}");
    assert!(!purchase.exists() && !payment.exists());
    assert_eq!(buyer.json(&["orders", "get", &order])["status"], "cancelled");
}

#[test]
fn declined_card_leaves_the_order_unpaid() {
    let server = Server::start();
    let buyer = Cli::at(&server.url).sign_up("buyer@example.com");
    let ticket = buyer.ticket("RustConf", "20");
    buyer.ok(&["orders", "create", &ticket]);
    leave_note(&buyer, &server.url, &format!("buy {ticket}"));
    let run = buyer.run(&["orders", "resume", "--token", "tok_chargeDeclined"]);
    assert_eq!(run.code, 9, "{run:?}");
    assert!(run.out.contains("declined"), "{run:?}");
    let paid = buyer.ok(&["orders", "resume", "--token", "tok_visa"]);
    assert!(paid.out.starts_with("paid\tThe order is complete"), "{paid:?}");
}

#[test]
fn writes_of_others_and_of_other_commands_are_left_alone() {
    let server = Server::start();
    let buyer = Cli::at(&server.url).sign_up("buyer@example.com");
    let seller = Cli::at(&server.url).sign_up("seller@example.com");
    let ticket = seller.ticket("RustConf", "20");
    let order = text(&seller.json(&["orders", "create", &ticket])["id"]);
    let notes = [
        leave_note(&buyer, "http://127.0.0.1:9", "buy t-1"),
        leave_note(&buyer, &server.url, "tickets create --title A --price 20.00"),
        leave_note(&buyer, &server.url, &format!("orders create {ticket}")),
        leave_note(&buyer, &server.url, &format!("payments create {order}")),
    ];
    let run = buyer.run(&["--output", "json", "orders", "resume", "--cancel"]);
    assert_eq!(run.code, 9, "{run:?}");
    let settled = items(&run.out);
    assert_eq!(settled.as_array().unwrap().len(), 4, "{run:?}");
    for write in settled.as_array().unwrap() {
        let is_listing = text(&write["operation"]).starts_with("tickets create");
        assert_eq!(write["outcome"], if is_listing { "repeat" } else { "skipped" }, "{run:?}");
        let command = "run `ticketing tickets create --title A --price 20.00` again: it carries the same key";
        assert_eq!(text(&write["detail"]).starts_with(command), is_listing, "{run:?}");
    }
    assert!(notes.iter().all(|note| note.exists()));
    assert_eq!(seller.json(&["orders", "get", &order])["status"], "created");
}
