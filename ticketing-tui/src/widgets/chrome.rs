//! What is around every screen: the bar with the tabs, the footer with the keys, and the messages.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::{Hit, Pen, bottom, inset, top};
use crate::action::{Action, Scope};
use crate::model::notices::Level;
use crate::model::{Link, Model, Session};
use crate::screens::{Route, TABS};
use crate::text;

/// What the tabs take with their names, when one of them has a mark.
const TABS_WIDTH: u16 = 58;
/// Below this, nothing can be shown that is of use.
const SMALLEST: (u16, u16) = (40, 12);

pub(crate) fn is_too_small(area: Rect) -> bool {
    area.width < SMALLEST.0 || area.height < SMALLEST.1
}

/// Says that there is too little room, and how much is needed.
pub(crate) fn too_small(pen: &mut Pen<'_>, area: Rect) {
    let (width, height) = SMALLEST;
    let middle = Rect { y: area.y + area.height.saturating_sub(3) / 2, height: area.height.min(3), ..area };
    let words = format!(
        "This window has {} × {}. The marketplace needs {width} × {height}.",
        area.width, area.height
    );
    pen.paragraph(middle, &words.replace('×', "x"), pen.theme.warn);
}

/// Draws the bars at the top and the bottom. Answers with the area between them.
pub(crate) fn view(
    pen: &mut Pen<'_>,
    area: Rect,
    model: &Model,
    open: &Route,
    actions: &[Action],
    writes: bool,
) -> Rect {
    header(pen, top(area, 1), model, open);
    footer(pen, bottom(area, 1), model, actions, writes);
    inset(area, 0, 1)
}

fn header(pen: &mut Pen<'_>, area: Rect, model: &Model, open: &Route) {
    pen.buffer.set_style(area, pen.theme.bar);
    let account = right_side(pen, area, model);
    let mut x = area.x;
    if area.width >= 100 {
        x = pen.text(area, " ticketing ", pen.theme.accent.patch(pen.theme.bar).fg(accent(pen)));
    }
    let wide = account.saturating_sub(x) >= TABS_WIDTH;
    for (action, route) in &TABS {
        let key = model.key(*action);
        let is_open = route == open;
        let open_orders = model.orders.open().count();
        let badge = if *action == Action::Orders && open_orders > 0 {
            format!(" {}{open_orders}", pen.glyphs.dot)
        } else {
            String::new()
        };
        let words = if wide || is_open {
            format!(" {key} {}{badge} ", action.label())
        } else {
            format!(" {key}{badge} ")
        };
        let style = if is_open { pen.theme.tab } else { pen.theme.bar };
        let place = Rect { x, width: account.saturating_sub(x), ..area };
        let end = pen.text(place, &words, style);
        pen.hit(Rect { x, width: end - x, ..area }, Hit::Action(*action));
        x = end;
    }
}

/// The colour of what matters most, on whatever ground.
fn accent(pen: &Pen<'_>) -> ratatui::style::Color {
    pen.theme.accent.fg.unwrap_or_default()
}

/// Who is signed in, and how the connection is. Answers with the column where that begins.
fn right_side(pen: &mut Pen<'_>, area: Rect, model: &Model) -> u16 {
    let (mark, words, style) = match &model.link {
        Link::Connecting => (pen.glyphs.hollow, "connecting".to_owned(), pen.theme.dim),
        Link::Live => (pen.glyphs.dot, "live".to_owned(), pen.theme.good),
        Link::Lost { retry_at, .. } => {
            let left = retry_at.saturating_since(model.now);
            let words = if left.is_zero() {
                "reconnecting".to_owned()
            } else {
                let again = if area.width >= 120 { ", again in" } else { "" };
                format!("offline{again} {}", text::clock(left))
            };
            (pen.glyphs.cross, words, pen.theme.bad)
        }
        Link::Ended(_) => (pen.glyphs.hollow, "not live".to_owned(), pen.theme.warn),
    };
    let style = pen.theme.bar.patch(style);
    let link = format!("{mark} {words} ");
    let x = pen.right(area, &link, style);
    let account = match &model.session {
        Session::Unknown => return x.saturating_sub(1),
        Session::Out => {
            let key = model.key(Action::Account);
            format!("{key} Sign in ")
        }
        Session::In(user) => {
            let room = x.saturating_sub(area.x + TABS_WIDTH + 2).min(40);
            if room < 8 {
                return x.saturating_sub(1);
            }
            format!("{} ", text::fit(&text::sanitize(&user.email), room, pen.glyphs.ellipsis))
        }
    };
    if area.width < 60 {
        return x.saturating_sub(1);
    }
    let place = Rect { width: x - area.x, ..area };
    let start = pen.right(place, &account, pen.theme.bar);
    pen.hit(Rect { x: start, width: x - start, ..area }, Hit::Action(Action::Account));
    start.saturating_sub(1)
}

/// The keys of what can be done, as far as there is room.
fn footer(pen: &mut Pen<'_>, area: Rect, model: &Model, actions: &[Action], writes: bool) {
    pen.buffer.set_style(area, pen.theme.bar);
    let key = |action| if writes { model.key_while_writing(action) } else { model.key(action) };
    let last = [Action::Help, Action::Quit];
    let own = actions.iter().filter(|action| {
        (action.scope() != Scope::Moving || **action == Action::Open) && !last.contains(action)
    });
    let hint = |action: &Action| {
        let key = key(*action);
        (!key.is_empty()).then(|| (key, action.label(), *action))
    };
    let room_for = |(key, label, _): &(String, &str, Action)| text::width(key) + text::width(label) + 3;
    let fixed: Vec<_> = last.iter().filter_map(hint).collect();
    let end = area.right().saturating_sub(fixed.iter().map(room_for).sum());
    let mut x = area.x + 1;
    let mut draw = |hints: &mut dyn Iterator<Item = (String, &'static str, Action)>, end: u16| {
        for hint in hints {
            if x + room_for(&hint) > end {
                break;
            }
            let (key, label, action) = hint;
            let place = Rect { x, width: end - x, ..area };
            x = pen.button(place, &key, label, action) + 2;
        }
    };
    draw(&mut own.filter_map(hint), end);
    draw(&mut fixed.into_iter(), area.right() + 1);
}

/// The messages, at the lower right of the screen, the newest lowest.
pub(crate) fn notices(pen: &mut Pen<'_>, body: Rect, model: &Model) {
    let mut y = body.bottom();
    for notice in model.notices.shown().rev() {
        let (mark, style) = match notice.level {
            Level::Info => (pen.glyphs.dot, pen.theme.accent),
            Level::Good => (pen.glyphs.tick, pen.theme.good),
            Level::Warn => ("!", pen.theme.warn),
            Level::Bad => (pen.glyphs.cross, pen.theme.bad),
        };
        let lines = text::wrap(&notice.text, body.width.saturating_sub(8).min(72));
        for (index, line) in lines.iter().enumerate().rev() {
            let width = text::width(line) + 5;
            if y <= body.y + 1 || width > body.width {
                return;
            }
            y -= 1;
            let place = Rect { x: body.right() - width - 1, y, width, height: 1 };
            // What lies below must not show through, nor leave half of a wide character.
            for x in place.left()..place.right() {
                if let Some(cell) = pen.buffer.cell_mut((x, y)) {
                    cell.reset();
                }
            }
            let ground = pen.theme.base.patch(pen.theme.focus);
            pen.buffer.set_style(place, ground);
            let mark = if index == 0 { mark } else { " " };
            pen.spans(place, &[(" ", Style::new()), (mark, style), ("  ", Style::new()), (line, ground)]);
        }
    }
}
