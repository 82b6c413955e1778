//! The terminal is restored, however the program ends.

use super::pty::{Pty, terminal};
use super::{SIZE, shell};
use crate::support::{Cli, Server};

/// Runs the marketplace in a shell, ends it, and looks at what it leaves there.
#[track_caller]
fn leaves_a_clean_terminal(how: impl FnOnce(&mut Pty), code: u32) {
    let server = Server::start();
    Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");
    let cli = Cli::for_server(&server.url);
    let mut pty = Pty::spawn(shell::shell(&cli, "sh"), SIZE);
    shell::at_prompt(&pty);
    let before = pty.discipline();
    pty.send("echo \"modes $(stty -g | cksum)\"; $TICKETING tui; echo \"left with $?, modes $(stty -g | cksum)\"\r");
    pty.wait_until_shown("Jazz at the lake");
    let screen = pty.screen();
    assert!(screen.alternate_screen() && screen.bracketed_paste(), "{}", pty.text());
    assert_ne!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    assert_ne!(pty.discipline(), before, "keys should come as they are pressed");

    how(&mut pty);
    pty.wait_until_shown(&format!("left with {code}"));
    shell::at_prompt(&pty);
    pty.is_clean();
    assert_eq!(pty.discipline(), before);
    let shown = pty.text();
    let modes: Vec<_> = shown.lines().filter_map(|line| Some(line.split_once("modes ")?.1)).collect();
    assert!(modes.len() >= 2 && modes[modes.len() - 2] == modes[modes.len() - 1], "{shown}");
    assert!(!shown.contains("Jazz at the lake"), "{shown}");
    // The window has its title back.
    assert_eq!(pty.raw().matches("\x1b[22;2t").count(), pty.raw().matches("\x1b[23;2t").count());
    pty.press("echo still here\r", "\nstill here");
}

#[test]
fn leaving_with_q_gives_the_terminal_back() {
    leaves_a_clean_terminal(|pty| pty.send("q"), 0);
}

#[test]
fn leaving_with_ctrl_c_gives_the_terminal_back() {
    leaves_a_clean_terminal(|pty| pty.send("\x03"), 0);
}

#[test]
fn sigterm_restores_the_terminal() {
    leaves_a_clean_terminal(|pty| pty.signal("TERM"), 130);
}

#[test]
fn sigint_restores_the_terminal() {
    leaves_a_clean_terminal(|pty| pty.signal("INT"), 130);
}

#[test]
fn hanging_up_gives_the_terminal_back() {
    leaves_a_clean_terminal(|pty| pty.signal("HUP"), 130);
}

#[test]
fn unusable_terminal_is_reported_with_an_alternative() {
    let cli = Cli::offline();
    let run = cli.run(&["tui"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
    assert!(run.err.contains("needs a terminal") && run.err.contains("tui --plain"), "{}", run.err);
    // Also where only the output is one.
    let command = cli.command(&["tui"]);
    let mut builder = terminal(&command);
    let program = builder.get_argv()[0].clone();
    *builder.get_argv_mut() = ["sh", "-c", "\"$0\" tui < /dev/null"].map(Into::into).into();
    builder.arg(program);
    let mut pty = Pty::spawn(builder, SIZE);
    assert_eq!(pty.end(), 2);
    pty.wait_until_shown("--plain");
    pty.is_clean();
}
