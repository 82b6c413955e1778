//! Signing up, in and out, and the data of each user.

use ticketing_sdk::{ErrorCode, OrderStatus};
use ticketing_tui::{ApiCall, Reply};

use crate::support::{Harness, answer, count_pending, fixtures};

fn session(harness: &mut Harness) -> Result<Reply, ticketing_tui::CallError> {
    harness.server.user = Some(fixtures::me());
    Ok(Reply::Session(Some(fixtures::me())))
}

/// Makes an account on the form that is open.
fn sign_up(harness: &mut Harness) {
    harness.press("ctrl-t");
    for words in ["ada@example.com", fixtures::PASSWORD, fixtures::PASSWORD] {
        harness.type_text(words);
        harness.press("enter");
    }
    let reply = session(harness);
    answer!(harness, ApiCall::SignUp { .. }, reply);
    harness.answer_reads();
}

#[test]
fn sign_up_to_buy_continues_with_the_ticket() {
    let mut harness = Harness::signed_out();
    harness.press("j b");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 0);
    harness.assert_shows("Sign in");
    sign_up(&mut harness);
    harness.assert_shows("RustConf, day 1");
    harness.assert_shows("reserves it for you");
    harness.press("b");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 1);
}

#[test]
fn sign_up_to_sell_continues_with_the_form() {
    let mut harness = Harness::signed_out();
    harness.press("n");
    harness.assert_shows("at http://127.0.0.1:3000");
    sign_up(&mut harness);
    harness.assert_shows("Sell a ticket");
    harness.press("esc");
    harness.assert_shows("Market: 6 tickets");
}

#[test]
fn wrong_password_stays_on_the_form_and_can_be_corrected() {
    let mut harness = Harness::signed_out();
    harness.press("i");
    harness.type_text("ada@example.com");
    harness.press("enter");
    harness.type_text("wrong");
    harness.press("enter");
    let wrong = fixtures::refusal(ErrorCode::InvalidCredentials, "The e-mail or the password is wrong");
    answer!(harness, ApiCall::SignIn { .. }, Err(wrong));
    harness.assert_shows("The e-mail or the password is wrong");
    harness.assert_shows("ada@example.com");
    // The masked text of the wrong one is gone: what is typed next is the whole password.
    harness.type_text(fixtures::PASSWORD);
    assert_eq!(harness.screen().matches('•').count(), fixtures::PASSWORD.len());
    harness.press("enter");
    let reply = session(&mut harness);
    answer!(harness, ApiCall::SignIn { .. }, reply);
    harness.assert_shows("Signed in as ada@example.com");
    harness.assert_shows("Market: 6 tickets");
}

#[test]
fn second_enter_while_signing_in_sends_nothing() {
    let mut harness = Harness::signed_out();
    harness.press("i");
    harness.type_text("ada@example.com");
    harness.press("tab");
    harness.type_text(fixtures::PASSWORD);
    harness.press("enter enter enter");
    assert_eq!(count_pending!(harness, ApiCall::SignIn { .. }), 1);
    harness.press("ctrl-t enter");
    assert_eq!(count_pending!(harness, ApiCall::SignIn { .. } | ApiCall::SignUp { .. }), 1);
}

#[test]
fn passwords_that_are_too_short_or_differ_are_not_sent() {
    let mut harness = Harness::signed_out();
    harness.press("i ctrl-t");
    for words in ["ada@example.com", "short", "short"] {
        harness.type_text(words);
        harness.press("enter");
    }
    harness.assert_shows("8 to 128 characters");
    harness.press("ctrl-u");
    harness.type_text("long enough");
    harness.press("enter");
    harness.assert_shows("The passwords differ");
    assert_eq!(count_pending!(harness, ApiCall::SignUp { .. }), 0);
}

#[test]
fn signing_out_asks_and_then_forgets_the_orders() {
    let mut harness = Harness::signed_in();
    harness.server.orders = vec![fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Created)];
    harness.press("2");
    harness.answer_reads();
    harness.assert_shows("Jazz at the lake");
    harness.press("i");
    harness.assert_shows("Sign ada@example.com out?");
    harness.press("n");
    assert_eq!(count_pending!(harness, ApiCall::SignOut), 0);
    harness.press("i y");
    answer!(harness, ApiCall::SignOut, Ok(Reply::Session(None)));
    harness.assert_shows("Sign in to see your orders");
    harness.assert_hides("Jazz at the lake");
    harness.assert_shows("You are signed out");
}

#[test]
fn failed_sign_out_is_reported() {
    let mut harness = Harness::signed_in();
    harness.press("i y");
    answer!(harness, ApiCall::SignOut, Err(fixtures::offline_error()));
    harness.assert_shows("The server cannot be reached");
}

#[test]
fn unauthenticated_write_signs_out() {
    let mut harness = Harness::signed_in();
    harness.press("b");
    answer!(harness, ApiCall::Reserve(..), Err(fixtures::signed_out()));
    harness.assert_shows("i Sign in");
    harness.assert_shows("You are not signed in");
}

