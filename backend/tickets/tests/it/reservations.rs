//! The events of orders, in order or shuffled: a ticket belongs to the order that holds it.

use proptest::prelude::*;
use ticketing_bus::ApplyOutcome;
use ticketing_engines::{DbEngine, on_both};
use ticketing_platform::db::DbError;
use ticketing_tickets::store::EditError;

use crate::support::{Shop, Step};

on_both! {
    #[tokio::test]
    purchase_reserves_and_sells_the_ticket, only_the_holder_releases_a_ticket,
    next_order_gets_the_ticket_after_a_late_cancellation,
    event_that_ends_an_unknown_order_waits, order_restores_a_withdrawn_ticket_until_it_ends,
    withdrawn_ticket_is_sold_to_the_order_that_completes, edit_yields_to_an_order_and_applies_after_it,
    next_order_shows_its_own_terms;
}

async fn purchase_reserves_and_sells_the_ticket(engine: DbEngine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    assert_eq!(shop.apply(Step::Created, "o", &id, 0).await, ApplyOutcome::Done);
    assert_eq!(shop.state(&id).await, "reserved o 1");
    assert_eq!(shop.apply(Step::Confirmed, "o", &id, 1).await, ApplyOutcome::Done);
    assert_eq!(shop.state(&id).await, "reserved o 1");
    assert_eq!(shop.apply(Step::Completed, "o", &id, 2).await, ApplyOutcome::Done);
    assert_eq!(shop.state(&id).await, "sold o 2");
    for (step, version) in [(Step::Created, 0), (Step::Confirmed, 1), (Step::Completed, 2)] {
        assert_eq!(shop.apply(step, "o", &id, version).await, ApplyOutcome::Duplicate);
    }
    assert_eq!(shop.versions(&id).await, [0, 1, 2]);
}

async fn only_the_holder_releases_a_ticket(engine: DbEngine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    shop.apply(Step::Created, "a", &id, 0).await;
    shop.apply(Step::Cancelled, "a", &id, 1).await;
    assert_eq!(shop.state(&id).await, "available - 2");
    shop.apply(Step::Created, "b", &id, 0).await;
    assert_eq!(shop.state(&id).await, "reserved b 3");
    // The end of `a` is delivered again with another identifier.
    assert_eq!(shop.apply(Step::Cancelled, "a", &id, 1).await, ApplyOutcome::Duplicate);
    assert_eq!(shop.state(&id).await, "reserved b 3");
    let other = shop.list("seller", "Another", 2000).await.id;
    shop.apply(Step::Created, "c", &other, 0).await;
    assert_eq!(shop.apply(Step::Cancelled, "c", &other, 1).await, ApplyOutcome::Done);
    assert_eq!(shop.state(&id).await, "reserved b 3");
}

async fn next_order_gets_the_ticket_after_a_late_cancellation(engine: DbEngine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    shop.apply(Step::Created, "a", &id, 0).await;
    assert_eq!(shop.apply(Step::Created, "b", &id, 0).await, ApplyOutcome::Done);
    assert_eq!(shop.state(&id).await, "reserved a 1", "the first still holds it, as far as is known");
    shop.apply(Step::Cancelled, "a", &id, 1).await;
    assert_eq!(shop.state(&id).await, "reserved b 2", "it was never free in between");
    shop.apply(Step::Cancelled, "b", &id, 1).await;
    assert_eq!(shop.state(&id).await, "available - 3");
}

async fn event_that_ends_an_unknown_order_waits(engine: DbEngine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    assert_eq!(shop.apply(Step::Cancelled, "a", &id, 1).await, ApplyOutcome::OutOfOrder);
    assert_eq!(shop.apply(Step::Completed, "a", &id, 2).await, ApplyOutcome::OutOfOrder);
    assert_eq!(shop.state(&id).await, "available - 0");
    assert_eq!(shop.apply(Step::Created, "a", &id, 0).await, ApplyOutcome::Done);
    assert_eq!(shop.apply(Step::Cancelled, "a", &id, 1).await, ApplyOutcome::Done);
    assert_eq!(shop.state(&id).await, "available - 2");
}

