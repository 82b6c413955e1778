//! The audit reports each violation by its number, and nothing else.

mod checks;
mod offline;
mod read_only;
mod tampering;
