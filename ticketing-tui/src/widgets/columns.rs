//! The rows of a list of tickets: title and seat, what is rare about each, when, and the price. A wide list has the venue
//! in a column of its own; another one has it behind the title, if there is room. A list without a column for the time has
//! that behind the title, likewise. An offset from UTC that all rows share stands in the heading.

use std::borrow::Cow;

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ticketing_sdk::TicketDetails;

use super::list::List;
use super::painter::{Painter, below};
use crate::local_time::{OffsetDisplay, short_event};
use crate::model::Model;
use crate::text;
use crate::theme::StyleRole;

/// How wide the columns beside the title are; nothing for those that have no room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns<'a> {
    time: u16,
    venue: u16,
    last: u16,
    /// Whether the last column has the seat, and not the price.
    has_seats: bool,
    offsets: OffsetDisplay<'a>,
}

/// The properties of a list that decide the width of its columns.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RowNeeds<'a> {
    pub(crate) offsets: OffsetDisplay<'a>,
    /// Whether some events are so far away that their years are shown.
    pub(crate) has_years: bool,
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
        let words = [self.title.to_string()].into_iter().chain(self.price.clone());
        words.chain([self.status.0.to_string()]).chain(self.facts()).collect::<Vec<_>>().join(", ")
    }

    /// Returns when and where the event is, and which seat.
    pub(crate) fn facts(&self) -> impl Iterator<Item = String> {
        self.details.into_iter().flat_map(text::details).map(|(_, value)| value)
    }
}

/// The fewest columns of a price.
const MIN_PRICE: u16 = 5;
const SEAT: u16 = 18;
const VENUE: u16 = 22;
const WIDE_VENUE: u16 = 28;
/// Date and time.
const TIME: u16 = 15;
/// The year of a date.
const YEAR: u16 = 5;
/// The offset behind a time.
const OFFSET: u16 = 7;
/// The fewest columns in which the end of a seat is shown.
const MIN_SEAT: u16 = 8;
/// The columns between the parts of a row.
const GAP: u16 = 2;
/// The text between a status and its time.
const STATUS_SEPARATOR: &str = " · ";
/// The fewest columns of a title beside its seat.
const MIN_TITLE: u16 = 8;
/// The columns that a title has before its seat and its status are whole.
const PREFERRED_TITLE: u16 = 24;
/// The maximum width: on wider lines title and price are too far apart.
pub(crate) const MAX_WIDTH: u16 = 130;

impl<'a> Columns<'a> {
    /// Returns the columns of rows of this width, with the price last.
    pub(crate) fn for_width(width: u16, needs: RowNeeds<'a>) -> Self {
        let years = if needs.has_years { YEAR } else { 0 };
        let time = match (width, needs.offsets) {
            (..50, _) => 0,
            (_, OffsetDisplay::Rows) => TIME + years + OFFSET,
            _ => TIME + years,
        };
        let venue = match width {
            ..94 => 0,
            94..120 => VENUE,
            _ => WIDE_VENUE,
        };
        let price = text::width(&text::price(needs.max_cents)).max(MIN_PRICE) + 2;
        Self { time, venue, last: price, has_seats: false, offsets: needs.offsets }
    }

    /// Returns the columns of rows without a price, with the seat last if there is room.
    pub(crate) fn with_seat(width: u16, needs: RowNeeds<'a>) -> Self {
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
        list.view(painter, rows, len, groups, row);
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
        let (title_name, time_name) = match self.offsets {
            // The start stands behind the title.
            OffsetDisplay::Heading(offset) if self.time == 0 => {
                (format!("TITLE, WHEN ({offset})"), String::new())
            }
            OffsetDisplay::Heading(offset) => ("TITLE".to_owned(), format!("WHEN ({offset})")),
            _ => ("TITLE".to_owned(), "WHEN".to_owned()),
        };
        painter.text(title, &title_name, style);
        painter.text(after_gap(time), &time_name, style);
        painter.text(after_gap(venue), "WHERE", style);
        painter.right(after_gap(last), if self.has_seats { "SEAT" } else { "PRICE" }, style);
    }

