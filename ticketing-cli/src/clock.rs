//! The only module of the client that reads the time. Other code receives the time as an argument.

use ticketing_sdk::Timestamp;

/// The time now, by this machine.
#[expect(clippy::disallowed_methods, reason = "this is the place that reads the machine's time")]
pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
}

/// Returns the current time, to compare it with the times of files.
#[expect(clippy::disallowed_methods, reason = "this is the place that reads the machine's time")]
pub(crate) fn system_time() -> std::time::SystemTime {
    std::time::SystemTime::now()
}
