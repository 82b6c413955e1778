//! The orders of the user, with their pending actions and their deadlines.

mod lookup;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use ticketing_sdk::{Order, OrderId, OrderStatus, Payment, PaymentStatus, TicketId, Timestamp};

use self::lookup::OrderLookup;
use super::records::Records;

/// The orders of the user, the newest first.
#[derive(Debug, Default)]
pub(crate) struct KnownOrders {
    pub(crate) records: Records<Order>,
    /// The error of the last attempt to pay, if it failed and nothing was done since.
    payment_errors: HashMap<OrderId, PaymentError>,
    payments: HashMap<OrderId, Payment>,
    /// The number of warnings that were shown for each order.
    warnings_given: HashMap<OrderId, usize>,
    /// Orders that are paid for elsewhere, with the time of the next poll of their state.
    followed: HashMap<OrderId, Timestamp>,
    /// Orders that were seen to run out.
    expired: HashSet<OrderId>,
    /// Orders whose time is up, with the time of the next poll of whether the server has expired them.
    expiry_polls: HashMap<OrderId, Timestamp>,
    /// The lookup of orders that the user has made in another client.
    pub(super) lookup: OrderLookup,
}

/// The error of the last attempt to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PaymentError {
    pub(crate) message: String,
    /// The hint, if there is one.
    pub(crate) advice: Option<String>,
}

/// An event that the passing of time causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OrderAlert {
    /// This much time is left.
    TimeLeft(OrderId, Duration),
    /// The time is up.
    DeadlinePassed(OrderId),
    /// The order must be loaded again.
    Refresh(OrderId),
    /// The unpaid orders must be loaded: another client of the user may have made one.
    LoadOpen,
}

/// The remaining times at which the user is warned.
const WARNING_TIMES: [Duration; 6] = [
    Duration::from_secs(600),
    Duration::from_secs(300),
    Duration::from_secs(120),
    Duration::from_secs(60),
    Duration::from_secs(30),
    Duration::from_secs(10),
];
/// The time left from which on a warning is urgent.
pub(crate) const URGENT_TIME_LEFT: Duration = Duration::from_secs(60);
/// The interval at which an order that is paid in the browser is loaded.
const PAYMENT_POLL_INTERVAL: Duration = Duration::from_secs(2);
/// How long the server may take to expire an order, before the client loads the order again.
const EXPIRY_POLL_INTERVAL: Duration = Duration::from_millis(700);

impl KnownOrders {
    pub(crate) fn list(&self) -> &[Order] {
        self.records.list()
    }

    pub(crate) fn get(&self, id: &OrderId) -> Option<&Order> {
        self.records.get(id)
    }

    /// Returns the order that holds a ticket, or has bought it.
    pub(crate) fn of_ticket(&self, ticket: &TicketId) -> Option<&Order> {
        self.list().iter().find(|order| order.ticket.id == *ticket && order.status != OrderStatus::Cancelled)
    }

