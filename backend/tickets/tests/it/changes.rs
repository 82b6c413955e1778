//! The changes that watchers see: each of them, in order, under the identifier of its event.

use std::time::Duration;

use ticketing_engines::{DbEngine, on_both};
use ticketing_platform::args;
use ticketing_platform::db::DbError;
use ticketing_sdk::{Ticket, TicketStatus};
use ticketing_tickets::store::{Change, ResumePoint};

use crate::support::{Shop, Step};

const HOUR: Duration = Duration::from_secs(3600);

on_both! {
    #[tokio::test]
    each_event_is_one_change_with_its_ticket, changes_are_read_from_any_position,
    position_of_an_empty_feed_precedes_every_change, watchers_are_notified_of_every_commit,
    resuming_at_an_unknown_position_resets, resuming_since_a_time_begins_before_its_first_change, pruning_keeps_changes_after_a_known_position;
}

async fn each_event_is_one_change_with_its_ticket(engine: DbEngine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    shop.update(&id, "seller", "Edited", 2500).await.unwrap();
    shop.apply(Step::Created, "o", &id, 0).await;
    shop.apply(Step::Cancelled, "o", &id, 1).await;
    shop.delete(&id, "seller").await.unwrap();
    let changes = shop.changes().await;
    let published: Vec<(String, String)> =
        shop.published_events().await.into_iter().map(|(id, name, ..)| (id, name)).collect();
    // A place ends with the identifier of the event.
    let event = |change: &Change| change.id[change.id.len() - 36..].to_owned();
    let recorded: Vec<(String, String)> =
        changes.iter().map(|change| (event(change), change.kind.clone())).collect();
    assert_eq!(recorded, published);
    let bodies: Vec<Ticket> =
        changes.iter().map(|change| serde_json::from_str(&change.body).unwrap()).collect();
    let versions: Vec<i64> = bodies.iter().map(|ticket| ticket.version).collect();
    assert_eq!(versions, [0, 1, 2, 3, 4]);
    assert_eq!((bodies[2].status, bodies[3].status), (TicketStatus::Reserved, TicketStatus::Available));
    assert_eq!((bodies[1].title.as_str(), bodies[4].title.as_str()), ("Edited", "Edited"));
}

async fn changes_are_read_from_any_position(engine: DbEngine) {
    let shop = Shop::on(engine);
    for number in 0..25 {
        shop.list("seller", &format!("Ticket {number}"), 2000).await;
    }
    let all = shop.changes().await;
    let after = async |place: &str, limit: i64| shop.changes_after(place, limit).await;
    let latest = shop.latest().await;
    assert_eq!(latest, all[24].id);
    assert_eq!(after(&all[9].id, 5).await, all[10..15]);
    assert!(after(&latest, 5).await.is_empty());
    let (mut place, mut walked) = (String::new(), Vec::new());
    loop {
        let page = after(&place, 7).await;
        let Some(last) = page.last() else { break };
        place.clone_from(&last.id);
        walked.extend(page);
    }
    assert_eq!(walked, all);
}

async fn position_of_an_empty_feed_precedes_every_change(engine: DbEngine) {
    let shop = Shop::on(engine);
    let place = shop.latest().await;
    assert_eq!(place.len(), 36, "it can be sent back as Last-Event-ID");
    shop.core.clock.advance(Duration::from_secs(1));
    assert!(place < shop.latest().await);
    shop.list("seller", "A ticket", 2000).await;
    assert!(place < shop.changes().await[0].id);
}

async fn watchers_are_notified_of_every_commit(engine: DbEngine) {
    let shop = Shop::on(engine);
    let mut watching = shop.feed.change_signal().listen();
    let id = shop.list("seller", "A ticket", 2000).await.id;
    let woken = tokio::time::timeout(std::time::Duration::from_secs(5), watching.notified());
    woken.await.expect("a ring");
    shop.update(&id, "seller", "Edited", 2000).await.unwrap();
    let woken = tokio::time::timeout(std::time::Duration::from_secs(5), watching.notified());
    woken.await.expect("another ring");
}

