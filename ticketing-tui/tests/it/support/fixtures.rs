//! Fixtures: tickets, orders, users and errors.

use ticketing_sdk::{
    Admission, CurrentUser, DoubleAdmission, ErrorCode, EventTime, Order, OrderStatus, Pass, PassTransfer,
    Payment, PaymentStatus, SafeToRepeat, Ticket, TicketChange, TicketChangeKind, TicketDetails,
    TicketStatus, Timestamp, Verdict, fixtures,
};
use ticketing_tui::{
    AdmissionConflict, CallError, CallErrorKind, DoorClock, DoorState, DoorSync, Event, Feed, Reply,
};

/// When the tests begin, in Unix milliseconds.
pub(crate) const NOW: i64 = 1_800_000_000_000;

/// The signed-in user.
pub(crate) const ME: &str = "user-me";
/// A password that is good enough.
pub(crate) const PASSWORD: &str = "correct horse";

pub(crate) fn me() -> CurrentUser {
    CurrentUser::new(ME, "ada@example.com")
}

/// Another user of the same program.
pub(crate) fn grace() -> CurrentUser {
    CurrentUser::new("user-grace", "grace@example.com")
}

/// A ticket of another seller, listed this number of minutes ago.
pub(crate) fn ticket(id: &str, title: &str, price: &str, minutes: i64) -> Ticket {
    fixtures::ticket(id)
        .title(title)
        .price(price.parse().unwrap())
        .user_id("user-grace")
        .created_at(Timestamp::from_millis(NOW - minutes * 60_000))
}

/// The same ticket, a version later.
pub(crate) fn next_version(ticket: &Ticket, status: TicketStatus) -> Ticket {
    let mut later = ticket.clone().version(ticket.version + 1).status(status);
    later.order_id = (status != TicketStatus::Available).then(|| "order-of-another".into());
    later
}

/// A market of a few tickets, the newest first.
pub(crate) fn tickets() -> Vec<Ticket> {
    let mut tickets = vec![
        ticket("t1", "Jazz at the lake", "38", 1),
        ticket("t2", "RustConf, day 1", "149.99", 2),
        ticket("t3", "Night train to Lisbon", "62.50", 5),
        ticket("t4", "Zürich by night", "20", 90),
        ticket("t5", "The Tempest, box 4", "1250", 60 * 26),
        ticket("t6", "Morning yoga in the park", "0.05", 60 * 24 * 3),
    ];
    let starts_at: EventTime = "2027-06-04T20:30:00+02:00".parse().unwrap();
    tickets[0].details =
        TicketDetails::default().venue("Lake stage").starts_at(starts_at).seat("Row 3, seat 12");
    tickets[1].details.starts_at = "2027-06-11T09:00:00+02:00".parse().ok();
    tickets[2] = next_version(&tickets[2], TicketStatus::Reserved).version(0);
    tickets
}

/// Titles that are wide, put together, or hostile.
pub(crate) fn odd_tickets() -> Vec<Ticket> {
    vec![
        ticket("w1", "日本語のコンサート、東京ドーム、二日目、アリーナ席、前から三列目、通路側", "88", 1),
        ticket("w2", "🎫🎸 Open air 👩‍👩‍👧‍👦 family 🇨🇭", "45", 2),
        ticket("w3", "Cafe\u{301} de\u{301}ja\u{300} vu, combined e\u{301} accents", "12.50", 3),
        ticket("h1", "\u{1b}[31mred\u{1b}[0m \u{202e}desrever\u{202c} and\r\na second line\u{7}", "1", 4),
        ticket("l1", &"An endless evening of words ".repeat(7), "999999.99", 5),
        ticket("l2", &"unbroken".repeat(25), "3", 6),
        ticket("s1", "", "5", 7),
    ]
}

/// An order of mine for a ticket, held for fifteen minutes.
pub(crate) fn order(id: &str, ticket: &Ticket, status: OrderStatus) -> Order {
    fixtures::order(id, ticket)
        .user_id(ME)
        .status(status)
        .expires_at(Timestamp::from_millis(NOW + 900_000))
        .version(if status == OrderStatus::Created { 0 } else { 1 })
        .created_at(Timestamp::from_millis(NOW))
}

