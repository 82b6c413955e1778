//! Every command in every format: what it writes has the format, or the format is refused.

use std::path::Path;

use serde_json::Value;

use crate::support::{Cli, Run, Server, finish, text};

const FORMATS: [&str; 6] = ["table", "tsv", "json", "jsonl", "yaml", "csv"];

/// The commands that write a line for each change, in JSON too.
const STREAMS: [&str; 3] = ["orders watch", "tickets watch", "events listen"];

/// The commands of the reference, which a test keeps equal to the tree.
fn commands() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/cli.md");
    let reference = std::fs::read_to_string(path).unwrap();
    let sections = reference.split("\n#").filter_map(|section| {
        let name = section.trim_start_matches('#').trim().strip_prefix("`ticketing ")?.split('`').next()?;
        section.contains("[OPTIONS]").then(|| name.to_owned())
    });
    sections.collect()
}

/// A seller and a buyer, and what their commands are about.
struct Market<'s> {
    data: &'s Path,
    seller: Cli,
    buyer: Cli,
    format: &'static str,
    ticket: String,
    order: String,
    payment: String,
    pass: String,
    door: String,
}

impl<'s> Market<'s> {
    fn prepare(server: &Server, data: &'s Path, format: &'static str) -> Self {
        let seller = Cli::for_server(&server.url).sign_up(&format!("seller-{format}@example.com"));
        let buyer = Cli::for_server(&server.url).sign_up(&format!("buyer-{format}@example.com"));
        let ticket = seller.ticket("=Opera, \"first\" night", "20");
        let payment = text(&buyer.json(&["buy", &ticket, "--token", "tok_visa", "--yes"])["id"]);
        let order = text(&buyer.json(&["orders", "list"])[0]["id"]);
        let mut passes = Value::Null;
        crate::support::eventually("the pass is issued", || {
            passes = buyer.json(&["passes", "list"]);
            passes.as_array().is_some_and(|passes| !passes.is_empty())
        });
        let door = seller.home.path().join("door.json").to_str().unwrap().to_owned();
        seller.ok(&["checkin", "prepare", &door]);
        let pass = text(&passes[0]["id"]);
        Self { data, seller, buyer, format, ticket, order, payment, pass, door }
    }

    fn new_ticket(&self) -> String {
        self.seller.ticket("Gig", "7")
    }

    fn new_order(&self) -> String {
        text(&self.buyer.json(&["orders", "create", &self.new_ticket()])["id"])
    }

    fn new_pass(&self) -> String {
        let ticket = self.new_ticket();
        self.buyer.ok(&["buy", &ticket, "--token", "tok_visa", "--yes"]);
        let mut found = None;
        crate::support::eventually("the pass is issued", || {
            let passes = self.buyer.json(&["passes", "list"]);
            found =
                passes.as_array().unwrap().iter().find(|pass| pass["ticketId"] == ticket.as_str()).cloned();
            found.is_some()
        });
        text(&found.unwrap()["id"])
    }

    /// Returns the arguments of a command, and whether the seller runs it. Commands that are refused get any.
    fn arguments(&self, command: &str) -> (Vec<String>, bool) {
        let path = |name: &str| self.seller.home.path().join(name).to_str().unwrap().to_owned();
        let data = self.data.to_str().unwrap().to_owned();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let email = format!("seller-{}@example.com", self.format);
        let other = format!("other-{}@example.com", self.format);
        let seller = |arguments: Vec<String>| (arguments, true);
        match command {
            "alias set" => seller(words(&["cheap", "tickets list"])),
            "api" => seller(words(&["/api/tickets"])),
            "audit" => seller(words(&["--data-dir", &data])),
            "auth signin" | "login" => seller(words(&["--email", &email, "--password-stdin"])),
            "auth signup" => seller(words(&["--email", &other, "--password-stdin"])),
            "backup" => seller(words(&[&path("copy"), "--data-dir", &data])),
            "buy" => (words(&[&self.new_ticket(), "--token", "tok_visa", "--yes"]), false),
            "checkin" => seller(words(&["no-code"])),
            "checkin sync" => seller(words(&[&self.door])),
            "clock advance" => seller(words(&["1s"])),
            "events listen" => seller(words(&["--since", "1h", "--limit", "1"])),
            "orders create" => (words(&[&self.new_ticket()]), false),
            "orders get" | "orders explain" | "orders watch" | "orders cancel" | "open order" => {
                (words(&[&self.order]), false)
            }
            "passes claim" => {
                let transfer = self.buyer.json(&["passes", "transfer", &self.new_pass()]);
                seller(words(&[&text(&transfer["claimCode"])]))
            }
            "passes get" | "passes show" | "passes calendar" => (words(&[&self.pass]), false),
            "passes resell" => (words(&[&self.new_pass(), "--price", "5"]), false),
            "passes transfer" => (words(&[&self.new_pass()]), false),
            "payments create" => (words(&[&self.new_order(), "--token", "tok_visa"]), false),
            "payments get" => (words(&[&self.payment]), false),
            "sell" | "tickets create" => seller(words(&["--title", "Gig", "--price", "7"])),
            "search" => seller(words(&["opera"])),
            "tickets get" | "tickets withdraw" | "open ticket" => seller(words(&[&self.ticket])),
            "tickets import" => seller(words(&["-", "--format", "csv"])),
            "tickets update" => seller(words(&[&self.new_ticket(), "--seat", "Row 4"])),
            "tickets watch" => seller(words(&["--ticket", &self.ticket, "--until", "sold"])),
            "alias delete" | "checkin prepare" | "config get" | "config set" | "config unset" | "man"
            | "profile add" | "profile remove" | "profile use" => {
                let key = if command.starts_with("config") { "output" } else { "name" };
                let value = (command == "config set").then_some("json");
                seller(words(&[&[key], value.as_slice()].concat()))
            }
            "completions" => seller(words(&["bash"])),
            _ => (Vec::new(), command.starts_with("tickets")),
        }
    }

