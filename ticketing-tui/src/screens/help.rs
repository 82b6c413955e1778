//! The key bindings of a screen, and the global ones.

use std::cell::Cell;

use super::prelude::*;
use crate::action::Scope;

/// The keys.
#[derive(Debug)]
pub(crate) struct Help {
    here: Vec<Action>,
    scroll: usize,
    /// The number of lines that did not fit in the last frame.
    hidden: Cell<usize>,
}

/// From this width on all keys of an action are shown, and in a narrower window the first.
const MIN_WIDTH_OF_ALL_KEYS: u16 = 60;

impl Help {
    pub(crate) fn open(below: Vec<Action>, _: &Model) -> Self {
        Self { here: below, scroll: 0, hidden: Cell::new(usize::MAX) }
    }

    /// Returns the lines: a heading, or keys with their description, as many of an action as this.
    fn lines(&self, model: &Model, most: usize) -> Vec<Result<(String, &'static str), &'static str>> {
        let line = |action: &Action| {
            let mut keys: Vec<_> =
                model.settings.keys.keys(*action).iter().map(ToString::to_string).collect();
            keys.truncate(most);
            Ok((if keys.is_empty() { "-".to_owned() } else { keys.join(" ") }, action.description()))
        };
        let mut lines = vec![Err("Here")];
        lines.extend(self.here.iter().filter(|action| action.scope() != Scope::Navigation).map(line));
        for (scope, heading) in [(Scope::Navigation, "Navigation"), (Scope::Global, "Anywhere")] {
            lines.push(Err(heading));
            lines.extend(Action::ALL.iter().filter(|action| action.scope() == scope).map(line));
        }
        lines
    }
}

impl Screen for Help {
    fn title(&self, _: &Model) -> String {
        "Keys".to_owned()
    }

    fn actions(&self, _: &Model) -> Vec<Action> {
        [Action::Back, Action::Help].into_iter().chain(List::MOVES).collect()
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        let last = self.hidden.get();
        let to = match input {
            Input::Action(Action::Help) => return cx.go_back(),
            Input::Action(Action::Up) => self.scroll.saturating_sub(1),
            Input::Action(Action::Down) => self.scroll + 1,
            Input::Action(Action::PageUp) => self.scroll.saturating_sub(10),
            Input::Action(Action::PageDown) => self.scroll + 10,
            Input::Action(Action::First) => 0,
            Input::Action(Action::Last) => last,
            Input::Scroll(rows) => self.scroll.saturating_add_signed(rows),
            _ => return,
        };
        self.scroll = to.min(last);
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let is_narrow = area.width < MIN_WIDTH_OF_ALL_KEYS;
        let lines = self.lines(model, if is_narrow { 1 } else { usize::MAX });
        let inner =
            painter.popup(area, 76, u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2), "Keys");
        self.hidden.set(lines.len().saturating_sub(usize::from(inner.height)));
        let start = self.scroll.min(self.hidden.get());
        let column = if is_narrow { 10 } else { 20 };
        for (line, place) in lines.iter().skip(start).zip(inner.rows()) {
            match line {
                Err(heading) => {
                    painter.text(place, heading, painter.theme.heading);
                }
                Ok((keys, what)) => {
                    painter.text(Rect { width: column - 1, ..place }, keys, painter.theme.key);
                    let rest = Rect { x: place.x + column, width: place.width - column, ..place };
                    painter.text(rest, what, Style::new());
                }
            }
        }
        if start < self.hidden.get() {
            let more = Rect { y: inner.bottom(), height: 1, ..inner };
            painter.right(more, &format!(" {} more ", self.hidden.get() - start), painter.theme.dim);
        }
    }

    fn plain_view(&self, _: &Model) -> PlainView {
        let how = "What can be done is numbered below each screen. Write the number, and press enter.";
        PlainView::lines([how.to_owned()])
    }

    fn is_popup(&self) -> bool {
        true
    }
}
