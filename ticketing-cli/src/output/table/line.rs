//! A record of a stream: its fields in one line, wrapped between them on a narrow terminal.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::super::record::{Column, cells, columns_of};
use super::super::{Cell, Printer, Record, short_id};
use super::{COLUMN_GAP, LENGTHS, Lengths, cell_style, fitted_text, is_shown};
use crate::wrap::hang;

/// Returns the fields of a record in one line, without a header. A terminal that is too narrow has short texts, and then further lines.
pub(in super::super) fn line<T: Record>(record: &T, printer: &Printer<'_>) -> String {
    let terminal_info = printer.io.terminal_info();
    let width = if terminal_info.out_terminal { usize::from(terminal_info.width) } else { usize::MAX };
    let long = line_fields(record, LENGTHS[0], printer);
    let total = long.iter().map(|(text, _)| text.width() + COLUMN_GAP).sum::<usize>();
    let fields = if total.saturating_sub(COLUMN_GAP) <= width {
        long
    } else {
        line_fields(record, LENGTHS[2], printer)
    };
    let (mut line, mut used) = (String::new(), 0);
    for (text, style) in fields {
        if used > 0 && used + COLUMN_GAP + text.trim_end().width() > width {
            line.truncate(line.trim_end().len());
            line.push('\n');
            used = 0;
        }
        if !line.is_empty() {
            line += &" ".repeat(COLUMN_GAP);
            used += COLUMN_GAP;
        }
        let text = hang(&text, width, used, COLUMN_GAP);
        used = text
            .lines()
            .last()
            .map_or(used, |last| if last.len() < text.len() { 0 } else { used } + last.width());
        line += &printer.io.paint(style, &text);
    }
    line.truncate(line.trim_end().len());
    line + "\n"
}

/// Returns the texts of a line, and their styles.
fn line_fields<T: Record>(record: &T, lengths: Lengths, printer: &Printer<'_>) -> Vec<(String, Style)> {
    let columns = columns_of::<T>();
    let cells = cells(&columns, record, printer.now);
    let shown = cells.iter().zip(&columns).filter(|(_, column)| is_shown(column));
    let shown = shown.filter(|(cell, column)| !(column.needs_content && matches!(cell, Cell::None)));
    let field = |(cell, column): (&Cell, &Column<T>)| {
        let text = fitted_text(cell, lengths, printer);
        let text = match cell {
            Cell::Label(..) => format!("{text:9}"),
            _ if column.is_id => short_id::end(&text, short_id::MIN_SHORT).to_owned(),
            _ => text,
        };
        (text, cell_style(cell))
    };
    shown.map(field).collect()
}
