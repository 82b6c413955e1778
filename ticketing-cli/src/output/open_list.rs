//! Lists whose records are written as they come.

use super::{Format, Printer, Record, json};
use crate::failure::CliResult;

/// A list whose records are written as they come. In JSON it is one document, with a line for each record.
pub(crate) struct OpenList<'p> {
    printer: &'p Printer<'p>,
    is_empty: bool,
}

impl<'p> OpenList<'p> {
    pub(super) fn new(printer: &'p Printer<'p>) -> Self {
        Self { printer, is_empty: true }
    }

    /// Writes a record. In a table it is `drawn`.
    pub(crate) fn push<T: Record>(
        &mut self,
        record: &T,
        drawn: impl FnOnce(&Printer<'_>) -> String,
    ) -> CliResult {
        let Printer { io, format, .. } = self.printer;
        let line = || json::lines(std::slice::from_ref(record));
        let text = match format {
            _ if self.printer.is_selecting() => return self.printer.next(record),
            Format::Table => drawn(self.printer),
            Format::Jsonl => line()?,
            Format::Json if self.is_empty => format!("{{\"items\":[\n{}", line()?),
            Format::Json => format!(",{}", line()?),
            Format::Tsv | Format::Yaml | Format::Csv => return self.printer.next(record),
        };
        self.is_empty = false;
        io.data(text)
    }

    /// Ends the list.
    pub(crate) fn end(self) -> CliResult {
        match self.printer.format {
            Format::Json if !self.printer.is_selecting() => {
                let begin = if self.is_empty { "{\"items\":[" } else { "" };
                self.printer.io.line(&format!("{begin}],\"hasMore\":false}}"))
            }
            _ => Ok(()),
        }
    }
}
