//! The details of a ticket: kept, changed one by one, and fixed by the order that holds the ticket.

use serde_json::json;
use ticketing_engines::{DbEngine, on_both};
use ticketing_events::OrderCreated;
use ticketing_sdk::{DetailField, DetailsUpdate, TicketId, fixtures};
use ticketing_tickets::store::NewListing;

use crate::passes::list_held;
use crate::support::{Shop, Step, listing};

on_both! {
    #[tokio::test]
    update_keeps_absent_details_and_clears_null_ones, changed_details_alone_make_a_version,
    edited_details_lose_to_order_and_return_after_it, bare_order_of_the_original_shows_the_listed_terms;
}

/// Returns a listing with every detail.
fn detailed_listing() -> NewListing {
    NewListing { details: fixtures::details().into(), ..listing("A ticket", 2000) }
}

fn moved_to(venue: &str) -> NewListing {
    let mut details = DetailsUpdate::default();
    details.set(DetailField::Venue, venue).unwrap();
    NewListing { details, ..listing("A ticket", 2000) }
}

async fn venue(shop: &Shop, id: &TicketId) -> String {
    shop.find(id).await.unwrap().details.venue.unwrap()
}

async fn update_keeps_absent_details_and_clears_null_ones(engine: DbEngine) {
    let shop = Shop::on(engine);
    let ticket = shop.list_as("seller", detailed_listing()).await;
    assert_eq!(shop.find(&ticket.id).await.unwrap().details, fixtures::details());
    let dearer = shop.update(&ticket.id, "seller", "A ticket", 3000).await.unwrap();
    assert_eq!(dearer.details, fixtures::details(), "who knows no details erases none");
    let mut details = DetailsUpdate::default();
    details.clear(DetailField::StartsAt);
    let changed = NewListing { details, ..listing("A ticket", 3000) };
    let changed = shop.update_to(&ticket.id, "seller", changed).await.unwrap();
    let mut without_start = fixtures::details();
    without_start.starts_at = None;
    assert_eq!(changed.details, without_start);
    assert_eq!(shop.find(&ticket.id).await.unwrap(), changed);
}

async fn changed_details_alone_make_a_version(engine: DbEngine) {
    let shop = Shop::on(engine);
    let id = shop.list_as("seller", detailed_listing()).await.id;
    for name in ["Hall 1", "Hall 1", "Hall 2"] {
        shop.update_to(&id, "seller", moved_to(name)).await.unwrap();
    }
    assert_eq!(shop.versions(&id).await, [0, 1, 2]);
    let changes = shop.changes().await;
    assert!(
        changes[2].body.contains("\"venue\":\"Hall 2\""),
        "the feed carries the details: {:?}",
        changes[2]
    );
}

async fn edited_details_lose_to_order_and_return_after_it(engine: DbEngine) {
    let shop = Shop::on(engine);
    let ticket = shop.list_as("seller", detailed_listing()).await;
    let id = &ticket.id;
    shop.update_to(id, "seller", moved_to("Hall 2")).await.unwrap();
    shop.ordered_as("a", &ticket).await;
    assert_eq!(venue(&shop, id).await, "Palais de Tokyo");
    shop.apply(Step::Cancelled, "a", id, 1).await;
    assert_eq!(venue(&shop, id).await, "Hall 2");
    shop.delete(id, "seller").await.unwrap();
    shop.ordered_as("b", &ticket).await;
    shop.apply(Step::Confirmed, "b", id, 1).await;
    shop.apply(Step::Completed, "b", id, 2).await;
    assert_eq!(venue(&shop, id).await, "Palais de Tokyo", "the sale stands as it was ordered");
}

/// `order:created` with the fields of the original alone.
fn bare(order: &str, ticket: &TicketId) -> OrderCreated {
    let body = json!({
        "id": order, "version": 0, "status": "created", "userId": "buyer", "expiresAt": "2020-04-29T17:25:04.521Z",
        "ticket": { "id": ticket, "price": 20 },
    });
    serde_json::from_value(body).unwrap()
}

async fn bare_order_of_the_original_shows_the_listed_terms(engine: DbEngine) {
    let shop = Shop::on(engine);
    let id = shop.list_as("seller", detailed_listing()).await.id;
    shop.update(&id, "seller", "Edited", 3000).await.unwrap();
    shop.reserve(bare("a", &id)).await;
    shop.reserve(bare("b", &id)).await;
    assert_eq!(shop.describe(&id).await, "Edited 2000 reserved a");
    shop.apply(Step::Cancelled, "a", &id, 1).await;
    assert_eq!(shop.describe(&id).await, "Edited 2000 reserved b");
    assert_eq!(shop.find(&id).await.unwrap().details, fixtures::details());
    shop.delete(&id, "seller").await.unwrap_err();
    shop.apply(Step::Completed, "b", &id, 1).await;
    assert_eq!(shop.describe(&id).await, "Edited 2000 sold b");
    let passes = list_held(&shop, "buyer").await;
    assert_eq!(passes.len(), 1);
    assert_eq!((passes[0].title.as_str(), passes[0].paid.cents()), ("Edited", 2000));
    assert_eq!(passes[0].details, fixtures::details());
}
