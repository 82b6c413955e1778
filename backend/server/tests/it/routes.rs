//! The routes, a file each.

mod orders;
mod passes;
mod payments;
mod tickets;
mod timelines;
