//! The audit: silent about what is sound, and exact about what is not.

mod by_hand;
mod checks;
mod offline;
mod read_only;
