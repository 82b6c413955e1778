//! Limits: how often something may be tried for a key, how much an account may write, and who a client is behind proxies.

mod client;
mod rate;
mod writes;

pub use client::{ClientAddress, Network, NetworkError, TrustedProxies};
pub use rate::RateLimit;
pub use writes::{WriteLimit, WriteRate};
