//! The rows of a list of tickets: title and seat, what is rare about each, when, and the price. A wide list has the venue
//! in a column of its own; another one has it behind the title, if there is room. A list without a column for the time has
//! that behind the title, likewise.

use std::borrow::Cow;

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ticketing_sdk::{EventTime, TicketDetails};

use super::list::List;
use super::painter::{Painter, below};
use crate::model::Model;
use crate::text;
use crate::theme::StyleRole;

/// How wide the columns beside the title are; nothing for those that have no room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    time: u16,
    venue: u16,
    last: u16,
    /// Whether the last column has the seat, and not the price.
    has_seats: bool,
}

/// What the rows of a list need of its columns.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RowNeeds {
    /// Whether a row may have the offset of its place.
    pub(crate) has_offsets: bool,
    /// The highest price.
    pub(crate) max_cents: u64,
}

/// The content of a row.
#[derive(Debug, Clone)]
pub(crate) struct Row<'a> {
    pub(crate) title: Cow<'a, str>,
    pub(crate) price: Option<String>,
    /// Not shown if it is the usual status.
    pub(crate) status: (Cow<'a, str>, StyleRole),
    pub(crate) details: Option<&'a TicketDetails>,
    pub(crate) is_unavailable: bool,
}

impl Row<'_> {
    /// Returns the row as text, for `--plain`.
    pub(crate) fn plain(&self) -> String {
        let details = self.details.into_iter().flat_map(text::details).map(|(_, value)| value);
        let words = [self.title.to_string()].into_iter().chain(self.price.clone());
        words.chain([self.status.0.to_string()]).chain(details).collect::<Vec<_>>().join(", ")
    }
}

/// The fewest columns of a price.
const MIN_PRICE: u16 = 5;
const SEAT: u16 = 18;
const VENUE: u16 = 22;
const WIDE_VENUE: u16 = 28;
/// Date and time.
const TIME: u16 = 15;
/// The offset behind a time.
const OFFSET: u16 = 7;
/// The fewest columns in which the end of a seat is shown.
const MIN_SEAT: u16 = 8;
/// The columns between title and status.
const STATUS_GAP: u16 = 2;
/// The fewest columns of a title beside its seat.
const MIN_TITLE: u16 = 8;
/// The maximum width: on wider lines title and price are too far apart.
pub(crate) const MAX_WIDTH: u16 = 130;

impl Columns {
    /// Returns the columns of rows of this width, with the price last.
    pub(crate) fn for_width(width: u16, needs: RowNeeds) -> Self {
        let time = match width {
            ..50 => 0,
            _ if needs.has_offsets => TIME + OFFSET,
            _ => TIME,
        };
        let venue = match width {
            ..94 => 0,
            94..120 => VENUE,
            _ => WIDE_VENUE,
        };
        let price = text::width(&text::price(needs.max_cents)).max(MIN_PRICE) + 2;
        Self { time, venue, last: price, has_seats: false }
    }

    /// Returns the columns of rows without a price, with the seat last if there is room.
    pub(crate) fn with_seat(width: u16, needs: RowNeeds) -> Self {
        let has_seats = width >= 70;
        Self { last: if has_seats { SEAT } else { 0 }, has_seats, ..Self::for_width(width, needs) }
    }

