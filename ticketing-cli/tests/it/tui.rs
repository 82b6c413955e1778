//! `ticketing tui` and `ticketing demo` as people meet them: in a terminal, and line by line.

mod output;
mod plain_session;
pub(crate) mod pty;

mod alarms;
mod buying;
mod card_page;
mod demo;
mod door;
mod leaving;
mod live;
mod looks;
mod outside;
mod panic;
mod passes;
mod plain;
mod plain_terminal;
mod screenshots;
mod settings;
mod shell;
mod signs;
mod sizes;
mod svg;

use crate::support::Cli;

use self::pty::{Pty, terminal};

/// Comfortable.
const SIZE: (u16, u16) = (100, 30);

const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const TAB: &str = "\t";
const DOWN: &str = "\x1b[B";
const CTRL_O: &str = "\x0f";
const CTRL_T: &str = "\x14";
const CTRL_Z: &str = "\x1a";

/// The marketplace on a terminal, live.
#[track_caller]
fn tui(cli: &Cli) -> Pty {
    let pty = Pty::spawn(terminal(&cli.command(&["tui"])), SIZE);
    pty.wait_until_shown("live");
    pty
}
