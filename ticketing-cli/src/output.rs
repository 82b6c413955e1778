//! The formats of data: tables for people, tab-separated text for pipes, JSON, JSON lines and CSV for programs.

mod csv;
mod json;
mod records;
mod table;
mod tsv;
mod when;

use clap::ValueEnum;
use serde::Serialize;
use ticketing_sdk::{EventTime, Explanation, Timestamp};

use crate::failure::Outcome;
use crate::io::Io;

pub(crate) use csv::{neutralize, restore};
pub(crate) use json::escape as escape_json;
pub(crate) use records::{SessionStatus, WatchLine};

/// The values of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Columns, fitted to the terminal
    Table,
    /// The JSON of the API
    Json,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated, with a header
    Csv,
}

/// How data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Table,
    Tsv,
    Json,
    Jsonl,
    Csv,
}

impl Format {
    /// Returns the chosen format, else tables on a terminal and tab-separated text elsewhere.
    pub(crate) fn of(chosen: Option<OutputFormat>, terminal: bool) -> Self {
        match chosen {
            Some(OutputFormat::Table) => Self::Table,
            Some(OutputFormat::Json) => Self::Json,
            Some(OutputFormat::Jsonl) => Self::Jsonl,
            Some(OutputFormat::Csv) => Self::Csv,
            None if terminal => Self::Table,
            None => Self::Tsv,
        }
    }
}

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
    name: &'static str,
    place: Place,
    /// A table that is too wide drops the column of the highest rank first. Rank 0 is never dropped.
    drop_rank: u8,
}

/// How a table for people shows a column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// An identifier: shortened last.
    Id,
    /// As wide as its content.
    Whole,
    /// Cut if the terminal is too narrow.
    Cut,
    /// Whole, and aligned to the right.
    Right,
    /// As wide as its content, on a wide terminal only.
    Wide,
    /// Only in other formats, and where a single record is shown.
    Hidden,
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
    /// The start of an event: as given for programs, on the clock of its place for people.
    Start(EventTime),
    /// What says nothing to people, like a time that no longer applies: programs read it.
    ForPrograms(String),
    /// A status: the value of the API for programs, its label for people, and its colour.
    Label(&'static str, String, Tone),
}

/// The meaning of a status, which selects its colour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Waiting,
    Bad,
    Past,
}

/// Writes records to the streams in one format.
pub(crate) struct Printer<'a> {
    pub(crate) io: &'a Io,
    pub(crate) format: Format,
    pub(crate) now: Timestamp,
}

impl Printer<'_> {
    /// Writes a list.
    pub(crate) fn list<T: Record>(&self, records: &[T]) -> Outcome {
        let text = match self.format {
            Format::Table if records.is_empty() => {
                self.io.remark("nothing to show");
                return Ok(());
            }
            Format::Table => table::list(records, self.io.terminal_info(), self.now),
            Format::Tsv => records.iter().map(|record| tsv::row(record, self.now)).collect(),
            Format::Json => json::document(&records, self.io.terminal_info().out_terminal)?,
            Format::Jsonl => json::lines(records)?,
            Format::Csv => csv::header::<T>() + &self.csv_rows(records),
        };
        self.io.data(text)
    }

    /// Writes a single record.
    pub(crate) fn one<T: Record>(&self, record: &T) -> Outcome {
        let text = match self.format {
            Format::Table => table::one(record, self.io, self.now),
            Format::Json => json::document(record, self.io.terminal_info().out_terminal)?,
            _ => return self.list(std::slice::from_ref(record)),
        };
        self.io.data(text)
    }

    /// Writes a record of a stream: a line of its own, without a header.
    pub(crate) fn next<T: Record>(&self, record: &T) -> Outcome {
        self.io.data(match self.format {
            Format::Table => table::line(record, self.io, self.now),
            Format::Tsv => tsv::row(record, self.now),
            Format::Json | Format::Jsonl => json::lines(std::slice::from_ref(record))?,
            Format::Csv => self.csv_rows(std::slice::from_ref(record)),
        })
    }

    /// Writes the explanation of an order: one JSON document, or the entries with the sentence before a table and on
    /// stderr elsewhere.
    pub(crate) fn explanation(&self, explanation: &Explanation) -> Outcome {
        match self.format {
            Format::Json => {
                return self.io.data(json::document(explanation, self.io.terminal_info().out_terminal)?);
            }
            Format::Table => self.io.data(format!("{}\n\n", explanation.summary))?,
            _ => self.io.remark(&explanation.summary),
        }
        self.list(&explanation.entries)
    }

    fn csv_rows<T: Record>(&self, records: &[T]) -> String {
        records
            .iter()
            .map(|record| csv::row(record, self.now, self.io.terminal_info().out_terminal))
            .collect()
    }
}

impl Column {
    const fn new(name: &'static str, place: Place) -> Self {
        Self { name, place, drop_rank: 0 }
    }

    pub(crate) const fn id(name: &'static str) -> Self {
        Self::new(name, Place::Id)
    }

    pub(crate) const fn whole(name: &'static str) -> Self {
        Self::new(name, Place::Whole)
    }

    pub(crate) const fn cut(name: &'static str) -> Self {
        Self::new(name, Place::Cut)
    }

    pub(crate) const fn right(name: &'static str) -> Self {
        Self::new(name, Place::Right)
    }

    pub(crate) const fn wide(name: &'static str) -> Self {
        Self { drop_rank: u8::MAX, ..Self::new(name, Place::Wide) }
    }

    pub(crate) const fn hidden(name: &'static str) -> Self {
        Self::new(name, Place::Hidden)
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

    pub(crate) fn label(wire: &'static str, label: impl Into<String>, tone: Tone) -> Self {
        Self::Label(wire, label.into(), tone)
    }

    pub(crate) fn time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::None, Self::Time)
    }

    /// Returns the value for programs.
    fn stable(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text(text) | Self::Money(text) | Self::ForPrograms(text) => text.clone(),
            Self::Time(at) => at.to_string(),
            Self::Start(starts) => starts.to_string(),
            Self::Label(wire, _, _) => (*wire).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
