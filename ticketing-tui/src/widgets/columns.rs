//! A line of a list of tickets: title, price, status, when and where, as far as there is room.

use ratatui::layout::Rect;
use ratatui::style::Style;

use ticketing_sdk::TicketDetails;

use super::painter::Painter;
use crate::text;

/// How wide the columns behind the title are; nothing for those that have no room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    status: u16,
    time: u16,
    venue: u16,
}

/// What a line says.
pub(crate) struct Line<'a> {
    pub(crate) title: &'a str,
    pub(crate) price: &'a str,
    pub(crate) status: (&'a str, Style),
    /// When it is, or how old it is.
    pub(crate) time: &'a str,
    /// Where it is.
    pub(crate) venue: &'a str,
    /// How title and price are written.
    pub(crate) style: Style,
}

const PRICE: u16 = 11;
/// On wider lines the eye no longer finds the price of a title.
pub(crate) const WIDEST: u16 = 124;

impl Columns {
    /// The columns of lines so wide, with so much for the status; ages where that leaves room.
    pub(crate) fn of(width: u16, status: u16) -> Self {
        Self { status, time: if width >= 60 { 11 } else { 0 }, venue: 0 }
    }

    /// The same with when and where, as far as there is room.
    pub(crate) fn of_events(width: u16, status: u16) -> Self {
        Self { status, time: if width >= 70 { 20 } else { 0 }, venue: if width >= 100 { 24 } else { 0 } }
    }

    /// Whether there is room for the status.
    pub(crate) fn has_status(self) -> bool {
        self.status > 0
    }

    /// The places of title, price, status, time and venue.
    fn places(self, line: Rect) -> [Rect; 5] {
        let title = line.width.saturating_sub(PRICE + self.status + self.time + self.venue);
        let mut x = line.x;
        [title, PRICE, self.status, self.time, self.venue].map(|width| {
            x += width;
            Rect { x: x - width, width, height: 1, ..line }
        })
    }

    /// Writes the names of the columns.
    pub(crate) fn heading(self, painter: &mut Painter<'_>, line: Rect, time: &str) {
        let style = painter.theme.heading;
        let names =
            Line { title: "TITLE", price: "PRICE", status: ("STATUS", style), time: "", venue: "", style };
        self.view(painter, line, &names);
        let [.., place, venue] = self.places(line);
        painter.right(place, time, style);
        painter.text(after_gap(venue), "WHERE", style);
    }

    /// Writes a line. Answers with the place of the title.
    pub(crate) fn view(self, painter: &mut Painter<'_>, place: Rect, line: &Line<'_>) -> Rect {
        let [title, price, status, time, venue] = self.places(place);
        let title = Rect { width: title.width.saturating_sub(1), ..title };
        painter.text(title, line.title, line.style);
        painter.right(price, line.price, line.style);
        painter.text(after_gap(status), line.status.0, line.status.1);
        painter.right(time, line.time, painter.theme.faint);
        painter.text(after_gap(venue), line.venue, painter.theme.faint);
        title
    }
}

/// The place of a column behind its gap.
fn after_gap(column: Rect) -> Rect {
    Rect { x: column.x + 2, width: column.width.saturating_sub(2), ..column }
}

/// Returns the venue of a ticket, safe to show.
pub(crate) fn venue(details: Option<&TicketDetails>) -> String {
    let venue = details.and_then(|details| details.venue.as_deref()).unwrap_or_default();
    text::sanitize(venue).into_owned()
}
