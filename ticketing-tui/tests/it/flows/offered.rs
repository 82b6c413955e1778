//! Every action that a screen offers does something: the footer of each screen is pressed key by key, in each state of its rows.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ticketing_sdk::{OrderStatus, Pass, PassStatus, Ticket, TicketChangeKind, TicketStatus};
use ticketing_tui::{ApiCall, Colours, Event, Feed};

use crate::support::{Harness, fixtures};

/// A screen wide enough for a footer with every action.
const SIZE: (u16, u16) = (160, 24);

/// The data of the server, and the keys that lead to a screen.
type Scenario = (String, Box<dyn Fn() -> Harness>);

fn scenario(name: impl Into<String>, open: impl Fn(&mut Harness) + 'static) -> Scenario {
    let build = move || {
        let mut harness = Harness::new(SIZE, Colours::True);
        open(&mut harness);
        harness
    };
    (name.into(), Box::new(build))
}

fn open(harness: &mut Harness, keys: &str) {
    harness.sign_in();
    for key in keys.split_whitespace() {
        harness.press(key);
        harness.answer_reads();
    }
}

/// Returns the keys of the footer, without those that every screen has.
fn offered_keys(harness: &mut Harness) -> Vec<(String, String)> {
    let screen = harness.screen();
    let footer = screen.lines().last().unwrap_or_default();
    let hints = footer.split("  ").filter_map(|hint| hint.trim().split_once(' '));
    let own = hints.filter(|(_, label)| !["Back", "Help", "Quit"].contains(label));
    own.map(|(key, label)| (key.to_owned(), label.to_owned())).collect()
}

/// Returns what a key can change: the screen with its styles and its cursor, the calls, and the effects.
fn state(harness: &mut Harness) -> (Buffer, Option<Position>, usize, usize) {
    let (buffer, cursor) = harness.buffer();
    (buffer, cursor, harness.pending.len(), harness.effects.len())
}

fn assert_each_does_something(scenarios: Vec<Scenario>) {
    let mut idle = Vec::new();
    for (name, build) in scenarios {
        let keys = offered_keys(&mut build());
        assert!(!keys.is_empty(), "{name}: nothing is offered\n{}", build().screen());
        for (key, label) in keys {
            let mut harness = build();
            let before = state(&mut harness);
            harness.press(&key);
            if state(&mut harness) == before {
                idle.push(format!("{name}: {key} {label}"));
            }
        }
    }
    assert!(idle.is_empty(), "these actions are offered and do nothing: {idle:#?}");
}

/// A ticket in each status, of the user and of another seller.
fn tickets() -> Vec<(String, Ticket)> {
    let mut tickets = Vec::new();
    for status in [TicketStatus::Available, TicketStatus::Reserved, TicketStatus::Sold] {
        for seller in [fixtures::ME, "user-grace"] {
            let ticket = fixtures::tickets()[0].clone().user_id(seller);
            tickets.push((format!("{status:?} of {seller}"), fixtures::next_version(&ticket, status)));
        }
    }
    tickets
}

fn serve_ticket(harness: &mut Harness, ticket: &Ticket) {
    harness.server.market = vec![ticket.clone()];
    if ticket.user_id.as_str() == fixtures::ME {
        harness.server.listings = vec![ticket.clone()];
    }
}

#[test]
fn actions_on_tickets_and_listings_do_something() {
    let mut scenarios = Vec::new();
    for (name, ticket) in tickets() {
        let is_own = ticket.user_id.as_str() == fixtures::ME;
        for keys in ["1", "enter", "enter enter", "3", "3 enter"] {
            let ticket = ticket.clone();
            if is_own || !keys.starts_with('3') {
                scenarios.push(scenario(format!("{name}, {keys}"), move |harness| {
                    serve_ticket(harness, &ticket);
                    open(harness, keys);
                }));
            }
        }
    }
    let mine = || fixtures::tickets()[0].clone().user_id(fixtures::ME);
    // A change or a withdrawal that is not answered yet.
    for (name, keys) in [("saving", "3 e enter enter enter enter enter enter esc"), ("withdrawing", "3 d y")]
    {
        for then in ["", "enter"] {
            scenarios.push(scenario(format!("{name}, {then}"), move |harness| {
                serve_ticket(harness, &mine());
                open(harness, keys);
                harness.press(then);
                harness.answer_reads();
            }));
        }
    }
    scenarios.push(scenario("reserving", |harness| open(harness, "enter b")));
    scenarios.push(scenario("filter", |harness| {
        open(harness, "/");
        harness.type_text("jazz");
    }));
    scenarios.push(scenario("narrow", |harness| {
        open(harness, "/");
        harness.type_text("jazz");
        harness.press("esc");
    }));
    assert_each_does_something(scenarios);
}

