//! Limits: how often something may be tried for a key, and who a client is behind proxies.

mod client;
mod rate;

pub use client::{ClientAddress, Network, NetworkError, TrustedProxies};
pub use rate::RateLimit;
