//! Faults, and what becomes of a marketplace under them.

mod processes;
mod provider;
