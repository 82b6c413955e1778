//! The formats of data: tables for people, tab-separated text for pipes, JSON, JSON lines, YAML and CSV for programs.

mod csv;
mod jq;
mod json;
mod open_list;
mod records;
mod select;
mod shapes;
mod short_id;
mod table;
mod template;
mod tsv;
mod when;
mod yaml;

use clap::ValueEnum;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;
use ticketing_sdk::{EventTime, Explanation, Timestamp};

use crate::failure::Outcome;
use crate::io::Io;

pub(crate) use csv::{neutralize, restore};
pub(crate) use json::escape as escape_json;
pub(crate) use open_list::OpenList;
pub(crate) use records::{SessionStatus, Settlement, WatchLine, WriteOutcome};
pub(crate) use select::Select;
pub(crate) use shapes::shape_of;
#[cfg(test)]
pub(crate) use shapes::{Arity, RecordType, SHAPES, Shape};
pub(crate) use short_id::MIN_SHORT;
pub(crate) use when::zone;

/// The values of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Columns, fitted to the terminal
    Table,
    /// Tab-separated, without a header
    Tsv,
    /// The JSON of the API; a list is an object with its items
    Json,
    /// One JSON object a line
    Jsonl,
    /// The same as YAML
    Yaml,
    /// Comma-separated, with a header
    Csv,
}

impl OutputFormat {
    /// Returns the value of the option.
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// How data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Table,
    Tsv,
    Json,
    Jsonl,
    Yaml,
    Csv,
}

impl Format {
    /// Returns the chosen format, else tables on a terminal and tab-separated text elsewhere. A selection is JSON,
    /// unless another format of the same fields is chosen.
    pub(crate) fn of(chosen: Option<OutputFormat>, terminal: bool, select: &Select) -> Self {
        match chosen {
            Some(OutputFormat::Jsonl) => Self::Jsonl,
            Some(OutputFormat::Yaml) => Self::Yaml,
            _ if select.is_active() => Self::Json,
            Some(OutputFormat::Table) => Self::Table,
            Some(OutputFormat::Tsv) => Self::Tsv,
            Some(OutputFormat::Json) => Self::Json,
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
    /// Whether it holds identifiers, which a table shortens.
    is_id: bool,
    /// Whether a table leaves it out where all of its cells are empty.
    needs_content: bool,
}

/// How a table for people shows a column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// An identifier: shortened, and dropped before what the title and the status say.
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
    /// Fields for programs only, such as a time that no longer applies.
    ForPrograms(String),
    /// A status: the value of the API for programs, its label for people, and its colour.
    Label(String, String, Tone),
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
    /// The selection of JSON, if there is one.
    pub(crate) select: Option<&'a Select>,
    /// The time zone of tables.
    pub(crate) zone: TimeZone,
}

/// The JSON of a list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listing<'a, T> {
    items: &'a [T],
    /// Whether the list was cut.
    has_more: bool,
}

impl<'a> Printer<'a> {
    /// Returns a printer without a selection, with times in UTC.
    pub(crate) fn new(io: &'a Io, format: Format, now: Timestamp) -> Self {
        Self { io, format, now, select: None, zone: TimeZone::UTC }
    }

    /// Returns the selection of JSON, if one was given.
    fn selection(&self) -> Option<&Select> {
        self.select.filter(|select| select.is_active())
    }

    /// Returns whether fields, a filter or a template were given.
    pub(crate) fn is_selecting(&self) -> bool {
        self.selection().is_some()
    }

    /// Writes a whole list.
    pub(crate) fn list<T: Record>(&self, records: &[T]) -> Outcome {
        self.page(records, false)
    }

    /// Writes a list that may have been cut.
    pub(crate) fn page<T: Record>(&self, records: &[T], has_more: bool) -> Outcome {
        let listing = Listing { items: records, has_more };
        if let Some(select) = self.selection() {
            let items = records.iter().map(json::value).collect::<Outcome<Vec<_>>>()?;
            return self.selected(select, &select.list(items, has_more));
        }
        let terminal = self.io.terminal_info().out_terminal;
        let text = match self.format {
            Format::Table if records.is_empty() => {
                self.io.remark("nothing to show");
                return Ok(());
            }
            Format::Table => table::list(records, self),
            Format::Tsv => records.iter().map(|record| tsv::row(record, self.now)).collect(),
            Format::Json => json::document(&listing, terminal)?,
            Format::Jsonl => json::lines(records)?,
            Format::Yaml => yaml::document(&listing, terminal)?,
            Format::Csv => csv::header::<T>() + &self.csv_rows(records),
        };
        self.io.page(&text)
    }

