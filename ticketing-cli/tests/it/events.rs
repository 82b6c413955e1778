//! `ticketing events listen`: nothing is lost while server and listener are killed, and only an unconfirmed event comes twice.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, RandomState};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use ticketing_sdk::Timestamp;
use ticketing_sdk::webhook::{DEFAULT_TOLERANCE, verify_signature};

use crate::support::{Cli, Run, Server, eventually, number, say, text};

/// Rounds of kills, unless `STORM_ROUNDS` says otherwise.
const ROUNDS: u64 = 12;

/// The lines of a file, as far as they are complete.
fn lines_of(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let complete = text.rfind('\n').map_or("", |end| &text[..end]);
    complete.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ids_of(events: &[Value]) -> Vec<String> {
    events.iter().map(|event| text(&event["id"])).collect()
}

/// Waits until the cursor of this name is on disk.
fn wait_for_cursor(cli: &Cli, name: &str) {
    let folder = cli.home.path().join("cursors");
    eventually("the cursor is on disk", || {
        let Ok(files) = std::fs::read_dir(&folder) else { return false };
        files.flatten().any(|file| {
            let text = std::fs::read_to_string(file.path()).unwrap_or_default();
            file.file_name().to_string_lossy().starts_with(&format!("{name}-"))
                && text.contains("\"position\"")
        })
    });
}

#[test]
fn killed_listener_and_server_lose_no_event_and_repeat_one() {
    let data = tempfile::tempdir().unwrap();
    let first = Server::start_in(data.path(), &[]);
    let (url, address) = (first.url.clone(), first.address());
    let mut server = Some(first);
    let seller = Cli::for_server(&url).sign_up("seller@example.com");
    let out = seller.home.path().join("events.jsonl");
    // One write for each event: a line is complete or absent.
    let command = format!("read -r event && printf '%s\\n' \"$event\" >> '{}'", out.display());
    let listen = || seller.command(&["events", "listen", "--exec", &command]).spawn().unwrap();
    let end = |mut listener: Child| {
        listener.kill().unwrap();
        listener.wait().unwrap();
    };
    let seed = number("STORM_SEED").unwrap_or_else(|| RandomState::new().hash_one(0) % 1_000_000_000);
    let rounds = number("STORM_ROUNDS").unwrap_or(ROUNDS);
    say(&format!("STORM_SEED={seed}"));
    let random = |round: u64| BuildHasherDefault::<DefaultHasher>::default().hash_one((seed, round));

    let mut listener = listen();
    wait_for_cursor(&seller, "default");
    let (mut listed, mut kills, mut restarts) = (Vec::new(), 0_usize, 0);
    for round in 0..rounds {
        let choice = random(round);
        listed.push(seller.ticket(&format!("Ticket {round}"), "20"));
        let pause = Duration::from_micros(choice % 60_000);
        std::thread::park_timeout(pause);
        if choice.is_multiple_of(3) {
            drop(server.take());
            server = Some(Server::start_at(&address, data.path(), &[]));
            restarts += 1;
        } else {
            end(listener);
            kills += 1;
            listener = listen();
        }
        seller.ok(&["tickets", "update", listed.last().unwrap(), "--price", "21"]);
    }
    let last = seller.ticket("The last", "20");
    let has_last = |events: &[Value]| events.iter().any(|event| event["ticket"]["id"] == last.as_str());
    eventually("the last event arrives", || has_last(&lines_of(&out)));
    end(listener);

    let events = lines_of(&out);
    assert!(events.iter().all(|event| event["type"] != "feed:gap"), "{events:?}");
    let ids = ids_of(&events);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    ids.iter().for_each(|id| *counts.entry(id).or_default() += 1);
    let repeated = ids.len() - counts.len();
    assert!(repeated <= kills, "{repeated} repetitions of {kills} killed listeners: {ids:?}");
    let mut seen = BTreeSet::new();
    let first: Vec<&String> = ids.iter().filter(|id| seen.insert(*id)).collect();
    assert!(first.is_sorted(), "in order: {ids:?}");
    for ticket in &listed {
        let of_ticket: Vec<i64> = events
            .iter()
            .filter(|event| event["ticket"]["id"] == ticket.as_str())
            .map(|event| event["ticket"]["version"].as_i64().unwrap())
            .collect();
        assert!(of_ticket.contains(&0) && of_ticket.contains(&1), "{ticket}: {of_ticket:?} of {ids:?}");
    }
    say(&format!(
        "{rounds} rounds, {kills} killed listeners, {restarts} killed servers: {} events, {repeated} repeated",
        counts.len()
    ));
}

/// Answers each request with the next status, and the rest with the last one; sends each request.
fn receiver(statuses: &'static [u16]) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/webhooks", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        for (index, connection) in listener.incoming().enumerate() {
            let mut connection = BufReader::new(connection.unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                connection.read_line(&mut line).unwrap();
                let line = line.trim_end();
                if line.is_empty() {
                    break;
                }
                if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                    length = value.parse().unwrap();
                }
                head += &format!("{line}\n");
            }
            let mut body = vec![0; length];
            connection.read_exact(&mut body).unwrap();
            let status = statuses[index.min(statuses.len() - 1)];
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            connection.get_mut().write_all(answer.as_bytes()).unwrap();
            sender.send(format!("{head}\n{}", String::from_utf8(body).unwrap())).unwrap();
        }
    });
    (url, requests)
}