async fn order_restores_a_withdrawn_ticket_until_it_ends(engine: DbEngine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    shop.delete(&id, "seller").await.unwrap();
    assert_eq!(shop.state(&id).await, "gone");
    assert_eq!(shop.apply(Step::Created, "o", &id, 0).await, ApplyOutcome::Done);
    assert_eq!(shop.state(&id).await, "reserved o 2");
    assert!(matches!(shop.delete(&id, "seller").await, Err(EditError::Reserved)));
    assert!(matches!(shop.update(&id, "seller", "B", 1).await, Err(EditError::Reserved)));
    assert_eq!(shop.apply(Step::Cancelled, "o", &id, 1).await, ApplyOutcome::Done);
    assert_eq!(shop.state(&id).await, "gone", "the withdrawal takes effect after all");
    assert_eq!(shop.apply(Step::Cancelled, "o", &id, 1).await, ApplyOutcome::Duplicate);
    let events: Vec<_> =
        shop.published_events().await.into_iter().map(|(_, name, _, version)| (name, version)).collect();
    let expected = ["ticket:created", "ticket:deleted", "ticket:updated", "ticket:deleted"];
    assert_eq!(events, expected.map(str::to_owned).into_iter().zip(0..).collect::<Vec<_>>());
    let kinds: Vec<_> = shop.changes().await.into_iter().map(|change| change.kind).collect();
    assert_eq!(kinds, expected, "watchers receive each change");
}

async fn withdrawn_ticket_is_sold_to_the_order_that_completes(engine: DbEngine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    // The first order ends before the second is made; tickets learns of both after the withdrawal, the first end last.
    shop.delete(&id, "seller").await.unwrap();
    shop.apply(Step::Created, "a", &id, 0).await;
    shop.apply(Step::Created, "b", &id, 0).await;
    shop.apply(Step::Confirmed, "b", &id, 1).await;
    assert_eq!(shop.state(&id).await, "reserved a 2");
    shop.apply(Step::Completed, "b", &id, 2).await;
    assert_eq!(shop.state(&id).await, "sold b 3");
    shop.apply(Step::Cancelled, "a", &id, 1).await;
    assert_eq!(shop.state(&id).await, "sold b 3");
    assert!(matches!(shop.delete(&id, "seller").await, Err(EditError::Reserved)));
    assert_eq!(shop.versions(&id).await, [0, 1, 2, 3]);
}

async fn edit_yields_to_an_order_and_applies_after_it(engine: DbEngine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    shop.update(&id, "seller", "Dearer", 9000).await.unwrap();
    shop.ordered_at("a", &id, "A ticket", 2000).await;
    assert_eq!(shop.describe(&id).await, "A ticket 2000 reserved a");
    shop.apply(Step::Cancelled, "a", &id, 1).await;
    assert_eq!(shop.describe(&id).await, "Dearer 9000 available -");
    shop.update(&id, "seller", "Cheaper", 1000).await.unwrap();
    shop.delete(&id, "seller").await.unwrap();
    shop.ordered_at("b", &id, "Dearer", 9000).await;
    assert_eq!(shop.describe(&id).await, "Dearer 9000 reserved b");
    let found =
        shop.core.db.read(|tx| tx.query("SELECT title_key FROM tickets", &[], |row| row.text("title_key")));
    assert_eq!(
        found.await.map_err(|error: DbError| error).unwrap(),
        ["dearer"],
        "searches find what is shown"
    );
    shop.apply(Step::Confirmed, "b", &id, 1).await;
    shop.apply(Step::Completed, "b", &id, 2).await;
    assert_eq!(shop.describe(&id).await, "Dearer 9000 sold b");
    assert_eq!(shop.versions(&id).await, (0..8).collect::<Vec<_>>());
}

