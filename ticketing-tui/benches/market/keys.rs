//! Keystrokes: in the filter, letter by letter, and those that sort.

use crossterm::event::KeyCode;

use crate::program::{KeyLatency, Program};
use crate::report::Report;

/// The figure that is compared with the naive way.
pub(crate) const RESULT: &str = "a letter: until its result is shown";

/// The searched texts: common and rare, wide, accented, of two words, and one without a match.
pub(crate) const WORDS: [&str; 8] =
    ["jazz lake", "night", "zürich", "rustconf vip", "東京", "🎷 sax", "symphony balcony", "xylophone"];

pub(crate) fn filter(report: &mut Report, program: &mut Program) {
    let mut first = Vec::new();
    let mut later = Vec::new();
    let mut back = Vec::new();
    let mut at_once = Vec::new();
    program.key(KeyCode::Char('/'));
    for word in WORDS {
        for (place, letter) in word.chars().enumerate() {
            let strokes = if place == 0 { &mut first } else { &mut later };
            strokes.push(program.key(KeyCode::Char(letter)));
        }
        back.extend(word.chars().map(|_| program.key(KeyCode::Backspace)));
        // Faster than any result: each letter is echoed, and the last one answered.
        let mut letters = word.chars().peekable();
        while let Some(letter) = letters.next() {
            if letters.peek().is_some() {
                program.press(KeyCode::Char(letter));
                program.show();
            } else {
                at_once.push(program.key(KeyCode::Char(letter)));
            }
        }
        word.chars().for_each(|_| program.press(KeyCode::Backspace));
        program.work();
    }
    program.key(KeyCode::Esc);

    let all = || first.iter().chain(&later);
    report.times("a letter: until it is seen", all().map(|stroke| stroke.echo).collect());
    report.times(RESULT, all().map(|stroke| stroke.result).collect());
    report.times("a letter: longest slice", all().map(|stroke| stroke.slice).collect());
    add(report, &first, ["a first letter: until its result is shown", "a first letter: longest slice"]);
    add(
        report,
        &back,
        ["a letter taken back: until its result is shown", "a letter taken back: longest slice"],
    );
    add(
        report,
        &at_once,
        [
            "the last letter of a word at once: until its result",
            "the last letter of a word at once: longest slice",
        ],
    );
}

/// Goes through all orders of the list; the one by title is the fourth.
pub(crate) fn sort(report: &mut Report, program: &mut Program) {
    let mut strokes: Vec<KeyLatency> = (0..5).map(|_| program.key(KeyCode::Char('s'))).collect();
    let by_title = vec![strokes.remove(3)];
    add(report, &strokes, ["another order: until it is shown", "another order: longest slice"]);
    add(report, &by_title, ["sorted by title: until it is shown", "sorted by title: longest slice"]);
}

fn add(report: &mut Report, strokes: &[KeyLatency], [result, slice]: [&'static str; 2]) {
    report.times(result, strokes.iter().map(|stroke| stroke.result).collect());
    report.times(slice, strokes.iter().map(|stroke| stroke.slice).collect());
}
