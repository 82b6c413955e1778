//! The clipboard and the browser.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::pty::{Pty, terminal};
use super::{ENTER, SIZE, tui};
use crate::support::{Cli, Server, eventually};

#[test]
fn an_id_is_copied_by_way_of_the_terminal() {
    let server = Server::start();
    let ticket = Cli::at(&server.url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");
    let mut pty = tui(&Cli::at(&server.url));
    pty.line(&["Jazz at the lake", "available"]);
    pty.press("y", &format!("Copied {ticket}"));
    let copied = BASE64_STANDARD.encode(&ticket);
    pty.hear("the id is on the clipboard", |heard| heard.copied == [copied.as_str()]);
    assert!(pty.raw().contains(&format!("\x1b]52;c;{copied}")), "{:?}", pty.raw());
}

#[test]
fn a_ticket_is_opened_in_the_browser_of_the_user() {
    let server = Server::start();
    let ticket = Cli::at(&server.url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");
    let cli = Cli::at(&server.url);
    let script = cli.home.path().join("browser");
    std::fs::write(&script, "#!/bin/sh\necho noise; echo noise >&2\nprintf %s \"$1\" > \"$0.opened\"\n")
        .unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = cli.command(&["tui"]);
    command.env("BROWSER", &script);
    let mut pty = Pty::spawn(terminal(&command), SIZE);
    pty.line(&["Jazz at the lake", "available"]);
    pty.press(ENTER, "reserves it for you");
    let address = format!("{}/api/tickets/{ticket}", server.url);
    pty.press("o", &address);
    let opened = cli.home.path().join("browser.opened");
    eventually("the browser is opened", || {
        std::fs::read_to_string(&opened).is_ok_and(|text| text == address)
    });
    // What the browser has to say does not tear the screen apart.
    pty.press("1", "TITLE");
    assert!(!pty.raw().contains("noise"), "{}", pty.text());
}
