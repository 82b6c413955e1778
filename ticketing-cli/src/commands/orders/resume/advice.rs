//! The commands that repeat and show a write that is not repeated with its key.

use ticketing_tui::Operation;

/// Returns the command of a write. It contains no secrets, so the user enters a claim code again.
pub(super) fn command(operation: &Operation) -> String {
    match operation {
        Operation::Post { .. } => format!("`ticketing {operation}` with the same fields or body"),
        Operation::ClaimPass => "`ticketing passes claim` with the same claim code".to_owned(),
        Operation::CheckIn => "`ticketing checkin` with the same --device and the same code".to_owned(),
        _ => format!("`ticketing {operation}`"),
    }
}

/// Returns the command that shows the result of a write.
pub(super) fn view(operation: &Operation) -> &'static str {
    match operation {
        Operation::CreateTicket { .. } | Operation::ImportTickets { .. } => {
            "`ticketing tickets list --mine --status all`"
        }
        Operation::TransferPass { .. } | Operation::ClaimPass | Operation::ResellPass { .. } => {
            "`ticketing passes list`"
        }
        Operation::CheckIn => "`ticketing passes list --issued`",
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
            assert_eq!(super::command(&operation.parse().unwrap()), command);
        }
        assert_eq!(view(&"passes resell p-1 --price 30.00".parse().unwrap()), "`ticketing passes list`");
    }
}
