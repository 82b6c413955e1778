//! The rows of a file of tickets, each checked as the server checks it.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::value::RawValue;
use ticketing_sdk::{DetailField, DetailsUpdate, Money, NewTicket};

use super::super::batch::Row;
use super::super::file_format::FileFormat;
use super::super::title::check_title;
use crate::output::restore;

/// Other columns of a ticket, which `tickets list` writes and the import ignores.
const IGNORED: [&str; 8] =
    ["id", "status", "userid", "orderid", "version", "createdat", "updatedat", "resaleof"];

/// The rows of a file.
#[derive(Debug)]
pub(super) struct Parsed {
    /// The valid rows.
    pub(super) rows: Vec<Row>,
    /// The errors of the other rows.
    pub(super) faults: Vec<Fault>,
}

/// An error in a file, with its position.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// From 1.
    line: u64,
    /// The column, and the name of the field where it is known.
    place: String,
    message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, place, message } = self;
        if place.is_empty() {
            write!(f, "line {line}: {message}")
        } else {
            write!(f, "line {line}, {place}: {message}")
        }
    }
}

/// A column of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Title,
    Price,
    Detail(DetailField),
    Ignored,
}

impl Column {
    /// Returns the column of a name: `startsAt`, `starts_at` and `Starts At` are the same.
    fn of_name(name: &str) -> Option<Self> {
        let fold = |name: &str| -> String {
            name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let name = fold(name);
        match name.as_str() {
            "title" => Some(Self::Title),
            "price" => Some(Self::Price),
            other if IGNORED.contains(&other) => Some(Self::Ignored),
            other => {
                let field = DetailField::ALL.iter().find(|field| fold(field.name()) == other)?;
                Some(Self::Detail(*field))
            }
        }
    }
}

/// The message for a name that is no column.
fn unknown(name: &str) -> String {
    let details: Vec<_> = DetailField::ALL.iter().map(|field| field.name()).collect();
    format!("unknown column {name:?}; the columns are title, price, {}", details.join(", "))
}

/// Reads a file and checks every row.
///
/// # Errors
/// Returns the error of the file as a whole, so that no row can be read.
pub(super) fn parse(content: &[u8], format: FileFormat) -> Result<Parsed, Vec<Fault>> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let text = std::str::from_utf8(content).map_err(|error| {
        let before = &content[..error.valid_up_to()];
        vec![Fault { line: line_of(before), place: String::new(), message: "not UTF-8".to_owned() }]
    })?;
    match format {
        FileFormat::Csv => parse_csv(text),
        FileFormat::Jsonl => Ok(parse_json_lines(text)),
    }
}

/// Returns the line on which the text after these bytes begins.
fn line_of(before: &[u8]) -> u64 {
    u64::try_from(before.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u64::MAX).saturating_add(1)
}

fn parse_csv(text: &str) -> Result<Parsed, Vec<Fault>> {
    if let Some(fault) = quote_fault(text) {
        return Err(vec![fault]);
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut parsed = Parsed { rows: Vec::new(), faults: Vec::new() };
    let mut header: Option<Vec<(Column, String)>> = None;
    for record in reader.records() {
        let fault = |line, message| Fault { line, place: String::new(), message };
        let record = record.map_err(|error| vec![fault(1, error.to_string())])?;
        let line = record_line(text, &record);
        let Some(columns) = &header else {
            header = Some(read_header(line, &record)?);
            continue;
        };
        if record.len() != columns.len() {
            let message = format!("has {} fields, and the header has {}", record.len(), columns.len());
            parsed.faults.push(fault(line, message));
            continue;
        }
        let mut draft = Draft::new(line);
        for ((column, place), field) in columns.iter().zip(&record) {
            draft.place.clone_from(place);
            let field = restore(field);
            // An empty field is one that is not given.
            if !field.trim().is_empty() {
                draft.set_text(*column, field);
            }
        }
        parsed.take(draft);
    }
    if header.is_none() {
        let message = "the row of column names is missing".to_owned();
        return Err(vec![Fault { line: 1, place: String::new(), message }]);
    }
    Ok(parsed)
}

/// Returns the error of a quoted field that is not closed, or that has text after its closing quote. The parser accepts both,
/// and reads the following rows as a part of the field.
fn quote_fault(text: &str) -> Option<Fault> {
    let fault = |at: usize, message: &str| {
        let line = line_of(&text.as_bytes()[..at]);
        Some(Fault { line, place: String::new(), message: message.to_owned() })
    };
    let mut opened = None;
    let mut is_start = true;
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match (opened, byte) {
            (Some(_), b'"') => match bytes.peek().map(|(_, next)| *next) {
                Some(b'"') => drop(bytes.next()),
                None | Some(b',' | b'\r' | b'\n') => opened = None,
                Some(_) => {
                    return fault(at, "text follows a closing quote; a quote within quotes is written twice");
                }
            },
            (None, b'"') if is_start => opened = Some(at),
            _ => {}
        }
        is_start = matches!(byte, b',' | b'\r' | b'\n');
    }
    fault(opened?, "the quote that begins here has no end")
}

