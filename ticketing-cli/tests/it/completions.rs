//! The completions of the shells.

#[cfg(unix)]
mod shells;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::support::{Cli, Server, finish};

/// The time limit of a completion in the tests: more than a busy machine needs.
const TIMEOUT: (&str, &str) = ("TICKETING_TIMEOUT", "30s");

/// Returns the candidates of bash for the last word.
pub(crate) fn complete(cli: &Cli, words: &[&str]) -> String {
    complete_within(TIMEOUT, cli, words)
}

fn complete_within((name, limit): (&str, &str), cli: &Cli, words: &[&str]) -> String {
    let mut command = cli.command(&[&["--"], words].concat());
    command.env(name, limit);
    command.env("COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
    command.env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_COMP_TYPE", "9").env("_CLAP_COMPLETE_SPACE", "false");
    let run = finish(command, "");
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    run.out
}

#[test]
fn every_shell_has_its_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = Cli::offline().ok(&["completions", shell]);
        assert!(run.out.contains("COMPLETE") && run.out.contains("ticketing"), "{shell}: {}", run.out);
    }
}

#[test]
fn words_are_completed_without_a_server() {
    let cli = Cli::offline();
    assert!(complete(&cli, &["ticketing", "ti"]).contains("tickets"));
    assert!(complete(&cli, &["ticketing", "tickets", "up"]).contains("update"));
    assert!(complete(&cli, &["ticketing", "-o", ""]).contains("jsonl"));
}

#[test]
fn silent_server_completes_nothing_quickly() {
    // A listener that accepts no connection.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let cli = Cli::for_server(&format!("http://{}", silent.local_addr().unwrap()));
    let start = Instant::now();
    let completed = complete_within(("TICKETING_TIMEOUT", ""), &cli, &["ticketing", "tickets", "get", ""]);
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(completed.lines().all(|line| line.starts_with("--")), "options alone: {completed}");
}

#[test]
fn ids_are_live() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let ticket = cli.ticket("RustConf", "20");
    assert!(complete(&cli, &["ticketing", "orders", "create", ""]).contains(&ticket));
    assert!(complete(&cli, &["ticketing", "open", "ticket", ""]).contains(&ticket));
    let order = cli.json(&["orders", "create", &ticket]);
    let order = crate::support::text(&order["id"]);
    assert!(complete(&cli, &["ticketing", "payments", "create", ""]).contains(&order));
    assert!(complete(&cli, &["ticketing", "open", "order", ""]).contains(&order));
    let elsewhere = Cli::offline();
    assert!(
        complete(&elsewhere, &["ticketing", "--server", &server.url, "orders", "get", ""])
            .find(&order)
            .is_none()
    );
}

#[test]
fn manual_pages_cover_every_command() {
    let cli = Cli::offline();
    let folder = cli.home.path().join("man/man1");
    let run = cli.ok(&["man", folder.to_str().unwrap()]);
    assert_eq!(run.out, "");
    let page = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    assert!(page("ticketing.1").contains("ticketing\\-tickets(1)"));
    assert!(page("ticketing-tickets-list.1").contains("Examples:"));
    assert!(std::fs::read_dir(&folder).unwrap().count() > 30);
}
