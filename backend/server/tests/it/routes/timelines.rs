//! The timelines of orders: what each service retains, for the buyer only, and their merge.

use ticketing_payments::domain::PaymentStep;
use ticketing_sdk::{Explanation, OrderId, TicketHolder, TimelineEntry, TimelineKind};
use ticketing_testkit::{Shape, TestStack, on_shapes};

use crate::support::{cancel, list, order_when_visible, pay};

on_shapes! {
    [embedded, postgres_and_nats, processes]
    #[tokio::test]
    purchase_has_one_timeline_over_all_services, timeline_is_visible_to_the_buyer_only;
    [embedded, postgres_and_nats]
    #[tokio::test]
    attempts_at_the_provider_have_their_request_ids, cancelled_order_names_its_cause;
}

fn paths(order: &str) -> [String; 3] {
    [
        format!("/api/orders/{order}/timeline"),
        format!("/api/payments/timeline?order={order}"),
        format!("/api/tickets/timeline?order={order}"),
    ]
}

fn find<'e>(
    explanation: &'e Explanation,
    service: &str,
    kind: TimelineKind,
    name: &str,
) -> &'e TimelineEntry {
    let is_it = |entry: &&TimelineEntry| entry.service == service && entry.kind == kind && entry.name == name;
    let found = explanation.entries.iter().find(is_it);
    found.unwrap_or_else(|| panic!("no {kind} {name} of {service} in {explanation:#?}"))
}

/// Asserts that no delivery comes before its event, and that events of an aggregate rise by one version.
fn assert_causal(explanation: &Explanation) {
    for (place, entry) in explanation.entries.iter().enumerate() {
        let is_event =
            |other: &TimelineEntry| other.kind == TimelineKind::Event && other.event_id == entry.event_id;
        if entry.kind == TimelineKind::Delivery {
            let event = explanation.entries.iter().position(is_event);
            assert!(event.is_none_or(|event| event < place), "{entry:?} comes before its event");
        }
    }
    let versions: Vec<i64> = explanation
        .entries
        .iter()
        .filter(|entry| entry.kind == TimelineKind::Event && entry.service == "orders")
        .filter_map(|entry| entry.version)
        .collect();
    assert!(versions.iter().copied().eq(0..i64::try_from(versions.len()).unwrap()), "{versions:?}");
}

async fn purchase_has_one_timeline_over_all_services(shape: Shape) {
    use TimelineKind::{Call, Command, Deadline, Delivery, Event};
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.user("seller").await, stack.user("buyer").await);
    let new = ticketing_sdk::NewTicket::new("A ticket", "20".parse().unwrap());
    let ticket = seller.tickets().create(new).await.unwrap();
    let order = buyer.orders().create(&ticket.id).await.unwrap();
    let unpaid = buyer.orders().explain(&order.id).await.unwrap();
    find(&unpaid, "orders", Deadline, "reservation");
    let card = ticketing_sdk::CardToken::new("tok_visa");
    buyer.payments().create(&order.id, card).wait_until_settled().await.unwrap();
    stack.settle().await;

    let explanation = buyer.orders().explain(&order.id).await.unwrap();
    assert_eq!(explanation.gaps, []);
    assert!(explanation.summary.contains("captured $20.00"), "{}", explanation.summary);
    for (service, kind, name) in [
        ("orders", Command, "POST /api/orders"),
        ("orders", Event, "order:created"),
        ("payments", Delivery, "order:created"),
        ("tickets", Delivery, "order:created"),
        ("payments", Command, "POST /api/payments"),
        ("payments", Event, "payment:authorized"),
        ("orders", Delivery, "payment:authorized"),
        ("orders", Event, "order:confirmed"),
        ("payments", Event, "payment:created"),
        ("orders", Delivery, "payment:created"),
        ("orders", Event, "order:completed"),
        ("tickets", Delivery, "order:completed"),
        ("tickets", Event, "pass:issued"),
    ] {
        let entry = find(&explanation, service, kind, name);
        assert!(kind != Delivery || entry.deliveries >= Some(1), "{entry:?}");
        assert!(kind != Event || entry.outcome.as_deref() == Some("published"), "{entry:?}");
    }
    for step in ["authorize", "capture"] {
        let call = find(&explanation, "payments", Call, step);
        assert_eq!((call.outcome.as_deref(), call.attempt), (Some("done"), Some(1)), "{call:?}");
        assert!(call.request_ids[0].starts_with("req_sim_"), "{call:?}");
        assert!(call.idempotency_key.as_ref().unwrap().ends_with(step), "{call:?}");
        assert!(call.ended_at >= Some(call.at), "{call:?}");
    }
    let is_deadline = |entry: &TimelineEntry| entry.kind == Deadline;
    assert!(!explanation.entries.iter().any(is_deadline), "the deadline of a complete order is over");
    let request = find(&explanation, "payments", Command, "POST /api/payments");
    assert_eq!(request.outcome.as_deref(), Some("succeeded"));
    assert!(request.idempotency_key.is_some(), "{request:?}");
    let held = |holder| explanation.entries.iter().filter(move |entry| entry.holder == Some(holder)).count();
    assert_eq!((held(TicketHolder::Nobody), held(TicketHolder::ThisOrder)), (1, 2), "listed, reserved, sold");
    assert_causal(&explanation);
    stack.finish().await;
}

