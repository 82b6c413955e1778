//! The routes of the screens.

use ticketing_sdk::{Money, OrderId, PassId, TicketId};

use crate::action::Action;
use crate::model::passes::PassRef;

/// The route of a screen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Route {
    Market,
    Ticket(TicketId),
    Checkout(OrderId),
    Orders,
    Passes,
    Pass(PassRef),
    Transfer(PassId),
    Claim,
    CheckIn,
    Resale(PassId),
    Listings,
    Listing(Option<TicketId>),
    Activity,
    Settings,
    SignIn(Option<Box<Route>>),
    Prices,
    Help(Vec<Action>),
    Palette(Vec<Action>),
    Confirm(ConfirmAction),
}

/// The tabs, in the order of the bar at the top.
pub(crate) const TABS: [(Action, Route); 6] = [
    (Action::Market, Route::Market),
    (Action::Orders, Route::Orders),
    (Action::Listings, Route::Listings),
    (Action::Activity, Route::Activity),
    (Action::Settings, Route::Settings),
    (Action::Passes, Route::Passes),
];

/// An action that needs a confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ConfirmAction {
    Cancel(OrderId),
    Withdraw(TicketId),
    SignOut,
    /// Reserve a ticket at its new price, which differs from the one that was shown.
    BuyAt {
        ticket: TicketId,
        price: Money,
        shown: Money,
    },
    /// Quit while a payment is in progress.
    Quit,
}
