//! The same numbered lines on a terminal.

use super::plain_session::number;
use super::pty::{Pty, terminal, text};
use crate::support::{Cli, Server, eventually};

/// High enough that what matters does not scroll away.
const SIZE: (u16, u16) = (100, 120);

/// Picks from the menu that is shown last.
#[track_caller]
fn pick(pty: &mut Pty, words: &str) {
    pty.wait(&format!("{words:?} can be picked"), |screen| {
        let shown = text(screen);
        shown.trim_end().ends_with("\n>") && number(&shown, words).is_some()
    });
    let number = number(&pty.text(), words).unwrap();
    pty.send(&format!("{number}\r"));
}

fn plain(cli: &Cli, name: &str, value: &str, words: &[&str]) -> Pty {
    let mut command = cli.command(words);
    command.env(name, value);
    Pty::spawn(terminal(&command), SIZE)
}

#[test]
fn simple_terminals_and_those_who_listen_get_lines() {
    let server = Server::start();
    Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Opera", "20");
    let cli = Cli::for_server(&server.url);
    for (name, value) in [("TERM", "dumb"), ("ACCESSIBLE", "1")] {
        let mut pty = plain(&cli, name, value, &["tui"]);
        pty.wait_until_shown("1. Opera, $20.00, Available");
        pick(&mut pty, "Quit");
        assert_eq!(pty.end(), 0);
        let raw = pty.raw();
        assert!(!raw.contains('\x1b'), "{raw:?}");
    }
    // An option selects the whole screen.
    let pty = plain(&cli, "ACCESSIBLE", "0", &["tui"]);
    pty.wait_until_shown("Opera");
    assert!(pty.screen().alternate_screen());
}

#[test]
fn password_is_not_shown() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    cli.ok(&["auth", "signout"]);
    let mut pty = plain(&cli, "TERM", "dumb", &["tui"]);
    pick(&mut pty, "Sign in, or create an account");
    pick(&mut pty, "OK: Sign in");
    pty.wait_until_shown("E-mail: ");
    let before = pty.discipline();
    pty.send("ada@example.com\r");
    pty.wait_until_shown("Password: ");
    // The prompt appears a moment before the echo is turned off.
    eventually("the terminal is silent", || pty.discipline() != before);
    pty.send("correct horse\r");
    pty.wait_until_shown("Signed in as ada@example.com");
    assert!(!pty.raw().contains("correct horse"), "{}", pty.text());
    assert_eq!(pty.discipline(), before);
    pty.send("\x04");
    assert_eq!(pty.end(), 0);
    assert!(!pty.raw().contains('\x1b'), "{:?}", pty.raw());
}

#[test]
fn interrupt_at_password_prompt_restores_echo() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url);
    for signal in ["INT", "TERM"] {
        let mut builder = super::shell::shell(&cli, "sh");
        builder.env("TERM", "dumb");
        let mut pty = Pty::spawn(builder, SIZE);
        super::shell::at_prompt(&pty);
        let before = pty.discipline();
        pty.send("$TICKETING tui; echo left with $?\r");
        pick(&mut pty, "Sign in, or create an account");
        pick(&mut pty, "Password: empty");
        eventually("the terminal is silent", || pty.discipline() != before);
        pty.signal(signal);
        pty.wait_until_shown("left with 130");
        super::shell::at_prompt(&pty);
        assert_eq!(pty.discipline(), before, "after {signal}");
        pty.press("echo still shown\r", "echo still shown\nstill shown");
    }
}

#[test]
fn it_goes_to_the_background_and_comes_back_with_its_question() {
    let server = Server::start();
    Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Opera", "20");
    let cli = Cli::for_server(&server.url);
    let mut builder = super::shell::shell(&cli, "sh");
    builder.env("TERM", "dumb");
    let mut pty = Pty::spawn(builder, SIZE);
    super::shell::at_prompt(&pty);
    pty.send("$TICKETING tui\r");
    pty.wait_until_shown("1. Opera, $20.00, Available");
    pty.send(super::CTRL_Z);
    super::shell::at_prompt(&pty);
    pty.send("fg\r");
    pty.send("1\r");
    pty.wait_until_shown("== Opera ==");
    pick(&mut pty, "Quit");
    super::shell::at_prompt(&pty);
    pty.press("echo left with $?\r", "\nleft with 0");
}
