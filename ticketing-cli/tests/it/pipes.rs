//! Streams: data on stdout, the rest on stderr, and readers that go away.

use std::io::{BufRead, BufReader};

use crate::support::{Cli, Server};

#[test]
fn closed_pipe_ends_the_program_quietly() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    // More than a pipe holds.
    let title = "x".repeat(200);
    for _ in 0..40 {
        cli.ticket(&title, "20");
    }
    // Not known: there is something to write, however late it connects.
    let first = "00000000-0000-7000-8000-000000000000";
    let mut child = cli.command(&["tickets", "watch", "--after", first]).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(!err.contains("error") && !err.contains("panicked"), "{err}");

    let mut child = cli.command(&["--output", "json", "tickets", "list"]).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[test]
fn watch_ends_when_its_reader_leaves_though_nothing_changes() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let ticket = cli.ticket("RustConf", "20");
    let order = crate::support::text(&cli.json(&["orders", "create", &ticket])["id"]);
    for words in [&["tickets", "watch"][..], &["orders", "watch", &order]] {
        let mut child = cli.command(words).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        if words[0] == "orders" {
            lines.next().unwrap().unwrap();
        } else {
            let mut remark = String::new();
            BufReader::new(child.stderr.take().unwrap()).read_line(&mut remark).unwrap();
        }
        drop(lines);
        assert_eq!(child.wait().unwrap().code(), Some(0), "{words:?}");
    }
}

#[cfg(unix)]
#[test]
fn interrupt_ends_the_program_while_it_reads_a_named_pipe() {
    let cli = Cli::offline();
    let pipe = cli.home.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut child =
        cli.command(&["api", "PUT", "/api/tickets/t1", "--input", pipe.to_str().unwrap()]).spawn().unwrap();
    // The pipe opens once the program opens it at the other end.
    let writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(writer);
}

#[test]
fn changes_are_followed_as_they_happen() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let mut child = cli.command(&["--output", "json", "tickets", "watch"]).spawn().unwrap();
    let mut remarks = BufReader::new(child.stderr.take().unwrap());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut remark = String::new();
    remarks.read_line(&mut remark).unwrap();
    assert!(remark.starts_with("watching http://"), "{remark}");

    let ticket = cli.ticket("RustConf", "20");
    let mut next = || serde_json::from_str::<serde_json::Value>(&lines.next().unwrap().unwrap()).unwrap();
    let created = next();
    assert_eq!(
        (&created["kind"], &created["ticket"]["id"]),
        (&"ticket:created".into(), &ticket.clone().into())
    );
    cli.ok(&["orders", "create", &ticket]);
    let updated = next();
    assert_eq!(
        (&updated["kind"], &updated["ticket"]["status"]),
        (&"ticket:updated".into(), &"reserved".into())
    );

    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn missed_changes_are_a_line_and_a_notice() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    for (format, expected) in [("json", "{\"id\":\""), ("csv", "reset,")] {
        let words = ["--output", format, "tickets", "watch", "--after", "nonsense"];
        let mut child = cli.command(&words).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut remarks = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let reset = lines.find(|line| line.starts_with(expected)).unwrap();
        assert!(format == "csv" || reset.ends_with(",\"kind\":\"reset\"}"), "{reset}");
        assert!(remarks.any(|line| line.contains("some changes were missed")));
        cli.ticket("After the reset", "20");
        assert!(lines.next().unwrap().contains("After the reset"));
        interrupt(&child);
        child.wait().unwrap();
    }
}

#[test]
fn quiet_leaves_only_data_and_errors() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let run = cli.ok(&["--quiet", "tickets", "create", "--title", "A", "--price", "1"]);
    assert_eq!(run.err, "");
    assert!(cli.run(&["--quiet", "tickets", "get", "nothing"]).err.starts_with("error: "));
}

#[test]
fn verbose_tells_what_is_sent_without_secrets() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url);
    let words = ["--verbose", "auth", "signup", "--email", "ada@example.com", "--password-stdin"];
    let run = cli.run_with(&words, "correct horse\n");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.err.contains("/api/users/signup"), "{}", run.err);
    assert!(!run.err.contains("correct horse"), "{}", run.err);
}

fn interrupt(child: &std::process::Child) {
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
}

#[test]
fn watch_filters_runs_a_command_and_ends_at_a_status() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let log = cli.home.path().join("log");
    let exec =
        format!("cat >> '{0}'; echo \" $TICKETING_KIND $TICKETING_STATUS\" >> '{0}'; exit 3", log.display());
    let words = [
        "-o",
        "jsonl",
        "tickets",
        "watch",
        "opera",
        "--max-price",
        "30",
        "--exec",
        &exec,
        "--until",
        "reserved",
    ];
    let mut child = cli.command(&words).spawn().unwrap();
    let mut remarks = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(remarks.next().unwrap().starts_with("watching http://"));
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    for (title, price) in [("Gig", "20"), ("Opera, front row", "90")] {
        cli.ticket(title, price);
    }
    let ticket = cli.ticket("Opera", "20");
    let first: serde_json::Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    assert_eq!(
        (&first["ticket"]["id"], &first["at"]),
        (&ticket.as_str().into(), &first["ticket"]["createdAt"])
    );
    cli.ok(&["orders", "create", &ticket]);
    assert!(lines.next().unwrap().contains("\"status\":\"reserved\""));
    assert_eq!(lines.next(), None);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains(&ticket) && log.ends_with(" ticket:updated reserved\n"), "{log}");
    assert!(remarks.any(|line| line.contains("ended with")), "a command that fails is reported");
    // A ticket that has the status already is not waited for.
    cli.ok(&["tickets", "watch", "--ticket", &ticket, "--until", "reserved"]);
    // Nothing would change of one that does not exist.
    let unknown = cli.run(&["tickets", "watch", "--ticket", "00000000-0000-7000-8000-000000000000"]);
    assert!(unknown.code == 3 && unknown.err.contains("there is no ticket"), "{unknown:?}");
    let order = cli.ok(&["orders", "list", "--jq", ".items[0].id"]).out;
    cli.ok(&["orders", "watch", order.trim(), "--until", "created"]);
}
