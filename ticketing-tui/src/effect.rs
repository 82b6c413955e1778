//! The effects of the core, as values: calls of the marketplace, and changes of the terminal.

use ticketing_sdk::{
    ClaimCode, Money, NewTicket, OrderId, PassId, SecretString, TicketId, TicketUpdate, UserId,
};

use crate::door::Scan;
use crate::settings::SettingChange;

/// An effect outside of the core. The driver executes it and returns events.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Call the marketplace; the reply has the same id.
    Call(CallId, ApiCall),
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
    /// Release the terminal and quit.
    Quit,
}

/// Identifies a call and its replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub(crate) u64);

/// A read from the marketplace, or a write. Every write that creates something carries a key that is on disk before
/// it leaves.
#[derive(Debug, Clone)]
pub enum ApiCall {
    /// Get the signed-in user.
    Session,
    /// All tickets that are on sale, page by page: many answers.
    Market,
    /// One ticket.
    Ticket(TicketId),
    /// List the tickets of the user.
    Listings,
    /// List the orders of the user.
    Orders,
    /// List the orders of the user that can still be paid for.
    OpenOrders,
    /// One order.
    Order(OrderId),
    /// List the passes of the user.
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
    /// Cancel a reservation.
    Cancel(OrderId),
    /// Pay for an order, and follow the payment until its outcome is known.
    Pay {
        /// The order.
        order: OrderId,
        /// The card, as the provider's token.
        token: SecretString,
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
    CheckIn {
        /// The account whose events they are.
        issuer: UserId,
        /// The code.
        scan: Scan,
        /// Whether the door list decides, and not the server.
        by_list: bool,
    },
    /// Look whether the door of an account is prepared.
    OpenDoor(UserId),
    /// Fetch the door list of an account.
    PrepareDoor(UserId),
    /// Upload what the door of an account has admitted, and fetch its list again.
    SyncDoor(UserId),
    /// Count the admissions of the doors of this machine that wait for their upload.
    WaitingScans,
    /// The used passes of the events of the signed-in user.
    UsedPasses,
}

impl ApiCall {
    /// Returns whether the screen that made the call reports its failure, and what only it shows of a success.
    pub(crate) fn is_reported_by_screen(&self) -> bool {
        matches!(
            self,
            Self::SignIn { .. }
                | Self::SignUp { .. }
                | Self::SignOut
                | Self::Sell(_)
                | Self::CheckIn { .. }
                | Self::Claim(_)
                | Self::GiveAway(_)
                | Self::TakeBack(_)
                | Self::Resell(..)
                | Self::Pay { .. }
        )
    }
}
