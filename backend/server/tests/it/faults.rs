//! The marketplace under injected faults.

mod processes;
mod provider;
