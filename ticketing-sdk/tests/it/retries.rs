//! Which requests are retried, and the error of an unknown outcome.

use std::time::Duration;

use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{Client, Error, ErrorCode, Method, NewTicket, Phase, StatusCode};
use tokio::time::Instant;

use crate::support::{SERVER, client, order, ticket};

const TICKETS: &str = "/api/tickets/t-1";
const ORDERS: &str = "/api/orders";

fn count_requests(mock: &Mock, method: &Method) -> usize {
    mock.requests().iter().filter(|request| request.method == *method).count()
}

#[tokio::test(start_paused = true)]
async fn read_is_retried_until_answered() {
    let mock = Mock::new();
    mock.on(Method::GET, TICKETS, Reply::unreachable())
        .on(Method::GET, TICKETS, Reply::broken())
        .on(Method::GET, TICKETS, Reply::text(502, "text/html", "<h1>Bad Gateway</h1>"))
        .on(Method::GET, TICKETS, Reply::json(200, &ticket("t-1")));
    client(&mock).tickets().get("t-1").await.unwrap();
    assert_eq!(mock.requests().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn retries_are_bounded_and_can_be_turned_off() {
    for (retries, tries) in [(0, 1), (2, 3)] {
        let mock = Mock::new();
        mock.on(Method::GET, TICKETS, Reply::unreachable());
        let client = Client::builder(SERVER).mock(&mock).max_retries(retries).build().unwrap();
        let error = client.tickets().get("t-1").await.unwrap_err();
        assert!(error.is_unreachable() && !error.is_unknown_outcome());
        assert_eq!(error.to_string(), "cannot reach http://marketplace.test: connection refused");
        assert_eq!(mock.requests().len(), tries);
    }
}

#[tokio::test(start_paused = true)]
async fn keyed_write_is_retried_with_its_key() {
    let mock = Mock::new();
    mock.on(Method::GET, TICKETS, Reply::json(200, &ticket("t-1")))
        .on(Method::POST, ORDERS, Reply::broken())
        .on(Method::POST, ORDERS, Reply::problem(409, ErrorCode::IdempotencyKeyInFlight, "in flight"))
        .on(Method::POST, ORDERS, Reply::json(201, &order("created")));
    let client = client(&mock);
    client.tickets().get("t-1").await.unwrap();
    client.orders().create("t-1").await.unwrap();
    let requests = mock.requests();
    let keys: Vec<_> =
        requests[1..].iter().map(|request| request.header("idempotency-key").unwrap()).collect();
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| *key == keys[0]));
}

#[tokio::test(start_paused = true)]
async fn recent_id_that_a_service_has_not_received_is_retried() {
    let (young, old) = ("01a203b9-d806-71eb-8d06-dbab9285e702", "01a20000-d806-71eb-8d06-dbab9285e702");
    let not_found = || {
        let reply = Reply::problem(404, ErrorCode::NotFound, "Not Found");
        reply.header("date", "Sun, 22 Nov 2026 14:47:21 GMT")
    };
    let mock = Mock::new();
    mock.on(Method::POST, ORDERS, not_found()).on(Method::POST, ORDERS, Reply::json(201, &order("created")));
    client(&mock).orders().create(young).await.unwrap();
    let requests = mock.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].header("idempotency-key"), requests[1].header("idempotency-key"));
    // An old id is not retried, and a recent one is retried for a limited time.
    for (id, tries) in [(old, 1), (young, 4)] {
        let mock = Mock::new();
        mock.on(Method::POST, ORDERS, not_found());
        let error = client(&mock).orders().create(id).await.unwrap_err();
        assert_eq!(error.code(), Some(&ErrorCode::NotFound));
        assert_eq!(mock.requests().len(), tries);
    }
}

