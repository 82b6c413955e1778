//! The checks after every step, and after every published event was delivered.

use std::time::Duration;

use ticketing_events::{EventName, OrderCreated, OrderedTicketRef, TicketDeleted, TicketUpdated};
use ticketing_payments::domain::{PaymentOutcome, PaymentStep, payment_outcome};
use ticketing_payments::store::PaymentRow;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{CancelReason, OrderId, OrderStatus, PaymentId, PaymentStatus, Timestamp};
use ticketing_server::audit;

use super::model::{Terms, Ticket, TicketVersion};
use super::schedule::{CallOutcome, Service};
use super::simulation::Simulation;

impl Simulation {
    /// Compares every aggregate with the model after a step, and its events with its versions.
    pub(crate) async fn check(&mut self) {
        for service in Service::ALL {
            self.deliveries.collect(service, &self.services.core(service).db).await;
        }
        self.check_orders().await;
        self.check_tickets().await;
        self.check_passes().await;
        self.check_payments().await;
    }

    async fn check_orders(&self) {
        let unit = |tx: &mut Tx<'_>| {
            let sql =
                "SELECT id, ticket_id, status, version, expires_at, cancel_reason FROM orders ORDER BY id";
            tx.query(sql, args![], |row| {
                Ok((
                    row.text("id")?,
                    row.text("ticket_id")?,
                    (
                        row.column::<OrderStatus>("status")?,
                        row.column::<Option<CancelReason>>("cancel_reason")?,
                    ),
                    row.int("version")?,
                    row.int("expires_at")?,
                ))
            })
        };
        let orders = self.services.core(Service::Orders).db.read::<_, DbError, _>(unit).await.unwrap();
        let expected = self.model.orders.iter().map(|(id, order)| {
            let version = i64::try_from(order.states.len()).unwrap() - 1;
            let status = (order.status(), order.cancel_reason);
            (id.clone(), order.ticket.clone(), status, version, order.expires_at)
        });
        assert_eq!(orders, expected.collect::<Vec<_>>(), "the orders");
        for (id, order) in &self.model.orders {
            let published = self
                .deliveries
                .history(Service::Orders, id)
                .map(|event| (event.version, super::deliveries::name_of(event)));
            let states = (0..).zip(&order.states).map(|(version, state)| (version, event_of(*state)));
            assert!(published.eq(states), "the events of order {id} are not its history");
            let created = self
                .deliveries
                .history(Service::Orders, id)
                .next()
                .unwrap()
                .decode::<OrderCreated>()
                .unwrap();
            let OrderedTicketRef { title, price, details, .. } = created.ticket;
            let published = Terms::new(title.unwrap(), price, &details.unwrap());
            assert_eq!(published, order.terms, "the terms in the event of order {id}");
        }
        for ticket in self.model.tickets.keys() {
            let active =
                self.model.orders.values().filter(|order| order.ticket == *ticket && order.is_active());
            assert!(active.count() <= 1, "{ticket} has several active orders");
        }
    }

    async fn check_tickets(&self) {
        let unit = |tx: &mut Tx<'_>| {
            tx.query(
                "SELECT id, title, price, details, status, order_id, version FROM tickets ORDER BY id",
                args![],
                |row| {
                    let terms = Terms::new(row.text("title")?, row.column("price")?, &row.column("details")?);
                    let listed = (row.text("id")?, terms);
                    Ok((listed, row.text("status")?, row.column("order_id")?, row.int("version")?))
                },
            )
        };
        let tickets = self.services.core(Service::Tickets).db.read::<_, DbError, _>(unit).await.unwrap();
        let expected = self.model.tickets.iter().map(|(id, ticket)| {
            let TicketVersion { terms, status, holder } = ticket.current().clone();
            let version = i64::try_from(ticket.versions.len()).unwrap() - 1;
            ((id.clone(), terms), status.to_owned(), holder, version)
        });
        assert_eq!(tickets, expected.collect::<Vec<_>>(), "the tickets");
        for (id, ticket) in &self.model.tickets {
            self.check_ticket_events(id, ticket);
        }
    }

    fn check_ticket_events(&self, id: &str, ticket: &Ticket) {
        let published: Vec<_> = self.deliveries.history(Service::Tickets, id).collect();
        assert_eq!(published.len(), ticket.versions.len(), "the events of ticket {id}");
        for (version, (event, shown)) in published.into_iter().zip(&ticket.versions).enumerate() {
            assert_eq!(usize::try_from(event.version).unwrap(), version, "a version of ticket {id}");
            let name = match version {
                0 => EventName::TicketCreated,
                _ if shown.status == "deleted" => EventName::TicketDeleted,
                _ => EventName::TicketUpdated,
            };
            assert_eq!(event.name, name, "version {version} of ticket {id}");
            if name == EventName::TicketDeleted {
                let admitted_at = event.decode::<TicketDeleted>().unwrap().admitted_at;
                let expected = ticket.admitted.get(&version).copied();
                assert_eq!(
                    admitted_at.map(Timestamp::as_millis),
                    expected,
                    "version {version} of ticket {id}"
                );
            }
            if name == EventName::TicketUpdated {
                let TicketUpdated { title, price, details, order_id, .. } = event.decode().unwrap();
                let published = (Terms::new(title, price, &details), order_id.map(OrderId::into_string));
                assert_eq!(
                    published,
                    (shown.terms.clone(), shown.holder.clone()),
                    "version {version} of ticket {id}"
                );
            }
        }
    }

    async fn check_payments(&mut self) {
        use PaymentStatus::{Authorized, Failed, Pending, Refunded, Succeeded};
        let unit = |tx: &mut Tx<'_>| {
            tx.query("SELECT id, order_id, status FROM payments ORDER BY id", args![], |row| {
                Ok((row.text("id")?, row.text("order_id")?, row.column::<PaymentStatus>("status")?))
            })
        };
        let payments = self.services.core(Service::Payments).db.read::<_, DbError, _>(unit).await.unwrap();
        assert_eq!(payments.len(), self.payments.len(), "payments without a request");
        for (id, order, status) in payments {
            let before = self.statuses.insert(id.clone(), status).unwrap();
            let legal = before == status
                || matches!(
                    (before, status),
                    // If the order ends before the authorization, there is none.
                    (Pending, Authorized | Failed | Refunded)
                        | (Authorized, Succeeded | Failed | Refunded)
                        | (Succeeded, Refunded)
                );
            assert!(legal, "payment {id} went from {before:?} to {status:?}");
            let confirmed = self.model.orders[&order].was_confirmed();
            assert!(status != Succeeded || confirmed, "{order} was charged before it was confirmed");
        }
    }

    /// Checks the ledger of the provider after a call.
    pub(crate) async fn check_call(&self, step: PaymentStep, payment: &PaymentRow) {
        let order = &self.model.orders[payment.order_id.as_str()];
        let ledger = self.services.provider.ledger().await.unwrap();
        if step == PaymentStep::Capture {
            assert!(order.was_confirmed(), "{} was to be charged before it was confirmed", payment.order_id);
        }
        if step == PaymentStep::Refund {
            assert_eq!(order.status(), OrderStatus::Cancelled, "{} was refunded", payment.order_id);
        }
        let captures = ledger.captures(&payment.order_id);
        assert!(captures <= 1, "{} was charged {captures} times", payment.order_id);
        let kept = ledger.kept_cents(&payment.order_id);
        assert!(kept == 0 || kept == order.terms.price, "{kept} cents were kept for {:?}", order.terms);
    }

    /// Delivers all events and runs all due steps until nothing is left.
    pub(crate) async fn run_until_idle(&mut self) {
        for _round in 0..100 {
            let mut done = self.expire_due(i64::MAX).await + self.end_resales(i64::MAX).await;
            self.collect_all().await;
            for service in Service::ALL {
                done += self.deliver_all(service).await as u64;
                self.collect_all().await;
            }
            self.provider_calls.expire_leases();
            self.provider_calls.claim(&self.services).await;
            while let Some((step, payment)) =
                self.provider_calls.call(&self.services.provider, None, CallOutcome::Answered).await
            {
                self.check_call(step, &payment).await;
                done += 1;
            }
            while self.provider_calls.record_outcome(&self.services, None).await {
                done += 1;
            }
            self.check().await;
            if done == 0 && self.provider_calls.is_empty() && self.deliveries.backlog() == 0 {
                return;
            }
        }
        panic!("work remains: {} events are pending", self.deliveries.backlog());
    }

    async fn collect_all(&mut self) {
        for service in Service::ALL {
            self.deliveries.collect(service, &self.services.core(service).db).await;
        }
    }

    /// Checks every ticket against the decisions of orders and its seller, and runs the audit, when nothing is in
    /// progress.
    pub(crate) async fn audit(&self) {
        for (id, ticket) in &self.model.tickets {
            assert_eq!(*ticket.current(), self.model.outcome(id), "the final version of {id}");
        }
        let mut facts = self.services.sources().facts(self.clock.now()).await.unwrap();
        let sequences = self.deliveries.sequences();
        for event in &mut facts.outbox_events {
            event.sequence = sequences.get(&*event.id).copied();
        }
        facts.backlog = self.deliveries.backlog();
        let report = audit::check(&facts);
        assert!(report.is_clean(), "the audit found:\n{report}");
    }

    /// Checks the final state of every order and payment after all deadlines.
    pub(crate) async fn check_final_states(&self) {
        for (id, order) in &self.model.orders {
            let ended = matches!(order.status(), OrderStatus::Complete | OrderStatus::Cancelled);
            assert!(ended, "{id} stays {:?}", order.status());
        }
        for (id, (order_id, token)) in &self.payments {
            let order = &self.model.orders[order_id];
            let payment = PaymentId::new(id.clone());
            let unit = move |tx: &mut Tx<'_>| ticketing_payments::store::find_payment(tx, &payment);
            let db = &self.services.core(Service::Payments).db;
            let payment = db.read::<_, DbError, _>(unit).await.unwrap().unwrap();
            let expires_at = Timestamp::from_millis(order.expires_at);
            let outcome = payment_outcome(payment.state(), order.status(), expires_at, self.clock.now());
            let right = match (*token, order.status()) {
                // If the order ends before the authorization, no card is declined.
                ("tok_chargeDeclined" | "tok_chargeDeclinedInsufficientFunds", OrderStatus::Cancelled) => {
                    matches!(
                        outcome,
                        PaymentOutcome::Declined | PaymentOutcome::Cancelled | PaymentOutcome::Expired
                    )
                }
                ("tok_chargeDeclined" | "tok_chargeDeclinedInsufficientFunds", _) => {
                    outcome == PaymentOutcome::Declined
                }
                // The authorization may be voided before the capture.
                ("tok_chargeCustomerFail", _) => {
                    outcome != PaymentOutcome::Paid && outcome != PaymentOutcome::Open
                }
                (_, OrderStatus::Complete) => outcome == PaymentOutcome::Paid,
                _ => matches!(outcome, PaymentOutcome::Cancelled | PaymentOutcome::Expired),
            };
            assert!(right, "{id} with {token} of {order_id}, {:?}, ended as {outcome:?}", order.status());
        }
    }

    /// Sells every available ticket to a fresh buyer, except tickets of started events.
    pub(crate) async fn sell_unsold_tickets(&mut self) {
        let unsold = self.model.tickets.iter().filter(|(_, ticket)| ticket.status() == "available");
        let unsold: Vec<String> = unsold.map(|(id, _)| id.clone()).collect();
        for (buyer, ticket) in (100..).zip(unsold) {
            let order = self.order(buyer, &ticket).await;
            let starts_at = self.model.tickets[&ticket].listing.starts_at;
            if starts_at.is_some_and(|starts| starts <= self.model.now) {
                assert!(order.is_none(), "{ticket} was sold after its event had started");
                continue;
            }
            let order = order.expect("an available ticket can be ordered");
            self.run_until_idle().await;
            self.pay(buyer, &order, "tok_visa").await.expect("a fresh order can be paid");
            self.run_until_idle().await;
            assert_eq!(self.model.orders[&order].status(), OrderStatus::Complete, "{order} is paid");
        }
        self.audit().await;
    }

    pub(crate) fn pass_all_deadlines(&mut self) {
        self.advance(super::TTL + Duration::from_secs(1));
    }
}

fn event_of(state: OrderStatus) -> EventName {
    match state {
        OrderStatus::Created => EventName::OrderCreated,
        OrderStatus::AwaitingPayment => EventName::OrderConfirmed,
        OrderStatus::Complete => EventName::OrderCompleted,
        OrderStatus::Cancelled => EventName::OrderCancelled,
        other => unreachable!("{other}"),
    }
}
