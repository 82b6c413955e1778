//! One file per route, by its address.

mod orders;
mod payments;
mod tickets;
