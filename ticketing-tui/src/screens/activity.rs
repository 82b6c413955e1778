//! What happens in the market: a log, and charts of the last ten minutes.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Context, Input, PlainView, Route, Screen};
use crate::action::Action;
use crate::model::Model;
use crate::model::activity::{ActivityEvent, BARS};
use crate::model::ticket_store::PRICE_BANDS;
use crate::text;
use crate::widgets::list::List;
use crate::widgets::painter::{Painter, below, inset, top};
use crate::widgets::{activity_line, meter, placeholder};

/// What happens in the market.
#[derive(Debug)]
pub(crate) struct Activity {
    list: List,
}

/// From here on there is room for the charts beside the log.
const SPLIT: u16 = 100;

impl Activity {
    pub(crate) fn open(_: &Model) -> Self {
        Self { list: List::default() }
    }

    fn selected<'m>(&self, model: &'m Model) -> Option<&'m ActivityEvent> {
        model.market.activity.log().get(self.list.selected())
    }
}

fn sums(model: &Model) -> String {
    let total = model.market.activity.total();
    let turnover = format!("${}.{:02}", total.turnover / 100, total.turnover % 100);
    format!("{} listed, {} reserved, {} sold for {turnover}", total.listed, total.reserved, total.sold)
}

impl Screen for Activity {
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
        let open = |this: &Self, cx: &mut Context<'_>| {
            if let Some(event) = this.selected(cx.model) {
                let ticket = event.ticket.clone();
                cx.go(Route::Ticket(ticket));
            }
        };
        match input {
            Input::Action(Action::Open) => open(self, cx),
            Input::Action(Action::Copy) => {
                if let Some(event) = self.selected(cx.model) {
                    let id = event.ticket.to_string();
                    cx.model.copy(&id);
                }
            }
            Input::Action(action) => {
                self.list.act(action, len);
            }
            Input::Row(row, pick) if self.list.pick(row, pick) => open(self, cx),
            Input::Scroll(rows) => self.list.scroll(rows, len),
            _ => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        if area.width >= SPLIT {
            let side = area.width * 2 / 5;
            log(self, model, painter, Rect { width: area.width - side, ..area });
            charts(model, painter, Rect { x: area.right() - side, width: side, ..area });
        } else if area.height >= 18 {
            let low = 9;
            log(self, model, painter, Rect { height: area.height - low, ..area });
            charts(model, painter, below(area, area.height - low));
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
                    text::time_of_day(event.at),
                    event.kind.word(),
                    event.title,
                    text::price(event.cents)
                )
            })
        });
        let mut lines = vec![format!("Since the start: {}", sums(model))];
        if log.is_empty() {
            lines.push("No activity since the start.".to_owned());
        }
        PlainView { lines, ..rows }
    }
}

fn log(screen: &Activity, model: &Model, painter: &mut Painter<'_>, area: Rect) {
    let inner = painter.frame(area, "Since the start", painter.theme.border);
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
    screen.list.view(painter, below(inner, 1), log.len(), |painter, line, index, _| {
        if let Some(event) = log.get(index) {
            activity_line::line(painter, line, event);
        }
    });
}

fn charts(model: &Model, painter: &mut Painter<'_>, area: Rect) {
    let inner = inset(painter.frame(area, "The last ten minutes", painter.theme.border), 1, 0);
    let bars = model.market.activity.bars(model.now);
    let series: [(&str, Vec<u64>, Style); 3] = [
        ("listed", bars.iter().map(|bar| bar.listed.into()).collect(), painter.theme.good),
        ("reserved", bars.iter().map(|bar| bar.reserved.into()).collect(), painter.theme.warn),
        ("sold", bars.iter().map(|bar| bar.sold.into()).collect(), painter.theme.accent),
    ];
    // With little room only the lines of time, else prices below them.
    let tall = inner.height >= 24;
    let each = if tall { ((inner.height - 11) / 3).clamp(2, 7) } else { (inner.height / 3).max(1) };
    let mut rest = inner;
    for (label, values, style) in series {
        let total: u64 = values.iter().sum();
        let words = format!("{label} {total}");
        painter.text(Rect { width: 14, ..top(rest, 1) }, &words, painter.theme.dim);
        let chart = Rect {
            x: rest.x + 14,
            width: rest.width.saturating_sub(14).min(u16::try_from(BARS).unwrap_or(60)),
            ..top(rest, each.saturating_sub(u16::from(tall)).max(1))
        };
        meter::bars(painter, chart, &values, style);
        rest = below(rest, each);
    }
    if tall {
        painter.text(
            top(rest, 1),
            &format!("Prices of available tickets ({})", text::count(model.market.tickets.available())),
            painter.theme.heading,
        );
        let mut from = 0;
        let mut rows = Vec::new();
        for (count, end) in
            model.market.tickets.price_bands().iter().zip(PRICE_BANDS.map(Some).into_iter().chain([None]))
        {
            let label = match end {
                Some(end) if from == 0 => format!("under ${}", end / 100),
                Some(end) => format!("${} to ${}", from / 100, end / 100),
                None => format!("from ${}", from / 100),
            };
            from = end.unwrap_or(from);
            rows.push((label, *count));
        }
        meter::lying(painter, below(rest, 2), &rows, painter.theme.accent);
    }
}
