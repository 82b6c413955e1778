//! Tables for people: fitted to the terminal, relative times, colour by status.

use anstyle::{AnsiColor, Style};
use comfy_table::{
    Attribute, CellAlignment, Color, ColumnConstraint, ContentArrangement, Row, Table, presets,
};
use ticketing_sdk::Timestamp;
use ticketing_sdk::text::{relative, sanitize};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Cell, Column, Place, Record, Tone, when};
use crate::io::{Io, TerminalInfo};

/// From this width on there is room for everything.
const WIDE: usize = 100;
/// The space between two columns.
const GAP: usize = 2;
/// A title of so many columns is still understood.
const MIN_CUT: usize = 12;
/// The columns that distinguish one identifier from others: their ends differ.
const MIN_ID: usize = 9;

/// A row a record, under a header, each on one line.
pub(super) fn list<T: Record>(records: &[T], shape: &TerminalInfo, now: Timestamp) -> String {
    let rows: Vec<Vec<Cell>> = records.iter().map(Record::cells).collect();
    let layout = Layout::fit(T::COLUMNS, &rows, usize::from(shape.width), now);
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.force_no_tty().set_width(shape.width);
    if shape.out_colour {
        table.enforce_styling();
    }
    table.set_header(row(layout.columns.iter().map(|&index| {
        comfy_table::Cell::new(heading(T::COLUMNS[index].name)).add_attribute(Attribute::Bold)
    })));
    for cells in &rows {
        table.add_row(row(layout.columns.iter().map(|&index| {
            let text = plain(&cells[index], now);
            let fitted = match T::COLUMNS[index].place {
                Place::Id => cut_start(text, layout.id_width),
                Place::Cut => cut_end(&text, layout.title_width),
                _ => text,
            };
            coloured(&cells[index], fitted)
        })));
    }
    for (&index, drawn) in layout.columns.iter().zip(table.column_iter_mut()) {
        let place = T::COLUMNS[index].place;
        drawn.set_padding((0, 2));
        if place == Place::Right {
            drawn.set_cell_alignment(CellAlignment::Right);
        }
        drawn.set_constraint(ColumnConstraint::ContentWidth);
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Which columns a table shows, and how wide its identifiers and titles are.
struct Layout {
    columns: Vec<usize>,
    id_width: usize,
    title_width: usize,
}

impl Layout {
    /// Drops columns by their rank until the titles can be read, and shortens the identifiers only then.
    fn fit(all: &[Column], rows: &[Vec<Cell>], width: usize, now: Timestamp) -> Self {
        let natural = |index: usize| {
            let cells = rows.iter().map(|cells| plain(&cells[index], now).width());
            cells.chain([heading(all[index].name).width()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..all.len()).map(natural).collect();
        let needed = |index: usize| match all[index].place {
            Place::Cut => widths[index].min(MIN_CUT) + GAP,
            _ => widths[index] + GAP,
        };
        let mut columns: Vec<usize> = (0..all.len()).filter(|&index| is_shown(&all[index], width)).collect();
        let total = |columns: &[usize]| columns.iter().map(|&index| needed(index)).sum::<usize>();
        while total(&columns) > width {
            let droppable = columns.iter().copied().filter(|&index| all[index].drop_rank > 0);
            let Some(dropped) = droppable.max_by_key(|&index| all[index].drop_rank) else { break };
            columns.retain(|&index| index != dropped);
        }
        let width_of = |place: Place| {
            columns.iter().find(|&&index| all[index].place == place).map_or(0, |&index| widths[index])
        };
        let (total, id_width, title_width) = (total(&columns), width_of(Place::Id), width_of(Place::Cut));
        let id_width = match total.checked_sub(width) {
            None | Some(0) => id_width,
            // A part of an identifier names nothing, so the title gets the room.
            Some(_) if title_width > 0 => MIN_ID.min(id_width),
            Some(missing) => id_width.saturating_sub(missing).max(MIN_ID),
        };
        let taken = total - width_of(Place::Id) + id_width;
        Self { id_width, title_width: title_width.min(MIN_CUT) + width.saturating_sub(taken), columns }
    }
}

/// The beginning of a title that is too long.
fn cut_end(title: &str, width: usize) -> String {
    if title.width() <= width {
        return title.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let fits = |c: &char| match left.checked_sub(c.width().unwrap_or(0)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    title.chars().take_while(fits).chain(['…']).collect()
}

/// The end of an identifier: those that were made at about the same time begin alike.
fn cut_start(id: String, width: usize) -> String {
    let length = id.chars().count();
    if length <= width {
        return id;
    }
    let end: String = id.chars().skip(length + 1 - width).collect();
    format!("…{end}")
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
    let width = usize::from(io.terminal_info().width);
    let shown = cells.iter().zip(T::COLUMNS).filter(|(_, column)| is_shown(column, width));
    let fields: Vec<String> = shown
        .map(|(cell, _)| match cell {
            Cell::Word(word, tone) => io.paint(style(*tone), &format!("{word:9}")),
            other => plain(other, now),
        })
        .collect();
    fields.join("  ").trim_end().to_owned() + "\n"
}

/// Whether a list on a terminal of this width has the column.
fn is_shown(column: &Column, width: usize) -> bool {
    match column.place {
        Place::Hidden => false,
        Place::Wide => width >= WIDE,
        Place::Id | Place::Whole | Place::Cut | Place::Right => true,
    }
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

fn coloured(cell: &Cell, text: String) -> comfy_table::Cell {
    let drawn = comfy_table::Cell::new(text);
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
