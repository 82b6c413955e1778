//! Rows whose keys the server no longer has, and a closed pipe.

use std::time::Duration;

use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{Method, Timestamp, fixtures};

use super::*;
use crate::io::fake;

#[tokio::test]
async fn row_sent_days_ago_is_found_among_the_listings_or_sent() {
    let (mock, folder) = (Mock::new(), tempfile::tempdir().unwrap());
    let api = ApiContext::of_mock(&mock, fake::pipe("").io, Format::Tsv, folder.path());
    let new = NewTicket::new("Opera", "20".parse().unwrap());
    let batch = || Batch {
        operation: Operation::ImportTickets { options: "seats.csv".to_owned() },
        scope: "tickets import".to_owned(),
        rows: [4, 5].map(|line| Row { label: format!("line {line}"), id: None, ticket: new.clone() }).into(),
        jobs: 2,
        repeat: RepeatPolicy::Always,
        key: Some("key-1".parse().unwrap()),
    };
    let sent_at = Timestamp::from_millis(clock::now().as_millis() - 2 * 24 * 3600 * 1000);
    let journal = api.open_batch(&["tickets import --idempotency-key key-1"]).await.unwrap();
    for key in batch().keys(&journal, "") {
        journal.mark_sent(&key, sent_at).unwrap();
    }
    drop(journal);
    let listing = |id: &str, at: Timestamp| fixtures::ticket(id).title("Opera").created_at(at);
    let (of_then, of_now) = (listing("t-1", sent_at + Duration::from_secs(2)), listing("t-2", clock::now()));
    mock.on(Method::GET, "/api/tickets", Reply::json(200, &[of_now, of_then]));
    mock.on(Method::POST, "/api/tickets", Reply::json(201, &listing("t-3", clock::now())));
    batch().run(&api).await.unwrap();
    let posts = || mock.requests().iter().filter(|sent| sent.method == Method::POST).count();
    assert_eq!(posts(), 1, "one row was listed, and the other one was lost");
    batch().run(&api).await.unwrap();
    assert_eq!(posts(), 1, "both are known");
}

#[tokio::test]
async fn import_finishes_after_broken_pipe() {
    let (mock, folder) = (Mock::new(), tempfile::tempdir().unwrap());
    let api = ApiContext::of_mock(&mock, fake::broken_pipe(), Format::Tsv, folder.path());
    mock.on(Method::POST, "/api/tickets", Reply::json(201, &fixtures::ticket("t-1")));
    let new = NewTicket::new("Opera", "20".parse().unwrap());
    let batch = Batch {
        operation: Operation::create_ticket(&NewTicket::new("Opera", "20".parse().unwrap()), Some(5)),
        scope: "tickets create".to_owned(),
        rows: (1..=5)
            .map(|number| Row { label: format!("ticket {number}"), id: None, ticket: new.clone() })
            .collect(),
        jobs: 1,
        repeat: RepeatPolicy::Always,
        key: None,
    };
    let failure = batch.run(&api).await.unwrap_err();
    assert_eq!((failure.exit, failure.message), (crate::exit::Exit::Done, None), "`head` is no failure");
    assert_eq!(mock.requests().len(), 5);
}
