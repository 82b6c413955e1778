//! Commands in a terminal: the pager, times in the zone of the user, and what an interrupt leaves.

use crate::support::{Cli, Server, eventually, text};
use crate::tui::pty::{Pty, terminal};

const SIZE: (u16, u16) = (100, 20);

/// Runs a command in a terminal to its end, and returns its exit code and what the screen shows.
fn run(cli: &Cli, variables: &[(&str, &str)], words: &[&str]) -> (u32, String) {
    let mut command = cli.command(words);
    command.envs(variables.iter().copied());
    let mut pty = Pty::spawn(terminal(&command), SIZE);
    let code = pty.end();
    (code, pty.screen().contents())
}

/// A seller with more tickets than the terminal has lines.
fn seller(server: &Server) -> Cli {
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    cli.ok(&["sell", "-t", "Opera", "-p", "20", "--count", "30"]);
    cli
}

#[test]
fn text_longer_than_the_terminal_goes_through_the_pager() {
    let server = Server::start();
    let cli = seller(&server);
    let pager = "sed -n '1p;$='";
    let paged = |variables: &[(&str, &str)], words: &[&str]| run(&cli, variables, words);
    // The heading and the number of lines of the whole list.
    let (code, screen) = paged(&[("TICKETING_PAGER", pager)], &["tickets", "list"]);
    assert_eq!(code, 0, "{screen}");
    assert!(screen.starts_with("ID ") && screen.lines().any(|line| line == "31"), "{screen}");
    // The variable of this program is before the setting, and that before the one of all programs.
    cli.ok(&["config", "set", "pager", pager]);
    for variables in [&[("PAGER", "cat > /dev/null")][..], &[("TICKETING_PAGER", pager), ("PAGER", "false")]]
    {
        let (_, screen) = paged(variables, &["tickets", "list"]);
        assert!(screen.lines().any(|line| line == "31"), "{variables:?}: {screen}");
    }
    let (_, screen) = paged(&[("TICKETING_PAGER", "")], &["tickets", "list"]);
    assert!(screen.matches("Opera").count() > 15, "no pager: {screen}");
    // What fits is shown without one.
    let (_, screen) = paged(&[], &["tickets", "list", "-L", "3"]);
    assert_eq!(screen.matches("Opera").count(), 3, "{screen}");
    // A pipe has none.
    cli.ok(&["config", "set", "pager", "false"]);
    assert_eq!(cli.ok(&["tickets", "list", "--all"]).out.lines().count(), 30);
}

#[test]
fn pager_that_is_missing_or_left_early_loses_nothing() {
    let server = Server::start();
    let cli = seller(&server);
    let (code, screen) = run(&cli, &[("TICKETING_PAGER", "head -n 2")], &["tickets", "list"]);
    assert_eq!((code, screen.matches("Opera").count()), (0, 1), "{screen}");
    for pager in ["no-such-pager-here", "false", "exit 3"] {
        let (code, screen) = run(&cli, &[("TICKETING_PAGER", pager)], &["tickets", "list"]);
        assert_eq!(code, 0, "{pager}: {screen}");
        // The notice has scrolled off the screen.
        assert!(screen.matches("Opera").count() > 15, "{pager}: {screen}");
    }
}

#[test]
fn times_are_local_on_a_terminal_and_utc_elsewhere() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let ticket = cli.ticket("Opera", "20");
    let order = text(&cli.json(&["orders", "create", &ticket])["id"]);
    let utc = cli.ok(&["orders", "get", &order, "--jq", ".expiresAt"]).out;
    assert!(utc.trim_end().ends_with('Z'), "{utc}");
    for (zone, name) in [("Asia/Tokyo", "JST"), ("America/Phoenix", "MST"), ("UTC", "UTC")] {
        let (code, screen) = run(&cli, &[("TZ", zone)], &["orders", "get", &order]);
        let line = screen.lines().find(|line| line.to_lowercase().starts_with("expires")).unwrap_or_default();
        assert!(code == 0 && line.contains(&format!(" {name} (in 15 min)")), "{zone}: {screen}");
    }
    let mut command = cli.command(&["orders", "get", &order, "--json", "expiresAt", "--jq", ".expiresAt"]);
    command.env("TZ", "Asia/Tokyo");
    assert_eq!(crate::support::finish(command, "").out, utc);
}

