//! `ticketing orders resume` without an interrupted write, and with ones that it cannot settle.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use ticketing_testkit::{Method, ProxyAction, RequestProxy, RequestStage, Step};

use crate::support::{Cli, Server, finish, items, text};

/// Longer than any step of a command.
const STEP_TIMEOUT: Duration = Duration::from_secs(20);

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

#[test]
fn interrupted_listing_is_settled_by_the_line_that_resume_names() {
    let server = Server::start();
    for (stage, fate) in
        [(RequestStage::Answered, ProxyAction::Continue), (RequestStage::Arrived, ProxyAction::Drop)]
    {
        let proxy = RequestProxy::start(&server.url);
        let seller = Cli::at(&proxy.url()).sign_up(&format!("{stage:?}@example.com"));
        let title = "Opera, 'first' row: $1 \\ \"best\"";
        let hold = proxy.hold_at(Step::new(Method::POST, "/api/tickets", stage));
        let words = ["sell", "-t", title, "-p", "20", "--venue", "City Hall", "--seat", "Row 4"];
        let mut client = seller.command(&words).spawn().unwrap();
        let held = hold.wait(STEP_TIMEOUT).unwrap();
        client.kill().unwrap();
        client.wait().unwrap();
        held.release(fate);

        let left = seller.run(&["--output", "json", "orders", "resume"]);
        assert_eq!(left.code, 9, "{left:?}");
        let write = items(&left.out)[0].clone();
        assert_eq!(write["outcome"], "repeat", "{left:?}");
        let detail = text(&write["detail"]);
        let line = detail.split('`').nth(1).unwrap();
        let program = seller.command(&[]);
        let mut shell = Command::new("sh");
        shell.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.args(["-c", &line.replacen("ticketing", "\"$0\"", 1)]).arg(program.get_program());
        let run = finish(shell_with_pipes(shell), "");
        assert_eq!(run.code, 0, "{line}: {run:?}");

        let mine = seller.json(&["tickets", "list", "--mine"]);
        assert_eq!(mine.as_array().unwrap().len(), 1, "{line}: {mine}");
        assert_eq!((&mine[0]["title"], &mine[0]["seat"]), (&title.into(), &"Row 4".into()), "{line}");
        assert!(seller.ok(&["orders", "resume"]).err.contains("no interrupted write"));
    }
}

fn shell_with_pipes(mut shell: Command) -> Command {
    shell.stdout(Stdio::piped()).stderr(Stdio::piped());
    shell
}
