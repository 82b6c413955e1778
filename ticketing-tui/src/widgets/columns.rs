//! A line of a list of tickets: what is rare about it, title, when and where, and price, as far as there is room.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use ticketing_sdk::{EventTime, TicketDetails};

use super::painter::Painter;
use crate::model::Model;
use crate::text;

/// How wide the columns beside the title are; nothing for those that have no room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    time: u16,
    venue: u16,
    last: u16,
    /// The heading of the last column.
    name: &'static str,
}

/// The content of a line.
pub(crate) struct Line<'a> {
    pub(crate) title: &'a str,
    /// Its status, where that is not the usual one.
    pub(crate) status: (&'a str, Style),
    /// When it is.
    pub(crate) time: &'a str,
    /// Where it is.
    pub(crate) venue: &'a str,
    /// Its price, or its seat.
    pub(crate) last: &'a str,
    /// How the title and the last column are written.
    pub(crate) style: Style,
}

const PRICE: u16 = 11;
const SEAT: u16 = 18;
/// Date and time; in a narrow list without the year, and in a wide one with the offset of an event elsewhere.
const SHORT_TIME: u16 = 15;
const TIME: u16 = 20;
const TIME_AND_OFFSET: u16 = 27;
/// On wider lines the eye no longer finds the price of a title.
pub(crate) const WIDEST: u16 = 110;

impl Columns {
    /// Returns the columns of lines so wide, with the price at their end.
    pub(crate) fn of(width: u16) -> Self {
        let time = match width {
            ..50 => 0,
            50..72 => SHORT_TIME,
            72..94 => TIME,
            _ => TIME_AND_OFFSET,
        };
        Self { time, venue: if width >= 84 { 22 } else { 0 }, last: PRICE, name: "PRICE" }
    }

    /// Returns the columns of lines so wide, with the seat at their end, where there is room for it.
    pub(crate) fn with_seat(width: u16) -> Self {
        let last = if width >= 70 { SEAT } else { 0 };
        Self { last, name: "SEAT", ..Self::of(width) }
    }

    /// Returns when an event starts, as far as there is room: with the offset of its place where that is not the
    /// user's.
    pub(crate) fn time(self, model: &Model, starts: Option<&EventTime>) -> String {
        match starts {
            Some(starts) if self.time >= TIME_AND_OFFSET => model.local.event(starts),
            Some(starts) if self.time >= TIME => starts.label(),
            Some(starts) => text::short_event_time(starts, model.server_now()),
            None => String::new(),
        }
    }

    /// The places of title, time, venue and the last column.
    fn places(self, line: Rect) -> [Rect; 4] {
        let title = line.width.saturating_sub(self.time + self.venue + self.last);
        let mut x = line.x;
        [title, self.time, self.venue, self.last].map(|width| {
            x += width;
            Rect { x: x - width, width, height: 1, ..line }
        })
    }

    /// Writes the names of the columns.
    pub(crate) fn heading(self, painter: &mut Painter<'_>, line: Rect) {
        let style = painter.theme.heading;
        let [title, time, venue, last] = self.places(line);
        painter.text(title, "TITLE", style);
        painter.text(after_gap(time), "WHEN", style);
        painter.text(after_gap(venue), "WHERE", style);
        painter.right(after_gap(last), self.name, style);
    }

    /// Writes a line. Returns the place of the title.
    pub(crate) fn view(self, painter: &mut Painter<'_>, place: Rect, line: &Line<'_>) -> Rect {
        let [mut title, time, venue, last] = self.places(place);
        if !line.status.0.is_empty() {
            let end = painter.right(title, line.status.0, line.status.1);
            title.width = end.saturating_sub(title.x + 1);
        }
        painter.text(title, line.title, line.style);
        painter.text(after_gap(time), line.time, painter.theme.faint);
        painter.text(after_gap(venue), line.venue, painter.theme.faint);
        painter.right(after_gap(last), line.last, line.style.add_modifier(Modifier::BOLD));
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
