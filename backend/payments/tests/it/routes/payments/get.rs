//! `GET /api/payments/{id}`
use ticketing_engines::{DbEngine, on_both};

use crate::fixture::Fixture;

on_both! {
    #[tokio::test]
    payment_is_visible_to_its_buyer_only;
}

async fn payment_is_visible_to_its_buyer_only(engine: DbEngine) {
    let fixture = Fixture::on(engine).await;
    let (ada, eve) = (fixture.user("ada"), fixture.user("eve"));
    let order = fixture.order(&ada, "149.99").await;
    let paid = ada.pay(&order, "tok_visa").await;
    let path = format!("/api/payments/{}", paid.succeeded_payment().id);

    let answer = ada.get(&path).await;
    assert_eq!((answer.status, &answer.text), (200, &paid.text));
    assert_eq!(answer.header("etag"), Some("\"3\""), "begun, authorized, capturing, taken");
    assert!(answer.text.contains("\"amount\":149.99"), "{}", answer.text);
    assert!(!answer.text.contains("tok_"), "the card is not repeated: {}", answer.text);

    eve.get(&path).await.assert_refused(401, "not_owner");
    ada.signed_out().get(&path).await.assert_refused(401, "not_signed_in");
    for unknown in ["x", "5f8d0d55b54764421b7156d9", "%FF", "019a0000-0000-7000-8000-000000000000"] {
        ada.get(&format!("/api/payments/{unknown}")).await.assert_refused(404, "not_found");
    }
}
