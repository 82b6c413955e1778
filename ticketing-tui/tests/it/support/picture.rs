//! Pictures of the screen as text: what is written, in which style, and where the cursor is.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

/// What is written, without the spaces at the ends of the lines.
pub(crate) fn text(buffer: &Buffer) -> String {
    lines(buffer).iter().fold(String::new(), |text, line| text + line + "\n")
}

/// One state in two themes: what is written, a letter for each pair of styles, and what the letters mean.
///
/// A line that is there many times is written once. The commonest style is a dot.
pub(crate) fn of(dark: &(Buffer, Option<Position>), plain: &(Buffer, Option<Position>)) -> String {
    let (words, others) = (lines(&dark.0), lines(&plain.0));
    assert_eq!(words, others, "a theme changes styles, and no words");
    assert_eq!(dark.1, plain.1, "and not the cursor");
    let mut picture = folded(&words);
    let _ = match dark.1 {
        Some(Position { x, y }) => writeln!(picture, "cursor: column {x}, line {y}\n"),
        None => writeln!(picture, "cursor: none\n"),
    };
    let mut styles: Vec<((String, String), usize)> = Vec::new();
    let pairs: Vec<_> = styled(&dark.0).into_iter().zip(styled(&plain.0)).collect();
    for pair in &pairs {
        match styles.iter_mut().find(|(known, _)| known == pair) {
            Some((_, count)) => *count += 1,
            None => styles.push((pair.clone(), 1)),
        }
    }
    let commonest = styles.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let mut letters = ('a'..='z').chain('A'..='Z');
    let legend: Vec<(char, &(String, String))> = styles
        .iter()
        .map(|(pair, count)| (if *count == commonest { '.' } else { letters.next().unwrap() }, pair))
        .collect();
    let letter = |pair| legend.iter().find(|(_, known)| *known == pair).map_or('?', |(letter, _)| *letter);
    let width = usize::from(dark.0.area.width.max(1));
    let planes: Vec<String> =
        pairs.chunks(width).map(|line| runs(&line.iter().map(letter).collect::<Vec<_>>())).collect();
    picture.push_str(&folded(&planes));
    for (letter, (dark, plain)) in &legend {
        let _ = writeln!(picture, "{letter}  {dark}  |  {plain}");
    }
    picture
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

/// The letters of a line, each with how many cells it goes on.
fn runs(letters: &[char]) -> String {
    let runs = letters.chunk_by(|one, two| one == two);
    let words: Vec<String> = runs.map(|run| format!("{}{}", run[0], run.len())).collect();
    words.join(" ")
}

/// Lines, those that repeat written once.
fn folded(lines: &[String]) -> String {
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

/// The style of each cell; behind a wide character it is that character's, for nothing else is seen there.
fn styled(buffer: &Buffer) -> Vec<String> {
    let mut styles: Vec<String> = Vec::with_capacity(buffer.content.len());
    let mut covered = false;
    for cell in &buffer.content {
        let words = styles.last().filter(|_| covered).cloned().unwrap_or_else(|| style(cell));
        styles.push(words);
        covered = !covered && cell.symbol().width() > 1;
    }
    styles
}

fn style(cell: &Cell) -> String {
    let mut words = format!("{} on {}", cell.fg, cell.bg);
    for name in cell.modifier.iter_names() {
        let _ = write!(words, " {}", name.0.to_lowercase());
    }
    words
}
