//! Passes and the door, against a real server.

mod evening;
mod resold;
mod restored;
#[cfg(unix)]
mod story;

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use ticketing_testkit::{Method, ProxiedRequest, RequestProxy, RequestStage};

use crate::completions::complete;
use crate::support::passes::{buy, check_in, code, one, prepare, verdicts};
use crate::support::{Cli, Run, Server, eventually, text};

/// A server, its seller, and a buyer with the id of a pass.
struct Sale {
    server: Server,
    seller: Cli,
    buyer: Cli,
    pass: String,
}

fn sale() -> Sale {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");
    let pass = buy(&seller, &buyer);
    Sale { server, seller, buyer, pass }
}

#[test]
fn pass_is_shown_given_away_and_admitted_once() {
    let Sale { server, seller, buyer, pass } = sale();
    let old = code(&buyer, &pass);
    assert!(old.starts_with("TK1") && old.len() == 128, "{old}");
    let listed = buyer.json(&["passes", "list", "--status", "valid"]);
    assert_eq!((listed[0]["id"].as_str(), listed[0]["code"].as_str()), (Some(&*pass), Some(&*old)));
    let row = buyer.ok(&["passes", "get", &pass]).out;
    assert!(row.starts_with(&format!("{pass}\tOpera\tvalid\t")) && row.contains("City Hall"), "{row}");
    assert!(seller.json(&["passes", "list", "--issued"])[0].get("code").is_none());
    assert_eq!(seller.run(&["passes", "show", &pass]).code, 4);
    assert!(complete(&buyer, &["ticketing", "passes", "show", ""]).contains(&pass));
    assert!(buyer.ok(&["passes", "calendar", &pass]).out.contains("BEGIN:VEVENT"));

    let friend = Cli::for_server(&server.url).sign_up("friend@example.com");
    let claim = buyer.json(&["passes", "transfer", &pass]);
    let first = text(&claim["claimCode"]);
    buyer.ok(&["passes", "transfer", &pass, "--take-back"]);
    let run = friend.run(&["passes", "claim", &first]);
    assert!(run.code != 0 && run.err.contains("hint: it may be expired"), "{run:?}");
    let own = text(&buyer.json(&["passes", "transfer", &pass])["claimCode"]);
    let run = buyer.ok(&["passes", "claim", &own]);
    assert!(run.err.contains("you have taken your ticket back: Opera"), "{run:?}");
    let claim = text(&buyer.json(&["passes", "transfer", &pass])["claimCode"]);
    let run = friend.run_with(&["passes", "claim", "--output", "json"], &format!("{claim}\n"));
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(buyer.run(&["passes", "show", &pass]).code, 3);
    let current = code(&friend, &pass);

    assert_eq!(check_in(&buyer, &[], &current), (10, one("refused", "not_owner")));
    assert_eq!(check_in(&seller, &[], &format!("{old}\n")), (10, one("refused", "pass_superseded")));
    // The device of a scanner that breaks down ends no door.
    let noise = format!("{}\n{}\n", "A".repeat(200_000), current.to_lowercase());
    let both = [one("refused", "pass_invalid"), one("admitted", "")].concat();
    assert_eq!(check_in(&seller, &["--device", "north"], &noise), (10, both));
    let run = seller.run(&["checkin", &current]);
    assert_eq!((run.code, verdicts(&run)), (10, one("refused", "already_admitted")));
    assert!(run.out.contains("\"device\":\"north\""), "{}", run.out);
    assert_eq!(check_in(&seller, &[], "TK1 nothing\n"), (10, one("refused", "pass_invalid")));
    assert_eq!(friend.run(&["passes", "show", &pass]).code, 5);
}

#[test]
fn offered_pass_admits_nobody_until_its_listing_is_withdrawn() {
    let Sale { seller, buyer, pass, server: _server } = sale();
    let before = code(&buyer, &pass);
    let run = buyer.run(&["passes", "resell", &pass, "--price", "20.01"]);
    assert!(run.code == 2 && run.err.contains("at most"), "{run:?}");
    let listing = buyer.json(&["passes", "resell", &pass, "--price", "20"]);
    assert!(listing["resaleOf"].is_string(), "{listing}");
    assert_eq!(check_in(&seller, &[], &before), (10, one("refused", "pass_offered")));
    let run = buyer.run(&["passes", "show", &pass]);
    let listing = text(&listing["id"]);
    assert!(run.code == 5 && run.err.contains(&format!("withdraw {listing}")), "{run:?}");
    buyer.ok(&["tickets", "withdraw", &listing, "--yes"]);
    eventually("the pass is valid again", || buyer.run(&["passes", "show", &pass]).code == 0);
    assert_eq!(check_in(&seller, &[], &before), (0, one("admitted", "")));
}

