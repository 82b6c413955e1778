//! A line of a list of tickets: what is rare about it, title, when and where, and price, as far as there is room.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use ticketing_sdk::TicketDetails;

use super::painter::Painter;
use crate::text;

/// How wide the columns beside the title are; nothing for those that have no room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    group: u16,
    time: u16,
    venue: u16,
}

/// What a line says.
pub(crate) struct Line<'a> {
    /// The group that begins with it; nothing on the further lines of a group.
    pub(crate) group: &'a str,
    pub(crate) title: &'a str,
    pub(crate) price: &'a str,
    /// Its status, where that is not the usual one.
    pub(crate) status: (&'a str, Style),
    /// When it is.
    pub(crate) time: &'a str,
    /// Where it is.
    pub(crate) venue: &'a str,
    /// How title and price are written.
    pub(crate) style: Style,
}

const PRICE: u16 = 11;
/// On wider lines the eye no longer finds the price of a title.
pub(crate) const WIDEST: u16 = 110;

impl Columns {
    /// Returns the columns of lines so wide, with the groups if the list has some.
    pub(crate) fn of(width: u16, is_grouped: bool) -> Self {
        Self {
            group: if is_grouped && width >= 104 { 14 } else { 0 },
            time: if width >= 56 { 20 } else { 0 },
            venue: if width >= 88 { 22 } else { 0 },
        }
    }

    /// The places of group, title, time, venue and price.
    fn places(self, line: Rect) -> [Rect; 5] {
        let title = line.width.saturating_sub(self.group + self.time + self.venue + PRICE);
        let mut x = line.x;
        [self.group, title, self.time, self.venue, PRICE].map(|width| {
            x += width;
            Rect { x: x - width, width, height: 1, ..line }
        })
    }

    /// Writes the names of the columns.
    pub(crate) fn heading(self, painter: &mut Painter<'_>, line: Rect) {
        let style = painter.theme.heading;
        let [_, title, time, venue, price] = self.places(line);
        painter.text(title, "TITLE", style);
        painter.text(after_gap(time), "WHEN", style);
        painter.text(after_gap(venue), "WHERE", style);
        painter.right(price, "PRICE", style);
    }

    /// Writes a line. Answers with the place of the title.
    pub(crate) fn view(self, painter: &mut Painter<'_>, place: Rect, line: &Line<'_>) -> Rect {
        let [group, title, time, venue, price] = self.places(place);
        painter.text(
            Rect { width: group.width.saturating_sub(2), ..group },
            line.group,
            painter.theme.heading,
        );
        let mut title = title;
        if !line.status.0.is_empty() {
            let end = painter.right(title, line.status.0, line.status.1);
            title.width = end.saturating_sub(title.x + 1);
        }
        painter.text(title, line.title, line.style);
        painter.text(after_gap(time), line.time, painter.theme.faint);
        painter.text(after_gap(venue), line.venue, painter.theme.faint);
        painter.right(price, line.price, line.style.add_modifier(Modifier::BOLD));
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
