//! Golden sessions: what a terminal user and a script see, with the exit codes, against a real server.

use std::fmt::Write as _;

use ticketing_testkit::{Method, RequestProxy};

use crate::support::{Cli, Server, finish};

/// A session whose commands and outputs are compared with a file.
struct Session {
    cli: Cli,
    text: String,
    /// Texts that differ between runs, with their placeholders.
    names: Vec<(String, String)>,
}

impl Session {
    fn sign_up(server: &Server, email: &str) -> Self {
        let cli = Cli::for_server(&server.url).sign_up(email);
        let names = vec![(server.url.clone(), "http://SERVER".to_owned())];
        Self { cli, text: String::new(), names }
    }

    /// Names an identifier: the whole one, and the short one of tables.
    fn name(&mut self, id: &str, name: &str) {
        self.names.push((id.to_owned(), name.to_owned()));
        self.names.push((id[id.len() - 8..].to_owned(), format!("{name:.<8}")));
    }

    /// Runs a command in a terminal of this width, as far as its output shows, and records it.
    fn run(&mut self, width: Option<u16>, words: &[&str]) {
        let mut command = self.cli.command(words);
        command.env("TZ", "UTC");
        if let Some(width) = width {
            command.env("COLUMNS", width.to_string()).env("TICKETING_OUTPUT", "table");
        }
        let run = finish(command, "");
        let quoted: Vec<String> = words
            .iter()
            .map(|word| {
                if word.contains([' ', '\'', '$', '|']) { format!("\"{word}\"") } else { (*word).to_owned() }
            })
            .collect();
        let place = width.map_or("a pipe".to_owned(), |width| format!("{width} columns"));
        let _ = writeln!(self.text, "$ ticketing {}   # {place}", quoted.join(" "));
        self.text += &run.out;
        for line in run.err.lines() {
            let _ = writeln!(self.text, "2> {line}");
        }
        let _ = writeln!(self.text, "=> {}\n", run.code);
    }

    /// Returns the record, with names for what differs between runs.
    fn record(&self) -> String {
        let named = self.names.iter().fold(self.text.clone(), |text, (id, name)| text.replace(id, name));
        let home = self.cli.home.path().display().to_string();
        named.replace(&home, "HOME").lines().map(without_times).collect::<Vec<_>>().join("\n")
    }
}

/// Replaces spans and times that depend on the run.
fn without_times(line: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in line.split(' ') {
        let is_time = word.len() >= 20 && word.contains("T") && word.contains('Z') && word.starts_with("20");
        words.push(if is_time { "TIME".to_owned() } else { word.to_owned() });
    }
    let line = words.join(" ");
    let tabs: Vec<&str> =
        line.split('\t')
            .map(|cell| {
                if cell.len() == 24 && cell.starts_with("20") && cell.ends_with('Z') { "TIME" } else { cell }
            })
            .collect();
    let line = tabs.join("\t");
    match line.rsplit_once("  ") {
        Some((start, age)) if age == "now" || age.ends_with(" ago") => format!("{start}  AGE"),
        _ => line,
    }
}

#[test]
fn market_at_three_widths_and_on_a_pipe() {
    let server = Server::start();
    let mut session = Session::sign_up(&server, "ada@example.com");
    let titles = [
        ("Opera under the stars, with a title that is longer than most", "149.99"),
        ("Gig", "7.00"),
        ("=SUM(A1) and other formulas", "20.00"),
    ];
    for (index, (title, price)) in titles.iter().enumerate() {
        let id = session.cli.ticket(title, price);
        session.name(&id, &format!("TICKET{index}"));
    }
    let user = session.cli.ok(&["whoami", "--json", "id", "--jq", ".id"]).out.trim().to_owned();
    session.names.push((user, "USER".to_owned()));
    for width in [140, 80, 30] {
        session.run(Some(width), &["tickets", "list", "--sort", "price"]);
    }
    session.run(None, &["tickets", "list", "--sort", "price"]);
    session.run(None, &["tickets", "list", "--sort", "price", "-L", "1", "--json", "title,price"]);
    session.run(None, &["tickets", "list", "-L", "1", "--jq", ".hasMore"]);
    session.run(None, &["search", "formulas", "-o", "yaml", "--json", "title"]);
    session.run(
        None,
        &["search", "gig", "--template", "{% for t in items %}{{ t.title }}: {{ t.price }}\n{% endfor %}"],
    );
    session.run(None, &["tickets", "list", "--json", "nonsense"]);
    session.run(None, &["tickets", "get", "01900000-0000-7000-8000-000000000000"]);
    session.run(None, &["orders", "create"]);
    session.run(None, &["tickets", "withdraw", "t1"]);
    insta::assert_snapshot!(session.record());
}