#[test]
fn paying_without_a_session_is_refused() {
    let mut harness = Harness::signed_in();
    harness.press("b");
    let order = fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Created);
    answer!(harness, ApiCall::Reserve(..), Ok(Reply::Order(Box::new(order))));
    harness.type_text("tok_visa");
    harness.press("enter");
    answer!(harness, ApiCall::Pay { .. }, Err(fixtures::signed_out()));
    harness.assert_shows("You are not signed in");
    harness.assert_shows("i Sign in");
    // No request is sent for the former user.
    harness.pending.retain(|(_, call)| matches!(call, ApiCall::Order(_)));
    assert_eq!(count_pending!(harness, ApiCall::Pay { .. }), 0);
}

#[test]
fn selling_signed_out_asks_to_sign_in_and_keeps_the_form() {
    let mut harness = Harness::signed_in();
    harness.fill_sale();
    harness.press("enter");
    answer!(harness, ApiCall::Sell(_), Err(fixtures::signed_out()));
    harness.assert_shows("E-mail");
    harness.press("esc");
    harness.assert_shows("Opera on the roof");
}

#[test]
fn order_of_the_last_user_is_not_shown_to_the_next() {
    let mut harness = Harness::signed_in();
    harness.press("b");
    let mine = crate::support::take_call!(harness, ApiCall::Reserve(..));
    harness.press("i y");
    answer!(harness, ApiCall::SignOut, Ok(Reply::Session(None)));
    let order = fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Created);
    harness.reply(mine, Ok(Reply::Order(Box::new(order))));
    harness.press("2");
    harness.assert_shows("Sign in to see your orders");
    harness.assert_hides("●1");
}

/// Signs the user out, and another user in.
fn hand_over(harness: &mut Harness) {
    harness.press("i y");
    answer!(harness, ApiCall::SignOut, Ok(Reply::Session(None)));
    harness.press("i");
    harness.send_sign_in("grace@example.com");
    harness.server.user = Some(fixtures::grace());
    answer!(harness, ApiCall::SignIn { .. }, Ok(Reply::Session(Some(fixtures::grace()))));
    harness.answer_reads();
    harness.assert_shows("grace@example.com");
}

#[test]
fn late_refusal_of_the_last_user_does_not_sign_the_next_out() {
    let mut harness = Harness::signed_in();
    harness.press("r");
    let session = crate::support::take_call!(harness, ApiCall::Session);
    harness.answer_reads();
    harness.press("b");
    let order = crate::support::take_call!(harness, ApiCall::Reserve(..));
    hand_over(&mut harness);
    harness.reply(order, Err(fixtures::signed_out()));
    harness.reply(session, Ok(Reply::Session(None)));
    harness.assert_hides("You are signed out");
    harness.assert_hides("i Sign in");
    harness.assert_shows("grace@example.com");
}

#[test]
fn failed_write_of_the_last_user_is_not_shown_to_the_next() {
    let mut harness = Harness::signed_in();
    harness.fill_sale();
    harness.press("enter esc");
    let sale = crate::support::take_call!(harness, ApiCall::Sell(_));
    hand_over(&mut harness);
    harness.reply(sale, Err(fixtures::unknown()));
    harness.assert_hides("Nobody knows");
    harness.assert_shows("grace@example.com");
}

#[test]
fn form_of_the_last_user_is_not_shown_to_the_next() {
    let mut harness = Harness::signed_in();
    harness.fill_sale();
    harness.press("enter");
    answer!(harness, ApiCall::Sell(_), Err(fixtures::signed_out()));
    harness.send_sign_in("grace@example.com");
    answer!(harness, ApiCall::SignIn { .. }, Ok(Reply::Session(Some(fixtures::grace()))));
    harness.answer_reads();
    harness.assert_shows("Market: 6 tickets");
    harness.press("esc");
    harness.assert_hides("Opera on the roof");
}

#[test]
fn form_continues_after_same_user_signs_in_again() {
    let mut harness = Harness::signed_in();
    harness.fill_sale();
    harness.press("enter");
    answer!(harness, ApiCall::Sell(_), Err(fixtures::signed_out()));
    harness.send_sign_in("ada@example.com");
    let reply = session(&mut harness);
    answer!(harness, ApiCall::SignIn { .. }, reply);
    harness.assert_shows("Opera on the roof");
}

#[test]
fn success_clears_the_failure_before_it_and_covers_nothing() {
    let mut harness = Harness::signed_in();
    harness.feed(ticketing_tui::Event::BrowseFailed("no such file".to_owned()));
    harness.assert_shows("no such file");
    harness.press("b");
    let order = fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Created);
    answer!(harness, ApiCall::Reserve(..), Ok(Reply::Order(Box::new(order))));
    harness.assert_shows("✓");
    harness.assert_hides("no such file");
}
