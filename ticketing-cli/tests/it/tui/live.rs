//! Changes of other users are shown, also after an outage of the server.

use std::time::Instant;

use super::{ENTER, tui};
use crate::support::{Cli, Server, eventually};

#[test]
fn reservation_is_shown_to_another_user() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    seller.ticket("Opera", "20");
    seller.ticket("Jazz at the lake", "38");
    let (ada, bob) = (Cli::for_server(&server.url).sign_up("ada@example.com"), Cli::for_server(&server.url));
    let (mut hers, mut his) = (tui(&ada), tui(&bob));
    for pty in [&hers, &his] {
        pty.line(&["Jazz at the lake"]);
    }
    hers.wait_until_shown("ada@example.com");
    let pressed = Instant::now();
    hers.send("b");
    his.line(&["Jazz at the lake", "Reserved"]);
    println!("what one reserves was shown to the other after {:?}", pressed.elapsed());
    hers.wait_until_shown("cancels it");

    // The ticket that is open is live, too.
    his.press(ENTER, "Another buyer has reserved this");
    hers.send("tok_visa");
    hers.press(ENTER, "code at the door");
    his.wait_until_shown("This ticket is sold.");
    hers.press("1", "Yours");
}

#[test]
fn restarted_server_is_followed_without_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[]);
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let (url, address) = (server.url.clone(), server.address());
    seller.ticket("Before the crash", "10");
    let gone = seller.ticket("Taken down meanwhile", "11");

    let mut pty = tui(&Cli::for_server(&url));
    pty.wait_until_shown("Before the crash");
    // Dropping it kills it, without a warning.
    drop(server);
    pty.wait_until_shown("The connection is lost; the data shown may be outdated");
    pty.wait("the bar says so, too", |screen| {
        let bar = screen.rows(0, 100).next().unwrap();
        bar.contains("retry ") || bar.contains("reconnecting")
    });
    // The loaded data is still shown.
    pty.wait_until_shown("Before the crash");
    pty.press(ENTER, "$11.00");
    pty.press("1", "TITLE");

    // Changes before the reconnection must not be missed: they are made at another address.
    let elsewhere = Server::start_in(folder.path(), &[]);
    let seller = Cli::for_server(&elsewhere.url).sign_in("seller@example.com");
    seller.ticket("After the crash", "12");
    seller.ok(&["tickets", "withdraw", &gone, "--yes"]);
    assert!(elsewhere.terminate().success());
    let _restarted = Server::start_at(&address, folder.path(), &[]);
    pty.wait_until_shown("Connected again");
    pty.line(&["After the crash", "$12.00"]);
    pty.wait_until_hidden("Taken down meanwhile");
    assert!(pty.text().lines().next().unwrap().contains("live"), "{}", pty.text());
    pty.send("q");
    assert_eq!(pty.end(), 0);
}

#[test]
fn tui_without_server_reconnects_when_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[]);
    let (url, address) = (server.url.clone(), server.address());
    Cli::for_server(&url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");
    drop(server);

    let cli = Cli::for_server(&url);
    let mut pty = super::Pty::spawn(super::terminal(&cli.command(&["tui"])), super::SIZE);
    pty.wait_until_shown("cannot be reached");
    pty.wait_until_shown("tries again");
    let _restarted = Server::start_at(&address, folder.path(), &[]);
    pty.send("r");
    pty.wait_until_shown("Jazz at the lake");
    pty.wait_until_shown("live");
}

#[test]
fn open_ticket_follows_the_door_and_its_next_holder() {
    let server = Server::start();
    let [seller, buyer, friend] = ["seller", "buyer", "friend"]
        .map(|name| Cli::for_server(&server.url).sign_up(&format!("{name}@example.com")));
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let passes = || buyer.json(&["passes", "list"]).as_array().unwrap().clone();
    for (count, title) in ["Opera", "Ballet"].into_iter().enumerate() {
        let ticket = seller.ticket(title, "20");
        buyer.ok(&["buy", &ticket, "--token", "tok_visa", "--yes"]);
        eventually("the pass", || passes().len() == count + 1);
    }
    let pass = |title: &str| text(&passes().into_iter().find(|pass| pass["title"] == title).unwrap()["id"]);

    let mut pty = tui(&buyer);
    pty.wait_until_shown("buyer@example.com");
    pty.press("6", "Your tickets: 2");
    // The newest is the first.
    pty.press(ENTER, "code at the door");
    pty.wait_until_shown("Ballet");
    let code = text(&buyer.json(&["passes", "get", &pass("Ballet")])["code"]);
    seller.ok(&["checkin", &code]);
    pty.wait_until_shown("Used: admitted");
    pty.wait_until_hidden("code at the door");

    pty.press("\x1b", "Your tickets: 2");
    pty.press("j", "Opera");
    pty.press(ENTER, "code at the door");
    let given = buyer.json(&["passes", "transfer", &pass("Opera")]);
    pty.wait_until_shown("Transfer pending");
    friend.ok(&["passes", "claim", &text(&given["claimCode"])]);
    pty.wait_until_shown("You do not hold this ticket");
}
