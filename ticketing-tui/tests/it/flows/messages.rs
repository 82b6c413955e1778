//! Messages say what is true: newer knowledge replaces older knowledge, and sentences are whole.

use ticketing_sdk::{Order, OrderStatus, PaymentStatus};
use ticketing_tui::{ApiCall, Colours, Reply};

use crate::support::{Harness, answer, fixtures};

/// What a user does, and the server answers.
type Scenario<'a> = &'a dyn Fn(&mut Harness);

const RESERVED: &str = "is reserved for you for 15 min";

fn order(status: OrderStatus) -> Order {
    fixtures::order("o1", &fixtures::tickets()[0], status)
}

/// The checkout of a ticket that was just reserved.
fn reserve() -> Harness {
    let mut harness = Harness::signed_in();
    harness.press("b");
    harness.server.orders = vec![order(OrderStatus::Created)];
    answer!(harness, ApiCall::Reserve(..), Ok(Reply::Order(Box::new(order(OrderStatus::Created)))));
    harness.answer_reads();
    harness.assert_shows(RESERVED);
    harness
}

#[test]
fn message_of_a_reservation_ends_with_what_is_done_about_it() {
    let pay = |harness: &mut Harness| {
        harness.type_text("tok_visa");
        harness.press("enter");
    };
    let steps: [(&str, Scenario<'_>); 6] = [
        ("declined", &|harness| {
            pay(harness);
            answer!(harness, ApiCall::Pay { .. }, Err(fixtures::card_declined()));
        }),
        ("failed", &|harness| {
            pay(harness);
            let payment = fixtures::payment(PaymentStatus::Failed);
            answer!(harness, ApiCall::Pay { .. }, Ok(Reply::Payment(Box::new(payment))));
        }),
        ("paid", &|harness| {
            pay(harness);
            let payment = fixtures::payment(PaymentStatus::Succeeded);
            answer!(harness, ApiCall::Pay { .. }, Ok(Reply::Payment(Box::new(payment))));
        }),
        ("cancelled", &|harness| harness.press("ctrl-x y")),
        ("expired", &|harness| harness.advance(900_001)),
        ("left", &|harness| harness.press("esc")),
    ];
    for (name, step) in steps {
        let mut harness = reserve();
        step(&mut harness);
        let screen = harness.screen();
        assert!(!screen.contains(RESERVED), "{name}:\n{screen}");
    }
}

#[test]
fn failed_payment_is_reported_once() {
    let mut harness = reserve();
    harness.type_text("tok_visa");
    harness.press("enter");
    let payment = fixtures::payment(PaymentStatus::Failed);
    answer!(harness, ApiCall::Pay { .. }, Ok(Reply::Payment(Box::new(payment))));
    let screen = harness.screen();
    assert_eq!(screen.matches("The card was declined").count(), 1, "{screen}");
    assert!(screen.contains("╭─╮"), "the ticket stays drawn:\n{screen}");
}

#[test]
fn failed_payment_of_a_checkout_that_was_left_is_a_message() {
    let mut harness = reserve();
    harness.type_text("tok_visa");
    harness.press("enter esc");
    let payment = fixtures::payment(PaymentStatus::Failed);
    answer!(harness, ApiCall::Pay { .. }, Ok(Reply::Payment(Box::new(payment))));
    harness.assert_shows("✗ The card was declined");
}

#[test]
fn sentence_is_whole_at_every_size() {
    let title = "Donaudampfschifffahrtsgesellschaftskapitänsmützen, an endless evening of words, part one";
    for size in [(40, 12), (60, 20), (80, 24), (120, 35)] {
        let mut harness = Harness::new(size, Colours::True);
        harness.server.market = vec![fixtures::ticket("t1", title, "38", 1)];
        harness.sign_in();
        harness.press("b 4");
        let order = fixtures::order("o1", &harness.server.market[0], OrderStatus::Created);
        answer!(harness, ApiCall::Reserve(..), Ok(Reply::Order(Box::new(order))));
        let screen = harness.screen().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(screen.contains(RESERVED), "{size:?}:\n{screen}");
    }
}

#[test]
fn reload_clears_the_failure_of_the_one_before() {
    let mut harness = Harness::signed_in();
    harness.press("r");
    answer!(harness, ApiCall::Market, Err(fixtures::unknown()));
    harness.assert_shows("The data shown may be outdated");
    harness.press("r");
    harness.answer_reads();
    harness.assert_hides("The data shown may be outdated");
}
