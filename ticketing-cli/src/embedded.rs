//! The whole backend inside of the binary. The one place of the client that knows it by anything but its API.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod demo;
pub(crate) mod serve;
