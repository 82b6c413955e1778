//! The list of tickets: filters, order and pages.

use serde::{Deserialize, Serialize};
use ticketing_platform::db::{Arg, DbError, Tx};
use ticketing_sdk::Ticket;
use ticketing_sdk::text::search_key;

use super::terms::{NEVER, starts_at};
use super::ticket_row::{COLUMNS, ticket};
use crate::domain::ticket_query::{Sort, TicketQuery};

/// The position of a page: the sort key and the identifier of its last ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Position {
    /// By age.
    Age(String),
    /// By price.
    Price(i64, String),
    /// By title.
    Title(String, String),
    /// By start. Named fields distinguish it from a price.
    Starts {
        /// The start of the event as stored.
        starts_at: i64,
        /// The ticket.
        id: String,
    },
}

impl Position {
    /// Returns the position of a ticket in a sort.
    pub fn from_ticket(ticket: &Ticket, sort: Sort) -> Self {
        let id = ticket.id.as_str().to_owned();
        match sort {
            Sort::Oldest | Sort::Newest => Self::Age(id),
            Sort::Price | Sort::PriceDescending => Self::Price(ticket.price.cents(), id),
            Sort::Title => Self::Title(search_key(&ticket.title), id),
            Sort::Starts => Self::Starts { starts_at: starts_at(&ticket.details), id },
        }
    }

    /// Returns whether this is a position in a sort.
    pub fn fits(&self, sort: Sort) -> bool {
        matches!(
            (self, sort),
            (Self::Age(_), Sort::Oldest | Sort::Newest)
                | (Self::Price(..), Sort::Price | Sort::PriceDescending)
                | (Self::Title(..), Sort::Title)
                | (Self::Starts { .. }, Sort::Starts)
        )
    }
}

/// Lists at most `limit` tickets of a query after `position`.
///
/// # Errors
/// If the database fails.
pub fn list(
    tx: &mut Tx<'_>,
    ticket_query: &TicketQuery,
    position: Option<&Position>,
    limit: u32,
) -> Result<Vec<Ticket>, DbError> {
    let patterns = |words: &[String]| -> Vec<String> {
        words.iter().map(|word| format!("%{}%", escape_like(word))).collect()
    };
    let (words, venue) = (patterns(&ticket_query.words), patterns(&ticket_query.venue));
    let mut query = Query::default();
    query.and("status <> 'deleted'");
    match ticket_query.statuses.as_slice() {
        [] => {}
        [one] => query.and(&format!("status = '{}'", one.as_str())),
        many => {
            let names: Vec<String> = many.iter().map(|status| format!("'{}'", status.as_str())).collect();
            query.and(&format!("status IN ({})", names.join(", ")));
        }
    }
    for pattern in &words {
        let word = query.arg(pattern);
        query.and(&format!("(title_key LIKE {word} ESCAPE '\\' OR venue_key LIKE {word} ESCAPE '\\')"));
    }
    for pattern in &venue {
        let word = query.arg(pattern);
        query.and(&format!("venue_key LIKE {word} ESCAPE '\\'"));
    }
    let bounds: [(&str, Option<Arg<'_>>); 6] = [
        ("starts_at >", ticket_query.starts_after.map(Arg::from)),
        ("starts_at >=", ticket_query.from.map(Arg::from)),
        ("starts_at <=", ticket_query.until.map(Arg::from)),
        ("price >=", ticket_query.min_price.map(|price| price.cents().into())),
        ("price <=", ticket_query.max_price.map(|price| price.cents().into())),
        ("user_id =", ticket_query.seller.as_ref().map(Arg::from)),
    ];
    for (comparison, bound) in bounds {
        if let Some(bound) = bound {
            let bound = query.arg(bound);
            query.and(&format!("{comparison} {bound}"));
        }
    }
    if ticket_query.from.is_some() {
        query.and(&format!("starts_at < {NEVER}"));
    }
    let (key, direction, beyond) = match ticket_query.sort {
        Sort::Oldest => (None, "ASC", ">"),
        Sort::Newest => (None, "DESC", "<"),
        Sort::Price => (Some("price"), "ASC", ">"),
        Sort::PriceDescending => (Some("price"), "DESC", "<"),
        Sort::Title => (Some("title_key"), "ASC", ">"),
        Sort::Starts => (Some("starts_at"), "ASC", ">"),
    };
    if let Some(position) = position {
        let (value, id) = match position {
            Position::Age(id) => (None, id),
            Position::Price(price, id) => (Some(Arg::from(*price)), id),
            Position::Title(title, id) => (Some(Arg::from(title)), id),
            Position::Starts { starts_at, id } => (Some(Arg::from(*starts_at)), id),
        };
        let id = query.arg(id);
        let after = match (key, value.map(|value| query.arg(value))) {
            (Some(key), Some(value)) => format!("({key}, id) {beyond} ({value}, {id})"),
            _ => format!("id {beyond} {id}"),
        };
        query.and(&after);
    }
    let order =
        key.map_or_else(|| format!("id {direction}"), |key| format!("{key} {direction}, id {direction}"));
    let limit = query.arg(limit);
    let sql =
        format!("SELECT {COLUMNS} FROM tickets WHERE {} ORDER BY {order} LIMIT {limit}", query.conditions);
    tx.query(&sql, &query.args, ticket)
}

/// SQL conditions with their arguments.
#[derive(Default)]
struct Query<'a> {
    conditions: String,
    args: Vec<Arg<'a>>,
}

impl<'a> Query<'a> {
    /// Adds an argument. Returns its placeholder.
    fn arg(&mut self, value: impl Into<Arg<'a>>) -> String {
        self.args.push(value.into());
        format!("${}", self.args.len())
    }

    fn and(&mut self, condition: &str) {
        if !self.conditions.is_empty() {
            self.conditions.push_str(" AND ");
        }
        self.conditions.push_str(condition);
    }
}

/// Escapes a word for `LIKE`.
fn escape_like(word: &str) -> String {
    word.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}
