//! Files of `tickets export`, imported by another account, and starts in the past.

use super::own_listings;
use crate::support::{Cli, Server, eventually, text};

#[test]
fn export_round_trips_formulas_through_csv_and_json_lines() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    for title in ["=HYPERLINK(\"x\")", "@sum", "+1", "-2", "'=quoted", "A, \"B\"", "it's"] {
        seller.ok(&["tickets", "create", "--title", title, "--price", "5", "--venue", "-hall"]);
    }
    let titles = |cli: &Cli| -> Vec<_> {
        own_listings(cli).iter().map(|ticket| (text(&ticket["title"]), text(&ticket["venue"]))).collect()
    };
    let mut expected = titles(&seller);
    expected.sort();
    for (format, email) in [("csv", "one@example.com"), ("jsonl", "two@example.com")] {
        let exported = seller.ok(&["tickets", "export", "--format", format]).out;
        if format == "csv" {
            let starts = ["=", "+", "-", "@"];
            let has_formula =
                |line: &str| starts.iter().any(|start| line.trim_start_matches('"').starts_with(start));
            assert!(!exported.lines().any(has_formula) && !exported.contains(",-hall"), "{exported}");
        }
        let buyer = Cli::for_server(&server.url).sign_up(email);
        let run = buyer.run_with(&["tickets", "import", "-", "--format", format], &exported);
        assert_eq!(run.code, 0, "{run:?}");
        let mut imported = titles(&buyer);
        imported.sort();
        assert_eq!(imported, expected);
        assert_eq!(
            buyer.ok(&["tickets", "export", "--format", format]).out.lines().count(),
            exported.lines().count()
        );
    }
    assert_eq!(seller.json(&["tickets", "export"]).as_array().unwrap().len(), expected.len());
    assert_eq!(seller.ok(&["tickets", "export", "--status", "sold"]).out.lines().count(), 1);
}

#[test]
fn export_and_import_list_no_sold_seat_and_no_resale_again() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let [sold, kept] = ["A1", "A2"].map(|seat| {
        text(&seller.json(&["tickets", "create", "-t", "Round trip", "-p", "5", "--seat", seat])["id"])
    });
    seller.ok(&["orders", "create", &kept]);
    seller.ok(&["tickets", "create", "-t", "Round trip", "-p", "5", "--seat", "A3"]);
    let reseller = Cli::for_server(&server.url).sign_up("reseller@example.com");
    reseller.ok(&["buy", &sold, "--token", "tok_visa", "--yes"]);
    let pass = text(&reseller.json(&["passes", "list"])[0]["id"]);
    reseller.ok(&["passes", "resell", &pass, "--price", "5"]);
    eventually("the order of A2 is known", || {
        seller.json(&["tickets", "get", &kept])["status"] == "reserved"
    });
    for format in ["csv", "jsonl"] {
        let export =
            |cli: &Cli, more: &[&str]| cli.ok(&[&["tickets", "export", "--format", format], more].concat());
        let run = export(&seller, &[]);
        let seats = |text: &str| ["A1", "A2", "A3"].map(|seat| text.contains(seat));
        assert_eq!(seats(&run.out), [false, false, true], "{run:?}");
        assert_eq!(run.err, "left out: 1 reserved, 1 sold; --status all writes them, too\n");
        let run = export(&reseller, &[]);
        assert_eq!(seats(&run.out), [false; 3], "{run:?}");
        assert_eq!(run.err, "left out: 1 resale; --status all writes them, too\n");
        let [all, resales] = [&seller, &reseller].map(|cli| export(cli, &["--status", "all"]).out);
        assert_eq!(seats(&all), [true; 3], "{all}");
        let import =
            |cli: &Cli, text: &str| cli.run_with(&["tickets", "import", "-", "--format", format], text);
        let other = Cli::for_server(&server.url).sign_up(&format!("{format}@example.com"));
        let run = import(&other, &all);
        let left_out =
            "notice: left out: 1 reserved, 1 sold; only available tickets of a first sale are listed\n";
        assert_eq!((run.code, run.err), (0, format!("{left_out}one ticket listed\n")));
        assert_eq!(own_listings(&other).len(), 1);
        let run = import(&other, &resales);
        assert!(run.code == 2 && run.err.contains("left out: 1 resale"), "{run:?}");
        assert_eq!(own_listings(&other).len(), 1);
    }
}

