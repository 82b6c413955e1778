//! Many listings at once: imports, exports, and `tickets create --count`, with interruptions at any point.

mod exports;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use ticketing_testkit::{Method, ProxiedRequest, RequestProxy, RequestStage};

use crate::support::{Cli, Run, Server, finish, items, text};

/// The rows of the file.
pub(crate) const ROWS: usize = 40;

/// Writes a file with a seat on each row, and returns its path.
pub(crate) fn seats(cli: &Cli) -> PathBuf {
    let path = cli.home.path().join("seats.csv");
    let mut csv = "title,price,venue,starts_at,seat\n".to_owned();
    for seat in 1..=ROWS {
        csv += &format!("\"Opera, premiere\",89.50,City Hall,2099-12-24T19:30:00+01:00,Seat {seat}\n");
    }
    std::fs::write(&path, csv).unwrap();
    path
}

fn import(cli: &Cli, file: &Path, more: &[&str]) -> Command {
    cli.command(&[&["tickets", "import", file.to_str().unwrap()], more].concat())
}

fn run_import(cli: &Cli, file: &Path, more: &[&str]) -> Run {
    finish(import(cli, file, more), "")
}

fn own_listings(cli: &Cli) -> Vec<Value> {
    cli.json(&["tickets", "list", "--mine", "--all"]).as_array().unwrap().clone()
}

/// Every seat is listed once, and the command has printed the id of each listing.
#[track_caller]
fn assert_listed_once(cli: &Cli, run: &Run) {
    let listings = own_listings(cli);
    let seats: BTreeSet<_> = listings.iter().map(|ticket| text(&ticket["seat"])).collect();
    assert_eq!((listings.len(), seats.len()), (ROWS, ROWS), "{run:?}");
    let listed: BTreeSet<_> = listings.iter().map(|ticket| text(&ticket["id"])).collect();
    assert_eq!(ids(run).into_iter().collect::<BTreeSet<_>>(), listed);
}

/// The ids of the tickets that a command has printed: the first column.
pub(crate) fn ids(run: &Run) -> Vec<String> {
    run.out.lines().map(|row| row.split('\t').next().unwrap().to_owned()).collect()
}

/// The requests that a command has open at once: the responses after an open one wait for it.
const MOST_JOBS: usize = 4;

/// A server behind a proxy that can leave requests without a response.
struct StallingServer {
    _server: Server,
    proxy: RequestProxy,
}

impl StallingServer {
    fn start() -> Self {
        let server = Server::start();
        Self { proxy: RequestProxy::start(&server.url), _server: server }
    }

    fn sign_up(&self, email: &str) -> Cli {
        Cli::for_server(&self.proxy.url()).sign_up(email)
    }