/// Replaces times by words, and the gaps between columns by two spaces: both depend on the run.
fn without_gaps(line: &str) -> String {
    let is_span = |number: &str, unit: &str| {
        number.chars().all(|c| c.is_ascii_digit()) && !number.is_empty() && matches!(unit, "s" | "min" | "h")
    };
    let cell = |cell: &str| {
        let words: Vec<&str> = cell.split(' ').collect();
        match words[..] {
            [status, "·", _, "left"] => format!("{status} · LEFT"),
            ["now"] => "AGE".to_owned(),
            [number, unit, "ago"] if is_span(number, unit) => "AGE".to_owned(),
            ["in", number, unit] if is_span(number, unit) => "LEFT".to_owned(),
            _ => cell.to_owned(),
        }
    };
    let cells = line.split("  ").map(str::trim).filter(|text| !text.is_empty());
    cells.map(cell).collect::<Vec<_>>().join("  ")
}

#[test]
fn tables_of_the_other_nouns_at_three_widths() {
    let server = Server::start();
    let mut session = Session::sign_up(&server, "ada@example.com");
    let ids = |cli: &Cli, words: &[&str]| cli.ok(&[words, &["--jq", ".items[].id"]].concat()).out;
    for (index, title) in ["Opera under the stars, with a long title", "Gig", "Jazz"].into_iter().enumerate()
    {
        let ticket = session.cli.ticket(title, "149.99");
        session.name(&ticket, &format!("TICKET{index}"));
        if index < 2 {
            session.cli.ok(&["buy", &ticket, "--token", "tok_visa", "--yes"]);
        } else {
            session.cli.ok(&["orders", "create", &ticket]);
        }
    }
    crate::support::eventually("both passes are there", || {
        ids(&session.cli, &["passes", "list"]).lines().count() == 2
    });
    for (noun, name) in [("orders", "ORDER"), ("payments", "PAYMENT"), ("passes", "PASS")] {
        for (index, id) in ids(&session.cli, &[noun, "list"]).lines().enumerate() {
            session.name(id, &format!("{name}{index}"));
        }
    }
    for id in session.cli.ok(&["payments", "list", "--jq", ".items[].stripeId"]).out.lines() {
        session.names.push((id.to_owned(), "CHARGE".to_owned()));
    }
    let user = session.cli.ok(&["whoami", "--json", "id", "--jq", ".id"]).out.trim().to_owned();
    session.names.push((user, "USER".to_owned()));
    session.cli.ok(&["alias", "set", "mine", "tickets list --mine"]);
    for width in [140, 80, 40] {
        for words in [
            &["orders", "list"][..],
            &["payments", "list"],
            &["passes", "list"],
            &["tickets", "list", "--mine", "--status", "all"],
            &["alias", "list"],
        ] {
            session.run(Some(width), words);
        }
    }
    let record: Vec<String> = session.record().lines().map(without_gaps).collect();
    insta::assert_snapshot!(record.join("\n"));
}

