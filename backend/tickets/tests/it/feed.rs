//! The live feed alone, with tokio's paused clock.

use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use ticketing_engines::DbEngine;
use ticketing_platform::shutdown::Shutdown;
use tokio::time::Instant;

use crate::support::Shop;

async fn block(body: &mut Body) -> String {
    let frame = body.frame().await.unwrap().unwrap();
    String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
}

fn spawn_publisher(shop: &Shop, shutdown: &Shutdown) {
    tokio::spawn(shop.feed.clone().publish(shop.core.db.clone(), shutdown.clone()));
}

async fn watch(shop: &Shop, from: Option<&str>, shutdown: &Shutdown) -> Body {
    let (db, from) = (&shop.core.db, from.map(str::to_owned));
    shop.feed.watch(db, &shop.core.clock, from, None, shutdown).await.unwrap().into_body()
}

/// Returns the positions of the changes in a text.
fn positions(text: &str) -> Vec<String> {
    let blocks = text.split("\n\n").filter(|block| block.contains("\ndata: {\"id\""));
    let id = |block: &str| block.lines().find_map(|line| line.strip_prefix("id: ").map(str::to_owned));
    blocks.filter_map(id).collect()
}

/// Reads this number of changes.
async fn changes(body: &mut Body, count: usize) -> Vec<String> {
    let mut seen = Vec::new();
    while seen.len() < count {
        seen.extend(positions(&block(body).await));
    }
    seen
}

#[tokio::test(start_paused = true)]
async fn idle_stream_has_a_heartbeat_every_15_seconds() {
    let (shop, shutdown) = (Shop::on(DbEngine::Sqlite), Shutdown::new());
    spawn_publisher(&shop, &shutdown);
    let mut body = watch(&shop, None, &shutdown).await;
    let greeting = block(&mut body).await;
    let retry: u64 = greeting.strip_prefix("retry: ").unwrap().lines().next().unwrap().parse().unwrap();
    assert!((500..2000).contains(&retry) && greeting.contains("\nid: "), "{greeting}");
    for _ in 0..3 {
        let began = Instant::now();
        let beat = block(&mut body).await;
        assert_eq!(beat.trim_end(), ": heartbeat");
        let passed = began.elapsed();
        assert!(passed >= Duration::from_secs(14) && passed <= Duration::from_secs(16), "{passed:?}");
    }
    shutdown.trigger();
    assert!(body.frame().await.is_none(), "it ends at shutdown");
}

#[tokio::test]
async fn watchers_share_the_bytes_of_a_change() {
    let (shop, shutdown) = (Shop::on(DbEngine::Sqlite), Shutdown::new());
    spawn_publisher(&shop, &shutdown);
    let (mut one, mut other) = (watch(&shop, None, &shutdown).await, watch(&shop, None, &shutdown).await);
    block(&mut one).await;
    block(&mut other).await;
    shop.list("seller", "A ticket", 2000).await;
    let data = async |body: &mut Body| body.frame().await.unwrap().unwrap().into_data().unwrap();
    let (one, other) = (data(&mut one).await, data(&mut other).await);
    assert_eq!(one.as_ptr(), other.as_ptr(), "rendered once, and not copied");
    shutdown.trigger();
}

#[tokio::test]
async fn lagging_reader_is_dropped_and_resumes_without_a_gap() {
    let (shop, shutdown) = (Shop::on(DbEngine::Sqlite), Shutdown::new());
    spawn_publisher(&shop, &shutdown);
    let (mut slow, mut quick) = (watch(&shop, None, &shutdown).await, watch(&shop, None, &shutdown).await);
    block(&mut slow).await;
    block(&mut quick).await;
    let mut seen = Vec::new();
    let first = changes_of_one(&shop, &mut quick, &mut seen).await;
    assert_eq!(changes(&mut slow, 1).await, std::slice::from_ref(&first));
    // More batches than are kept: each is waited for, so none are gathered.
    for _ in 0..300 {
        changes_of_one(&shop, &mut quick, &mut seen).await;
    }
    assert!(slow.frame().await.is_none(), "it is dropped");
    // From the database first, then from memory, then live.
    let mut resumed = watch(&shop, Some(&first), &shutdown).await;
    assert!(!block(&mut resumed).await.contains("reset"));
    assert_eq!(changes(&mut resumed, 300).await, seen[1..]);
    let new = changes_of_one(&shop, &mut quick, &mut seen).await;
    assert_eq!(changes(&mut resumed, 1).await, [new]);
    shutdown.trigger();
}

/// Makes a change, and waits until the quick watcher has seen it; answers its position.
async fn changes_of_one(shop: &Shop, quick: &mut Body, seen: &mut Vec<String>) -> String {
    shop.list("seller", "A ticket", 2000).await;
    seen.extend(changes(quick, 1).await);
    seen.last().unwrap().clone()
}

#[tokio::test]
async fn unknown_position_is_answered_with_one_reset_then_live() {
    let (shop, shutdown) = (Shop::on(DbEngine::Sqlite), Shutdown::new());
    spawn_publisher(&shop, &shutdown);
    shop.list("seller", "Old", 2000).await;
    let mut body = watch(&shop, Some("nonsense"), &shutdown).await;
    let first = block(&mut body).await;
    let newest = shop.latest().await;
    assert!(first.ends_with(&format!("event: reset\nid: {newest}\ndata: {{}}\n\n")), "{first}");
    shop.list("seller", "New", 2000).await;
    let second = block(&mut body).await;
    assert!(second.contains("\"title\":\"New\"") && !second.contains("Old"), "{second}");
    shutdown.trigger();
}
