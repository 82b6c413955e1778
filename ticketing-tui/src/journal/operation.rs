//! The operations of the journal, in the words of the command line, which notes keep.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use ticketing_sdk::{DetailField, Money, NewTicket, OrderId, PassId, TicketId};

/// A write, as the command that does it. The command line and the full-screen program name a write alike, so that each
/// resumes what the other has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Orders a ticket and pays for it.
    Buy {
        /// The ticket.
        ticket: TicketId,
    },
    /// Orders a ticket.
    CreateOrder {
        /// The ticket.
        ticket: TicketId,
        /// The price that the buyer saw.
        price: Option<Money>,
    },
    /// Pays for an order.
    CreatePayment {
        /// The order.
        order: OrderId,
    },
    /// Lists a ticket, or several alike.
    CreateTicket {
        /// The options, quoted for a shell.
        options: String,
        /// The number of tickets that one command lists.
        count: Option<u16>,
    },
    /// Lists the tickets of a file.
    ImportTickets {
        /// The file and the options, quoted for a shell.
        options: String,
    },
    /// Gives a pass away.
    TransferPass {
        /// The pass.
        pass: PassId,
    },
    /// Claims a pass that was given away. The code is secret.
    ClaimPass,
    /// Offers a pass for sale.
    ResellPass {
        /// The pass.
        pass: PassId,
        /// Its new price.
        price: Money,
    },
    /// Checks a pass in. Its code is secret.
    CheckIn,
    /// Creates an account.
    SignUp,
    /// Sends a `POST` to a path of the API.
    Post {
        /// The path, with its query.
        path: String,
    },
    /// The words of a write that this version does not know.
    Other(String),
}

impl Operation {
    /// Returns the listing of a ticket with its details.
    #[must_use]
    pub fn create_ticket(new: &NewTicket, count: Option<u16>) -> Self {
        let mut options = format!("--title {} --price {}", quote_word(&new.title), new.price);
        for (field, text) in new.details.given_fields() {
            options += &format!(" --{} {}", option_name(field), quote_word(text));
        }
        Self::CreateTicket { options, count }
    }

    /// Returns whether one command lists many tickets, each with a record of its own.
    #[must_use]
    pub fn is_batch(&self) -> bool {
        matches!(self, Self::ImportTickets { .. } | Self::CreateTicket { count: Some(_), .. })
    }

    fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split(' ').collect();
        Some(match words[..] {
            ["buy", ticket] => Self::Buy { ticket: ticket.into() },
            ["orders", "create", ticket] => Self::CreateOrder { ticket: ticket.into(), price: None },
            ["orders", "create", ticket, "--price", price] => {
                Self::CreateOrder { ticket: ticket.into(), price: Some(price.parse().ok()?) }
            }
            ["payments", "create", order] => Self::CreatePayment { order: order.into() },
            ["tickets", "create", ..] => {
                let options = text.strip_prefix("tickets create ")?;
                let counted = options.rsplit_once(" --count ");
                let counted = counted.and_then(|(options, count)| Some((options, Some(count.parse().ok()?))));
                let (options, count) = counted.unwrap_or((options, None));
                Self::CreateTicket { options: options.to_owned(), count }
            }
            ["tickets", "import", ..] => {
                Self::ImportTickets { options: text.strip_prefix("tickets import ")?.to_owned() }
            }
            ["passes", "transfer", pass] => Self::TransferPass { pass: pass.into() },
            ["passes", "claim"] => Self::ClaimPass,
            ["passes", "resell", pass, "--price", price] => {
                Self::ResellPass { pass: pass.into(), price: price.parse().ok()? }
            }
            ["checkin"] => Self::CheckIn,
            ["auth", "signup"] => Self::SignUp,
            ["api", "POST", ..] => Self::Post { path: text.strip_prefix("api POST ")?.to_owned() },
            _ => return None,
        })
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Buy { ticket } => write!(f, "buy {ticket}"),
            Self::CreateOrder { ticket, price: None } => write!(f, "orders create {ticket}"),
            Self::CreateOrder { ticket, price: Some(price) } => {
                write!(f, "orders create {ticket} --price {price}")
            }
            Self::CreatePayment { order } => write!(f, "payments create {order}"),
            Self::CreateTicket { options, count: None } => write!(f, "tickets create {options}"),
            Self::CreateTicket { options, count: Some(count) } => {
                write!(f, "tickets create {options} --count {count}")
            }
            Self::ImportTickets { options } => write!(f, "tickets import {options}"),
            Self::TransferPass { pass } => write!(f, "passes transfer {pass}"),
            Self::ClaimPass => f.write_str("passes claim"),
            Self::ResellPass { pass, price } => write!(f, "passes resell {pass} --price {price}"),
            Self::CheckIn => f.write_str("checkin"),
            Self::SignUp => f.write_str("auth signup"),
            Self::Post { path } => write!(f, "api POST {path}"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

impl FromStr for Operation {
    type Err = Infallible;

    /// Reads the words of a note. Words that this version does not know are kept.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::parse(text).unwrap_or_else(|| Self::Other(text.to_owned())))
    }
}

/// Quotes a word for a shell.
#[must_use]
pub fn quote_word(text: &str) -> String {
    shlex::try_quote(text).map_or_else(|_| format!("{text:?}"), Into::into)
}

/// Returns the name of the option that sets a field: `starts-at`.
#[must_use]
pub fn option_name(field: DetailField) -> String {
    let mut name = String::new();
    for letter in field.name().chars() {
        if letter.is_ascii_uppercase() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::TicketDetails;

    use super::*;

    #[test]
    fn words_of_each_operation_are_read_as_that_operation() {
        let price: Money = "20".parse().unwrap();
        let opera = |count| Operation::CreateTicket { options: "--title Opera --price 20".to_owned(), count };
        for (words, operation) in [
            ("buy t-1", Operation::Buy { ticket: "t-1".into() }),
            ("orders create t-1", Operation::CreateOrder { ticket: "t-1".into(), price: None }),
            (
                "orders create t-1 --price 20.00",
                Operation::CreateOrder { ticket: "t-1".into(), price: Some(price) },
            ),
            ("payments create o-1", Operation::CreatePayment { order: "o-1".into() }),
            ("tickets create --title Opera --price 20", opera(None)),
            ("tickets create --title Opera --price 20 --count 40", opera(Some(40))),
            (
                "tickets create --title 'A --count 3'",
                Operation::CreateTicket { options: "--title 'A --count 3'".to_owned(), count: None },
            ),
            (
                "tickets import 'my seats.csv' --again",
                Operation::ImportTickets { options: "'my seats.csv' --again".to_owned() },
            ),
            ("passes transfer p-1", Operation::TransferPass { pass: "p-1".into() }),
            ("passes claim", Operation::ClaimPass),
            ("passes resell p-1 --price 20.00", Operation::ResellPass { pass: "p-1".into(), price }),
            ("checkin", Operation::CheckIn),
            ("auth signup", Operation::SignUp),
            ("api POST /api/x?a=b c", Operation::Post { path: "/api/x?a=b c".to_owned() }),
            ("orders create t-1 --price free", Operation::Other("orders create t-1 --price free".to_owned())),
            ("", Operation::Other(String::new())),
        ] {
            assert_eq!(operation.to_string(), words);
            assert_eq!(words.parse(), Ok(operation));
        }
    }

    #[test]
    fn listing_names_its_details_as_a_shell_takes_them() {
        let details = TicketDetails::default()
            .venue("City Hall")
            .starts_at("2026-12-24T19:30:00+01:00".parse::<ticketing_sdk::EventTime>().unwrap());
        let new = NewTicket::new("A b", "20".parse().unwrap()).details(details);
        assert_eq!(
            Operation::create_ticket(&new, Some(2)).to_string(),
            "tickets create --title 'A b' --price 20.00 --venue 'City Hall' --starts-at 2026-12-24T19:30:00+01:00 --count 2"
        );
    }
}
