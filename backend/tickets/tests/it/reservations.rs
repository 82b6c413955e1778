//! What orders say of themselves, in order or shuffled: a ticket belongs to the order that holds it.

use proptest::prelude::*;
use ticketing_bus::Effect;
use ticketing_engines::{Engine, on_both};

use crate::support::{Shop, Step};

on_both! {
    #[tokio::test]
    a_purchase_reserves_and_sells, only_the_holder_frees_a_ticket,
    a_ticket_passes_to_the_next_order_when_the_end_of_the_first_comes_late,
    an_order_whose_end_overtakes_its_beginning_waits, an_order_of_a_withdrawn_ticket_holds_nothing;
}

async fn a_purchase_reserves_and_sells(engine: Engine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    assert_eq!(shop.hear(Step::Created, "o", &id, 0).await, Effect::Done);
    assert_eq!(shop.state(&id).await, "reserved o 1");
    assert_eq!(shop.hear(Step::Confirmed, "o", &id, 1).await, Effect::Done);
    assert_eq!(shop.state(&id).await, "reserved o 1");
    assert_eq!(shop.hear(Step::Completed, "o", &id, 2).await, Effect::Done);
    assert_eq!(shop.state(&id).await, "sold o 2");
    for (step, version) in [(Step::Created, 0), (Step::Confirmed, 1), (Step::Completed, 2)] {
        assert_eq!(shop.hear(step, "o", &id, version).await, Effect::Stale);
    }
    assert_eq!(shop.versions(&id).await, [0, 1, 2]);
}

async fn only_the_holder_frees_a_ticket(engine: Engine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    shop.hear(Step::Created, "a", &id, 0).await;
    shop.hear(Step::Cancelled, "a", &id, 1).await;
    assert_eq!(shop.state(&id).await, "available - 2");
    shop.hear(Step::Created, "b", &id, 0).await;
    assert_eq!(shop.state(&id).await, "reserved b 3");
    // The end of `a` comes once more, under another identifier.
    assert_eq!(shop.hear(Step::Cancelled, "a", &id, 1).await, Effect::Stale);
    assert_eq!(shop.state(&id).await, "reserved b 3");
    let other = shop.list("seller", "Another", 2000).await.id;
    shop.hear(Step::Created, "c", &other, 0).await;
    assert_eq!(shop.hear(Step::Cancelled, "c", &other, 1).await, Effect::Done);
    assert_eq!(shop.state(&id).await, "reserved b 3");
}

async fn a_ticket_passes_to_the_next_order_when_the_end_of_the_first_comes_late(engine: Engine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    shop.hear(Step::Created, "a", &id, 0).await;
    assert_eq!(shop.hear(Step::Created, "b", &id, 0).await, Effect::Done);
    assert_eq!(shop.state(&id).await, "reserved a 1", "the first still holds it, as far as is known");
    shop.hear(Step::Cancelled, "a", &id, 1).await;
    assert_eq!(shop.state(&id).await, "reserved b 2", "it was never free in between");
    shop.hear(Step::Cancelled, "b", &id, 1).await;
    assert_eq!(shop.state(&id).await, "available - 3");
}

async fn an_order_whose_end_overtakes_its_beginning_waits(engine: Engine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    assert_eq!(shop.hear(Step::Cancelled, "a", &id, 1).await, Effect::Early);
    assert_eq!(shop.hear(Step::Completed, "a", &id, 2).await, Effect::Early);
    assert_eq!(shop.state(&id).await, "available - 0");
    assert_eq!(shop.hear(Step::Created, "a", &id, 0).await, Effect::Done);
    assert_eq!(shop.hear(Step::Cancelled, "a", &id, 1).await, Effect::Done);
    assert_eq!(shop.state(&id).await, "available - 2");
}

async fn an_order_of_a_withdrawn_ticket_holds_nothing(engine: Engine) {
    let shop = Shop::on(engine);
    let id = shop.list("seller", "A ticket", 2000).await.id;
    shop.delete(&id, "seller").await.unwrap();
    assert_eq!(shop.hear(Step::Created, "o", &id, 0).await, Effect::Done);
    assert_eq!(shop.hear(Step::Cancelled, "o", &id, 1).await, Effect::Done);
    assert_eq!(shop.state(&id).await, "gone");
    assert_eq!(shop.versions(&id).await, [0, 1], "what is gone does not change");
}

/// The lives of three orders of one ticket, one after the other, as orders would let them happen: all but the last
/// were cancelled, before or after they were confirmed.
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
        let told = |order: &'static str, steps: Vec<Step>| {
            (0..).zip(steps).map(move |(version, step)| (order, step, version)).collect::<Vec<_>>()
        };
        [told("a", first), told("b", second), told("c", third)].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(25))]

    /// However the events are shuffled and repeated, with what is early coming again, the ticket ends with the order
    /// that holds it in the end, its versions are unbroken, and nobody is told twice.
    #[test]
    fn shuffled_lives_end_with_the_right_holder(
        lives in lives(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 30),
        engine in prop::sample::select(&Engine::ALL[..]),
    ) {
        let expected = match lives.iter().rev().find(|(order, ..)| *order == "c") {
            None | Some((_, Step::Cancelled, _)) => "available -",
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
            for (order, step, version) in shuffled {
                let effect = shop.hear(step, order, &id, version).await;
                if effect == Effect::Done {
                    prop_assert!(applied.insert((order, version)), "{} {} took effect twice", order, version);
                }
            }
            prop_assert_eq!(applied.len(), lives.len());
            let state = shop.state(&id).await;
            prop_assert!(state.starts_with(expected), "{} instead of {} after {:?}", state, expected, picks);
            let versions = shop.versions(&id).await;
            let last = i64::try_from(versions.len()).unwrap() - 1;
            let (_, at) = state.rsplit_once(' ').unwrap();
            prop_assert_eq!(at, last.to_string());
            prop_assert_eq!(versions, (0..=last).collect::<Vec<_>>());
            Ok(())
        })?;
    }
}