#[test]
fn writes_are_previewed_without_secrets_and_without_effect() {
    let server = Server::start();
    let mut session = Session::sign_up(&server, "ada@example.com");
    let ticket = session.cli.ticket("Opera", "20.00");
    session.name(&ticket, "TICKET");
    let user = session.cli.ok(&["whoami", "--json", "id", "--jq", ".id"]).out.trim().to_owned();
    session.names.push((user, "USER".to_owned()));
    let key = ["--dry-run", "--idempotency-key", "nightly-1"];
    for words in [
        &["sell", "-t", "Gig", "-p", "7"][..],
        &["orders", "create", &ticket],
        &["payments", "create", "o1", "--token", "tok_visa"],
        &["api", "/api/orders", "-f", "ticketId=t1"],
    ] {
        session.run(None, &[words, &key].concat());
    }
    for words in [
        &["tickets", "update", &ticket, "--title", "Gig", "--price", "8", "--if-match", "3"][..],
        &["tickets", "withdraw", &ticket],
        &["orders", "cancel", "o1"],
        &["logout"],
        &["api", "DELETE", "/api/orders/o1", "-H", "Authorization: Bearer s3cret"],
    ] {
        session.run(None, &[words, &["--dry-run"]].concat());
    }
    let mut signin = session.cli.command(&["login", "--email", "ada@example.com", "--dry-run"]);
    signin.env("TICKETING_PASSWORD", "s3cret horse");
    let signin = finish(signin, "");
    assert!(signin.out.contains("<redacted>") && !signin.out.contains("s3cret"), "{signin:?}");
    let bought = session.cli.ok(&["buy", &ticket, "--token", "tok_visa", "--dry-run"]).out;
    assert!(
        bought.contains("POST") && bought.contains("/api/orders\n") && bought.contains("/api/payments\n"),
        "{bought}"
    );
    let shown = session.text.lines().filter(|line| !line.starts_with("$ ")).collect::<String>();
    assert!(
        !shown.contains("s3cret") && !shown.contains("tok_visa") && !bought.contains("tok_visa"),
        "{bought}"
    );
    // Nothing happened.
    assert_eq!(session.cli.json(&["orders", "list"]), serde_json::json!([]));
    assert_eq!(session.cli.ok(&["tickets", "list", "--jq", ".items | length"]).out, "1\n");
    insta::assert_snapshot!(session.record());
}

#[test]
fn no_dry_run_sends_a_write() {
    let server = Server::start_with(&["--allow-clock"]);
    let proxy = RequestProxy::start(&server.url);
    let cli = Cli::for_server(&proxy.url()).sign_up("ada@example.com");
    let ticket = cli.ticket("Opera", "20.00");
    let order = crate::support::text(&cli.json(&["orders", "create", &ticket])["id"]);
    let import = cli.home.path().join("listings.csv");
    std::fs::write(&import, "title,price\nGig,7\n").unwrap();
    let note = cli.home.path().join("journal");
    std::fs::create_dir_all(&note).unwrap();
    let note = note.join("0198.json");
    let text = serde_json::json!({
        "key": "0198", "operation": format!("buy {ticket}"), "server": proxy.url(), "fingerprint": "",
        "startedAt": "2099-01-01T00:00:00.000Z",
    });
    std::fs::write(&note, text.to_string()).unwrap();
    let _ = proxy.take_requests();
    let writes: &[(&[&str], &str)] = &[
        (&["tickets", "create", "-t", "Gig", "-p", "7"], "POST /api/tickets"),
        (&["sell", "-t", "Gig", "-p", "7", "--count", "3"], "POST /api/tickets"),
        (&["tickets", "update", &ticket, "-t", "Gig", "-p", "8"], "PUT /api/tickets/"),
        (&["tickets", "withdraw", &ticket], "DELETE /api/tickets/"),
        (&["tickets", "import", import.to_str().unwrap()], "POST /api/tickets"),
        (&["buy", &ticket, "--token", "tok_visa"], "POST /api/payments"),
        (&["orders", "create", &ticket], "POST /api/orders"),
        (&["orders", "cancel", &order], "DELETE /api/orders/"),
        (&["orders", "resume", "--token", "tok_visa"], "POST /api/payments"),
        (&["orders", "resume", "--cancel"], "DELETE /api/orders/"),
        (&["payments", "create", &order, "--token", "tok_visa"], "POST /api/payments"),
        (&["passes", "claim", "s3cret-claim"], "POST /api/passes/claims"),
        (&["passes", "transfer", "p1"], "POST /api/passes/p1/transfer"),
        (&["passes", "transfer", "p1", "--take-back"], "DELETE /api/passes/p1/transfer"),
        (&["passes", "resell", "p1", "-p", "7"], "POST /api/passes/p1/resale"),
        (&["checkin", "s3cret-1", "s3cret-2", "--device", "north"], "POST /api/passes/check-ins"),
        (&["clock", "advance", "16m"], "POST /api/clock/advance"),
        (&["auth", "signout"], "POST /api/users/signout"),
        (&["logout"], "POST /api/users/signout"),
        (&["api", "/api/orders", "-f", "ticketId=t1"], "POST /api/orders"),
        (&["api", "-X", "DELETE", "/api/orders/o1"], "DELETE /api/orders/o1"),
    ];
    for (words, request) in writes {
        let run = cli.ok(&[*words, &["--dry-run"]].concat());
        let path = request.replace(" /", &format!(" {}/", proxy.url()));
        assert!(run.out.contains(&path), "{words:?}: {run:?}");
        assert!(run.err.contains("nothing was sent"), "{words:?}: {run:?}");
        assert!(!run.out.contains("s3cret") && !run.out.contains("tok_visa"), "{words:?}: {run:?}");
        let sent: Vec<_> =
            proxy.take_requests().into_iter().filter(|step| step.method != Method::GET).collect();
        assert!(sent.is_empty(), "{words:?}: {sent:?}");
    }
    assert!(note.exists(), "the write is not settled");
    let door = cli.home.path().join("door.json");
    let door = door.to_str().unwrap();
    cli.ok(&["checkin", "prepare", door]);
    cli.ok(&["checkin", "sync", door, "--dry-run"]);
    assert!(proxy.take_requests().iter().all(|step| step.method == Method::GET));
}