async fn next_order_shows_its_own_terms(engine: DbEngine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    shop.update(&id, "seller", "A ticket", 3000).await.unwrap();
    shop.ordered_at("a", &id, "A ticket", 2000).await;
    shop.ordered_at("b", &id, "A ticket", 3000).await;
    assert_eq!(shop.describe(&id).await, "A ticket 2000 reserved a");
    shop.apply(Step::Cancelled, "a", &id, 1).await;
    assert_eq!(shop.describe(&id).await, "A ticket 3000 reserved b");
    shop.apply(Step::Cancelled, "b", &id, 1).await;
    assert_eq!(shop.describe(&id).await, "A ticket 3000 available -");
}

/// Returns the lives of three orders of one ticket, one after the other, as orders would let them happen: all but the
/// last were cancelled, before or after they were confirmed.
fn lives() -> impl Strategy<Value = Vec<(&'static str, Step, i64)>> {
    let ended = prop_oneof![
        Just(vec![Step::Created, Step::Cancelled]),
        Just(vec![Step::Created, Step::Confirmed, Step::Cancelled]),
    ];
    let last = prop_oneof![
        Just(vec![]),
        Just(vec![Step::Created]),
        Just(vec![Step::Created, Step::Confirmed]),
        Just(vec![Step::Created, Step::Confirmed, Step::Completed]),
        Just(vec![Step::Created, Step::Cancelled]),
    ];
    (ended.clone(), ended, last).prop_map(|(first, second, third)| {
        let events = |order: &'static str, steps: Vec<Step>| {
            (0..).zip(steps).map(move |(version, step)| (order, step, version)).collect::<Vec<_>>()
        };
        [events("a", first), events("b", second), events("c", third)].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(25))]

    /// In any order and with any repetition of the events, if early ones are redelivered, the ticket ends with the order
    /// that holds it last, its versions are consecutive, and no version is published twice.
    #[test]
    fn shuffled_events_end_with_the_right_holder(
        lives in lives(),
        withdrawn_at in prop::option::of(0_usize..30),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 30),
        engine in prop::sample::select(&DbEngine::ALL[..]),
    ) {
        let expected = match lives.iter().rev().find(|(order, ..)| *order == "c") {
            None | Some((_, Step::Cancelled, _)) => "no order",
            Some((_, Step::Completed, _)) => "sold c",
            Some(_) => "reserved c",
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let shop = Shop::on(engine);
            let id = shop.list("seller", "A ticket", 2000).await.id;
            let mut applied = std::collections::HashSet::new();
            // The picks, and then everything in order until nothing is early any more.
            let shuffled = picks.iter().map(|pick| *pick.get(&lives)).chain(lives.iter().copied());
            let mut is_withdrawn = false;
            for (place, (order, step, version)) in shuffled.enumerate() {
                if withdrawn_at.is_some_and(|at| at <= place) {
                    is_withdrawn |= shop.delete(&id, "seller").await.is_ok();
                }
                let effect = shop.apply(step, order, &id, version).await;
                if effect == ApplyOutcome::Done {
                    prop_assert!(applied.insert((order, version)), "{} {} took effect twice", order, version);
                }
            }
            prop_assert_eq!(applied.len(), lives.len());
            let state = shop.state(&id).await;
            let versions = shop.versions(&id).await;
            let last = i64::try_from(versions.len()).unwrap() - 1;
            prop_assert_eq!(versions, (0..=last).collect::<Vec<_>>());
            if is_withdrawn && expected == "no order" {
                prop_assert_eq!(state, "gone");
                return Ok(());
            }
            let expected = if expected == "no order" { "available -" } else { expected };
            prop_assert!(state.starts_with(expected), "{} instead of {} after {:?}", state, expected, picks);
            let (_, at) = state.rsplit_once(' ').unwrap();
            prop_assert_eq!(at, last.to_string());
            Ok(())
        })?;
    }
}
