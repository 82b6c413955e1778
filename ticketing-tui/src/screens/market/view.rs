//! Draws the market: the query, the rows, and the selected ticket beside them.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ticketing_sdk::{EventTime, TicketId};
use unicode_segmentation::UnicodeSegmentation;

use super::{Market, ROOMY};
use crate::action::Action;
use crate::model::query::Query;
use crate::model::ticket_store::{TicketRow, TicketState};
use crate::model::{Load, Model};
use crate::text;
use crate::widgets::columns::{Columns, Line, venue};
use crate::widgets::list::List;
use crate::widgets::painter::{ClickTarget, Painter, below, bottom, inset};
use crate::widgets::{activity_line, placeholder, ticket_card};

impl Market {
    /// The filter, and how the list is bounded and sorted.
    pub(super) fn query_line(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let query = model.market.view.query();
        let area = inset(area, 1, 0);
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

    pub(super) fn nothing(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
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
        let (market, len) = (&model.market, model.market.view.len());
        let columns = Columns::of_events(area.width, if area.width >= ROOMY { 13 } else { 0 });
        let rows = below(area, 1);
        columns.heading(painter, List::heading(area, len, rows.height), "WHEN");
        self.list.view(painter, rows, len, |painter, place, index, _| {
            if let Some((id, row)) = market.shown(index)
                && let Some(ticket) = market.tickets.id(id)
            {
                line(painter, place, columns, model, &ticket, row);
            }
        });
    }

    /// The ticket that is selected, and where there is room what has just happened.
    pub(super) fn beside(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let low = if area.height >= 30 { area.height / 2 } else { 0 };
        let inner =
            painter.frame(Rect { height: area.height - low, ..area }, "Selected", painter.theme.border);
        match self.selected(model) {
            Some((id, row)) => ticket_card::view(painter, inset(inner, 1, 0), model, &id, row),
            None => placeholder::message(painter, inner, "Nothing is selected", painter.theme.dim, &[]),
        }
        if low > 0 {
            let inner = inset(painter.frame(bottom(area, low), "Just now", painter.theme.border), 1, 0);
            for (event, y) in model.market.activity.log().iter().zip(inner.y..inner.bottom()) {
                activity_line::line(painter, Rect { y, height: 1, ..inner }, event);
            }
        }
    }
}

/// Writes the line of a ticket.
fn line(
    painter: &mut Painter<'_>,
    place: Rect,
    columns: Columns,
    model: &Model,
    ticket: &TicketId,
    row: &TicketRow,
) {
    let (word, role) = ticket_card::status(model, ticket, row);
    let had = row.state == TicketState::Available || model.orders.of_ticket(ticket).is_some();
    let line = Line {
        title: &row.title,
        price: &text::price(row.cents),
        status: (&word, role.style(painter.theme)),
        time: &row.starts_at().map(EventTime::label).unwrap_or_default(),
        venue: &venue(row.details()),
        style: if had { Style::new() } else { painter.theme.unavailable },
    };
    let title = columns.view(painter, place, &line);
    found(painter, title, model, &row.title);
    if row.state != TicketState::Available && !columns.has_status() {
        // Without room for words, a mark says it: colour alone must not.
        let mark = match row.state {
            _ if had => painter.glyphs.dot,
            TicketState::Sold => painter.glyphs.cross,
            _ => painter.glyphs.hollow,
        };
        painter.text(Rect { x: title.right(), width: 1, ..place }, mark, line.status.1);
    }
}

/// What else bounds the list, behind its order.
pub(super) fn limits(query: &Query, separator: &str) -> String {
    let mut text = String::new();
    let range = match (query.min, query.max) {
        (None, None) => String::new(),
        (Some(min), None) => format!("from ${min}"),
        (None, Some(max)) => format!("up to ${max}"),
        (Some(min), Some(max)) => format!("${min} to ${max}"),
    };
    for part in [range.as_str(), if query.available_only { "available only" } else { "" }] {
        if !part.is_empty() {
            text = format!("{text} {separator} {part}");
        }
    }
    text
}

/// Marks the letters that the filter has found.
fn found(painter: &mut Painter<'_>, area: Rect, model: &Model, title: &str) {
    let letters = model.market.view.found_letters(title);
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