fn header<'r>(request: &'r str, name: &str) -> &'r str {
    let is_it = |line: &&str| line.split(':').next().is_some_and(|found| found.eq_ignore_ascii_case(name));
    request.lines().find(is_it).unwrap().split_once(':').unwrap().1.trim()
}

#[test]
fn forwarded_events_are_signed_and_retried_until_confirmed() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let (url, requests) = receiver(&[500, 404, 200]);
    let mut command = seller.command(&["events", "listen", "--forward", &url, "--limit", "2"]);
    let listener = command.env("TICKETING_WEBHOOK_SECRET", "whsec_test").spawn().unwrap();
    wait_for_cursor(&seller, "default");
    seller.ticket("One", "20");
    seller.ticket("Two", "20");
    let run = Run::from_child(listener);
    assert_eq!(run.code, 0, "{run:?}");
    let requests: Vec<String> = requests.iter().take(4).collect();
    let ids: Vec<&str> = requests.iter().map(|request| header(request, "ticketing-event-id")).collect();
    assert!(ids[0] == ids[1] && ids[1] == ids[2] && ids[2] != ids[3], "{ids:?}");
    for request in &requests {
        let (_, body) = request.split_once("\n\n").unwrap();
        let signature = header(request, "ticketing-signature");
        let seconds = signature.strip_prefix("t=").and_then(|rest| rest.split(',').next()).unwrap();
        let now = Timestamp::from_millis(seconds.parse::<i64>().unwrap() * 1000);
        verify_signature(b"whsec_test", signature, body.as_bytes(), now, DEFAULT_TOLERANCE).unwrap();
        let event: Value = serde_json::from_str(body).unwrap();
        assert_eq!(header(request, "ticketing-event-type"), "ticket:created");
        assert_eq!(event["id"], header(request, "ticketing-event-id"));
        assert!(!request.to_lowercase().contains("\ncookie:"), "the session stays: {request}");
    }
}

#[test]
fn listener_ends_at_a_failed_delivery_and_continues_with_it() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let failing = ["events", "listen", "--exec", "cat > /dev/null; exit 3", "--retries", "1"];
    let listener = seller.command(&failing).spawn().unwrap();
    wait_for_cursor(&seller, "default");
    let ticket = seller.ticket("One", "20");
    let run = Run::from_child(listener);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("was not delivered in 2 attempts"), "{}", run.err);
    let next = seller.ok(&["events", "listen", "--limit", "1"]);
    let event: Value = serde_json::from_str(&next.out).unwrap();
    assert_eq!((&event["type"], &event["ticket"]["id"]), (&"ticket:created".into(), &ticket.into()));
}

