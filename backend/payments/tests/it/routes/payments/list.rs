//! `GET /api/payments`

use ticketing_engines::{Engine, on_both};
use ticketing_sdk::Payment;

use crate::house::{Answer, House};

on_both! {
    #[tokio::test]
    ones_own_payments_newest_last_a_page_at_a_time, a_page_that_cannot_be_is_refused;
}

fn payments(answer: &Answer) -> Vec<Payment> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    serde_json::from_str(&answer.text).unwrap()
}

async fn ones_own_payments_newest_last_a_page_at_a_time(engine: Engine) {
    let house = House::on(engine).await;
    let (ada, eve) = (house.user("ada"), house.user("eve"));
    assert!(payments(&ada.get("/api/payments").await).is_empty());
    let mut made = Vec::new();
    for _ in 0..5 {
        let order = house.order(&ada, "20").await;
        made.push(ada.pay(&order, "tok_visa").await.paid().id);
        let order = house.order(&eve, "20").await;
        eve.pay(&order, "tok_visa").await.paid();
    }

    let (mut seen, mut path) = (Vec::new(), "/api/payments?limit=2".to_owned());
    loop {
        let answer = ada.get(&path).await;
        seen.extend(payments(&answer).into_iter().map(|payment| payment.id));
        let Some(link) = answer.header("link") else { break };
        path = link.strip_prefix('<').unwrap().split('>').next().unwrap().to_owned();
    }

    assert_eq!(seen, made, "invariant 17: one's own and no other's");
    let all = ada.get("/api/payments").await;
    assert_eq!(payments(&all).len(), 5);
    assert_eq!(all.header("link"), None);
}

async fn a_page_that_cannot_be_is_refused(engine: Engine) {
    let house = House::on(engine).await;
    let ada = house.user("ada");
    assert_eq!(ada.get("/api/payments?limit=0").await.faults(), ["limit"]);
    assert_eq!(ada.get("/api/payments?limit=501&cursor=!").await.faults(), ["limit", "cursor"]);
    ada.signed_out().get("/api/payments").await.refused(401, "not_signed_in");
}
