//! The events of orders change passes, in any order and with redeliveries.

mod entered;
mod other_day;

use ticketing_bus::ApplyOutcome;
use ticketing_engines::{DbEngine, on_both};
use ticketing_events::ListingClosed;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{DoubleAdmission, PassId, TicketId};
use ticketing_tickets::domain::pass::{PassState, StoredPass, Transfer};
use ticketing_tickets::domain::terms::Terms;
use ticketing_tickets::store;
use ticketing_tickets::store::passes::{self, PassError, PassFilter, ReadCode};

use crate::support::{Shop, Step};

on_both! {
    #[tokio::test]
    completed_order_issues_one_pass_however_often_it_comes, closed_listing_returns_its_pass,
    sold_listing_moves_its_pass,
    sale_and_check_in_of_a_pass_never_both_succeed, every_version_of_a_pass_has_its_event,
    replicas_admit_a_pass_once;
}

/// A buyer orders a listing at this price, and pays.
pub(crate) async fn sell(shop: &Shop, order: &str, listing: &TicketId, buyer: &str, cents: i64) {
    shop.ordered_by(order, listing, buyer, cents).await;
    assert_eq!(shop.apply(Step::Completed, order, listing, 1).await, ApplyOutcome::Done);
}

pub(crate) async fn close_listing(shop: &Shop, ticket: &TicketId) {
    let event = ListingClosed { ticket_id: ticket.clone() };
    let applied = shop.write_published(move |tx, publisher| passes::close_listing(tx, publisher, &event));
    assert_eq!(applied.await.map_err(|error: DbError| error).unwrap(), ApplyOutcome::Done);
}

pub(crate) async fn list_held(shop: &Shop, holder: &str) -> Vec<StoredPass> {
    let filter = PassFilter { user: holder.into(), issued: false, statuses: Vec::new(), order: None };
    let found = shop.core.db.read(move |tx| passes::list(tx, &filter, None, 10));
    found.await.map_err(|error: DbError| error).unwrap()
}

/// Returns a ticket of `seller` that `buyer` has bought with the order `o`, and its pass.
async fn sell_ticket(shop: &Shop) -> (TicketId, StoredPass) {
    sold_by(shop, "o").await
}

async fn sold_by(shop: &Shop, order: &str) -> (TicketId, StoredPass) {
    let ticket = shop.list("seller", "A ticket", 2000).await.id;
    let pass = buy(shop, order, &ticket).await;
    (ticket, pass)
}

/// Sells a ticket of 20 dollars to `buyer`, and returns the pass.
pub(crate) async fn buy(shop: &Shop, order: &str, ticket: &TicketId) -> StoredPass {
    sell(shop, order, ticket, "buyer", 2000).await;
    let passes = list_held(shop, "buyer").await;
    passes.into_iter().find(|pass| pass.ticket_id == *ticket).unwrap()
}

/// Offers a pass for sale.
pub(crate) async fn offer(shop: &Shop, pass: &StoredPass) -> TicketId {
    let (listing, pass) = (TicketId::new(shop.core.clock.new_id()), pass.clone());
    let id = listing.clone();
    let made = shop.write_published(move |tx, publisher| {
        passes::offer(tx, publisher, pass.clone(), &id)?;
        let terms = Terms { title: pass.title.clone(), price: pass.paid, details: pass.details.clone() };
        let of = Some(pass.ticket_id.clone());
        store::list_terms(tx, publisher, id.clone(), &pass.holder_id, terms, of)?;
        Ok::<_, PassError>(())
    });
    made.await.unwrap();
    listing
}

async fn admit(shop: &Shop, pass: &StoredPass) -> Result<StoredPass, PassError> {
    let code = ReadCode {
        pass_id: pass.id.clone(),
        serial: pass.serial,
        at: None,
        starts_within: None,
        device: None,
    };
    shop.write_published(move |tx, publisher| passes::admit(tx, publisher, &code, &"seller".into())).await
}

fn offered_by(listing: &TicketId, admission: Option<&DoubleAdmission>) -> PassState {
    PassState::Offered { listing: listing.clone(), admission: admission.cloned() }
}

pub(crate) async fn find(shop: &Shop, id: &PassId) -> StoredPass {
    let id = id.clone();
    let found = shop.core.db.read(move |tx| passes::find(tx, &id));
    found.await.map_err(|error: DbError| error).unwrap().unwrap()
}

async fn completed_order_issues_one_pass_however_often_it_comes(engine: DbEngine) {
    let shop = Shop::on(engine);
    let (ticket, pass) = sell_ticket(&shop).await;
    assert_eq!((pass.issuer_id.as_str(), pass.paid.cents(), pass.serial), ("seller", 2000, 0));
    assert_eq!((&pass.ticket_id, pass.issuing_order_id.as_str()), (&ticket, "o"));
    assert_eq!(shop.apply(Step::Completed, "o", &ticket, 1).await, ApplyOutcome::Duplicate);
    assert_eq!(list_held(&shop, "buyer").await, [pass]);
}

