//! Concurrent requests: one succeeds, the others are refused, and the invariants hold.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::json;
use ticketing_testkit::{PASSWORD, Reply, Shape, TestSession, TestStack, eventually, on_shapes};

use crate::support::{cancel, id, list, order, order_of, order_when_visible, pay, read_captures, ticket};

on_shapes! {
    [embedded, postgres, nats, postgres_and_nats, processes]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    concurrent_orders_of_a_ticket_have_one_winner,
    concurrent_payments_of_an_order_charge_once,
    concurrent_payments_with_different_cards_charge_once,
    concurrent_sign_ups_with_an_address_have_one_winner,
    concurrent_edits_of_a_version_have_one_winner,
    concurrent_payment_and_cancellation_have_one_winner,
    order_wins_against_a_concurrent_withdrawal,
    order_keeps_its_price_during_a_concurrent_edit;
}

/// Counts responses by status and by the code of a refusal.
fn count_outcomes(replies: &[Reply]) -> BTreeMap<(u16, String), usize> {
    let mut count_outcomes = BTreeMap::new();
    for reply in replies {
        let code = if reply.status < 400 {
            String::new()
        } else {
            reply.errors(reply.status)[0]["code"].as_str().unwrap().to_owned()
        };
        *count_outcomes.entry((reply.status, code)).or_default() += 1;
    }
    count_outcomes
}

async fn clients(stack: &TestStack, size: usize) -> Vec<TestSession> {
    join_all((0..size).map(|number| async move { stack.session(&format!("buyer{number}")).await })).await
}

async fn concurrent_orders_of_a_ticket_have_one_winner(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let buyers = clients(&stack, 50).await;
    for number in 0..10 {
        let ticket = list(&stack, &seller, &format!("Ticket {number}"), 20.0).await;
        let replies = join_all(buyers.iter().map(|buyer| order(&stack, buyer, &ticket))).await;
        let expected = [((201, String::new()), 1), ((400, "ticket_reserved".to_owned()), 49)];
        assert_eq!(count_outcomes(&replies), BTreeMap::from(expected));
    }
    let orders = join_all(buyers.iter().map(|buyer| async {
        let own = stack.raw().get("/api/orders").by(buyer).await.ok(200);
        own.as_array().unwrap().len()
    }));
    assert_eq!(orders.await.iter().sum::<usize>(), 10);
    stack.finish().await;
}

async fn concurrent_payments_of_an_order_charge_once(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(&stack, &seller, "A ticket", 19.99).await;
    let order = order_when_visible(&stack, &buyer, &ticket).await;
    let replies = join_all((0..100).map(|_| pay(&stack, &buyer, &order, "tok_visa"))).await;
    let mut payments: Vec<String> =
        replies.iter().filter(|reply| reply.status == 201).map(|reply| id(&reply.json())).collect();
    assert!(!payments.is_empty());
    payments.dedup();
    assert_eq!(payments.len(), 1, "all that succeeded are one payment");
    for ((status, code), _) in count_outcomes(&replies) {
        assert!(status == 201 || (status, code.as_str()) == (400, "order_paid"), "{status} {code}");
    }
    assert_eq!(read_captures(&stack, &order).await, (1, 1999));
    stack.finish().await;
}

async fn concurrent_payments_with_different_cards_charge_once(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(&stack, &seller, "A ticket", 30.0).await;
    let order = order_when_visible(&stack, &buyer, &ticket).await;
    let cards = ["tok_visa", "tok_mastercard", "tok_amex", "tok_chargeDeclined"];
    let replies = join_all((0..40).map(|number| pay(&stack, &buyer, &order, cards[number % 4]))).await;
    for ((status, code), _) in count_outcomes(&replies) {
        let refused = ["order_paid", "payment_in_progress", "card_declined"].contains(&code.as_str());
        assert!(status == 201 || (status == 400 && refused), "{status} {code}");
    }
    // If the declined card came first, all others may have been refused.
    pay(&stack, &buyer, &order, "tok_visa").await;
    assert_eq!(read_captures(&stack, &order).await, (1, 3000));
    stack.finish().await;
}

async fn concurrent_sign_ups_with_an_address_have_one_winner(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let credentials = json!({ "email": "one@example.com", "password": PASSWORD });
    let sign_up = || async { stack.raw().post("/api/users/signup").json(&credentials).await };
    let replies = join_all((0..20).map(|_| sign_up())).await;
    let expected = [((201, String::new()), 1), ((400, "email_in_use".to_owned()), 19)];
    assert_eq!(count_outcomes(&replies), BTreeMap::from(expected));
    stack.raw().post("/api/users/signin").json(&credentials).await.ok(200);
    stack.finish().await;
}