#[test]
fn actions_on_orders_do_something() {
    let statuses =
        [OrderStatus::Created, OrderStatus::AwaitingPayment, OrderStatus::Complete, OrderStatus::Cancelled];
    let mut scenarios = Vec::new();
    for status in statuses {
        for keys in ["2", "2 enter"] {
            scenarios.push(scenario(format!("{status:?}, {keys}"), move |harness| {
                harness.server.orders = vec![fixtures::order("o1", &fixtures::tickets()[1], status)];
                open(harness, keys);
            }));
        }
    }
    for has_card_form in [false, true] {
        scenarios.push(scenario(format!("checkout, {has_card_form}"), move |harness| {
            harness.server.has_card_form = has_card_form;
            harness.server.orders =
                vec![fixtures::order("o1", &fixtures::tickets()[1], OrderStatus::Created)];
            open(harness, "2 enter");
        }));
    }
    for (name, keys) in [("paying", "enter"), ("cancelling", "ctrl-x y")] {
        for then in ["", "2"] {
            scenarios.push(scenario(format!("{name}, {then}"), move |harness| {
                harness.server.orders =
                    vec![fixtures::order("o1", &fixtures::tickets()[1], OrderStatus::Created)];
                open(harness, "2 enter");
                harness.type_text("tok_visa");
                harness.press(keys);
                if !then.is_empty() {
                    harness.press("esc 2");
                    harness.answer_reads();
                }
            }));
        }
    }
    assert_each_does_something(scenarios);
}

/// A pass in each state.
fn passes() -> Vec<(&'static str, Pass)> {
    let pass = || fixtures::pass("p1", "Jazz at the lake");
    let dead = |status| {
        let mut pass = pass().status(status);
        pass.code = None;
        pass
    };
    vec![
        ("valid", pass()),
        ("given away", pass().transfer_expires_at(fixtures::transfer().expires_at)),
        ("offered", dead(PassStatus::Offered).listing_id("t1")),
        ("used", dead(PassStatus::Used)),
        ("void", dead(PassStatus::Void)),
    ]
}

#[test]
fn actions_on_passes_do_something() {
    let mut scenarios = Vec::new();
    for (name, pass) in passes() {
        for keys in ["6", "6 enter", "6 t", "6 s", "6 c"] {
            if !["6", "6 enter"].contains(&keys)
                && name != "valid"
                && !(name == "given away" && keys == "6 t")
            {
                continue;
            }
            let pass = pass.clone();
            scenarios.push(scenario(format!("{name}, {keys}"), move |harness| {
                harness.server.listings = vec![fixtures::tickets()[0].clone().user_id(fixtures::ME)];
                harness.server.passes = vec![pass.clone()];
                open(harness, keys);
            }));
        }
    }
    scenarios.push(scenario("no pass", |harness| open(harness, "6")));
    assert_each_does_something(scenarios);
}

#[test]
fn actions_of_forms_and_other_screens_do_something() {
    let mut scenarios: Vec<Scenario> =
        ["5", "5 end", "n", "$", "3 n"].map(|keys| scenario(keys, move |harness| open(harness, keys))).into();
    scenarios.push(scenario("activity", |harness| {
        open(harness, "4");
        let reserved = fixtures::next_version(&fixtures::tickets()[1], TicketStatus::Reserved);
        harness.feed(fixtures::change(TicketChangeKind::Updated, reserved));
    }));
    scenarios.push(scenario("sign in", |harness| {
        harness.go_live();
        harness.press("i");
    }));
    for keys in ["2", "3", "6"] {
        scenarios.push(scenario(format!("signed out, {keys}"), move |harness| {
            harness.go_live();
            harness.press(keys);
        }));
    }
    for door in [None, Some(fixtures::door(0)), Some(fixtures::door(1))] {
        for is_offline in [false, true] {
            let door = door.clone();
            scenarios.push(scenario(format!("door {door:?}, {is_offline}"), move |harness| {
                harness.server.door = door.clone();
                open(harness, "3 c");
                let upload =
                    harness.pending.iter().position(|(_, call)| matches!(call, ApiCall::SyncDoor(_)));
                if let Some(at) = upload {
                    let (id, _) = harness.pending.remove(at);
                    harness.reply(id, Err(fixtures::offline_error()));
                }
                if is_offline {
                    let retry_in = Duration::from_secs(60);
                    harness.feed(Event::Feed(Feed::Lost { error: fixtures::offline_error(), retry_in }));
                }
                harness.type_text("TK1 ONE");
            }));
        }
    }
    assert_each_does_something(scenarios);
}
