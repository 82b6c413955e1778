//! Rate limits by key, and write limits by account.

mod rate;
mod writes;

pub use rate::RateLimit;
pub use writes::{WriteLimit, WriteRate};
