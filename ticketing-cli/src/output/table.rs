//! Tables for people: fitted to the terminal, with short identifiers, relative times, labels, and colours by status.

mod line;
mod one;

use anstyle::{AnsiColor, Style};
use ticketing_sdk::text::{price, sanitize};
use unicode_truncate::UnicodeTruncateStr;
use unicode_width::UnicodeWidthStr;

use super::record::{Column, ESSENTIAL, EXTRA, OPTIONAL, cells, columns_of};
use super::{Cell, ColumnLayout, Printer, Record, Tone, record, short_id, when};

pub(super) use line::line;
pub(super) use one::one;

/// The width to which a title is cut before price or status are dropped.
const SHORTEST_TITLE: usize = 8;
/// The space between two columns.
const COLUMN_GAP: usize = 2;

/// Returns a header, and a line for each record.
pub(super) fn list<T: Record>(records: &[T], printer: &Printer<'_>) -> String {
    let width = usize::from(printer.io.terminal_info().width);
    let columns = columns_of::<T>();
    let rows: Vec<Vec<Cell>> = records.iter().map(|record| cells(&columns, record, printer.now)).collect();
    let (texts, layout) = fit_columns(&columns, &rows, width, printer);
    let fit = |index: usize, text: &str| match columns[index].layout {
        ColumnLayout::Cut if columns[index].keeps_end => cut_start(text, layout.widths[index]),
        ColumnLayout::Cut => cut_end(text, layout.widths[index]),
        _ => text.to_owned(),
    };
    let heading = |&index: &usize| (heading(columns[index].name), Style::new().bold());
    let mut lines: Vec<Vec<(String, Style)>> = vec![layout.columns.iter().map(heading).collect()];
    lines.extend(rows.iter().zip(&texts).map(|(cells, texts)| {
        let cell = |&index: &usize| (fit(index, &texts[index]), cell_style(&cells[index]));
        layout.columns.iter().map(cell).collect()
    }));
    let width = |column: usize| lines.iter().map(|line| line[column].0.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..layout.columns.len()).map(width).collect();
    let draw = |line: &Vec<(String, Style)>| {
        let mut drawn = String::new();
        for ((&index, (text, style)), width) in layout.columns.iter().zip(line).zip(&widths) {
            let space = " ".repeat(width - text.width());
            let text = printer.io.paint(*style, text);
            drawn +=
                &if columns[index].layout == ColumnLayout::Right { space + &text } else { text + &space };
            drawn += &" ".repeat(COLUMN_GAP);
        }
        // A line that is wider than the terminal, if only by spaces, is followed by an empty one.
        drawn.trim_end().to_owned() + "\n"
    };
    lines.iter().map(draw).collect()
}

/// How long the texts of a table are: those that can be shortened, and the starts of events.
#[derive(Clone, Copy)]
struct Lengths {
    /// Whether a status has its time, and double admissions have theirs.
    are_labels_long: bool,
    starts: StartLength,
}

/// The form in which the start of an event is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StartLength {
    /// With its year and its offset.
    Whole,
    /// With its time.
    Short,
    /// The day alone.
    Day,
}

/// The lengths that a table can have, the longest first.
const LENGTHS: [Lengths; 4] = [
    Lengths { are_labels_long: true, starts: StartLength::Whole },
    Lengths { are_labels_long: true, starts: StartLength::Short },
    Lengths { are_labels_long: false, starts: StartLength::Short },
    Lengths { are_labels_long: false, starts: StartLength::Day },
];

/// Returns the text of each cell, and the layout: with the longest texts for which no column is dropped and no title is
/// cut short, else with short ones. A start is the day alone where it would be dropped otherwise.
fn fit_columns<T>(
    columns: &[Column<T>],
    rows: &[Vec<Cell>],
    width: usize,
    printer: &Printer<'_>,
) -> (Vec<Vec<String>>, Layout) {
    let [long, medium, short, shortest] = LENGTHS.map(|lengths| {
        let texts = texts(columns, rows, lengths, printer);
        let layout = Layout::fit(columns, rows, &texts, width);
        (texts, layout)
    });
    let is_complete = |layout: &Layout| layout.is_fitting && layout.essential >= short.1.essential;
    let is_start = |index: usize| rows.iter().any(|cells| matches!(cells[index], Cell::Start(_)));
    let has_start = |layout: &Layout| layout.columns.iter().any(|&index| is_start(index));
    if has_start(&shortest.1) && !has_start(&short.1) {
        return shortest;
    }
    match (is_complete(&long.1) && long.1.is_roomy, is_complete(&medium.1)) {
        (true, _) => long,
        (false, true) => medium,
        (false, false) => short,
    }
}

