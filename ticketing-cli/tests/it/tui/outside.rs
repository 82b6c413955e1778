//! The clipboard and the browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use portable_pty::CommandBuilder;

use super::pty::{Pty, terminal};
use super::{ENTER, SIZE, tui};
use crate::support::{Cli, Server, eventually};

#[test]
fn id_is_copied_through_the_terminal() {
    let server = Server::start();
    let ticket = Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");
    let mut pty = tui(&Cli::for_server(&server.url));
    pty.line(&["Jazz at the lake"]);
    pty.press("y", &format!("Copied {ticket}"));
    let copied = BASE64_STANDARD.encode(&ticket);
    pty.wait_for_event("the id is on the clipboard", |events| events.copied == [copied.as_str()]);
    assert!(pty.raw().contains(&format!("\x1b]52;c;{copied}")), "{:?}", pty.raw());
}

/// Creates a browser that writes to stdout and stderr, and stores the address that it opens.
fn browser(folder: &Path) -> PathBuf {
    let script = folder.join("browser");
    std::fs::write(&script, "#!/bin/sh\necho noise; echo noise >&2\nprintf %s \"$1\" > \"$0.opened\"\n")
        .unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    script
}

/// Runs a command in a shell that continues after it: the end of the session leader hangs up the terminal of the other
/// processes.
fn in_shell(command: &Command) -> CommandBuilder {
    let mut shell = Command::new("sh");
    shell.args(["-c", "\"$@\"; read -r line", "sh"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    terminal(&shell)
}

/// Waits until the browser has opened this address.
fn wait_until_opened(script: &Path, address: &str) {
    let opened = script.with_extension("opened");
    eventually("the browser is opened", || {
        std::fs::read_to_string(&opened).is_ok_and(|text| text == address)
    });
}

#[test]
fn page_is_opened_from_the_command_line() {
    let cli = Cli::offline();
    let script = browser(cli.home.path());
    for (words, page) in [(&["open"][..], "/"), (&["open", "order", "o1"], "/orders/o1")] {
        let mut command = cli.command(words);
        command.env("BROWSER", &script);
        let mut pty = Pty::spawn(in_shell(&command), SIZE);
        let address = format!("{}{page}", cli.server);
        wait_until_opened(&script, &address);
        pty.send("\r");
        assert_eq!(pty.end(), 0);
        assert_eq!(pty.raw().trim_end(), address, "the address, and nothing of the browser's noise");
    }
}

#[test]
fn address_is_printed_without_a_browser() {
    let cli = Cli::offline();
    let empty = cli.home.path();
    let mut command = cli.command(&["open"]);
    command.env("BROWSER", "/nowhere/browser").env("PATH", empty).env("HOME", empty);
    command.env("XDG_DATA_DIRS", empty).env("XDG_CONFIG_DIRS", empty);
    let mut pty = Pty::spawn(terminal(&command), SIZE);
    assert_eq!(pty.end(), 0);
    let output = pty.raw();
    assert!(output.starts_with(&format!("{}/", cli.server)), "{output}");
    assert!(output.contains("no browser could be opened"), "{output}");
}

#[test]
fn ticket_is_opened_in_the_user_s_browser() {
    let server = Server::start();
    let ticket = Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");
    let cli = Cli::for_server(&server.url);
    let script = browser(cli.home.path());
    let mut command = cli.command(&["tui"]);
    command.env("BROWSER", &script);
    let mut pty = Pty::spawn(terminal(&command), SIZE);
    pty.line(&["Jazz at the lake"]);
    pty.press(ENTER, "opens it in the browser");
    let address = format!("{}/tickets/{ticket}", server.url);
    pty.press("o", &address);
    wait_until_opened(&script, &address);
    // What the browser has to say does not tear the screen apart.
    pty.press("1", "TITLE");
    assert!(!pty.raw().contains("noise"), "{}", pty.text());
}
