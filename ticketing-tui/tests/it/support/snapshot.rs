//! The screen as text, the place of the cursor, and the style of a text on the screen.

use std::fmt::Write;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

/// Returns the text without the spaces at the ends of the lines.
pub(crate) fn text(buffer: &Buffer) -> String {
    lines(buffer).iter().fold(String::new(), |text, line| text + line + "\n")
}

/// Returns the text and the position of the cursor. A repeated line is written once.
pub(crate) fn text_and_cursor((buffer, cursor): &(Buffer, Option<Position>)) -> String {
    let mut snapshot = fold_repeats(&lines(buffer));
    let _ = match cursor {
        Some(Position { x, y }) => writeln!(snapshot, "cursor: column {x}, line {y}"),
        None => writeln!(snapshot, "cursor: none"),
    };
    snapshot
}

/// The style of the first place where this is written.
pub(crate) fn style_of(buffer: &Buffer, words: &str) -> Style {
    let found = lines(buffer).iter().enumerate().find_map(|(y, line)| {
        let before = &line[..line.find(words)?];
        Some((u16::try_from(before.width()).unwrap(), u16::try_from(y).unwrap()))
    });
    let at = found.unwrap_or_else(|| panic!("{words:?} is not on the screen:\n{}", text(buffer)));
    buffer[at].style()
}

fn lines(buffer: &Buffer) -> Vec<String> {
    let Rect { width, height, .. } = buffer.area;
    let line = |y| {
        let mut line = String::new();
        let mut x = 0;
        while x < width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            // A wide character covers the cell behind it.
            x += u16::try_from(symbol.width().max(1)).unwrap();
        }
        line.trim_end().to_owned()
    };
    (0..height).map(line).collect()
}

/// Lines, those that repeat written once.
fn fold_repeats(lines: &[String]) -> String {
    let mut text = String::new();
    for same in lines.chunk_by(|one, two| one == two) {
        let shown = if same.len() > 3 { 1 } else { same.len() };
        for line in &same[..shown] {
            let _ = writeln!(text, "{line}");
        }
        if shown < same.len() {
            let _ = writeln!(text, "   … and {} more lines like this", same.len() - shown);
        }
    }
    text
}
