//! Under a shell with job control: to the background, and back.

use portable_pty::CommandBuilder;

use super::pty::{Pty, terminal, text};
use super::{CTRL_Z, ESC, SIZE};
use crate::support::{Cli, Server};

pub(super) const PROMPT: &str = "ready$ ";

/// Returns the command of an interactive shell; `$TICKETING` is the program.
pub(super) fn shell(cli: &Cli, shell: &str) -> CommandBuilder {
    let command = cli.command(&["tui"]);
    let mut builder = terminal(&command);
    let program = builder.get_argv()[0].clone();
    let words: &[&str] =
        if shell == "bash" { &["bash", "--norc", "--noprofile", "-i"] } else { &[shell, "-i"] };
    *builder.get_argv_mut() = words.iter().map(Into::into).collect();
    builder.env("TICKETING", program);
    builder.env("PS1", PROMPT);
    // Without a history file.
    builder.env("HISTFILE", "/dev/null");
    builder
}

/// Waits until the shell asks for the next command.
#[track_caller]
pub(super) fn at_prompt(pty: &Pty) {
    pty.wait("the shell is ready", |screen| {
        let shown = text(screen);
        !screen.alternate_screen()
            && shown.trim_end().lines().last().is_some_and(|line| line.ends_with(PROMPT.trim_end()))
    });
}

fn goes_and_comes_back(name: &str) {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    seller.ticket("Jazz at the lake", "38");
    let cli = Cli::for_server(&server.url);
    let mut pty = Pty::spawn(shell(&cli, name), SIZE);
    at_prompt(&pty);
    pty.press("echo what was there before\r", "\nwhat was there before");
    // Input before the prompt would leave the prompt on a line of its own, and look like the one after Ctrl-Z.
    at_prompt(&pty);
    pty.send("$TICKETING tui\r");
    pty.wait_until_shown("Jazz at the lake");
    assert!(!pty.text().contains("before"), "{}", pty.text());
    let raw = pty.discipline();

    for (round, way) in ["key", "signal", "key"].into_iter().enumerate() {
        if way == "key" {
            pty.send(CTRL_Z)
        } else {
            pty.signal("TSTP")
        }
        at_prompt(&pty);
        pty.wait_until_shown("what was there before");
        assert!(!pty.text().contains("Jazz at the lake"), "{}", pty.text());
        // bash has a line editor that sets its own modes.
        if name != "bash" {
            pty.is_clean();
        }
        pty.press(&format!("echo round $((10 + {round}))\r"), &format!("\nround 1{round}"));
        // Changes during the suspension are shown afterwards.
        seller.ticket(&format!("Listed meanwhile {round}"), "10");
        pty.send("fg\r");
        pty.wait_until_shown(&format!("Listed meanwhile {round}"));
        pty.wait_until_shown("Jazz at the lake");
        let screen = pty.screen();
        assert!(screen.alternate_screen() && screen.hide_cursor() && screen.bracketed_paste());
        assert_eq!(pty.discipline(), raw);
        // It listens, and has not gone to the background a second time.
        pty.press("?", "Go to the activity of the market");
        pty.send(ESC);
        pty.wait_until_hidden("Go to the activity of the market");
    }

    pty.send("q");
    at_prompt(&pty);
    pty.press("echo left with $?\r", "\nleft with 0");
    pty.wait_until_shown("what was there before");
}

#[test]
fn suspended_program_resumes_under_sh() {
    goes_and_comes_back("sh");
}

#[test]
fn suspended_program_resumes_under_bash() {
    goes_and_comes_back("bash");
}

/// Stops the program without a chance to tidy up.
fn is_stopped_and_comes_back(name: &str) {
    let server = Server::start();
    Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");
    let cli = Cli::for_server(&server.url);
    let mut pty = Pty::spawn(shell(&cli, name), SIZE);
    at_prompt(&pty);
    pty.send("$TICKETING tui\r");
    pty.wait_until_shown("Jazz at the lake");
    pty.signal("STOP");
    pty.wait_until_shown("Stopped");
    // The terminal is as the program had it, so that a return is no end of a line.
    pty.send("fg\n");
    pty.wait("it is redrawn", |screen| {
        let shown = text(screen);
        screen.alternate_screen() && shown.contains("Jazz at the lake") && !shown.contains("Stopped")
    });
    pty.press("?", "Go to the activity of the market");
    pty.send(ESC);
    pty.wait_until_hidden("Go to the activity of the market");
    pty.send("q");
    at_prompt(&pty);
}

#[test]
fn screen_is_redrawn_after_sigstop_under_sh() {
    is_stopped_and_comes_back("sh");
}

#[test]
fn screen_is_redrawn_after_sigstop_under_bash() {
    is_stopped_and_comes_back("bash");
}

#[test]
fn suspend_without_job_control_is_ignored() {
    let server = Server::start();
    Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");
    let mut pty = super::tui(&Cli::for_server(&server.url));
    pty.wait_until_shown("Jazz at the lake");
    pty.send(CTRL_Z);
    pty.press("?", "Go to the activity of the market");
    assert!(pty.screen().alternate_screen());
}
