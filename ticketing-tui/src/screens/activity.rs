//! The activity of the market: a log, and charts of the last ten minutes.

use super::prelude::*;
use crate::model::activity::{ActivityEvent, BARS, Bar};
use crate::model::ticket_store::PRICE_BANDS;
use crate::widgets::{activity_line, meter};

/// The activity of the market.
#[derive(Debug, Default)]
pub(crate) struct ActivityScreen {
    list: List,
}

impl ActivityScreen {
    fn selected<'m>(&self, model: &'m Model) -> Option<&'m ActivityEvent> {
        model.market.activity.log().get(self.list.selected())
    }
}

fn sums(model: &Model) -> String {
    let total = model.market.activity.total();
    let turnover = text::price(total.turnover);
    format!("{} listed, {} reserved, {} sold for {turnover}", total.listed, total.reserved, total.sold)
}

impl Screen for ActivityScreen {
    fn title(&self, _: &Model) -> String {
        "Activity".to_owned()
    }

    fn actions(&self, model: &Model) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.selected(model).is_some() {
            actions.extend([Action::Open, Action::Copy]);
        }
        actions.extend(List::MOVES);
        actions
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        let len = cx.model.market.activity.log().len();
        let selected = self.selected(cx.model).map(|event| event.ticket.clone());
        match (input, selected) {
            (Input::Action(Action::Open), Some(ticket)) => cx.push_route(Route::Ticket(ticket)),
            (Input::Action(Action::Copy), Some(ticket)) => cx.model.copy(ticket.as_str()),
            (Input::Action(action), _) => {
                self.list.handle_action(action, len);
            }
            (Input::Row(row, open), _) if self.list.pick(row, open) => {
                if let Some(ticket) = self.selected(cx.model).map(|event| event.ticket.clone()) {
                    cx.push_route(Route::Ticket(ticket));
                }
            }
            (Input::Scroll(rows), _) => self.list.scroll(rows, len),
            _ => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let (list, beside) = panes::split(area);
        if let Some(beside) = beside {
            log(self, model, painter, list);
            self.draw_details(model, painter, beside);
        } else if area.height >= 18 {
            log(self, model, painter, Rect { height: area.height - CHARTS, ..area });
            charts(model, painter, inset(below(area, area.height - CHARTS), 2, 0));
        } else {
            log(self, model, painter, area);
        }
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        let log = model.market.activity.log();
        let rows = PlainView::list(&self.list, log.len(), |index| {
            log.get(index).map_or_else(String::new, |event| {
                format!(
                    "{} {}: {}, {}",
                    model.local.time_of_day(event.at),
                    event.kind.as_ref(),
                    event.title,
                    text::price(event.cents)
                )
            })
        });
        let mut lines = vec![format!("Since the start ({}): {}", model.local.zone(model.now), sums(model))];
        if log.is_empty() {
            lines.push("No activity since the start.".to_owned());
        }
        PlainView { lines, ..rows }
    }
}

impl ActivityScreen {
    /// Draws the charts, and below them the ticket of the selected event; between them the prices, where there is room for
    /// all.
    fn draw_details(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let mut rest = below(charts(model, painter, area), 1);
        if rest.height >= PRICES + 1 + TICKET {
            rest = below(prices(model, painter, rest), 1);
        }
        if let Some(event) = self.selected(model)
            && let Some(row) = model.market.tickets.get(&event.ticket)
        {
            ticket_card::view(painter, rest, model, &event.ticket, row);
        }
    }
}

fn log(screen: &ActivityScreen, model: &Model, painter: &mut Painter<'_>, area: Rect) {
    let inner = painter.list_title(area, &format!("Since the start ({})", model.local.zone(model.now)));
    let line = Rect { x: inner.x + 2, width: inner.width.saturating_sub(3), ..top(inner, 1) };
    painter.text(line, &sums(model), painter.theme.dim);
    let log = model.market.activity.log();
    if log.is_empty() {
        let more = "New listings, reservations and sales appear here.";
        return placeholder::message(
            painter,
            below(inner, 1),
            "No activity since the start",
            painter.theme.dim,
            &[more],
        );
    }
    screen.list.view(painter, below(inner, 1), log.len(), &[], |painter, line, index| {
        if let Some(event) = log.get(index) {
            activity_line::line(painter, line, model, event);
        }
    });
}

/// The lines of the charts.
const CHARTS: u16 = 6;
/// The lines of the prices.
const PRICES: u16 = 9;
/// The lines of a drawn ticket and of what can be done with it.
const TICKET: u16 = 18;
/// The columns before a chart.
const LABEL: u16 = 14;

/// The label of a chart, its value for each bar, and its style.
type Series = (&'static str, fn(&Bar) -> u32, Style);

/// Draws what happened in the last ten minutes, a line for each kind, over an axis. Returns the rest of the area.
fn charts(model: &Model, painter: &mut Painter<'_>, area: Rect) -> Rect {
    painter.text(area, "The last ten minutes", painter.theme.heading);
    let inner = below(area, 1);
    let bars = model.market.activity.bars(model.now);
    let room = usize::from(inner.width.saturating_sub(LABEL)).clamp(1, BARS);
    // A column of a narrow chart is the sum of several bars, so that the chart still covers ten minutes.
    let each = BARS.div_ceil(room);
    let width = u16::try_from(BARS.div_ceil(each)).unwrap_or(u16::MAX);
    let theme = painter.theme;
    let series: [Series; 3] = [
        ("listed", |bar| bar.listed, theme.base),
        ("reserved", |bar| bar.reserved, theme.warn),
        ("sold", |bar| bar.sold, theme.unavailable),
    ];
    let mut rest = inner;
    let chart = |line: Rect| Rect { x: line.x + LABEL.min(line.width), width, height: 1, ..line };
    for (label, value, style) in series {
        let total: u32 = bars.iter().map(value).sum();
        painter.text(Rect { width: LABEL, ..top(rest, 1) }, &format!("{label} {total}"), painter.theme.dim);
        let values: Vec<u64> =
            bars.rchunks(each).rev().map(|some| some.iter().map(|bar| u64::from(value(bar))).sum()).collect();
        if !rest.is_empty() {
            meter::draw_bars(painter, chart(rest), &values, style);
        }
        rest = below(rest, 1);
    }
    if !rest.is_empty() {
        painter.text(chart(rest), "10 min ago", painter.theme.faint);
        painter.right(chart(rest), "now", painter.theme.faint);
    }
    below(rest, 1)
}

/// Draws how many tickets are available at which prices. Returns the rest of the area.
fn prices(model: &Model, painter: &mut Painter<'_>, area: Rect) -> Rect {
    let title = format!("Prices of available tickets ({})", text::count(model.market.tickets.available()));
    painter.text(area, &title, painter.theme.heading);
    let inner = below(area, 1);
    let dollars = |cents: u32| text::price(cents).trim_end_matches(".00").to_owned();
    let mut from = 0;
    let mut rows = Vec::new();
    let ends = PRICE_BANDS.map(Some).into_iter().chain([None]);
    for (count, end) in model.market.tickets.price_bands().iter().zip(ends) {
        let label = match end {
            Some(end) if from == 0 => format!("under {}", dollars(end)),
            Some(end) => format!("{} to {}", dollars(from), dollars(end)),
            None => format!("from {}", dollars(from)),
        };
        from = end.unwrap_or(from);
        rows.push((label, *count));
    }
    meter::draw_horizontal_bars(painter, inner, &rows, painter.theme.dim);
    below(inner, u16::try_from(rows.len()).unwrap_or(inner.height))
}
