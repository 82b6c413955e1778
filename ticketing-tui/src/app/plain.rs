//! The screen in front as text, and the choices of a numbered list.

use ticketing_sdk::Timestamp;

use super::App;
use crate::action::{Action, Scope};
use crate::effect::Effect;
use crate::route::TABS;
use crate::screens::{Input, PlainView};

/// A choice from a numbered list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PlainInput {
    Action(Action),
    Row(usize),
    Fill(usize, String),
}

impl App {
    /// Returns the heading, the content and the actions of the screen in front.
    pub(crate) fn plain_view(&self) -> (String, PlainView, Vec<Action>) {
        let front = self.front();
        let mut actions: Vec<Action> = front
            .actions(&self.model)
            .into_iter()
            .filter(|action| {
                let seen = matches!(
                    action,
                    Action::Next | Action::Previous | Action::Choose | Action::Copy | Action::Filter
                );
                action.scope() != Scope::Navigation && !seen
            })
            .collect();
        if self.screens.len() == 1 {
            let account = if self.model.user().is_some() { Action::SignOut } else { Action::Account };
            let tabs =
                TABS.iter().filter(|(_, route)| *route != self.screens[0].0).map(|(action, _)| *action);
            actions.extend(tabs.chain([account, Action::Reload, Action::Help]));
        } else if !actions.contains(&Action::No) {
            actions.push(Action::Back);
        }
        actions.push(Action::Quit);
        let mut seen = Vec::new();
        actions.retain(|action| {
            !seen.contains(action) && {
                seen.push(*action);
                true
            }
        });
        (front.title(&self.model), front.plain_view(&self.model), actions)
    }

    /// Handles a choice from a numbered list. Returns the effects.
    pub(crate) fn handle_plain_input(&mut self, input: &PlainInput, now: Timestamp) -> Vec<Effect> {
        self.model.now = now;
        match input {
            PlainInput::Action(action) => self.run_action(*action),
            PlainInput::Row(row) => self.input(Input::Row(*row, true)),
            PlainInput::Fill(field, text) => self.input(Input::Fill(*field, text)),
        }
        self.model.tick();
        self.model.take_effects()
    }
}
