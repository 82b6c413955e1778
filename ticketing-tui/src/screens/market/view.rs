//! Draws the market: the query, the rows, and the selected ticket beside them.

use ticketing_sdk::PriceBound;
use unicode_segmentation::UnicodeSegmentation;

use super::MarketScreen;
use crate::event_period::{self, Period};
use crate::local_time::has_years;
use crate::model::query::{Query, Sort};
use crate::screens::prelude::*;
use crate::widgets::activity_line;
use crate::widgets::painter::ClickTarget;

impl MarketScreen {
    /// The filter, and how the list is bounded and sorted.
    pub(super) fn query_line(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let query = model.market.view.query();
        let area = inset(area, if area.width >= 60 { 2 } else { 1 }, 0);
        let words = format!("{}{}", query.sort.label(), limits(query, painter.glyphs.separator));
        let wide = area.width >= 50;
        let end = if wide { painter.right(area, &words, painter.theme.dim) } else { area.right() };
        let field = Rect { width: end.saturating_sub(area.x + 2), ..area };
        if self.writing || !self.filter.value().is_empty() {
            painter.text(Rect { width: 1, ..area }, "/", painter.theme.accent);
            let line = Rect { x: field.x + 1, width: field.width.saturating_sub(1).min(60), ..field };
            self.filter.line(painter, line, self.writing);
        } else {
            let key = model.key(Action::Filter);
            let hint = if wide {
                format!("{key} filters by title and venue")
            } else {
                format!("{key} filter {} {words}", painter.glyphs.separator)
            };
            painter.text(field, &hint, painter.theme.faint);
        }
        painter.add_click_target(field, ClickTarget::Field(0));
    }

    pub(super) fn draw_placeholder(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let key = |action| model.key(action);
        let market = &model.market;
        if market.tickets.len() == 0 && !matches!(market.load, Load::Ready) {
            return placeholder::load(painter, area, &market.load, "the market", &key(Action::Reload));
        }
        if market.view.is_searching() {
            return;
        }
        if market.view.query().is_narrow() || market.view.query().available_only && market.tickets.len() > 0 {
            let clear = format!("{} clears the filter", key(Action::Clear));
            let free = format!("{} shows reserved and sold tickets too", key(Action::AvailableOnly));
            let mut more = vec![clear.as_str()];
            if market.view.query().available_only {
                more.push(&free);
            }
            placeholder::message(painter, area, "No tickets match", painter.theme.warn, &more);
        } else {
            let sell = format!("{} lists one for sale", key(Action::New));
            placeholder::message(painter, area, "No tickets are for sale", painter.theme.dim, &[&sell]);
        }
    }

    pub(super) fn rows(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let tickets = &model.market.tickets;
        let needs = RowNeeds {
            offsets: model.local.offset_display(tickets.starts()),
            has_years: has_years(tickets.starts(), model.server_now()),
            max_cents: tickets.max_cents().into(),
        };
        let columns = Columns::for_width(area.width, needs);
        let len = model.market.view.len();
        columns.table(painter, area, &self.list, len, &groups(model), |painter, place, index| {
            if let Some(row) = row(model, index) {
                let title = columns.row(painter, place, model, &row);
                mark_found_letters(painter, title, model, &row.title);
            }
        });
    }

    /// Draws the selected ticket, and the latest activity if there is room.
    pub(super) fn draw_details(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let low = if area.height >= 30 { area.height / 2 } else { 0 };
        let inner = area;
        match self.selected(model) {
            Some((id, row)) => {
                let inner = Rect { height: inner.height - low, ..inner };
                ticket_card::view(painter, inner, model, &id, row);
            }
            None => placeholder::message(painter, inner, "Nothing is selected", painter.theme.dim, &[]),
        }
        let log = model.market.activity.log();
        if low > 0 && !log.is_empty() {
            let inner = bottom(inner, low);
            let title = format!("Activity ({})", model.local.zone(model.now));
            painter.text(inner, &title, painter.theme.heading);
            let inner = below(inner, 1);
            for (event, line) in log.iter().zip(inner.rows()) {
                activity_line::line(painter, line, model, event);
            }
        }
    }
}

/// Returns the first row and the heading of each date group; none if the list has another order. Rows are sorted by the day
/// at the place of the event, so a binary search finds the first row of each group.
fn groups(model: &Model) -> Vec<(usize, String)> {
    let (market, len) = (&model.market, model.market.view.len());
    let query = market.view.query();
    let mut groups: Vec<(usize, String)> = Vec::new();
    if query.sort != Sort::Soonest || !query.text.is_empty() || market.view.is_searching() {
        return groups;
    }
    let today = model.today();
    // The days of this month before today are a group of their own.
    let group = |index| {
        let starts = market.visible_ticket(index)?.1.starts_at();
        Some((event_period::day(starts) < Some(today), Period::from_start(starts, today)))
    };
    let mut first = 0;
    while first < len && groups.len() < MAX_GROUPS {
        let Some(name) = group(first) else { break };
        let (mut same, mut other) = (first, len);
        while same + 1 < other {
            let middle = same + (other - same) / 2;
            if group(middle) == Some(name) {
                same = middle;
            } else {
                other = middle;
            }
        }
        groups.push((first, name.1.label(today)));
        first = other;
    }
    // A market without dates needs no heading.
    if groups.len() == 1 && group(0).is_some_and(|(_, period)| period == Period::Undated) {
        groups.clear();
    }
    groups
}

/// The maximum number of groups: more than a few years of months.
const MAX_GROUPS: usize = 60;

/// Returns the row at this position of the list.
pub(super) fn row(model: &Model, index: usize) -> Option<Row<'_>> {
    let (id, row) = model.market.visible_ticket(index)?;
    Some(ticket_card::row(model, &model.market.tickets.id(id)?, row))
}

/// Returns the active filters, after the sort order.
pub(super) fn limits(query: &Query, separator: &str) -> String {
    let mut text = String::new();
    let price = |bound: PriceBound| text::price(bound.cents().unsigned_abs());
    let range = match (query.min, query.max) {
        (None, None) => String::new(),
        (Some(min), None) => format!("from {}", price(min)),
        (None, Some(max)) => format!("up to {}", price(max)),
        (Some(min), Some(max)) => format!("{} to {}", price(min), price(max)),
    };
    for part in [range.as_str(), if query.available_only { "available only" } else { "" }] {
        if !part.is_empty() {
            text = format!("{text} {separator} {part}");
        }
    }
    text
}

/// Marks the letters that the filter has found.
fn mark_found_letters(painter: &mut Painter<'_>, area: Rect, model: &Model, title: &str) {
    let letters = model.market.view.matched_letters(title);
    let mut letters = letters.iter().peekable();
    let mut x = area.x;
    for (index, grapheme) in title.graphemes(true).enumerate() {
        let Some(next) = letters.peek() else { return };
        let width = text::width(grapheme);
        if x + width > area.right() {
            return;
        }
        if usize::try_from(**next) == Ok(index) {
            letters.next();
            painter.buffer.set_style(Rect { x, width, height: 1, ..area }, painter.theme.matched);
        }
        x += width;
    }
}
