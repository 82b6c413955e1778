//! The copies of the tickets apply consecutive versions, in any order of arrival of the events.

use proptest::prelude::*;
use ticketing_bus::ApplyOutcome;
use ticketing_engines::{DbEngine, on_both};
use ticketing_events::TicketUpdated;
use ticketing_orders::store;
use ticketing_sdk::{Money, OrderId, TicketId};

use crate::support::{Fixture, ticket_created, ticket_deleted, ticket_updated};

on_both! {
    #[tokio::test]
    only_the_next_version_is_applied, copy_keeps_the_price_asked_while_an_order_holds_the_ticket;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Created,
    Updated(i64),
    Deleted(i64),
}

async fn apply(shop: &Fixture, event: Event) -> ApplyOutcome {
    match event {
        Event::Created => shop.apply_created(&ticket_created("t")).await,
        Event::Updated(version) => shop.apply_updated(&ticket_updated("t", version, 1000 + version)).await,
        Event::Deleted(version) => shop.apply_deleted(&ticket_deleted("t", version)).await,
    }
}

async fn read_copy(shop: &Fixture) -> Option<(i64, Money)> {
    let copy = shop.write(|tx| store::ticket(tx, &TicketId::new("t"))).await;
    copy.map(|copy| (copy.version, copy.price))
}

async fn only_the_next_version_is_applied(engine: DbEngine) {
    let shop = Fixture::with(engine, &[]).await;
    assert_eq!(apply(&shop, Event::Updated(1)).await, ApplyOutcome::OutOfOrder);
    assert_eq!(apply(&shop, Event::Deleted(1)).await, ApplyOutcome::OutOfOrder);
    assert_eq!(read_copy(&shop).await, None);
    assert_eq!(apply(&shop, Event::Created).await, ApplyOutcome::Done);
    assert_eq!(apply(&shop, Event::Created).await, ApplyOutcome::Duplicate);
    assert_eq!(apply(&shop, Event::Updated(2)).await, ApplyOutcome::OutOfOrder);
    assert_eq!(apply(&shop, Event::Updated(1)).await, ApplyOutcome::Done);
    assert_eq!(apply(&shop, Event::Updated(1)).await, ApplyOutcome::Duplicate);
    assert_eq!(read_copy(&shop).await, Some((1, Money::from_cents(1001).unwrap())));
    assert_eq!(apply(&shop, Event::Deleted(2)).await, ApplyOutcome::Done);
    assert_eq!(read_copy(&shop).await, None, "what was withdrawn cannot be ordered");
    assert_eq!(apply(&shop, Event::Updated(1)).await, ApplyOutcome::Duplicate, "and does not come back");
}

/// The seller raises the price while an order is in flight: the event has the price of the order, and new orders pay the
/// new price.
async fn copy_keeps_the_price_asked_while_an_order_holds_the_ticket(engine: DbEngine) {
    let shop = Fixture::with(engine, &["t"]).await;
    assert_eq!(shop.apply_updated(&ticket_updated("t", 1, 3000)).await, ApplyOutcome::Done);
    let held = TicketUpdated { order_id: Some(OrderId::new("o")), ..ticket_updated("t", 2, 1999) };
    assert_eq!(shop.apply_updated(&held).await, ApplyOutcome::Done);
    assert_eq!(read_copy(&shop).await, Some((2, Money::from_cents(3000).unwrap())));
    let order = shop.reserve("user", "t").await.unwrap();
    assert_eq!((order.ticket.version, order.ticket.price.cents()), (Some(2), 3000));
    assert_eq!(shop.apply_updated(&ticket_updated("t", 3, 4000)).await, ApplyOutcome::Done);
    assert_eq!(read_copy(&shop).await, Some((3, Money::from_cents(4000).unwrap())));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// In any order and with any repetition of the events, if early ones are redelivered, the copy ends in the state of its source.
    #[test]
    fn shuffled_and_repeated_events_end_in_the_same_state(
        length in 1_i64..6,
        withdrawn in any::<bool>(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 60),
        engine in prop::sample::select(&DbEngine::ALL[..]),
    ) {
        let mut history: Vec<Event> =
            (0..length).map(|version| if version == 0 { Event::Created } else { Event::Updated(version) }).collect();
        if withdrawn {
            history.push(Event::Deleted(length));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let shop = Fixture::with(engine, &[]).await;
            let mut applied = 0;
            // The picks, then all events again in order, as after a redelivery.
            let deliveries = picks.iter().map(|pick| *pick.get(&history)).chain(history.iter().copied());
            for event in deliveries {
                if apply(&shop, event).await == ApplyOutcome::Done {
                    prop_assert_eq!(event, history[applied], "a version was skipped");
                    applied += 1;
                }
            }
            prop_assert_eq!(applied, history.len(), "each version is applied exactly once");
            let last = if length == 1 { 1999 } else { 1000 + length - 1 };
            let expected = (length - 1, Money::from_cents(last).unwrap());
            prop_assert_eq!(read_copy(&shop).await, (!withdrawn).then_some(expected));
            Ok(())
        })?;
    }
}
