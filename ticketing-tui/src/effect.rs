//! What the core asks of the world: calls of the marketplace, and things to do to the terminal. Values, nothing more.

use ticketing_sdk::{
    ClaimCode, Money, NewTicket, OrderId, PassCode, PassId, SecretString, TicketId, TicketUpdate,
};

use crate::settings::SettingChange;

/// Something to be done outside of the core. The driver does it, and hands back events.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Ask the marketplace; the answer comes back under the same id.
    Call(CallId, Call),
    /// Follow the live changes, at once: also where the next try would come later.
    Follow,
    /// Put a text on the clipboard of the terminal.
    Copy(String),
    /// Open an address in the browser.
    Browse(String),
    /// Ring the bell.
    Bell,
    /// Give the window this title.
    Title(String),
    /// Write the new value of one setting to the config file.
    Save(SettingChange),
    /// Redraw the screen.
    Redraw,
    /// Go to the background.
    Suspend,
    /// Let go of the terminal, and end.
    Quit,
}

/// Tells the answers of one call from those of all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub(crate) u64);

/// A question to the marketplace, or a write. Every write that creates something carries a key that is on disk before
/// it leaves.
#[derive(Debug, Clone)]
pub enum Call {
    /// Who is signed in.
    Session,
    /// All tickets that are on sale, page by page: many answers.
    Market,
    /// One ticket.
    Ticket(TicketId),
    /// The tickets of the one who is signed in.
    Listings,
    /// The orders of the one who is signed in.
    Orders,
    /// One order.
    Order(OrderId),
    /// The passes of the one who is signed in.
    Passes,
    /// One pass.
    Pass(PassId),
    /// The pass of an order, which is issued shortly after the order is complete.
    PassOfOrder(OrderId),
    /// A pass whose listing was withdrawn, when it is valid again.
    ReleasedPass(PassId),
    /// How buyers give their card.
    CardEntry,
    /// Sign in.
    SignIn {
        /// The account.
        email: String,
        /// Its password.
        password: SecretString,
    },
    /// Make an account, and sign in.
    SignUp {
        /// The account.
        email: String,
        /// Its password.
        password: SecretString,
    },
    /// End the session.
    SignOut,
    /// List a ticket for sale.
    Sell(NewTicket),
    /// Change a ticket, if it still has this version.
    Change(TicketId, TicketUpdate, i64),
    /// Withdraw a listing, if it still has this version.
    Withdraw(TicketId, i64),
    /// Reserve a ticket at the price that was shown.
    Reserve(TicketId, Money),
    /// Let go of a reservation.
    Cancel(OrderId),
    /// Pay for an order, and follow the payment until its outcome is known.
    Pay {
        /// What is paid for.
        order: OrderId,
        /// The card, as the provider's token.
        token: SecretString,
        /// What it costs, for the note on disk.
        price: Money,
    },
    /// Start a transfer of a pass; an earlier claim code of it is void.
    GiveAway(PassId),
    /// End a transfer that nobody has claimed.
    TakeBack(PassId),
    /// Claim a pass that another user gives away.
    Claim(ClaimCode),
    /// Offer a pass for resale.
    Resell(PassId, Money),
    /// Save the event of a pass to a calendar file in the current folder.
    SaveCalendar(PassId),
    /// Admit the holder of a code.
    CheckIn(PassCode),
}

impl Call {
    /// Returns whether it changes something.
    #[must_use]
    pub fn is_write(&self) -> bool {
        !matches!(
            self,
            Self::Session
                | Self::Market
                | Self::Ticket(_)
                | Self::Listings
                | Self::Orders
                | Self::Order(_)
                | Self::Passes
                | Self::Pass(_)
                | Self::PassOfOrder(_)
                | Self::ReleasedPass(_)
                | Self::SaveCalendar(_)
                | Self::CardEntry
        )
    }
}
