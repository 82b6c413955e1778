//! What happens in one case: steps in an order that proptest chooses, and shrinks when one fails.

use proptest::prelude::*;
use proptest::sample::Index;

/// The services that talk to each other.
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

/// Who does something to a thing that has an owner.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    Owner,
    User(u8),
}

/// What happens to one call of the card provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Answered,
    NotReached,
    ReplyLost,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    List {
        seller: u8,
        price: i64,
    },
    Edit {
        by: By,
        ticket: Index,
        price: i64,
    },
    Withdraw {
        by: By,
        ticket: Index,
    },
    Order {
        user: u8,
        ticket: Index,
    },
    Cancel {
        by: By,
        order: Index,
    },
    Pay {
        by: By,
        order: Index,
        token: &'static str,
    },
    /// The marketplace's clock moves on, in milliseconds. A reservation lasts a second.
    Advance(u64),
    /// Expiration says of so many deadlines that they have passed.
    Fire(i64),
    /// Some of the events that wait for a service reach it, in this order and in one transaction.
    Deliver {
        to: Service,
        picks: Vec<Index>,
    },
    /// All of them do.
    DeliverAll(Service),
    /// An event that took effect comes again.
    Repeat {
        to: Service,
        pick: Index,
    },
    /// Payments takes up every step that is due at the provider.
    Claim,
    /// One of the calls that were taken up goes out.
    Call {
        pick: Index,
        fate: Fate,
    },
    /// What came of one of the calls is written down.
    Settle {
        pick: Index,
    },
    /// So much real time goes by that another replica may take up what the first one has begun.
    LeaseRunsOut,
    Pass(PassStep),
    /// A service dies and starts again from its files.
    Crash(Service),
}

/// What happens to one of the passes that were issued.
#[derive(Clone, Debug)]
pub(crate) enum PassStep {
    Transfer {
        by: By,
        pass: Index,
    },
    CancelTransfer {
        by: By,
        pass: Index,
    },
    /// A user claims with one of the codes that were ever given out.
    Claim {
        user: u8,
        code: Index,
    },
    /// The holder offers it for a part of what it cost.
    Resell {
        by: By,
        pass: Index,
        percent: i64,
    },
    /// The door reads one of the codes of the pass.
    CheckIn {
        by: By,
        pass: Index,
        serial: Index,
    },
}

/// A case.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    /// Tickets that are listed before anything else happens.
    pub(crate) tickets: u8,
    /// Whether orders has heard of them by then.
    pub(crate) known: bool,
    /// A service that hears nothing until all the steps are over.
    pub(crate) deaf: Option<Service>,
    pub(crate) steps: Vec<Step>,
}

pub(crate) const USERS: u8 = 4;
pub(crate) const TICKETS: usize = 3;

pub(crate) fn schedules() -> impl Strategy<Value = Schedule> {
    let deaf = prop_oneof![2 => Just(None), 1 => service().prop_map(Some)];
    let phrases = prop::collection::vec(phrase(), 1..40);
    (1_u8..=2, prop::bool::weighted(0.9), deaf, phrases).prop_map(|(tickets, known, deaf, phrases)| {
        Schedule { tickets, known, deaf, steps: phrases.into_iter().flatten().collect() }
    })
}

/// Steps that happen in a row: some of them at random, or a purchase as far as it gets.
fn phrase() -> impl Strategy<Value = Vec<Step>> {
    prop_oneof![
        6 => prop::collection::vec(step(), 1..4),
        2 => purchase(),
        1 => crossing(),
        2 => sale(),
        2 => resale(),
    ]
}

/// A ticket is ordered, and its seller changes or withdraws it before tickets has heard of the order; then somebody else
/// may order it, or the order ends, before or after orders has heard of the change.
fn crossing() -> impl Strategy<Value = Vec<Step>> {
    let buyers = (0..USERS, 0..USERS, any::<Index>(), any::<Index>());
    let seller = prop::collection::vec(prop::option::weighted(0.5, 1_i64..30_000), 1..3);
    (buyers, seller, any::<[bool; 4]>()).prop_map(|((first, second, ticket, order), changes, happens)| {
        let [is_known, is_cancelled, is_ordered_again, is_heard] = happens;
        let mut steps = vec![Step::DeliverAll(Service::Orders), Step::Order { user: first, ticket }];
        for price in changes {
            steps.push(match price {
                Some(price) => Step::Edit { by: By::Owner, ticket, price },
                None => Step::Withdraw { by: By::Owner, ticket },
            });
        }
        let rest = [
            (is_known, Step::DeliverAll(Service::Orders)),
            (is_cancelled, Step::Cancel { by: By::Owner, order }),
            (is_ordered_again, Step::Order { user: second, ticket }),
            (is_heard, Step::DeliverAll(Service::Tickets)),
        ];
        steps.extend(rest.into_iter().filter(|(happens, _)| *happens).map(|(_, step)| step));
        steps
    })
}

