//! The interrupted writes that concern orders, as the journal names them.

use ticketing_sdk::{OrderId, TicketId};

/// An interrupted write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operation {
    /// A ticket was being ordered.
    Order { ticket: TicketId },
    /// An order was being paid.
    Payment { order: OrderId },
    /// A ticket was being ordered and paid.
    Purchase { ticket: TicketId },
    /// Another write.
    Other,
}

impl Operation {
    /// Reads the operation of a note.
    pub(super) fn parse(operation: &str) -> Self {
        let words: Vec<&str> = operation.split(' ').collect();
        match words[..] {
            ["buy", ticket] => Self::Purchase { ticket: ticket.into() },
            ["orders", "create", ticket, ..] => Self::Order { ticket: ticket.into() },
            ["payments", "create", order] => Self::Payment { order: order.into() },
            _ => Self::Other,
        }
    }
}

/// Returns the command of a write, by the words of its note. The words have no secrets, so a code is to be given again.
pub(super) fn command(operation: &str) -> String {
    match operation.split_once(' ') {
        Some(("api", _)) => format!("`ticketing {operation}` with the same fields or body"),
        Some(("passes", "claim")) => "`ticketing passes claim` with the same claim code".to_owned(),
        None if operation == "checkin" => {
            "`ticketing checkin` with the same --device and the same code".to_owned()
        }
        _ => format!("`ticketing {operation}`"),
    }
}

/// Returns the command that shows the result of a write.
pub(super) fn view(operation: &str) -> &'static str {
    match operation.split(' ').next() {
        Some("tickets") => "`ticketing tickets list --mine --status all`",
        Some("passes") => "`ticketing passes list`",
        Some("checkin") => "`ticketing passes list --issued`",
        _ => "a read of the same path",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_about_no_order_name_the_command_to_run() {
        for (operation, command) in [
            (
                "tickets create --title 'A b' --price 20.00",
                "`ticketing tickets create --title 'A b' --price 20.00`",
            ),
            ("passes transfer p-1", "`ticketing passes transfer p-1`"),
            ("passes claim", "`ticketing passes claim` with the same claim code"),
            ("checkin", "`ticketing checkin` with the same --device and the same code"),
            ("api POST /api/orders", "`ticketing api POST /api/orders` with the same fields or body"),
        ] {
            assert_eq!(super::command(operation), command);
        }
        assert_eq!(view("passes resell p-1 --price 30.00"), "`ticketing passes list`");
    }

    #[test]
    fn operations_of_purchases_are_read_from_their_notes() {
        let ticket = TicketId::new("t-1");
        for (text, operation) in [
            ("buy t-1", Operation::Purchase { ticket: ticket.clone() }),
            ("orders create t-1", Operation::Order { ticket: ticket.clone() }),
            ("orders create t-1 --price 20.00", Operation::Order { ticket }),
            ("payments create o-1", Operation::Payment { order: "o-1".into() }),
            ("tickets create --title \"buy t-1\" --price 20", Operation::Other),
            ("", Operation::Other),
        ] {
            assert_eq!(Operation::parse(text), operation, "{text}");
        }
    }
}