async fn closed_listing_returns_its_pass(engine: DbEngine) {
    let shop = Shop::on(engine);
    let (_, pass) = sell_ticket(&shop).await;
    let listing = offer(&shop, &pass).await;
    shop.delete(&listing, "buyer").await.unwrap();
    assert_eq!(find(&shop, &pass.id).await.state, offered_by(&listing, None));
    for _ in 0..2 {
        close_listing(&shop, &listing).await;
    }
    let returned = find(&shop, &pass.id).await;
    assert_eq!((returned.state, returned.version), (PassState::Valid { transfer: None }, 2));
    // Of another listing: nothing.
    let again = offer(&shop, &find(&shop, &pass.id).await).await;
    close_listing(&shop, &listing).await;
    assert_eq!(find(&shop, &pass.id).await.state, offered_by(&again, None));
}

async fn sold_listing_moves_its_pass(engine: DbEngine) {
    let shop = Shop::on(engine);
    let (_, pass) = sell_ticket(&shop).await;
    let listing = offer(&shop, &pass).await;
    sell(&shop, "second", &listing, "next", 1500).await;
    assert_eq!(shop.apply(Step::Completed, "second", &listing, 1).await, ApplyOutcome::Duplicate);
    close_listing(&shop, &listing).await;
    let moved = find(&shop, &pass.id).await;
    assert_eq!((moved.holder_id.as_str(), moved.serial, moved.paid.cents()), ("next", 1, 1500));
    assert_eq!(moved.order_id, Some("second".into()));
    assert_eq!(list_held(&shop, "buyer").await, []);
    assert_eq!(list_held(&shop, "next").await.len(), 1);
}

async fn sale_and_check_in_of_a_pass_never_both_succeed(engine: DbEngine) {
    let shop = Shop::on(engine);
    let (_, pass) = sell_ticket(&shop).await;
    let listing = offer(&shop, &pass).await;
    assert!(admit(&shop, &pass).await.is_err());
    shop.delete(&listing, "buyer").await.unwrap();
    // An order may still be on its way.
    assert!(admit(&shop, &pass).await.is_err());
    shop.apply(Step::Created, "late", &listing, 0).await;
    assert!(admit(&shop, &pass).await.is_err());
    shop.apply(Step::Completed, "late", &listing, 1).await;
    assert!(admit(&shop, &pass).await.is_err(), "the code is of an earlier serial");
    admit(&shop, &find(&shop, &pass.id).await).await.unwrap();
}

async fn every_version_of_a_pass_has_its_event(engine: DbEngine) {
    let shop = Shop::on(engine);
    let (_, pass) = sell_ticket(&shop).await;
    let transfer = Transfer {
        claim_hash: "hash".to_owned(),
        expires_at: shop.core.clock.now() + ticketing_tickets::domain::pass::TRANSFER_TTL,
    };
    let id = pass.id.clone();
    let started = shop.write_published(move |tx, publisher| {
        passes::start_transfer(tx, publisher, &id, &"buyer".into(), transfer.clone())
    });
    started.await.unwrap();
    let claimed =
        shop.write_published(|tx, publisher| passes::claim(tx, publisher, "hash", &"friend".into()));
    let claimed = claimed.await.unwrap();
    let listing = offer(&shop, &claimed).await;
    close_listing(&shop, &listing).await;
    admit(&shop, &find(&shop, &pass.id).await).await.unwrap();
    let published = shop.published_events().await;
    let events: Vec<(&str, i64)> = published
        .iter()
        .filter(|(_, _, aggregate, _)| aggregate == pass.id.as_str())
        .map(|(_, name, _, version)| (name.as_str(), *version))
        .collect();
    assert_eq!(
        events,
        [
            ("pass:issued", 0),
            ("pass:updated", 1),
            ("pass:transferred", 2),
            ("pass:updated", 3),
            ("pass:updated", 4),
            ("pass:admitted", 5)
        ]
    );
}

async fn replicas_admit_a_pass_once(engine: DbEngine) {
    let shop = Shop::on(engine);
    let (_, pass) = sell_ticket(&shop).await;
    let replica = shop.replica();
    let doors = (0..8).map(|number| {
        let core = if number % 2 == 0 { shop.core.clone() } else { replica.clone() };
        let code =
            ReadCode { pass_id: pass.id.clone(), serial: 0, at: None, starts_within: None, device: None };
        let feed = shop.feed.clone();
        async move {
            crate::support::write_published(&core, &feed, move |tx, publisher| {
                passes::admit(tx, publisher, &code, &"seller".into())
            })
            .await
            .is_ok()
        }
    });
    let admitted = futures_util::future::join_all(doors).await;
    assert_eq!(admitted.into_iter().filter(|admitted| *admitted).count(), 1);
}
