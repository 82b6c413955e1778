//! Scripts: every verb against a real server, with the exit codes that scripts rely on.

use crate::support::{Cli, Server, eventually, text};

#[test]
fn ticket_is_listed_changed_found_and_withdrawn() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let ticket = seller.ticket("RustConf, day 1", "149.99");

    let row = seller.ok(&["tickets", "get", &ticket]).out;
    assert!(row.starts_with(&format!("{ticket}\tRustConf, day 1\t149.99\tavailable\t")), "{row}");
    let changed = seller.json(&["tickets", "update", &ticket, "--price", "99"]);
    assert_eq!((changed["title"].as_str(), changed["price"].as_i64()), (Some("RustConf, day 1"), Some(99)));
    let changed = seller.json(&["tickets", "update", &ticket, "--title", "RustConf"]);
    assert_eq!((changed["title"].as_str(), changed["version"].as_i64()), (Some("RustConf"), Some(2)));

    let others = ["Gig", "Opera", "Zürich by night"].map(|title| seller.ticket(title, "20"));
    let listed =
        |words: &[&str]| seller.json(&[&["tickets", "list"], words].concat()).as_array().unwrap().len();
    assert_eq!(listed(&[]), 4);
    assert_eq!(listed(&["--query", "opera"]), 1);
    assert_eq!(listed(&["--min-price", "20.01"]), 1);
    assert_eq!(listed(&["--max-price", "20"]), 3);
    assert_eq!(listed(&["--mine", "--status", "all"]), 4);
    assert_eq!(listed(&["--status", "reserved,sold"]), 0);
    let dearest = seller.ok(&["tickets", "list", "--sort", "-price", "--limit", "1"]);
    assert!(dearest.out.starts_with(&ticket) && dearest.out.lines().count() == 1, "{dearest:?}");
    assert!(dearest.err.contains("only the first 1 are shown; --all"), "{}", dearest.err);
    assert_eq!(seller.ok(&["tickets", "list", "--all"]).err, "");

    let run = seller.ok(&["tickets", "withdraw", &others[0], "--yes"]);
    assert_eq!((run.out.as_str(), run.err), ("", format!("withdrew ticket {}\n", others[0])));
    let run = seller.run(&["tickets", "get", &others[0]]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.err.starts_with(&format!("error: there is no ticket {}\nhint: ", others[0])), "{}", run.err);

    // Another user's ticket and order stay unchanged.
    let stranger = Cli::for_server(&server.url).sign_up("stranger@example.com");
    for words in
        [&["tickets", "update", &ticket, "--price", "1"][..], &["tickets", "withdraw", &ticket, "--yes"]]
    {
        assert_eq!(stranger.run(words).code, 4);
    }
    assert_eq!(
        Cli::for_server(&server.url).run(&["tickets", "create", "--title", "A", "--price", "1"]).code,
        4
    );
    let run = seller.run(&["tickets", "create", "--title", "  ", "--price", "1"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!(run.err, "error: Title is required\n");
}

#[test]
fn ticket_is_listed_found_changed_and_refused_after_its_start() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let create = |title: &str, details: &[&str]| {
        let ticket = seller.json(&[&["tickets", "create", "-t", title, "-p", "20"], details].concat());
        text(&ticket["id"])
    };
    let (starts, past) = ("2099-12-24T19:30:00+01:00", "2020-12-24T19:30:00+01:00");
    let opera = create("Opera", &["--venue", "City Hall", "--starts-at", starts, "--seat", "Row 4"]);
    let gone = create("Gone", &["--starts-at", past]);
    create("Undated", &[]);
    let titles = |words: &[&str]| -> Vec<String> {
        let listed = seller.json(&[&["tickets", "list", "--sort", "starts"], words].concat());
        listed.as_array().unwrap().iter().map(|ticket| text(&ticket["title"])).collect()
    };
    assert_eq!(titles(&[]), ["Opera", "Undated"]);
    assert_eq!(titles(&["--past"]), ["Gone", "Opera", "Undated"]);
    assert_eq!(titles(&["--mine"]), ["Gone", "Opera", "Undated"]);
    assert_eq!(titles(&["--venue", "hall"]), ["Opera"]);
    assert_eq!(titles(&["--from", "2099-12-24", "--until", "2099-12-24"]), ["Opera"]);
    assert_eq!(titles(&["--until", "2099-12-24T18:29:59Z"]), [""; 0]);
    let row = seller.ok(&["tickets", "get", &opera]).out;
    assert!(row.contains(&format!("\tCity Hall\t{starts}\tRow 4")), "{row}");

    let changed = seller.json(&["tickets", "update", &opera, "--seat", "Row 5", "--no-venue"]);
    assert_eq!((changed.get("venue"), changed["seat"].as_str()), (None, Some("Row 5")));
    assert_eq!(changed["startsAt"].as_str(), Some(starts));
    assert_eq!(seller.run(&["tickets", "update", &opera]).code, 2, "nothing to change");
    let run = seller.run(&["tickets", "update", &opera, "--starts-at", "tomorrow"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("--starts-at") && run.err.contains("2026-12-24T19:30:00+01:00"), "{}", run.err);

    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");
    let run = buyer.run(&["orders", "create", &gone]);
    assert!(
        run.err.starts_with(&format!("error: Gone: the event of ticket {gone} has started\n")),
        "{run:?}"
    );
    let run = buyer.ok(&["orders", "create", &opera]);
    let order = run.out.split('\t').next().unwrap().to_owned();
    buyer.ok(&["orders", "cancel", &order, "--yes"]);
    let order = buyer.json(&["orders", "get", &order]);
    assert_eq!(order["cancelReason"].as_str(), Some("buyer"));
    assert_eq!(order["ticket"]["startsAt"].as_str(), Some(starts));
}

#[test]
fn purchase_step_by_step() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");
    let ticket = seller.ticket("RustConf", "19.99");

    let run = buyer.ok(&["orders", "create", &ticket]);
    let order = run.out.split('\t').next().unwrap().to_owned();
    assert!(run.err.contains("RustConf is reserved for you for 1"), "{}", run.err);
    let run = seller.run(&["orders", "create", &ticket]);
    assert_eq!(run.code, 5, "{run:?}");
    assert!(
        run.err.contains("is reserved or sold") && run.err.contains("`ticketing orders list`"),
        "{}",
        run.err
    );
    assert_eq!(seller.run(&["orders", "get", &order]).code, 4);
    assert_eq!(buyer.json(&["orders", "list", "--status", "created"])[0]["id"], order);

    let run = buyer.run(&["payments", "create", &order, "--token", "tok_chargeDeclined"]);
    assert_eq!((run.code, run.out.as_str()), (6, ""));
    assert!(run.err.contains("declined") && run.err.contains("is reserved for you for"), "{}", run.err);
    assert!(run.err.contains(&format!("payments create {order}` pays")), "{}", run.err);

    let payment = buyer.json(&["payments", "create", &order, "--token", "tok_visa"]);
    assert_eq!((payment["status"].as_str(), payment["amount"].as_f64()), (Some("succeeded"), Some(19.99)));
    let id = text(&payment["id"]);
    assert_eq!(buyer.json(&["payments", "get", &id])["orderId"], order);
    assert_eq!(
        buyer.json(&["payments", "list"]).as_array().unwrap().iter().filter(|p| p["id"] == id).count(),
        1
    );
    assert_eq!(seller.json(&["payments", "list"]), serde_json::json!([]));

    assert_eq!(buyer.run(&["payments", "create", &order, "--token", "tok_visa"]).code, 5);
    let watched = buyer.ok(&["orders", "watch", &order]).out;
    assert!(watched.lines().last().unwrap().starts_with(&format!("{order}\tcomplete\t")), "{watched}");
    assert_eq!(buyer.run(&["orders", "cancel", &order, "--yes"]).code, 5);
    eventually("the ticket is sold", || seller.json(&["tickets", "get", &ticket])["status"] == "sold");
}

