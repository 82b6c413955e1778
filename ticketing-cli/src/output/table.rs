//! Tables for people: fitted to the terminal, relative times, colour by status.

use anstyle::{AnsiColor, Style};
use comfy_table::{
    Attribute, CellAlignment, Color, ColumnConstraint, ContentArrangement, Row, Table, presets,
};
use ticketing_sdk::Timestamp;
use ticketing_sdk::text::{relative, sanitize};

use super::{Cell, Column, Place, Record, Tone, when};
use crate::io::{Io, Shape};

/// From this width on there is room for everything.
const WIDE: u16 = 100;

/// A row a record, under a header, each on one line.
pub(super) fn list<T: Record>(records: &[T], shape: &Shape, now: Timestamp) -> String {
    let width = shape.width;
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.force_no_tty().set_width(width);
    if shape.out_colour {
        table.enforce_styling();
    }
    table.set_header(row(shown::<T, _>(T::COLUMNS.iter(), width)
        .map(|(_, column)| comfy_table::Cell::new(heading(column.name)).add_attribute(Attribute::Bold))));
    for record in records {
        let cells = record.cells();
        table.add_row(row(shown::<T, _>(cells.iter(), width).map(|(cell, _)| coloured(cell, now))));
    }
    for ((_, column), drawn) in shown::<T, _>(T::COLUMNS.iter(), width).zip(table.column_iter_mut()) {
        drawn.set_padding((0, 2));
        if matches!(column.place, Place::Right | Place::WideRight) {
            drawn.set_cell_alignment(CellAlignment::Right);
        }
        if column.place != Place::Cut {
            drawn.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// One thing by itself: a line a field.
pub(super) fn one<T: Record>(record: &T, io: &Io, now: Timestamp) -> String {
    let widest = T::COLUMNS.iter().map(|column| column.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (cell, column) in record.cells().iter().zip(T::COLUMNS) {
        let value = match cell {
            Cell::None | Cell::Moot(_) => continue,
            Cell::Time(at) => when::full(*at, now),
            Cell::Word(word, tone) => io.paint(style(*tone), word),
            other => plain(other, now),
        };
        let label = format!("{:widest$}", column.name);
        text += &format!("{}  {value}\n", io.paint(Style::new().bold(), &label));
    }
    text
}

/// One of a stream: the fields in a line, without a header.
pub(super) fn line<T: Record>(record: &T, io: &Io, now: Timestamp) -> String {
    let cells = record.cells();
    let width = io.shape().width;
    let fields: Vec<String> = shown::<T, _>(cells.iter(), width)
        .map(|(cell, _)| match cell {
            Cell::Word(word, tone) => io.paint(style(*tone), &format!("{word:9}")),
            other => plain(other, now),
        })
        .collect();
    fields.join("  ").trim_end().to_owned() + "\n"
}

/// What goes with the columns that are shown.
fn shown<T: Record, I: Iterator>(items: I, width: u16) -> impl Iterator<Item = (I::Item, &'static Column)> {
    items.zip(T::COLUMNS).filter(move |(_, column)| match column.place {
        Place::Hidden => false,
        Place::Wide | Place::WideRight => width >= WIDE,
        Place::Whole | Place::Cut | Place::Right => true,
    })
}

fn row(cells: impl Iterator<Item = comfy_table::Cell>) -> Row {
    let mut row = Row::from(cells.collect::<Vec<_>>());
    row.max_height(1);
    row
}

/// `createdAt` is `CREATED AT` to people.
fn heading(name: &str) -> String {
    let spaced = name.chars().flat_map(|c| c.is_ascii_uppercase().then_some(' ').into_iter().chain([c]));
    spaced.collect::<String>().to_uppercase()
}

fn coloured(cell: &Cell, now: Timestamp) -> comfy_table::Cell {
    let drawn = comfy_table::Cell::new(plain(cell, now));
    match cell {
        Cell::Word(_, Tone::Good) => drawn.fg(Color::DarkGreen),
        Cell::Word(_, Tone::Waiting) => drawn.fg(Color::DarkYellow),
        Cell::Word(_, Tone::Bad) => drawn.fg(Color::DarkRed),
        Cell::Word(_, Tone::Past) => drawn.add_attribute(Attribute::Dim),
        _ => drawn,
    }
}

fn style(tone: Tone) -> Style {
    match tone {
        Tone::Good => AnsiColor::Green.on_default(),
        Tone::Waiting => AnsiColor::Yellow.on_default(),
        Tone::Bad => AnsiColor::Red.on_default(),
        Tone::Past => Style::new().dimmed(),
    }
}

fn plain(cell: &Cell, now: Timestamp) -> String {
    match cell {
        Cell::None | Cell::Moot(_) => String::new(),
        Cell::Text(text) => sanitize(text).into_owned(),
        Cell::Money(dollars) => format!("${dollars}"),
        Cell::Time(at) => relative(*at, now),
        Cell::Word(word, _) => (*word).to_owned(),
    }
}
