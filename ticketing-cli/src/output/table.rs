//! Tables for people: fitted to the terminal, with relative times, labels, and colours by status.

use anstyle::{AnsiColor, Style};
use comfy_table::{
    Attribute, CellAlignment, Color, ColumnConstraint, ContentArrangement, Row, Table, presets,
};
use ticketing_sdk::Timestamp;
use ticketing_sdk::text::{relative, sanitize};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Cell, Column, Place, Record, Tone, when};
use crate::io::{Io, TerminalInfo};

/// The width from which a table has every column, and a status its time.
const WIDE: usize = 100;
/// The space between two columns.
const GAP: usize = 2;
/// The minimum width of a title.
const MIN_CUT: usize = 12;
/// The minimum width of an identifier. Identifiers differ at their ends.
const MIN_ID: usize = 9;

/// Returns a header, and a line for each record.
pub(super) fn list<T: Record>(records: &[T], shape: &TerminalInfo, now: Timestamp) -> String {
    let rows: Vec<Vec<Cell>> = records.iter().map(|record| record.cells(now)).collect();
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
            let text = fitted_text(&cells[index], now, usize::from(shape.width));
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

/// The columns of a table, and the widths of its identifiers and titles.
struct Layout {
    columns: Vec<usize>,
    id_width: usize,
    title_width: usize,
}

impl Layout {
    /// Drops columns by rank until the titles have their minimum width, and shortens identifiers after that.
    fn fit(all: &[Column], rows: &[Vec<Cell>], width: usize, now: Timestamp) -> Self {
        let natural = |index: usize| {
            let cells = rows.iter().map(|cells| fitted_text(&cells[index], now, width).width());
            cells.chain([heading(all[index].name).width()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..all.len()).map(natural).collect();
        let needed = |index: usize| match all[index].place {
            Place::Cut => widths[index].min(MIN_CUT) + GAP,
            _ => widths[index] + GAP,
        };
        // A column that only a wide table has says nothing where all of its cells are empty.
        let is_empty = |index: usize| rows.iter().all(|cells| matches!(cells[index], Cell::None));
        let has_use = |&index: &usize| {
            is_shown(&all[index], width) && (all[index].place != Place::Wide || !is_empty(index))
        };
        let mut columns: Vec<usize> = (0..all.len()).filter(has_use).collect();
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
            // A shortened identifier cannot be used in a command, so the title gets all of the room.
            Some(_) if title_width > 0 => MIN_ID.min(id_width),
            Some(missing) => id_width.saturating_sub(missing).max(MIN_ID),
        };
        let taken = total - width_of(Place::Id) + id_width;
        Self { id_width, title_width: title_width.min(MIN_CUT) + width.saturating_sub(taken), columns }
    }
}

/// Returns the beginning of a title that is too long.
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

/// Returns the end of an identifier: identifiers of about the same time have the same beginning.
fn cut_start(id: String, width: usize) -> String {
    let length = id.chars().count();
    if length <= width {
        return id;
    }
    let end: String = id.chars().skip(length + 1 - width).collect();
    format!("…{end}")
}

/// Returns a line for each field of a record.
pub(super) fn one<T: Record>(record: &T, io: &Io, now: Timestamp) -> String {
    let cells = record.cells(now);
    let given = || cells.iter().zip(T::COLUMNS).filter(|(cell, _)| !matches!(cell, Cell::None));
    let widest = given().map(|(_, column)| column.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (cell, column) in given() {
        let value = match cell {
            Cell::ForPrograms(_) => continue,
            Cell::Time(at) => when::full(*at, now),
            Cell::Label(_, label, tone) => io.paint(style(*tone), label),
            other => plain(other, now),
        };
        let label = format!("{:widest$}", column.name);
        text += &format!("{}  {value}\n", io.paint(Style::new().bold(), &label));
    }
    text
}

/// Returns the fields of a record in one line, without a header.
pub(super) fn line<T: Record>(record: &T, io: &Io, now: Timestamp) -> String {
    let cells = record.cells(now);
    let width = usize::from(io.terminal_info().width);
    let shown = cells.iter().zip(T::COLUMNS).filter(|(_, column)| is_shown(column, width));
    let fields: Vec<String> = shown
        .map(|(cell, _)| match cell {
            Cell::Label(_, label, tone) => io.paint(style(*tone), &format!("{label:9}")),
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
        Cell::Label(_, _, Tone::Good) => drawn.fg(Color::DarkGreen),
        Cell::Label(_, _, Tone::Waiting) => drawn.fg(Color::DarkYellow),
        Cell::Label(_, _, Tone::Bad) => drawn.fg(Color::DarkRed),
        Cell::Label(_, _, Tone::Past) => drawn.add_attribute(Attribute::Dim),
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

/// The text between the status and the time of a label.
const LABEL_SEPARATOR: &str = " · ";

/// Returns the text of a cell in a list. A status has no time where the terminal is not wide: the title gets the room.
fn fitted_text(cell: &Cell, now: Timestamp, width: usize) -> String {
    match cell {
        Cell::Label(_, label, _) if width < WIDE => {
            label.split(LABEL_SEPARATOR).next().unwrap_or_default().to_owned()
        }
        _ => plain(cell, now),
    }
}

fn plain(cell: &Cell, now: Timestamp) -> String {
    match cell {
        Cell::None | Cell::ForPrograms(_) => String::new(),
        Cell::Text(text) => sanitize(text).into_owned(),
        Cell::Money(dollars) => format!("${dollars}"),
        Cell::Time(at) => relative(*at, now),
        Cell::Start(starts) => format!("{} {} {}", starts.date(), starts.time(), starts.offset()),
        Cell::Label(_, label, _) => label.clone(),
    }
}
