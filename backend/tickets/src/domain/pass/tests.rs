//! A pass against a model of the contract, and its rules one by one.

mod admissions;

use proptest::prelude::*;

use super::*;

const START: i64 = 1_700_000_000_000;

/// The time of a door with a network, after [`START`]: no second of a door without one.
const NOW: i64 = 1500;

fn money(cents: i64) -> Money {
    Money::from_cents(cents).unwrap()
}

fn pass() -> StoredPass {
    StoredPass {
        id: "p".into(),
        ticket_id: "t".into(),
        issuing_order_id: "o".into(),
        issuer_id: "seller".into(),
        title: "A ticket".to_owned(),
        details: TicketDetails::default(),
        issued_at: Timestamp::from_millis(START),
        holder_id: "u0".into(),
        order_id: Some("o".into()),
        paid: money(2000),
        serial: 0,
        state: PassState::Valid { transfer: None },
        double_admissions: Vec::new(),
        version: 0,
    }
}

fn transfer(expires_at: i64) -> Transfer {
    Transfer { claim_hash: "hash".to_owned(), expires_at: Timestamp::from_millis(expires_at) }
}

/// A change of a pass. Users, listings and serials are small numbers, so that they meet.
#[derive(Clone, Debug)]
enum Command {
    Transfer,
    Cancel,
    Claim { user: u8, late: bool },
    Offer { listing: u8 },
    Close { listing: u8 },
    Sell { listing: u8, buyer: u8, cents: i64 },
    Admit { by_issuer: bool, serials_ago: u16 },
    EnterOffline { serials_ago: u16, second: i64 },
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        Just(Command::Transfer),
        Just(Command::Cancel),
        (0..3_u8, any::<bool>()).prop_map(|(user, late)| Command::Claim { user, late }),
        (0..3_u8).prop_map(|listing| Command::Offer { listing }),
        (0..3_u8).prop_map(|listing| Command::Close { listing }),
        (0..3_u8, 0..3_u8, 1..5000_i64).prop_map(|(listing, buyer, cents)| Command::Sell {
            listing,
            buyer,
            cents
        }),
        (any::<bool>(), 0..3_u16)
            .prop_map(|(by_issuer, serials_ago)| Command::Admit { by_issuer, serials_ago }),
        (0..3_u16, 0..9_i64).prop_map(|(serials_ago, second)| Command::EnterOffline { serials_ago, second }),
    ]
}

/// The state of a pass in the model: its holder, and one of four states.
#[derive(Debug, Default)]
struct Model {
    holders: Vec<u8>,
    pending: bool,
    offered: Option<u8>,
    /// The times of the present holder, by codes of the present serial.
    own: Vec<i64>,
    /// The times of earlier holders.
    earlier: Vec<i64>,
    is_used: bool,
    changes: i64,
    paid: i64,
}

impl Model {
    fn is_valid(&self) -> bool {
        self.offered.is_none() && !self.is_used
    }

    fn move_to(&mut self, user: u8) {
        self.holders.push(user);
        self.earlier.append(&mut self.own);
    }

    /// Returns whether the command has an effect.
    fn apply(&mut self, command: &Command) -> bool {
        let holder = *self.holders.last().unwrap();
        let has_effect = match command {
            Command::Transfer => self.is_valid(),
            Command::Offer { .. } => self.is_valid() && self.earlier.is_empty(),
            Command::Cancel => self.pending,
            Command::Claim { late, .. } => self.pending && !late,
            Command::Close { listing } | Command::Sell { listing, .. } => self.offered == Some(*listing),
            Command::Admit { by_issuer, serials_ago } => *by_issuer && *serials_ago == 0 && self.is_valid(),
            Command::EnterOffline { serials_ago, second } => {
                let is_known = self.own.iter().chain(&self.earlier).any(|time| *time == second * 1000);
                (*serials_ago > 0 || !self.is_valid()) && !is_known
            }
        };
        if !has_effect {
            return false;
        }
        self.changes += 1;
        if let Command::EnterOffline { serials_ago, second } = command {
            let times = if *serials_ago == 0 { &mut self.own } else { &mut self.earlier };
            times.push(second * 1000);
            return true;
        }
        self.pending = matches!(command, Command::Transfer);
        self.offered = match command {
            Command::Offer { listing } => Some(*listing),
            _ => None,
        };
        match command {
            Command::Claim { user, .. } if *user != holder => self.move_to(*user),
            Command::Sell { buyer, cents, .. } => {
                self.move_to(*buyer);
                self.paid = *cents;
            }
            Command::Admit { .. } => {
                self.is_used = true;
                self.own.push(NOW);
            }
            Command::Close { .. } => self.is_used = !self.own.is_empty(),
            _ => {}
        }
        true
    }
}