    fn run(&self, command: &str) -> Run {
        let (arguments, is_seller) = self.arguments(command);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let words: Vec<&str> = command.split(' ').collect();
        let cli = if is_seller { &self.seller } else { &self.buyer };
        let input = if command == "tickets import" { "title,price\nJazz,5\n" } else { "correct horse\n" };
        let mut program = cli.command(&[&words, &arguments[..], &["-o", self.format]].concat());
        program.env("TZ", "Asia/Tokyo");
        finish(program, input)
    }
}

/// Checks that a text is data of a format.
#[track_caller]
fn check_format(text: &str, format: &str, is_stream: bool, of: &str) {
    match format {
        "json" if !is_stream => {
            serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{of}: {error}: {text}"));
        }
        "json" | "jsonl" => {
            for line in text.lines() {
                serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{of}: {error}: {line}"));
            }
        }
        "yaml" => {
            let documents: Vec<&str> = text.split("---\n").filter(|document| !document.is_empty()).collect();
            assert!(!text.starts_with(['{', '[']), "{of}: {text}");
            for document in documents {
                let value: Value =
                    serde_yaml_ng::from_str(document).unwrap_or_else(|error| panic!("{of}: {error}: {text}"));
                assert!(value.is_object() || value.is_array(), "{of}: {text}");
            }
        }
        "csv" => {
            let mut rows = csv::Reader::from_reader(text.as_bytes());
            assert!(!text.starts_with(['{', '[']) && !rows.headers().unwrap().is_empty(), "{of}: {text}");
            rows.records().for_each(|row| drop(row.unwrap_or_else(|error| panic!("{of}: {error}: {text}"))));
        }
        _ => assert!(!text.starts_with(['{', '[']), "{of}: {text}"),
    }
}

/// Returns whether a text for people has a time that is not on their clock.
fn has_utc(text: &str) -> bool {
    // As in `05T06:`; a claim code can have a T between digits.
    let is_time = |part: &[u8]| part[0].is_ascii_digit() && part[1] == b'T' && part[4] == b':';
    text.contains(" UTC") || text.as_bytes().windows(5).any(is_time)
}

#[test]
fn every_command_writes_every_format_or_refuses_it() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &["--allow-clock"]);
    let commands = commands();
    assert!(commands.len() > 60, "{commands:?}");
    std::thread::scope(|scope| {
        for format in FORMATS {
            let (server, commands, data) = (&server, &commands, data.path());
            scope.spawn(move || {
                let market = Market::prepare(server, data, format);
                for command in commands {
                    let run = market.run(command);
                    let of = format!("`ticketing {command} -o {format}`");
                    if run.code == 2 {
                        assert!(run.err.contains("has no meaning there"), "{of}: {}", run.err);
                        assert_eq!(run.out, "", "{of}");
                        continue;
                    }
                    let expected: &[i32] = match command.as_str() {
                        // A door refuses a text that is no code.
                        "checkin" => &[10],
                        // The other formats keep the server busy.
                        "audit" => &[0, 9],
                        _ => &[0],
                    };
                    assert!(expected.contains(&run.code), "{of}: {run:?}");
                    if format == "table" {
                        assert!(!has_utc(&run.out) && !has_utc(&run.err), "{of}: {run:?}");
                    }
                    let is_stream = STREAMS.contains(&command.as_str());
                    if !(run.out.is_empty() && (is_stream || matches!(format, "table" | "tsv" | "jsonl"))) {
                        check_format(&run.out, format, is_stream, &of);
                    }
                }
            });
        }
    });
}