    /// Starts a command, and sends it a signal once it has printed this many tickets. It is then still at work: only a few more
    /// of its requests have a response. Returns its exit code and its standard error.
    fn signal_after(&self, tickets: usize, mut command: Command, signal: &str) -> (Option<i32>, String) {
        let create = ProxiedRequest::new(Method::POST, "/api/tickets", RequestStage::Answered);
        let _stall = self.proxy.stall_after(tickets + MOST_JOBS - 1, create);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let printed: Vec<String> = lines.by_ref().take(tickets).map(|line| line.unwrap()).collect();
        assert_eq!(printed.len(), tickets);
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        lines.for_each(|line| drop(line.unwrap()));
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    fn kill_after(&self, tickets: usize, command: Command) {
        assert_eq!(
            self.signal_after(tickets, command, "-KILL").0,
            None,
            "the command was over before the kill"
        );
    }
}

#[test]
fn import_lists_every_row_once_and_a_second_run_lists_nothing() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("seller@example.com");
    let file = seats(&cli);
    let run = run_import(&cli, &file, &["--dry-run"]);
    assert_eq!((run.code, run.out.matches("POST ").count()), (0, ROWS), "{run:?}");
    assert_eq!(run.err, "40 tickets are valid; nothing was sent\n");
    assert_eq!(own_listings(&cli).len(), 0);
    let run = run_import(&cli, &file, &[]);
    assert_eq!((run.code, run.err.as_str()), (0, "40 tickets listed\n"), "{run:?}");
    assert_listed_once(&cli, &run);
    // The newest first: the order of the file, reversed. Lists of equal starts are in the order of the ids.
    let seats: Vec<_> = own_listings(&cli).iter().rev().map(|ticket| text(&ticket["seat"])).collect();
    assert_eq!(seats, (1..=ROWS).map(|seat| format!("Seat {seat}")).collect::<Vec<_>>());
    let ticket = &own_listings(&cli)[0];
    assert_eq!([&ticket["title"], &ticket["venue"]], ["Opera, premiere", "City Hall"]);
    assert_eq!(
        [&ticket["price"].to_string(), &text(&ticket["startsAt"])],
        ["89.5", "2099-12-24T19:30:00+01:00"]
    );
    let run = run_import(&cli, &file, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let known = "all 40 tickets were listed before: nothing was sent; --again lists every row once more\n";
    assert_eq!(run.err, known, "{run:?}");
    assert_listed_once(&cli, &run);
    let run = run_import(&cli, &file, &["--again"]);
    assert_eq!((run.code, run.err.as_str()), (0, "40 tickets listed\n"), "{run:?}");
    assert_eq!(own_listings(&cli).len(), 2 * ROWS);
}

#[test]
fn import_killed_in_the_middle_continues_without_duplicates() {
    let server = StallingServer::start();
    let cli = server.sign_up("seller@example.com");
    let file = seats(&cli);
    server.kill_after(1, import(&cli, &file, &["--jobs", "3"]));
    let notice = cli.ok(&["tickets", "list"]).err;
    let again = format!(
        "was interrupted; run `ticketing tickets import {}` again: it lists the tickets that are missing",
        file.display()
    );
    assert!(notice.contains(&again), "{notice}");
    for tickets in [12, 12] {
        server.kill_after(tickets, import(&cli, &file, &["--jobs", "3"]));
    }
    let resumed = cli.run(&["--output", "json", "orders", "resume"]);
    let line = format!("`ticketing tickets import {}`", file.display());
    let detail = format!("run {line} again: it lists the tickets that are missing, and none twice");
    let write = &items(&resumed.out)[0];
    assert_eq!((resumed.code, &write["outcome"], &write["detail"]), (9, &"repeat".into(), &detail.into()));
    let run = run_import(&cli, &file, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.err.contains("were listed before"), "{run:?}");
    assert_listed_once(&cli, &run);
    assert!(cli.ok(&["orders", "resume"]).err.contains("no interrupted write"));
}

#[test]
fn extended_and_edited_file_lists_only_what_is_new() {
    let server = StallingServer::start();
    let cli = server.sign_up("seller@example.com");
    let file = seats(&cli);
    server.kill_after(12, import(&cli, &file, &[]));
    // Another file in other order: the last rows first, one with another price, one that is new, one that is gone.
    let rows = std::fs::read_to_string(&file).unwrap();
    let mut rows: Vec<String> = rows.lines().map(str::to_owned).collect();
    rows[1..].reverse();
    rows[1] = rows[1].replace("89.50", "95.00");
    rows.push(rows[2].replace("Seat 39", "Seat 41"));
    rows.remove(20);
    std::fs::write(&file, rows.join("\n")).unwrap();
    assert_eq!(run_import(&cli, &file, &[]).code, 0);
    let seats = |cli: &Cli| -> BTreeSet<String> {
        own_listings(cli)
            .iter()
            .map(|ticket| format!("{}: {}", text(&ticket["seat"]), ticket["price"]))
            .collect()
    };
    let listed = own_listings(&cli).len();
    assert!(
        (ROWS..=ROWS + 2).contains(&listed),
        "the row that is gone and the old price may be listed: {listed}"
    );
    assert_eq!(seats(&cli).len(), listed, "no row is listed twice");
    assert!(
        seats(&cli).contains("Seat 40: 95") && seats(&cli).contains("Seat 41: 89.5"),
        "{:?}",
        seats(&cli)
    );

    std::fs::write(&file, rows.join("\n") + "\n" + &rows[2].replace("Seat 39", "Seat 42")).unwrap();
    let dry = run_import(&cli, &file, &["--dry-run"]);
    assert_eq!(dry.out.matches("POST ").count(), 1, "{dry:?}");
    assert_eq!(dry.err, "one ticket is valid, and 40 were listed before; nothing was sent\n");
    let run = run_import(&cli, &file, &[]);
    assert_eq!(run.err, "one ticket listed; 40 were listed before; --again lists every row once more\n");
    assert_eq!(own_listings(&cli).len(), listed + 1);
}

#[test]
fn equal_rows_are_as_many_tickets_in_whichever_file() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("seller@example.com");
    let import = |rows: usize| {
        cli.run_with(
            &["tickets", "import", "-", "--format", "csv"],
            &("title,price\n".to_owned() + &"A,5\n".repeat(rows)),
        )
    };
    assert_eq!(import(4).err, "4 tickets listed\n");
    assert_eq!(import(6).err, "2 tickets listed; 4 were listed before; --again lists every row once more\n");
    let lines =
        cli.run_with(&["tickets", "import", "-", "--format", "jsonl"], "{\"title\":\"A\",\"price\":5}\n");
    assert!(lines.err.starts_with("the ticket was listed before: nothing was sent"), "{lines:?}");
    assert_eq!(own_listings(&cli).len(), 6);
    // Another account has listed nothing.
    let other = Cli::for_server(&server.url).sign_up("other@example.com");
    let run = other.run_with(&["tickets", "import", "-", "--format", "csv"], "title,price\nA,5\n");
    assert_eq!(run.err, "one ticket listed\n");
}

