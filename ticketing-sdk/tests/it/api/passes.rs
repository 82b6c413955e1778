//! `/api/passes`.

use std::time::Duration;

use serde_json::json;
use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{Error, ErrorCode, Method, NewCheckIn, Pass, PassStatus, fixtures};

use crate::support::{client, ticket};

#[tokio::test]
async fn claim_code_of_a_transfer_claims_the_pass() {
    let mock = Mock::new();
    let expires_at = "2026-11-29T10:15:00.000Z";
    let transfer = Reply::json(201, &json!({"claimCode": "ABCD-EFGH", "expiresAt": expires_at}));
    let held = fixtures::pass("p-1").serial(1).code("TK1AB");
    mock.on(Method::POST, "/api/passes/p-1/transfer", transfer).on(
        Method::POST,
        "/api/passes/claims",
        Reply::json(201, &held),
    );
    let passes = client(&mock).passes();
    let transfer = passes.transfer("p-1").await.unwrap();
    assert_eq!(transfer.expires_at.to_string(), expires_at);
    let pass = passes.claim(transfer.claim_code).await.unwrap();
    assert_eq!((pass.serial, pass.code.unwrap().as_str()), (1, "TK1AB"));
    let claim: serde_json::Value = serde_json::from_slice(&mock.requests()[1].body).unwrap();
    assert_eq!(claim, json!({"claimCode": "ABCD-EFGH"}));
}

#[tokio::test]
async fn second_check_in_states_time_and_device_of_the_first() {
    let mock = Mock::new();
    let detail = json!({
        "message": "The pass was admitted", "field": "code", "code": "already_admitted",
        "admittedAt": "2026-12-24T18:31:07.250Z", "device": "north door",
    });
    mock.on(Method::POST, "/api/passes/check-ins", Reply::json(409, &json!({ "errors": [detail] })));
    let error = client(&mock).passes().check_in(NewCheckIn::new("TK1AB")).await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::AlreadyAdmitted));
    let ticketing_sdk::Error::Api(error) = error else { panic!("{error:?}") };
    assert_eq!(error.details[0].device.as_deref(), Some("north door"));
    assert_eq!(error.details[0].admitted_at.unwrap().to_string(), "2026-12-24T18:31:07.250Z");
    assert_eq!(mock.requests().len(), 1, "a refusal is not repeated");
}

#[tokio::test]
async fn offered_pass_is_a_listing() {
    let mock = Mock::new();
    let mut listing = ticket("t-2");
    listing["resaleOf"] = json!("t-1");
    mock.on(Method::POST, "/api/passes/p-1/resale", Reply::json(201, &listing));
    let listing = client(&mock).passes().resell("p-1", "20".parse().unwrap()).await.unwrap();
    assert_eq!(listing.resale_of.unwrap().as_str(), "t-1");
}

#[tokio::test]
async fn filters_hold_where_the_server_ignores_them() {
    let mock = Mock::new();
    let used = fixtures::pass("p-2").status(PassStatus::Used);
    let bought = fixtures::pass("p-1").order_id("o-1");
    mock.on(Method::GET, "/api/passes", Reply::json(200, &json!([bought, used])));
    let passes = client(&mock).passes();
    let ids = |passes: Vec<Pass>| passes.into_iter().map(|pass| pass.id.into_string()).collect::<Vec<_>>();
    assert_eq!(ids(passes.list().await.unwrap().items), ["p-1", "p-2"]);
    assert_eq!(ids(passes.list().status([PassStatus::Used]).await.unwrap().items), ["p-2"]);
    assert_eq!(ids(passes.list().order("o-1").await.unwrap().items), ["p-1"]);
}

#[tokio::test(start_paused = true)]
async fn pass_of_an_order_is_waited_for_until_the_time_is_over() {
    let mock = Mock::new();
    let bought = fixtures::pass("p-1").order_id("o-1");
    let none = || Reply::json(200, &json!([]));
    mock.on(Method::GET, "/api/passes", none()).on(Method::GET, "/api/passes", none());
    mock.on(Method::GET, "/api/passes", Reply::json(200, &json!([bought])));
    let passes = client(&mock).passes();
    let found = passes.wait_for_order("o-1", Duration::from_secs(3)).await.unwrap();
    assert_eq!((found.unwrap().id.as_str(), mock.requests().len()), ("p-1", 3));
    assert_eq!(passes.wait_for_order("o-2", Duration::from_secs(3)).await.unwrap(), None);

    let error =
        client(&Mock::new()).passes().wait_for_order("o-1", Duration::from_secs(3)).await.unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error:?}");
}