#[test]
fn door_list_of_another_account_is_not_uploaded() {
    let Sale { server, seller, buyer, pass } = sale();
    let (code, file) = (code(&buyer, &pass), seller.home.path().join("door.json"));
    prepare(&seller, &file);
    let path = file.to_str().unwrap();
    assert_eq!(check_in(&Cli::offline(), &["--offline", path], &code), (0, one("admitted", "")));
    let refused = || {
        let run = buyer.run(&["checkin", "sync", path]);
        assert!(
            run.code == 4 && run.err.contains("another account") && run.err.contains("hint: "),
            "{run:?}"
        );
    };
    refused();
    // A list of another server would send the admissions there, where they are refused for good.
    let other = Server::start();
    let stranger = Cli::for_server(&other.url).sign_up("seller@example.com");
    let run = stranger.run(&["checkin", "prepare", path]);
    assert!(
        run.code == 5 && run.err.contains("admissions to upload to") && run.err.contains("sync"),
        "{run:?}"
    );
    assert_eq!(seller.json(&["checkin", "sync", path]), serde_json::json!([]));
    refused();
    let elsewhere = Cli::for_server("http://127.0.0.1:9");
    assert_eq!(elsewhere.run(&["checkin", "sync", path]).code, 2);
    drop(server);
}

#[test]
fn admission_before_a_transfer_is_shown_with_both_times() {
    let Sale { server, seller, buyer, pass } = sale();
    let (before, file) = (code(&buyer, &pass), seller.home.path().join("door.json"));
    prepare(&seller, &file);
    let path = file.to_str().unwrap();
    let words = ["--offline", path, "--device", "north"];
    assert_eq!(check_in(&Cli::offline(), &words, &before), (0, one("admitted", "")));
    let friend = Cli::for_server(&server.url).sign_up("friend@example.com");
    let claim = text(&buyer.json(&["passes", "transfer", &pass])["claimCode"]);
    let link = format!("{}/claim#{claim}\n", server.url);
    let run = friend.run_with(&["passes", "claim"], &link);
    assert_eq!(run.code, 0, "{run:?}");
    let upload = |reason: &str| {
        let run = seller.run(&["checkin", "sync", path, "--output", "jsonl"]);
        assert_eq!(run.code, 10, "{run:?}");
        let conflict: serde_json::Value = serde_json::from_str(run.out.trim()).unwrap();
        assert_eq!(conflict["reason"], reason);
        conflict
    };
    assert!(upload("pass_superseded").get("otherAt").is_none());
    let now = code(&friend, &pass);
    assert_eq!(check_in(&seller, &["--device", "south"], &now), (0, one("admitted", "")));
    let conflict = upload("pass_superseded");
    assert_eq!((&conflict["firstDevice"], &conflict["otherDevice"]), (&"north".into(), &"south".into()));
    assert!(conflict["message"].as_str().unwrap().contains("admitted 2 times"), "{conflict}");
    let run = seller.run(&["checkin", "sync", path, "--output", "table"]);
    assert!(run.err.contains(" by north\n") && run.err.contains(" by south\n"), "{run:?}");
}

#[test]
fn json_of_every_list_is_a_document() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("nobody@example.com");
    let [door, rows] = ["door.json", "rows.csv"].map(|name| cli.home.path().join(name));
    let (door, file) = (door.to_str().unwrap(), rows.to_str().unwrap());
    std::fs::write(&rows, "title,price\nOpera,20\n").unwrap();
    cli.ok(&["checkin", "prepare", door]);
    for words in [
        &["tickets", "list"][..],
        &["tickets", "list", "--mine", "--all"],
        &["tickets", "export"],
        &["orders", "list"],
        &["payments", "list"],
        &["passes", "list"],
        &["passes", "list", "--issued"],
        &["checkin", "sync", door],
    ] {
        assert_eq!(cli.json(words), serde_json::json!([]), "{words:?}");
        let header = cli.ok(&[&["--output", "csv"], words].concat()).out;
        assert_eq!(header.lines().count(), 1, "{words:?}: {header}");
    }
    // A list without a verdict is a document, too, and no success.
    for words in [&["--output", "json", "checkin"][..], &["--output", "json", "checkin", "--offline", door]] {
        let run = cli.run(words);
        assert_eq!((run.code, &*run.out), (2, "{\"items\":[],\"hasMore\":false}\n"), "{words:?}");
    }
    assert_eq!(cli.json(&["tickets", "import", file]).as_array().unwrap().len(), 1);
}

