//! One's orders: what is held and until when, what is being done about it, and what became of it.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use ticketing_sdk::{Money, Order, OrderId, OrderStatus, Payment, TicketId, Timestamp};

use super::Load;
use crate::effect::CallId;

/// One's orders, the newest first.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    list: Vec<Order>,
    pub(crate) load: Load,
    /// Orders that were heard of since the list was asked for, and may be missing in it.
    heard_since_load: HashSet<OrderId>,
    /// What is being done to an order. Nothing else is begun meanwhile.
    under_way: HashMap<OrderId, (CallId, OrderAction)>,
    /// How the last try to pay ended, where it did not work.
    refusals: HashMap<OrderId, Refusal>,
    payments: HashMap<OrderId, Payment>,
    /// Tickets that are being reserved, and at which price.
    reserving: HashMap<TicketId, (CallId, Money)>,
    /// How many of the warnings were given.
    warned: HashMap<OrderId, usize>,
    /// Orders that are paid for elsewhere, with the time of the next look how far they are.
    followed: HashMap<OrderId, Timestamp>,
    /// Orders that were seen to run out.
    lapsed: HashSet<OrderId>,
    /// Orders whose time is up, with the time of the next look whether the server has noticed.
    looks: HashMap<OrderId, Timestamp>,
}

/// What is being done to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderAction {
    Pay,
    Cancel,
}

/// Why the last try to pay did not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    /// What to do about it, where that is known.
    pub(crate) advice: Option<String>,
}

/// What the passing of time brings about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Alarm {
    /// So much is left.
    Left(OrderId, Duration),
    /// The time is up.
    Over(OrderId),
    /// The server should be asked what has become of it.
    Look(OrderId),
}

/// The points at which one is warned.
const WARNINGS: [Duration; 6] = [
    Duration::from_secs(600),
    Duration::from_secs(300),
    Duration::from_secs(120),
    Duration::from_secs(60),
    Duration::from_secs(30),
    Duration::from_secs(10),
];
/// From here on a warning is more than a remark.
pub(crate) const SOON: Duration = Duration::from_secs(60);
/// How often an order is looked at that is paid for elsewhere.
const FOLLOW_INTERVAL: Duration = Duration::from_secs(2);
/// How long the server may take to notice that time is up, before it is asked again.
const PACE: Duration = Duration::from_millis(700);

impl Orders {
    /// All of them, the newest first.
    pub(crate) fn list(&self) -> &[Order] {
        &self.list
    }

    pub(crate) fn get(&self, id: &OrderId) -> Option<&Order> {
        self.list.iter().find(|order| order.id == *id)
    }

    /// The order by which one holds a ticket, or has bought it.
    pub(crate) fn of_ticket(&self, ticket: &TicketId) -> Option<&Order> {
        self.list.iter().find(|order| order.ticket.id == *ticket && order.status != OrderStatus::Cancelled)
    }

