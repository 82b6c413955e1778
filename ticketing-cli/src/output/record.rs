//! The columns and cells of a record, which every format uses.

use serde::Serialize;
use ticketing_sdk::{EventTime, Money, Timestamp};

/// A type with columns. Its JSON is its serialization, unchanged.
pub(crate) trait Record: Serialize + Sized + 'static {
    /// Adds the columns, in an order that never changes: new ones go last.
    fn columns(columns: &mut Columns<Self>);
}

/// The columns of the records of a type.
pub(crate) struct Columns<T>(Vec<Column<T>>);

/// One column.
pub(crate) struct Column<T> {
    /// In the header of CSV, and of tables in capitals.
    pub(super) name: &'static str,
    pub(super) layout: ColumnLayout,
    /// A table that is too wide drops the column of the highest rank first. Rank 0 is never dropped, and
    /// [`EXTRA`] rather than that a title is cut.
    pub(super) drop_rank: u8,
    /// Whether it holds identifiers, which a table shortens.
    pub(super) is_id: bool,
    /// Whether a table leaves it out where all of its cells are empty.
    pub(super) needs_content: bool,
    /// The width to which a table cuts it before a column is dropped whose rank is [`OPTIONAL`] or higher.
    pub(super) min_width: usize,
    /// The width to which a table cuts it before any column is dropped.
    pub(super) tight_width: usize,
    /// Whether its beginning is cut, because its end tells rows apart.
    pub(super) keeps_end: bool,
    /// Returns the cell of a record at a time of the server.
    cell: BoxedCell<T>,
}

/// Returns the cell of a record at a time of the server.
type BoxedCell<T> = Box<dyn Fn(&T, Timestamp) -> Cell>;

/// Returns the columns of a type of records.
pub(super) fn columns_of<T: Record>() -> Vec<Column<T>> {
    let mut columns = Columns(Vec::new());
    T::columns(&mut columns);
    columns.0
}

/// Returns a cell of a record for each column.
pub(super) fn cells<T>(columns: &[Column<T>], record: &T, now: Timestamp) -> Vec<Cell> {
    columns.iter().map(|column| (column.cell)(record, now)).collect()
}

/// How a table for people shows a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnLayout {
    /// As wide as its content.
    Whole,
    /// Cut to its minimum width if the terminal is too narrow.
    Cut,
    /// Whole, and aligned to the right.
    Right,
    /// Only in other formats, and where a single record is shown.
    Hidden,
    /// Only in other formats.
    ForPrograms,
}

/// One value, for programs and for people.
pub(crate) enum Cell {
    /// Nothing.
    None,
    Text(String),
    /// Dollars: digits for programs, with commas between thousands for people.
    Money(Money),
    /// RFC 3339 for programs, relative for people.
    Time(Timestamp),
    /// RFC 3339 for programs, on the clock of the user for people.
    ClockTime(Timestamp),
    /// As `ClockTime`, with milliseconds for people, too: two doors may admit within one second.
    PreciseTime(Timestamp),
    /// Several such times, each with the text after it.
    Times(Vec<(Timestamp, String)>),
    /// The start of an event: as given for programs, on the clock of its place for people.
    Start(EventTime),
    /// Fields for programs only, such as a time that no longer applies.
    ForPrograms(String),
    /// A status: the value of the API for programs, its label for people, and its colour.
    Label(String, String, Tone),
}

/// The meaning of a status, which selects its colour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// A usual status, without a colour.
    Plain,
    Good,
    Waiting,
    Bad,
    Past,
}

/// The rank from which on a column is dropped before a title is cut below its minimum width.
pub(crate) const OPTIONAL: u8 = 5;

/// The rank up to which a title is as short as it can be before a column is dropped: that of a status.
pub(crate) const ESSENTIAL: u8 = 2;

/// The rank of a column that is shown only where no title is cut for it.
pub(super) const EXTRA: u8 = u8::MAX;

/// Returns the cell of a record at a time of the server.
type ToCell<T> = fn(&T, Timestamp) -> Cell;