    /// Writes a row. Returns the place of the title.
    pub(crate) fn row(self, painter: &mut Painter<'_>, place: Rect, model: &Model, row: &Row<'_>) -> Rect {
        let [mut title, mut time, venue, mut last] = self.places(place);
        if self.time == 0 {
            // Nothing of a narrow row is aligned with the others but the end of its price.
            let price = row.price.as_deref().map_or(0, with_gap);
            let freed = last.width.saturating_sub(price);
            (title.width, last.x, last.width) = (title.width + freed, last.x + freed, last.width - freed);
        }
        let seat = row.details.and_then(|details| details.seat.as_deref()).map(text::sanitize);
        let seat = seat.filter(|seat| !seat.is_empty());
        let beside = seat.as_deref().filter(|_| !self.has_seats);
        let beside = beside.map(|seat| painter.glyphs.replace_separators(seat));
        let starts = row.details.and_then(|details| details.starts_at.as_ref());
        let when = starts.map(|starts| short_event(starts, model.server_now(), self.offsets));
        let parts = Parts { row, seat: beside.as_deref(), when: when.as_deref(), time: self.time };
        let FittedParts { status, when, has_seat } = parts.fit(title.width + time.width);
        // A short start leaves the rest of its column to the title.
        let freed = time.width.saturating_sub(when.column);
        (title.width, time.x, time.width) = (title.width + freed, time.x + freed, time.width - freed);
        if !status.is_empty() {
            let status = painter.glyphs.replace_separators(status);
            let end = painter.right(title, &status, row.status.1.style(painter.theme));
            title.width = end.saturating_sub(title.x + GAP);
        }
        if time.width > 0 {
            let aligned = if when.column == self.time { align_day(when.text) } else { when.text.to_owned() };
            painter.text(after_gap(time), &aligned, painter.theme.faint);
        } else if !when.text.is_empty() {
            let start = painter.right(title, when.text, painter.theme.faint);
            title.width = start.saturating_sub(title.x + GAP);
        }
        let style = if row.is_unavailable { painter.theme.unavailable } else { Style::new() };
        let beside =
            beside.filter(|_| has_seat).and_then(|seat| seat_beside(painter, title, &row.title, &seat));
        let whole = title;
        title.width -= beside.as_ref().map_or(0, |seat| SEPARATOR + text::width(seat));
        let mut end = painter.text(title, &row.title, style);
        if let Some(seat) = beside {
            end = draw_beside(painter, whole, end, &seat);
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

/// The parts of a row besides its title and its price, before they are fitted.
struct Parts<'a> {
    row: &'a Row<'a>,
    /// The seat, if it stands behind the title.
    seat: Option<&'a str>,
    /// When the event starts.
    when: Option<&'a str>,
    /// The width of the column of that; 0 where it stands behind the title.
    time: u16,
}

/// The parts of a row that have room.
#[derive(Clone, Copy)]
struct FittedParts<'a> {
    status: &'a str,
    when: When<'a>,
    has_seat: bool,
}

/// When an event starts: its date and its time, its date alone, or nothing.
#[derive(Clone, Copy, Default)]
struct When<'a> {
    text: &'a str,
    is_whole: bool,
    /// The columns that it takes, with its gap.
    column: u16,
}

/// The forms that have status, start and seat, so that only their lengths give way to the title.
const PREFERRED_FORMS: [usize; 4] = [0, 1, 2, 4];

