//! The time of a frame after each kind of event.

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyModifiers, MouseEvent, MouseEventKind};
use ratatui::layout::Position;
use ticketing_tui::Event;

use crate::program::{Program, SCREEN, time_of};
use crate::report::Report;

/// The figure that is compared with the naive way.
pub(crate) const MOVE: &str = "a frame after a move: cells alone";

const FRAMES: usize = 300;

pub(crate) fn measure(report: &mut Report, program: &mut Program) {
    program.show();
    let moved = |program: &mut Program, _| program.press(KeyCode::Down);
    let paged = |program: &mut Program, _| program.press(KeyCode::PageDown);
    let jumped = |program: &mut Program, n: usize| {
        program.press(if n.is_multiple_of(2) { KeyCode::End } else { KeyCode::Home });
    };
    frames(report, program, [MOVE, "a frame after a move: update, draw, what changed written out"], moved);
    frames(
        report,
        program,
        ["a frame after a page: cells alone", "a frame after a page: update, draw, written"],
        paged,
    );
    frames(
        report,
        program,
        ["a frame after a scroll: cells alone", "a frame after a scroll: update, draw, written"],
        scroll,
    );
    frames(
        report,
        program,
        [
            "a frame after a jump to an end: cells alone",
            "a frame after a jump to an end: update, draw, written",
        ],
        jumped,
    );

    // With a filter, the letters that were found are marked.
    program.key(KeyCode::Char('/'));
    for letter in "night".chars() {
        program.key(KeyCode::Char(letter));
    }
    program.key(KeyCode::Esc);
    frames(
        report,
        program,
        [
            "a frame after a page, filtered: cells alone",
            "a frame after a page, filtered: update, draw, written",
        ],
        paged,
    );
    program.key(KeyCode::Char('c'));
    program.key(KeyCode::Home);
}

/// Draws twice after each change: on cells, then on the terminal with the change itself.
fn frames(
    report: &mut Report,
    program: &mut Program,
    [cells, written]: [&'static str; 2],
    change: impl Fn(&mut Program, usize),
) {
    let mut drawn = Vec::with_capacity(FRAMES);
    let mut shown = Vec::with_capacity(FRAMES);
    for n in 0..FRAMES {
        shown.push(time_of(|| {
            change(program, n);
            program.show();
        }));
        drawn.push(time_of(|| program.draw()));
    }
    report.times(cells, drawn);
    report.times(written, shown);
}

fn scroll(program: &mut Program, _: usize) {
    let Position { x: column, y: row } = Position::new(SCREEN.width / 4, SCREEN.height / 2);
    program.update(Event::Terminal(TerminalEvent::Mouse(MouseEvent {
        kind: MouseEventKind::ScrollDown,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    })));
}
