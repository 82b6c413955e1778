//! Traces: a purchase is one trace, from the request through every service, over each bus.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::json;
use ticketing_testkit::{
    Collector, RecordedSpan, Reply, Shape, TestSession, TestStack, eventually, on_shapes,
};

use crate::support::{id, list, order_of, order_when_visible, ticket};

/// The span id of the client.
const CLIENT: &str = "00f067aa0ba902b7";

on_shapes! {
    [embedded, postgres_and_nats, processes]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    purchase_is_one_trace;
    [embedded, processes]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    expired_reservation_is_one_trace;
    [embedded]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    request_span_has_its_route, unsampled_trace_context_is_propagated;
}

/// Returns a `traceparent` header of this trace.
fn parent(trace: &str, flags: &str) -> String {
    format!("00-{trace}-{CLIENT}-{flags}")
}

async fn post(
    stack: &TestStack,
    path: &str,
    by: &TestSession,
    body: serde_json::Value,
    parent: &str,
) -> Reply {
    stack.raw().post(path).by(by).header("traceparent", parent).json(&body).await
}

/// Maps each kind of span in a trace, as `service: name`, to the kinds of its parents. Their number is ignored, since a
/// redelivery makes another span.
fn causes(spans: &[RecordedSpan]) -> BTreeMap<String, BTreeSet<String>> {
    let named = |span: &RecordedSpan| format!("{}: {}", span.service(), span.name);
    let by_id: BTreeMap<&str, &RecordedSpan> = spans.iter().map(|span| (span.id.as_str(), span)).collect();
    let mut causes = BTreeMap::<String, BTreeSet<String>>::new();
    for span in spans {
        let cause = match by_id.get(span.parent.as_str()) {
            Some(cause) => named(cause),
            None if span.parent == CLIENT => "the client".to_owned(),
            None => format!("unknown {}", span.parent),
        };
        causes.entry(named(span)).or_default().insert(cause);
    }
    causes
}

fn expected_causes(rows: &[(&str, &str)]) -> BTreeMap<String, BTreeSet<String>> {
    let mut causes = BTreeMap::<String, BTreeSet<String>>::new();
    for (span, cause) in rows {
        causes.entry((*span).to_owned()).or_default().insert((*cause).to_owned());
    }
    causes
}

/// Waits until the collector has the whole trace.
async fn whole_trace(collector: &Collector, trace: &str, rows: &[(&str, &str)]) -> Vec<RecordedSpan> {
    let whole = expected_causes(rows);
    let deadline = ticketing_testkit::Deadline::from_now(Duration::from_secs(30));
    loop {
        let spans = collector.trace(trace);
        let causes = causes(&spans);
        if causes == whole {
            return spans;
        }
        deadline.pause(&format!("the trace is whole: {causes:#?}")).await;
    }
}

const ORDERED: [(&str, &str); 7] = [
    ("orders: POST /api/orders", "the client"),
    ("orders: publish order:created", "orders: POST /api/orders"),
    ("tickets: process order:created", "orders: publish order:created"),
    ("payments: process order:created", "orders: publish order:created"),
    ("expiration: process order:created", "orders: publish order:created"),
    ("tickets: publish ticket:updated", "tickets: process order:created"),
    ("orders: process ticket:updated", "tickets: publish ticket:updated"),
];

const PAID: [(&str, &str); 18] = [
    ("payments: POST /api/payments", "the client"),
    ("payments: provider authorize", "payments: POST /api/payments"),
    ("payments: publish payment:authorized", "payments: provider authorize"),
    ("orders: process payment:authorized", "payments: publish payment:authorized"),
    ("orders: publish order:confirmed", "orders: process payment:authorized"),
    ("tickets: process order:confirmed", "orders: publish order:confirmed"),
    ("payments: process order:confirmed", "orders: publish order:confirmed"),
    ("expiration: process order:confirmed", "orders: publish order:confirmed"),
    ("payments: provider capture", "payments: process order:confirmed"),
    ("payments: publish payment:created", "payments: provider capture"),
    ("orders: process payment:created", "payments: publish payment:created"),
    ("orders: publish order:completed", "orders: process payment:created"),
    ("tickets: process order:completed", "orders: publish order:completed"),
    ("payments: process order:completed", "orders: publish order:completed"),
    ("expiration: process order:completed", "orders: publish order:completed"),
    ("tickets: publish pass:issued", "tickets: process order:completed"),
    ("tickets: publish ticket:updated", "tickets: process order:completed"),
    ("orders: process ticket:updated", "tickets: publish ticket:updated"),
];

