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

#[cfg(test)]
mod tests {
    use super::*;

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
