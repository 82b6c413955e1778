//! One case: the services, the deliveries, the provider calls and the model, which are compared after each step.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::sample::Index;
use ticketing_bus::AckDecision;
use ticketing_orders::store::{CancelError, NewOrder, ReserveError};
use ticketing_payments::domain::{AdmissionError, CardToken, PaymentAdmission, admit};
use ticketing_payments::store::{PaymentRow, PaymentToInsert};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{Order, OrderId, PaymentId, PaymentStatus, Ticket, TicketId, Timestamp};
use ticketing_testkit::DbEngine;
use ticketing_tickets::store::{ChangePublisher, EditError};

use super::TTL;
use super::deliveries::Deliveries;
use super::listings::{edit, error_name, listing, terms};
use super::model::{DeliveryResult, Model, Terms};
use super::provider_calls::ProviderCalls;
use super::schedule::{Actor, Schedule, Service, Step, TICKETS, nth, owner, user};
use super::services::{OPEN_LIMIT, Services};

pub(crate) struct Simulation {
    /// A service that receives no events during the steps.
    disconnected: Option<Service>,
    pub(crate) services: Services,
    pub(crate) clock: Clock,
    pub(crate) model: Model,
    pub(crate) deliveries: Deliveries,
    pub(crate) provider_calls: ProviderCalls,
    /// Every payment: its order and its card token.
    pub(crate) payments: BTreeMap<String, (String, &'static str)>,
    /// The status of each payment after the previous step.
    pub(crate) statuses: BTreeMap<String, PaymentStatus>,
    /// The claim code of every transfer.
    pub(crate) claim_codes: Vec<String>,
    /// The codes of the passes, by the first listing of each and the serial.
    pub(crate) codes: BTreeMap<String, BTreeMap<usize, String>>,
}

impl Simulation {
    pub(crate) async fn open(engine: DbEngine, schedule: &Schedule) -> Self {
        let clock = Clock::manual(Timestamp::from_millis(1_900_000_000_000));
        let services = Services::open(engine, &clock).await;
        let model = Model { now: clock.now().as_millis(), ..Model::default() };
        let (payments, statuses) = (BTreeMap::new(), BTreeMap::new());
        let mut simulation = Self {
            disconnected: schedule.disconnected,
            services,
            clock,
            model,
            deliveries: Deliveries::default(),
            provider_calls: ProviderCalls::new(),
            payments,
            statuses,
            claim_codes: Vec::new(),
            codes: BTreeMap::new(),
        };
        for seller in 0..schedule.tickets {
            // The event of the first ticket starts after three seconds, so that some resales end.
            simulation.list(seller, 3_000 + i64::from(seller)).await;
        }
        if schedule.are_tickets_delivered {
            simulation.deliver_all(Service::Orders).await;
        }
        simulation
    }

    pub(crate) async fn step(&mut self, step: &Step) {
        match step {
            Step::List { seller, price } if self.model.tickets.len() < TICKETS => {
                self.list(*seller, *price).await;
            }
            Step::List { .. } => {}
            Step::Edit { by, ticket, price } => self.edit(*by, *ticket, *price).await,
            Step::Withdraw { by, ticket } => self.withdraw(*by, *ticket).await,
            Step::Order { user, ticket } => {
                if let Some(ticket) = nth(self.model.tickets.keys(), *ticket) {
                    self.order(*user, &ticket).await;
                }
            }
            Step::Cancel { by, order } => self.cancel(*by, *order).await,
            Step::Pay { by, order, token } => {
                if let Some(order) = nth(self.model.orders.keys(), *order) {
                    let user = owner(*by, self.model.orders[&order].user);
                    self.pay(user, &order, token).await;
                }
            }
            Step::Advance(millis) => self.advance(Duration::from_millis(*millis)),
            Step::ExpireDue(limit) => {
                self.expire_due(*limit).await;
            }
            Step::EndResales(limit) => {
                self.end_resales(*limit).await;
            }
            Step::Deliver { to, .. } | Step::DeliverAll(to) if self.disconnected == Some(*to) => {}
            Step::DeliverAll(to) => {
                self.deliver_all(*to).await;
            }
            Step::Deliver { to, picks } => {
                let chosen = self.deliveries.choose(*to, picks);
                self.deliver(*to, &chosen).await;
            }
            Step::Redeliver { to, pick } => {
                if let Some(event) = self.deliveries.choose_delivered(*to, *pick) {
                    self.redeliver(*to, event).await;
                }
            }
            Step::Claim => self.provider_calls.claim(&self.services).await,
            Step::Call { pick, outcome } => {
                let called = self.provider_calls.call(&self.services.provider, Some(*pick), *outcome).await;
                if let Some((step, payment)) = called {
                    self.check_call(step, &payment).await;
                }
            }
            Step::RecordOutcome { pick } => {
                self.provider_calls.record_outcome(&self.services, Some(*pick)).await;
            }
            Step::Pass(step) => self.pass_step(step).await,
            Step::ExpireLeases => self.provider_calls.expire_leases(),
            Step::Crash(service) => {
                self.services.restart(*service).await;
                if *service == Service::Payments {
                    self.provider_calls.restart(&self.services).await;
                }
            }
        }
        self.check().await;
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.clock.advance(by);
        self.model.now = self.clock.now().as_millis();
    }

