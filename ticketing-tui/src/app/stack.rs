//! The stack of the open screens: the last one is in front.

use ticketing_sdk::{Money, OrderId, TicketId};

use super::App;
use crate::call_error::CallError;
use crate::effect::{CallId, Effect};
use crate::event::Reply;
use crate::model::Model;
use crate::route::{ConfirmAction, Route};
use crate::screens::{self, Context, Input, Navigate, Screen};

/// A screen on the stack.
#[derive(Debug)]
pub(super) struct OpenScreen {
    pub(super) route: Route,
    pub(super) screen: Box<dyn Screen>,
    /// The reservation that was begun here last: its order opens if the screen is in front then.
    reservation: Option<CallId>,
}

impl OpenScreen {
    pub(super) fn new(route: Route, model: &Model) -> Self {
        Self { screen: screens::open(route.clone(), model), route, reservation: None }
    }
}

impl App {
    /// Returns the orders whose checkouts are open.
    pub(super) fn checkouts(&self) -> Vec<OrderId> {
        let order = |open: &OpenScreen| match &open.route {
            Route::Checkout(id) => Some(id.clone()),
            _ => None,
        };
        self.screens.iter().filter_map(order).collect()
    }

    /// Replaces the screens that hold input or data of the last user. The sign-in continues by itself.
    pub(super) fn reset_screens(&mut self) {
        let tab = self.screens.remove(0).route;
        self.screens.retain(|open| matches!(open.route, Route::SignIn(_)));
        self.screens.insert(0, OpenScreen::new(tab, &self.model));
    }

    pub(super) fn open(&mut self, route: Route) {
        self.screens.push(OpenScreen::new(route, &self.model));
        self.input(Input::Focus);
    }

    /// Opens a screen in place of the one in front.
    fn replace(&mut self, route: Route) {
        if self.screens.len() > 1 {
            self.screens.pop();
        }
        self.open(route);
    }

    /// Opens the order of a reservation that was begun on the screen in front, or asks whether its changed price is fine.
    pub(super) fn finish_reservation(
        &mut self,
        id: CallId,
        ticket: &TicketId,
        shown: Money,
        reply: &Result<Reply, CallError>,
    ) {
        let Some(front) = self.screens.last_mut() else { return };
        let is_awaited = front.reservation.take_if(|call| *call == id).is_some();
        match reply {
            Ok(Reply::Order(order)) if is_awaited => {
                let checkout = Route::Checkout(order.id.clone());
                match front.route {
                    Route::Checkout(_) => self.replace(checkout),
                    _ => self.open(checkout),
                }
            }
            Err(CallError { new_price: Some(price), .. }) if is_awaited => {
                let (ticket, price) = (ticket.clone(), *price);
                self.open(Route::Confirm(ConfirmAction::BuyAt { ticket, price, shown }));
            }
            Err(CallError { new_price: Some(price), .. }) => {
                self.model.report_price_change(ticket, shown, *price);
            }
            _ => {}
        }
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
        let model = &mut self.model;
        let mut cx =
            Context { model, navigation: &mut navigation, handled: false, in_front, reservation: None };
        if let Some(open) = self.screens.get_mut(index) {
            open.screen.update(input, &mut cx);
        }
        let Context { handled, reservation, .. } = cx;
        for step in navigation {
            match step {
                Navigate::Quit => self.model.effect(Effect::Quit),
                // A screen that is behind another one does not move it aside.
                _ if !in_front => {}
                Navigate::Push(route) => self.open(route),
                Navigate::Replace(route) => self.replace(route),
                Navigate::Pop => self.close(),
                Navigate::PopAndRun(action) => {
                    self.close();
                    self.run_action(action);
                }
            }
        }
        if let (Some(_), Some(front)) = (reservation, self.screens.last_mut()) {
            front.reservation = reservation;
        }
        handled
    }
}