#[test]
fn cancelling_frees_the_ticket() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let ticket = cli.ticket("RustConf", "20");
    let order = text(&cli.json(&["orders", "create", &ticket])["id"]);
    assert_eq!(cli.ok(&["orders", "cancel", &order, "--yes"]).err, format!("cancelled order {order}\n"));
    cli.ok(&["orders", "cancel", &order, "--yes"]);
    let run = cli.run(&["payments", "create", &order, "--token", "tok_visa"]);
    assert_eq!(run.code, 5, "{run:?}");
    assert!(run.err.contains("was cancelled"), "{}", run.err);
    cli.ok(&["orders", "create", &ticket]);
}

#[test]
fn buying_is_ordering_and_paying_in_one() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");
    let ticket = seller.ticket("RustConf", "19.99");

    let run = buyer.run(&["buy", &ticket, "--token", "tok_visa"]);
    assert!(run.code == 2 && run.err.contains("needs to be confirmed; nothing was paid"), "{run:?}");
    assert!(buyer.json(&["orders", "list"]).as_array().unwrap().is_empty());
    let run = buyer.run(&["buy", &ticket, "--token", "tok_chargeDeclinedInsufficientFunds", "--yes"]);
    assert_eq!((run.code, run.out.as_str()), (6, ""));
    assert!(run.err.contains("insufficient") && run.err.contains("is reserved for you for"), "{}", run.err);
    let run = buyer.ok(&["--output", "json", "buy", &ticket, "--token", "tok_visa", "--yes"]);
    assert!(run.err.contains("this ticket is already ordered"), "{}", run.err);
    assert!(run.err.contains("paid $19.99"), "{}", run.err);
    let payment: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(payment["status"], "succeeded");
    assert_eq!(buyer.json(&["orders", "list"]).as_array().unwrap().len(), 1);

    // The same command again finds out that it was done.
    let again = buyer.json(&["buy", &ticket, "--token", "tok_visa"]);
    assert_eq!(again["id"], payment["id"]);
    assert_eq!(seller.run(&["buy", &ticket, "--token", "tok_visa", "--yes"]).code, 5);
    let run = seller.run(&[
        "buy",
        &seller.ticket("Swan Lake", "50"),
        "--token",
        "tok_visa",
        "--max-price",
        "49.99",
    ]);
    assert!(run.code == 5 && run.err.contains("more than --max-price"), "{run:?}");
    assert!(seller.json(&["orders", "list"]).as_array().unwrap().is_empty());
    assert_eq!(seller.run(&["buy", "no-such-ticket", "--token", "tok_visa"]).code, 3);
    assert_eq!(std::fs::read_dir(buyer.home.path().join("journal")).unwrap().count(), 0);
}

