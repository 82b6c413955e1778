//! The steps of a case, which proptest generates and shrinks.

use proptest::prelude::*;
use proptest::sample::Index;
use ticketing_sdk::UserId;

/// The services of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    Tickets,
    Orders,
    Payments,
    Expiration,
}

impl Service {
    pub(crate) const ALL: [Self; 4] = [Self::Tickets, Self::Orders, Self::Payments, Self::Expiration];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::Orders => "orders",
            Self::Payments => "payments",
            Self::Expiration => "expiration",
        }
    }
}

/// The user of an operation on a resource with an owner.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Actor {
    Owner,
    User(u8),
}

pub(crate) fn user(number: u8) -> UserId {
    UserId::new(format!("user-{number}"))
}

/// Returns the number of the user who acts.
pub(crate) fn owner(by: Actor, owner: u8) -> u8 {
    match by {
        Actor::Owner => owner,
        Actor::User(user) => user,
    }
}

/// The outcome of one call of the card provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallOutcome {
    Answered,
    Unreachable,
    ResponseLost,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    List {
        seller: u8,
        price: i64,
    },
    Edit {
        by: Actor,
        ticket: Index,
        price: i64,
    },
    Withdraw {
        by: Actor,
        ticket: Index,
    },
    Order {
        user: u8,
        ticket: Index,
    },
    Cancel {
        by: Actor,
        order: Index,
    },
    Pay {
        by: Actor,
        order: Index,
        token: &'static str,
    },
    /// Advances the clock by milliseconds. A reservation lasts one second.
    Advance(u64),
    /// Expires at most this number of due deadlines.
    ExpireDue(i64),
    /// Ends at most so many resales whose event has started.
    EndResales(i64),
    /// Delivers some pending events of a service, in this order and in one transaction.
    Deliver {
        to: Service,
        picks: Vec<Index>,
    },
    /// Delivers all pending events of a service.
    DeliverAll(Service),
    /// Delivers an applied event again.
    Redeliver {
        to: Service,
        pick: Index,
    },
    /// Claims every due payment step.
    Claim,
    /// Makes the provider call of a claimed step.
    Call {
        pick: Index,
        outcome: CallOutcome,
    },
    /// Records the outcome of a call.
    RecordOutcome {
        pick: Index,
    },
    /// Expires all leases, so that another replica may claim the steps.
    ExpireLeases,
    Pass(PassStep),
    /// Restarts a service.
    Crash(Service),
}

/// A step of an issued pass.
#[derive(Clone, Debug)]
pub(crate) enum PassStep {
    Transfer {
        by: Actor,
        pass: Index,
    },
    CancelTransfer {
        by: Actor,
        pass: Index,
    },
    /// Claims a pass with one of all claim codes.
    Claim {
        user: u8,
        code: Index,
    },
    /// Offers the pass for a percentage of its price.
    Resell {
        by: Actor,
        pass: Index,
        percent: i64,
    },
    /// Scans one of the codes of the pass.
    CheckIn {
        by: Actor,
        pass: Index,
        serial: Index,
        /// The door had no network: how long ago it read the code, in milliseconds by its own clock, and
        /// which door it was.
        offline: Option<(i64, u8)>,
    },
}

/// A case.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    /// The number of tickets that are listed first.
    pub(crate) tickets: u8,
    /// Whether their events are delivered to orders before the steps.
    pub(crate) are_tickets_delivered: bool,
    /// A service that receives no events during the steps.
    pub(crate) disconnected: Option<Service>,
    pub(crate) steps: Vec<Step>,
}

pub(crate) const USERS: u8 = 4;
pub(crate) const TICKETS: usize = 3;

pub(crate) fn schedules() -> impl Strategy<Value = Schedule> {
    let disconnected = prop_oneof![2 => Just(None), 1 => service().prop_map(Some)];
    let sequences = prop::collection::vec(step_sequence(), 1..40);
    (1_u8..=2, prop::bool::weighted(0.9), disconnected, sequences).prop_map(
        |(tickets, are_tickets_delivered, disconnected, sequences)| Schedule {
            tickets,
            are_tickets_delivered,
            disconnected,
            steps: sequences.into_iter().flatten().collect(),
        },
    )
}

/// Generates consecutive steps: random ones, or a part of a purchase.
fn step_sequence() -> impl Strategy<Value = Vec<Step>> {
    prop_oneof![
        6 => prop::collection::vec(step(), 1..4),
        2 => purchase(),
        1 => concurrent_edit(),
        2 => sale(),
        2 => resale(),
    ]
}

