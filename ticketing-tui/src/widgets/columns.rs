//! A line of a list of tickets: title, price, status and age, as far as there is room.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::painter::Painter;

/// How wide the columns behind the title are; nothing for those that have no room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    status: u16,
    age: u16,
}

/// What a line says.
pub(crate) struct Line<'a> {
    pub(crate) title: &'a str,
    pub(crate) price: &'a str,
    pub(crate) status: (&'a str, Style),
    pub(crate) age: &'a str,
    /// How title and price are written.
    pub(crate) ink: Style,
}

const PRICE: u16 = 11;
/// On wider lines the eye no longer finds the price of a title.
pub(crate) const WIDEST: u16 = 124;

impl Columns {
    /// The columns of lines so wide, with so much for the status; ages where that leaves room.
    pub(crate) fn of(width: u16, status: u16) -> Self {
        Self { status, age: if width >= 60 { 11 } else { 0 } }
    }

    /// Whether there is room for the status.
    pub(crate) fn has_status(self) -> bool {
        self.status > 0
    }

    /// The places of title, price, status and age.
    fn places(self, line: Rect) -> [Rect; 4] {
        let title = line.width.saturating_sub(PRICE + self.status + self.age);
        let mut x = line.x;
        [title, PRICE, self.status, self.age].map(|width| {
            x += width;
            Rect { x: x - width, width, height: 1, ..line }
        })
    }

    /// Writes the names of the columns.
    pub(crate) fn heading(self, painter: &mut Painter<'_>, line: Rect, age: &str) {
        let style = painter.theme.heading;
        let names = Line { title: "TITLE", price: "PRICE", status: ("STATUS", style), age: "", ink: style };
        self.view(painter, line, &names);
        let [.., place] = self.places(line);
        painter.right(place, age, style);
    }

    /// Writes a line. Answers with the place of the title.
    pub(crate) fn view(self, painter: &mut Painter<'_>, place: Rect, line: &Line<'_>) -> Rect {
        let [title, price, status, age] = self.places(place);
        let title = Rect { width: title.width.saturating_sub(1), ..title };
        painter.text(title, line.title, line.ink);
        painter.right(price, line.price, line.ink);
        painter.text(
            Rect { x: status.x + 2, width: status.width.saturating_sub(2), ..status },
            line.status.0,
            line.status.1,
        );
        painter.right(age, line.age, painter.theme.faint);
        title
    }
}