    pub(crate) async fn expire_due(&mut self, limit: i64) -> u64 {
        let core = self.services.core(Service::Expiration);
        let (outbox, now) = (core.outbox.clone(), self.clock.now());
        let unit = move |tx: &mut Tx<'_>| ticketing_expiration::store::fire(tx, &outbox, now, limit);
        core.db.write::<_, DbError, _>(unit).await.unwrap()
    }

    /// Ends at most `limit` resales whose event has started. Returns their number.
    pub(crate) async fn end_resales(&mut self, limit: i64) -> u64 {
        let core = self.services.core(Service::Tickets);
        let (outbox, feed, now) = (core.outbox.clone(), self.services.feed.clone(), self.clock.now());
        let unit = move |tx: &mut Tx<'_>| {
            let publisher = ChangePublisher { outbox: &outbox, changed: feed.change_signal(), now };
            ticketing_tickets::store::end_started(tx, &publisher, limit)
        };
        let ended = core.db.write::<_, DbError, _>(unit).await.unwrap();
        let expected = self.model.end_resales(usize::try_from(limit).unwrap_or(usize::MAX));
        assert_eq!(ended, expected as u64, "the resales whose event has started");
        ended
    }

    pub(crate) async fn list(&mut self, seller: u8, price: i64) -> String {
        let core = self.services.core(Service::Tickets);
        let (outbox, feed, now) = (core.outbox.clone(), self.services.feed.clone(), self.clock.now());
        let id = self.clock.new_id();
        let terms = terms("as listed", price, self.model.now, None);
        let (ticket, new) = (TicketId::new(id.clone()), listing(&terms));
        let unit = move |tx: &mut Tx<'_>| {
            let publisher = ChangePublisher { outbox: &outbox, changed: feed.change_signal(), now };
            ticketing_tickets::store::create(tx, &publisher, ticket.clone(), &user(seller), &new)
        };
        core.db.write::<Ticket, DbError, _>(unit).await.unwrap();
        self.model.list(&id, seller, terms);
        self.deliveries.collect(Service::Tickets, &self.services.core(Service::Tickets).db).await;
        id
    }

    async fn edit(&mut self, by: Actor, ticket: Index, price: i64) {
        let Some(id) = nth(self.model.tickets.keys(), ticket) else { return };
        let by = owner(by, self.model.tickets[&id].seller);
        let core = self.services.core(Service::Tickets);
        let (outbox, feed, now) = (core.outbox.clone(), self.services.feed.clone(), self.clock.now());
        let title = format!("as edited to {price}");
        let terms = terms(&title, price, self.model.now, Some(&self.model.tickets[&id].listing));
        let (ticket, new) = (TicketId::new(id.clone()), edit(&terms));
        let unit = move |tx: &mut Tx<'_>| {
            let publisher = ChangePublisher { outbox: &outbox, changed: feed.change_signal(), now };
            ticketing_tickets::store::update(tx, &publisher, &ticket, &user(by), &new, |_| true)
        };
        let answer =
            core.db.write::<Ticket, EditError, _>(unit).await.map(drop).map_err(|error| error_name(&error));
        assert_eq!(answer, self.model.may_edit(&id, by), "an edit of {id}");
        if answer.is_ok() {
            self.model.edit(&id, terms);
        }
    }

    async fn withdraw(&mut self, by: Actor, ticket: Index) {
        let Some(id) = nth(self.model.tickets.keys(), ticket) else { return };
        let by = owner(by, self.model.tickets[&id].seller);
        let core = self.services.core(Service::Tickets);
        let (outbox, feed, now) = (core.outbox.clone(), self.services.feed.clone(), self.clock.now());
        let ticket = TicketId::new(id.clone());
        let unit = move |tx: &mut Tx<'_>| {
            let publisher = ChangePublisher { outbox: &outbox, changed: feed.change_signal(), now };
            ticketing_tickets::store::delete(tx, &publisher, &ticket, &user(by), |_| true)
        };
        let answer = core.db.write::<(), EditError, _>(unit).await.map_err(|error| error_name(&error));
        assert_eq!(answer, self.model.may_change(&id, by), "a withdrawal of {id}");
        if answer.is_ok() {
            self.model.withdraw(&id);
        }
    }

    /// Orders a ticket, and checks the result against the model.
    pub(crate) async fn order(&mut self, buyer: u8, ticket: &str) -> Option<String> {
        let core = self.services.core(Service::Orders);
        let (outbox, now) = (core.outbox.clone(), self.clock.now());
        let new = NewOrder {
            id: OrderId::new(self.clock.new_id()),
            user_id: user(buyer),
            ticket_id: TicketId::new(ticket),
            now,
            expires_at: now + TTL,
            open_limit: i64::from(OPEN_LIMIT),
            price: None,
            reorder_pause: Duration::ZERO,
        };
        let unit = move |tx: &mut Tx<'_>| ticketing_orders::store::reserve(tx, &outbox, &new);
        let answer = core.db.write::<Order, ReserveError, _>(unit).await;

        let on_sale = self.model.on_sale(ticket);
        let is_started = |terms: &Terms| terms.starts_at.is_some_and(|starts| starts <= self.model.now);
        let holder = self.model.active_order(ticket);
        let too_many = self.model.unpaid(buyer) >= OPEN_LIMIT as usize;
        match answer {
            Ok(order) => {
                let (version, sold) = on_sale.expect("orders reserved a ticket that it does not know");
                assert!(holder.is_none(), "{ticket} was reserved for {buyer}, but {holder:?} holds it");
                assert!(!too_many, "{buyer} has too many unpaid orders already");
                assert_eq!(order.ticket.version, i64::try_from(version).ok());
                let terms = Terms::new(order.ticket.title, order.ticket.price, &order.ticket.details);
                assert_eq!(terms, *sold, "{ticket} was reserved under other terms than its listing");
                assert!(!is_started(sold), "{ticket} was reserved after its event had started");
                let ends = (now + TTL).as_millis();
                assert_eq!(order.expires_at.as_millis(), sold.starts_at.unwrap_or(ends).min(ends));
                let id = order.id.into_string();
                self.model.order(&id, buyer, ticket, terms, order.expires_at.as_millis());
                Some(id)
            }
            Err(ReserveError::NoTicket | ReserveError::UnknownTicket) => {
                assert!(on_sale.is_none(), "{ticket} is on sale, but {buyer} received 404");
                assert!(holder.is_none(), "{holder:?} holds {ticket}, but {buyer} received 404");
                None
            }
            Err(ReserveError::Started) => {
                let (_, asked) = on_sale.expect("orders refused a started event that it does not know");
                assert!(is_started(asked), "{ticket} was refused to {buyer} before its event starts");
                None
            }
            Err(ReserveError::Reserved) => {
                assert!(holder.is_some(), "no order holds {ticket}, but {buyer} was refused");
                None
            }
            Err(ReserveError::TooManyOpen) => {
                assert!(too_many, "{buyer} was refused without having too many unpaid orders");
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    async fn cancel(&mut self, by: Actor, order: Index) {
        let Some(id) = nth(self.model.orders.keys(), order) else { return };
        let by = owner(by, self.model.orders[&id].user);
        let core = self.services.core(Service::Orders);
        let (outbox, now, order) = (core.outbox.clone(), self.clock.now(), OrderId::new(id.clone()));
        let unit =
            move |tx: &mut Tx<'_>| ticketing_orders::store::cancel(tx, &outbox, &order, &user(by), now);
        let answer = core.db.write::<(), CancelError, _>(unit).await.map_err(|error| match error {
            CancelError::NotOwner => "not the owner",
            CancelError::TooLate(ticketing_sdk::OrderStatus::AwaitingPayment) => "being paid",
            CancelError::TooLate(ticketing_sdk::OrderStatus::Complete) => "paid",
            other => panic!("{other}"),
        });
        assert_eq!(answer, self.model.cancel(&id, by), "a cancellation of {id}");
    }

    /// Requests a payment as the route does: reads the copy of the order and the active payment, in one transaction.
    pub(crate) async fn pay(&mut self, buyer: u8, order: &str, token: &'static str) -> Option<String> {
        use ticketing_payments::store;
        let core = self.services.core(Service::Payments);
        let (id, card) = (OrderId::new(order), token.parse::<CardToken>().unwrap());
        let wanted = PaymentToInsert {
            can_confirm: false,
            id: PaymentId::new(self.clock.new_id()),
            token: card.clone(),
            now: self.clock.now(),
            due_at: self.provider_calls.now(),
        };
        let unit = move |tx: &mut Tx<'_>| {
            let Some(order) = store::find_order(tx, &id)? else { return Ok(Err("not found")) };
            if order.user_id != user(buyer) {
                return Ok(Err("not the owner"));
            }
            let in_force = store::find_active_payment(tx, &id)?;
            let known = in_force.as_ref().map(|payment| (payment.status, payment.token == card));
            Ok::<_, DbError>(match admit(order.status, order.expires_at, known, wanted.now) {
                Ok(PaymentAdmission::Join) => Ok((PaymentAdmission::Join, in_force.unwrap())),
                Ok(PaymentAdmission::Begin) => {
                    Ok((PaymentAdmission::Begin, store::insert_payment(tx, &wanted, &order)?.unwrap()))
                }
                Err(AdmissionError::Paid) => Err("paid"),
                Err(AdmissionError::InProgress) => Err("in progress"),
                Err(AdmissionError::Cancelled) => Err("cancelled"),
                Err(AdmissionError::Expired) => Err("expired"),
            })
        };
        let answer: Result<(PaymentAdmission, PaymentRow), &str> = core.db.write(unit).await.unwrap();
        let admission = answer.as_ref().map(|(admission, _)| *admission).map_err(|error| *error);
        assert_eq!(admission, self.may_pay(buyer, order, token), "a payment of {order} by {buyer}");
        let (admission, payment) = answer.ok()?;
        let id = payment.id.into_string();
        if admission == PaymentAdmission::Begin {
            self.payments.insert(id.clone(), (order.to_owned(), token));
            self.statuses.insert(id.clone(), PaymentStatus::Pending);
        }
        Some(id)
    }

    /// Returns the response that a request to pay must get.
    fn may_pay(&self, buyer: u8, order: &str, token: &str) -> Result<PaymentAdmission, &'static str> {
        use ticketing_sdk::OrderStatus::{AwaitingPayment, Cancelled, Complete, Created};
        let Some(known) = self.model.known_to_payments(order) else { return Err("not found") };
        let source = &self.model.orders[order];
        if source.user != buyer {
            return Err("not the owner");
        }
        let in_force = self.payments.iter().find_map(|(id, (of, card))| {
            let status = self.statuses[id];
            let ended = matches!(status, PaymentStatus::Failed | PaymentStatus::Refunded);
            (of == order && !ended).then_some((status, *card == token))
        });
        match (in_force, known) {
            (Some((PaymentStatus::Succeeded, _)), _) => Err("paid"),
            (Some((_, true)), _) => Ok(PaymentAdmission::Join),
            (Some((_, false)), _) => Err("in progress"),
            (None, Complete) => Err("paid"),
            (None, Cancelled | AwaitingPayment) => Err("cancelled"),
            (None, Created) if self.model.now >= source.expires_at => Err("expired"),
            (None, Created) => Ok(PaymentAdmission::Begin),
            (None, other) => unreachable!("{other}"),
        }
    }

    /// Delivers events to a service in one transaction. Returns the number of events that were applied.
    pub(crate) async fn deliver(&mut self, to: Service, events: &[usize]) -> usize {
        if events.is_empty() {
            return 0;
        }
        let deliveries: Arc<[_]> = events.iter().map(|event| self.deliveries.delivery(*event)).collect();
        let decisions = self.services.consumers(to).apply(deliveries).await.unwrap();
        let mut applied = 0;
        for (event, decision) in events.iter().zip(decisions) {
            let summary = self.deliveries.summary(*event);
            let result = match &decision {
                AckDecision::Ack => DeliveryResult::Accepted,
                AckDecision::Nak { cause, .. } if cause == "its predecessor has not arrived" => {
                    DeliveryResult::OutOfOrder
                }
                other => panic!("{to:?} could not handle {summary:?}: {other:?}"),
            };
            assert_eq!(result, self.model.apply(to, &summary), "{to:?} received {summary:?}");
            if result == DeliveryResult::Accepted {
                self.deliveries.mark_delivered(to, *event);
                applied += 1;
            }
        }
        applied
    }

    pub(crate) async fn deliver_all(&mut self, to: Service) -> usize {
        let pending = self.deliveries.pending_events(to);
        self.deliver(to, &pending).await
    }

    /// Delivers an applied event again. The check after the step verifies that nothing changes.
    async fn redeliver(&mut self, to: Service, event: usize) {
        let again = Arc::from(vec![self.deliveries.delivery(event)]);
        let decisions = self.services.consumers(to).apply(again).await.unwrap();
        assert_eq!(
            decisions,
            [AckDecision::Ack],
            "{to:?} received {:?} again",
            self.deliveries.summary(event)
        );
    }
}
