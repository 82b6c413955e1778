//! The moment of paying: progress, the ticket tears, and its code is shown.

use ticketing_sdk::{OrderStatus, PaymentStatus};
use ticketing_tui::{ApiCall, Colours, Reply, Setting, Settings};

use crate::support::{Harness, answer, count_pending, fixtures};

/// Begins to pay for a reserved ticket.
fn start_payment(settings: Settings) -> Harness {
    let mut harness = Harness::with_settings((80, 24), Colours::True, settings);
    harness.server.orders = vec![fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Created)];
    harness.sign_in();
    harness.press("2");
    harness.answer_reads();
    harness.press("enter");
    harness.answer_reads();
    harness.type_text("tok_visa");
    harness.press("enter");
    harness
}

/// The payment succeeds; the pass is not issued yet.
fn succeed(harness: &mut Harness) {
    let order = fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Complete);
    harness.server.orders = vec![order];
    let payment = fixtures::payment(PaymentStatus::Succeeded);
    answer!(harness, ApiCall::Pay { .. }, Ok(Reply::Payment(Box::new(payment))));
}

fn issue(harness: &mut Harness) {
    let issued = fixtures::pass("p1", "Jazz at the lake").order_id("o1");
    answer!(harness, ApiCall::PassOfOrder(_), Ok(Reply::Pass(Box::new(issued))));
}

#[test]
fn paid_ticket_tears_in_two_frames_and_shows_its_code() {
    let mut harness = start_payment(Settings::default());
    succeed(&mut harness);
    let begun = harness.screen();
    assert!(begun.contains("┊  ┊"), "its parts have come apart:\n{begun}");
    harness.advance_with_wakeups(400);
    let torn = harness.screen();
    assert!(torn.contains("┊    ┊") && torn.contains("Paid. The ticket is yours."), "{torn}");
    issue(&mut harness);
    harness.assert_hides("█");
    harness.advance_with_wakeups(1_500);
    harness.assert_shows("█");
    harness.assert_shows("Show its code at the door");
    harness.press("esc");
    harness.assert_shows("Your orders");
}

#[test]
fn code_is_shown_once_the_pass_is_issued() {
    let mut harness = start_payment(Settings::default());
    succeed(&mut harness);
    harness.advance_with_wakeups(5_000);
    harness.assert_shows("Paid. The ticket is yours.");
    assert_eq!(count_pending!(harness, ApiCall::PassOfOrder(_)), 1);
    issue(&mut harness);
    harness.assert_shows("█");
}

#[test]
fn reduced_motion_disables_animations() {
    let mut harness = start_payment(Settings { switched: [Setting::Motion].into(), ..Settings::default() });
    let before = harness.screen();
    harness.advance(240);
    assert_eq!(harness.screen(), before);
    succeed(&mut harness);
    harness.assert_shows("┊    ┊");
    issue(&mut harness);
    harness.assert_shows("█");
}

#[test]
fn progress_moves_while_the_payment_is_under_way() {
    let mut harness = start_payment(Settings::default());
    harness.assert_shows("Paying $38.00");
    let before = harness.screen();
    harness.advance_with_wakeups(240);
    assert_ne!(harness.screen(), before);
}

#[test]
fn order_that_was_paid_before_stays_where_it_is() {
    let mut harness = Harness::signed_in();
    harness.server.orders = vec![fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Complete)];
    harness.press("2");
    harness.answer_reads();
    harness.press("enter");
    harness.answer_reads();
    harness.advance_with_wakeups(5_000);
    harness.assert_shows("Paid. The ticket is yours.");
    assert_eq!(count_pending!(harness, ApiCall::PassOfOrder(_)), 0);
}

#[test]
fn screen_that_was_left_is_not_replaced() {
    let mut harness = start_payment(Settings::default());
    harness.press("esc 4");
    succeed(&mut harness);
    harness.advance_with_wakeups(3_000);
    harness.assert_shows("Since the start");
    assert_eq!(count_pending!(harness, ApiCall::PassOfOrder(_)), 0);
}
