//! The routes, a file each.

mod orders;
mod payments;
mod tickets;
