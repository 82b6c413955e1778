//! The formats of data: tables for people, tab-separated text for pipes, JSON, JSON lines, YAML and CSV for programs.

mod csv;
mod format;
mod jq;
mod json;
mod objects;
mod open_list;
mod record;
mod records;
mod rules;
mod select;
mod short_id;
mod specs;
mod table;
mod template;
mod timeline;
mod tsv;
mod when;
mod yaml;

use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;
use ticketing_sdk::{Explanation, Timestamp};

use crate::failure::CliResult;
use crate::io::Io;

pub(crate) use csv::{line as csv_line, restore};
pub(crate) use format::Format;
use jq::FilterOutput;
pub(crate) use json::{escape as escape_json, lines as json_lines};
pub(crate) use open_list::OpenList;
use record::ColumnLayout;
pub(crate) use record::{Cell, Columns, Record, Tone};
pub(crate) use records::{SessionStatus, Settlement, WatchLine, WriteOutcome, double_admissions};
pub(crate) use rules::Invocation;
#[cfg(test)]
pub(crate) use rules::NON_RECORD_OUTPUTS;
pub(crate) use select::Select;
pub(crate) use short_id::{MIN_SHORT, short_end};
use specs::find_output_spec;
#[cfg(test)]
pub(crate) use specs::{Arity, OUTPUT_SPECS, OutputSpec, RecordType};
pub(crate) use when::zone;

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

    /// Formats a time for people: on the clock of the user.
    pub(crate) fn local(&self, at: Timestamp) -> String {
        when::local(at, &self.zone)
    }

    /// Formats a time for people, with milliseconds.
    pub(crate) fn precise(&self, at: Timestamp) -> String {
        when::precise(at, &self.zone)
    }

    /// Writes a whole list.
    pub(crate) fn list<T: Record>(&self, records: &[T]) -> CliResult {
        self.page(records, false)
    }

    /// Writes a list that may have been cut.
    pub(crate) fn page<T: Record>(&self, records: &[T], has_more: bool) -> CliResult {
        let listing = Listing { items: records, has_more };
        if let Some(select) = self.selection() {
            let items = records.iter().map(json::value).collect::<CliResult<Vec<_>>>()?;
            return self.write_selected(select, &select.list(items, has_more));
        }
        let terminal = self.io.terminal_info().out_terminal;
        let text = match self.format {
            Format::Table if records.is_empty() => {
                self.io.info("nothing to show");
                return Ok(());
            }
            Format::Table => table::list(records, self),
            Format::Tsv => tsv::rows(records, self.now),
            Format::Json => json::document(&listing, terminal)?,
            Format::Jsonl => json::lines(records)?,
            Format::Yaml => yaml::document(&listing, terminal)?,
            Format::Csv => csv::header::<T>() + &csv::rows(records, self.now, terminal),
        };
        self.io.page(&text)
    }

    /// Writes a single record.
    pub(crate) fn one<T: Record>(&self, record: &T) -> CliResult {
        self.report(record, std::slice::from_ref(record), || table::one(record, self))
    }

    /// Writes one record as itself, and several as a list.
    pub(crate) fn one_or_many<T: Record>(&self, records: &[T]) -> CliResult {
        match records {
            [record] => self.one(record),
            records => self.list(records),
        }
    }

    /// Begins a stream: with the header of CSV.
    pub(crate) fn begin_stream<T: Record>(&self) -> CliResult {
        match self.format {
            Format::Csv if !self.is_selecting() => self.io.data(csv::header::<T>()),
            _ => Ok(()),
        }
    }

    /// Writes a record of a stream: a line of its own.
    pub(crate) fn next<T: Record>(&self, record: &T) -> CliResult {
        if let Some(select) = self.selection() {
            let value = select.record(json::value(record)?);
            if let Some(shaped) = self.shape(select, &value)? {
                return self.write_shaped(shaped, |text| self.io.data(text));
            }
            return self.io.data(match self.format {
                Format::Yaml => self.yaml_of_stream(&value)?,
                _ => json::lines(&[value])?,
            });
        }
        let records = std::slice::from_ref(record);
        self.io.data(match self.format {
            Format::Table => table::line(record, self),
            Format::Tsv => tsv::rows(records, self.now),
            Format::Json | Format::Jsonl => json::lines(records)?,
            Format::Yaml => self.yaml_of_stream(record)?,
            Format::Csv => csv::rows(records, self.now, self.io.terminal_info().out_terminal),
        })
    }

    fn yaml_of_stream(&self, record: &impl Serialize) -> CliResult<String> {
        Ok(format!("---\n{}", yaml::document(record, self.io.terminal_info().out_terminal)?))
    }

    /// Writes JSON that a command has: a document of its own, filtered if a filter was given.
    pub(crate) fn json(&self, document: &Value) -> CliResult {
        let no_selection = Select::default();
        self.write_selected(self.select.unwrap_or(&no_selection), document)
    }

    fn write_selected(&self, select: &Select, document: &Value) -> CliResult {
        let terminal = self.io.terminal_info().out_terminal;
        if let Some(shaped) = self.shape(select, document)? {
            return self.write_shaped(shaped, |text| self.io.page(text));
        }
        let text = match (self.format, document) {
            (Format::Yaml, document) => yaml::document(document, terminal)?,
            (Format::Jsonl, Value::Array(items)) => json::lines(items)?,
            (Format::Jsonl, document) => json::lines(std::slice::from_ref(document))?,
            (Format::Csv, document) => objects::csv(document, terminal),
            (Format::Tsv, document) => objects::tsv(document),
            (_, document) => json::document(document, terminal)?,
        };
        self.io.page(&text)
    }

    /// Applies the filter or template, if one was given.
    fn shape(&self, select: &Select, document: &Value) -> CliResult<Option<FilterOutput>> {
        let shaped = select.shape(document, self.io.terminal_info().out_terminal);
        shaped.map_err(|failure| self.io.after_effect(failure))
    }

    /// Writes the text of a filter or template, then its messages. Returns its outcome.
    fn write_shaped(&self, shaped: FilterOutput, write: impl FnOnce(&str) -> CliResult) -> CliResult {
        write(&shaped.text)?;
        shaped.messages.iter().for_each(|message| self.io.info(message));
        shaped.failure.map_or(Ok(()), |failure| Err(self.io.after_effect(failure)))
    }

    /// Writes the explanation of an order: the sentence and the timeline on a table, and the sentence on stderr beside rows.
    pub(crate) fn explanation(&self, explanation: &Explanation) -> CliResult {
        if !self.is_selecting() && matches!(self.format, Format::Tsv | Format::Csv | Format::Jsonl) {
            self.io.info(&explanation.summary);
        }
        self.report(explanation, &explanation.entries, || timeline::draw(explanation, self))
    }

    /// Writes a report: one document of JSON or YAML, its rows in the formats of rows, and `drawn` as a table.
    pub(crate) fn report<T: Record>(
        &self,
        document: &impl Serialize,
        rows: &[T],
        drawn: impl FnOnce() -> String,
    ) -> CliResult {
        let terminal = self.io.terminal_info().out_terminal;
        match (self.selection(), self.format) {
            (Some(select), _) => self.write_selected(select, &select.record(json::value(document)?)),
            (None, Format::Json) => self.io.page(&json::document(document, terminal)?),
            (None, Format::Yaml) => self.io.page(&yaml::document(document, terminal)?),
            (None, Format::Table) => self.io.page(&drawn()),
            _ => self.list(rows),
        }
    }

    /// Begins a list whose records are written as they come.
    pub(crate) fn begin_list<T: Record>(&self) -> CliResult<OpenList<'_>> {
        self.begin_stream::<T>()?;
        Ok(OpenList::new(self))
    }
}

#[cfg(test)]
mod tests;