async fn timeline_is_visible_to_the_buyer_only(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer, other) =
        (stack.session("seller").await, stack.session("buyer").await, stack.session("other").await);
    let order = order_when_visible(&stack, &buyer, &list(&stack, &seller, "A ticket", 20.0).await).await;
    stack.settle().await;
    for path in paths(&order) {
        let own = stack.raw().get(&path).by(&buyer).await;
        own.ok(200);
        assert!(!own.text().contains('@'), "{}", own.text());
        stack.raw().get(&path).by(&other).await.assert_refused(401, "not_owner");
        stack.raw().get(&path).by(&seller).await.assert_refused(401, "not_owner");
        stack.raw().get(&path).await.assert_refused(401, "not_signed_in");
    }
    for path in paths("01900000-0000-7000-8000-000000000000") {
        stack.raw().get(&path).by(&buyer).await.assert_refused(404, "not_found");
    }
    for path in ["/api/payments/timeline", "/api/tickets/timeline?order="] {
        stack.raw().get(path).by(&buyer).await.assert_refused(400, "invalid_input");
    }
    stack.finish().await;
}

async fn attempts_at_the_provider_have_their_request_ids(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, session) = (stack.session("seller").await, stack.session("buyer").await);
    let order = order_when_visible(&stack, &session, &list(&stack, &seller, "A ticket", 20.0).await).await;
    stack.provider().faults().lose_response(PaymentStep::Authorize, 1);
    stack.provider().faults().fail_before_effect(PaymentStep::Capture, 1);
    pay(&stack, &session, &order, "tok_visa").await.ok(201);
    stack.settle().await;
    let timeline = stack.raw().get(&paths(&order)[1]).by(&session).await.ok(200);
    let entries = timeline["entries"].as_array().unwrap();
    let calls = entries.iter().filter(|entry| entry["kind"] == "call").map(|call| {
        let ids = call["requestIds"].as_array().map_or(0, Vec::len);
        (
            call["name"].as_str().unwrap(),
            call["attempt"].as_i64().unwrap(),
            call["outcome"].as_str().unwrap(),
            ids,
        )
    });
    let expected = [
        ("authorize", 1, "unknown", 0),
        ("authorize", 2, "done", 1),
        ("capture", 1, "unavailable", 0),
        ("capture", 2, "done", 1),
    ];
    assert_eq!(calls.collect::<Vec<_>>(), expected);
    stack.finish().await;
}

async fn cancelled_order_names_its_cause(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.user("buyer").await);
    let session = stack.session("declined").await;
    let declined = order_when_visible(&stack, &session, &list(&stack, &seller, "Declined", 20.0).await).await;
    pay(&stack, &session, &declined, "tok_chargeDeclined").await.assert_refused(400, "card_declined");
    stack.settle().await;
    let timeline = stack.raw().get(&paths(&declined)[1]).by(&session).await.ok(200);
    let entries = timeline["entries"].as_array().unwrap();
    let call = entries.iter().find(|entry| entry["kind"] == "call").unwrap();
    assert_eq!((&call["outcome"], &call["detail"]), (&"declined".into(), &"Your card was declined.".into()));
    cancel(&stack, &session, &declined).await.ok(204);

    let ticket = list(&stack, &seller, "Given up", 20.0).await;
    let order = loop {
        match buyer.orders().create(ticket.as_str()).await {
            Ok(order) => break order.id,
            Err(error) => assert!(error.is_transient(), "{error}"),
        }
    };
    buyer.orders().cancel(&order).await.unwrap();
    stack.settle().await;
    let explanation = buyer.orders().explain(&order).await.unwrap();
    assert!(
        explanation.summary.contains("because its buyer cancelled it; no payment was made"),
        "{}",
        explanation.summary
    );
    find(&explanation, "orders", TimelineKind::Command, "DELETE /api/orders/{id}");
    let last = explanation.entries.iter().rfind(|entry| entry.holder.is_some()).unwrap();
    assert_eq!(last.holder, Some(TicketHolder::Nobody), "{last:?}");
    assert_causal(&explanation);

    let unknown = buyer.orders().explain(OrderId::new("01900000-0000-7000-8000-000000000000")).await;
    assert_eq!(unknown.unwrap_err().status().unwrap().as_u16(), 404);
    stack.finish().await;
}
