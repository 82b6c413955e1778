//! Without colours, and with ASCII characters only.

use super::pty::{Pty, terminal};
use super::{ENTER, ESC, SIZE};
use crate::support::{Cli, Server};

/// Visits the screens, and calls `inspect` on each.
#[track_caller]
fn visit(pty: &mut Pty, mut inspect: impl FnMut(&Pty)) {
    pty.wait_until_shown("live");
    pty.line(&["Jazz at the lake"]);
    inspect(pty);
    for (keys, shows, leave) in [
        (ENTER, "opens it in the browser", "opens it in the browser"),
        ("?", "Navigation", "Navigation"),
        (":", "Quit the program", "Quit the program"),
        ("$", "Up to", "Up to"),
        ("i", "E-mail", "E-mail"),
    ] {
        pty.press(keys, shows);
        inspect(pty);
        pty.send(ESC);
        pty.wait_until_hidden(leave);
        pty.press("1", "TITLE");
    }
    for (tab, shows) in
        [("2", "Sign in to see"), ("3", "Sign in to see"), ("4", "Since the start"), ("5", "Theme")]
    {
        pty.press(tab, shows);
        inspect(pty);
    }
    pty.send("q");
    assert_eq!(pty.end(), 0);
}

#[test]
fn selection_shows_without_colours() {
    let server = Server::start();
    Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");
    let cli = Cli::for_server(&server.url);
    let mut command = cli.command(&["tui"]);
    command.env("NO_COLOR", "1");
    let mut pty = Pty::spawn(terminal(&command), SIZE);
    visit(&mut pty, |pty| {
        let screen = pty.screen();
        let mut marked = false;
        for (row, column) in (0..SIZE.1).flat_map(|row| (0..SIZE.0).map(move |column| (row, column))) {
            let cell = screen.cell(row, column).unwrap();
            assert_eq!((cell.fgcolor(), cell.bgcolor()), Default::default(), "{}", pty.text());
            marked |= cell.inverse();
        }
        assert!(marked, "{}", pty.text());
    });
}

#[test]
fn with_ascii_only_ascii_is_drawn() {
    let server = Server::start();
    Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");
    let cli = Cli::for_server(&server.url);
    let mut pty = Pty::spawn(terminal(&cli.command(&["tui", "--ascii"])), SIZE);
    visit(&mut pty, |pty| {
        let shown = pty.text();
        let strange: String = shown.chars().filter(|c| !c.is_ascii()).collect();
        assert!(strange.is_empty(), "{strange:?} in\n{shown}");
    });
}
