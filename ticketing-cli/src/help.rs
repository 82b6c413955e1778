//! The parts of a command's help: headings of option groups, examples and details.

/// The heading of the options that every command takes.
pub(crate) const GLOBAL: &str = "Global options";

/// The heading of options that select the rows of a list.
pub(crate) const FILTER: &str = "Filter options";

/// The heading of options for the order and the length of a list.
pub(crate) const LIST: &str = "List options";

/// The heading of options for the payment of an order.
pub(crate) const PAYMENT: &str = "Payment options";

/// The heading of options that answer a question beforehand.
pub(crate) const CONFIRMATION: &str = "Confirmation options";

/// The heading of options for the facts of a ticket.
pub(crate) const TICKET: &str = "Ticket options";

/// The heading of options for what happens to a pass.
pub(crate) const PASS: &str = "Pass options";

/// The heading of options for the door.
pub(crate) const DOOR: &str = "Door options";

/// The heading of options for many tickets at once.
pub(crate) const BATCH: &str = "Batch options";

/// The heading of options for a file that is read or written.
pub(crate) const FILE: &str = "File options";

/// The heading of options for an account and its session.
pub(crate) const ACCOUNT: &str = "Account options";

/// The heading of options for colours and characters.
pub(crate) const APPEARANCE: &str = "Appearance options";

/// The heading of options for the parts of an HTTP request.
pub(crate) const REQUEST: &str = "Request options";

/// The heading of options for what is printed or opened.
pub(crate) const OUTPUT: &str = "Output options";

/// The heading of options for a stream of changes.
pub(crate) const STREAM: &str = "Stream options";

/// The heading of options for where events are delivered to.
pub(crate) const DELIVERY: &str = "Delivery options";

/// The heading of options for a marketplace on this machine.
#[cfg(feature = "embedded")]
pub(crate) const SERVER: &str = "Server options";

/// The heading that comes before the examples, as clap styles its own headings.
const EXAMPLES: &str = "\u{1b}[1m\u{1b}[4mExamples:\u{1b}[0m";

/// Returns the end of a long help: the examples, one a line.
pub(crate) fn examples(examples: &[&str]) -> String {
    format!("{EXAMPLES}\n  {}", examples.join("\n  "))
}

/// Returns the end of a long help: the examples, and then the details.
pub(crate) fn long(examples: &[&str], details: &str) -> String {
    format!("{}\n\n{details}", self::examples(examples))
}

#[cfg(test)]
mod tests;
