//! A screen as a picture: text that lines up in any font, and frames that have no gaps.

use std::collections::BTreeMap;
use std::fmt::Write;

use vt100::{Color, Screen};

use super::signs::{HEIGHT, SEAM, Sign, WIDTH, draw, hex, pixels, run, scale, signs};

/// Around the screen, and the bar above it.
const PAD: i32 = 1400;
const BAR: i32 = 3600;
/// Below it.
const FOOT: i32 = 500;

/// A frame of an animation.
pub(super) struct Frame {
    pub(super) screen: Screen,
    /// The screen, or the keys that lead to it.
    pub(super) caption: &'static str,
    pub(super) seconds: f64,
}

/// One picture, or a few that follow each other for ever.
pub(super) fn picture(frames: &[Frame]) -> String {
    let (rows, columns) = frames[0].screen.size();
    let (width, height) =
        (i32::from(columns.get()) * WIDTH + 2 * PAD, i32::from(rows.get()) * HEIGHT + BAR + FOOT);
    let ground = frames[0].screen.cell(rows.get() / 2, 1).map_or(Color::Default, |cell| cell.bgcolor());
    let mut painter = Painter { ground, classes: BTreeMap::new(), rows: BTreeMap::new() };
    let drawn: Vec<String> = frames.iter().map(|frame| painter.screen(&frame.screen)).collect();
    let bar = hex(frames[0].screen.cell(0, 1).unwrap().bgcolor());
    let dim = hex(frames[0].screen.cell(rows.get() - 1, columns.get() / 2).unwrap().fgcolor());
    let (dim, bar) = (dim.unwrap_or_else(|| "#888".into()), bar.unwrap_or_else(|| "#222".into()));

    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
         role=\"img\" aria-label=\"{label}\">\n<style>\n\
         text{{font:14px ui-monospace,'SF Mono','Cascadia Mono','DejaVu Sans Mono',Menlo,Consolas,monospace;\
         white-space:pre}}\n.w{{fill:{dim};font-size:13px;text-anchor:middle}}\n",
        w = pixels(width),
        h = pixels(height),
        label = escape(frames[0].caption),
    );
    for (style, class) in &painter.classes {
        let _ = writeln!(svg, ".{class}{{{style}}}");
    }
    svg.push_str(&frame_times(frames));
    let _ = writeln!(
        svg,
        "</style>\n<clipPath id=\"o\"><rect width=\"100%\" height=\"100%\" rx=\"10\"/></clipPath>\n\
         <g clip-path=\"url(#o)\"><rect width=\"100%\" height=\"100%\" fill=\"{ground}\"/>\
         <rect width=\"100%\" height=\"{bar_height}\" fill=\"{bar}\"/>\
         <circle cx=\"20\" cy=\"18\" r=\"6\" fill=\"#ff5f57\"/><circle cx=\"40\" cy=\"18\" r=\"6\" fill=\"#febc2e\"/>\
         <circle cx=\"60\" cy=\"18\" r=\"6\" fill=\"#28c840\"/>",
        ground = hex(ground).unwrap_or_else(|| "#000".into()),
        bar_height = pixels(BAR + SEAM),
    );
    svg.push_str("<defs>\n");
    for (row, id) in &painter.rows {
        let _ = writeln!(svg, "<g id=\"r{id}\">\n{row}</g>");
    }
    svg.push_str("</defs>\n");
    for (index, (frame, drawn)) in frames.iter().zip(&drawn).enumerate() {
        let class = if frames.len() > 1 { format!(" class=\"f f{index}\"") } else { String::new() };
        let _ = writeln!(
            svg,
            "<g{class}><text class=\"w\" x=\"{}\" y=\"23\">{}</text>\n<g transform=\"translate({} {})\">\n{drawn}</g></g>",
            pixels(width / 2),
            escape(frame.caption),
            pixels(PAD),
            pixels(BAR),
        );
    }
    let _ = writeln!(
        svg,
        "</g><rect x=\".5\" y=\".5\" width=\"{inner_width}\" height=\"{inner_height}\" rx=\"9.5\" fill=\"none\" \
         stroke=\"{dim}\" stroke-opacity=\".35\"/>",
        inner_width = pixels(width - 100),
        inner_height = pixels(height - 100),
    );
    svg.push_str("</svg>\n");
    svg
}

/// Returns the time of each frame. A viewer without animation shows the first.
fn frame_times(frames: &[Frame]) -> String {
    let whole: f64 = frames.iter().map(|frame| frame.seconds).sum();
    let mut css = String::new();
    if frames.len() == 1 {
        return css;
    }
    css.push_str(".f{visibility:hidden}.f0{visibility:visible}\n");
    let mut start = 0.0;
    for (index, frame) in frames.iter().enumerate() {
        let (from, to) = (100.0 * start / whole, 100.0 * (start + frame.seconds) / whole);
        let before = if index == 0 { String::new() } else { "0%{visibility:hidden}".to_owned() };
        let _ = writeln!(
            css,
            "@keyframes f{index}{{{before}{from:.2}%{{visibility:visible}}{to:.2}%,100%{{visibility:{last}}}}}\
             .f{index}{{animation:f{index} {whole:.1}s step-end infinite}}",
            last = if index + 1 == frames.len() { "visible" } else { "hidden" },
        );
        start += frame.seconds;
    }
    css
}