    /// Writes a single record.
    pub(crate) fn one<T: Record>(&self, record: &T) -> Outcome {
        if let Some(select) = self.selection() {
            return self.selected(select, &select.record(json::value(record)?));
        }
        let terminal = self.io.terminal_info().out_terminal;
        let text = match self.format {
            Format::Table => table::one(record, self),
            Format::Json => json::document(record, terminal)?,
            Format::Yaml => yaml::document(record, terminal)?,
            Format::Tsv | Format::Jsonl | Format::Csv => return self.list(std::slice::from_ref(record)),
        };
        self.io.page(&text)
    }

    /// Writes one record as itself, and several as a list.
    pub(crate) fn one_or_many<T: Record>(&self, records: &[T]) -> Outcome {
        match records {
            [record] => self.one(record),
            records => self.list(records),
        }
    }

    /// Begins a stream: with the header of CSV.
    pub(crate) fn begin_stream<T: Record>(&self) -> Outcome {
        match self.format {
            Format::Csv if !self.is_selecting() => self.io.data(csv::header::<T>()),
            _ => Ok(()),
        }
    }

    /// Writes a record of a stream: a line of its own.
    pub(crate) fn next<T: Record>(&self, record: &T) -> Outcome {
        if let Some(select) = self.selection() {
            let value = select.record(json::value(record)?);
            let shaped = select.shape(&value, self.io.terminal_info().out_terminal)?;
            let text = match (shaped, self.format) {
                (Some(text), _) => text,
                (None, Format::Yaml) => self.yaml_of_stream(&value)?,
                (None, _) => json::lines(&[value])?,
            };
            return self.io.data(text);
        }
        self.io.data(match self.format {
            Format::Table => table::line(record, self),
            Format::Tsv => tsv::row(record, self.now),
            Format::Json | Format::Jsonl => json::lines(std::slice::from_ref(record))?,
            Format::Yaml => self.yaml_of_stream(record)?,
            Format::Csv => self.csv_rows(std::slice::from_ref(record)),
        })
    }

    fn yaml_of_stream(&self, record: &impl Serialize) -> Outcome<String> {
        Ok(format!("---\n{}", yaml::document(record, self.io.terminal_info().out_terminal)?))
    }

    /// Writes JSON that a command has: a document of its own, filtered if a filter was given.
    pub(crate) fn json(&self, document: &Value) -> Outcome {
        let no_selection = Select::default();
        self.selected(self.select.unwrap_or(&no_selection), document)
    }

    fn selected(&self, select: &Select, document: &Value) -> Outcome {
        let terminal = self.io.terminal_info().out_terminal;
        let text = match (select.shape(document, terminal)?, self.format, document) {
            (Some(text), ..) => text,
            (None, Format::Yaml, document) => yaml::document(document, terminal)?,
            (None, Format::Jsonl, Value::Array(items)) => json::lines(items)?,
            (None, _, document) => json::document(document, terminal)?,
        };
        self.io.page(&text)
    }

    /// Writes the explanation of an order: one JSON document, or the entries with the sentence before a table and on
    /// stderr elsewhere.
    pub(crate) fn explanation(&self, explanation: &Explanation) -> Outcome {
        let terminal = self.io.terminal_info().out_terminal;
        match (self.selection(), self.format) {
            (Some(select), _) => return self.selected(select, &select.record(json::value(explanation)?)),
            (None, Format::Json) => return self.io.page(&json::document(explanation, terminal)?),
            (None, Format::Yaml) => return self.io.page(&yaml::document(explanation, terminal)?),
            (None, Format::Table) => self.io.data(format!("{}\n\n", explanation.summary))?,
            _ => self.io.remark(&explanation.summary),
        }
        self.list(&explanation.entries)
    }

    /// Begins a list whose records are written as they come.
    pub(crate) fn begin_list<T: Record>(&self) -> Outcome<OpenList<'_>> {
        self.begin_stream::<T>()?;
        Ok(OpenList::new(self))
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
        Self { name, place, drop_rank: 0, is_id: false, needs_content: false }
    }

    pub(crate) const fn id(name: &'static str) -> Self {
        Self { is_id: true, ..Self::new(name, Place::Id) }
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
        Self { drop_rank: u8::MAX, needs_content: true, ..Self::new(name, Place::Wide) }
    }

    /// A column of identifiers that only a wide terminal shows.
    pub(crate) const fn wide_id(name: &'static str) -> Self {
        Self { is_id: true, ..Self::wide(name) }
    }

    pub(crate) const fn hidden(name: &'static str) -> Self {
        Self::new(name, Place::Hidden)
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

    /// Returns the value for programs.
    fn stable(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text(text) | Self::Money(text) | Self::ForPrograms(text) => text.clone(),
            Self::Time(at) => at.to_string(),
            Self::Start(starts) => starts.to_string(),
            Self::Label(wire, _, _) => wire.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