fn run(pass: &mut StoredPass, command: &Command) -> bool {
    let now = Timestamp::from_millis(START + NOW);
    let user = |number: &u8| UserId::new(format!("u{number}"));
    let listing = |number: &u8| TicketId::new(format!("l{number}"));
    match command {
        Command::Transfer => pass.start_transfer(transfer(START + 2000)).is_ok(),
        Command::Cancel => pass.cancel_transfer().unwrap_or(false),
        Command::Claim { user: number, late } => {
            let at = if *late { Timestamp::from_millis(START + 2000) } else { now };
            pass.claim(&user(number), at)
        }
        Command::Offer { listing: number } => pass.offer(listing(number)).is_ok(),
        Command::Close { listing: number } => pass.close_listing(&listing(number)),
        Command::Sell { listing: number, buyer, cents } => {
            pass.sell(&listing(number), &user(buyer), &"sale".into(), money(*cents))
        }
        Command::Admit { by_issuer, serials_ago } => {
            let who = if *by_issuer { "seller".into() } else { "someone".into() };
            let Some(serial) = pass.serial.checked_sub(*serials_ago) else { return false };
            pass.admit(&who, serial, None, None, None, now).is_ok()
        }
        Command::EnterOffline { serials_ago, second } => {
            let Some(serial) = pass.serial.checked_sub(*serials_ago) else { return false };
            let at = Timestamp::from_millis(START + second * 1000);
            pass.record_double_admission(
                &"seller".into(),
                serial,
                DoubleAdmission::new(at, Some("north".into())),
            )
        }
    }
}

proptest! {
    #[test]
    fn pass_is_what_its_history_says(commands in prop::collection::vec(command(), 0..40)) {
        let mut pass = pass();
        let mut model =
            Model { holders: vec![0], paid: 2000, ..Model::default() };
        for command in &commands {
            // A serial that never was cannot be read.
            if let Command::Admit { serials_ago, .. } | Command::EnterOffline { serials_ago, .. } = command
                && *serials_ago > pass.serial
            {
                continue;
            }
            prop_assert_eq!(run(&mut pass, command), model.apply(command), "{:?} {:?}", command, model);
            prop_assert_eq!(pass.version, model.changes);
            prop_assert_eq!(usize::from(pass.serial) + 1, model.holders.len());
            prop_assert_eq!(pass.holder_id.as_str(), format!("u{}", model.holders.last().unwrap()));
            prop_assert_eq!(pass.paid.cents(), model.paid);
            let status = match (model.offered, model.is_used) {
                (Some(_), _) => PassStatus::Offered,
                (None, false) => PassStatus::Valid,
                (None, true) => PassStatus::Used,
            };
            prop_assert_eq!(pass.state.status(), status);
            let time = |admission: DoubleAdmission| admission.admitted_at.as_millis() - START;
            model.own.sort_unstable();
            prop_assert_eq!(pass.state.admission().map(time), model.own.first().copied());
            let doubles: Vec<i64> = pass.double_admissions.iter().cloned().map(time).collect();
            let mut others: Vec<i64> = model.own.iter().skip(1).chain(&model.earlier).copied().collect();
            others.sort_unstable();
            prop_assert_eq!(&doubles, &others);
        }
    }
}

#[test]
fn door_names_the_first_reason_of_its_refusal() {
    let (now, issuer) = (Timestamp::from_millis(START + 1000), UserId::new("seller"));
    let admit = |pass: &StoredPass, serial: u16, at: Option<Timestamp>| {
        pass.clone().admit(&issuer, serial, at, None, None, now)
    };
    let mut moved = pass();
    moved.start_transfer(transfer(START + 2000)).unwrap();
    assert!(moved.claim(&"friend".into(), now));
    assert_eq!(admit(&moved, 0, None), Err(CheckInError::Superseded));
    assert_eq!(admit(&moved, 2, None), Err(CheckInError::Invalid));
    assert_eq!(moved.order_id, None);

    let mut offered = moved.clone();
    offered.offer("l".into()).unwrap();
    assert_eq!(admit(&offered, 0, None), Err(CheckInError::Superseded));
    assert_eq!(admit(&offered, 1, None), Err(CheckInError::Offered));

    let mut used = moved.clone();
    used.admit(&issuer, 1, None, None, Some("north".to_owned()), now).unwrap();
    let again = CheckInError::AlreadyAdmitted { admitted_at: now, device: Some("north".to_owned()) };
    assert_eq!(admit(&used, 1, None), Err(again.clone()));
    assert_eq!(admit(&used, 0, None), Err(CheckInError::Superseded));
    assert_eq!(admit(&used, 0, Some(now)), Err(again), "both have entered");

    assert_eq!(admit(&StoredPass { state: PassState::Void, ..pass() }, 0, None), Err(CheckInError::Invalid));
    let foreign = pass().admit(&"someone".into(), 0, None, None, None, now);
    assert_eq!(foreign, Err(CheckInError::NotIssuer));
}