#[tokio::test(start_paused = true)]
async fn write_about_a_recent_resource_that_is_gone_has_an_outcome() {
    const YOUNG: &str = "01a203b9-d806-71eb-8d06-dbab9285e702";
    let not_found = || {
        let reply = Reply::problem(404, ErrorCode::NotFound, "Not Found");
        reply.header("date", "Sun, 22 Nov 2026 14:47:21 GMT")
    };
    let gateway = || Reply::text(404, "text/html", "<html>");
    for (owner, is_known) in [
        (not_found(), true),
        // Orders has not received the ticket yet, so that the lost attempt may still succeed.
        (Reply::json(200, &ticket(YOUNG)), false),
        (gateway(), false),
        (Reply::unreachable(), false),
    ] {
        let mock = Mock::new();
        mock.on(Method::POST, ORDERS, Reply::broken()).on(Method::POST, ORDERS, not_found());
        mock.on(Method::GET, format!("/api/tickets/{YOUNG}"), owner);
        let error = client(&mock).orders().create(YOUNG).await.unwrap_err();
        assert_eq!(error.is_unknown_outcome(), !is_known, "{error:?}");
        assert!(!is_known || error.is_not_found(), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_server_is_probed_before_a_write_is_retried() {
    let mock = Mock::new();
    mock.on(Method::POST, ORDERS, Reply::broken()).on(
        Method::POST,
        ORDERS,
        Reply::json(201, &order("created")),
    );
    client(&mock).orders().create("t-1").await.unwrap();
    let asked: Vec<_> = mock.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(asked, [ORDERS, "/api/users/currentuser", ORDERS]);
}

#[tokio::test(start_paused = true)]
async fn server_without_keys_gets_a_write_once() {
    let mock = Mock::new().without_extensions();
    mock.on(Method::POST, ORDERS, Reply::broken()).on(
        Method::POST,
        ORDERS,
        Reply::json(201, &order("created")),
    );
    let error = client(&mock).orders().create("t-1").await.unwrap_err();
    assert!(error.is_unknown_outcome() && !error.is_unreachable(), "{error:?}");
    assert_eq!(count_requests(&mock, &Method::POST), 1);
}

#[tokio::test(start_paused = true)]
async fn unsent_request_is_retried_without_a_key() {
    let mock = Mock::new().without_extensions();
    mock.on(Method::PUT, TICKETS, Reply::unreachable()).on(
        Method::PUT,
        TICKETS,
        Reply::json(200, &ticket("t-1")),
    );
    client(&mock).tickets().update("t-1", NewTicket::new("x", "1".parse().unwrap())).await.unwrap();
    assert_eq!(mock.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn update_of_unknown_outcome_is_not_retried() {
    for lost in [
        Reply::broken(),
        Reply::hang(),
        Reply::text(502, "text/html", "<html>"),
        Reply::json(200, &1).then_break(),
    ] {
        let mock = Mock::new();
        mock.on(Method::PUT, TICKETS, lost);
        let update = client(&mock).tickets().update("t-1", NewTicket::new("x", "1".parse().unwrap()));
        let error = update.await.unwrap_err();
        assert!(error.is_unknown_outcome() && error.idempotency_key().is_none(), "{error:?}");
        assert_eq!(mock.requests().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_outcome_names_its_idempotency_key() {
    let mock = Mock::new();
    mock.on(Method::POST, ORDERS, Reply::broken());
    let write = client(&mock).orders().create("t-1");
    let key = write.key().unwrap().clone();
    let error = write.await.unwrap_err();
    assert_eq!(error.idempotency_key(), Some(&key));
    assert!(error.to_string().starts_with("it is not known whether POST /api/orders took effect"), "{error}");
    assert_eq!(count_requests(&mock, &Method::POST), 4);
}

#[tokio::test(start_paused = true)]
async fn server_down_after_a_lost_response_leaves_it_unknown() {
    for last in [
        Reply::unreachable(),
        Reply::problem(503, ErrorCode::Unavailable, "no"),
        Reply::text(502, "text/html", "x"),
    ] {
        let mock = Mock::new();
        mock.on(Method::POST, ORDERS, Reply::broken()).on(Method::POST, ORDERS, last);
        let error = client(&mock).orders().create("t-1").await.unwrap_err();
        assert!(error.is_unknown_outcome(), "{error:?}");
    }
    let mock = Mock::new();
    let refusal = Reply::problem(400, ErrorCode::TicketReserved, "Ticket is already reserved");
    mock.on(Method::POST, ORDERS, Reply::broken()).on(Method::POST, ORDERS, refusal);
    let error = client(&mock).orders().create("t-1").await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::TicketReserved));
    assert!(!error.is_unknown_outcome());
}

#[tokio::test(start_paused = true)]
async fn resumed_write_is_sent_only_to_a_server_that_keeps_keys() {
    let mock = Mock::new().without_extensions();
    mock.on(
        Method::GET,
        "/api/users/currentuser",
        Reply::json(200, &serde_json::json!({"currentUser": null})),
    )
    .on(Method::POST, ORDERS, Reply::json(201, &order("created")));
    let error = client(&mock).orders().create("t-1").resumed(true).await.unwrap_err();
    assert!(error.is_unknown_outcome() && !error.must_keep_key(), "{error:?}");
    assert_eq!(count_requests(&mock, &Method::POST), 0);

    let mock = Mock::new();
    mock.on(Method::GET, "/api/users/currentuser", Reply::unreachable());
    let error = client(&mock).orders().create("t-1").resumed(true).await.unwrap_err();
    assert!(error.is_unknown_outcome() && error.must_keep_key(), "{error:?}");
    assert_eq!(count_requests(&mock, &Method::POST), 0);
}

#[tokio::test(start_paused = true)]
async fn answer_to_a_resumed_write_must_settle_the_first_attempt() {
    let current = || Reply::json(200, &serde_json::json!({"currentUser": null}));
    for (last, settles) in [
        (Reply::json(201, &order("created")), true),
        (Reply::problem(400, ErrorCode::TicketReserved, "Ticket is already reserved"), true),
        (Reply::problem(401, ErrorCode::NotSignedIn, "Not authorized"), false),
        (Reply::text(403, "text/html", "<h1>Forbidden</h1>"), false),
        (Reply::problem(429, ErrorCode::TooManyRequests, "slow down"), false),
        (Reply::problem(500, ErrorCode::Internal, "Something went wrong"), false),
        (Reply::problem(503, ErrorCode::Unavailable, "no"), false),
        (Reply::text(404, "text/html", "<h1>Not Found</h1>"), false),
        (Reply::unreachable(), false),
    ] {
        let mock = Mock::new();
        mock.on(Method::GET, "/api/users/currentuser", current()).on(Method::POST, ORDERS, last);
        let outcome = client(&mock).orders().create("t-1").resumed(true).await;
        let is_open = outcome.as_ref().is_err_and(Error::is_unknown_outcome);
        assert_eq!(is_open, !settles, "{outcome:?}");
        assert_eq!(outcome.is_err_and(|error| error.must_keep_key()), !settles);
    }
}

#[tokio::test(start_paused = true)]
async fn server_failure_leaves_a_write_unknown_and_a_refusal_does_not() {
    for (reply, is_open) in [
        (Reply::problem(500, ErrorCode::Internal, "Something went wrong"), true),
        (Reply::problem(503, ErrorCode::OutcomeUnknown, "no"), true),
        (Reply::text(503, "text/html", "<h1>Service Unavailable</h1>"), true),
        (Reply::problem(503, ErrorCode::Unavailable, "busy"), false),
        (Reply::problem(401, ErrorCode::NotSignedIn, "Not authorized"), false),
    ] {
        let mock = Mock::new();
        mock.on(Method::POST, ORDERS, reply);
        let error = client(&mock).orders().create("t-1").await.unwrap_err();
        assert_eq!(error.is_unknown_outcome(), is_open, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn refusal_in_json_by_a_server_without_keys_is_not_repeated() {
    let current = || Reply::json(200, &serde_json::json!({"currentUser": null}));
    let mock = Mock::new().without_extensions();
    mock.on(Method::GET, "/api/users/currentuser", current());
    let busy = Reply::problem(503, ErrorCode::Unavailable, "busy").header("retry-after", "1");
    mock.on(Method::POST, ORDERS, busy);
    let error = client(&mock).orders().create("t-1").await.unwrap_err();
    assert!(error.is_unknown_outcome() && !error.must_keep_key(), "{error:?}");
    assert_eq!(count_requests(&mock, &Method::POST), 1);
}

#[tokio::test(start_paused = true)]
async fn gateway_that_answers_the_question_is_named_as_the_cause() {
    let mock = Mock::new().without_extensions();
    mock.on(Method::GET, "/api/users/currentuser", Reply::text(403, "text/html", "<h1>Forbidden</h1>"));
    let error = client(&mock).orders().create("t-1").resumed(true).await.unwrap_err();
    assert!(error.must_keep_key() && error.status() == Some(StatusCode::FORBIDDEN), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn page_in_place_of_an_answer_is_no_success() {
    let portal = || Reply::text(200, "text/html", "<h1>Welcome to our network</h1>");
    let mock = Mock::new();
    mock.on(Method::DELETE, TICKETS, portal()).on(Method::DELETE, "/api/orders/o-1", portal()).on(
        Method::POST,
        "/api/users/signout",
        portal(),
    );
    let client = client(&mock);
    assert!(matches!(client.tickets().delete("t-1").await, Err(Error::Unexpected(_))));
    assert!(matches!(client.orders().cancel("o-1").await, Err(Error::Unexpected(_))));
    assert!(matches!(client.auth().sign_out().await, Err(Error::Unexpected(_))));
}

#[tokio::test(start_paused = true)]
async fn server_with_request_ids_alone_gets_a_write_once() {
    let mock = Mock::new().without_extensions();
    let gateway =
        || Reply::json(200, &serde_json::json!({"currentUser": null})).header("x-request-id", "gw-1");
    mock.on(Method::GET, "/api/users/currentuser", gateway());
    mock.on(Method::POST, ORDERS, Reply::broken());
    let error = client(&mock).orders().create("t-1").await.unwrap_err();
    assert!(error.is_unknown_outcome() && !error.must_keep_key(), "{error:?}");
    assert_eq!(count_requests(&mock, &Method::POST), 1);
}

#[tokio::test(start_paused = true)]
async fn answer_that_is_too_large_is_fetched_once() {
    let large = || Reply::text(201, "application/json", "x".repeat((32 << 20) + 1));
    let mock = Mock::new();
    mock.on(Method::POST, ORDERS, large()).on(Method::GET, TICKETS, large());
    let error = client(&mock).orders().create("t-1").await.unwrap_err();
    assert!(error.is_unknown_outcome(), "{error:?}");
    let error = client(&mock).tickets().get("t-1").await.unwrap_err();
    assert_eq!(error.to_string(), "the answer is larger than 32 MiB");
    assert_eq!(mock.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn retry_after_header_sets_the_wait() {
    let mock = Mock::new();
    let busy = Reply::problem(503, ErrorCode::ProviderUnavailable, "busy").header("retry-after", "4");
    mock.on(Method::POST, ORDERS, busy).on(Method::POST, ORDERS, Reply::json(201, &order("created")));
    let started = Instant::now();
    client(&mock).orders().create("t-1").await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(4));
}

#[tokio::test(start_paused = true)]
async fn long_retry_after_is_returned_to_the_caller() {
    let mock = Mock::new();
    let busy = Reply::problem(429, ErrorCode::TooManyRequests, "slow down").header("retry-after", "60");
    mock.on(Method::GET, TICKETS, busy);
    let error = client(&mock).tickets().get("t-1").await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    assert_eq!((error.status(), mock.requests().len()), (Some(StatusCode::TOO_MANY_REQUESTS), 1));
}

#[tokio::test(start_paused = true)]
async fn each_phase_has_its_limit() {
    let mock = Mock::new();
    mock.on(Method::GET, TICKETS, Reply::hang());
    mock.on(Method::GET, "/slow", Reply::events("half an answer"));
    let client =
        Client::builder(SERVER).mock(&mock).response_timeout(Duration::from_secs(7)).build().unwrap();
    let started = Instant::now();
    let error = client.tickets().get("t-1").await.unwrap_err();
    assert!(matches!(error, Error::Timeout { phase: Phase::Response, .. }), "{error:?}");
    assert_eq!(error.to_string(), "no answer within 7 s (waiting for the answer)");
    assert!(started.elapsed() < Duration::from_secs(8));
    let slow = client.request(Method::GET, "/slow").timeout(Duration::from_secs(3));
    let error = slow.send().await.unwrap_err();
    assert!(matches!(error, Error::Timeout { phase: Phase::Total, .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn retries_never_exceed_the_time_limit() {
    let mock = Mock::new();
    let busy = Reply::problem(503, ErrorCode::Unavailable, "busy").header("retry-after", "5");
    mock.on(Method::GET, TICKETS, busy);
    let client =
        Client::builder(SERVER).mock(&mock).timeout(Duration::from_secs(8)).max_retries(99).build().unwrap();
    let started = Instant::now();
    assert_eq!(
        client.tickets().get("t-1").await.unwrap_err().status(),
        Some(StatusCode::SERVICE_UNAVAILABLE)
    );
    assert!(started.elapsed() < Duration::from_secs(8));
}
