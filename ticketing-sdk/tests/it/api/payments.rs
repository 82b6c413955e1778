//! `/api/payments`.

use serde_json::json;
use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{CardEntry, CardToken, Error, ErrorCode, Method, PaymentStatus, Phase};

use crate::support::{client, payment};

#[tokio::test]
async fn payment_settles_at_once() {
    let mock = Mock::new();
    mock.on(Method::POST, "/api/payments", Reply::json(201, &payment("succeeded")));
    let paid = client(&mock)
        .payments()
        .create("o-1", CardToken::new("tok_visa"))
        .wait_until_settled()
        .await
        .unwrap();
    assert_eq!((paid.status, paid.amount.unwrap().cents()), (Some(PaymentStatus::Succeeded), 14_999));
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn pending_payment_is_polled() {
    let mock = Mock::new();
    mock.on(Method::POST, "/api/payments", Reply::json(202, &payment("pending")))
        .on(Method::GET, "/api/payments/p-1", Reply::json(200, &payment("authorized")))
        .on(Method::GET, "/api/payments/p-1", Reply::json(200, &payment("succeeded")));
    let payments = client(&mock).payments();
    let open = payments.create("o-1", CardToken::new("tok_visa")).await.unwrap();
    assert_eq!(open.status, Some(PaymentStatus::Pending));
    let settled = payments.create("o-1", CardToken::new("tok_visa")).wait_until_settled().await.unwrap();
    assert_eq!(settled.status, Some(PaymentStatus::Succeeded));
}

#[tokio::test(start_paused = true)]
async fn unsettled_payment_times_out() {
    let mock = Mock::new();
    mock.on(Method::GET, "/api/payments/p-1", Reply::json(200, &payment("pending")));
    let error = client(&mock).payments().wait_until_settled("p-1").await.unwrap_err();
    assert!(matches!(error, Error::Timeout { phase: Phase::Settle, .. }), "{error:?}");
    assert!(mock.requests().len() < 40, "asked {} times", mock.requests().len());
}

#[tokio::test]
async fn response_with_only_an_id_is_settled() {
    let mock = Mock::new().without_extensions();
    mock.on(Method::POST, "/api/payments", Reply::json(201, &json!({"id": "5ea9b8f0c1d2e3f405162738"})));
    let paid = client(&mock)
        .payments()
        .create("o-1", CardToken::new("tok_visa"))
        .wait_until_settled()
        .await
        .unwrap();
    assert_eq!((paid.id.as_str(), paid.status), ("5ea9b8f0c1d2e3f405162738", None));
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn declined_card_is_not_retried() {
    let mock = Mock::new();
    let refusal = Reply::problem(400, ErrorCode::CardDeclined, "Your card has insufficient funds.");
    mock.on(Method::POST, "/api/payments", refusal);
    let error = client(&mock).payments().create("o-1", CardToken::new("tok_x")).await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::CardDeclined));
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn page_of_the_marketplace_tells_how_cards_are_entered() {
    let meta =
        |key: &str| format!(r#"<html><head><meta name="ticketing-stripe-key" content="{key}"></head>"#);
    for (reply, expected) in [
        (Reply::text(200, "text/html", meta("pk_test_51H")), CardEntry::Page),
        (Reply::text(200, "text/html", meta("")), CardEntry::Token),
        (Reply::text(200, "text/html", "<html>another page</html>"), CardEntry::Token),
        (Reply::problem(404, ErrorCode::NotFound, "no pages"), CardEntry::Token),
    ] {
        let mock = Mock::new();
        mock.on(Method::GET, "/", reply);
        assert_eq!(client(&mock).payments().card_entry().await.unwrap(), expected);
    }
    let mock = Mock::new();
    mock.on(Method::GET, "/", Reply::text(500, "text/html", "<html>"));
    assert!(client(&mock).payments().card_entry().await.is_err());
}