/// Returns the text of each cell of a list. Identifiers are as short as they are distinct.
fn texts<T>(
    columns: &[Column<T>],
    rows: &[Vec<Cell>],
    lengths: Lengths,
    printer: &Printer<'_>,
) -> Vec<Vec<String>> {
    let text = |cell: &Cell| fitted_text(cell, lengths, printer);
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
    /// The number of columns that are more than an extra.
    essential: usize,
    /// Whether the columns that can be cut have their minimum widths, and half of that more.
    is_fitting: bool,
    is_roomy: bool,
}

impl Layout {
    /// Drops columns by rank until those that can be cut have their minimum widths, and cuts these. Extra columns are the
    /// last ones.
    fn fit<T>(all: &[Column<T>], rows: &[Vec<Cell>], texts: &[Vec<String>], width: usize) -> Self {
        let measure = Measure::new(all, rows, texts, width);
        // A column of details is not shown if all of its cells are empty.
        let is_empty = |index: usize| rows.iter().all(|cells| matches!(cells[index], Cell::None));
        let has_use =
            |&index: &usize| is_shown(&all[index]) && !(all[index].needs_content && is_empty(index));
        let mut columns = measure.drop_columns((0..all.len()).filter(has_use).collect());
        let widths = measure.cut_columns(&columns);
        let is_fitting = measure.total(&columns, |column| column.min_width) <= width;
        let is_wide_enough =
            |&index: &usize| widths[index] >= measure.least(index, |column| 3 * column.min_width / 2);
        let is_roomy = is_fitting && columns.iter().all(is_wide_enough);
        let essential = columns.iter().filter(|&&index| measure.ranks[index] != EXTRA).count();
        columns.sort_by_key(|&index| all[index].drop_rank == EXTRA);
        Self { columns, widths, essential, is_fitting, is_roomy }
    }
}

/// Returns a width of a column.
type WidthOf<T> = fn(&Column<T>) -> usize;

/// The columns of a table, how wide their contents are, and the ranks by which they are dropped here.
struct Measure<'a, T> {
    all: &'a [Column<T>],
    natural: Vec<usize>,
    ranks: Vec<u8>,
    width: usize,
}

impl<'a, T> Measure<'a, T> {
    fn new(all: &'a [Column<T>], rows: &[Vec<Cell>], texts: &[Vec<String>], width: usize) -> Self {
        let natural = |index: usize| {
            let cells = texts.iter().map(|texts| texts[index].width());
            cells.chain([heading(all[index].name).width()]).max().unwrap_or(0)
        };
        // A status says nothing where all are usual.
        let is_plain = |cell: &Cell| matches!(cell, Cell::Label(_, _, Tone::Plain));
        let is_usual = |index: usize| !rows.is_empty() && rows.iter().all(|cells| is_plain(&cells[index]));
        let rank = |index: usize| if is_usual(index) { EXTRA } else { all[index].drop_rank };
        let indices = 0..all.len();
        Self {
            all,
            natural: indices.clone().map(natural).collect(),
            ranks: indices.map(rank).collect(),
            width,
        }
    }

    /// Returns the width of a column that is cut to this one if it can be cut.
    fn least(&self, index: usize, width_of: WidthOf<T>) -> usize {
        match self.all[index].layout {
            ColumnLayout::Cut => self.natural[index].min(width_of(&self.all[index])),
            _ => self.natural[index],
        }
    }

    /// Returns the width of columns that are cut. The last one needs no gap.
    fn total(&self, columns: &[usize], width_of: WidthOf<T>) -> usize {
        columns.iter().map(|&index| self.least(index, width_of) + COLUMN_GAP).sum::<usize>() - COLUMN_GAP
    }

    /// Drops extra columns rather than that a title is cut, optional ones before it is cut below its minimum width, others
    /// before it is cut further, and price and status where it is as short as it can be.
    fn drop_columns(&self, mut columns: Vec<usize>) -> Vec<usize> {
        let is_extra: [&dyn Fn(usize) -> bool; 2] =
            [&|index| self.all[index].drop_rank == EXTRA, &|index| self.ranks[index] == EXTRA];
        for is_extra in is_extra {
            if self.total(&columns, |_| usize::MAX) > self.width {
                columns.retain(|&index| !is_extra(index));
            }
        }
        let stages: [(WidthOf<T>, u8); 3] = [
            (|column| column.min_width, OPTIONAL),
            (|column| column.tight_width, ESSENTIAL + 1),
            (|column| column.tight_width.min(SHORTEST_TITLE), 1),
        ];
        for (width_of, lowest) in stages {
            while columns.len() > 1 && self.total(&columns, width_of) > self.width {
                let droppable = columns.iter().copied().filter(|&index| self.ranks[index] >= lowest);
                let Some(dropped) = droppable.max_by_key(|&index| self.ranks[index]) else { break };
                columns.retain(|&index| index != dropped);
            }
        }
        columns
    }

