//! The start-up time of the program.

use crate::program::Program;
use crate::report::Report;
use crate::server::{Server, TICKETS, title};

/// The figures that are compared.
pub(crate) const FRAME: &str = "from the start to the first frame";
pub(crate) const VERSION: &str = "`ticketing --version`, from the start to its line";

/// Starts in one round.
const STARTS: usize = 20;

pub(crate) fn measure(report: &mut Report, server: &Server) {
    let newest = title(TICKETS);
    let mut frames = Vec::new();
    let mut lists = Vec::new();
    let mut versions = Vec::new();
    for _ in 0..STARTS {
        let mut program = Program::start(server, &["--version"]);
        versions.push(program.wait_until_shown("ticketing") - program.began);
        let mut program = Program::start(server, &["tui"]);
        frames.push(program.wait_until_shown("Market") - program.began);
        lists.push(program.wait_until_shown(&newest) - program.began);
        program.leave();
    }
    report.times(FRAME, frames);
    report.times("from the start to the list of tickets", lists);
    report.times(VERSION, versions);
}
