//! Uploads that end the offer of a pass: what became of it.

use ticketing_sdk::{DoubleAdmission, Pass, PassStatus, fixtures};

use super::offline::{check_in, door_time, marketplace_with, prepare_door, sync};
use super::*;
use crate::door::vectors::PASS;

/// A marketplace that refuses the upload with this code, ends the offer, and shows the pass like this afterwards.
fn refuse_upload(code: &ErrorCode, pass: &Pass) -> Mock {
    let mock = marketplace_with(std::slice::from_ref(pass));
    let detail = serde_json::json!({ "message": "no", "code": code.as_str(), "offerWithdrawn": true });
    mock.on(Method::POST, PATH, Reply::json(400, &serde_json::json!({ "errors": [detail] })));
    mock.on(Method::GET, format!("/api/passes/{PASS}"), Reply::json(200, pass));
    mock
}

/// Uploads one admission. Returns the outcome, the conflicts and the messages.
async fn upload(mock: &Mock) -> (CliResult, Vec<serde_json::Value>, String) {
    let (_folder, file) = prepare_door();
    check_in(&file, door_time());
    let fake = fake::pipe("");
    let api = ApiContext::of_mock(mock, fake.io, Format::Jsonl, file.parent().unwrap());
    let end = sync::sync(&api, &file).await;
    let conflicts = fake.out.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // Nothing of the upload itself matters the next time.
    let (again, _) = sync(mock, &file).await;
    assert_eq!(again.is_ok(), end.is_ok());
    (end, conflicts, fake.err.text())
}

fn own() -> DoubleAdmission {
    DoubleAdmission::new(door_time(), Some("north".to_owned()))
}

#[tokio::test]
async fn holder_who_has_entered_offers_the_pass_no_longer() {
    let used = fixtures::pass(PASS).status(PassStatus::Used).admitted_at(door_time()).device("north");
    let (end, conflicts, printed) = upload(&refuse_upload(&ErrorCode::PassOffered, &used)).await;
    assert!(end.is_ok() && conflicts.is_empty(), "{conflicts:?}");
    assert!(printed.contains("A ticket: admitted before; its offer was withdrawn\n"), "{printed}");
}

#[tokio::test(start_paused = true)]
async fn offer_whose_buyer_may_be_paying_is_not_called_withdrawn() {
    let offered = fixtures::pass(PASS).status(PassStatus::Offered).admitted_at(door_time()).device("north");
    let (end, conflicts, printed) = upload(&refuse_upload(&ErrorCode::PassOffered, &offered)).await;
    assert!(end.is_ok() && conflicts.is_empty(), "{conflicts:?}");
    assert!(printed.contains("its offer is withdrawn, unless its buyer is paying: sync again"), "{printed}");
}

#[tokio::test]
async fn buyer_who_had_paid_may_enter_with_a_warning() {
    let sold = fixtures::pass(PASS).serial(1).double_admissions(vec![own()]);
    let (end, conflicts, printed) = upload(&refuse_upload(&ErrorCode::PassOffered, &sold)).await;
    assert_eq!((end.unwrap_err().exit, conflicts.len()), (Exit::Refused, 1));
    let message = "the pass was for sale, and its buyer had paid before the upload: the buyer may enter, with a warning";
    assert_eq!(conflicts[0]["message"], message);
    assert!(!printed.contains("withdrawn"), "{printed}");
    // The buyer has entered meanwhile.
    let later = door_time() + Duration::from_secs(60);
    let entered = sold.status(PassStatus::Used).admitted_at(later).device("south");
    let (_, conflicts, _) = upload(&refuse_upload(&ErrorCode::PassOffered, &entered)).await;
    let words = conflicts[0]["message"].as_str().unwrap();
    assert!(words.starts_with(&format!("{message}; the pass was admitted 2 times: ")), "{words}");
}

#[tokio::test]
async fn old_code_that_ended_an_offer_is_reported_to_the_holder() {
    let given = fixtures::pass(PASS).serial(1).double_admissions(vec![own()]);
    let (end, conflicts, _) = upload(&refuse_upload(&ErrorCode::PassSuperseded, &given)).await;
    assert_eq!((end.unwrap_err().exit, conflicts.len()), (Exit::Refused, 1));
    let words = conflicts[0]["message"].as_str().unwrap();
    let offer = "; the holder's offer has ended, and the holder may enter, with a warning";
    assert!(words.starts_with("this code is old") && words.ends_with(offer), "{words}");
    // Nothing was for sale.
    let mock = marketplace_with(std::slice::from_ref(&given));
    mock.on(Method::POST, PATH, Reply::problem(400, ErrorCode::PassSuperseded, "old"));
    let (_, conflicts, _) = upload(&mock).await;
    assert_eq!(conflicts[0]["message"], "this code is old: the pass has another holder now");
}
