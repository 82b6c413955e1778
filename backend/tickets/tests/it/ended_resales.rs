//! A resale that is not sold ends when its event starts.

use std::time::Duration;

use ticketing_bus::ServiceCore;
use ticketing_engines::{DbEngine, on_both};
use ticketing_platform::db::DbError;
use ticketing_sdk::{DetailsUpdate, FieldUpdate, TicketId, Timestamp};
use ticketing_tickets::domain::pass::PassState;
use ticketing_tickets::store::{self, NewListing};

use crate::passes::{buy, close_listing, find, offer};
use crate::support::{Shop, Step, listing, write_published};

on_both! {
    #[tokio::test]
    unsold_resale_ends_at_the_start_and_not_before, held_resale_ends_after_its_order, sold_resale_does_not_end,
    only_resales_with_a_start_end, replicas_end_each_resale_once;
}

/// The time from the purchase to the event.
const UNTIL_START: Duration = Duration::from_secs(3600);

async fn ticket(shop: &Shop, starts_at: Option<Timestamp>) -> TicketId {
    let mut details = DetailsUpdate::default();
    if let Some(starts_at) = starts_at {
        details.starts_at = FieldUpdate::Set(starts_at.to_string().parse().unwrap());
    }
    shop.list_as("seller", NewListing { details, ..listing("A ticket", 2000) }).await.id
}

/// Sells a ticket whose event starts after [`UNTIL_START`], and returns its pass and the listing that offers it.
async fn resale(shop: &Shop, order: &str) -> (ticketing_sdk::PassId, TicketId) {
    let ticket = ticket(shop, Some(shop.core.clock.now() + UNTIL_START)).await;
    let pass = buy(shop, order, &ticket).await;
    let listing = offer(shop, &pass).await;
    (pass.id, listing)
}

/// Ends the resales whose event has started, up to `limit`, and returns their number.
async fn end_on(core: &ServiceCore, shop: &Shop, limit: i64) -> u64 {
    let ended =
        write_published(core, &shop.feed, move |tx, publisher| store::end_started(tx, publisher, limit));
    ended.await.map_err(|error: DbError| error).unwrap()
}

async fn end(shop: &Shop) -> u64 {
    end_on(&shop.core, shop, 10).await
}

async fn next_end(shop: &Shop) -> Option<Timestamp> {
    shop.core.db.read(store::next_end).await.map_err(|error: DbError| error).unwrap()
}

async fn unsold_resale_ends_at_the_start_and_not_before(engine: DbEngine) {
    let shop = Shop::on(engine);
    let (pass, listing) = resale(&shop, "o").await;
    assert_eq!(next_end(&shop).await, Some(shop.core.clock.now() + UNTIL_START));
    shop.core.clock.advance(UNTIL_START - Duration::from_millis(1));
    assert_eq!((end(&shop).await, shop.state(&listing).await), (0, "available - 0".to_owned()));
    shop.core.clock.advance(Duration::from_millis(1));
    assert_eq!((end(&shop).await, shop.state(&listing).await), (1, "gone".to_owned()));
    let published = shop.published_events().await;
    let of_listing = published.iter().filter(|(_, _, of, _)| of == listing.as_str());
    let names: Vec<&str> = of_listing.map(|(_, name, ..)| name.as_str()).collect();
    assert_eq!(names, ["ticket:created", "ticket:deleted"]);
    assert_eq!((end(&shop).await, next_end(&shop).await), (0, None));
    // An order may be on its way, so the pass waits for orders.
    assert!(matches!(find(&shop, &pass).await.state, PassState::Offered { .. }));
    close_listing(&shop, &listing).await;
    assert_eq!(find(&shop, &pass).await.state, PassState::Valid { transfer: None });
}

async fn held_resale_ends_after_its_order(engine: DbEngine) {
    let shop = Shop::on(engine);
    let (_, listing) = resale(&shop, "o").await;
    shop.apply(Step::Created, "unpaid", &listing, 0).await;
    shop.core.clock.advance(UNTIL_START);
    assert_eq!((end(&shop).await, next_end(&shop).await), (0, None));
    shop.apply(Step::Cancelled, "unpaid", &listing, 1).await;
    assert_eq!((end(&shop).await, shop.state(&listing).await), (1, "gone".to_owned()));
}

async fn sold_resale_does_not_end(engine: DbEngine) {
    let shop = Shop::on(engine);
    let (pass, listing) = resale(&shop, "o").await;
    shop.ordered_by("paid", &listing, "next", 2000).await;
    shop.core.clock.advance(UNTIL_START);
    shop.apply(Step::Completed, "paid", &listing, 1).await;
    assert_eq!((end(&shop).await, shop.state(&listing).await), (0, "sold paid 2".to_owned()));
    assert_eq!(find(&shop, &pass).await.holder_id.as_str(), "next");
}

async fn only_resales_with_a_start_end(engine: DbEngine) {
    let shop = Shop::on(engine);
    let first = ticket(&shop, Some(shop.core.clock.now() + UNTIL_START)).await;
    let without_start = buy(&shop, "o", &ticket(&shop, None).await).await;
    let resale = offer(&shop, &without_start).await;
    shop.core.clock.advance(UNTIL_START * 2);
    assert_eq!((end(&shop).await, next_end(&shop).await), (0, None));
    assert_eq!(shop.state(&first).await, "available - 0");
    assert_eq!(shop.state(&resale).await, "available - 0");
}

async fn replicas_end_each_resale_once(engine: DbEngine) {
    let shop = Shop::on(engine);
    let mut listings = Vec::new();
    for number in 0..6 {
        listings.push(resale(&shop, &format!("o{number}")).await.1);
    }
    shop.core.clock.advance(UNTIL_START);
    let replica = shop.replica();
    let mut ended = 0;
    while next_end(&shop).await.is_some() {
        let both = (end_on(&shop.core, &shop, 2), end_on(&replica, &shop, 2));
        let (ours, theirs) = futures_util::future::join(both.0, both.1).await;
        ended += ours + theirs;
    }
    assert_eq!(ended, 6);
    for listing in &listings {
        assert_eq!(shop.versions(listing).await, [0, 1]);
    }
}
