//! The bars around every screen: the tabs at the top, and the keys at the bottom.

use std::ops::Range;

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::painter::{ClickTarget, Painter, below, bottom, inset, top};
use crate::action::{Action, Scope};
use crate::model::{FeedState, Model, SessionState};
use crate::route::{Route, TABS};
use crate::text;

/// The smallest usable size.
const MIN_SIZE: (u16, u16) = (40, 12);
/// The minimum number of columns for an e-mail address.
const MIN_EMAIL_WIDTH: u16 = 8;

/// The available actions.
pub(crate) struct AvailableActions {
    /// The actions of the screen in front, the most important first.
    pub(crate) actions: Vec<Action>,
    /// That, and what can be done anywhere.
    pub(crate) available: Vec<Action>,
    /// Whether letters are written, so that only other keys do something.
    pub(crate) writes: bool,
}

pub(crate) fn is_too_small(area: Rect) -> bool {
    area.width < MIN_SIZE.0 || area.height < MIN_SIZE.1
}

/// Draws the message that the terminal is too small, with the size that is needed.
pub(crate) fn too_small(painter: &mut Painter<'_>, area: Rect) {
    let (width, height) = MIN_SIZE;
    let middle = Rect { y: area.y + area.height.saturating_sub(3) / 2, height: area.height.min(3), ..area };
    let words = format!(
        "This window has {} x {}. The marketplace needs {width} x {height}.",
        area.width, area.height
    );
    painter.paragraph(middle, &words, painter.theme.warn);
}

/// Draws the bars at the top and the bottom. Returns the area between them.
pub(crate) fn view(
    painter: &mut Painter<'_>,
    area: Rect,
    model: &Model,
    open: &Route,
    available: &AvailableActions,
) -> Rect {
    header(painter, top(area, 1), model, open, available.writes);
    footer(painter, bottom(area, 1), model, available);
    let air = u16::from(area.height >= MIN_HEIGHT_OF_GAP);
    below(inset(area, 0, 1), air)
}

/// The width from which on the bar always has a margin.
const ROOMY: u16 = 90;
/// The height from which a line below the tabs is free.
const MIN_HEIGHT_OF_GAP: u16 = 32;

fn header(painter: &mut Painter<'_>, area: Rect, model: &Model, open: &Route, writes: bool) {
    painter.buffer.set_style(area, painter.theme.bar);
    let width = |tabs: &[Tab]| tabs.iter().map(|tab| tab.gap + text::width(&tab.words)).sum::<u16>();
    let named = tabs(painter, model, open, writes, Density::Named);
    let accounts = accounts(model);
    let shortest = accounts.last().map_or(0, |words| text::width(words) + 1);
    let (state, style) = feed_state(painter, area, model);
    // A margin at the end, unless a word would be cut for it.
    let margin =
        u16::from(area.width >= ROOMY || width(&named) + shortest + text::width(&state) + 2 <= area.width);
    let state_place = Rect { width: area.width.saturating_sub(margin), ..area };
    let state_at = painter.right(state_place, &state, painter.theme.bar.patch(style));
    let mut x = area.x;
    if area.width >= 100 {
        let style = Style { fg: painter.theme.accent.fg, ..painter.theme.accent.patch(painter.theme.bar) };
        x = painter.text(area, " ticketing ", style);
    }
    let room = state_at.saturating_sub(x);
    let user = accounts.first().cloned().unwrap_or_default();
    let wide = tabs(painter, model, open, writes, Density::Wide);
    let tabs = if width(&wide) + text::width(&user) + 3 <= room {
        wide
    } else if width(&named) < room {
        named
    } else {
        tabs(painter, model, open, writes, Density::Keys)
    };
    for Tab { gap, words, marks, action, style } in tabs {
        x += gap;
        let place = Rect { x, width: state_at.saturating_sub(x), ..area };
        let end = painter.text(place, &words, style);
        for (columns, style) in marks {
            let mark = Rect { x: x + columns.start, width: columns.end - columns.start, ..place };
            painter.buffer.set_style(mark.intersection(place), style);
        }
        painter
            .add_click_target(Rect { x, width: end.saturating_sub(x), ..area }, ClickTarget::Action(action));
        x = end;
    }
    // A space on either side.
    let area = Rect { x: x + 1, width: state_at.saturating_sub(x + 2), ..area };
    let user = accounts.iter().find(|words| text::width(words) <= area.width).or(accounts.last());
    if let Some(user) = user.filter(|words| area.width >= text::width(words).min(MIN_EMAIL_WIDTH)) {
        let start = painter.right(area, user, painter.theme.bar);
        painter.add_click_target(
            Rect { x: start, width: area.right() - start, ..area },
            ClickTarget::Action(Action::Account),
        );
    }
}

/// The width that a tab has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Density {
    /// For its name with padding.
    Wide,
    /// For its name.
    Named,
    /// For its key alone; the open tab shows its name.
    Keys,
}