    /// Returns the widths of all columns where these are shown. What tells rows apart has its width before the title.
    fn cut_columns(&self, columns: &[usize]) -> Vec<usize> {
        let tight = self.total(columns, |column| column.tight_width);
        let mut widths: Vec<usize> =
            (0..self.all.len()).map(|index| self.least(index, |column| column.tight_width)).collect();
        let is_cut = |index: &usize| self.all[*index].layout == ColumnLayout::Cut;
        let mut cut: Vec<usize> = columns.iter().copied().filter(is_cut).collect();
        cut.sort_by_key(|&index| !self.all[index].keeps_end);
        let mut spare = self.width.saturating_sub(tight);
        for wanted in [|column: &Column<T>| column.min_width, |_: &Column<T>| usize::MAX] {
            for &index in &cut {
                let more = spare.min(self.least(index, wanted) - widths[index]);
                widths[index] += more;
                spare -= more;
            }
        }
        // Without another column to drop, the title is as short as it must be.
        let mut missing = tight.saturating_sub(self.width);
        for &index in cut.iter().rev() {
            let less = missing.min(widths[index].saturating_sub(1));
            widths[index] -= less;
            missing -= less;
        }
        widths
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

/// Returns the end of a text that is too long: whole words if there are several.
fn cut_start(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (end, _) = text.unicode_truncate_start(width.saturating_sub(1));
    let is_word_cut = !text.strip_suffix(end).is_some_and(|before| before.ends_with(' '));
    let end = end.split_once(' ').filter(|_| is_word_cut).map_or(end, |(_, words)| words);
    format!("…{}", end.trim_start())
}

/// Returns whether a list has the column.
fn is_shown<T>(column: &Column<T>) -> bool {
    !matches!(column.layout, ColumnLayout::Hidden | ColumnLayout::ForPrograms)
}

/// `createdAt` is `CREATED AT` to people.
fn heading(name: &str) -> String {
    let spaced = name.chars().flat_map(|c| c.is_ascii_uppercase().then_some(' ').into_iter().chain([c]));
    spaced.collect::<String>().to_uppercase()
}

/// Returns the style of a cell: that of its status, and bold for money.
fn cell_style(cell: &Cell) -> Style {
    match cell {
        Cell::Label(_, _, tone) => style(*tone),
        Cell::Money(_) => Style::new().bold(),
        _ => Style::new(),
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

/// Returns the text of a cell where there may be little room: then a status has no time, several times are counted, and
/// a start has no year.
fn fitted_text(cell: &Cell, lengths: Lengths, printer: &Printer<'_>) -> String {
    match cell {
        Cell::Label(_, label, _) if !lengths.are_labels_long => {
            label.split(LABEL_SEPARATOR).next().unwrap_or_default().to_owned()
        }
        Cell::Times(times) if !lengths.are_labels_long => times.len().to_string(),
        Cell::Start(starts) if lengths.starts == StartLength::Short => {
            when::short_start(starts, printer.now, &printer.zone)
        }
        Cell::Start(starts) if lengths.starts == StartLength::Day => when::start_day(starts, printer.now),
        _ => plain(cell, printer),
    }
}

fn plain(cell: &Cell, printer: &Printer<'_>) -> String {
    match cell {
        Cell::None | Cell::ForPrograms(_) => String::new(),
        Cell::Text(text) => sanitize(text).into_owned(),
        Cell::Money(amount) => price(*amount),
        Cell::Time(at) => when::short(*at, printer.now, &printer.zone),
        Cell::ClockTime(at) => when::time_of_day(*at, printer.now, &printer.zone),
        Cell::PreciseTime(at) => when::precise_time_of_day(*at, printer.now, &printer.zone),
        Cell::Times(times) => record::join_times(times, |at| printer.local(at)),
        Cell::Start(starts) => when::start(starts),
        Cell::Label(_, label, _) => label.clone(),
    }
}