#[test]
fn second_listing_of_a_file_that_is_killed_is_continued() {
    let server = StallingServer::start();
    let cli = server.sign_up("seller@example.com");
    let file = seats(&cli);
    assert_eq!(run_import(&cli, &file, &[]).code, 0);
    for tickets in [1, 12] {
        server.kill_after(tickets, import(&cli, &file, &["--again"]));
    }
    let run = run_import(&cli, &file, &["--again"]);
    assert!(run.code == 0 && run.err.ends_with("were listed before\n"), "{run:?}");
    assert_eq!(own_listings(&cli).len(), 2 * ROWS);
    let run = run_import(&cli, &file, &["--again"]);
    assert_eq!(run.err, "40 tickets listed\n", "the run before has ended");
    assert_eq!(own_listings(&cli).len(), 3 * ROWS);
}

#[test]
fn interrupted_import_reports_its_count_and_continues() {
    let server = StallingServer::start();
    let cli = server.sign_up("seller@example.com");
    let file = cli.home.path().join("many.csv");
    let rows: String = (0..30).map(|row| format!("Many,5,{row}\n")).collect();
    std::fs::write(&file, format!("title,price,seat\n{rows}")).unwrap();
    let commands = [
        vec!["tickets", "create", "--title", "Equal", "--price", "5", "--count", "30"],
        vec!["tickets", "import", file.to_str().unwrap()],
    ];
    for (index, words) in commands.iter().enumerate() {
        let before = index * 30;
        let (code, err) = server.signal_after(5, cli.command(words), "-INT");
        let count = err
            .strip_prefix("error: interrupted: ")
            .and_then(|rest| rest.split_once(" of 30 tickets are listed\n"));
        let count: usize = count.unwrap_or_else(|| panic!("{err}")).0.parse().unwrap();
        assert!((5..5 + MOST_JOBS).contains(&count), "{err}");
        let hint = "hint: the same command again lists the tickets that are missing, and none twice\n";
        assert!(err.ends_with(hint), "{err}");
        assert_eq!(code, Some(130));
        // The tickets whose requests have no response are listed as well.
        let listed = own_listings(&cli).len() - before;
        assert!((count..5 + 2 * MOST_JOBS).contains(&listed), "{listed}: {err}");
        let run = cli.ok(words);
        assert!(run.err.contains("were listed before"), "{run:?}");
        assert_eq!(own_listings(&cli).len(), before + 30);
    }
}

#[test]
fn count_killed_in_the_middle_continues_and_then_starts_again() {
    let server = StallingServer::start();
    let cli = server.sign_up("seller@example.com");
    let words = ["tickets", "create", "--title", "Opera", "--price", "20", "--count", "20"];
    server.kill_after(5, cli.command(&words));
    let run = cli.ok(&words);
    assert_eq!(ids(&run).into_iter().collect::<BTreeSet<_>>().len(), 20);
    assert_eq!(own_listings(&cli).len(), 20, "{run:?}");
    let run = cli.ok(&words);
    assert_eq!(run.err, "20 tickets listed\n");
    assert_eq!(own_listings(&cli).len(), 40);
}

