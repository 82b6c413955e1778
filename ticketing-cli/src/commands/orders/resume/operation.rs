//! The interrupted writes that concern orders, as the journal names them.

use ticketing_sdk::{Money, OrderId, TicketId};

/// An interrupted write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operation {
    /// A ticket was being ordered, at this price if one was agreed to.
    Order { ticket: TicketId, price: Option<Money> },
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
            ["orders", "create", ticket] => Self::Order { ticket: ticket.into(), price: None },
            ["orders", "create", ticket, "--price", price] => match price.parse() {
                Ok(price) => Self::Order { ticket: ticket.into(), price: Some(price) },
                Err(_) => Self::Other,
            },
            ["payments", "create", order] => Self::Payment { order: order.into() },
            _ => Self::Other,
        }
    }
}

/// Returns what to run for a write about no order, by the words of its note. The note has no secrets, so a code is to be given
/// again. `can_repeat` is whether the server still keeps the key.
pub(super) fn repetition(operation: &str, can_repeat: bool) -> String {
    let command = match operation.split_once(' ') {
        Some(("api", _)) => format!("`ticketing {operation}` again with the same fields or body"),
        Some(("passes", "claim")) => "`ticketing passes claim` again with the same claim code".to_owned(),
        None if operation == "checkin" => {
            "`ticketing checkin` again with the same --device, and scan the same code".to_owned()
        }
        _ => format!("`ticketing {operation}` again"),
    };
    let shows = match operation.split(' ').next() {
        Some("tickets") => "`ticketing tickets list --mine --status all`",
        Some("passes") => "`ticketing passes list`",
        Some("checkin") => "`ticketing passes list --issued`",
        _ => "a read of the same path",
    };
    if can_repeat {
        format!("run {command}: it carries the same key, so it is done once")
    } else {
        format!(
            "the server no longer keeps the key: {shows} shows whether it was done; if not, run {command}"
        )
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
                "`ticketing tickets create --title 'A b' --price 20.00` again:",
            ),
            ("passes transfer p-1", "`ticketing passes transfer p-1` again:"),
            ("passes claim", "`ticketing passes claim` again with the same claim code:"),
            ("checkin", "`ticketing checkin` again with the same --device, and scan the same code:"),
            ("api POST /api/orders", "`ticketing api POST /api/orders` again with the same fields or body:"),
        ] {
            let text = repetition(operation, true);
            assert_eq!(text, format!("run {command} it carries the same key, so it is done once"));
        }
        let old = repetition("passes resell p-1 --price 30.00", false);
        assert!(old.contains("`ticketing passes list` shows whether it was done"), "{old}");
        assert!(old.ends_with("if not, run `ticketing passes resell p-1 --price 30.00` again"), "{old}");
    }

    #[test]
    fn operations_of_purchases_are_read_from_their_notes() {
        let ticket = TicketId::new("t-1");
        let price: Money = "20".parse().unwrap();
        for (text, operation) in [
            ("buy t-1", Operation::Purchase { ticket: ticket.clone() }),
            ("orders create t-1", Operation::Order { ticket: ticket.clone(), price: None }),
            ("orders create t-1 --price 20.00", Operation::Order { ticket, price: Some(price) }),
            ("payments create o-1", Operation::Payment { order: "o-1".into() }),
            ("tickets create --title \"buy t-1\" --price 20", Operation::Other),
            ("orders create t-1 --price x", Operation::Other),
            ("", Operation::Other),
        ] {
            assert_eq!(Operation::parse(text), operation, "{text}");
        }
    }
}
