//! The characters of borders, marks and charts: Unicode, or ASCII for limited fonts and screen readers.

use ratatui::symbols::{bar, border};

use crate::settings::Borders;

/// A set of signs. All marks are one column wide.
#[derive(Debug, Clone)]
pub(crate) struct Glyphs {
    pub(crate) border: border::Set<'static>,
    pub(crate) bars: bar::Set<'static>,
    /// The mark of the selected row.
    pub(crate) pointer: &'static str,
    /// All is well; or this one is yours.
    pub(crate) dot: &'static str,
    /// It is not.
    pub(crate) hollow: &'static str,
    pub(crate) tick: &'static str,
    pub(crate) cross: &'static str,
    pub(crate) ellipsis: &'static str,
    /// The thumb of a scroll bar.
    pub(crate) thumb: &'static str,
    pub(crate) track: &'static str,
    /// The remaining and the elapsed part of a span.
    pub(crate) full: &'static str,
    pub(crate) empty: &'static str,
    /// The perforation of a ticket.
    pub(crate) perforation: &'static str,
    pub(crate) perforation_lying: &'static str,
    /// The separator on a line.
    pub(crate) separator: &'static str,
    /// Stands for a letter that is not shown.
    pub(crate) hidden: &'static str,
}

const DRAWN: Glyphs = Glyphs {
    border: border::ROUNDED,
    bars: bar::NINE_LEVELS,
    pointer: "▌",
    dot: "●",
    hollow: "○",
    tick: "✓",
    cross: "✗",
    ellipsis: "…",
    thumb: "┃",
    track: "│",
    full: "━",
    empty: "─",
    perforation: "┊",
    perforation_lying: "┈",
    separator: "·",
    hidden: "•",
};

const ASCII: Glyphs = Glyphs {
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
    bars: bar::Set {
        full: "#",
        seven_eighths: "#",
        three_quarters: "*",
        five_eighths: "+",
        half: "=",
        three_eighths: "-",
        one_quarter: ":",
        one_eighth: ".",
        empty: " ",
    },
    pointer: ">",
    dot: "*",
    hollow: "o",
    tick: "+",
    cross: "x",
    ellipsis: "~",
    thumb: "#",
    track: "|",
    full: "=",
    empty: "-",
    perforation: ":",
    perforation_lying: ".",
    separator: "-",
    hidden: "*",
};

impl Glyphs {
    /// Returns a text with the separator of these glyphs in the place of `·`.
    pub(crate) fn replace_separators(&self, text: &str) -> String {
        text.replace('·', self.separator)
    }

    /// Returns whether they are more than ASCII.
    pub(crate) fn is_drawn(&self) -> bool {
        !self.full.is_ascii()
    }

    /// The signs that go with the frames.
    pub(crate) fn new(borders: Borders) -> Self {
        match borders {
            Borders::Rounded => DRAWN,
            Borders::Square => Self { border: border::PLAIN, ..DRAWN },
            Borders::Ascii => ASCII,
        }
    }
}
