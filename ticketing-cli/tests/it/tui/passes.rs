//! The tickets of a holder: the payment up to the code, with and without motion, and the calendar file of the event.

use super::pty::{Pty, terminal};
use super::{ENTER, SIZE};
use crate::support::screen_code::decode_screen;
use crate::support::{Cli, Server, eventually, passes};

/// The accent colour of the dark theme, in which the progress of a payment is drawn.
const ACCENT: &str = "124;183;255";

#[test]
fn event_is_saved_to_a_calendar_file_that_overwrites_none() {
    let server = Server::start();
    let [seller, buyer] =
        ["seller", "buyer"].map(|name| Cli::for_server(&server.url).sign_up(&format!("{name}@example.com")));
    let details = ["--venue", "City Hall", "--starts-at", "2099-12-24T19:30:00+01:00"];
    let ticket = seller.json(&[&["tickets", "create", "-t", "Opera", "-p", "20"][..], &details].concat());
    buyer.ok(&["buy", ticket["id"].as_str().unwrap(), "--token", "tok_visa", "--yes"]);
    eventually("the pass", || !buyer.json(&["passes", "list"]).as_array().unwrap().is_empty());

    let folder = tempfile::tempdir().unwrap();
    let mut command = terminal(&buyer.command(&["tui"]));
    command.cwd(folder.path());
    let mut pty = Pty::spawn(command, SIZE);
    pty.wait_until_shown("buyer@example.com");
    pty.press("6", "Your tickets: 1");
    let saved = || {
        let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
        let mut texts: Vec<_> =
            files.map(|file| (file.clone(), std::fs::read_to_string(file).unwrap())).collect();
        texts.sort();
        texts
    };
    for count in 1..=2 {
        pty.press("e", "Saved");
        eventually("the file", || {
            saved().len() == count && saved().iter().all(|(_, text)| text.ends_with("END:VCALENDAR\r\n"))
        });
    }
    for (path, text) in saved() {
        assert_eq!(path.extension().and_then(|name| name.to_str()), Some("ics"), "{path:?}");
        assert!(text.contains("SUMMARY:Opera") && text.contains("LOCATION:City Hall"), "{text}");
    }
}

#[test]
fn code_is_readable_in_every_theme() {
    let server = Server::start();
    let [seller, buyer] =
        ["seller", "buyer"].map(|name| Cli::for_server(&server.url).sign_up(&format!("{name}@example.com")));
    let pass = passes::buy(&seller, &buyer);
    let code = passes::code(&buyer, &pass);
    for (theme, no_color) in [("dark", ""), ("light", ""), ("contrast", ""), ("plain", ""), ("auto", "1")] {
        let mut command = buyer.command(&["tui", "--theme", theme]);
        command.env("NO_COLOR", no_color);
        let mut pty = Pty::spawn(terminal(&command), (80, 24));
        pty.wait_until_shown("live");
        pty.press("6", "Your tickets: 1");
        pty.press(ENTER, "█▀▀▀▀▀█");
        assert_eq!(decode_screen(&pty.screen()), code, "{theme} {no_color}");
        pty.send("q");
        assert_eq!(pty.end(), 0);
    }
}

/// Buys a ticket in the TUI until its code is shown. Returns whether the progress was animated: the server is stopped until the
/// payment is drawn.
#[track_caller]
fn is_moving(server: &Server, buyer: &Cli, config: &str) -> bool {
    let file = buyer.home.path().join("looks.toml");
    std::fs::write(&file, config).unwrap();
    let command = buyer.command(&["tui", "--theme", "dark", "--config", file.to_str().unwrap()]);
    let mut pty = Pty::spawn(terminal(&command), SIZE);
    pty.wait_until_shown("buyer@example.com");
    pty.line(&["Jazz at the lake"]);
    pty.press("b", "cancels it");
    pty.send("tok_visa");
    pty.wait_until_shown("tok_visa");
    server.signal("-STOP");
    pty.press(ENTER, "Paying $38.00");
    server.signal("-CONT");
    pty.wait_until_shown("code at the door");
    let raw = pty.raw();
    let colour = |at: usize| raw[..at].rfind("38;2;").map_or("", |colour| &raw[colour + 5..at]);
    raw.match_indices('━').any(|(at, _)| colour(at).starts_with(ACCENT))
}

#[test]
fn payment_moves_unless_the_settings_say_otherwise() {
    let server = Server::start();
    let [seller, buyer] =
        ["seller", "buyer"].map(|name| Cli::for_server(&server.url).sign_up(&format!("{name}@example.com")));
    for (config, moves) in [("", true), ("[tui]\nmotion = false\n", false)] {
        seller.ticket("Jazz at the lake", "38");
        assert_eq!(is_moving(&server, &buyer, config), moves, "{config:?}");
    }
}