    /// Orders that are to be paid for.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Order> {
        self.list.iter().filter(|order| order.status == OrderStatus::Created)
    }

    pub(crate) fn action(&self, id: &OrderId) -> Option<OrderAction> {
        self.under_way.get(id).map(|(_, action)| *action)
    }

    pub(crate) fn refusal(&self, id: &OrderId) -> Option<&Refusal> {
        self.refusals.get(id)
    }

    pub(crate) fn payment(&self, id: &OrderId) -> Option<&Payment> {
        self.payments.get(id)
    }

    pub(crate) fn is_reserving(&self, ticket: &TicketId) -> bool {
        self.reserving.contains_key(ticket)
    }

    /// Whether money is being taken right now.
    pub(crate) fn is_paying(&self) -> bool {
        self.under_way.values().any(|(_, action)| *action == OrderAction::Pay)
    }

    /// The list is asked for.
    pub(crate) fn begin_load(&mut self, call: CallId) {
        self.load = Load::Loading(call);
        self.heard_since_load.clear();
    }

    /// Takes in the list. An order that was heard of after the list was asked for stays, also where the list lacks it.
    pub(crate) fn replace(&mut self, orders: &[Order]) {
        let newer = std::mem::take(&mut self.heard_since_load);
        for order in orders {
            self.take(order);
        }
        let listed: HashSet<_> = orders.iter().map(|order| &order.id).collect();
        self.list.retain(|known| listed.contains(&known.id) || newer.contains(&known.id));
        self.load = Load::Ready;
    }

    /// Takes in what an order is now, unless something newer is known.
    pub(crate) fn take(&mut self, order: &Order) {
        self.heard_since_load.insert(order.id.clone());
        match self.list.iter_mut().find(|known| known.id == order.id) {
            Some(known) if progress(known) > progress(order) => return,
            Some(known) => *known = order.clone(),
            None => {
                let place = self
                    .list
                    .partition_point(|known| (known.created_at, &known.id) > (order.created_at, &order.id));
                self.list.insert(place, order.clone());
            }
        }
        if order.status != OrderStatus::Created {
            self.looks.remove(&order.id);
            self.warned.remove(&order.id);
            self.refusals.remove(&order.id);
        }
        if order.status.is_final() {
            self.followed.remove(&order.id);
        }
    }

    /// Looks at an order from now on until it is paid for, or over. `now` is the server's.
    pub(crate) fn follow(&mut self, id: &OrderId, now: Timestamp) {
        if self.get(id).is_some_and(|order| !order.status.is_final()) {
            self.followed.entry(id.clone()).or_insert(now + FOLLOW_INTERVAL);
        }
    }

    /// Whether an order was seen to run out. Of an order that was cancelled elsewhere that is not known.
    pub(crate) fn has_lapsed(&self, id: &OrderId) -> bool {
        self.lapsed.contains(id)
    }

    pub(crate) fn is_followed(&self, id: &OrderId) -> bool {
        self.followed.contains_key(id)
    }

    pub(crate) fn begin(&mut self, id: &OrderId, call: CallId, action: OrderAction) {
        self.refusals.remove(id);
        self.under_way.insert(id.clone(), (call, action));
    }

    /// Ends what a call was doing to an order. Answers with the order, if the call is still the one that does it.
    pub(crate) fn end(&mut self, call: CallId) -> Option<(OrderId, OrderAction)> {
        let (id, action) = self
            .under_way
            .iter()
            .find(|(_, (under_way, _))| *under_way == call)
            .map(|(id, (_, action))| (id.clone(), *action))?;
        self.under_way.remove(&id);
        Some((id, action))
    }

    pub(crate) fn refuse(&mut self, id: OrderId, refusal: Refusal) {
        self.refusals.insert(id, refusal);
    }

    pub(crate) fn paid(&mut self, id: &OrderId, payment: &Payment) {
        self.payments.insert(id.clone(), payment.clone());
        // The order itself hears of it a moment later; what is paid does not run out.
        if let Some(order) = self.list.iter_mut().find(|order| order.id == *id)
            && order.status == OrderStatus::Created
        {
            order.status = OrderStatus::AwaitingPayment;
        }
        self.looks.remove(id);
    }

    pub(crate) fn begin_reserving(&mut self, ticket: &TicketId, call: CallId, price: Money) {
        self.reserving.insert(ticket.clone(), (call, price));
    }

    /// Ends a reservation that was under way. Answers with its ticket, and the price that was shown.
    pub(crate) fn end_reserving(&mut self, call: CallId) -> Option<(TicketId, Money)> {
        let under_way = self.reserving.iter().find(|(_, (under_way, _))| *under_way == call);
        let (ticket, price) = under_way.map(|(id, (_, price))| (id.clone(), *price))?;
        self.reserving.remove(&ticket);
        Some((ticket, price))
    }

    /// How long an order still holds its ticket unless it is paid for; nothing where it no longer waits for that.
    pub(crate) fn left(order: &Order, now: Timestamp) -> Duration {
        order.time_left(now).unwrap_or_default()
    }

    /// What the time brings about. `now` is the server's.
    pub(crate) fn tick(&mut self, now: Timestamp) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        // The clock may have been set back meanwhile.
        let is_due = |look: Timestamp, pause: Duration| look <= now || look > now + pause;
        for (id, look) in self.followed.iter_mut().filter(|(_, look)| is_due(**look, FOLLOW_INTERVAL)) {
            *look = now + FOLLOW_INTERVAL;
            alarms.push(Alarm::Look(id.clone()));
        }
        for order in self.list.iter().filter(|order| order.status == OrderStatus::Created) {
            let left = Self::left(order, now);
            if left.is_zero() {
                let next = now + PACE;
                match self.looks.get_mut(&order.id) {
                    None => {
                        self.looks.insert(order.id.clone(), next);
                        self.lapsed.insert(order.id.clone());
                        alarms.push(Alarm::Over(order.id.clone()));
                        alarms.push(Alarm::Look(order.id.clone()));
                    }
                    Some(look) if is_due(*look, PACE) => {
                        *look = next;
                        alarms.push(Alarm::Look(order.id.clone()));
                    }
                    Some(_) => {}
                }
                continue;
            }
            let passed = WARNINGS.iter().filter(|point| left <= **point).count();
            // What lay behind when it was first seen is not worth a word.
            let warned = self.warned.entry(order.id.clone()).or_insert(passed);
            if passed > *warned {
                *warned = passed;
                alarms.push(Alarm::Left(order.id.clone(), left));
            }
        }
        alarms
    }

    /// When `tick` has something to do, or a second that is shown has passed. `now` is the server's.
    pub(crate) fn wakes_at(&self, now: Timestamp) -> Option<Timestamp> {
        let open = self.open().map(|order| {
            let left = u64::try_from(Self::left(order, now).as_millis()).unwrap_or(u64::MAX);
            match (left, self.looks.get(&order.id)) {
                (0, Some(look)) => *look,
                (0, None) => now,
                // Just behind the turn of the second, so that the next one is shown.
                (left, _) => now + Duration::from_millis((left - 1) % 1000 + 1),
            }
        });
        open.chain(self.followed.values().copied()).min()
    }
}

