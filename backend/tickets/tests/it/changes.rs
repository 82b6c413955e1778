//! The changes that watchers see: each of them, in order, under the identifier of its event.

use ticketing_engines::{Engine, on_both};
use ticketing_sdk::{Ticket, TicketStatus};
use ticketing_tickets::store::{self, Change};

use crate::support::{Shop, Step};

on_both! {
    #[tokio::test]
    each_event_is_one_change_with_the_ticket_as_it_then_was, changes_are_read_from_any_place_on,
    the_place_of_an_empty_feed_comes_before_every_change, watchers_are_woken_by_every_commit;
}

async fn each_event_is_one_change_with_the_ticket_as_it_then_was(engine: Engine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    shop.update(&id, "seller", "Edited", 2500).await.unwrap();
    shop.hear(Step::Created, "o", &id, 0).await;
    shop.hear(Step::Cancelled, "o", &id, 1).await;
    shop.delete(&id, "seller").await.unwrap();
    let changes = shop.changes().await;
    let said: Vec<(String, String)> =
        shop.said().await.into_iter().map(|(id, name, ..)| (id, name)).collect();
    // A place ends with the identifier of the event.
    let event = |change: &Change| change.id[change.id.len() - 36..].to_owned();
    let told: Vec<(String, String)> =
        changes.iter().map(|change| (event(change), change.kind.clone())).collect();
    assert_eq!(told, said);
    let bodies: Vec<Ticket> =
        changes.iter().map(|change| serde_json::from_str(&change.body).unwrap()).collect();
    let versions: Vec<i64> = bodies.iter().map(|ticket| ticket.version).collect();
    assert_eq!(versions, [0, 1, 2, 3, 4]);
    assert_eq!((bodies[2].status, bodies[3].status), (TicketStatus::Reserved, TicketStatus::Available));
    assert_eq!((bodies[1].title.as_str(), bodies[4].title.as_str()), ("Edited", "Edited"));
}

async fn changes_are_read_from_any_place_on(engine: Engine) {
    let shop = Shop::on(engine);
    for number in 0..25 {
        shop.list("seller", &format!("Ticket {number}"), 2000).await;
    }
    let all = shop.changes().await;
    let after = async |place: &str, limit: i64| shop.changes_after(place, limit).await;
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

async fn the_place_of_an_empty_feed_comes_before_every_change(engine: Engine) {
    let shop = Shop::on(engine);
    let place = shop.core.db.read(store::latest).await.unwrap();
    assert_eq!(place.len(), 36, "it can be sent back as Last-Event-ID");
    shop.list("seller", "A ticket", 2000).await;
    assert!(place < shop.changes().await[0].id);
}

async fn watchers_are_woken_by_every_commit(engine: Engine) {
    let shop = Shop::on(engine);
    let mut watching = shop.feed.changed().listen();
    let id = shop.list("seller", "A ticket", 2000).await.id;
    let woken = tokio::time::timeout(std::time::Duration::from_secs(5), watching.heard());
    woken.await.expect("a ring");
    shop.update(&id, "seller", "Edited", 2000).await.unwrap();
    let woken = tokio::time::timeout(std::time::Duration::from_secs(5), watching.heard());
    woken.await.expect("another ring");
}
