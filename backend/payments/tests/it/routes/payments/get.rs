//! `GET /api/payments/{id}`
use ticketing_engines::{Engine, on_both};

use crate::house::House;

on_both! {
    #[tokio::test]
    a_payment_is_its_owners_alone;
}

async fn a_payment_is_its_owners_alone(engine: Engine) {
    let house = House::on(engine).await;
    let (ada, eve) = (house.user("ada"), house.user("eve"));
    let order = house.order(&ada, "149.99").await;
    let paid = ada.pay(&order, "tok_visa").await;
    let path = format!("/api/payments/{}", paid.paid().id);

    let answer = ada.get(&path).await;
    assert_eq!((answer.status, &answer.text), (200, &paid.text));
    assert_eq!(answer.header("etag"), Some("\"3\""), "begun, authorised, capturing, taken");
    assert!(answer.text.contains("\"amount\":149.99"), "{}", answer.text);
    assert!(!answer.text.contains("tok_"), "the card is not repeated: {}", answer.text);

    eve.get(&path).await.refused(401, "not_owner");
    ada.signed_out().get(&path).await.refused(401, "not_signed_in");
    for unknown in ["x", "5f8d0d55b54764421b7156d9", "%FF", "019a0000-0000-7000-8000-000000000000"] {
        ada.get(&format!("/api/payments/{unknown}")).await.refused(404, "not_found");
    }
}
