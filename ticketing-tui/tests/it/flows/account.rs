//! Signing up, in and out, and what belongs to whom.

use ticketing_sdk::{ErrorCode, OrderStatus};
use ticketing_tui::{Call, Reply};

use crate::support::{Stage, answer, props, waiting};

fn session(stage: &mut Stage) -> Result<Reply, ticketing_tui::CallError> {
    stage.world.user = Some(props::me());
    Ok(Reply::Session(Some(props::me())))
}

/// Makes an account on the form that is open.
fn sign_up(stage: &mut Stage) {
    stage.press("ctrl-t");
    for words in ["ada@example.com", props::PASSWORD, props::PASSWORD] {
        stage.write(words);
        stage.press("enter");
    }
    let reply = session(stage);
    answer!(stage, Call::SignUp { .. }, reply);
    stage.settle();
}

#[test]
fn sign_up_to_buy_continues_with_the_ticket() {
    let mut stage = Stage::open();
    stage.press("j b");
    assert_eq!(waiting!(stage, Call::Reserve(..)), 0);
    stage.sees("Sign in");
    sign_up(&mut stage);
    stage.sees("RustConf, day 1");
    stage.sees("reserves it for you");
    stage.press("b");
    assert_eq!(waiting!(stage, Call::Reserve(..)), 1);
}

#[test]
fn sign_up_to_sell_continues_with_the_form() {
    let mut stage = Stage::open();
    stage.press("n");
    stage.sees("at http://127.0.0.1:3000");
    sign_up(&mut stage);
    stage.sees("Sell a ticket");
    stage.press("esc");
    stage.sees("Market: 6 tickets");
}

#[test]
fn a_wrong_password_stays_on_the_form_and_can_be_mended() {
    let mut stage = Stage::open();
    stage.press("i");
    stage.write("ada@example.com");
    stage.press("enter");
    stage.write("wrong");
    stage.press("enter");
    let wrong = props::refused(ErrorCode::InvalidCredentials, "The e-mail or the password is wrong");
    answer!(stage, Call::SignIn { .. }, Err(wrong));
    stage.sees("The e-mail or the password is wrong");
    stage.press("ctrl-u");
    stage.write(props::PASSWORD);
    stage.press("enter");
    let reply = session(&mut stage);
    answer!(stage, Call::SignIn { .. }, reply);
    stage.sees("Signed in as ada@example.com");
    stage.sees("Market: 6 tickets");
}

#[test]
fn a_second_enter_while_signing_in_sends_nothing() {
    let mut stage = Stage::open();
    stage.press("i");
    stage.write("ada@example.com");
    stage.press("tab");
    stage.write(props::PASSWORD);
    stage.press("enter enter enter");
    assert_eq!(waiting!(stage, Call::SignIn { .. }), 1);
    stage.press("ctrl-t enter");
    assert_eq!(waiting!(stage, Call::SignIn { .. } | Call::SignUp { .. }), 1);
}

#[test]
fn passwords_that_are_too_short_or_differ_are_not_sent() {
    let mut stage = Stage::open();
    stage.press("i ctrl-t");
    for words in ["ada@example.com", "short", "short"] {
        stage.write(words);
        stage.press("enter");
    }
    stage.sees("8 to 128 characters");
    stage.press("ctrl-u");
    stage.write("long enough");
    stage.press("enter");
    stage.sees("The passwords differ");
    assert_eq!(waiting!(stage, Call::SignUp { .. }), 0);
}

#[test]
fn signing_out_asks_and_then_forgets_the_orders() {
    let mut stage = Stage::signed_in();
    stage.world.orders = vec![props::order("o1", &props::tickets()[0], OrderStatus::Created)];
    stage.press("2");
    stage.settle();
    stage.sees("Jazz at the lake");
    stage.press("i");
    stage.sees("Sign ada@example.com out?");
    stage.press("n");
    assert_eq!(waiting!(stage, Call::SignOut), 0);
    stage.press("i y");
    answer!(stage, Call::SignOut, Ok(Reply::Session(None)));
    stage.sees("Sign in to see your orders");
    stage.does_not_see("Jazz at the lake");
    stage.sees("You are signed out");
}

#[test]
fn failed_sign_out_is_reported() {
    let mut stage = Stage::signed_in();
    stage.press("i y");
    answer!(stage, Call::SignOut, Err(props::offline()));
    stage.sees("The server cannot be reached");
}

#[test]
fn a_write_that_finds_nobody_signed_in_signs_out() {
    let mut stage = Stage::signed_in();
    stage.press("b");
    answer!(stage, Call::Reserve(..), Err(props::signed_out()));
    stage.sees("i Sign in");
    stage.sees("You are signed out");
}