impl<'a> Parts<'a> {
    /// Returns the parts of the widest form that leaves the title its preferred columns, if one with start and seat does, or
    /// its fewest. `width` is that of title and start.
    fn fit(&self, width: u16) -> FittedParts<'a> {
        let forms = self.forms();
        let fits = |form: &&FittedParts<'a>, least_title| self.width(form, least_title) <= width;
        let mut preferred = PREFERRED_FORMS.iter().filter_map(|index| forms.get(*index));
        let form = preferred.find(|form| fits(form, PREFERRED_TITLE));
        let form = form.or_else(|| forms.iter().find(|form| fits(form, MIN_TITLE)));
        *form.unwrap_or(&forms[forms.len() - 1])
    }

    /// Returns the forms of the row, from the widest to the narrowest. Title and price are in all of them; what follows is
    /// shortened and dropped by its importance: an unusual status, the start, the seat. A venue has what the others leave.
    fn forms(&self) -> [FittedParts<'a>; 11] {
        let (status, role) = &self.row.status;
        // What follows the last separator, such as the time that is left.
        let end = status.rsplit(STATUS_SEPARATOR).next().unwrap_or_default();
        let (status, short, rare) = match role {
            StyleRole::Usual => ("", "", ""),
            StyleRole::Dim => (&**status, end, ""),
            _ => (&**status, end, end),
        };
        let when = self.when.unwrap_or_default();
        let date = when.split(", ").next().unwrap_or_default();
        // Out of line with the starts of other rows.
        let tight = When { text: when, is_whole: true, column: with_gap(when) };
        let aligned = When { column: if self.time > 0 { self.time } else { tight.column }, ..tight };
        let day = When { text: date, is_whole: false, column: with_gap(date) };
        let form = |status, when, has_seat| FittedParts { status, when, has_seat };
        [
            form(status, aligned, true),
            form(status, tight, true),
            form(short, aligned, true),
            form(rare, aligned, true),
            form(short, tight, true),
            form(rare, tight, true),
            form(short, day, true),
            form(rare, day, true),
            form(rare, tight, false),
            form(rare, day, false),
            form(rare, When::default(), false),
        ]
    }

    /// Returns the fewest columns that a form needs, with as many for a longer title.
    fn width(&self, form: &FittedParts<'_>, least_title: u16) -> u16 {
        let FittedParts { status, when, has_seat } = *form;
        let title = text::width(&text::sanitize(&self.row.title));
        let seat = self.seat.filter(|_| has_seat);
        // A time without a column of its own cuts nothing else, nor does a column without a time.
        let has_column = self.time > 0;
        let is_whole = when.is_whole && when.column > 0 && has_column == when.text.is_empty();
        let before = match seat {
            Some(seat) if is_whole => title + text::width(seat) + SEPARATOR,
            Some(seat) => title.min(least_title) + least_seat(seat),
            None if is_whole => title,
            None => title.min(least_title),
        };
        before + with_gap(status) + when.column
    }
}

/// Returns the columns of a text with the gap beside it.
fn with_gap(text: &str) -> u16 {
    if text.is_empty() { 0 } else { text::width(text) + GAP }
}

/// Aligns a day of one digit with the last digit of two.
fn align_day(time: &str) -> String {
    let day = time.split(' ').next().unwrap_or_default();
    if day.len() == 1 { format!(" {time}") } else { time.to_owned() }
}

/// Returns as much of a seat as fits behind the title in a place. Seats of one title differ in nothing else, so a long
/// title leaves half of the place beyond its preferred columns, and the end of the seat at least.
fn seat_beside(painter: &Painter<'_>, place: Rect, title: &str, seat: &str) -> Option<String> {
    let (least, title) = (least_seat(seat), text::width(&text::sanitize(title)));
    if place.width < least + title.min(MIN_TITLE) {
        return None;
    }
    let beside = place.width.saturating_sub(title);
    let half = (place.width / 2).min(place.width.saturating_sub(PREFERRED_TITLE));
    let room = beside.max(half).max(least) - SEPARATOR;
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
    Rect { x: column.x + GAP, width: column.width.saturating_sub(GAP), ..column }
}