/// Generates an order and edits or a withdrawal of the same ticket before tickets receives the order. Then another user
/// may order it, or the order may end, before or after orders receives the change.
fn concurrent_edit() -> impl Strategy<Value = Vec<Step>> {
    let buyers = (0..USERS, 0..USERS, any::<Index>(), any::<Index>());
    let seller = prop::collection::vec(prop::option::weighted(0.5, 1_i64..30_000), 1..3);
    (buyers, seller, any::<[bool; 4]>()).prop_map(|((first, second, ticket, order), changes, flags)| {
        let [is_known, is_cancelled, is_ordered_again, is_delivered] = flags;
        let mut steps = vec![Step::DeliverAll(Service::Orders), Step::Order { user: first, ticket }];
        for price in changes {
            steps.push(match price {
                Some(price) => Step::Edit { by: Actor::Owner, ticket, price },
                None => Step::Withdraw { by: Actor::Owner, ticket },
            });
        }
        let rest = [
            (is_known, Step::DeliverAll(Service::Orders)),
            (is_cancelled, Step::Cancel { by: Actor::Owner, order }),
            (is_ordered_again, Step::Order { user: second, ticket }),
            (is_delivered, Step::DeliverAll(Service::Tickets)),
        ];
        steps.extend(rest.into_iter().filter(|(flags, _)| *flags).map(|(_, step)| step));
        steps
    })
}

