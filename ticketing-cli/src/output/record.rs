//! The columns and cells of a record, which every format uses.

use serde::Serialize;
use ticketing_sdk::{EventTime, Timestamp};

/// A type with columns. Its JSON is its serialization, unchanged.
pub(crate) trait Record: Serialize {
    /// The columns, in an order that never changes: new ones go last.
    const COLUMNS: &'static [Column];

    /// Returns a cell for each column. `now` is the time of the server.
    fn cells(&self, now: Timestamp) -> Vec<Cell>;
}

/// One column.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    /// In the header of CSV, and of tables in capitals.
    pub(super) name: &'static str,
    pub(super) place: Place,
    /// A table that is too wide drops the column of the highest rank first. Rank 0 is never dropped, and
    /// [`EXTRA`](Self::EXTRA) rather than that a title is cut.
    pub(super) drop_rank: u8,
    /// Whether it holds identifiers, which a table shortens.
    pub(super) is_id: bool,
    /// Whether a table leaves it out where all of its cells are empty.
    pub(super) needs_content: bool,
    /// The width to which a table cuts it before another column is dropped.
    pub(super) min_width: usize,
}

/// How a table for people shows a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The identifier of the record: shortened, and never dropped.
    Id,
    /// As wide as its content.
    Whole,
    /// Cut to its minimum width if the terminal is too narrow.
    Cut,
    /// Whole, and aligned to the right.
    Right,
    /// Only in other formats, and where a single record is shown.
    Hidden,
    /// Only in other formats.
    ForPrograms,
}

/// One value, for programs and for people.
pub(crate) enum Cell {
    /// Nothing.
    None,
    Text(String),
    /// Dollars with two decimals.
    Money(String),
    /// RFC 3339 for programs, relative for people.
    Time(Timestamp),
    /// RFC 3339 for programs, on the clock of the user for people.
    ClockTime(Timestamp),
    /// Several times, each with the text after it.
    Times(Vec<(Timestamp, String)>),
    /// The start of an event: as given for programs, on the clock of its place for people.
    Start(EventTime),
    /// Fields for programs only, such as a time that no longer applies.
    ForPrograms(String),
    /// A status: the value of the API for programs, its label for people, and its colour.
    Label(String, String, Tone),
}

/// The meaning of a status, which selects its colour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As usual: no colour.
    Plain,
    Good,
    Waiting,
    Bad,
    Past,
}

impl Column {
    const fn new(name: &'static str, place: Place) -> Self {
        Self { name, place, drop_rank: 0, is_id: false, needs_content: false, min_width: 0 }
    }

    pub(crate) const fn id(name: &'static str) -> Self {
        Self { is_id: true, ..Self::new(name, Place::Id) }
    }

    pub(crate) const fn whole(name: &'static str) -> Self {
        Self::new(name, Place::Whole)
    }

    /// A title, which is not readable below its minimum width.
    pub(crate) const fn cut(name: &'static str) -> Self {
        Self { min_width: 20, ..Self::new(name, Place::Cut) }
    }

    /// A column that is cut to this width where there is little room, and that a table leaves out where all of its cells are empty.
    pub(crate) const fn cut_to(name: &'static str, min_width: usize) -> Self {
        Self { needs_content: true, min_width, ..Self::new(name, Place::Cut) }
    }

    pub(crate) const fn right(name: &'static str) -> Self {
        Self::new(name, Place::Right)
    }

    /// The rank of a column that is shown only where no title is cut for it.
    pub(super) const EXTRA: u8 = u8::MAX;

    pub(crate) const fn extra(name: &'static str) -> Self {
        Self { drop_rank: Self::EXTRA, ..Self::filled(name) }
    }

    /// A column of identifiers that is shown only where no title is cut for it.
    pub(crate) const fn extra_id(name: &'static str) -> Self {
        Self { is_id: true, ..Self::extra(name) }
    }

    pub(crate) const fn hidden(name: &'static str) -> Self {
        Self::new(name, Place::Hidden)
    }

    /// A column that says nothing to people, such as the version of a record.
    pub(crate) const fn for_programs(name: &'static str) -> Self {
        Self::new(name, Place::ForPrograms)
    }

    /// A column that a table leaves out where all of its cells are empty.
    pub(crate) const fn filled(name: &'static str) -> Self {
        Self { needs_content: true, ..Self::whole(name) }
    }

    /// Allows a table that is too wide to drop the column, before those of a lower rank.
    pub(crate) const fn droppable(self, rank: u8) -> Self {
        Self { drop_rank: rank, ..self }
    }
}

impl Cell {
    pub(crate) fn text(text: &impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    pub(crate) fn opt(text: Option<impl ToString>) -> Self {
        text.map_or(Self::None, |text| Self::text(&text))
    }

    /// A value of an enumeration: its text for programs, and its name for people.
    pub(crate) fn label(wire: &str, label: impl Into<String>, tone: Tone) -> Self {
        Self::Label(wire.to_owned(), label.into(), tone)
    }

    pub(crate) fn time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::None, Self::Time)
    }

    pub(crate) fn clock_time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::None, Self::ClockTime)
    }

    /// Returns the value for programs.
    pub(super) fn stable(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text(text) | Self::Money(text) | Self::ForPrograms(text) => text.clone(),
            Self::Time(at) | Self::ClockTime(at) => at.to_string(),
            Self::Times(times) => join_times(times, |at| at.to_string()),
            Self::Start(starts) => starts.to_string(),
            Self::Label(wire, _, _) => wire.clone(),
        }
    }
}

/// Joins times with the texts after them.
pub(super) fn join_times(times: &[(Timestamp, String)], format: impl Fn(Timestamp) -> String) -> String {
    let texts: Vec<String> = times.iter().map(|(at, after)| format(*at) + after).collect();
    texts.join(", ")
}