/// How far an order is, so that older knowledge of it is told from newer: by its version, and within one by its status. A
/// payment is known here before the order has its next version, and other backends may send no version.
fn progress(order: &Order) -> (i64, u8) {
    let step = match order.status {
        OrderStatus::Created => 0,
        OrderStatus::AwaitingPayment => 1,
        OrderStatus::Complete | OrderStatus::Cancelled => 2,
    };
    (order.version, step)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use ticketing_sdk::OrderedTicket;

    const NOW: i64 = 1_800_000_000_000;

    /// An order of the tests, held for fifteen minutes from [`NOW`].
    pub(crate) fn order(id: &str, version: i64, status: OrderStatus) -> Order {
        Order {
            id: id.into(),
            user_id: "me".into(),
            status,
            expires_at: Timestamp::from_millis(NOW + 900_000),
            ticket: OrderedTicket {
                id: "t".into(),
                title: "Jazz".to_owned(),
                price: "38".parse().unwrap(),
                version: None,
            },
            version,
            created_at: Some(Timestamp::from_millis(NOW)),
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(NOW + seconds * 1000)
    }

    #[test]
    fn one_is_warned_once_at_each_point_and_then_it_is_over() {
        let mut orders = Orders::default();
        orders.take(&order("o", 0, OrderStatus::Created));
        let mut said = Vec::new();
        for second in 0..902 {
            for alarm in orders.tick(at(second)) {
                said.push((900 - second, alarm));
            }
        }
        let left =
            |seconds: i64| (seconds, Alarm::Left("o".into(), Duration::from_secs(seconds.unsigned_abs())));
        let mut expected: Vec<_> = [600, 300, 120, 60, 30, 10].map(left).into();
        expected.extend([
            (0, Alarm::Over("o".into())),
            (0, Alarm::Look("o".into())),
            (-1, Alarm::Look("o".into())),
        ]);
        assert_eq!(said, expected);
    }

    #[test]
    fn an_order_that_is_nearly_over_when_it_is_first_seen_gives_no_old_warnings() {
        let mut orders = Orders::default();
        orders.take(&order("o", 0, OrderStatus::Created));
        assert_eq!(orders.tick(at(880)), []);
        assert_eq!(orders.tick(at(891)), [Alarm::Left("o".into(), Duration::from_secs(9))]);
    }

    #[test]
    fn it_wakes_at_the_turn_of_each_second_and_not_at_all_without_an_open_order() {
        let mut orders = Orders::default();
        assert_eq!(orders.wakes_at(at(0)), None);
        orders.take(&order("o", 0, OrderStatus::Created));
        assert_eq!(orders.wakes_at(at(0)), Some(at(1)));
        let between = Timestamp::from_millis(NOW + 1_300);
        assert_eq!(orders.wakes_at(between), Some(at(2)));
        orders.take(&order("o", 1, OrderStatus::Complete));
        assert_eq!(orders.wakes_at(between), None);
        assert_eq!(orders.tick(at(10_000)), []);
    }

    #[test]
    fn what_is_older_does_not_overwrite_what_is_newer() {
        let mut orders = Orders::default();
        orders.take(&order("o", 2, OrderStatus::Complete));
        orders.take(&order("o", 0, OrderStatus::Created));
        assert_eq!(orders.get(&"o".into()).map(|order| order.status), Some(OrderStatus::Complete));
        orders.begin_load(CallId(1));
        orders.replace(&[]);
        assert_eq!(orders.list(), []);
    }

    #[test]
    fn list_read_before_an_order_does_not_remove_it() {
        let mut orders = Orders::default();
        orders.take(&order("old", 0, OrderStatus::Created));
        orders.begin_load(CallId(1));
        orders.take(&order("new", 0, OrderStatus::Created));
        orders.replace(&[]);
        let ids: Vec<_> = orders.list().iter().map(|order| order.id.as_str()).collect();
        assert_eq!(ids, ["new"]);
        orders.begin_load(CallId(2));
        orders.replace(&[]);
        assert_eq!(orders.list(), [], "the second list was asked for later");
    }

    #[test]
    fn paid_order_is_not_opened_by_a_list_of_its_old_version() {
        let mut orders = Orders::default();
        let open = order("o", 0, OrderStatus::Created);
        orders.take(&open);
        let payment = succeeded();
        orders.paid(&"o".into(), &payment);
        orders.begin_load(CallId(1));
        orders.replace(&[open]);
        assert_eq!(orders.open().count(), 0);
    }

    fn succeeded() -> Payment {
        Payment {
            id: "p".into(),
            order_id: Some("o".into()),
            stripe_id: None,
            amount: None,
            currency: None,
            status: Some(ticketing_sdk::PaymentStatus::Succeeded),
            created_at: None,
            client_secret: None,
        }
    }
}
