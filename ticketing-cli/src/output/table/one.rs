//! A record for people: a line for each field, wrapped on a terminal.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::super::record::{Column, cells, columns_of, join_times};
use super::super::{Cell, Place, Printer, Record, when};
use super::{COLUMN_GAP, plain, style};
use crate::wrap::hang;

/// Returns a line for each field of a record that people read.
pub(in super::super) fn one<T: Record>(record: &T, printer: &Printer<'_>) -> String {
    let io = printer.io;
    let columns = columns_of::<T>();
    let cells = cells(&columns, record, printer.now);
    let is_given = |(cell, column): &(&Cell, &Column<T>)| {
        !matches!(cell, Cell::None | Cell::ForPrograms(_)) && column.place != Place::ForPrograms
    };
    let given = || cells.iter().zip(&columns).filter(is_given);
    let indent = given().map(|(_, column)| column.name.width()).max().unwrap_or(0) + COLUMN_GAP;
    let width = usize::from(io.terminal_info().width);
    let mut text = String::new();
    for (cell, column) in given() {
        let (value, style) = match cell {
            Cell::Time(at) => (when::full(*at, printer.now, &printer.zone), Style::new()),
            Cell::ClockTime(at) => (printer.local(*at), Style::new()),
            Cell::PreciseTime(at) => (printer.precise(*at), Style::new()),
            Cell::Times(times) => (join_times(times, |at| printer.precise(at)), Style::new()),
            Cell::Label(_, label, tone) => (label.clone(), style(*tone)),
            Cell::Money(_) => (plain(cell, printer), Style::new().bold()),
            other => (plain(other, printer), Style::new()),
        };
        let value = if io.terminal_info().out_terminal { hang(&value, width, indent, indent) } else { value };
        let label = io.paint(Style::new().bold(), &format!("{:1$}", column.name, indent - COLUMN_GAP));
        text += &format!("{label}  {}\n", io.paint(style, &value));
    }
    text
}