impl<T: 'static> Columns<T> {
    pub(super) fn add(
        &mut self,
        name: &'static str,
        layout: ColumnLayout,
        cell: impl Fn(&T, Timestamp) -> Cell + 'static,
    ) -> &mut Column<T> {
        let (index, cell) = (self.0.len(), Box::new(cell));
        self.0.push(Column {
            name,
            layout,
            drop_rank: 0,
            is_id: false,
            needs_content: false,
            min_width: 0,
            tight_width: 0,
            keeps_end: false,
            cell,
        });
        &mut self.0[index]
    }

    /// Adds the identifier of the record.
    pub(crate) fn add_id(&mut self, name: &'static str, cell: ToCell<T>) {
        self.add_whole(name, cell).with_ids();
    }

    pub(crate) fn add_whole(&mut self, name: &'static str, cell: ToCell<T>) -> &mut Column<T> {
        self.add(name, ColumnLayout::Whole, cell)
    }

    /// Adds a title, which is not readable below its minimum width.
    pub(crate) fn add_cut(&mut self, name: &'static str, cell: ToCell<T>) -> &mut Column<T> {
        let column = self.add(name, ColumnLayout::Cut, cell);
        (column.min_width, column.tight_width) = (20, 12);
        column
    }

    pub(crate) fn add_right(&mut self, name: &'static str, cell: ToCell<T>) -> &mut Column<T> {
        self.add(name, ColumnLayout::Right, cell)
    }

    pub(crate) fn add_hidden(&mut self, name: &'static str, cell: ToCell<T>) {
        self.add(name, ColumnLayout::Hidden, cell);
    }

    /// Adds a column for programs only, such as the version of a record.
    pub(crate) fn add_for_programs(&mut self, name: &'static str, cell: ToCell<T>) {
        self.add(name, ColumnLayout::ForPrograms, cell);
    }

    /// Adds a column that a table leaves out where all of its cells are empty.
    pub(crate) fn add_filled(&mut self, name: &'static str, cell: ToCell<T>) -> &mut Column<T> {
        let column = self.add_whole(name, cell);
        column.needs_content = true;
        column
    }

    /// Adds a filled column that is shown only where no title is cut for it.
    pub(crate) fn add_extra(&mut self, name: &'static str, cell: ToCell<T>) -> &mut Column<T> {
        self.add_filled(name, cell).droppable(EXTRA)
    }
}

impl<T> Column<T> {
    /// Lets a table shorten the identifiers of the column.
    pub(crate) fn with_ids(&mut self) -> &mut Self {
        self.is_id = true;
        self
    }

    /// Allows a table that is too wide to drop the column, before those of a lower rank.
    pub(crate) fn droppable(&mut self, rank: u8) -> &mut Self {
        self.drop_rank = rank;
        self
    }
}

impl Cell {
    pub(crate) fn text(text: &impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    pub(crate) fn opt(text: Option<impl ToString>) -> Self {
        text.map_or(Self::None, |text| Self::text(&text))
    }

    /// A value of an enumeration: its text for programs, and its name for people.
    pub(crate) fn label(wire: &str, label: impl Into<String>, tone: Tone) -> Self {
        Self::Label(wire.to_owned(), label.into(), tone)
    }

    pub(crate) fn money(amount: Option<Money>) -> Self {
        amount.map_or(Self::None, Self::Money)
    }

    pub(crate) fn time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::None, Self::Time)
    }

    pub(crate) fn precise_time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::None, Self::PreciseTime)
    }

    /// Returns the value for programs.
    pub(super) fn stable(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text(text) | Self::ForPrograms(text) => text.clone(),
            Self::Money(amount) => amount.to_string(),
            Self::Time(at) | Self::ClockTime(at) | Self::PreciseTime(at) => at.to_string(),
            Self::Times(times) => join_times(times, |at| at.to_string()),
            Self::Start(starts) => starts.to_string(),
            Self::Label(wire, _, _) => wire.clone(),
        }
    }
}

/// Joins times with the texts after them.
pub(super) fn join_times(times: &[(Timestamp, String)], format: impl Fn(Timestamp) -> String) -> String {
    let texts: Vec<String> = times.iter().map(|(at, after)| format(*at) + after).collect();
    texts.join(", ")
}
