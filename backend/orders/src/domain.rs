//! The rules of orders, without I/O.

pub mod lifecycle;
