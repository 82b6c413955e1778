//! Admissions of a door that admits only the events that start within some time.

use std::time::Duration;

use ticketing_sdk::{DetailsUpdate, FieldUpdate};
use ticketing_tickets::domain::pass::CheckInError;
use ticketing_tickets::store::NewListing;

use super::*;
use crate::support::listing;

on_both! {
    #[tokio::test]
    refusal_for_another_day_writes_nothing;
}

const SPAN: Duration = Duration::from_secs(3600);

async fn refusal_for_another_day_writes_nothing(engine: DbEngine) {
    let shop = Shop::on(engine);
    let starts = shop.core.clock.now() + SPAN + Duration::from_millis(1);
    let starts_at = FieldUpdate::Set(starts.to_string().parse().unwrap());
    let mut details = DetailsUpdate::default();
    details.starts_at = starts_at;
    let ticket = shop.list_as("seller", NewListing { details, ..listing("A ticket", 2000) }).await.id;
    let pass = buy(&shop, "o", &ticket).await;
    let before = shop.published_events().await;
    let admit = || {
        let (pass_id, serial) = (pass.id.clone(), pass.serial);
        let code = ReadCode { pass_id, serial, at: None, starts_within: Some(SPAN), device: None };
        shop.write_published(move |tx, publisher| passes::admit(tx, publisher, &code, &"seller".into()))
    };
    let refused = admit().await.unwrap_err();
    assert!(matches!(refused, PassError::CheckIn(CheckInError::OtherDay { .. })), "{refused:?}");
    assert_eq!((find(&shop, &pass.id).await, shop.published_events().await), (pass.clone(), before));
    shop.core.clock.advance(Duration::from_millis(1));
    assert_eq!(admit().await.unwrap().version, 1);
}