#[test]
fn paying_without_a_session_says_so_and_pays_nothing() {
    let mut stage = Stage::signed_in();
    stage.press("b");
    let order = props::order("o1", &props::tickets()[0], OrderStatus::Created);
    answer!(stage, Call::Reserve(..), Ok(Reply::Order(Box::new(order))));
    stage.write("tok_visa");
    stage.press("enter");
    answer!(stage, Call::Pay { .. }, Err(props::signed_out()));
    stage.sees("You are not signed in");
    stage.sees("i Sign in");
    // Nothing is asked in the name of one who is gone.
    stage.waiting.retain(|(_, call)| matches!(call, Call::Order(_)));
    assert_eq!(waiting!(stage, Call::Pay { .. }), 0);
}

#[test]
fn selling_without_a_session_leads_to_the_sign_in_and_keeps_what_was_written() {
    let mut stage = Stage::signed_in();
    stage.press("n");
    stage.write("Opera on the roof");
    stage.press("tab");
    stage.write("75");
    stage.press("enter");
    answer!(stage, Call::Sell(_), Err(props::signed_out()));
    stage.sees("E-mail");
    stage.press("esc");
    stage.sees("Opera on the roof");
}

#[test]
fn order_of_the_last_user_is_not_shown_to_the_next() {
    let mut stage = Stage::signed_in();
    stage.press("b");
    let mine = crate::support::call!(stage, Call::Reserve(..));
    stage.press("i y");
    answer!(stage, Call::SignOut, Ok(Reply::Session(None)));
    let order = props::order("o1", &props::tickets()[0], OrderStatus::Created);
    stage.reply(mine, Ok(Reply::Order(Box::new(order))));
    stage.press("2");
    stage.sees("Sign in to see your orders");
    stage.does_not_see("●1");
}

/// Signs the one who is signed in out, and another in.
fn hand_over(stage: &mut Stage) {
    stage.press("i y");
    answer!(stage, Call::SignOut, Ok(Reply::Session(None)));
    stage.press("i");
    stage.write("grace@example.com");
    stage.press("enter");
    stage.write(props::PASSWORD);
    stage.press("enter");
    stage.world.user = Some(props::grace());
    answer!(stage, Call::SignIn { .. }, Ok(Reply::Session(Some(props::grace()))));
    stage.settle();
    stage.sees("grace@example.com");
}

#[test]
fn late_refusal_of_the_last_user_does_not_sign_the_next_out() {
    let mut stage = Stage::signed_in();
    stage.press("r");
    let session = crate::support::call!(stage, Call::Session);
    stage.settle();
    stage.press("b");
    let order = crate::support::call!(stage, Call::Reserve(..));
    hand_over(&mut stage);
    stage.reply(order, Err(props::signed_out()));
    stage.reply(session, Ok(Reply::Session(None)));
    stage.does_not_see("You are signed out");
    stage.does_not_see("i Sign in");
    stage.sees("grace@example.com");
}

#[test]
fn failed_write_of_the_last_user_is_not_shown_to_the_next() {
    let mut stage = Stage::signed_in();
    stage.press("n");
    stage.write("Opera on the roof");
    stage.press("tab");
    stage.write("75");
    stage.press("enter esc");
    let sale = crate::support::call!(stage, Call::Sell(_));
    hand_over(&mut stage);
    stage.reply(sale, Err(props::unknown()));
    stage.does_not_see("Nobody knows");
    stage.sees("grace@example.com");
}

#[test]
fn what_one_wrote_is_not_shown_to_the_next_who_signs_in() {
    let mut stage = Stage::signed_in();
    stage.press("n");
    stage.write("Opera on the roof");
    stage.press("tab");
    stage.write("75");
    stage.press("enter");
    answer!(stage, Call::Sell(_), Err(props::signed_out()));
    stage.write("grace@example.com");
    stage.press("enter");
    stage.write(props::PASSWORD);
    stage.press("enter");
    answer!(stage, Call::SignIn { .. }, Ok(Reply::Session(Some(props::grace()))));
    stage.settle();
    stage.sees("Market: 6 tickets");
    stage.press("esc");
    stage.does_not_see("Opera on the roof");
}

#[test]
fn same_user_goes_on_with_the_form_after_signing_in_again() {
    let mut stage = Stage::signed_in();
    stage.press("n");
    stage.write("Opera on the roof");
    stage.press("tab");
    stage.write("75");
    stage.press("enter");
    answer!(stage, Call::Sell(_), Err(props::signed_out()));
    stage.write("ada@example.com");
    stage.press("enter");
    stage.write(props::PASSWORD);
    stage.press("enter");
    let reply = session(&mut stage);
    answer!(stage, Call::SignIn { .. }, reply);
    stage.sees("Opera on the roof");
}
