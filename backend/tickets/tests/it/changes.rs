//! The changes that watchers see: each of them, in order, under the identifier of its event.

use ticketing_platform::db::DbError;
use ticketing_sdk::{Ticket, TicketStatus};
use ticketing_tickets::store;

use crate::support::{Shop, Step};

#[tokio::test]
async fn each_event_is_one_change_with_the_ticket_as_it_then_was() {
    let shop = Shop::new();
    let id = shop.list("seller", "A ticket", 2000).await.id;
    shop.update(&id, "seller", "Edited", 2500).await.unwrap();
    shop.hear(Step::Created, "o", &id, 0).await;
    shop.hear(Step::Cancelled, "o", &id, 1).await;
    shop.delete(&id, "seller").await.unwrap();
    let changes = shop.changes().await;
    let said: Vec<(String, String)> =
        shop.said().await.into_iter().map(|(id, name, ..)| (id, name)).collect();
    let told: Vec<(String, String)> =
        changes.iter().map(|change| (change.id.clone(), change.kind.clone())).collect();
    assert_eq!(told, said);
    let bodies: Vec<Ticket> =
        changes.iter().map(|change| serde_json::from_str(&change.body).unwrap()).collect();
    let versions: Vec<i64> = bodies.iter().map(|ticket| ticket.version).collect();
    assert_eq!(versions, [0, 1, 2, 3, 4]);
    assert_eq!((bodies[2].status, bodies[3].status), (TicketStatus::Reserved, TicketStatus::Available));
    assert_eq!((bodies[1].title.as_str(), bodies[4].title.as_str()), ("Edited", "Edited"));
}

#[tokio::test]
async fn changes_are_read_from_any_place_on() {
    let shop = Shop::new();
    for number in 0..25 {
        shop.list("seller", &format!("Ticket {number}"), 2000).await;
    }
    let all = shop.changes().await;
    let after = async |place: &str, limit: i64| {
        let place = place.to_owned();
        let changes = shop.core.db.read(move |tx| store::after(tx, &place, limit));
        changes.await.map_err(|error: DbError| error).unwrap()
    };
    let latest = shop.core.db.read(store::latest).await.unwrap();
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

#[tokio::test]
async fn the_place_of_an_empty_feed_comes_before_every_change() {
    let shop = Shop::new();
    let place = shop.core.db.read(store::latest).await.unwrap();
    assert_eq!(place.len(), 36, "it can be sent back as Last-Event-ID");
    shop.list("seller", "A ticket", 2000).await;
    assert!(place < shop.changes().await[0].id);
}

#[tokio::test]
async fn watchers_are_woken_by_every_commit() {
    let shop = Shop::new();
    let mut watching = shop.feed.changed().listen();
    let id = shop.list("seller", "A ticket", 2000).await.id;
    let woken = tokio::time::timeout(std::time::Duration::from_secs(5), watching.heard());
    woken.await.expect("a ring");
    shop.update(&id, "seller", "Edited", 2000).await.unwrap();
    let woken = tokio::time::timeout(std::time::Duration::from_secs(5), watching.heard());
    woken.await.expect("another ring");
}
