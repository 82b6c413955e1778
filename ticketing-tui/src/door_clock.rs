//! The time at a door without a network, and how far the clock of its machine is off.

use std::time::Duration;

use ticketing_sdk::Timestamp;

/// The clock of an offline door: the times that the server has stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoorClock {
    /// When the list was fetched, by the clock of the server.
    pub prepared_at: Timestamp,
    /// How far the clock of the server was ahead of that of this machine then, in milliseconds; 0 if that is not known.
    pub offset: i64,
    /// The latest time that the door has noted: that of the list, or of an admission that waits for its upload.
    pub latest: Timestamp,
}

/// How the clock of the machine of a door is off. The door admits in spite of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockSkew {
    /// It is before the time of the door list.
    BeforeList,
    /// It is before the last admission.
    SetBack,
    /// It is long after the time of the door list, unless the list is that old.
    LongAfterList,
}

/// How far a clock may be wrong without a warning.
const TOLERANCE: Duration = Duration::from_secs(60);
/// A door list is fetched shortly before the doors open.
const MAX_LIST_AGE: Duration = Duration::from_secs(7 * 24 * 3600);

impl DoorClock {
    /// A door with this list, which has noted nothing.
    #[must_use]
    pub fn new(prepared_at: Timestamp, offset: i64) -> Self {
        Self { prepared_at, offset, latest: prepared_at }
    }

    /// Converts a time of this machine to that of the server.
    #[must_use]
    pub fn server_time(&self, local: Timestamp) -> Timestamp {
        Timestamp::from_millis(local.as_millis().saturating_add(self.offset))
    }

    /// Returns the time to note for an admission at `at`, a time of the server: none is before the list.
    #[must_use]
    pub fn admission_time(&self, at: Timestamp) -> Timestamp {
        at.max(self.prepared_at)
    }

    /// Returns how the clock is off if the time of the server is `at` by it.
    #[must_use]
    pub fn skew(&self, at: Timestamp) -> Option<ClockSkew> {
        let is_before = |other: Timestamp| other.saturating_duration_since(at) > TOLERANCE;
        if is_before(self.prepared_at) {
            Some(ClockSkew::BeforeList)
        } else if is_before(self.latest) {
            Some(ClockSkew::SetBack)
        } else if at.saturating_duration_since(self.prepared_at) > MAX_LIST_AGE {
            Some(ClockSkew::LongAfterList)
        } else {
            None
        }
    }

    /// Returns the warning about a skew as a phrase, with times as `time` formats them.
    pub fn warning(&self, skew: ClockSkew, at: Timestamp, time: impl Fn(Timestamp) -> String) -> String {
        let (now, list) = (time(at), time(self.prepared_at));
        match skew {
            ClockSkew::BeforeList => format!(
                "the clock of this machine is wrong: it shows {now}, and the door list was made at {list}; admissions get that time"
            ),
            ClockSkew::SetBack => format!(
                "the clock of this machine was changed: it shows {now}, and the last admission was at {}",
                time(self.latest)
            ),
            ClockSkew::LongAfterList => format!(
                "the clock of this machine shows {now}, and the door list was made at {list}: the list is old, or the clock is wrong"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: i64 = 1_800_000_000_000;
    const MINUTE: i64 = 60_000;

    fn minutes_after(minutes: i64) -> Timestamp {
        Timestamp::from_millis(LIST + minutes * MINUTE)
    }

    #[test]
    fn offset_leads_to_the_time_of_the_server() {
        let clock = DoorClock::new(minutes_after(0), -120 * MINUTE);
        assert_eq!(clock.server_time(minutes_after(125)), minutes_after(5));
        assert_eq!(
            (clock.skew(minutes_after(5)), clock.admission_time(minutes_after(5))),
            (None, minutes_after(5))
        );
    }

    #[test]
    fn clock_before_the_list_or_admission_or_long_after_is_off() {
        let clock = DoorClock { latest: minutes_after(30), ..DoorClock::new(minutes_after(0), 0) };
        for (minutes, skew) in [
            (-2, Some(ClockSkew::BeforeList)),
            (-1, Some(ClockSkew::SetBack)),
            (28, Some(ClockSkew::SetBack)),
            (29, None),
            (7 * 24 * 60, None),
            (7 * 24 * 60 + 1, Some(ClockSkew::LongAfterList)),
        ] {
            assert_eq!(clock.skew(minutes_after(minutes)), skew, "{minutes}");
        }
        assert_eq!(clock.admission_time(minutes_after(-600)), minutes_after(0));
    }
}
