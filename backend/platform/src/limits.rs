//! Limits: how often something may be tried for a key, how much an account may write, how many streams are open, and who a
//! client is behind proxies.

mod client;
mod rate;
mod streams;
mod throttle;
mod writes;

pub use client::{ClientAddress, NetworkError, TrustedProxies, parse_network};
pub use ipnet::IpNet;
pub use rate::RateLimit;
pub use streams::{StreamSlot, StreamSlots};
pub use throttle::{LogThrottle, LogThrottles};
pub use writes::{WriteLimit, WriteRate};