#[cfg(unix)]
#[test]
fn endless_files_are_refused() {
    let cli = Cli::offline();
    for words in [
        &["tickets", "import", "/dev/zero", "--format", "csv"][..],
        &["tickets", "import", "/dev/zero", "--format", "csv", "--dry-run"],
        &["checkin", "--offline", "/dev/zero"],
        &["checkin", "sync", "/dev/zero"],
        &["api", "POST", "/api/tickets", "--input", "/dev/zero"],
    ] {
        let run = cli.run(words);
        assert!(run.code != 0 && run.err.contains("it is larger than "), "{words:?}: {run:?}");
    }
    for words in [
        &["tickets", "import", "-", "--format", "csv"][..],
        &["auth", "signin", "--email", "ada@example.com", "--password-stdin"],
        &["api", "POST", "/api/tickets", "--input", "-"],
        &["checkin"],
    ] {
        let zeros = std::fs::File::open("/dev/zero").unwrap();
        let run = Run::from_child(cli.command(words).stdin(zeros).spawn().unwrap());
        assert!(run.code != 0 && run.err.contains("larger than "), "{words:?}: {run:?}");
    }
}

#[cfg(unix)]
#[test]
fn door_that_is_killed_refuses_whom_it_has_admitted() {
    let Sale { seller, buyer, pass, server: _server } = sale();
    let code = code(&buyer, &pass);
    let file = seller.home.path().join("door.json");
    prepare(&seller, &file);
    let offline = Cli::offline();
    let words = ["checkin", "--offline", file.to_str().unwrap()];
    let mut door = offline.command(&words).stdin(Stdio::piped()).spawn().unwrap();
    let mut scanner = door.stdin.take().unwrap();
    writeln!(scanner, "{code}").unwrap();
    let mut verdict = String::new();
    BufReader::new(door.stdout.take().unwrap()).read_line(&mut verdict).unwrap();
    assert!(verdict.contains("\"admitted\""), "{verdict}");
    // The verdict was shown, so the admission is on disk.
    door.kill().unwrap();
    door.wait().unwrap();
    assert_eq!(check_in(&offline, &words[1..], &code), (10, one("refused", "already_admitted")));
    seller.ok(&["checkin", "sync", file.to_str().unwrap()]);
    assert_eq!(seller.json(&["passes", "list", "--issued"])[0]["status"].as_str(), Some("used"));
}

#[test]
fn unreachable_server_is_unknown_then_one_admission() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");
    let pass = buy(&seller, &buyer);
    let code = code(&buyer, &pass);
    let address = server.address();
    assert!(server.terminate().success());
    let run = seller.run_with(&["checkin", "--timeout", "1s"], &code);
    assert_eq!((run.code, verdicts(&run)), (7, one("unknown", "")), "{run:?}");
    let _server = Server::start_at(&address, data.path(), &[]);
    assert_eq!(check_in(&seller, &[], &code), (0, one("admitted", "")));
}

#[test]
fn picture_of_a_pass_is_a_file_of_its_owner() {
    let Sale { buyer, pass, server: _server, .. } = sale();
    let [svg, png] = ["pass.svg", "pass.png"].map(|name| buyer.home.path().join(name));
    buyer.ok(&["passes", "show", &pass, "--svg", svg.to_str().unwrap(), "--png", png.to_str().unwrap()]);
    assert!(std::fs::read_to_string(&svg).unwrap().contains("<svg"));
    assert!(std::fs::read(&png).unwrap().starts_with(b"\x89PNG"));
    assert_eq!(
        buyer.ok(&["passes", "show", &pass, "--svg", "-"]).out,
        std::fs::read_to_string(&svg).unwrap()
    );
}

#[test]
fn door_learns_of_another_door_after_a_scan_of_unknown_outcome() {
    let Sale { server, seller, buyer, pass } = sale();
    let code = code(&buyer, &pass);
    let proxy = RequestProxy::start(&server.url);
    let door = Cli::for_server(&proxy.url()).sign_in("seller@example.com");
    // The scan and its retries are lost before the server has them.
    for _ in 0..4 {
        proxy.drop_at(ProxiedRequest::new(Method::POST, "/api/passes/check-ins", RequestStage::Arrived));
    }
    let lost = door.run(&["checkin", "--device", "second", &code]);
    assert_eq!((lost.code, verdicts(&lost)), (7, one("unknown", "")), "{lost:?}");
    assert_eq!(check_in(&seller, &["--device", "first"], &code), (0, one("admitted", "")));
    let again = door.run(&["checkin", "--device", "second", &code]);
    assert_eq!((again.code, verdicts(&again)), (10, one("refused", "already_admitted")), "{again:?}");
    assert!(again.out.contains("\"device\":\"first\""), "{again:?}");
    // Nothing is left to be settled.
    assert_eq!(door.ok(&["orders", "resume"]).out, "");
}
