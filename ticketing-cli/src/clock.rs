//! The one place of the client that reads the time.

use ticketing_sdk::Timestamp;

/// Where the time comes from: the machine, or a test.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Clock {
    System,
    #[cfg(test)]
    Fixed(Timestamp),
}

impl Clock {
    /// The time now.
    pub(crate) fn now(self) -> Timestamp {
        match self {
            Self::System => system_now(),
            #[cfg(test)]
            Self::Fixed(at) => at,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the place that reads the machine's time")]
fn system_now() -> Timestamp {
    Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
}