#[test]
fn url_that_does_not_answer_is_left_after_the_timeout() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    seller.ticket("One", "20");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let began = std::time::Instant::now();
    let words = ["--timeout", "2s", "events", "listen", "--since", "1h", "--retries", "0", "--forward", &url];
    let run = seller.run(&words);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("was not delivered in 1 attempt"), "{run:?}");
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    // A URL that cannot be reached is no unreachable marketplace.
    drop(silent);
    let run = seller.run(&words);
    assert!(run.code == 1 && run.err.contains("was not delivered in 1 attempt"), "{run:?}");
}

#[test]
fn since_types_and_cursors_select_events() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let ticket = seller.ticket("One", "20");
    seller.ok(&["tickets", "update", &ticket, "--price", "21"]);
    seller.ok(&["tickets", "withdraw", &ticket, "--yes"]);
    let types = |words: &[&str]| {
        let run = seller.ok(&[&["events", "listen"], words].concat());
        run.out
            .lines()
            .map(|line| text(&serde_json::from_str::<Value>(line).unwrap()["type"]))
            .collect::<Vec<_>>()
    };
    let all = ["ticket:created", "ticket:updated", "ticket:deleted"];
    assert_eq!(types(&["--since", "1h", "--limit", "3"]), all);
    let deleted = ["--cursor", "b", "--since", "1h", "--types", "ticket:deleted", "--limit", "1"];
    assert_eq!(types(&deleted), ["ticket:deleted"]);
    assert_eq!(types(&["--reset", "--since", "1h", "--limit", "1"]), ["ticket:created"]);
    assert_eq!(types(&["--limit", "2"]), ["ticket:updated", "ticket:deleted"], "it continues");
    // Changes are kept for a day: what may be missing is stated first.
    assert_eq!(types(&["--cursor", "c", "--since", "48h", "--limit", "2"]), ["feed:gap", "ticket:created"]);

    let mut running = seller.command(&["events", "listen", "--cursor", "d"]).spawn().unwrap();
    wait_for_cursor(&seller, "d");
    assert_eq!(seller.run(&["events", "listen", "--cursor", "d", "--limit", "0"]).code, 5);
    running.kill().unwrap();
    running.wait().unwrap();
    assert_eq!(seller.run(&["events", "listen", "--cursor", "../x"]).code, 2);
    assert_eq!(seller.run(&["events", "listen", "--forward", "nowhere"]).code, 2);
}

#[test]
fn interrupt_ends_a_listener_amid_a_backlog() {
    const BACKLOG: usize = 1500;
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let count = BACKLOG.to_string();
    seller.ok(&["sell", "-t", "One", "-p", "20", "--count", &count, "--quiet"]);
    let mut listener = seller.command(&["events", "listen", "--since", "1h"]).spawn().unwrap();
    let mut lines = BufReader::new(listener.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    let pid = listener.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let delivered = 1 + lines.count();
    assert_eq!(listener.wait().unwrap().code(), Some(130));
    // The pipe holds a few hundred events, and the task checks for the signal after as many.
    assert!(delivered < BACKLOG, "{delivered}");

    // The pipe has no reader any more.
    let mut listener =
        seller.command(&["events", "listen", "--cursor", "b", "--since", "1h"]).spawn().unwrap();
    let mut unread = BufReader::new(listener.stdout.take().unwrap());
    unread.read_line(&mut String::new()).unwrap();
    wait_for_cursor(&seller, "b");
    let pid = listener.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    eventually("the listener ends", || listener.try_wait().unwrap().is_some());
    assert_eq!(listener.wait().unwrap().code(), Some(130));
}

#[test]
fn pruned_position_is_an_explicit_gap() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    seller.ticket("One", "20");
    seller.ok(&["events", "listen", "--since", "1h", "--limit", "1"]);
    let folder = seller.home.path().join("cursors");
    let path = std::fs::read_dir(&folder).unwrap().flatten().map(|file| file.path());
    let path = path.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "json")).unwrap();
    let mut cursor: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    cursor["position"] = "01900000-0000-7000-8000-000000000000".into();
    std::fs::write(&path, cursor.to_string()).unwrap();
    let run = seller.ok(&["events", "listen", "--limit", "1"]);
    let gap: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&gap["type"], &gap["after"]), (&"feed:gap".into(), &cursor["position"]));
    assert!(run.err.contains("some events were missed"), "{}", run.err);
}
