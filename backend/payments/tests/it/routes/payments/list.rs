//! `GET /api/payments`

use ticketing_engines::{DbEngine, on_both};
use ticketing_sdk::{Payment, PaymentId};

use crate::fixture::{Fixture, TestResponse, User};

on_both! {
    #[tokio::test]
    own_payments_are_listed_in_pages, payments_of_one_order_are_listed_in_pages, invalid_page_is_refused;
}

fn payments(answer: &TestResponse) -> Vec<Payment> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    serde_json::from_str(&answer.text).unwrap()
}

/// Returns the ids of the payments of all pages.
async fn read_pages(user: &User, first: &str) -> Vec<PaymentId> {
    let (mut seen, mut path) = (Vec::new(), first.to_owned());
    loop {
        let answer = user.get(&path).await;
        seen.extend(payments(&answer).into_iter().map(|payment| payment.id));
        let Some(link) = answer.header("link") else { return seen };
        path = link.strip_prefix('<').unwrap().split('>').next().unwrap().to_owned();
    }
}

async fn own_payments_are_listed_in_pages(engine: DbEngine) {
    let fixture = Fixture::on(engine).await;
    let (ada, eve) = (fixture.user("ada"), fixture.user("eve"));
    assert!(payments(&ada.get("/api/payments").await).is_empty());
    let mut made = Vec::new();
    for _ in 0..5 {
        let order = fixture.order(&ada, "20").await;
        made.push(ada.pay(&order, "tok_visa").await.succeeded_payment().id);
        let order = fixture.order(&eve, "20").await;
        eve.pay(&order, "tok_visa").await.succeeded_payment();
    }

    assert_eq!(
        read_pages(&ada, "/api/payments?limit=2").await,
        made,
        "invariant 17: one's own and no other's"
    );
    let all = ada.get("/api/payments").await;
    assert_eq!(payments(&all).len(), 5);
    assert_eq!(all.header("link"), None);
}

async fn payments_of_one_order_are_listed_in_pages(engine: DbEngine) {
    let fixture = Fixture::on(engine).await;
    let (ada, eve) = (fixture.user("ada"), fixture.user("eve"));
    let (order, other) = (fixture.order(&ada, "20").await, fixture.order(&ada, "20").await);
    ada.pay(&order, "tok_chargeDeclined").await.assert_refused(400, "card_declined");
    ada.pay(&other, "tok_visa").await.succeeded_payment();
    let paid = ada.pay(&order, "tok_visa").await.succeeded_payment().id;

    let of_order = read_pages(&ada, &format!("/api/payments?order={order}&limit=1")).await;
    assert_eq!((of_order.len(), of_order.last()), (2, Some(&paid)));
    assert_eq!(read_pages(&ada, "/api/payments").await.len(), 3);
    assert!(read_pages(&ada, "/api/payments?order=none").await.is_empty());
    assert!(read_pages(&eve, &format!("/api/payments?order={order}")).await.is_empty(), "invariant 17");
    assert_eq!(ada.get("/api/payments?order=%00").await.invalid_fields(), ["order"]);
}

async fn invalid_page_is_refused(engine: DbEngine) {
    let fixture = Fixture::on(engine).await;
    let ada = fixture.user("ada");
    assert_eq!(ada.get("/api/payments?limit=0").await.invalid_fields(), ["limit"]);
    assert_eq!(ada.get("/api/payments?limit=501&cursor=!").await.invalid_fields(), ["limit", "cursor"]);
    ada.signed_out().get("/api/payments").await.assert_refused(401, "not_signed_in");
}
