//! A record for people: a line for each field, wrapped on a terminal.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::super::record::{Column, cells, columns_of, join_times};
use super::super::{Cell, ColumnLayout, Printer, Record, when};
use super::{COLUMN_GAP, cell_style, plain};
use crate::wrap::hang;

/// Returns a line for each field of a record that people read.
pub(in super::super) fn one<T: Record>(record: &T, printer: &Printer<'_>) -> String {
    let io = printer.io;
    let columns = columns_of::<T>();
    let cells = cells(&columns, record, printer.now);
    let is_given = |(cell, column): &(&Cell, &Column<T>)| {
        !matches!(cell, Cell::None | Cell::ForPrograms(_)) && column.layout != ColumnLayout::ForPrograms
    };
    let given = || cells.iter().zip(&columns).filter(is_given);
    let indent = given().map(|(_, column)| column.name.width()).max().unwrap_or(0) + COLUMN_GAP;
    let width = usize::from(io.terminal_info().width);
    let mut text = String::new();
    for (cell, column) in given() {
        let value = match cell {
            Cell::Time(at) => when::full(*at, printer.now, &printer.zone),
            Cell::ClockTime(at) => printer.local(*at),
            Cell::PreciseTime(at) => printer.precise(*at),
            Cell::Times(times) => join_times(times, |at| printer.precise(at)),
            other => plain(other, printer),
        };
        let value = if io.terminal_info().out_terminal { hang(&value, width, indent, indent) } else { value };
        let label = io.paint(Style::new().bold(), &format!("{:1$}", column.name, indent - COLUMN_GAP));
        text += &format!("{label}  {}\n", io.paint(cell_style(cell), &value));
    }
    text
}
