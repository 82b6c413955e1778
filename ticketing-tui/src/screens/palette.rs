//! Finds a command by its name.

use indexmap::IndexSet;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::Navigate;
use super::prelude::*;
use crate::action::Scope;

/// The available actions, filtered by the typed text.
#[derive(Debug)]
pub(crate) struct Palette {
    all: Vec<Action>,
    found: Vec<Action>,
    field: Field,
    list: List,
}

impl Palette {
    pub(crate) fn open(below: Vec<Action>, model: &Model) -> Self {
        let needless = if model.user().is_some() { Action::Account } else { Action::SignOut };
        let pointless = |action: &Action| {
            action.scope() == Scope::Navigation
                || matches!(action, Action::Palette | Action::Back | Action::Next | Action::Previous)
        };
        let anywhere = Action::ALL.iter().copied().filter(|action| action.scope() == Scope::Global);
        let offered = below
            .into_iter()
            .chain(anywhere)
            .filter(|action| *action != needless && (!pointless(action) || *action == Action::Open));
        let all: Vec<Action> = offered.collect::<IndexSet<_>>().into_iter().collect();
        let field = Field::new("Command", "search the commands");
        Self { found: all.clone(), all, field, list: List::default() }
    }

    fn search(&mut self) {
        let pattern = Pattern::parse(self.field.value(), CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let mut scored: Vec<_> = self
            .all
            .iter()
            .filter_map(|action| {
                let mut score = |words| pattern.score(Utf32Str::new(words, &mut letters), &mut matcher);
                // A target in the short name is worth more than one somewhere in the sentence.
                let (label, what) =
                    (score(action.label()).map(|score| 2 * score), score(action.description()));
                label.max(what).map(|score| (score, *action))
            })
            .collect();
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        self.found = scored.into_iter().map(|(_, action)| action).collect();
        self.list.select(0);
    }

    fn run(&self, cx: &mut Context<'_>) {
        if let Some(action) = self.found.get(self.list.selected()) {
            cx.navigation.push(Navigate::PopAndRun(*action));
        }
    }
}

impl Screen for Palette {
    fn title(&self, _: &Model) -> String {
        "Commands".to_owned()
    }

    fn actions(&self, _: &Model) -> Vec<Action> {
        vec![Action::Submit, Action::Back, Action::Up, Action::Down, Action::PageUp, Action::PageDown]
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::Action(Action::Submit) => self.run(cx),
            Input::Action(action) => {
                self.list.handle_action(action, self.found.len());
            }
            Input::Key(key) if self.field.key(key) => self.search(),
            Input::Paste(text) => {
                self.field.paste(text);
                self.search();
            }
            Input::Row(row, _) => {
                self.list.select(row);
                self.run(cx);
            }
            Input::Scroll(rows) => self.list.scroll(rows, self.found.len()),
            _ => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let height = u16::try_from(self.all.len()).unwrap_or(u16::MAX).saturating_add(4);
        let inner = painter.popup(area, 76, height, "Commands");
        self.field.line(painter, top(inner, 1), true);
        let rows = below(inner, 2);
        if self.found.is_empty() {
            return placeholder::message(painter, rows, "No command is called that", painter.theme.warn, &[]);
        }
        self.list.view(painter, rows, self.found.len(), &[], |painter, line, index| {
            let Some(action) = self.found.get(index) else { return };
            let key = model.key(*action);
            let start = painter.right(line, &key, painter.theme.key);
            let room = start.saturating_sub(line.x + 1);
            let words = text::fit(action.description(), room, painter.glyphs.ellipsis).into_owned();
            painter.text(line, &words, Style::new());
        });
    }

    fn plain_view(&self, _: &Model) -> PlainView {
        PlainView {
            rows: self.found.iter().map(|action| action.description().to_owned()).enumerate().collect(),
            ..PlainView::default()
        }
    }

    fn has_text_input(&self, _: &Model) -> bool {
        true
    }

    fn is_popup(&self) -> bool {
        true
    }
}
