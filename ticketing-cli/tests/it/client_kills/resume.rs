//! `ticketing orders resume` settles every purchase whose command was killed, and no money is taken twice.

use std::time::Instant;

use serde_json::Value;

use super::{Figures, Kill, Stage, notes_of};
use crate::support::{eventually, items, number, say};

#[test]
fn resume_settles_a_purchase_killed_at_any_step() {
    let mut stage = Stage::new();
    say(&format!("STORM_SEED={}", stage.seed));
    let is_purchase = |kill: &Kill| match kill {
        Kill::Client(step, _) => step.path != "/api/tickets",
        Kill::ClientAtRandom => true,
        Kill::Server(..) | Kill::ServerAtRandom => false,
    };
    let plan: Vec<Kill> = stage.plan().into_iter().filter(is_purchase).collect();
    let kills = number("STORM_CLIENT_KILLS").map_or(plan.len(), |kills| usize::try_from(kills).unwrap());
    let (began, mut figures) = (Instant::now(), Figures::default());
    let (mut paid, mut cancelled, mut nothing) = (0, 0, 0);
    for (round, kill) in plan.iter().cycle().take(kills).enumerate() {
        // Each step is met with either way to end it.
        let finishes = (round + round / plan.len()).is_multiple_of(2);
        match stage.resume_purchase(round, kill, finishes, &mut figures) {
            Some("complete") => paid += 1,
            Some(_) => cancelled += 1,
            None => nothing += 1,
        }
        say(&format!("{}/{kills} {kill:?}", round + 1));
    }
    stage.audit();
    assert!(paid > 0 && cancelled > 0, "{paid} paid, {cancelled} cancelled, {nothing} without an order");
    say(&format!(
        "{kills} kills in {:.1?}: {paid} paid, {cancelled} cancelled, {nothing} without an order; {figures:?}",
        began.elapsed()
    ));
}

impl Stage {
    /// Kills a purchase and resumes it. Returns the final status of its order, if there is one.
    fn resume_purchase(
        &mut self,
        round: usize,
        kill: &Kill,
        finishes: bool,
        figures: &mut Figures,
    ) -> Option<&'static str> {
        let ticket = self.seller.ticket(&format!("Ticket {round}"), "20");
        let title = format!("{round}: {kill:?} of {ticket}, finishes: {finishes}");
        self.interrupt(round, kill, &ticket, |stage| stage.begin_to_buy(&ticket), figures);
        let was_interrupted = notes_of(&self.buyer) > 0;
        let words: &[&str] = if finishes { &["--token", "tok_visa"] } else { &["--cancel"] };
        let words = [&["--output", "json", "orders", "resume", "--no-input"], words].concat();
        let run = self.buyer.run(&words);
        assert_eq!((run.code, notes_of(&self.buyer)), (0, 0), "{title}: {run:?}");
        let settled = items(&run.out);
        let settled = settled.as_array().unwrap();
        assert_eq!(settled.len(), usize::from(was_interrupted), "{title}: a purchase is one record: {run:?}");

        // A late request of a killed command has no effect.
        let orders = self.observer.json(&["orders", "list", "--all"]);
        let of_ticket = |order: &&Value| order["ticket"]["id"] == ticket.as_str();
        let orders: Vec<Value> = orders.as_array().unwrap().iter().filter(of_ticket).cloned().collect();
        let Some(order) = orders.first() else {
            let is_undone = |write: &Value| write["outcome"] == "not_done";
            assert!(settled.iter().all(is_undone), "{title}: {run:?}");
            return None;
        };
        assert_eq!(orders.len(), 1, "{title}: {orders:?}");
        let is_complete = order["status"] == "complete";
        assert!(is_complete || order["status"] == "cancelled", "{title}: {order}");
        if was_interrupted {
            let outcome = if is_complete { "paid" } else { "cancelled" };
            assert!(settled.iter().all(|write| write["outcome"] == outcome), "{title}: {run:?}");
            assert!(!finishes || is_complete, "{title}: a reserved ticket was not paid: {run:?}");
        }
        let mut captured = 0;
        eventually("every payment has its outcome", || {
            let payments = self.observer.json(&["payments", "list", "--all"]);
            let of_order = |payment: &&Value| payment["orderId"] == order["id"];
            let payments: Vec<Value> =
                payments.as_array().unwrap().iter().filter(of_order).cloned().collect();
            captured = payments.iter().filter(|payment| payment["status"] == "succeeded").count();
            let is_final =
                |payment: &Value| payment["status"] != "pending" && payment["status"] != "authorized";
            payments.iter().all(is_final)
        });
        assert_eq!(captured, usize::from(is_complete), "{title}");
        Some(if is_complete { "complete" } else { "cancelled" })
    }
}
