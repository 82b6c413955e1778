//! The groups of a list of events by date: today, this week, next week, and months. The pages group by the same rule, which
//! is a table of cases: `ticketing-sdk/tests/cases/event_periods.json`.

use jiff::ToSpan;
use jiff::civil::Date;
use ticketing_sdk::EventTime;

/// The period in which an event starts. Weeks begin on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Period {
    Today,
    ThisWeek,
    NextWeek,
    /// Any other month, and the days of this month before today.
    Month {
        year: i16,
        month: i8,
    },
    Undated,
}

impl Period {
    /// Returns the period of an event by the day at its place. `today` is the day of the user.
    pub(crate) fn from_start(starts: Option<&EventTime>, today: Date) -> Self {
        let Some(day) = day(starts) else { return Self::Undated };
        let monday = today.saturating_sub(today.weekday().to_monday_zero_offset().days());
        match day.since(monday).map_or(i32::MAX, |span| span.get_days()) {
            _ if day == today => Self::Today,
            0..7 if day > today => Self::ThisWeek,
            7..14 => Self::NextWeek,
            _ => Self::Month { year: day.year(), month: day.month() },
        }
    }

    /// Returns the heading of the group: a month has its year unless it is that of `today`.
    pub(crate) fn label(self, today: Date) -> String {
        match self {
            Self::Today => "Today".to_owned(),
            Self::ThisWeek => "This week".to_owned(),
            Self::NextWeek => "Next week".to_owned(),
            Self::Month { year, month } => {
                let format = if year == today.year() { "%B" } else { "%B %Y" };
                Date::new(year, month, 1)
                    .map_or_else(|_| String::new(), |first| first.strftime(format).to_string())
            }
            Self::Undated => "Without a date".to_owned(),
        }
    }
}

/// Returns the day on which an event starts, at its place.
pub(crate) fn day(starts: Option<&EventTime>) -> Option<Date> {
    starts?.date().parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The name of a period in the table.
    fn name(period: Period) -> String {
        match period {
            Period::Today => "today".to_owned(),
            Period::ThisWeek => "thisWeek".to_owned(),
            Period::NextWeek => "nextWeek".to_owned(),
            Period::Month { year, month } => format!("{year:04}-{month:02}"),
            Period::Undated => "undated".to_owned(),
        }
    }

    #[test]
    fn events_are_in_the_periods_of_the_table() {
        let table = include_str!("../../ticketing-sdk/tests/cases/event_periods.json");
        let table: Value = serde_json::from_str(table).unwrap();
        let cases = table["cases"].as_array().unwrap();
        assert!(cases.len() > 10);
        for case in cases {
            let starts = case["startsAt"].as_str().and_then(|text| text.parse().ok());
            let today = case["today"].as_str().unwrap().parse().unwrap();
            assert_eq!(name(Period::from_start(starts.as_ref(), today)), case["period"], "{case}");
        }
    }

    #[test]
    fn month_has_its_year_unless_that_is_the_present_one() {
        let today = Date::constant(2026, 11, 28);
        assert_eq!(Period::Month { year: 2026, month: 12 }.label(today), "December");
        assert_eq!(Period::Month { year: 2027, month: 1 }.label(today), "January 2027");
    }
}