#[test]
fn file_with_invalid_rows_sends_nothing_and_names_every_fault() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("seller@example.com");
    let file = cli.home.path().join("mixed.csv");
    std::fs::write(&file, "title,price,seat\nA,1,1\n,2,2\nC,free,3\nD,4,4\n").unwrap();
    let run = run_import(&cli, &file, &[]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
    assert!(run.err.contains("  line 3: the title is missing\n"), "{run:?}");
    assert!(run.err.contains("  line 4, column 2 (price): not an amount of money"), "{run:?}");
    assert_eq!(own_listings(&cli).len(), 0);
    let run = run_import(&cli, &file, &["--skip-invalid"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.err.contains("notice: skipped: line 3: the title is missing"), "{run:?}");
    assert_eq!(own_listings(&cli).len(), 2);
}

#[test]
fn import_reads_json_lines_from_stdin() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("seller@example.com");
    let lines = "{\"title\":\"A\",\"price\":\"1.50\",\"seat\":\"1\"}\n{\"title\":\"B\",\"price\":2}\n";
    let run = cli.run_with(&["tickets", "import", "-"], lines);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("--format"), "{run:?}");
    let words = ["--output", "jsonl", "tickets", "import", "-", "--format", "jsonl"];
    let run = cli.run_with(&words, lines);
    assert_eq!(run.code, 0, "{run:?}");
    let titles: Vec<_> =
        run.out.lines().map(|line| text(&serde_json::from_str::<Value>(line).unwrap()["title"])).collect();
    assert_eq!(titles, ["A", "B"]);
    assert_eq!(own_listings(&cli).len(), 2);
}

#[test]
fn unwritable_journal_stops_the_import_before_it_sends() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("seller@example.com");
    let file = seats(&cli);
    let journal = cli.home.path().join("journal");
    std::fs::remove_dir_all(&journal).unwrap();
    std::fs::write(&journal, "").unwrap();
    let run = run_import(&cli, &file, &[]);
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
    assert!(run.err.contains("journal cannot be written, so nothing was sent"), "{run:?}");
    assert!(run.err.contains("hint: set TICKETING_HOME"), "{run:?}");
    assert_eq!(own_listings(&cli).len(), 0);
}

#[cfg(unix)]
#[test]
fn full_disk_stops_the_import_and_the_next_run_finishes_it() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("seller@example.com");
    let file = seats(&cli);
    // A limit of the size of files fails like a full disk once the journal has reached it.
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_ticketing")]);
    limited.args(["tickets", "import", file.to_str().unwrap(), "--jobs", "1"]);
    limited.env("TICKETING_HOME", cli.home.path()).env("TICKETING_SERVER", &server.url);
    limited.stdout(Stdio::piped()).stderr(Stdio::piped());
    let run = finish(limited, "");
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("the ticket cannot be noted down, so it was not sent"), "{run:?}");
    assert!(run.err.contains("more were not sent"), "{run:?}");
    let listed = own_listings(&cli).len();
    assert!((1..ROWS).contains(&listed), "{listed}");
    let run = run_import(&cli, &file, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_listed_once(&cli, &run);
}

#[test]
fn import_waits_for_a_rate_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let cli = Cli::for_server(&format!("http://{}", listener.local_addr().unwrap()));
    let file = cli.home.path().join("one.csv");
    std::fs::write(&file, "title,price\nA,20\n").unwrap();
    let child = import(&cli, &file, &["--timeout", "1s"]).spawn().unwrap();
    let mut keys = Vec::new();
    for index in 0..3 {
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = vec![0; 8192];
        let read = connection.read(&mut request).unwrap();
        let head = String::from_utf8_lossy(&request[..read]).to_lowercase();
        keys.extend(head.lines().find_map(|line| line.strip_prefix("idempotency-key: ")).map(str::to_owned));
        let (status, body) = match index {
            // The listings of the account.
            0 => ("200 OK", "[]"),
            // The client's own time is shorter than this, so that the command has to wait.
            1 => (
                "429 Too Many Requests\r\nretry-after: 2",
                r#"{"errors":[{"message":"no","code":"too_many_requests"}]}"#,
            ),
            _ => (
                "201 Created",
                r#"{"id":"t1","title":"A","price":20,"userId":"u1","version":0,"status":"available"}"#,
            ),
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nidempotency-keys: max-age=86400\r\n\
             connection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        connection.write_all(answer.as_bytes()).unwrap();
    }
    let run = Run::from_child(child);
    assert_eq!((run.code, ids(&run)), (0, vec!["t1".to_owned()]), "{run:?}");
    assert!(keys.len() == 2 && keys[0] == keys[1], "{keys:?}");
}
