//! `ticketing orders resume`: interrupted writes are repeated with their keys, and those that cannot be are named.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use ticketing_testkit::{Method, ProxiedRequest, ProxyAction, RequestProxy, RequestStage};

use crate::journal::{OnWrite, serve_script};
use crate::schemas;
use crate::support::passes::{buy, code};
use crate::support::{Cli, Run, Server, items, text};

/// Longer than any step of a command.
const STEP_TIMEOUT: Duration = Duration::from_secs(20);

/// Writes the note that a killed command leaves.
fn leave_note(cli: &Cli, server: &str, operation: &str) -> PathBuf {
    leave_note_with(cli, server, operation, &json!({}))
}

/// Writes a note with these fields.
fn leave_note_with(cli: &Cli, server: &str, operation: &str, fields: &Value) -> PathBuf {
    let folder = cli.home.path().join("journal");
    std::fs::create_dir_all(&folder).unwrap();
    let key = format!("0198000000000000000000000000{:04x}", operation.len());
    let path = folder.join(format!("{key}.json"));
    let mut note = json!({
        "key": key, "operation": operation, "server": server, "fingerprint": "of another write",
        "startedAt": "2099-01-01T00:00:00.000Z",
    });
    note.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    std::fs::write(&path, note.to_string()).unwrap();
    path
}

/// Starts a command, and kills it while its request is at this step.
pub(crate) fn kill_at(proxy: &RequestProxy, command: &mut Command, step: ProxiedRequest, fate: ProxyAction) {
    let hold = proxy.hold_at(step);
    let mut client = command.spawn().unwrap();
    let held = hold.wait(STEP_TIMEOUT).unwrap();
    client.kill().unwrap();
    client.wait().unwrap();
    held.release(fate);
}

/// Resumes, and returns the one record, which fits its schema.
#[track_caller]
fn resume(cli: &Cli, exit: i32) -> Value {
    let run = cli.run(&["--output", "json", "orders", "resume"]);
    assert_eq!(run.code, exit, "{run:?}");
    schemas::check("orders resume", &run.out);
    let settled = items(&run.out);
    assert_eq!(settled.as_array().unwrap().len(), 1, "{run:?}");
    settled[0].clone()
}

#[track_caller]
pub(crate) fn assert_nothing_left(cli: &Cli) {
    let run: Run = cli.ok(&["orders", "resume"]);
    assert!(run.err.contains("no interrupted write"), "{run:?}");
}

#[test]
fn resume_without_interrupted_writes_succeeds() {
    let server = Server::start();
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");
    let run = buyer.ok(&["--output", "json", "orders", "resume"]);
    assert_eq!(items(&run.out), serde_json::json!([]));
    assert!(run.err.contains("no interrupted write"), "{}", run.err);
}

#[test]
fn unpaid_order_of_a_killed_purchase_is_reported_and_cancelled() {
    let server = Server::start();
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");
    let ticket = buyer.ticket("RustConf", "20");
    let order = text(&buyer.json(&["orders", "create", &ticket])["id"]);
    let purchase = leave_note(&buyer, &server.url, &format!("buy {ticket}"));
    let payment = leave_note(&buyer, &server.url, &format!("payments create {order}"));

    let left = buyer.run(&["--output", "json", "orders", "resume"]);
    assert_eq!(left.code, 9, "{left:?}");
    assert!(left.err.contains("--cancel") && !left.err.contains("was interrupted"), "{}", left.err);
    let settled = items(&left.out);
    assert_eq!(settled.as_array().unwrap().len(), 1, "a purchase is one record: {left:?}");
    let operation = format!("buy {ticket}");
    assert_eq!(
        [&settled[0]["operation"], &settled[0]["outcome"], &settled[0]["orderId"]],
        [operation.as_str(), "unpaid", order.as_str()],
        "{left:?}"
    );
    assert!(text(&settled[0]["detail"]).contains("no payment was made yet"), "{left:?}");
    assert!(purchase.exists() && payment.exists(), "their outcome is open");

    let done = buyer.ok(&["--output", "json", "orders", "resume", "--cancel"]);
    assert!(done.out.contains("because its buyer cancelled it"), "{done:?}");
    assert!(!purchase.exists() && !payment.exists());
    assert_eq!(buyer.json(&["orders", "get", &order])["status"], "cancelled");
}

