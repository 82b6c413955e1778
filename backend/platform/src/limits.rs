//! Limits of attempts by key, and of writes by account.

mod rate;
mod writes;

pub use rate::RateLimit;
pub use writes::{WriteLimit, WriteRate};