fn purchase() -> impl Strategy<Value = Vec<Step>> {
    let begins = (0..USERS, any::<Index>(), any::<Index>(), token());
    let ends = (0_usize..3, 1_usize..14, any::<Index>(), fate());
    (begins, ends).prop_map(|((user, ticket, order, token), (from, length, pick, fate))| {
        let whole = vec![
            Step::DeliverAll(Service::Orders),
            Step::Order { user, ticket },
            Step::DeliverAll(Service::Payments),
            Step::Pay { by: By::Owner, order, token },
            Step::Claim,
            Step::Call { pick, fate },
            Step::Settle { pick },
            Step::DeliverAll(Service::Orders),
            Step::DeliverAll(Service::Payments),
            Step::Claim,
            Step::Call { pick, fate: Fate::Answered },
            Step::Settle { pick },
            Step::DeliverAll(Service::Orders),
        ];
        whole.into_iter().skip(from).take(length).collect()
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => (0..USERS, 1_i64..30_000).prop_map(|(seller, price)| Step::List { seller, price }),
        2 => (by(), any::<Index>(), 1_i64..30_000)
            .prop_map(|(by, ticket, price)| Step::Edit { by, ticket, price }),
        3 => (by(), any::<Index>()).prop_map(|(by, ticket)| Step::Withdraw { by, ticket }),
        12 => (0..USERS, any::<Index>()).prop_map(|(user, ticket)| Step::Order { user, ticket }),
        4 => (by(), any::<Index>()).prop_map(|(by, order)| Step::Cancel { by, order }),
        12 => (by(), any::<Index>(), token()).prop_map(|(by, order, token)| Step::Pay { by, order, token }),
        4 => prop_oneof![1_u64..300, Just(999), Just(1_000), Just(1_001)].prop_map(Step::Advance),
        3 => (1_i64..3).prop_map(Step::Fire),
        36 => (service(), prop::collection::vec(any::<Index>(), 1..6))
            .prop_map(|(to, picks)| Step::Deliver { to, picks }),
        6 => service().prop_map(Step::DeliverAll),
        3 => (service(), any::<Index>()).prop_map(|(to, pick)| Step::Repeat { to, pick }),
        10 => Just(Step::Claim),
        12 => (any::<Index>(), fate()).prop_map(|(pick, fate)| Step::Call { pick, fate }),
        12 => any::<Index>().prop_map(|pick| Step::Settle { pick }),
        2 => Just(Step::LeaseRunsOut),
        1 => service().prop_map(Step::Crash),
        14 => pass_step().prop_map(Step::Pass),
    ]
}

fn pass_step() -> impl Strategy<Value = PassStep> {
    let (pass, percent) = (any::<Index>, prop_oneof![6 => 50_i64..=100, 1 => 101_i64..200]);
    prop_oneof![
        2 => (by(), pass()).prop_map(|(by, pass)| PassStep::Transfer { by, pass }),
        1 => (by(), pass()).prop_map(|(by, pass)| PassStep::CancelTransfer { by, pass }),
        3 => (0..USERS, any::<Index>()).prop_map(|(user, code)| PassStep::Claim { user, code }),
        3 => (by(), pass(), percent).prop_map(|(by, pass, percent)| PassStep::Resell { by, pass, percent }),
        3 => (by(), pass(), any::<Index>()).prop_map(|(by, pass, serial)| PassStep::CheckIn { by, pass, serial }),
    ]
}

/// A purchase that goes well and issues or moves a pass.
fn sale() -> impl Strategy<Value = Vec<Step>> {
    (0..USERS, any::<Index>(), any::<Index>()).prop_map(|(user, ticket, order)| sold(user, ticket, order))
}

fn sold(user: u8, ticket: Index, order: Index) -> Vec<Step> {
    let pick = order;
    vec![
        Step::DeliverAll(Service::Orders),
        Step::Order { user, ticket },
        Step::DeliverAll(Service::Payments),
        Step::Pay { by: By::Owner, order, token: "tok_visa" },
        Step::Claim,
        Step::Call { pick, fate: Fate::Answered },
        Step::Settle { pick },
        Step::DeliverAll(Service::Orders),
        Step::DeliverAll(Service::Payments),
        Step::Claim,
        Step::Call { pick, fate: Fate::Answered },
        Step::Settle { pick },
        Step::DeliverAll(Service::Orders),
        Step::DeliverAll(Service::Tickets),
    ]
}

/// A pass is offered; its listing is ordered, withdrawn and checked in before or after the services have heard of it.
fn resale() -> impl Strategy<Value = Vec<Step>> {
    let (picks, people) = ((any::<Index>(), any::<Index>(), any::<Index>()), (0..USERS, 0..USERS));
    (picks, people, any::<[bool; 6]>()).prop_map(|((pass, ticket, order), (user, claimant), happens)| {
        let [is_transferred, is_known, is_ordered, is_cancelled, is_closed, is_sold] = happens;
        let check_in = || Step::Pass(PassStep::CheckIn { by: By::Owner, pass, serial: order });
        let mut steps = Vec::new();
        if is_transferred {
            steps.push(Step::Pass(PassStep::Transfer { by: By::Owner, pass }));
            steps.push(Step::Pass(PassStep::Claim { user: claimant, code: order }));
        }
        steps.push(Step::Pass(PassStep::Resell { by: By::Owner, pass, percent: 100 }));
        let rest = [
            (is_known, Step::DeliverAll(Service::Orders)),
            (is_ordered, Step::Order { user, ticket }),
            (true, Step::Withdraw { by: By::Owner, ticket }),
            (true, check_in()),
            (true, Step::DeliverAll(Service::Orders)),
            (is_cancelled, Step::Cancel { by: By::Owner, order }),
            (is_closed, Step::DeliverAll(Service::Tickets)),
            (is_closed, check_in()),
        ];
        steps.extend(rest.into_iter().filter(|(happens, _)| *happens).map(|(_, step)| step));
        if is_sold {
            steps.extend(sold(user, ticket, order));
        }
        steps
    })
}

fn by() -> impl Strategy<Value = By> {
    prop_oneof![9 => Just(By::Owner), 1 => (0..USERS).prop_map(By::User)]
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

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![6 => Just(Fate::Answered), 1 => Just(Fate::NotReached), 2 => Just(Fate::ReplyLost)]
}

fn service() -> impl Strategy<Value = Service> {
    prop::sample::select(Service::ALL.to_vec())
}
