//! Limits of tries by key, of writes by account, of open streams and of log lines, and the client address behind
//! proxies.

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