#[test]
fn declined_card_leaves_the_order_unpaid() {
    let server = Server::start();
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");
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
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let ticket = seller.ticket("RustConf", "20");
    let order = text(&seller.json(&["orders", "create", &ticket])["id"]);
    let notes = [
        leave_note(&buyer, "http://127.0.0.1:9", "buy t-1"),
        leave_note(&buyer, &server.url, "tickets create --title A --price 20.00"),
        leave_note_with(&buyer, &server.url, &format!("orders create {ticket}"), &json!({"user": "another"})),
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

#[test]
fn interrupted_listing_is_repeated_with_its_key() {
    let server = Server::start();
    for (stage, fate) in
        [(RequestStage::Answered, ProxyAction::Continue), (RequestStage::Arrived, ProxyAction::Drop)]
    {
        let proxy = RequestProxy::start(&server.url);
        let seller = Cli::for_server(&proxy.url()).sign_up(&format!("{stage:?}@example.com"));
        let words =
            ["sell", "-t", "Opera, 'first' row", "-p", "20", "--venue", "City Hall", "--seat", "Row 4"];
        let step = ProxiedRequest::new(Method::POST, "/api/tickets", stage);
        kill_at(&proxy, &mut seller.command(&words), step, fate);

        let dry = seller.ok(&["orders", "resume", "--dry-run"]);
        assert!(dry.out.starts_with("POST ") && dry.out.contains("\"seat\": \"Row 4\""), "{dry:?}");
        let write = resume(&seller, 0);
        assert_eq!([&write["outcome"], &write["result"]["seat"]], ["done", "Row 4"], "{write}");
        let id = text(&write["result"]["id"]);
        assert_eq!(write["detail"], format!("Opera, 'first' row is listed for $20.00: ticket {id}"));
        let mine = seller.json(&["tickets", "list", "--mine"]);
        assert_eq!((mine.as_array().unwrap().len(), &mine[0]["id"]), (1, &id.into()), "{mine}");
        assert_nothing_left(&seller);
    }
}

#[test]
fn interrupted_writes_of_passes_are_repeated_with_their_keys() {
    let server = Server::start();
    let proxy = RequestProxy::start(&server.url);
    let [seller, buyer, friend] = ["seller", "buyer", "friend"]
        .map(|name| Cli::for_server(&proxy.url()).sign_up(&format!("{name}@example.com")));
    let [sold, given] = [buy(&seller, &buyer), buy(&seller, &buyer)];
    let lost = |path: &str| ProxiedRequest::new(Method::POST, path, RequestStage::Answered);

    let transfer = format!("/api/passes/{given}/transfer");
    let words = ["passes", "transfer", &given];
    kill_at(&proxy, &mut buyer.command(&words), lost(&transfer), ProxyAction::Drop);
    let write = resume(&buyer, 0);
    let claim_code = text(&write["result"]["claimCode"]);
    assert_eq!(
        [&write["outcome"], &write["detail"]],
        ["done", format!("the claim code is {claim_code}").as_str()]
    );

    let words = ["passes", "claim", &claim_code];
    kill_at(&proxy, &mut friend.command(&words), lost("/api/passes/claims"), ProxyAction::Drop);
    let write = resume(&friend, 0);
    assert_eq!(
        [&write["outcome"], &write["detail"]],
        ["done", format!("Opera is yours: pass {given}").as_str()]
    );
    assert_eq!(friend.json(&["passes", "get", &given])["status"], "valid");

    let pass_code = code(&friend, &given);
    kill_at(
        &proxy,
        &mut seller.command(&["checkin", &pass_code]),
        lost("/api/passes/check-ins"),
        ProxyAction::Drop,
    );
    let write = resume(&seller, 0);
    assert!(
        write["outcome"] == "done" && text(&write["detail"]).starts_with("Opera was admitted at "),
        "{write}"
    );
    assert_eq!(friend.json(&["passes", "get", &given])["status"], "used");

    let resale = format!("/api/passes/{sold}/resale");
    kill_at(
        &proxy,
        &mut buyer.command(&["passes", "resell", &sold, "-p", "5"]),
        lost(&resale),
        ProxyAction::Drop,
    );
    let write = resume(&buyer, 0);
    assert!(text(&write["detail"]).starts_with("Opera is offered for $5.00: ticket "), "{write}");
    [seller, buyer, friend].iter().for_each(assert_nothing_left);
}

#[test]
fn purchase_that_was_killed_after_its_payment_is_paid() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let ticket = seller.ticket("Opera", "20");
    let proxy = RequestProxy::start(&server.url);
    let buyer = Cli::for_server(&proxy.url()).sign_up("buyer@example.com");
    let words = ["buy", &ticket, "--token", "tok_visa", "--yes"];
    let step = ProxiedRequest::new(Method::GET, "/api/passes", RequestStage::Arrived);
    kill_at(&proxy, &mut buyer.command(&words), step, ProxyAction::Drop);
    let again = buyer.ok(&words);
    assert!(again.err.contains("paid $20.00 for Opera"), "{again:?}");
    assert!(again.err.contains("`ticketing passes show "), "{again:?}");
    assert_nothing_left(&buyer);
    // So does a command that is repeated after its last line, also with another card.
    for token in ["tok_visa", "tok_mastercard"] {
        let other = buyer.ok(&["buy", &ticket, "--token", token, "--yes"]);
        assert!(other.err.contains("paid $20.00 for Opera already; nothing is charged again"), "{other:?}");
        assert!(other.err.contains("`ticketing passes show "), "{other:?}");
        assert_eq!(other.out, again.out);
    }
    assert_eq!(buyer.json(&["payments", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn refusal_of_a_repeated_write_is_reported_as_not_done() {
    let server = Server::start();
    let proxy = RequestProxy::start(&server.url);
    let cli = Cli::for_server(&proxy.url()).sign_up("ada@example.com");
    let words = ["api", "POST", "/api/tickets", "-f", "title=", "-F", "price=5"];
    let step = ProxiedRequest::new(Method::POST, "/api/tickets", RequestStage::Arrived);
    kill_at(&proxy, &mut cli.command(&words), step, ProxyAction::Drop);
    let write = resume(&cli, 0);
    assert_eq!([&write["operation"], &write["outcome"]], ["api POST /api/tickets", "not_done"], "{write}");
    assert!(text(&write["detail"]).contains("Title is required"), "{write}");
    assert_nothing_left(&cli);
}

#[test]
fn write_that_cannot_be_repeated_is_named_with_what_to_do() {
    let request = json!({"path": "/api/tickets", "body": "{\"title\":\"A\",\"price\":\"20\"}"});
    let operation = "tickets create --title A --price 20";
    // A server that keeps no keys gets no request twice.
    let (url, keys) = serve_script(false, vec![OnWrite::HangUp]);
    let cli = Cli::for_server(&url);
    let note = leave_note_with(&cli, &url, operation, &json!({"request": request}));
    let write = resume(&cli, 9);
    let expected = "the server keeps no idempotency keys: `ticketing tickets list --mine --status all` shows whether it was done; if \
                    not, run `ticketing tickets create --title A --price 20` again";
    assert_eq!([&write["outcome"], &write["detail"]], ["repeat", expected]);
    assert!(note.exists() && keys.try_recv().is_err());

    // A note is older than the keys of the server.
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let old = json!({"request": request, "startedAt": "2026-01-01T00:00:00.000Z"});
    leave_note_with(&cli, &server.url, operation, &old);
    let write = resume(&cli, 9);
    assert_eq!(write["outcome"], "repeat");
    assert!(text(&write["detail"]).starts_with("the server no longer keeps the key: "), "{write}");
    assert_nothing_left(&cli);

    // Keys are scoped to an account.
    let note = leave_note_with(&cli, &server.url, operation, &json!({"request": request, "user": "another"}));
    let write = resume(&cli, 9);
    assert!(write["outcome"] == "skipped" && text(&write["detail"]).contains("another account"), "{write}");
    assert!(note.exists());
    assert_eq!(cli.json(&["tickets", "list", "--mine"]), json!([]));
}
