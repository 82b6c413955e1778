//! The events that the core handles.

use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use ticketing_sdk::{
    CardEntry, CurrentUser, Order, Pass, PassTransfer, Payment, Ticket, TicketChange, Verdict,
};

use crate::call_error::CallError;
use crate::door::{DoorState, DoorSync};
use crate::effect::CallId;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A key, the mouse, a text from the clipboard, or a new size.
    Terminal(TerminalEvent),
    /// The reply to a call, or its error.
    Reply(CallId, Result<Reply, CallError>),
    /// An event of the live feed.
    Feed(Feed),
    /// The time of `App::wakes_at` is reached.
    Tick,
    /// No other event is queued: a slice of work may run.
    Idle,
    /// The settings could not be written, for this reason.
    SaveFailed(String),
    /// No browser could be opened, for this reason.
    BrowseFailed(String),
    /// A signal ends the program.
    Terminate,
}

/// A reply of the marketplace.
#[derive(Debug, Clone)]
pub enum Reply {
    /// The signed-in user.
    Session(Option<CurrentUser>),
    /// How buyers give their card.
    CardEntry(CardEntry),
    /// A part of the market.
    Market {
        /// The tickets of this part.
        tickets: Vec<Ticket>,
        /// Whether it is the last page.
        last: bool,
    },
    /// A ticket, as it is or has become.
    Ticket(Box<Ticket>),
    /// The listings of the user.
    Listings(Vec<Ticket>),
    /// The orders of the user.
    Orders(Vec<Order>),
    /// Some orders of the user, as they are.
    OpenOrders(Vec<Order>),
    /// An order, as it is or has become.
    Order(Box<Order>),
    /// A payment whose outcome is known.
    Payment(Box<Payment>),
    /// The passes of the user.
    Passes(Vec<Pass>),
    /// A pass, as it is or has become.
    Pass(Box<Pass>),
    /// A claimed pass.
    Claimed {
        /// The pass.
        pass: Box<Pass>,
        /// Whether the user was giving it away, and has taken it back with the claim.
        is_taken_back: bool,
    },
    /// A started transfer, with its claim code.
    Transfer(PassTransfer),
    /// A file was written, at this path.
    Saved(String),
    /// The verdict on a code.
    Verdict {
        /// The verdict.
        verdict: Box<Verdict>,
        /// How the door stands afterwards, if it is prepared.
        door: Option<Box<DoorState>>,
    },
    /// The state of the door; `None` if it is not prepared.
    Door(Option<Box<DoorState>>),
    /// The result of an upload of a door.
    DoorSync(Box<DoorSync>),
    /// How many admissions of the doors of this machine wait for their upload.
    WaitingScans(usize),
    /// The used passes of one's events.
    UsedPasses(Vec<Pass>),
    /// The call has succeeded, without data.
    Done,
}

impl Reply {
    /// Whether the server has answered: this machine decides about codes and writes files without it, too.
    pub(crate) fn is_of_server(&self) -> bool {
        !matches!(self, Self::Verdict { .. } | Self::Door(_) | Self::WaitingScans(_) | Self::Saved(_))
    }
}

/// News of the live changes.
#[derive(Debug, Clone)]
pub enum Feed {
    /// The feed is connected; changes follow.
    Connected,
    /// A ticket changed.
    Change(Box<TicketChange>),
    /// Changes were missed, so the market must be reloaded. Later changes follow.
    Reset,
    /// The connection is lost, and tried again after a while.
    Lost {
        /// The reason.
        error: CallError,
        /// After how long.
        retry_in: Duration,
    },
    /// The server has no live changes, so the client does not retry.
    Ended(CallError),
}