#[test]
fn interrupted_prompt_leaves_the_terminal_as_it_was() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url);
    let mut pty = Pty::spawn(terminal(&cli.command(&["login", "--email", "ada@example.com"])), SIZE);
    eventually("the password is asked for", || pty.screen().contents().contains("assword"));
    let before = pty.screen().contents();
    assert!(!before.contains("error"), "{before}");
    pty.send("\u{3}");
    assert_eq!(pty.end(), 130);
    assert!(!pty.screen().hide_cursor() && !pty.screen().alternate_screen(), "{}", pty.screen().contents());
}

/// Types answers, each once its question is shown, and returns the exit code and all bytes of the command.
fn answer(cli: &Cli, words: &[&str], answers: &[(&str, &str)]) -> (u32, String) {
    let mut command = cli.command(words);
    command.env("TERM", "dumb");
    let mut pty = Pty::spawn(terminal(&command), SIZE);
    for (question, answer) in answers {
        // What is typed before the echo is off would be shown.
        let is_secret = matches!(*question, "Password:" | "Once more:");
        let is_ready = || pty.screen().contents().contains(question) && !(is_secret && pty.has_echo());
        eventually(question, is_ready);
        pty.send(answer);
    }
    (pty.end(), pty.raw())
}

#[test]
fn prompts_of_a_dumb_terminal_send_no_escape_sequences() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url);
    let password = ("Password:", "correct horse\n");
    let answers = [("E-mail:", "ada@example.com\n"), password, ("Once more:", "correct horse\n")];
    let sell = [("Title:", "Opera\n"), ("Price in dollars:", "20\n")];
    for (words, answers, exit) in [
        (&["auth", "signup"][..], &answers[..], 0),
        (&["sell"], &sell, 0),
        (&["sell", "-t", "Gig", "-p", "5", "--count", "3"], &[], 0),
        (&["logout"], &[], 0),
        (&["login", "--email", "ada@example.com"], &[password], 0),
        (&["login", "--email", "ada@example.com"], &[("Password:", "\u{3}")], 130),
    ] {
        let (code, bytes) = answer(&cli, words, answers);
        assert_eq!(code, exit, "{words:?}: {bytes:?}");
        assert!(!bytes.contains('\u{1b}') && !bytes.contains("horse"), "{words:?}: {bytes:?}");
    }
    let ticket = cli.ok(&["tickets", "list", "--jq", ".items[0].id"]).out;
    let delete = ["tickets", "withdraw", ticket.trim()];
    assert_eq!(answer(&cli, &delete, &[("(y/N)", "\n")]).0, 1);
    let (code, bytes) = answer(&cli, &delete, &[("(y/N)", "y\n")]);
    assert!(code == 0 && !bytes.contains('\u{1b}'), "{bytes:?}");
}

#[test]
fn cancellation_asks_with_the_ticket_of_an_existing_order() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let (code, bytes) = answer(&cli, &["orders", "cancel", "01a203b9-d806-71eb-8d06-dbab9285e702"], &[]);
    assert!(code == 3 && !bytes.contains("(y/N)"), "{bytes:?}");
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let order = text(&cli.json(&["orders", "create", &seller.ticket("Opera", "1234.50")])["id"]);
    let question = "Cancel the order of Opera for $1,234.50?";
    let (code, bytes) = answer(&cli, &["orders", "cancel", &order], &[(question, "y\n")]);
    assert!(code == 0 && bytes.contains("cancelled order"), "{bytes:?}");
}
