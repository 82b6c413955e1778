//! The handlers of events: duplicates, early events, events out of order.

mod orders;
mod session_ended;
