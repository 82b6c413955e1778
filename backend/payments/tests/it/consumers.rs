//! The events, handed straight to their handlers: twice, too early, out of order.

mod orders;
mod session_ended;