    /// Draws a list of `len` rows under the names of its columns, with a heading above each group of rows.
    pub(crate) fn table(
        self,
        painter: &mut Painter<'_>,
        area: Rect,
        list: &List,
        len: usize,
        groups: &[(usize, String)],
        row: impl FnMut(&mut Painter<'_>, Rect, usize),
    ) {
        let rows = below(area, 1);
        self.draw_heading(painter, List::heading_area(area, len + groups.len(), rows.height));
        list.view_grouped(painter, rows, len, groups, row);
    }

    /// Returns when an event starts, as far as there is room: with the offset of its place where that is not the
    /// user's.
    fn format_time(model: &Model, starts: &EventTime) -> String {
        let time = model.local.short_event(starts, model.server_now());
        // A day of one digit is aligned with the last digit of two.
        let day = time.split(' ').next().unwrap_or_default();
        if day.len() == 1 { format!(" {time}") } else { time }
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
    fn draw_heading(self, painter: &mut Painter<'_>, line: Rect) {
        let style = painter.theme.heading;
        let [title, time, venue, last] = self.places(line);
        painter.text(title, "TITLE", style);
        painter.text(after_gap(time), "WHEN", style);
        painter.text(after_gap(venue), "WHERE", style);
        painter.right(after_gap(last), if self.has_seats { "SEAT" } else { "PRICE" }, style);
    }

    /// Writes a row. Returns the place of the title.
    pub(crate) fn row(self, painter: &mut Painter<'_>, place: Rect, model: &Model, row: &Row<'_>) -> Rect {
        let [mut title, mut time, venue, mut last] = self.places(place);
        let (status, role) = &row.status;
        if *role != StyleRole::Usual {
            let status = painter.glyphs.replace_separators(status);
            // The status matters more than the next column of a narrow row.
            if title.width < text::width(&status) + STATUS_GAP + MIN_TITLE {
                let next = if time.width > 0 { &mut time } else { &mut last };
                title.width += std::mem::take(&mut next.width);
            }
            let end = painter.right(title, &status, role.style(painter.theme));
            title.width = end.saturating_sub(title.x + STATUS_GAP);
        }
        let style = if row.is_unavailable { painter.theme.unavailable } else { Style::new() };
        let starts = row.details.and_then(|details| details.starts_at.as_ref());
        let seat = row.details.and_then(|details| details.seat.as_deref()).map(text::sanitize);
        let seat = seat.filter(|seat| !seat.is_empty());
        let beside = seat.as_deref().filter(|_| !self.has_seats);
        let beside = beside.map(|seat| painter.glyphs.replace_separators(seat));
        let time_beside = starts.filter(|_| self.time == 0);
        let time_beside = time_beside
            .and_then(|starts| time_beside_title(model, title, &row.title, beside.as_deref(), starts));
        if let Some(words) = &time_beside {
            let start = painter.right(title, words, painter.theme.faint);
            title.width = start.saturating_sub(title.x + 2);
        }
        let beside = beside.and_then(|seat| seat_beside(painter, title, &row.title, &seat));
        let whole = title;
        title.width -= beside.as_ref().map_or(0, |seat| SEPARATOR + text::width(seat));
        let mut end = painter.text(title, &row.title, style);
        if let Some(seat) = beside {
            end = draw_beside(painter, whole, end, &seat);
        }
        if let Some(starts) = starts.filter(|_| time.width > 0) {
            painter.text(after_gap(time), &Self::format_time(model, starts), painter.theme.faint);
        }
        let name = row.details.and_then(|details| details.venue.as_deref()).map(text::sanitize);
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            if self.venue > 0 {
                painter.text(after_gap(venue), &name, painter.theme.faint);
            } else if end + SEPARATOR + text::width(&name) <= whole.right() {
                draw_beside(painter, whole, end, &painter.glyphs.replace_separators(&name));
            }
        }
        let words = if self.has_seats { seat } else { row.price.as_deref().map(Cow::Borrowed) };
        let last = after_gap(last);
        let words = words.unwrap_or_default();
        let words = text::fit_end(&words, last.width, painter.glyphs.ellipsis);
        painter.right(last, &words, style.add_modifier(Modifier::BOLD));
        title
    }
}

/// The columns of the separator behind a title.
const SEPARATOR: u16 = 3;

/// The fewest columns that a seat takes behind a title.
fn least_seat(seat: &str) -> u16 {
    text::width(seat).min(MIN_SEAT) + SEPARATOR
}

/// Returns when an event starts, as far as there is room behind title and seat: date and time if both are whole, or the date
/// if something of both is left.
fn time_beside_title(
    model: &Model,
    place: Rect,
    title: &str,
    seat: Option<&str>,
    starts: &EventTime,
) -> Option<String> {
    let whole_seat = seat.map_or(0, |seat| text::width(seat) + SEPARATOR);
    let whole = text::width(&text::sanitize(title)) + whole_seat;
    let least = MIN_TITLE + seat.map_or(0, least_seat);
    let time = model.local.short_event(starts, model.server_now());
    let date = time.split_once(", ").map(|(date, _)| date.to_owned());
    [(Some(time), whole), (date, least.min(whole))]
        .into_iter()
        .find_map(|(words, before)| words.filter(|words| before + 2 + text::width(words) <= place.width))
}

/// Returns as much of a seat as fits behind the title in a place. Seats of one title differ in nothing else, so a long
/// title leaves half of the place, and the end of the seat at least.
fn seat_beside(painter: &Painter<'_>, place: Rect, title: &str, seat: &str) -> Option<String> {
    let least = least_seat(seat);
    if place.width < least + MIN_TITLE {
        return None;
    }
    let beside = place.width.saturating_sub(text::width(&text::sanitize(title)));
    let room = beside.max(place.width / 2).max(least) - SEPARATOR;
    Some(text::fit_end(seat, room, painter.glyphs.ellipsis).into_owned())
}

/// Writes a text behind the title of a row. Returns the column after it.
fn draw_beside(painter: &mut Painter<'_>, place: Rect, end: u16, words: &str) -> u16 {
    let rest = Rect { x: end, width: place.right().saturating_sub(end), ..place };
    let words = format!(" {} {words}", painter.glyphs.separator);
    painter.text(rest, &words, painter.theme.faint)
}

/// The place of a column behind its gap.
fn after_gap(column: Rect) -> Rect {
    Rect { x: column.x + 2, width: column.width.saturating_sub(2), ..column }
}