#[test]
fn time_of_a_door_is_kept_whatever_its_clock_says() {
    let now = Timestamp::from_millis(START + 1000);
    for at in [START - 86_400_000, START, START + 86_400_000].map(Timestamp::from_millis) {
        let mut pass = pass();
        pass.admit(&"seller".into(), 0, Some(at), None, None, now).unwrap();
        assert_eq!(pass.state, PassState::Used { admitted_at: at, device: None });
    }
}

#[test]
fn last_serial_is_never_passed_on() {
    let last = || StoredPass { serial: u16::MAX, ..pass() };
    assert_eq!(last().start_transfer(transfer(START)), Err(PassUnavailable::Status(PassStatus::Valid)));
    assert_eq!(last().offer("l".into()), Err(PassUnavailable::Status(PassStatus::Valid)));
    let now = Timestamp::from_millis(START);
    assert_eq!(last().admit(&"seller".into(), u16::MAX, None, None, None, now), Ok(()));
}

#[test]
fn holder_and_issuer_see_what_is_theirs() {
    let (holder, issuer) = (UserId::new("u0"), UserId::new("seller"));
    let mut pass = pass();
    pass.start_transfer(transfer(START + 2000)).unwrap();
    let own = pass.shown_to(&holder, ResaleCap::default(), Timestamp::from_millis(START));
    assert_eq!((own.order_id, own.resale_limit), (Some("o".into()), Some(money(2000))));
    assert_eq!(own.transfer_expires_at, Some(Timestamp::from_millis(START + 2000)));
    let later = pass.shown_to(&holder, ResaleCap::default(), Timestamp::from_millis(START + 2000));
    assert_eq!(later.transfer_expires_at, None, "a transfer that has ended is not pending");
    let door = pass.shown_to(&issuer, ResaleCap::default(), Timestamp::from_millis(START));
    assert_eq!((door.order_id, door.resale_limit, door.transfer_expires_at), (None, None, None));
    let now = Timestamp::from_millis(START + 1);
    pass.admit(&issuer, 0, None, None, Some("north".to_owned()), now).unwrap();
    assert_eq!(
        pass.shown_to(&issuer, ResaleCap::default(), Timestamp::from_millis(START)).device.as_deref(),
        Some("north")
    );
    let own = pass.shown_to(&holder, ResaleCap::default(), Timestamp::from_millis(START));
    assert_eq!((own.admitted_at, own.device), (Some(now), None));
}

#[test]
fn cap_is_a_share_of_what_was_paid_rounded_down() {
    let cap = |text: &str| text.parse::<ResaleCap>();
    for (text, paid, limit) in [
        ("1.0", 2000, Some(2000)),
        ("1", 1999, Some(1999)),
        ("1.25", 999, Some(1248)),
        ("0.5", 1, None),
        ("0", 2000, None),
        ("100", 99_999_999, Some(99_999_999)),
    ] {
        assert_eq!(cap(text).unwrap().limit(money(paid)).map(Money::cents), limit, "{text} of {paid}");
    }
    for text in ["", ".", "1.", ".5", "-1", "+1", "1.234", "100.01", "1e1", "NaN", "1,5", "9999"] {
        assert_eq!(cap(text), Err(ResaleCapError), "{text}");
    }
    assert_eq!(
        (ResaleCap::default().to_string(), cap("1.05").unwrap().to_string()),
        ("1.00".into(), "1.05".into())
    );
    assert_eq!(
        ResaleCap::default().check(money(2001), money(2000)).unwrap_err(),
        "Price must be at most $20.00"
    );
    assert_eq!(
        ResaleCap::default().check(money(1_234_568), money(1_234_567)).unwrap_err(),
        "Price must be at most $12,345.67"
    );
    assert_eq!(ResaleCap::default().check(money(2000), money(2000)), Ok(()));
}