struct Painter {
    ground: Color,
    /// The name of each style.
    classes: BTreeMap<String, String>,
    /// The number of each row that is drawn.
    rows: BTreeMap<String, usize>,
}

impl Painter {
    fn class(&mut self, style: String) -> String {
        let name = format!("s{}", self.classes.len());
        self.classes.entry(style).or_insert(name).clone()
    }

    /// A screen, as the rows that it uses: the same row is drawn once for all screens.
    fn screen(&mut self, screen: &Screen) -> String {
        let rows = screen.size().0.get();
        let mut drawn = String::new();
        for row in 0..rows {
            let content = self.row(&signs(screen, row), row == rows - 1);
            if content.is_empty() {
                continue;
            }
            let id = self.rows.len();
            let id = *self.rows.entry(content).or_insert(id);
            let _ = writeln!(drawn, "<use href=\"#r{id}\" y=\"{}\"/>", pixels(scale(row.into(), HEIGHT)));
        }
        if !screen.hide_cursor() {
            let (row, column) = screen.cursor_position();
            let ink = hex(screen.cell(row, column).unwrap().fgcolor()).unwrap();
            let _ = writeln!(
                drawn,
                "<rect fill=\"{ink}\" x=\"{}\" y=\"{}\" width=\"2\" height=\"17\"/>",
                pixels(scale(column.into(), WIDTH)),
                pixels(scale(row.into(), HEIGHT) + 100),
            );
        }
        drawn
    }

    fn row(&mut self, signs: &[Sign], is_last: bool) -> String {
        let mut row = String::new();
        self.grounds(signs, is_last, &mut row);
        let mut column = 0;
        while column < signs.len() {
            let start = &signs[column];
            if start.is_line() {
                let end =
                    run(signs, column, |one, other| one.is_like(other) && one.symbol() == other.symbol());
                let mut path = String::new();
                draw(&mut path, start.symbol(), scale(column, WIDTH), end - column);
                let class = self.class(format!("fill:{}", hex(start.ink).unwrap_or_default()));
                let _ = writeln!(row, "<path class=\"{class}\" d=\"{path}\"/>");
                column = end;
            } else {
                let end = run(signs, column, Sign::is_like);
                let class = self.class(start.style());
                write_words(&mut row, &class, &signs[column..end], column);
                column = end;
            }
        }
        row
    }

    fn grounds(&mut self, signs: &[Sign], is_last: bool, grounds: &mut String) {
        let mut column = 0;
        while column < signs.len() {
            let end = run(signs, column, |one, other| one.ground == other.ground);
            let colour = signs[column].ground;
            if let (true, Some(colour)) = (colour != self.ground, hex(colour)) {
                let class = self.class(format!("fill:{colour}"));
                // The bars go to the edge of the window.
                let left = if column == 0 { -PAD } else { scale(column, WIDTH) };
                let right = if end == signs.len() { scale(end, WIDTH) + PAD } else { scale(end, WIDTH) };
                let _ = writeln!(
                    grounds,
                    "<rect class=\"{class}\" x=\"{}\" width=\"{}\" height=\"{}\"/>",
                    pixels(left),
                    pixels(right - left),
                    pixels(if is_last { HEIGHT + FOOT } else { HEIGHT + SEAM }),
                );
            }
            column = end;
        }
    }
}

/// The words of a run, a text for each, since many spaces would become one.
fn write_words(texts: &mut String, class: &str, signs: &[Sign], column: usize) {
    let is_gap = |index: usize| signs.get(index).is_none_or(|sign| sign.text == " ");
    let mut start = 0;
    while start < signs.len() {
        if is_gap(start) {
            start += 1;
            continue;
        }
        // One that is two columns wide comes from another font, and stands alone.
        let is_wide = |index: usize| signs.get(index + 1).is_some_and(|next| next.text.is_empty());
        let end = if is_wide(start) {
            start + 2
        } else {
            let ends = |end: &usize| is_wide(*end) || is_gap(*end) && is_gap(end + 1);
            (start..signs.len()).find(ends).unwrap_or(signs.len())
        };
        let words: String = signs[start..end].iter().map(|sign| sign.text.as_str()).collect();
        let _ = writeln!(
            texts,
            "<text class=\"{class}\" x=\"{}\" y=\"14.2\" textLength=\"{}\">{}</text>",
            pixels(scale(column + start, WIDTH)),
            pixels(scale(end - start, WIDTH)),
            escape(&words),
        );
        start = end;
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