#[test]
fn expired_reservation_is_a_conflict() {
    let server = Server::start_with(&["--order-ttl", "1s"]);
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let ticket = cli.ticket("RustConf", "20");
    let order = text(&cli.json(&["orders", "create", &ticket])["id"]);
    let watched = cli.ok(&["-o", "jsonl", "orders", "watch", &order]).out;
    let last: serde_json::Value = serde_json::from_str(watched.lines().last().unwrap()).unwrap();
    assert_eq!(last["status"], "cancelled");
    assert_eq!(cli.run(&["payments", "create", &order, "--token", "tok_visa"]).code, 5);
    cli.ok(&["orders", "create", &ticket]);
}

#[test]
fn raw_requests_have_the_session_and_the_codes() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let made = cli.ok(&["api", "post", "/api/tickets", "-f", "title=RustConf", "-F", "price=20.5"]);
    let made: serde_json::Value = serde_json::from_str(&made.out).unwrap();
    let path = format!("/api/tickets/{}", text(&made["id"]));
    let run = cli.ok(&["api", "GET", &path, "--include"]);
    assert!(run.out.starts_with("HTTP 200 OK\n") && run.out.contains("\netag: \"0\"\n"), "{}", run.out);
    let body = r#"{"title":"Gig","price":"7.00"}"#;
    let put = cli.run_with(&["api", "PUT", &path, "--input", "-", "-H", "If-Match: \"0\""], body);
    assert_eq!(put.code, 0, "{put:?}");
    assert_eq!(cli.run_with(&["api", "PUT", &path, "--input", "-", "-H", "If-Match: \"0\""], body).code, 5);
    let found = cli.ok(&["api", "GET", "/api/tickets", "-f", "q=gig", "-f", "limit=1"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&found.out).unwrap()[0]["price"], 7);
    let run = cli.run(&["api", "GET", "/api/orders/nothing"]);
    assert_eq!(run.code, 3);
    assert!(run.out.contains("not_found") && run.err.contains("404"), "{run:?}");
    assert_eq!(cli.run(&["api", "POST", "/api/tickets", "-f", "title="]).code, 2);
    assert_eq!(Cli::for_server(&server.url).run(&["api", "GET", "/api/orders"]).code, 4);
}

#[test]
fn every_format_has_the_same_tickets() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let ids = ["Gig", "Opera, act 1"].map(|title| cli.ticket(title, "20"));
    let shown = |format: &str| cli.ok(&["--output", format, "tickets", "list"]).out;
    assert!(
        shown("csv").starts_with("id,title,price,status,")
            && shown("csv").contains(",\"Opera, act 1\",20.00,")
    );
    assert_eq!(shown("jsonl").lines().count(), 2);
    assert!(shown("table").starts_with("ID "));
    assert_eq!(cli.json(&["tickets", "list"])[0]["id"], ids[1]);
    let mut by_variable = cli.command(&["tickets", "list"]);
    by_variable.env("TICKETING_OUTPUT", "jsonl");
    assert_eq!(crate::support::finish(by_variable, "").out, shown("jsonl"));
}
