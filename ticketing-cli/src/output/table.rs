//! Tables for people: fitted to the terminal, with short identifiers, relative times, labels, and colours by status.

use anstyle::{AnsiColor, Style};
use comfy_table::{
    Attribute, CellAlignment, Color, ColumnConstraint, ContentArrangement, Row, Table, presets,
};
use ticketing_sdk::text::sanitize;
use unicode_truncate::UnicodeTruncateStr;
use unicode_width::UnicodeWidthStr;

use super::record::{Column, EXTRA, cells, columns_of};
use super::{Cell, Place, Printer, Record, Tone, record, short_id, when};

/// The space between two columns.
const COLUMN_GAP: usize = 2;

/// Returns a header, and a line for each record.
pub(super) fn list<T: Record>(records: &[T], printer: &Printer<'_>) -> String {
    let shape = printer.io.terminal_info();
    let width = usize::from(shape.width);
    let columns = columns_of::<T>();
    let rows: Vec<Vec<Cell>> = records.iter().map(|record| cells(&columns, record, printer.now)).collect();
    let (texts, layout) = fit_columns(&columns, &rows, width, printer);
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.force_no_tty().set_width(shape.width);
    if shape.out_colour {
        table.enforce_styling();
    }
    table
        .set_header(row(layout.columns.iter().map(|&index| {
            comfy_table::Cell::new(heading(columns[index].name)).add_attribute(Attribute::Bold)
        })));
    for (cells, texts) in rows.iter().zip(&texts) {
        table.add_row(row(layout.columns.iter().map(|&index| {
            let fitted = match columns[index].place {
                Place::Cut => cut_end(&texts[index], layout.widths[index]),
                _ => texts[index].clone(),
            };
            colour_cell(&cells[index], fitted)
        })));
    }
    let last = layout.columns.last().copied();
    for (&index, drawn) in layout.columns.iter().zip(table.column_iter_mut()) {
        let place = columns[index].place;
        // A line that is wider than the terminal, if only by spaces, is followed by an empty one.
        drawn.set_padding((0, if Some(index) == last { 0 } else { 2 }));
        if place == Place::Right {
            drawn.set_cell_alignment(CellAlignment::Right);
        }
        drawn.set_constraint(ColumnConstraint::ContentWidth);
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Returns the text of each cell, and the layout. A status has its time, and double admissions have theirs, unless a
/// column would be dropped for that.
fn fit_columns<T>(
    columns: &[Column<T>],
    rows: &[Vec<Cell>],
    width: usize,
    printer: &Printer<'_>,
) -> (Vec<Vec<String>>, Layout) {
    let [long, short] = [true, false].map(|is_long| {
        let texts = texts(columns, rows, is_long, printer);
        let layout = Layout::fit(columns, rows, &texts, width);
        (texts, layout)
    });
    if long.1.is_fitting && long.1.columns.len() == short.1.columns.len() { long } else { short }
}

/// Returns the text of each cell of a list. Identifiers are as short as they are distinct.
fn texts<T>(
    columns: &[Column<T>],
    rows: &[Vec<Cell>],
    is_long: bool,
    printer: &Printer<'_>,
) -> Vec<Vec<String>> {
    let text = |cell: &Cell| if is_long { plain(cell, printer) } else { short_text(cell, printer) };
    let mut texts: Vec<Vec<String>> = rows.iter().map(|cells| cells.iter().map(text).collect()).collect();
    for (index, _) in columns.iter().enumerate().filter(|(_, column)| column.is_id) {
        let length = short_id::length(texts.iter().map(|row| row[index].as_str()));
        for row in &mut texts {
            row[index] = short_id::end(&row[index], length).to_owned();
        }
    }
    texts
}

/// The columns of a table in their order, and the widths of all columns.
struct Layout {
    columns: Vec<usize>,
    widths: Vec<usize>,
    /// Whether the columns that can be cut have their minimum widths.
    is_fitting: bool,
}

impl Layout {
    /// Drops columns by rank until those that can be cut have their minimum widths. Extra columns are the last ones.
    fn fit<T>(all: &[Column<T>], rows: &[Vec<Cell>], texts: &[Vec<String>], width: usize) -> Self {
        let natural = |index: usize| {
            let cells = texts.iter().map(|texts| texts[index].width());
            cells.chain([heading(all[index].name).width()]).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..all.len()).map(natural).collect();
        let rank = |index: usize| all[index].drop_rank;
        let least = |index: usize, natural: usize| match all[index].place {
            Place::Cut => natural.min(all[index].min_width),
            _ => natural,
        };
        // A column of details says nothing where all of its cells are empty.
        let is_empty = |index: usize| rows.iter().all(|cells| matches!(cells[index], Cell::None));
        let has_use =
            |&index: &usize| is_shown(&all[index]) && !(all[index].needs_content && is_empty(index));
        let mut columns: Vec<usize> = (0..all.len()).filter(has_use).collect();
        if columns.iter().map(|&index| widths[index] + COLUMN_GAP).sum::<usize>() - COLUMN_GAP > width {
            columns.retain(|&index| rank(index) != EXTRA);
        }
        // The last column needs no gap.
        let total = |columns: &[usize]| {
            columns.iter().map(|&index| least(index, widths[index]) + COLUMN_GAP).sum::<usize>() - COLUMN_GAP
        };
        while columns.len() > 1 && total(&columns) > width {
            let droppable = columns.iter().copied().filter(|&index| rank(index) > 0);
            let Some(dropped) = droppable.max_by_key(|&index| rank(index)) else { break };
            columns.retain(|&index| index != dropped);
        }
        let total = total(&columns);
        let is_fitting = total <= width;
        let (mut spare, mut missing) = (width.saturating_sub(total), total.saturating_sub(width));
        for &index in columns.iter().filter(|&&index| all[index].place == Place::Cut) {
            let least = least(index, widths[index]);
            let more = spare.min(widths[index] - least);
            // Without another column to drop, the title is as short as it must be.
            let less = missing.min(least.saturating_sub(1));
            widths[index] = least + more - less;
            (spare, missing) = (spare - more, missing - less);
        }
        columns.sort_by_key(|&index| rank(index) == EXTRA);
        Self { columns, widths, is_fitting }
    }
}

/// Returns the beginning of a title that is too long.
pub(super) fn cut_end(title: &str, width: usize) -> String {
    if title.width() <= width {
        return title.to_owned();
    }
    let (beginning, _) = title.unicode_truncate(width.saturating_sub(1));
    format!("{beginning}…")
}

/// Returns a line for each field of a record that people read.
pub(super) fn one<T: Record>(record: &T, printer: &Printer<'_>) -> String {
    let io = printer.io;
    let columns = columns_of::<T>();
    let cells = cells(&columns, record, printer.now);
    let is_given = |(cell, column): &(&Cell, &Column<T>)| {
        !matches!(cell, Cell::None) && column.place != Place::ForPrograms
    };
    let given = || cells.iter().zip(&columns).filter(is_given);
    let widest = given().map(|(_, column)| column.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (cell, column) in given() {
        let value = match cell {
            Cell::ForPrograms(_) => continue,
            Cell::Time(at) => when::full(*at, printer.now, &printer.zone),
            Cell::ClockTime(at) => printer.local(*at),
            Cell::Label(_, label, tone) => io.paint(style(*tone), label),
            Cell::Money(_) => io.paint(Style::new().bold(), &plain(cell, printer)),
            other => plain(other, printer),
        };
        let label = format!("{:widest$}", column.name);
        text += &format!("{}  {value}\n", io.paint(Style::new().bold(), &label));
    }
    text
}

/// Returns the fields of a record in one line, without a header.
pub(super) fn line<T: Record>(record: &T, printer: &Printer<'_>) -> String {
    let io = printer.io;
    let columns = columns_of::<T>();
    let cells = cells(&columns, record, printer.now);
    let shown = cells.iter().zip(&columns).filter(|(_, column)| is_shown(column));
    let fields: Vec<String> = shown
        .filter(|(cell, column)| !(column.needs_content && matches!(cell, Cell::None)))
        .map(|(cell, column)| match cell {
            Cell::Label(_, label, tone) => io.paint(style(*tone), &format!("{label:9}")),
            Cell::Money(_) => io.paint(Style::new().bold(), &plain(cell, printer)),
            other if column.is_id => short_id::end(&plain(other, printer), short_id::MIN_SHORT).to_owned(),
            other => plain(other, printer),
        })
        .collect();
    fields.join("  ").trim_end().to_owned() + "\n"
}

/// Returns whether a list has the column.
fn is_shown<T>(column: &Column<T>) -> bool {
    !matches!(column.place, Place::Hidden | Place::ForPrograms)
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

fn colour_cell(cell: &Cell, text: String) -> comfy_table::Cell {
    let drawn = comfy_table::Cell::new(text);
    match cell {
        Cell::Label(_, _, Tone::Good) => drawn.fg(Color::DarkGreen),
        Cell::Label(_, _, Tone::Waiting) => drawn.fg(Color::DarkYellow),
        Cell::Label(_, _, Tone::Bad) => drawn.fg(Color::DarkRed),
        Cell::Label(_, _, Tone::Past) => drawn.add_attribute(Attribute::Dim),
        Cell::Money(_) => drawn.add_attribute(Attribute::Bold),
        _ => drawn,
    }
}

pub(super) fn style(tone: Tone) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Good => AnsiColor::Green.on_default(),
        Tone::Waiting => AnsiColor::Yellow.on_default(),
        Tone::Bad => AnsiColor::Red.on_default(),
        Tone::Past => Style::new().dimmed(),
    }
}

/// The text between the status and the time of a label.
const LABEL_SEPARATOR: &str = " · ";

/// Returns the text of a cell where there is little room: a status has no time, and several times are counted.
fn short_text(cell: &Cell, printer: &Printer<'_>) -> String {
    match cell {
        Cell::Label(_, label, _) => label.split(LABEL_SEPARATOR).next().unwrap_or_default().to_owned(),
        Cell::Times(times) => times.len().to_string(),
        _ => plain(cell, printer),
    }
}

fn plain(cell: &Cell, printer: &Printer<'_>) -> String {
    match cell {
        Cell::None | Cell::ForPrograms(_) => String::new(),
        Cell::Text(text) => sanitize(text).into_owned(),
        Cell::Money(dollars) => format!("${dollars}"),
        Cell::Time(at) => when::short(*at, printer.now, &printer.zone),
        Cell::ClockTime(at) => when::time_of_day(*at, printer.now, &printer.zone),
        Cell::Times(times) => record::join_times(times, |at| printer.local(at)),
        Cell::Start(starts) => format!("{} {} {}", starts.date(), starts.time(), starts.offset_label()),
        Cell::Label(_, label, _) => label.clone(),
    }
}