#[test]
fn seat_of_an_old_export_is_not_listed_twice() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let create = ["tickets", "create", "-t", "Gig", "-p", "5", "--starts-at", "2099-01-01T19:00:00Z"];
    let seat = |seat| text(&seller.json(&[&create[..], &["--seat", seat]].concat())["id"]);
    let (sold, _) = (seat("A1"), seat("A2"));
    let export = seller.ok(&["tickets", "export", "--format", "csv"]).out;
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");
    buyer.ok(&["buy", &sold, "--token", "tok_visa", "--yes"]);
    eventually("A1 is sold", || seller.json(&["tickets", "get", &sold])["status"] == "sold");
    let import = |text: &str| seller.run_with(&["tickets", "import", "-", "--format", "csv"], text);
    let run = import(&export);
    let known = "all 2 tickets were listed before: nothing was sent; --again lists every row once more\n";
    assert_eq!((run.code, run.err.as_str()), (0, known), "{run:?}");
    // Neither a changed price nor another spelling makes another seat of it, nor an absent id.
    let edited = export.replace(",5", ",6");
    let without_id = edited.replace(&format!(",{sold}"), ",");
    let spelled = edited.replace("Gig", "GIG").replace("A1", " a1").replace("A2", "Ａ2");
    assert_ne!(spelled, edited);
    for text in [&edited, &spelled, &without_id] {
        let run = import(text);
        assert!(run.code == 5 && run.err.contains("this account has listed the"), "{run:?}");
        assert!(run.err.contains("with another price: ticket"), "{run:?}");
        assert!(run.err.contains("is sold") && run.err.contains("is available"), "{run:?}");
    }
    let listings = seller.json(&["tickets", "list", "--mine", "--status", "all", "--all"]);
    let listed =
        |seat: &str| listings.as_array().unwrap().iter().filter(|ticket| ticket["seat"] == seat).count();
    assert_eq!(["A1", "A2"].map(listed), [1, 1]);
}

#[test]
fn start_in_the_past_is_warned_of() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("seller@example.com");
    let past = "2020-03-04T19:30:00+01:00";
    let create = ["tickets", "create", "-t", "Gig", "-p", "5", "--starts-at", past];
    let warning = "notice: the start is in the past: nobody can buy the ticket\n";
    assert!(cli.ok(&create).err.starts_with(warning));
    let id = cli.ticket("Other", "5");
    assert!(cli.ok(&["tickets", "update", &id, "--starts-at", past]).err.starts_with(warning));
    let rows = format!("title,price,startsAt\nA,5,{past}\nB,5,2099-01-01T00:00:00Z\nC,5,{past}\n");
    for more in [&["--dry-run"][..], &[]] {
        let words = ["tickets", "import", "-", "--format", "csv"];
        let run = cli.run_with(&[&words, more].concat(), &rows);
        let warning = "notice: the start is in the past for 2 of 3 tickets: nobody can buy them\n";
        assert!(run.code == 0 && run.err.starts_with(warning), "{run:?}");
    }
}

#[test]
fn rows_without_a_seat_are_known_from_elsewhere() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let import = |cli: &Cli, rows: &str, more: &[&str]| {
        cli.run_with(&[&["tickets", "import", "-", "--format", "csv"], more].concat(), rows)
    };
    let rows = format!("title,price,venue\n{}", "Standing,5,Tivoli\n".repeat(3));
    assert_eq!(import(&seller, &rows, &[]).err, "3 tickets listed\n");
    let first = text(&own_listings(&seller)[0]["id"]);
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");
    buyer.ok(&["buy", &first, "--token", "tok_visa", "--yes"]);
    eventually("the ticket is sold", || seller.json(&["tickets", "get", &first])["status"] == "sold");
    let all = |cli: &Cli| cli.json(&["tickets", "list", "--mine", "--status", "all", "--all"]);
    let elsewhere = Cli::for_server(&server.url).sign_in("seller@example.com");
    let known = "all 3 tickets were listed before: nothing was sent";
    let export = seller.ok(&["tickets", "export", "--status", "available"]).out;
    for cli in [&seller, &elsewhere] {
        for more in [&[][..], &["--idempotency-key", "another-key"]] {
            let run = import(cli, &rows, more);
            assert!(run.code == 0 && run.err.starts_with(known), "{run:?}");
        }
        assert!(import(cli, &export, &[]).err.starts_with("all 2 tickets were listed before"));
    }
    assert_eq!(all(&seller).as_array().unwrap().len(), 3);
    let more = format!("{rows}standing,5.00, TIVOLI \nStanding,5,Elsewhere\n");
    let run = import(&elsewhere, &more, &["--dry-run"]);
    assert_eq!(run.err, "2 tickets are valid, and 3 were listed before; nothing was sent\n", "{run:?}");
    let run = import(&elsewhere, &more, &[]);
    assert_eq!(run.err, "2 tickets listed; 3 were listed before; --again lists every row once more\n");
    let run = import(&elsewhere, &rows, &["--again"]);
    assert_eq!((run.err.as_str(), all(&seller).as_array().unwrap().len()), ("3 tickets listed\n", 8));
}

#[test]
fn seat_that_a_file_has_twice_is_refused_by_line() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let rows = "title,price,venue,seat\nGig,5,Tivoli,A1\nGig,9,,a1\nGig,5,City Hall,A1\nGig,5,,\nGig,5,,\n";
    let import = |more: &[&str]| {
        seller.run_with(&[&["tickets", "import", "-", "--format", "csv"], more].concat(), rows)
    };
    let refused = import(&[]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("line 3: the seat of line 2 again"), "{refused:?}");
    assert_eq!(refused.err.matches("again").count(), 1, "another venue is another seat: {refused:?}");
    assert!(own_listings(&seller).is_empty());
    let others = import(&["--skip-invalid"]);
    assert!(others.code == 0 && others.err.contains("4 tickets listed"), "{others:?}");
}