/// A tab of the bar.
struct Tab {
    /// The free columns before it.
    gap: u16,
    words: String,
    /// The columns of its words that have a style of their own.
    marks: Vec<(Range<u16>, Style)>,
    action: Action,
    style: Style,
}

/// The tabs in their order.
fn tabs(painter: &Painter<'_>, model: &Model, open: &Route, writes: bool, density: Density) -> Vec<Tab> {
    let open_orders = model.orders.open().count();
    let tab = |(action, route): &(Action, Route)| {
        let is_open = route == open;
        let badge = match *action {
            Action::Orders if open_orders > 0 => format!(" {}{open_orders}", painter.glyphs.dot),
            _ => String::new(),
        };
        // While a text field has the focus, the keys are text.
        let is_short = density == Density::Keys && !is_open;
        let key = if writes && !is_short { String::new() } else { format!("{} ", model.key(*action)) };
        let words = if is_short {
            format!(" {}{badge} ", key.trim_end())
        } else {
            // The next tab begins with a space; if there is little room, only the highlighted tab ends with one.
            let end = if is_open || density == Density::Wide { " " } else { "" };
            format!(" {key}{}{badge}{end}", action.label())
        };
        // The label before the highlighted tab then ends without a space.
        let gap = u16::from(is_open && density == Density::Named && *action != TABS[0].0);
        let style = if is_open { painter.theme.tab } else { painter.theme.bar };
        // The key has the style that it has in the footer, which also tells it from the badge of its neighbour.
        let badge_end = text::width(words.trim_end());
        let key_mark = (1..1 + text::width(key.trim_end()), painter.theme.key);
        let badge_mark = (badge_end - text::width(&badge)..badge_end, painter.theme.warn);
        let marks = if is_open { Vec::new() } else { vec![key_mark, badge_mark] };
        Tab { gap, words, marks, action: *action, style }
    };
    TABS.iter().map(tab).collect()
}

/// Returns the state of the connection as text.
fn feed_state(painter: &Painter<'_>, area: Rect, model: &Model) -> (String, Style) {
    let (mark, words, style) = match &model.feed_state {
        FeedState::Connecting => (painter.glyphs.hollow, "connecting".to_owned(), painter.theme.dim),
        FeedState::Live => (painter.glyphs.dot, "live".to_owned(), painter.theme.good),
        FeedState::Retrying { retry_at, .. } => {
            let left = retry_at.saturating_duration_since(model.now);
            let words = if left.is_zero() {
                "reconnecting".to_owned()
            } else {
                let retry = match area.width {
                    120.. => "offline, retry in",
                    100.. => "retry in",
                    _ => "retry",
                };
                format!("{retry} {}", text::clock(left))
            };
            (painter.glyphs.cross, words, painter.theme.bad)
        }
        FeedState::Unavailable(_) => (painter.glyphs.hollow, "not live".to_owned(), painter.theme.warn),
    };
    (format!("{mark} {words}"), style)
}

/// Returns the texts for the account, the longest first: the signed-in user, or the sign-in key; none while unknown.
fn accounts(model: &Model) -> Vec<String> {
    match &model.session {
        SessionState::Unknown | SessionState::Failed(_) => Vec::new(),
        SessionState::SignedOut => vec![format!("{} Sign in", model.key(Action::Account))],
        SessionState::SignedIn(user) => {
            let email = text::sanitize(&user.email).into_owned();
            let name = email.split('@').next().unwrap_or_default().to_owned();
            vec![email, name]
        }
    }
}

/// Draws the keys of the available actions, as many as fit; help and quit always.
fn footer(painter: &mut Painter<'_>, area: Rect, model: &Model, available: &AvailableActions) {
    painter.buffer.set_style(area, painter.theme.bar);
    let hint = |action: &Action| {
        let key = model.usable_key(*action, available.writes);
        (!key.is_empty()).then(|| (key, action.label(), *action))
    };
    let room_for = |(key, label, _): &(String, &str, Action)| text::width(key) + text::width(label) + 3;
    let last = [Action::Help, Action::Quit].into_iter().filter(|action| available.available.contains(action));
    let last: Vec<_> = last.filter_map(|action| hint(&action)).collect();
    let own = available.actions.iter().filter(|action| {
        let navigation = action.scope() == Scope::Navigation && **action != Action::Open;
        !navigation && !matches!(action, Action::Help | Action::Quit)
    });
    let end = area.right().saturating_sub(last.iter().map(room_for).sum());
    let mut x = area.x + 1;
    let mut draw = |hints: &mut dyn Iterator<Item = (String, &'static str, Action)>, end: u16| {
        for hint in hints {
            if x + room_for(&hint) > end {
                break;
            }
            let (key, label, action) = hint;
            let place = Rect { x, width: end - x, ..area };
            x = painter.button(place, &key, label, action) + 2;
        }
    };
    draw(&mut own.filter_map(hint), end);
    draw(&mut last.into_iter(), area.right() + 1);
}