async fn purchase_is_one_trace(shape: Shape) {
    let collector = Collector::of_this_process();
    let stack = TestStack::builder().on(shape).collector(collector).start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let wanted = list(&stack, &seller, "RustConf", 20.0).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = parent(trace, "01");
    let mut ordered = String::new();
    // The event of the ticket may not have arrived in another process.
    eventually!({
        let reply = post(&stack, "/api/orders", &buyer, json!({ "ticketId": wanted }), &parent).await;
        if reply.status == 201 {
            ordered = id(&reply.json());
        }
        reply.status == 201
    });
    let card = json!({ "orderId": ordered, "token": "tok_visa" });
    post(&stack, "/api/payments", &buyer, card, &parent).await.ok(201);
    eventually!(ticket(&stack, &wanted).await["status"] == "sold");
    let rows: Vec<_> = ORDERED.into_iter().chain(PAID).collect();
    let spans = whole_trace(collector, trace, &rows).await;

    for span in &spans {
        assert_eq!(span.failed, None, "{span:?}");
        let process = if shape == Shape::Processes {
            format!("ticketing-{}", span.service())
        } else {
            "ticketing".to_owned()
        };
        assert_eq!(span.process, process, "{span:?}");
    }
    let one = |name: &str, service: &str| {
        let found = spans.iter().find(|span| span.name == name && span.service() == service);
        found.unwrap_or_else(|| panic!("{name} of {service}"))
    };
    let request = one("POST /api/payments", "payments");
    assert_eq!(request.kind, "server");
    assert_eq!(request.attribute("http.request.method"), "POST");
    assert_eq!(request.attribute("http.route"), "/api/payments");
    assert_eq!(request.attribute("http.response.status_code"), "201");
    assert_eq!(request.attribute("url.scheme"), "http");
    assert!(!request.attribute("ticketing.request.id").is_empty());
    let (publish, process) =
        (one("publish order:created", "orders"), one("process order:created", "tickets"));
    assert_eq!((publish.kind, process.kind), ("producer", "consumer"));
    let system = if shape.has_nats() { "nats" } else { "embedded" };
    for span in [publish, process] {
        assert_eq!(span.attribute("messaging.system"), system);
        assert_eq!(span.attribute("messaging.destination.name"), "order:created");
        assert_eq!(span.attribute("ticketing.aggregate.id"), ordered);
        assert_eq!(span.attribute("messaging.message.id"), publish.attribute("messaging.message.id"));
    }
    assert_eq!(process.attribute("messaging.operation.type"), "process");
    assert_eq!(process.attribute("messaging.consumer.group.name"), "tickets-service");
    assert_eq!(process.attribute("ticketing.delivery.outcome"), "accepted");
    assert_eq!(process.attribute("ticketing.delivery.count"), "1");
    let capture = one("provider capture", "payments");
    assert_eq!((capture.kind, capture.attribute("ticketing.payment.outcome")), ("client", "done"));
    stack.finish().await;
}

async fn expired_reservation_is_one_trace(shape: Shape) {
    let collector = Collector::of_this_process();
    let ttl = Duration::from_secs(2);
    let stack = TestStack::builder().on(shape).order_ttl(ttl).collector(collector).start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let wanted = list(&stack, &seller, "RustConf", 20.0).await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let mut ordered = String::new();
    eventually!({
        let parent = parent(trace, "01");
        let reply = post(&stack, "/api/orders", &buyer, json!({ "ticketId": wanted }), &parent).await;
        if reply.status == 201 {
            ordered = id(&reply.json());
        }
        reply.status == 201
    });
    eventually!(order_of(&stack, &buyer, &ordered).await["status"] == "cancelled");
    let ran_out = [
        ("expiration: publish expiration:complete", "expiration: process order:created"),
        ("orders: process expiration:complete", "expiration: publish expiration:complete"),
        ("orders: publish order:cancelled", "orders: process expiration:complete"),
        ("tickets: process order:cancelled", "orders: publish order:cancelled"),
        ("payments: process order:cancelled", "orders: publish order:cancelled"),
        ("expiration: process order:cancelled", "orders: publish order:cancelled"),
        ("tickets: publish ticket:updated", "tickets: process order:cancelled"),
    ];
    let rows: Vec<_> = ORDERED.into_iter().chain(ran_out).collect();
    whole_trace(collector, trace, &rows).await;
    stack.finish().await;
}