#[test]
fn write_with_a_key_of_the_user_is_done_once() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let sell = || cli.json(&["sell", "-t", "Gig", "-p", "7", "--idempotency-key", "nightly/2026-11-22"]);
    assert_eq!(sell()["id"], sell()["id"]);
    assert_eq!(cli.ok(&["tickets", "list", "--jq", ".items | length"]).out, "1\n");
    let wrong = cli.run(&["sell", "-t", "Gig", "-p", "7", "--idempotency-key", "two words"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
}

#[test]
fn short_ids_several_ids_and_versions_are_understood() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let tickets = ["Opera", "Gig", "Jazz"].map(|title| cli.ticket(title, "20"));
    let end = |id: &str| id[id.len() - 8..].to_owned();
    assert_eq!(cli.json(&["tickets", "get", &end(&tickets[0])])["title"], "Opera");
    let both = cli.json(&["tickets", "get", &end(&tickets[0]), &tickets[1]]);
    assert_eq!((both.as_array().unwrap().len(), &both[1]["title"]), (2, &"Gig".into()));
    // The beginning is a time, which tickets of one minute share.
    let shared = cli.run(&["tickets", "get", &tickets[0][..8]]);
    assert_eq!(shared.code, 2, "{shared:?}");
    assert!(tickets.iter().all(|id| shared.err.contains(id.as_str())), "{}", shared.err);
    assert_eq!(cli.run(&["tickets", "get", "ffffffff"]).code, 3);
    let order = cli.json(&["orders", "create", &end(&tickets[2])]);
    let order = crate::support::text(&order["id"]);
    cli.ok(&["payments", "create", &end(&order), "--token", "tok_visa"]);
    let stale = cli.run(&["tickets", "update", &tickets[0], "-t", "Opera", "-p", "9", "--if-match", "7"]);
    assert_eq!(stale.code, 5, "{stale:?}");
    assert_eq!(cli.run(&["tickets", "withdraw", &tickets[0], "--yes", "--if-match", "7"]).code, 5);
    let run = cli.ok(&["tickets", "withdraw", &end(&tickets[0]), &end(&tickets[1]), "--yes"]);
    assert_eq!(run.err, format!("withdrew ticket {}\nwithdrew ticket {}\n", tickets[0], tickets[1]));
}

#[test]
fn api_joins_pages_and_types_fields() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let file = cli.home.path().join("title.txt");
    std::fs::write(&file, "From a file").unwrap();
    let title = format!("title=@{}", file.display());
    let made = cli.ok(&["api", "/api/tickets", "-F", &title, "-F", "price=20.50", "-f", "venue=42"]).out;
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    assert_eq!(
        (&made["title"], &made["price"], &made["venue"]),
        (&"From a file".into(), &20.5.into(), &"42".into())
    );
    for index in 0..4 {
        cli.ticket(&format!("Ticket {index}"), "20");
    }
    let joined = cli.ok(&["api", "/api/tickets?limit=2", "--paginate", "--jq", "length"]);
    assert_eq!(joined.out, "5\n");
    let joined = cli.ok(&["api", "GET", "/api/tickets", "--paginate", "-f", "limit=2"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&joined.out).unwrap().as_array().unwrap().len(), 5);
    assert_eq!(cli.run(&["api", "/api/tickets/nothing", "--paginate"]).code, 3);
    assert_eq!(
        cli.ok(&["api", "-X", "PATCH", "/api/tickets", "--dry-run"]).out.lines().next().unwrap(),
        format!("PATCH {}/api/tickets", server.url)
    );
}
