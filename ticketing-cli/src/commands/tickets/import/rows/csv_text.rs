//! Comma-separated rows; spreadsheets of some languages write semicolons or tabs between the fields.

use super::{Draft, ImportColumn, ParsedFile, RowError, line_of, unknown};
use crate::output::restore;

/// The characters that separate fields, the usual one first.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// The message for a file whose first row has no name of a column.
const NO_HEADER: &str =
    "the row of column names is missing; the first row is like title,price,venue,startsAt,seat";

/// The columns of a file: each with its place in words.
type Header = Vec<(ImportColumn, String)>;

/// Reads a file and checks every row.
///
/// # Errors
/// Returns the errors of a file whose rows are not certain: of its header, or of a quote, with those of the other rows.
pub(super) fn parse(text: &str) -> Result<ParsedFile, Vec<RowError>> {
    let (named, rows) = read_separator(text)?;
    let delimiter = named.unwrap_or_else(|| delimiter(text));
    let mut parsed = ParsedFile::default();
    let mut header: Option<Header> = None;
    let (mut start, mut is_certain) = (rows, true);
    loop {
        let error = find_quote_error(text, start, delimiter);
        let end = error.as_ref().map_or(text.len(), |error| error.record);
        read_rows(text, start..end, delimiter, &mut header, &mut parsed, is_certain)?;
        let Some(QuoteError { at, resume, message, .. }) = error else { break };
        is_certain = false;
        parsed.errors.push(RowError::of_line(line_of(&text.as_bytes()[..at]), message));
        // Without a header, no further row can be read.
        if header.is_none() {
            break;
        }
        start = resume;
    }
    if !is_certain {
        return Err(parsed.errors);
    }
    match header {
        Some(_) => Ok(parsed),
        None => Err(vec![RowError::of_line(1, NO_HEADER)]),
    }
}

/// Returns the delimiter that the first line names, as spreadsheets write it (`sep=;`), and where the rows begin.
fn read_separator(text: &str) -> Result<(Option<u8>, usize), Vec<RowError>> {
    let line = text.split_inclusive('\n').next().unwrap_or_default();
    let words = line.trim_end_matches(['\r', '\n']);
    let words = words.strip_prefix('"').and_then(|words| words.strip_suffix('"')).unwrap_or(words);
    let Some((_, name)) = words.split_once('=').filter(|(word, _)| word.eq_ignore_ascii_case("sep")) else {
        return Ok((None, 0));
    };
    match name.as_bytes() {
        [delimiter] if DELIMITERS.contains(delimiter) => Ok((Some(*delimiter), line.len())),
        _ => {
            let message = format!("{name:?} cannot separate fields: use a comma, a semicolon or a tab");
            Err(vec![RowError::of_line(1, message)])
        }
    }
}

/// Returns the delimiter with which the first row has the most names of columns.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let columns = |delimiter: u8| {
        let fields = first.split(char::from(delimiter));
        fields.filter(|name| ImportColumn::of_name(name).is_some()).count()
    };
    // Of equal ones the first: `max_by_key` takes the last.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| columns(*delimiter)).unwrap_or(b',')
}

/// Reads the rows of a part of the text. After a quote without an end, the number of fields says nothing.
fn read_rows(
    text: &str,
    part: std::ops::Range<usize>,
    delimiter: u8,
    header: &mut Option<Header>,
    parsed: &mut ParsedFile,
    is_certain: bool,
) -> Result<(), Vec<RowError>> {
    let start = part.start;
    let bytes = &text.as_bytes()[part];
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.flexible(true).has_headers(false).delimiter(delimiter).from_reader(bytes);
    for record in reader.records() {
        let record = record.map_err(|error| vec![RowError::of_line(1, error.to_string())])?;
        // As spreadsheets write empty rows.
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let line = record_line(text, start, &record);
        let Some(columns) = header else {
            *header = Some(read_header(line, &record)?);
            continue;
        };
        if record.len() != columns.len() {
            if is_certain {
                let message = format!("has {} fields, and the header has {}", record.len(), columns.len());
                parsed.errors.push(RowError::of_line(line, message));
            }
            continue;
        }
        // Its commas would separate fields.
        let mut draft = Draft { takes_decimal_comma: delimiter != b',', ..Draft::new(line) };
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
    Ok(())
}

/// An error of the quotes, by positions in the text.
struct QuoteError {
    /// Where the record begins.
    record: usize,
    at: usize,
    /// Where the next record is likely to begin.
    resume: usize,
    message: &'static str,
}

/// Returns the first error at or after `start`: a quoted field that is not closed, or that has text after its closing quote.
/// The parser accepts both, and reads the following rows as a part of the field.
fn find_quote_error(text: &str, start: usize, delimiter: u8) -> Option<QuoteError> {
    let next_line = |at: usize| text[at..].find('\n').map_or(text.len(), |length| at + length + 1);
    let (mut record, mut opened, mut is_start) = (start, None, true);
    let mut bytes = text.bytes().enumerate().skip(start).peekable();
    while let Some((at, byte)) = bytes.next() {
        match (opened, byte) {
            (Some(_), b'"') => match bytes.peek().map(|(_, next)| *next) {
                Some(b'"') => drop(bytes.next()),
                None | Some(b'\r' | b'\n') => opened = None,
                Some(next) if next == delimiter => opened = None,
                Some(_) => {
                    let message = "text follows a closing quote; a quote within quotes is written twice";
                    return Some(QuoteError { record, at, resume: next_line(at), message });
                }
            },
            (None, b'"') if is_start => opened = Some(at),
            (None, b'\n') => record = at + 1,
            _ => {}
        }
        is_start = byte == delimiter || matches!(byte, b'\r' | b'\n');
    }
    let at = opened?;
    Some(QuoteError { record, at, resume: next_line(at), message: "the quote that begins here has no end" })
}

/// Returns the line on which a record begins. The reader's position is before the empty lines that it skips.
fn record_line(text: &str, part: usize, record: &csv::StringRecord) -> u64 {
    let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or_default());
    let start = part.saturating_add(start);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let skipped = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    line_of(&text.as_bytes()[..start.saturating_add(skipped).min(text.len())])
}

/// Reads the row of column names.
fn read_header(line: u64, record: &csv::StringRecord) -> Result<Header, Vec<RowError>> {
    let mut columns = Header::new();
    let mut errors = Vec::new();
    if record.iter().all(|name| ImportColumn::of_name(name).is_none()) {
        return Err(vec![RowError::of_line(line, NO_HEADER)]);
    }
    for (index, name) in record.iter().enumerate() {
        let place = format!("column {} ({})", index + 1, name.trim());
        match ImportColumn::of_name(name) {
            None => {
                errors.push(RowError {
                    line,
                    place: format!("column {}", index + 1),
                    message: unknown(name.trim()),
                });
            }
            Some(column)
                if column != ImportColumn::Ignored && columns.iter().any(|(other, _)| *other == column) =>
            {
                let message = "there is another column of this name".to_owned();
                errors.push(RowError { line, place, message });
            }
            Some(column) => columns.push((column, place)),
        }
    }
    for (column, name) in [(ImportColumn::Title, "title"), (ImportColumn::Price, "price")] {
        if !columns.iter().any(|(other, _)| *other == column) {
            errors.push(RowError::of_line(line, format!("the column {name} is missing")));
        }
    }
    if errors.is_empty() { Ok(columns) } else { Err(errors) }
}