async fn resuming_at_an_unknown_position_resets(engine: DbEngine) {
    let shop = Shop::on(engine);
    let empty = shop.latest().await;
    let resumed = shop.resume(&empty).await;
    assert_eq!((&resumed.position, resumed.is_reset), (&empty, false), "there was nothing yet");
    for number in 0..3 {
        shop.list("seller", &format!("Ticket {number}"), 2000).await;
    }
    let places: Vec<String> = shop.changes().await.into_iter().map(|change| change.id).collect();
    for place in [&empty, &places[0], &places[2]] {
        assert_eq!(shop.resume(place).await.position, *place);
    }
    let hex = |place: &str, from: usize| format!("{}f{}", &place[..from], &place[from + 1..]);
    let future = format!("00000000-0000-0000-0000-{:012x}", 1_700_000_000_000_i64 + 3_600_000);
    for nonsense in [
        "",
        "x",
        "nothing",
        "'; DROP TABLE changes; --",
        "\u{e9}",
        &"f".repeat(53),
        &hex(&places[0], 0),
        &future,
    ] {
        let resumed = shop.resume(nonsense).await;
        assert_eq!((&resumed.position, resumed.is_reset), (&places[2], true), "{nonsense}");
    }
    shop.core.clock.advance(24 * HOUR);
    assert!(shop.resume(&empty).await.is_reset, "changes since then may have been pruned");
}

async fn resuming_since_a_time_begins_before_its_first_change(engine: DbEngine) {
    let shop = Shop::on(engine);
    let since = |millis: i64| format!("since:{millis}");
    let start = shop.core.clock.now().as_millis();
    let empty = shop.resume(&since(start)).await;
    assert!(!empty.is_reset && empty.position == empty.newest, "nothing has changed");
    for _ in 0..3 {
        shop.core.clock.advance(HOUR);
        shop.list("seller", "A ticket", 2000).await;
    }
    let places: Vec<String> = shop.changes().await.into_iter().map(|change| change.id).collect();
    let hour = i64::try_from(HOUR.as_millis()).unwrap();
    let after_first = shop.resume(&since(start + hour + 1)).await;
    assert_eq!((&after_first.position, after_first.is_reset), (&places[0], false));
    assert_eq!(
        shop.resume(&since(start + 2 * hour)).await.position,
        places[0],
        "the time itself is included"
    );
    assert_eq!(shop.resume(&since(start + 9 * hour)).await.position, places[2], "from now on");
    let all = shop.resume(&since(start)).await;
    assert!(!all.is_reset && all.position < places[0], "{all:?}");
    let pruned = shop.resume(&since(start - 30 * hour)).await;
    assert!(pruned.is_reset && pruned.position < places[0], "{pruned:?}");
    // A watcher that has seen the reset and then failed continues there.
    assert_eq!(shop.resume(&pruned.position).await, ResumePoint { is_reset: false, ..pruned });
    assert!(shop.resume("since:").await.is_reset && shop.resume("since:x").await.is_reset);
}

async fn pruning_keeps_changes_after_a_known_position(engine: DbEngine) {
    let shop = Shop::on(engine);
    let mut places = Vec::new();
    // The clock is set back between the second change and the third.
    for advance in [0, 10, 0, 10] {
        shop.core.clock.advance(HOUR * advance);
        shop.list("seller", "A ticket", 2000).await;
    }
    places.extend(shop.changes().await.into_iter().map(|change| change.id));
    let second = places[1].clone();
    let set_back = shop.core.db.write(move |tx| {
        tx.execute(
            "UPDATE changes SET changed_at = changed_at - 36000000 WHERE id > $1",
            args![&second[second.len() - 36..]],
        )
    });
    set_back.await.map_err(|error: DbError| error).unwrap();
    // A day after the first change and the third, by the time that they carry.
    shop.core.clock.advance(5 * HOUR);
    shop.prune().await;
    assert!(shop.resume(&places[0]).await.is_reset);
    for place in &places[1..] {
        assert!(!shop.resume(place).await.is_reset, "{place}");
    }
    // The newest is never deleted: a watcher that has received it has received everything.
    shop.core.clock.advance(48 * HOUR);
    shop.prune().await;
    assert!(shop.resume(&places[2]).await.is_reset);
    assert!(!shop.resume(&places[3]).await.is_reset);
}
