//! The rows of a file of tickets, each checked as the server checks it.

mod csv_text;

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use ticketing_sdk::{DetailField, DetailsUpdate, Money, MoneyError, NewTicket, TicketId};

use super::super::batch::{Row, SeatsOfRows};
use super::super::details::check_title;
use super::super::file_format::FileFormat;
use super::super::skipped_listings::{Reason, SkippedListings};

/// Other columns of a ticket, which `tickets list` writes and the import ignores.
const IGNORED: [&str; 5] = ["userid", "orderid", "version", "createdat", "updatedat"];

/// The rows of a file.
#[derive(Debug, Default)]
pub(super) struct ParsedFile {
    /// The valid rows.
    pub(super) rows: Vec<Row>,
    /// The errors of invalid rows.
    pub(super) errors: Vec<RowError>,
    /// The rows that are not listed again, whatever else is in them.
    pub(super) skipped: SkippedListings,
    seats: SeatsOfRows,
}

/// An error in a file, with its position.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RowError {
    /// The number of the line, from 1.
    line: u64,
    /// The column, and the name of the field where it is known.
    place: String,
    message: String,
}

impl RowError {
    /// An error of a whole line.
    fn of_line(line: u64, message: impl Into<String>) -> Self {
        Self { line, place: String::new(), message: message.into() }
    }
}

impl fmt::Display for RowError {
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
enum ImportColumn {
    /// The id of the listing that was exported.
    Id,
    Title,
    Price,
    Detail(DetailField),
    /// The status of a listing, in a file that has others than available ones.
    Status,
    /// The ticket whose pass a listing resells.
    ResaleOf,
    Ignored,
}

impl ImportColumn {
    /// Returns the column of a name: `startsAt`, `starts_at` and `Starts At` are the same.
    fn of_name(name: &str) -> Option<Self> {
        let fold = |name: &str| -> String {
            name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let name = fold(name);
        match name.as_str() {
            "id" => Some(Self::Id),
            "title" => Some(Self::Title),
            "price" => Some(Self::Price),
            "status" => Some(Self::Status),
            "resaleof" => Some(Self::ResaleOf),
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
pub(super) fn parse(content: &[u8], format: FileFormat) -> Result<ParsedFile, Vec<RowError>> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    if is_utf_16(content) {
        return Err(vec![RowError::of_line(1, "the file is UTF-16; save it as UTF-8")]);
    }
    let text = std::str::from_utf8(content).map_err(|error| {
        let before = &content[..error.valid_up_to()];
        vec![RowError::of_line(line_of(before), "not UTF-8; save the file as UTF-8")]
    })?;
    if text.trim().is_empty() {
        return Err(vec![RowError::of_line(1, "the file is empty")]);
    }
    match format {
        FileFormat::Csv => csv_text::parse(text),
        FileFormat::Jsonl => Ok(parse_json_lines(text)),
    }
}

/// Returns whether a text is UTF-16: by its mark, or by the zero byte of its first letter.
fn is_utf_16(content: &[u8]) -> bool {
    matches!(content, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..])
}

/// Returns the line on which the text after these bytes begins.
fn line_of(before: &[u8]) -> u64 {
    u64::try_from(before.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u64::MAX).saturating_add(1)
}

fn parse_json_lines(text: &str) -> ParsedFile {
    let mut parsed = ParsedFile::default();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1);
        let mut draft = Draft::new(number);
        match serde_json::from_str::<JsonFields>(line) {
            Ok(fields) => draft.set_fields(&fields.0),
            Err(_) if !line.trim_start().starts_with('{') => {
                let example = r#"{"title":"Opera","price":20}"#;
                parsed.errors.push(RowError::of_line(number, format!("must be an object like {example}")));
                continue;
            }
            Err(error) => {
                let whole = error.to_string();
                let message = whole.split(" at line ").next().unwrap_or_default().to_owned();
                let place = format!("column {}", error.column());
                parsed.errors.push(RowError { line: number, place, message });
                continue;
            }
        }
        parsed.take(draft);
    }
    parsed
}

/// The fields of a JSON object in their order, also those that have the name of another one.
struct JsonFields(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for JsonFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = JsonFields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonFields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(JsonFields(fields))
            }
        }
        deserializer.deserialize_map(FieldsVisitor)
    }
}

