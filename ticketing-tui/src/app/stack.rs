//! The stack of the open screens: the last one is in front.

use ticketing_sdk::OrderId;

use super::App;
use crate::route::Route;
use crate::screens::{self, Context, Input, Navigate};

impl App {
    /// Returns the orders whose checkouts are open.
    pub(super) fn checkouts(&self) -> Vec<OrderId> {
        let order = |(route, _): &(Route, _)| match route {
            Route::Checkout(id) => Some(id.clone()),
            _ => None,
        };
        self.screens.iter().filter_map(order).collect()
    }

    /// Replaces the screens that hold input or data of the last user. The sign-in continues by itself.
    pub(super) fn reset_screens(&mut self) {
        let (tab, _) = self.screens.remove(0);
        let screen = screens::open(tab.clone(), &self.model);
        self.screens.retain(|(route, _)| matches!(route, Route::SignIn(_)));
        self.screens.insert(0, (tab, screen));
    }

    pub(super) fn open(&mut self, route: Route) {
        let screen = screens::open(route.clone(), &self.model);
        self.screens.push((route, screen));
        self.input(Input::Focus);
    }

    pub(super) fn close(&mut self) {
        if self.screens.len() > 1 {
            self.screens.pop();
            self.input(Input::Focus);
        }
    }

    pub(super) fn input(&mut self, input: Input<'_>) {
        self.update_screen(self.screens.len() - 1, input);
    }

    /// Passes an input to every screen, from the front to the back. Returns whether one of them has handled it.
    pub(super) fn broadcast(&mut self, input: Input<'_>) -> bool {
        let mut handled = false;
        for index in (0..self.screens.len()).rev() {
            // What a screen in front closes or opens does not receive it again.
            if index < self.screens.len() {
                handled |= self.update_screen(index, input);
            }
        }
        handled
    }

    /// Passes an input to a screen. Returns whether the screen has handled it.
    pub(super) fn update_screen(&mut self, index: usize, input: Input<'_>) -> bool {
        let mut navigation = Vec::new();
        let in_front = index + 1 == self.screens.len();
        let mut cx =
            Context { model: &mut self.model, navigation: &mut navigation, handled: false, in_front };
        if let Some((_, screen)) = self.screens.get_mut(index) {
            screen.update(input, &mut cx);
        }
        let handled = cx.handled;
        for step in navigation {
            match step {
                Navigate::Quit => self.quit(),
                // A screen that is behind another one does not move it aside.
                _ if !in_front => {}
                Navigate::Push(route) => self.open(route),
                Navigate::Replace(route) => {
                    if self.screens.len() > 1 {
                        self.screens.pop();
                    }
                    self.open(route);
                }
                Navigate::Pop => self.close(),
                Navigate::PopAndRun(action) => {
                    self.close();
                    self.run_action(action);
                }
                Navigate::PopAwaiting(call) => {
                    self.close();
                    self.input(Input::Reservation(call));
                }
            }
        }
        handled
    }
}
