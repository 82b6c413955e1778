//! The screen in front as text, and the choices of a numbered list.

use indexmap::IndexSet;
use ticketing_sdk::Timestamp;

use super::App;
use crate::action::{Action, Scope};
use crate::effect::Effect;
use crate::route::TABS;
use crate::screens::{Input, PlainView};

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
                TABS.iter().filter(|(_, route)| *route != self.screens[0].route).map(|(action, _)| *action);
            actions.extend(tabs.chain([account, Action::Reload, Action::Help]));
        } else if !actions.contains(&Action::No) {
            actions.push(Action::Back);
        }
        actions.push(Action::Quit);
        let actions = actions.into_iter().collect::<IndexSet<_>>().into_iter().collect();
        (front.title(&self.model), front.plain_view(&self.model), actions)
    }

    /// Handles a choice from a numbered list. Returns the effects.
    pub(crate) fn handle_plain_input(&mut self, input: Input<'_>, now: Timestamp) -> Vec<Effect> {
        self.model.now = now;
        match input {
            Input::Action(action) => self.run_action(action),
            input => self.input(input),
        }
        self.model.tick();
        self.model.take_effects()
    }
}
