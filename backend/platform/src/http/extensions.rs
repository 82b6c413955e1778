//! What the listener tells the routes about the connection of a request.

/// A request extension: the request came over a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct FromListener;

/// A request extension: the connection is on reserve, so the request is answered with 503 unless it is a probe.
#[derive(Clone, Copy, Debug)]
pub(super) struct OnReserve;