async fn request_span_has_its_route(shape: Shape) {
    let collector = Collector::of_this_process();
    let stack = TestStack::builder().on(shape).collector(collector).start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let wanted = list(&stack, &seller, "RustConf", 20.0).await;
    let ordered = order_when_visible(&stack, &buyer, &wanted).await;
    stack.settle().await;
    let asked = |trace: &'static str, path: String| {
        let request = stack.raw().get(&path).header("traceparent", parent(trace, "01"));
        async move { request.await.status }
    };
    let found = "00000000000000000000000000000001";
    assert_eq!(asked(found, format!("/api/tickets/{wanted}")).await, 200);
    let unknown = "00000000000000000000000000000002";
    assert_eq!(asked(unknown, "/api/nothing/of/that/name".to_owned()).await, 404);
    let health = "00000000000000000000000000000003";
    assert_eq!(asked(health, "/healthz".to_owned()).await, 200);
    let failed = "00000000000000000000000000000004";
    stack.provider().faults().set_unreachable(true);
    let card = json!({ "orderId": ordered, "token": "tok_visa" });
    assert_eq!(post(&stack, "/api/payments", &buyer, card, &parent(failed, "01")).await.status, 503);
    stack.provider().faults().set_unreachable(false);

    eventually!(collector.trace(failed).iter().any(|span| span.kind == "server"), seconds 30);
    let server = |trace: &str| {
        let mut spans = collector.trace(trace);
        spans.retain(|span| span.kind == "server");
        assert_eq!(spans.len(), 1, "{spans:?}");
        spans.remove(0)
    };
    let span = server(found);
    assert_eq!((span.name.as_str(), span.service()), ("GET /api/tickets/{id}", "tickets"));
    assert!(!format!("{span:?}").contains(&wanted), "{span:?}");
    let span = server(unknown);
    let route = "/api/{*path}";
    assert_eq!((span.name.as_str(), span.attribute("http.route")), (&*format!("GET {route}"), route));
    assert_eq!(span.failed, None);
    let span = server(failed);
    assert_eq!((span.attribute("http.response.status_code"), span.attribute("error.type")), ("503", "503"));
    assert!(span.failed.is_some());
    let calls = collector.trace(failed);
    let calls: Vec<_> = calls.iter().filter(|span| span.kind == "client").collect();
    assert!(!calls.is_empty() && calls.iter().any(|call| call.failed.is_some()), "{calls:?}");
    assert_eq!(collector.trace(health), []);
    // Without a parent a trace begins here.
    assert!(collector.spans().iter().any(|span| span.kind == "server" && span.parent.is_empty()));
    stack.finish().await;
}

async fn unsampled_trace_context_is_propagated(shape: Shape) {
    let collector = Collector::of_this_process();
    let stack = TestStack::builder().on(shape).collector(collector).start().await;
    let seller = stack.session("seller").await;
    let new = || json!({ "title": "RustConf", "price": 20.0 });
    let (silent, kept) = ("00000000000000000000000000000005", "00000000000000000000000000000006");
    post(&stack, "/api/tickets", &seller, new(), &parent(silent, "00")).await.ok(201);
    post(&stack, "/api/tickets", &seller, new(), &parent(kept, "01")).await.ok(201);
    stack.settle().await;
    // Spans are exported in the order of their ends.
    eventually!(collector.trace(kept).iter().any(|span| span.kind == "consumer"), seconds 30);
    assert_eq!(collector.trace(silent), []);
    // The context is propagated though the trace is not sampled.
    let events = stack.stack().bus().recent(10).await.unwrap();
    let traces: Vec<_> = events.iter().filter_map(|event| event.trace.as_deref()).collect();
    assert!(traces.contains(&parent(silent, "00").as_str()), "{traces:?}");
    stack.finish().await;
}
