//! Several processes of the service on one database: a watcher of each one receives every change, in order.

use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use ticketing_engines::DbEngine;
use ticketing_platform::db::DbError;
use ticketing_platform::shutdown::Shutdown;
use ticketing_sdk::{TicketId, UserId};
use ticketing_tickets::Feed;
use ticketing_tickets::store;

use crate::support::{Shop, listing, write_published};

/// The blocks of a stream that carry data, as `place title`.
struct Watcher {
    body: Body,
    text: String,
}

impl Watcher {
    async fn next(&mut self) -> (String, String) {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field =
                    |name: &str| block.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
                if let (Some(place), Some(data)) = (field("id: "), field("data: ")) {
                    let ticket: ticketing_sdk::Ticket = serde_json::from_str(&data).unwrap();
                    return (place, ticket.title);
                }
            }
            let frame = tokio::time::timeout(Duration::from_secs(20), self.body.frame());
            let frame = frame.await.expect("a change in time").unwrap().unwrap();
            self.text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
    }
}

async fn watch(shop: &Shop, feed: &Feed, place: Option<&str>, shutdown: &Shutdown) -> Watcher {
    let db = shop.replica().db;
    tokio::spawn(feed.clone().publish(db.clone(), shutdown.clone()));
    let answer = feed.watch(&db, &shop.core.clock, place.map(str::to_owned), None, shutdown).await.unwrap();
    Watcher { body: answer.into_body(), text: String::new() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn change_of_a_slow_transaction_is_not_skipped() {
    let (shop, shutdown) = (Shop::on(DbEngine::Postgres), Shutdown::new());
    let (feed, replica) = (Feed::default(), shop.replica());
    let mut watcher = watch(&shop, &feed, None, &shutdown).await;
    let ((begun, has_begun), (go_on, waits)) = (mpsc::channel(), mpsc::channel());
    let (waits, id) = (Mutex::new(waits), TicketId::new(replica.clock.new_id()));
    let slow = tokio::spawn(async move {
        let feed = Feed::default();
        let listed = write_published(&replica, &feed, move |tx, publisher| {
            let listed =
                store::create(tx, publisher, id.clone(), &UserId::new("seller"), &listing("slow", 2000))?;
            // The deferred statement is sent with this one.
            tx.query_one("SELECT COUNT(*) AS n FROM changes", &[], |row| row.int("n"))?;
            // A transaction that takes its time, as no unit of the product does.
            begun.send(()).unwrap();
            waits.lock().unwrap().recv_timeout(Duration::from_secs(20)).unwrap();
            Ok::<_, DbError>(listed)
        });
        listed.await.unwrap();
    });
    tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
    shop.list("seller", "quick", 2000).await;
    // It is committed, and held back: the slow one may come before it.
    let seen = shop
        .core
        .db
        .read(|tx| store::changes_after(tx, "", 10))
        .await
        .map_err(|error: DbError| error)
        .unwrap();
    assert!(seen.ready.is_empty() && seen.held_back, "{seen:?}");
    go_on.send(()).unwrap();
    slow.await.unwrap();
    let (first, second) = (watcher.next().await, watcher.next().await);
    assert_eq!((&*first.1, &*second.1), ("slow", "quick"));
    assert!(first.0 < second.0);
    shutdown.trigger();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn watcher_sees_the_changes_of_other_replicas() {
    let (shop, shutdown) = (Shop::on(DbEngine::Postgres), Shutdown::new());
    // A notification of one replica reaches the other.
    shop.core.db.share_signal("changes", shop.feed.change_signal());
    let feed = Feed::default();
    let mut watcher = watch(&shop, &feed, None, &shutdown).await;
    let (other, other_feed) = (shop.replica(), Feed::default());
    other.db.share_signal("changes", other_feed.change_signal());
    let mut titles = Vec::new();
    for number in 0..40 {
        let title = format!("ticket {number}");
        if number % 2 == 0 {
            shop.list("seller", &title, 2000).await;
        } else {
            let (id, new) = (TicketId::new(other.clock.new_id()), listing(&title, 2000));
            let listed = write_published(&other, &other_feed, move |tx, publisher| {
                store::create(tx, publisher, id.clone(), &UserId::new("seller"), &new)
            });
            listed.await.map_err(|error: DbError| error).unwrap();
        }
        titles.push(title);
    }
    let mut seen = Vec::new();
    while seen.len() < titles.len() {
        seen.push(watcher.next().await);
    }
    assert!(seen.iter().map(|(_, title)| title).eq(&titles), "{seen:?}");
    assert!(seen.is_sorted());
    // A watcher that resumes at another replica receives every change once.
    let mut resumed = watch(&shop, &Feed::default(), Some(&seen[9].0), &shutdown).await;
    for expected in &seen[10..] {
        assert_eq!(resumed.next().await, *expected);
    }
    shutdown.trigger();
}

#[tokio::test]
async fn positions_of_another_server_are_reset() {
    let shop = Shop::on(DbEngine::Postgres);
    shop.list("seller", "before", 2000).await;
    let ahead = shop.core.db.write(|tx| tx.execute("UPDATE changes SET xact = xact + 1000000000", &[]));
    ahead.await.unwrap();
    let far = shop.core.db.read(|tx| {
        tx.query_one("SELECT lpad(to_hex(xact), 16, '0') || '-' || id AS id FROM changes", &[], |row| {
            row.text("id")
        })
    });
    let far = far.await.map_err(|error: DbError| error).unwrap();
    let now = shop.core.clock.now();
    let resumed = shop.core.db.read(move |tx| store::resume(tx, Some(&far), now));
    let resumed = resumed.await.map_err(|error: DbError| error).unwrap();
    assert!(resumed.is_reset && resumed.position.starts_with("00000000-"), "{resumed:?}");
    shop.core.db.write(store::delete_foreign_changes).await.unwrap();
    shop.list("seller", "after", 2000).await;
    let titles: Vec<bool> = shop.changes().await.iter().map(|change| change.body.contains("after")).collect();
    assert_eq!(titles, [true]);
}