    /// Orders that are to be paid for.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Order> {
        self.list().iter().filter(|order| order.status == OrderStatus::Created)
    }

    pub(crate) fn payment_error(&self, id: &OrderId) -> Option<&PaymentError> {
        self.payment_errors.get(id)
    }

    pub(crate) fn payment(&self, id: &OrderId) -> Option<&Payment> {
        self.payments.get(id)
    }

    /// Replaces the list.
    pub(crate) fn replace(&mut self, orders: &[Order]) {
        orders.iter().for_each(|order| self.update(order));
        self.records.end_load();
    }

    /// Updates an order unless a newer version is known.
    pub(crate) fn update(&mut self, order: &Order) {
        let mut is_newer = true;
        self.records.update(order.clone(), |known, order| {
            is_newer = order_progress(known) <= order_progress(&order);
            if is_newer {
                *known = order;
            }
        });
        if !is_newer {
            return;
        }
        if order.status != OrderStatus::Created {
            self.expiry_polls.remove(&order.id);
            self.warnings_given.remove(&order.id);
            self.payment_errors.remove(&order.id);
        }
        if order.status.is_final() {
            self.followed.remove(&order.id);
        }
    }

    /// Polls an order from now on until it is paid for or has ended. `now` is the server's.
    pub(crate) fn follow(&mut self, id: &OrderId, now: Timestamp) {
        if self.get(id).is_some_and(|order| !order.status.is_final()) {
            self.followed.entry(id.clone()).or_insert(now + PAYMENT_POLL_INTERVAL);
        }
    }

    /// Returns whether an order is known to have expired. An order that was cancelled elsewhere counts as not expired.
    pub(crate) fn has_expired(&self, id: &OrderId) -> bool {
        self.expired.contains(id)
    }

    pub(crate) fn is_followed(&self, id: &OrderId) -> bool {
        self.followed.contains_key(id)
    }

    /// Sets the error of the last attempt to pay for an order, or with `None` forgets it.
    pub(crate) fn set_payment_error(&mut self, id: &OrderId, error: Option<PaymentError>) {
        match error {
            Some(error) => self.payment_errors.insert(id.clone(), error),
            None => self.payment_errors.remove(id),
        };
    }

    pub(crate) fn record_payment(&mut self, id: &OrderId, payment: &Payment) {
        self.payments.insert(id.clone(), payment.clone());
        // The order changes a moment later; a paid order does not expire.
        if let Some(order) = self.records.get_mut(id)
            && order.status == OrderStatus::Created
        {
            order.status = OrderStatus::AwaitingPayment;
        }
        self.expiry_polls.remove(id);
    }

    /// Returns whether the payment of an order is known to have succeeded, even if the order does not show it yet.
    pub(crate) fn is_paid(&self, order: &Order) -> bool {
        let succeeded =
            |payment: &Payment| payment.status.is_none_or(|status| status == PaymentStatus::Succeeded);
        match order.status {
            OrderStatus::Complete => true,
            OrderStatus::AwaitingPayment => self.payment(&order.id).is_some_and(succeeded),
            _ => false,
        }
    }

    /// Returns how long an order still holds its ticket unless it is paid for; nothing where it no longer waits for
    /// that.
    pub(crate) fn time_left(order: &Order, now: Timestamp) -> Duration {
        order.time_left(now).unwrap_or_default()
    }

    /// Returns the events that follow from the time. `now` is the server's.
    pub(crate) fn tick(&mut self, now: Timestamp) -> Vec<OrderAlert> {
        let mut alerts: Vec<_> =
            self.lookup.take_due(now).then_some(OrderAlert::LoadOpen).into_iter().collect();
        // The clock may have been set back meanwhile.
        let is_due = |poll_at: Timestamp, pause: Duration| poll_at <= now || poll_at > now + pause;
        for (id, poll_at) in
            self.followed.iter_mut().filter(|(_, poll_at)| is_due(**poll_at, PAYMENT_POLL_INTERVAL))
        {
            *poll_at = now + PAYMENT_POLL_INTERVAL;
            alerts.push(OrderAlert::Refresh(id.clone()));
        }
        for order in self.records.list().iter().filter(|order| order.status == OrderStatus::Created) {
            let left = Self::time_left(order, now);
            if left.is_zero() {
                let next = now + EXPIRY_POLL_INTERVAL;
                match self.expiry_polls.get_mut(&order.id) {
                    None => {
                        self.expiry_polls.insert(order.id.clone(), next);
                        self.expired.insert(order.id.clone());
                        alerts.push(OrderAlert::DeadlinePassed(order.id.clone()));
                        alerts.push(OrderAlert::Refresh(order.id.clone()));
                    }
                    Some(poll_at) if is_due(*poll_at, EXPIRY_POLL_INTERVAL) => {
                        *poll_at = next;
                        alerts.push(OrderAlert::Refresh(order.id.clone()));
                    }
                    Some(_) => {}
                }
                continue;
            }
            let points_passed = WARNING_TIMES.iter().filter(|point| left <= **point).count();
            // Warnings whose time had passed when the order was first seen are not shown.
            let warnings_given = self.warnings_given.entry(order.id.clone()).or_insert(points_passed);
            if points_passed > *warnings_given {
                *warnings_given = points_passed;
                alerts.push(OrderAlert::TimeLeft(order.id.clone(), left));
            }
        }
        alerts
    }

    /// Returns when `tick` has something to do, or a second that is shown has passed. `now` is the server's.
    pub(crate) fn wakes_at(&self, now: Timestamp) -> Option<Timestamp> {
        let open = self.open().map(|order| {
            let left = u64::try_from(Self::time_left(order, now).as_millis()).unwrap_or(u64::MAX);
            match (left, self.expiry_polls.get(&order.id)) {
                (0, Some(poll_at)) => *poll_at,
                (0, None) => now,
                // Just after the end of the second, so that the next one is shown.
                (left, _) => now + Duration::from_millis((left - 1) % 1000 + 1),
            }
        });
        open.chain(self.followed.values().copied()).chain(self.lookup.next()).min()
    }
}

/// Returns how far an order is, to compare an older state with a newer one: by version, then by status. A
/// payment is known here before the order has its next version, and other backends may send no version.
fn order_progress(order: &Order) -> (i64, u8) {
    let step = match order.status {
        OrderStatus::Created => 0,
        OrderStatus::Complete | OrderStatus::Cancelled => 2,
        // Being paid, or in a status of a newer server, which is between the others.
        _ => 1,
    };
    (order.version, step)
}

#[cfg(test)]
mod tests;