async fn concurrent_edits_of_a_version_have_one_winner(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let path = format!("/api/tickets/{}", list(&stack, &seller, "A ticket", 20.0).await);
    for version in 0..5 {
        let edit = |number: usize| {
            let wanted = json!({ "title": format!("Edit {version}.{number}"), "price": 20 });
            let tag = format!("\"{version}\"");
            let request = stack.raw().put(&path).by(&seller).header("if-match", tag).json(&wanted);
            request.into_future()
        };
        let replies = join_all((0..10).map(edit)).await;
        let expected = [((200, String::new()), 1), ((412, "version_mismatch".to_owned()), 9)];
        assert_eq!(count_outcomes(&replies), BTreeMap::from(expected));
    }
    assert_eq!(stack.raw().get(&path).await.json()["version"], 5);
    stack.finish().await;
}

async fn concurrent_payment_and_cancellation_have_one_winner(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    for round in 0..30 {
        let ticket_id = list(&stack, &seller, &format!("Ticket {round}"), 12.5).await;
        let order_id = order_when_visible(&stack, &buyer, &ticket_id).await;
        let (paid, cancelled) =
            tokio::join!(pay(&stack, &buyer, &order_id, "tok_visa"), cancel(&stack, &buyer, &order_id));
        match (paid.status, cancelled.status) {
            (201, 400) => {
                eventually!(order_of(&stack, &buyer, &order_id).await["status"] == "complete");
                assert_eq!(read_captures(&stack, &order_id).await, (1, 1250));
            }
            (400, 204) => {
                paid.assert_refused(400, "order_cancelled");
                assert_eq!(order_of(&stack, &buyer, &order_id).await["status"], "cancelled");
                assert_eq!(read_captures(&stack, &order_id).await.1, 0);
                eventually!(ticket(&stack, &ticket_id).await["status"] == "available");
            }
            other => panic!("paid and cancelled answered {other:?}"),
        }
    }
    stack.finish().await;
}

async fn order_wins_against_a_concurrent_withdrawal(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    for round in 0..30 {
        let ticket_id = list(&stack, &seller, &format!("Ticket {round}"), 8.0).await;
        let path = format!("/api/tickets/{ticket_id}");
        let withdraw = async { stack.raw().delete(&path).by(&seller).await };
        let (bought, withdrawn) = tokio::join!(order(&stack, &buyer, &ticket_id), withdraw);
        stack.settle().await;
        match (bought.status, withdrawn.status) {
            // The withdrawal preceded the event of the order: the order stands, and the withdrawal waits for its end.
            (201, 204) => {
                let order_id = id(&bought.json());
                assert_eq!(order_of(&stack, &buyer, &order_id).await["status"], "created");
                let held = ticket(&stack, &ticket_id).await;
                assert_eq!((&held["status"], &held["orderId"]), (&json!("reserved"), &json!(order_id)));
                order(&stack, &buyer, &ticket_id).await.assert_refused(400, "ticket_reserved");
                if round % 2 == 0 {
                    pay(&stack, &buyer, &order_id, "tok_visa").await.ok(201);
                    eventually!(ticket(&stack, &ticket_id).await["status"] == "sold", seconds 30);
                } else {
                    cancel(&stack, &buyer, &order_id).await.ok(204);
                    eventually!(stack.raw().get(&path).await.status == 404, seconds 30);
                    stack.settle().await;
                    order(&stack, &buyer, &ticket_id).await.assert_refused(404, "not_found");
                }
            }
            (201, 400) => {
                withdrawn.assert_refused(400, "ticket_reserved");
                let order_id = id(&bought.json());
                assert_eq!(ticket(&stack, &ticket_id).await["orderId"], order_id.as_str());
                cancel(&stack, &buyer, &order_id).await.ok(204);
            }
            (404, 204) => {}
            other => panic!("ordered and withdrawn answered {other:?}"),
        }
    }
    stack.finish().await;
}

async fn order_keeps_its_price_during_a_concurrent_edit(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    for round in 0..15 {
        let ticket_id = list(&stack, &seller, &format!("Ticket {round}"), 10.0).await;
        let path = format!("/api/tickets/{ticket_id}");
        let dearer = json!({ "title": format!("Ticket {round}"), "price": 90 });
        let raise = async { stack.raw().put(&path).by(&seller).json(&dearer).await };
        let (bought, _) = tokio::join!(order(&stack, &buyer, &ticket_id), raise);
        let bought = bought.ok(201);
        let price = bought["ticket"]["price"].as_i64().unwrap();
        assert!(price == 10 || price == 90);
        let order_id = id(&bought);
        pay(&stack, &buyer, &order_id, "tok_visa").await.ok(201);
        assert_eq!(read_captures(&stack, &order_id).await, (1, price * 100));
        eventually!(ticket(&stack, &ticket_id).await["status"] == "sold", seconds 30);
        assert_eq!(
            ticket(&stack, &ticket_id).await["price"],
            price,
            "the ticket is sold at the price of the order"
        );
    }
    stack.finish().await;
}