/// Reads a price. A comma separates decimals where `takes_comma`, unless it may also separate thousands.
fn read_price(text: &str, takes_comma: bool) -> Result<Money, String> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let decimal = text
        .split_once(',')
        .filter(|(whole, rest)| takes_comma && is_number(whole) && is_number(rest) && rest.len() <= 2);
    if let Some((whole, rest)) = decimal {
        return format!("{whole}.{rest}").parse().map_err(|error: MoneyError| error.to_string());
    }
    if text.contains(',') && is_number(&text.replace([',', '.'], "")) {
        let like = if takes_comma { "12,50" } else { "12.50" };
        return Err(format!(
            "the comma in {text} may separate thousands: write an amount like 1234 or {like}"
        ));
    }
    text.parse().map_err(|error: MoneyError| error.to_string())
}

/// A row in the making.
#[derive(Default)]
struct Draft {
    line: u64,
    /// The place of the next field.
    place: String,
    /// Whether a comma may separate the decimals of a price.
    takes_decimal_comma: bool,
    id: Option<TicketId>,
    title: Option<String>,
    price: Option<Money>,
    details: DetailsUpdate,
    /// Whether a title or a price was given, valid or not.
    given: [bool; 2],
    errors: Vec<RowError>,
    /// Why the row is not listed again.
    skipped: Option<Reason>,
}

impl Draft {
    fn new(line: u64) -> Self {
        Self { line, ..Self::default() }
    }

    fn push(&mut self, message: impl Into<String>) {
        self.errors.push(RowError { line: self.line, place: self.place.clone(), message: message.into() });
    }

    fn set_text(&mut self, column: ImportColumn, text: &str) {
        match column {
            ImportColumn::Id | ImportColumn::Status | ImportColumn::ResaleOf if text.trim().is_empty() => {}
            ImportColumn::Id => self.id = Some(text.trim().into()),
            ImportColumn::Title => {
                self.given[0] = true;
                match check_title(text) {
                    Ok(title) => self.title = Some(title),
                    Err(message) => self.push(message),
                }
            }
            ImportColumn::Price => {
                self.given[1] = true;
                match read_price(text.trim(), self.takes_decimal_comma) {
                    Ok(price) => self.price = Some(price),
                    Err(message) => self.push(message),
                }
            }
            ImportColumn::Detail(field) => {
                if let Err(error) = self.details.set(field, text) {
                    self.push(error.to_string());
                }
            }
            // A resale stays one, whatever its status is.
            ImportColumn::Status => {
                let reason = Reason::of_status(text);
                self.skipped = self.skipped.take().or(reason);
            }
            ImportColumn::ResaleOf => self.skipped = Some(Reason::Resale),
            ImportColumn::Ignored => {}
        }
    }

    fn set_fields(&mut self, fields: &[(String, Box<RawValue>)]) {
        for (index, (name, value)) in fields.iter().enumerate() {
            name.clone_into(&mut self.place);
            let column = ImportColumn::of_name(name);
            let is_same = |other: &String| match column {
                None | Some(ImportColumn::Ignored) => other == name,
                column => ImportColumn::of_name(other) == column,
            };
            if fields[..index].iter().any(|(other, _)| is_same(other)) {
                self.push("there is another field of this name");
            } else {
                self.set_json(column, name, value);
            }
        }
    }

    fn set_json(&mut self, column: Option<ImportColumn>, name: &str, value: &RawValue) {
        match column {
            None => self.push(unknown(name)),
            Some(ImportColumn::Ignored) => {}
            Some(_) if value.get() == "null" => {}
            Some(ImportColumn::Price) => {
                self.given[1] = true;
                match Money::from_json(value) {
                    Ok(price) => self.price = Some(price),
                    Err(error) => self.push(error.to_string()),
                }
            }
            Some(column) => match serde_json::from_str::<String>(value.get()) {
                Ok(text) => self.set_text(column, &text),
                Err(_) => {
                    self.given[0] |= column == ImportColumn::Title;
                    self.push("must be a string");
                }
            },
        }
    }
}

impl ParsedFile {
    /// Stores a row, or its errors, or counts it as left out.
    fn take(&mut self, mut draft: Draft) {
        if let Some(reason) = draft.skipped {
            return self.skipped.push(reason);
        }
        for (given, name) in draft.given.into_iter().zip(["title", "price"]) {
            if !given {
                draft.place.clear();
                draft.push(format!("the {name} is missing"));
            }
        }
        if let (true, Some(title), Some(price)) = (draft.errors.is_empty(), draft.title, draft.price) {
            let mut ticket = NewTicket::new(title, price);
            ticket.details.apply(&draft.details);
            let row = Row { label: format!("line {}", draft.line), id: draft.id, ticket };
            match self.seats.add(&row) {
                Some(earlier) => {
                    draft.errors.push(RowError::of_line(draft.line, format!("the seat of {earlier} again")))
                }
                None => self.rows.push(row),
            }
        }
        self.errors.extend(draft.errors);
    }
}

#[cfg(test)]
mod tests;