/// Returns the line on which a record begins. The reader's position is before the empty lines that it skips.
fn record_line(text: &str, record: &csv::StringRecord) -> u64 {
    let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or_default());
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let skipped = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    line_of(&text.as_bytes()[..start.saturating_add(skipped).min(text.len())])
}

/// Reads the row of column names: each column, and its place in words.
fn read_header(line: u64, record: &csv::StringRecord) -> Result<Vec<(Column, String)>, Vec<Fault>> {
    let mut columns: Vec<(Column, String)> = Vec::new();
    let mut faults = Vec::new();
    for (index, name) in record.iter().enumerate() {
        let place = format!("column {} ({})", index + 1, name.trim());
        match Column::of_name(name) {
            None => faults.push(Fault {
                line,
                place: format!("column {}", index + 1),
                message: unknown(name.trim()),
            }),
            Some(column)
                if column != Column::Ignored && columns.iter().any(|(other, _)| *other == column) =>
            {
                faults.push(Fault {
                    line,
                    place,
                    message: "there is another column of this name".to_owned(),
                });
            }
            Some(column) => columns.push((column, place)),
        }
    }
    for (column, name) in [(Column::Title, "title"), (Column::Price, "price")] {
        if !columns.iter().any(|(other, _)| *other == column) {
            faults.push(Fault {
                line,
                place: String::new(),
                message: format!("the column {name} is missing"),
            });
        }
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

fn parse_json_lines(text: &str) -> Parsed {
    let mut parsed = Parsed { rows: Vec::new(), faults: Vec::new() };
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1);
        let mut draft = Draft::new(number);
        match serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(line) {
            Ok(fields) => fields.iter().for_each(|(name, value)| draft.set_json(name, value)),
            Err(error) => {
                let whole = error.to_string();
                let message = whole.split(" at line ").next().unwrap_or_default().to_owned();
                let place = format!("column {}", error.column());
                parsed.faults.push(Fault { line: number, place, message });
                continue;
            }
        }
        parsed.take(draft);
    }
    parsed
}

/// A row in the making.
struct Draft {
    line: u64,
    /// The place of the next field.
    place: String,
    title: Option<String>,
    price: Option<Money>,
    details: DetailsUpdate,
    /// Whether a title or a price was given, valid or not.
    given: [bool; 2],
    faults: Vec<Fault>,
}

impl Draft {
    fn new(line: u64) -> Self {
        Self {
            line,
            place: String::new(),
            title: None,
            price: None,
            details: DetailsUpdate::default(),
            given: [false; 2],
            faults: Vec::new(),
        }
    }

    fn push(&mut self, message: impl Into<String>) {
        self.faults.push(Fault { line: self.line, place: self.place.clone(), message: message.into() });
    }

    fn set_text(&mut self, column: Column, text: &str) {
        match column {
            Column::Title => {
                self.given[0] = true;
                match check_title(text) {
                    Ok(title) => self.title = Some(title),
                    Err(message) => self.push(message),
                }
            }
            Column::Price => {
                self.given[1] = true;
                match text.trim().parse() {
                    Ok(price) => self.price = Some(price),
                    Err(error) => self.push(error.to_string()),
                }
            }
            Column::Detail(field) => {
                if let Err(error) = self.details.set(field, text) {
                    self.push(error.to_string());
                }
            }
            Column::Ignored => {}
        }
    }

    fn set_json(&mut self, name: &str, value: &RawValue) {
        name.clone_into(&mut self.place);
        match Column::of_name(name) {
            None => self.push(unknown(name)),
            Some(Column::Ignored) => {}
            Some(_) if value.get() == "null" => {}
            Some(Column::Price) => {
                self.given[1] = true;
                match Money::from_json(value) {
                    Ok(price) => self.price = Some(price),
                    Err(error) => self.push(error.to_string()),
                }
            }
            Some(column) => match serde_json::from_str::<String>(value.get()) {
                Ok(text) => self.set_text(column, &text),
                Err(_) => {
                    self.given[0] |= column == Column::Title;
                    self.push("must be a string");
                }
            },
        }
    }
}

impl Parsed {
    /// Stores a row, or its errors.
    fn take(&mut self, mut draft: Draft) {
        for (given, name) in draft.given.into_iter().zip(["title", "price"]) {
            if !given {
                draft.place.clear();
                draft.push(format!("the {name} is missing"));
            }
        }
        if let (true, Some(title), Some(price)) = (draft.faults.is_empty(), draft.title, draft.price) {
            let mut ticket = NewTicket::new(title, price);
            ticket.details.apply(&draft.details);
            self.rows.push(Row { label: format!("line {}", draft.line), ticket });
        }
        self.faults.extend(draft.faults);
    }
}

#[cfg(test)]
mod tests;
