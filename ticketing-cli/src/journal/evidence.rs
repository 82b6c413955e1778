//! The interrupted writes whose outcome a later read of the server shows.
//!
//! An order that may still be paid, a listing that equals the interrupted one, and a pending transfer, whose claim code only its
//! own write returns, show nothing.

use ticketing_sdk::{Order, OrderStatus, Pass, PassStatus};
use ticketing_tui::{Evidence, Operation};

use super::{InterruptedWrite, Journal, WriteRecord};

impl Journal {
    /// Removes the records of the interrupted writes to this server whose outcome is known by now.
    pub(crate) fn settle_known(&self, server: &str, evidence: Evidence<'_>) {
        let may_settle = match evidence {
            Evidence::Orders(orders) => orders.iter().any(|order| order.status.is_final()),
            Evidence::Passes(passes) => passes.iter().any(|pass| pass.status != PassStatus::Valid),
            Evidence::TakenBack(_) => true,
        };
        if !may_settle {
            return;
        }
        let mut writes = self.claim_interrupted();
        writes.retain(|write| write.record.server == server);
        let records: Vec<WriteRecord> = writes.iter().map(|write| write.record.clone()).collect();
        let is_known = |write: &InterruptedWrite| match evidence {
            Evidence::Orders(orders) => {
                orders.iter().any(|order| order_settles(order, &write.record, &records))
            }
            Evidence::Passes(passes) => passes.iter().any(|pass| pass_settles(pass, &write.record.operation)),
            Evidence::TakenBack(id) => {
                matches!(&write.record.operation, Operation::TransferPass { pass } if pass == id)
            }
        };
        writes.into_iter().filter(is_known).for_each(InterruptedWrite::settle);
    }
}

/// Returns whether an order shows the outcome of a write, one of these.
fn order_settles(order: &Order, write: &WriteRecord, all: &[WriteRecord]) -> bool {
    let is_paid = order.status == OrderStatus::Complete;
    // A cancelled order of the original contract has no reason, and a late payment completes it.
    let is_over = is_paid || order.status == OrderStatus::Cancelled && order.cancel_reason.is_some();
    let is_payment =
        |write: &WriteRecord| write.operation == Operation::CreatePayment { order: order.id.clone() };
    let pays_later = |part: &WriteRecord| is_payment(part) && part.started_at >= write.started_at;
    if write.user.as_ref().is_some_and(|user| *user != order.user_id) {
        return false;
    }
    match &write.operation {
        Operation::CreatePayment { .. } => is_over && is_payment(write),
        // A ticket is sold once; a cancelled order need not be the one that the write has made.
        Operation::CreateOrder { ticket, .. } => is_paid && *ticket == order.ticket.id,
        Operation::Buy { ticket } => {
            *ticket == order.ticket.id && (is_paid || is_over && all.iter().any(pays_later))
        }
        _ => false,
    }
}

/// Returns whether a pass shows the outcome of a write.
fn pass_settles(pass: &Pass, write: &Operation) -> bool {
    let is_over = matches!(pass.status, PassStatus::Used | PassStatus::Void);
    match write {
        Operation::TransferPass { pass: id } => is_over && *id == pass.id,
        Operation::ResellPass { pass: id, .. } => {
            (is_over || pass.status == PassStatus::Offered) && *id == pass.id
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::{CancelReason, Timestamp, UserId, fixtures};

    use super::*;
    use crate::client_dirs::private_folder;

    const SERVER: &str = "http://s";

    /// A journal with an interrupted write of each kind, one second apart.
    fn journal_of(writes: &[&str], folder: &std::path::Path) -> Journal {
        let journal = Journal::in_folder(Some(folder.join("journal")));
        private_folder(journal.folder().unwrap()).unwrap();
        for (second, words) in (0..).zip(writes) {
            let Ok(operation) = words.parse();
            let now = Timestamp::from_millis(1_800_000_000_000 + 1000 * second);
            drop(journal.begin_command(&operation, SERVER, Some(UserId::new("ada")), now).unwrap());
        }
        journal
    }

    /// The writes that stay in the journal.
    #[track_caller]
    fn remaining_writes(writes: &[&str], evidence: Evidence<'_>) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let journal = journal_of(writes, folder.path());
        journal.settle_known("http://other", evidence);
        assert_eq!(journal.claim_interrupted().len(), writes.len(), "another server says nothing");
        journal.settle_known(SERVER, evidence);
        let left = journal.claim_interrupted();
        left.iter().map(|write| write.record.operation.to_string()).collect()
    }

    const OF_ORDER: [&str; 4] =
        ["buy t-1", "orders create t-1", "payments create o-1", "payments create o-2"];

    fn order(status: OrderStatus) -> Order {
        fixtures::order("o-1", &fixtures::ticket("t-1")).user_id("ada").status(status)
    }

    #[test]
    fn ended_order_settles_its_writes() {
        let paid = order(OrderStatus::Complete);
        assert_eq!(
            remaining_writes(&OF_ORDER, Evidence::Orders(std::slice::from_ref(&paid))),
            ["payments create o-2"]
        );
        assert_eq!(remaining_writes(&OF_ORDER, Evidence::Orders(&[paid.user_id("bob")])), OF_ORDER);
        let cancelled = order(OrderStatus::Cancelled);
        assert_eq!(
            remaining_writes(&OF_ORDER, Evidence::Orders(std::slice::from_ref(&cancelled))),
            OF_ORDER,
            "a late payment completes it"
        );
        let expired = [cancelled.cancel_reason(CancelReason::Expired)];
        assert_eq!(
            remaining_writes(&OF_ORDER, Evidence::Orders(&expired)),
            ["orders create t-1", "payments create o-2"]
        );
        // Another purchase of the ticket may have made another order.
        assert_eq!(
            remaining_writes(&["payments create o-1", "buy t-1"], Evidence::Orders(&expired)),
            ["buy t-1"]
        );
        for open in [OrderStatus::Created, OrderStatus::AwaitingPayment] {
            assert_eq!(remaining_writes(&OF_ORDER, Evidence::Orders(&[order(open)])), OF_ORDER, "{open}");
        }
    }

    #[test]
    fn pass_settles_what_it_shows() {
        let writes = ["passes transfer p-1", "passes resell p-1 --price 20.00", "passes claim"];
        let after =
            |status| remaining_writes(&writes, Evidence::Passes(&[fixtures::pass("p-1").status(status)]));
        assert_eq!(after(PassStatus::Valid), writes);
        assert_eq!(after(PassStatus::Offered), ["passes transfer p-1", "passes claim"]);
        assert_eq!(after(PassStatus::Used), ["passes claim"]);
        assert_eq!(remaining_writes(&writes, Evidence::TakenBack(&"p-1".into())), writes[1..]);
        assert_eq!(remaining_writes(&writes, Evidence::TakenBack(&"p-2".into())), writes);
    }
}
