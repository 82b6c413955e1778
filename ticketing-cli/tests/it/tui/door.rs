//! The door on the terminal: it admits while the server is gone, uploads later, and shows what another door admitted, too.

use ticketing_testkit::{Method, ProxiedRequest, RequestProxy, RequestStage};

use super::pty::{DEADLINE, Pty, terminal};
use super::{CTRL_O, ENTER};
use crate::support::passes::{buy_pass, check_in, code, one, prepare};
use crate::support::{Cli, Server, eventually};

/// Buys a ticket, and returns the code of its pass.
#[track_caller]
fn buy_pass_code(buyer: &Cli, ticket: &str) -> String {
    code(buyer, &buy_pass(buyer, ticket, ticket))
}

#[test]
fn door_admits_without_the_server_and_uploads_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[]);
    let (url, address) = (server.url.clone(), server.address());
    let [seller, buyer] =
        ["seller", "buyer"].map(|name| Cli::for_server(&url).sign_up(&format!("{name}@example.com")));
    let codes = ["Jazz at the lake", "Opera"].map(|title| buy_pass_code(&buyer, &seller.ticket(title, "38")));
    let south = seller.home.path().join("south.json");
    prepare(&seller, &south);

    let mut pty = Pty::spawn(terminal(&seller.command(&["tui"])), (120, 35));
    pty.wait_until_shown("seller@example.com");
    pty.press("3", "Your listings: 2");
    pty.press("c", "prepares this door to admit without a network");
    pty.press(CTRL_O, "the door list has 2 tickets");
    pty.wait_until_shown("Works offline, too");
    drop(server);
    pty.wait_until_shown("Offline: admitting by the list of");
    for (code, verdict) in
        [(&codes[0], "ADMITTED"), (&codes[1], "2 admitted"), (&codes[0], "Already admitted")]
    {
        pty.send(code);
        pty.press(ENTER, verdict);
    }
    pty.wait_until_shown("Offline, 2 scans waiting for upload");
    // Another door has no network either.
    let words = ["--offline", south.to_str().unwrap(), "--device", "south door"];
    assert_eq!(check_in(&Cli::offline(), &words, &codes[0]), (0, one("admitted", "")));

    let again = Server::start_at(&address, folder.path(), &[]);
    pty.wait_until_shown("Works offline, too");
    pty.wait_until_hidden("waiting for upload");
    let used = || seller.json(&["passes", "list", "--issued", "--status", "used"]);
    assert_eq!(used().as_array().unwrap().len(), 2);
    assert_eq!(seller.run(&["checkin", "sync", south.to_str().unwrap()]).code, 10);
    // The next upload learns of it.
    pty.press(CTRL_O, "Jazz at the lake: admitted twice");
    pty.wait_until_shown("by south");
    pty.press("\x1b", "Admitted twice");
    drop(again);
}

#[test]
fn slow_admission_and_that_of_the_list_are_one() {
    let server = Server::start();
    let proxy = RequestProxy::start(&server.url);
    let [seller, buyer] =
        ["seller", "buyer"].map(|name| Cli::for_server(&proxy.url()).sign_up(&format!("{name}@example.com")));
    let code = buy_pass_code(&buyer, &seller.ticket("Jazz at the lake", "38"));
    let mut pty = Pty::spawn(terminal(&seller.command(&["tui"])), (120, 35));
    pty.wait_until_shown("seller@example.com");
    pty.press("3", "Your listings: 1");
    pty.press("c", "prepares this door to admit without a network");
    pty.press(CTRL_O, "the door list has 1 ticket");
    // The server admits the holder, and the door does not receive its answer in time.
    let request = ProxiedRequest::new(Method::POST, "/api/passes/check-ins", RequestStage::Answered);
    let hold = proxy.hold_at(request);
    pty.send(&code);
    pty.press(ENTER, "ASKING");
    let held = hold.wait(DEADLINE).expect("the door asks the server");
    pty.wait_until_shown("1 admitted, 0 refused");
    pty.wait_until_shown("Works offline, too");
    drop(held);
    let issued = seller.json(&["passes", "list", "--issued"]);
    assert_eq!(
        (&issued[0]["status"], &issued[0]["doubleAdmissions"]),
        (&"used".into(), &serde_json::Value::Null)
    );
    assert!(!pty.text().contains("admitted twice"), "{}", pty.text());
}

#[test]
fn start_without_the_server_says_what_waits_for_upload() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[]);
    let (url, address) = (server.url.clone(), server.address());
    let [seller, buyer] =
        ["seller", "buyer"].map(|name| Cli::for_server(&url).sign_up(&format!("{name}@example.com")));
    let code = buy_pass_code(&buyer, &seller.ticket("Jazz at the lake", "38"));
    let start = || Pty::spawn(terminal(&seller.command(&["tui"])), (120, 35));

    let mut pty = start();
    pty.wait_until_shown("seller@example.com");
    pty.press("3", "Your listings: 1");
    pty.press("c", "prepares this door to admit without a network");
    pty.press(CTRL_O, "the door list has 1 ticket");
    drop(server);
    pty.wait_until_shown("Offline: admitting by the list of");
    pty.send(&code);
    pty.press(ENTER, "ADMITTED");
    pty.press("\x03", "Leave with 1 scan not uploaded?");
    pty.send("y");
    assert_eq!(pty.end(), 0);

    let pty = start();
    pty.wait_until_shown("1 scan waiting for upload");
    let again = Server::start_at(&address, folder.path(), &[]);
    eventually("the admission is uploaded", || {
        let used = seller.json(&["passes", "list", "--issued", "--status", "used"]);
        used.as_array().unwrap().len() == 1
    });
    drop(again);
}
