//! Random events in any order and at any size: nothing panics, and every screen is valid.

use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use ratatui::layout::Size;
use ticketing_sdk::Verdict;
use ticketing_sdk::{
    CardEntry, ErrorCode, OrderStatus, PassStatus, PaymentStatus, TicketChangeKind, TicketStatus,
};
use ticketing_tui::{ApiCall, CallError, Colours, Event, Feed, Reply};
use unicode_width::UnicodeWidthStr;

use crate::support::{Harness, fixtures};

/// The number of random sequences, and of events in each.
const SEQUENCES: u64 = 16;
const EVENTS: usize = 200;

const KEYS: [&str; 46] = [
    "up",
    "down",
    "left",
    "right",
    "home",
    "end",
    "pageup",
    "pagedown",
    "enter",
    "enter",
    "enter",
    "esc",
    "esc",
    "tab",
    "shift-tab",
    "backspace",
    "delete",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "6",
    "alt-1",
    "alt-3",
    "b",
    "b",
    "n",
    "e",
    "d",
    "y",
    "x",
    "t",
    "p",
    "s",
    "a",
    "c",
    "/",
    "$",
    ":",
    "?",
    "i",
    "ctrl-t",
    "ctrl-x",
    "r",
];

/// A seeded generator: a sequence that fails fails again.
struct Rng(u64);

impl Rng {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<T: Clone>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())].clone()
    }
}

/// Returns a random reply to a call, most often a successful one.
fn answer(rng: &mut Rng, harness: &mut Harness, call: &ApiCall) -> Result<Reply, CallError> {
    let ticket = |rng: &mut Rng| {
        let mut ticket = rng.pick(&[fixtures::tickets(), fixtures::odd_tickets()].concat());
        ticket.version = rng.below(5) as i64;
        ticket.status = rng.pick(&[TicketStatus::Available, TicketStatus::Reserved, TicketStatus::Sold]);
        ticket.user_id = rng.pick(&[fixtures::ME, "user-grace"]).into();
        ticket
    };
    let pass = |rng: &mut Rng| {
        let status = [PassStatus::Valid, PassStatus::Offered, PassStatus::Used, PassStatus::Void];
        let mut pass =
            fixtures::pass(rng.pick(&["p1", "p2", "p3"]), &rng.pick(&fixtures::odd_tickets()).title)
                .version(rng.below(5) as i64)
                .status(rng.pick(&status));
        pass.listing_id = rng.pick(&[None, Some("t1".into())]);
        pass.transfer_expires_at = rng.pick(&[None, Some(harness.now)]);
        pass
    };
    let order = |rng: &mut Rng| {
        let status = rng.pick(&[
            OrderStatus::Created,
            OrderStatus::Created,
            OrderStatus::Complete,
            OrderStatus::Cancelled,
            OrderStatus::AwaitingPayment,
        ]);
        fixtures::order(rng.pick(&["o1", "o2", "o3"]), &ticket(rng), status)
    };
    if rng.below(4) == 0 {
        return Err(rng.pick(&[
            fixtures::offline_error(),
            fixtures::unknown(),
            fixtures::signed_out(),
            fixtures::card_declined(),
            fixtures::field_error("title", "no"),
            fixtures::refusal(ErrorCode::TicketReserved, "reserved"),
            fixtures::refusal(ErrorCode::NotFound, "gone"),
        ]));
    }
    let me = Some(fixtures::me());
    harness.server.skew = rng.pick(&[0, 0, 0, 60_000, -7_200_000]);
    Ok(match call {
        ApiCall::Session | ApiCall::SignIn { .. } | ApiCall::SignUp { .. } => Reply::Session(me),
        ApiCall::CardEntry => Reply::CardEntry(rng.pick(&[CardEntry::Token, CardEntry::Page])),
        ApiCall::SignOut => Reply::Session(None),
        ApiCall::Market => Reply::Market {
            tickets: (0..rng.below(40)).map(|_| ticket(rng)).collect(),
            last: rng.below(3) > 0,
        },
        ApiCall::Listings => Reply::Listings((0..rng.below(9)).map(|_| ticket(rng)).collect()),
        ApiCall::Orders => Reply::Orders((0..rng.below(4)).map(|_| order(rng)).collect()),
        ApiCall::OpenOrders => Reply::OpenOrders((0..rng.below(4)).map(|_| order(rng)).collect()),
        ApiCall::Order(_) | ApiCall::Reserve(..) => Reply::Order(Box::new(order(rng))),
        ApiCall::Ticket(_) | ApiCall::Sell(_) | ApiCall::Change(..) => Reply::Ticket(Box::new(ticket(rng))),
        ApiCall::Passes => Reply::Passes((0..rng.below(4)).map(|_| pass(rng)).collect()),
        ApiCall::Claim(_) => Reply::Claimed { pass: Box::new(pass(rng)), is_taken_back: false },
        ApiCall::Pass(_) | ApiCall::PassOfOrder(_) | ApiCall::ReleasedPass(_) => {
            Reply::Pass(Box::new(pass(rng)))
        }
        ApiCall::CheckIn { .. } => fixtures::verdict(
            Verdict::admitted(fixtures::admission()),
            Some(rng.below(3)).filter(|waiting| *waiting > 0),
        ),
        ApiCall::OpenDoor(_) => Reply::Door(None),
        ApiCall::WaitingScans => Reply::WaitingScans(rng.below(3)),
        ApiCall::PrepareDoor(_) => Reply::Door(Some(Box::new(fixtures::door(rng.below(3))))),
        ApiCall::SyncDoor(_) => Reply::DoorSync(Box::new(fixtures::door_sync())),
        ApiCall::UsedPasses => Reply::UsedPasses((0..rng.below(4)).map(|_| pass(rng)).collect()),
        ApiCall::GiveAway(_) => Reply::Transfer(fixtures::transfer()),
        ApiCall::Resell(..) => Reply::Ticket(Box::new(ticket(rng))),
        ApiCall::Withdraw(..) | ApiCall::Cancel(_) | ApiCall::TakeBack(_) => Reply::Done,
        ApiCall::SaveCalendar(_) => Reply::Saved("/home/ada/ticket-p1.ics".to_owned()),
        ApiCall::Pay { .. } => {
            let statuses = [PaymentStatus::Succeeded, PaymentStatus::Failed, PaymentStatus::Refunded];
            Reply::Payment(Box::new(fixtures::payment(rng.pick(&statuses))))
        }
    })
}