fn purchase() -> impl Strategy<Value = Vec<Step>> {
    let begins = (0..USERS, any::<Index>(), any::<Index>(), token());
    let ends = (0_usize..3, 1_usize..14, any::<Index>(), outcome());
    (begins, ends).prop_map(|((user, ticket, order, token), (from, length, pick, outcome))| {
        let whole = vec![
            Step::DeliverAll(Service::Orders),
            Step::Order { user, ticket },
            Step::DeliverAll(Service::Payments),
            Step::Pay { by: Actor::Owner, order, token },
            Step::Claim,
            Step::Call { pick, outcome },
            Step::RecordOutcome { pick },
            Step::DeliverAll(Service::Orders),
            Step::DeliverAll(Service::Payments),
            Step::Claim,
            Step::Call { pick, outcome: CallOutcome::Answered },
            Step::RecordOutcome { pick },
            Step::DeliverAll(Service::Orders),
        ];
        whole.into_iter().skip(from).take(length).collect()
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => (0..USERS, 1_i64..30_000).prop_map(|(seller, price)| Step::List { seller, price }),
        2 => (actor(), any::<Index>(), 1_i64..30_000)
            .prop_map(|(by, ticket, price)| Step::Edit { by, ticket, price }),
        3 => (actor(), any::<Index>()).prop_map(|(by, ticket)| Step::Withdraw { by, ticket }),
        12 => (0..USERS, any::<Index>()).prop_map(|(user, ticket)| Step::Order { user, ticket }),
        4 => (actor(), any::<Index>()).prop_map(|(by, order)| Step::Cancel { by, order }),
        12 => (actor(), any::<Index>(), token()).prop_map(|(by, order, token)| Step::Pay { by, order, token }),
        4 => prop_oneof![1_u64..300, Just(999), Just(1_000), Just(1_001)].prop_map(Step::Advance),
        3 => (1_i64..3).prop_map(Step::ExpireDue),
        3 => (1_i64..3).prop_map(Step::EndResales),
        36 => (service(), prop::collection::vec(any::<Index>(), 1..6))
            .prop_map(|(to, picks)| Step::Deliver { to, picks }),
        6 => service().prop_map(Step::DeliverAll),
        3 => (service(), any::<Index>()).prop_map(|(to, pick)| Step::Redeliver { to, pick }),
        10 => Just(Step::Claim),
        12 => (any::<Index>(), outcome()).prop_map(|(pick, outcome)| Step::Call { pick, outcome }),
        12 => any::<Index>().prop_map(|pick| Step::RecordOutcome { pick }),
        2 => Just(Step::ExpireLeases),
        1 => service().prop_map(Step::Crash),
        14 => pass_step().prop_map(Step::Pass),
    ]
}

fn pass_step() -> impl Strategy<Value = PassStep> {
    let (pass, percent) = (any::<Index>, prop_oneof![6 => 50_i64..=100, 1 => 101_i64..200]);
    prop_oneof![
        2 => (actor(), pass()).prop_map(|(by, pass)| PassStep::Transfer { by, pass }),
        1 => (actor(), pass()).prop_map(|(by, pass)| PassStep::CancelTransfer { by, pass }),
        3 => (0..USERS, any::<Index>()).prop_map(|(user, code)| PassStep::Claim { user, code }),
        3 => (actor(), pass(), percent).prop_map(|(by, pass, percent)| PassStep::Resell { by, pass, percent }),
        4 => (actor(), pass(), any::<Index>(), prop::option::of((-3_000..3_000_i64, 1..3_u8)))
            .prop_map(|(by, pass, serial, offline)| PassStep::CheckIn { by, pass, serial, offline }),
    ]
}

/// Generates a successful purchase, which issues or transfers a pass.
fn sale() -> impl Strategy<Value = Vec<Step>> {
    (0..USERS, any::<Index>(), any::<Index>())
        .prop_map(|(user, ticket, order)| purchase_steps(user, ticket, order))
}

fn purchase_steps(user: u8, ticket: Index, order: Index) -> Vec<Step> {
    let pick = order;
    vec![
        Step::DeliverAll(Service::Orders),
        Step::Order { user, ticket },
        Step::DeliverAll(Service::Payments),
        Step::Pay { by: Actor::Owner, order, token: "tok_visa" },
        Step::Claim,
        Step::Call { pick, outcome: CallOutcome::Answered },
        Step::RecordOutcome { pick },
        Step::DeliverAll(Service::Orders),
        Step::DeliverAll(Service::Payments),
        Step::Claim,
        Step::Call { pick, outcome: CallOutcome::Answered },
        Step::RecordOutcome { pick },
        Step::DeliverAll(Service::Orders),
        Step::DeliverAll(Service::Tickets),
    ]
}

/// Generates a resale whose listing is ordered, withdrawn and checked in, at a door with or without a network, before or after
/// the events are delivered, and maybe after the event has started.
fn resale() -> impl Strategy<Value = Vec<Step>> {
    let (picks, people) = ((any::<Index>(), any::<Index>(), any::<Index>()), (0..USERS, 0..USERS));
    (picks, people, any::<[bool; 10]>()).prop_map(|((pass, ticket, order), (user, claimant), flags)| {
        let [is_transferred, is_known, is_ordered, is_cancelled, is_closed, is_sold, ..] = flags;
        let [.., is_reserved, is_withdrawn, is_offline, is_started] = flags;
        let check_in = |is_offline: bool| {
            let offline = is_offline.then_some((100, 1));
            Step::Pass(PassStep::CheckIn { by: Actor::Owner, pass, serial: order, offline })
        };
        let mut steps = Vec::new();
        if is_transferred {
            steps.push(Step::Pass(PassStep::Transfer { by: Actor::Owner, pass }));
            steps.push(Step::Pass(PassStep::Claim { user: claimant, code: order }));
        }
        steps.push(Step::Pass(PassStep::Resell { by: Actor::Owner, pass, percent: 100 }));
        let rest = [
            (is_known, Step::DeliverAll(Service::Orders)),
            (is_ordered, Step::Order { user, ticket }),
            (is_reserved, Step::DeliverAll(Service::Tickets)),
            (is_withdrawn, Step::Withdraw { by: Actor::Owner, ticket }),
            (is_started, Step::Advance(4_000)),
            (is_started, Step::EndResales(1)),
            (true, check_in(is_offline)),
            (true, Step::DeliverAll(Service::Orders)),
            (is_cancelled, Step::Cancel { by: Actor::Owner, order }),
            (is_closed, Step::DeliverAll(Service::Tickets)),
            (is_closed, check_in(false)),
        ];
        steps.extend(rest.into_iter().filter(|(flags, _)| *flags).map(|(_, step)| step));
        if is_sold {
            steps.extend(purchase_steps(user, ticket, order));
        }
        steps
    })
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![9 => Just(Actor::Owner), 1 => (0..USERS).prop_map(Actor::User)]
}

fn token() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        6 => Just("tok_visa"),
        1 => Just("tok_mastercard"),
        1 => Just("tok_chargeDeclined"),
        1 => Just("tok_chargeDeclinedInsufficientFunds"),
        2 => Just("tok_chargeCustomerFail"),
    ]
}

fn outcome() -> impl Strategy<Value = CallOutcome> {
    prop_oneof![6 => Just(CallOutcome::Answered), 1 => Just(CallOutcome::Unreachable), 2 => Just(CallOutcome::ResponseLost)]
}

fn service() -> impl Strategy<Value = Service> {
    prop::sample::select(Service::ALL.to_vec())
}

/// Returns one of the keys, if there is any.
pub(crate) fn nth<'k>(keys: impl ExactSizeIterator<Item = &'k String>, pick: Index) -> Option<String> {
    let mut keys = keys;
    (keys.len() > 0).then(|| pick.index(keys.len())).and_then(|place| keys.nth(place)).cloned()
}
