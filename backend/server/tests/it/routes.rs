//! The routes of tickets, orders, payments and passes, usually a file for each; those of timelines share one.

mod orders;
mod passes;
mod payments;
mod tickets;
mod timelines;