/// A valid pass of mine, with a code of the length and the characters of a genuine one.
pub(crate) fn pass(id: &str, title: &str) -> Pass {
    let signs = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".iter().cycle().skip(7).step_by(11);
    let code: String = "TK1".chars().chain(signs.map(|sign| char::from(*sign))).take(128).collect();
    let details = tickets()[0].details.clone();
    let mut pass = fixtures::pass(id).title(title).details(details).code(code);
    pass.issued_at = Timestamp::from_millis(NOW);
    pass.resale_limit("38".parse().unwrap())
}

/// The admission of a seat.
pub(crate) fn admission() -> Admission {
    Admission::new("p1", "Jazz at the lake", Timestamp::from_millis(NOW)).seat("Row 3, seat 12")
}

/// A prepared door with this number of pending uploads.
pub(crate) fn door(waiting: usize) -> DoorState {
    DoorState {
        clock: DoorClock::new(Timestamp::from_millis(NOW), 0),
        passes: 412,
        waiting,
        damage: Vec::new(),
    }
}

/// The reply to a scan, and how many scans wait at a door that is prepared.
pub(crate) fn verdict(verdict: Verdict, waiting: Option<usize>) -> Reply {
    Reply::Verdict { verdict: Box::new(verdict), door: waiting.map(|waiting| Box::new(door(waiting))) }
}

/// The upload of a door, which has found a pass that another door had admitted.
pub(crate) fn door_sync() -> DoorSync {
    let admission = |minutes: i64, device: &str| {
        DoubleAdmission::new(Timestamp::from_millis(NOW + minutes * 60_000), Some(device.to_owned()))
    };
    let conflict = AdmissionConflict {
        title: "Jazz at the lake".to_owned(),
        seat: Some("Row 3, seat 12".to_owned()),
        admissions: vec![admission(0, "north door"), admission(2, "south door")],
        message: String::new(),
    };
    DoorSync { state: door(0), conflicts: vec![conflict] }
}

/// A transfer that can be claimed for seven days.
pub(crate) fn transfer() -> PassTransfer {
    let expires_at = Timestamp::from_millis(NOW + 7 * 24 * 3_600_000);
    PassTransfer::new("CLAIM-7QXR-M2PD-K94T", expires_at)
}

pub(crate) fn payment(status: PaymentStatus) -> Payment {
    Payment::new("payment-1").order_id("o1").status(status)
}

/// A live change.
pub(crate) fn change(kind: TicketChangeKind, ticket: Ticket) -> Event {
    Event::Feed(Feed::Change(Box::new(TicketChange::new("1", kind, ticket))))
}

pub(crate) fn call_error(kind: CallErrorKind, message: &str) -> CallError {
    CallError { kind, ..CallError::other(message) }
}

pub(crate) fn refusal(code: ErrorCode, message: &str) -> CallError {
    call_error(CallErrorKind::Refused(code), message)
}

pub(crate) fn offline_error() -> CallError {
    let hint = Some("Connection refused (os error 111)".to_owned());
    CallError { hint, ..call_error(CallErrorKind::Offline, "The server cannot be reached") }
}

pub(crate) fn signed_out() -> CallError {
    call_error(CallErrorKind::SignedOut, "You are not signed in")
}

pub(crate) fn unknown() -> CallError {
    let hint = Some("Try again: it is not done twice".to_owned());
    let message = "Nobody knows whether it was done: the connection broke off";
    CallError { hint, ..call_error(CallErrorKind::Unknown(SafeToRepeat::Always), message) }
}

pub(crate) fn unknown_without_keys() -> CallError {
    let hint = Some("Look whether it was done before you try again: this server may do it twice".to_owned());
    let kind = CallErrorKind::Unknown(SafeToRepeat::Never);
    CallError { hint, ..call_error(kind, "It is not known whether it was done") }
}

/// The refusal of an order at a price that is no longer the ticket's.
pub(crate) fn price_changed(price: &str) -> CallError {
    let new_price = Some(price.parse().unwrap());
    CallError { new_price, ..refusal(ErrorCode::PriceChanged, "The price has changed") }
}

pub(crate) fn card_declined() -> CallError {
    refusal(ErrorCode::CardDeclined, "The card was declined")
}

/// A refusal that says what is wrong with a field.
pub(crate) fn field_error(field: &str, message: &str) -> CallError {
    let fields = vec![(field.to_owned(), message.to_owned())];
    CallError { fields, ..refusal(ErrorCode::InvalidInput, "The input is wrong") }
}