fn apply_random_event(rng: &mut Rng, harness: &mut Harness) {
    match rng.below(20) {
        0..=8 => harness.press(rng.pick(&KEYS)),
        9 => harness.type_text(rng.pick(&["tok_visa", "日本", "75", "\u{301}", "🎫x", "jazz", "%"])),
        10..=13 if !harness.pending.is_empty() => {
            let at = rng.below(harness.pending.len());
            let (id, call) = harness.pending.remove(at);
            let reply = answer(rng, harness, &call);
            harness.reply(id, reply);
        }
        10..=13 => harness.feed(Event::Idle),
        14 => {
            let kinds = [TicketChangeKind::Created, TicketChangeKind::Updated, TicketChangeKind::Deleted];
            let ticket = rng.pick(&[fixtures::tickets(), fixtures::odd_tickets()].concat());
            let kind = rng.pick(&kinds);
            harness.feed(fixtures::change(kind, fixtures::next_version(&ticket, TicketStatus::Reserved)));
        }
        15 => {
            let retry_in = Duration::from_secs(3);
            let feeds = [
                Feed::Connected,
                Feed::Reset,
                Feed::Lost { error: fixtures::offline_error(), retry_in },
                Feed::Ended(fixtures::unknown()),
            ];
            harness.feed(Event::Feed(rng.pick(&feeds)));
        }
        16 => harness.advance(rng.pick(&[0, 1, 700, 60_000, 400_000, -5_000])),
        17 => {
            let [width, height] = [140, 50].map(|most| u16::try_from(rng.below(most)).unwrap());
            harness.size = rng.pick(&[Size::new(width, height), Size::new(80, 24), Size::new(40, 12)]);
            harness.resize();
        }
        18 => harness.click_at(rng.below(140), rng.below(50)),
        _ => harness.terminal(TerminalEvent::Paste(rng.pick(&["a\nb\u{1b}", "日本語", ""]).to_owned())),
    }
}

/// Fails if a wide character is cut, a control character is drawn, or the cursor is off the screen.
fn assert_valid(harness: &mut Harness) {
    let size = harness.size;
    let (buffer, cursor) = harness.buffer();
    for y in 0..size.height {
        for x in 0..size.width {
            let symbol = buffer[(x, y)].symbol();
            assert!(!symbol.chars().any(char::is_control), "{symbol:?} at {x}, {y}");
            if symbol.width() > 1 {
                assert!(x + 1 < size.width, "{symbol} hangs over the edge");
                let behind = buffer[(x + 1, y)].symbol();
                assert_eq!(behind.trim(), "", "{symbol} at {x}, {y} is half covered:\n{}", harness.screen());
            }
        }
    }
    if let Some(at) = cursor {
        assert!(at.x < size.width && at.y < size.height, "the cursor is at {at:?}");
    }
}

#[test]
fn random_events_keep_every_screen_valid() {
    for seed in 0..SEQUENCES {
        let mut rng = Rng(seed);
        let mut harness = Harness::new((80, 24), Colours::True);
        harness.sign_in();
        for _ in 0..EVENTS {
            apply_random_event(&mut rng, &mut harness);
            assert_valid(&mut harness);
            assert!(harness.app.wakes_at().is_none_or(|at| at > harness.now), "it wakes without a rest");
            assert!(harness.pending.len() < 500, "calls pile up: {:?}", harness.pending);
            if harness.has_ended() {
                break;
            }
        }
    }
}

#[test]
fn every_screen_is_valid_at_every_size() {
    let ways =
        ["", "enter", "2", "2 enter", "3", "n", "4", "5", "5 end", "i", "$", "?", ":", "/ j", "n ctrl-p"];
    for keys in ways {
        let mut harness = Harness::new((80, 24), Colours::True);
        harness.server.market =
            [fixtures::odd_tickets(), fixtures::tickets(), fixtures::odd_tickets()].concat();
        harness.server.orders =
            vec![fixtures::order("o1", &fixtures::odd_tickets()[0], OrderStatus::Created)];
        harness.sign_in();
        harness.press(keys);
        harness.answer_reads();
        harness.feed(Event::SaveFailed("日本語のコンサート、東京ドーム、二日目".repeat(3)));
        for width in (0..64).step_by(3).chain((64..210).step_by(13)) {
            for height in [0, 1, 2, 11, 12, 13, 17, 24, 60] {
                harness.size = Size::new(width, height);
                harness.resize();
                assert_valid(&mut harness);
            }
        }
    }
}
