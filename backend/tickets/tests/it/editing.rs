//! Listing, editing and withdrawing: by the owner, while nobody holds the ticket, one version at a time.

use futures_util::future::join_all;
use ticketing_engines::{DbEngine, on_both};
use ticketing_sdk::{TicketId, UserId};
use ticketing_tickets::store::{self, EditError};

use crate::support::{Shop, Step, listing, write_published};

on_both! {
    #[tokio::test]
    every_change_has_one_version_and_one_event, only_the_owner_of_a_free_ticket_edits_it;
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    one_of_many_concurrent_edits_of_a_version_succeeds;
}

async fn every_change_has_one_version_and_one_event(engine: DbEngine) {
    let shop = Shop::on(engine);
    let ticket = shop.list("seller", "A ticket", 2000).await;
    for cents in [2100, 2200, 2200, 2300] {
        shop.update(&ticket.id, "seller", "A ticket", cents).await.unwrap();
    }
    shop.delete(&ticket.id, "seller").await.unwrap();
    assert_eq!(shop.versions(&ticket.id).await, [0, 1, 2, 3, 4], "without a change nothing is published");
    let names: Vec<String> = shop.published_events().await.into_iter().map(|(_, name, ..)| name).collect();
    let updated = "ticket:updated";
    assert_eq!(names, ["ticket:created", updated, updated, updated, "ticket:deleted"]);
    assert_eq!(shop.find(&ticket.id).await, None);
}

async fn only_the_owner_of_a_free_ticket_edits_it(engine: DbEngine) {
    let shop = Shop::on(engine);
    let ticket = shop.list("seller", "A ticket", 2000).await;
    let nothing = TicketId::new("nothing");
    assert!(matches!(shop.update(&nothing, "seller", "x", 1).await, Err(EditError::NotFound)));
    assert!(matches!(shop.update(&ticket.id, "other", "x", 1).await, Err(EditError::NotOwner)));
    assert!(matches!(shop.delete(&ticket.id, "other").await, Err(EditError::NotOwner)));
    shop.apply(Step::Created, "o", &ticket.id, 0).await;
    assert!(matches!(shop.update(&ticket.id, "seller", "x", 1).await, Err(EditError::Reserved)));
    assert!(matches!(shop.delete(&ticket.id, "seller").await, Err(EditError::Reserved)));
    shop.apply(Step::Cancelled, "o", &ticket.id, 1).await;
    shop.update(&ticket.id, "seller", "x", 1).await.unwrap();
    shop.delete(&ticket.id, "seller").await.unwrap();
    assert!(matches!(shop.delete(&ticket.id, "seller").await, Err(EditError::NotFound)));
    assert!(matches!(shop.update(&ticket.id, "seller", "y", 1).await, Err(EditError::NotFound)));
    assert_eq!(shop.versions(&ticket.id).await, [0, 1, 2, 3, 4]);
}

async fn one_of_many_concurrent_edits_of_a_version_succeeds(engine: DbEngine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    let replica = shop.replica();
    for version in 0..5 {
        let edits = (0..12).map(|number| {
            let core = if number % 2 == 0 { &shop.core } else { &replica };
            let (id, new) = (id.clone(), listing(&format!("Edit {version}.{number}"), 2000));
            write_published(core, &shop.feed, move |tx, publisher| {
                store::update(tx, publisher, &id, &UserId::new("seller"), &new, |found| found == version)
            })
        });
        let made = join_all(edits).await;
        assert_eq!(made.iter().filter(|edit| edit.is_ok()).count(), 1);
        let refused = made.iter().filter_map(|edit| edit.as_ref().err());
        assert!(
            refused
                .into_iter()
                .all(|error| matches!(error, EditError::OtherVersion(found) if *found == version + 1))
        );
    }
    assert_eq!(shop.versions(&id).await, [0, 1, 2, 3, 4, 5]);
}
