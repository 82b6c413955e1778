//! What the server gives up becomes a dead letter, and can be replayed.

use std::time::Duration;

use futures_util::StreamExt;
use ticketing_bus::{Bus, JetStreamOptions, Verdict};
use ticketing_engines::Shape;

use super::{CREATED, raw};
use crate::support::{House, accepted, eventually};

/// A bus whose server gives up soon.
async fn impatient(house: &House) -> Bus {
    let options =
        JetStreamOptions { ack_wait: Duration::from_millis(200), max_deliveries: 3, ..house.options() };
    Bus::jetstream(options).await.unwrap()
}

/// Ends the next event of the consumer `s`, as an operator would.
async fn terminate(house: &House, reason: &str) {
    let client = raw(house).await;
    let mut inbox = client.subscribe("here").await.unwrap();
    let pull = "$JS.API.CONSUMER.MSG.NEXT.TICKETING.s";
    client.publish_with_reply(pull, "here", "1".into()).await.unwrap();
    let message = inbox.next().await.unwrap();
    client.publish(message.reply.unwrap(), format!("+TERM {reason}").into()).await.unwrap();
    client.flush().await.unwrap();
}

#[tokio::test]
async fn an_event_that_is_never_answered_is_set_aside_by_the_server() {
    let house = House::on(Shape::Nats).await;
    let bus = impatient(&house).await;
    bus.publish(house.history("bad", 1)).await.unwrap();
    // Whoever gets it dies before an answer.
    for _ in 0..3 {
        let mut subscription = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
        assert_eq!(subscription.next(1).await.unwrap()[0].seq, 1);
    }
    let mut subscription = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
    bus.publish(house.history("good", 1)).await.unwrap();
    let good = subscription.next(9).await.unwrap();
    assert_eq!(good[0].envelope.aggregate, "good", "the others go on");
    subscription.settle(accepted(good)).await.unwrap();
    eventually("it is set aside", || async { bus.dead_letters().await.unwrap().len() == 1 }).await;
    let letter = bus.dead_letters().await.unwrap().remove(0);
    assert_eq!((letter.durable.as_str(), letter.seq), ("s", 1));
    assert_eq!(letter.cause, "never answered, delivered 3 times");
    assert_eq!(letter.envelope.aggregate, "bad");

    bus.replay("s", 1).await.unwrap();
    let replayed = subscription.next(9).await.unwrap();
    assert_eq!((replayed[0].seq, replayed[0].envelope.id.as_str()), (1, letter.envelope.id.as_str()));
    subscription.settle(accepted(replayed)).await.unwrap();
    assert!(bus.dead_letters().await.unwrap().is_empty());
    assert_eq!(bus.backlog().await.unwrap(), 0);
}

#[tokio::test]
async fn an_event_that_is_terminated_by_hand_is_set_aside_with_the_reason() {
    let house = House::on(Shape::Nats).await;
    let bus = house.live_bus().await;
    let subscription = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
    bus.publish(house.history("t", 1)).await.unwrap();
    terminate(&house, "it is not wanted").await;
    eventually("it is set aside", || async { bus.dead_letters().await.unwrap().len() == 1 }).await;
    let letter = bus.dead_letters().await.unwrap().remove(0);
    assert_eq!((letter.seq, letter.cause.as_str()), (1, "terminated: it is not wanted"));
    drop(subscription);
}

#[tokio::test]
async fn what_was_given_up_while_nobody_listened_is_set_aside_later() {
    let house = House::on(Shape::Nats).await;
    let bus = house.live_bus().await;
    drop(bus.subscribe("s", CREATED.to_vec()).await.unwrap());
    bus.publish(house.history("t", 1)).await.unwrap();
    terminate(&house, "gone").await;
    assert!(bus.dead_letters().await.unwrap().is_empty(), "nobody has buried it yet");
    let _subscription = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
    eventually("it is set aside", || async { bus.dead_letters().await.unwrap().len() == 1 }).await;
}

#[tokio::test]
async fn a_message_that_is_no_event_of_ours_is_contained() {
    let house = House::on(Shape::Nats).await;
    let bus = house.live_bus().await;
    let core = house.service("s");
    let shutdown = ticketing_platform::shutdown::Shutdown::new();
    core.start(&bus, Some(core.consumers("s").on(crate::support::OnCreated)), &shutdown);
    let client = raw(&house).await;
    client.publish("ticketing.ticket.created.x", "what is this".into()).await.unwrap();
    eventually("it is set aside", || async { bus.dead_letters().await.unwrap().len() == 1 }).await;
    let letter = bus.dead_letters().await.unwrap().remove(0);
    assert_eq!((letter.envelope.aggregate.as_str(), letter.envelope.body.as_str()), ("x", "what is this"));
    assert!(letter.cause.contains("ticket:created"), "{}", letter.cause);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operators_see_lag_retries_and_letters() {
    let metrics = ticketing_platform::telemetry::install_metrics().unwrap();
    let house = House::on(Shape::Nats).await;
    let bus = house.bus().await;
    let mut subscription = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
    bus.publish(house.history("t", 1)).await.unwrap();
    for verdict in [
        Verdict::Retry { after: Duration::ZERO, cause: "busy".to_owned() },
        Verdict::Dead { cause: "poison".to_owned() },
    ] {
        let delivery = subscription.next(1).await.unwrap().remove(0);
        subscription.settle(vec![(delivery, verdict)]).await.unwrap();
    }
    for number in 0..7 {
        bus.publish(house.history(&format!("later{number}"), 1)).await.unwrap();
    }
    drop(subscription);
    // A new one reads its gauges at once, and has taken nothing yet.
    let _subscription = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
    for line in [
        r#"bus_lag{consumer="s"} 7"#,
        r#"bus_unanswered{consumer="s"} 0"#,
        r#"bus_dead_letters{consumer="s"} 1"#,
        r#"bus_redeliveries_total{consumer="s"} 1"#,
        r#"bus_dead_letters_total{consumer="s",event="ticket:created"} 1"#,
    ] {
        eventually(line, || async { metrics.render().lines().any(|found| found == line) }).await;
    }
}
