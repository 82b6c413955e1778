//! An event that the server terminates becomes a dead letter, and can be replayed.

use std::time::Duration;

use futures_util::StreamExt;
use ticketing_bus::{AckDecision, Bus, JetStreamOptions};
use ticketing_engines::{Shape, eventually};

use super::{CREATED, api, raw};
use crate::support::{Fixture, accept_all};

/// Ends the next event of the consumer `s`, as an operator would.
async fn terminate(fixture: &Fixture, reason: &str) {
    let client = raw(fixture).await;
    let mut inbox = client.subscribe("here").await.unwrap();
    let pull = "$JS.API.CONSUMER.MSG.NEXT.TICKETING.s";
    client.publish_with_reply(pull, "here", "1".into()).await.unwrap();
    let message = inbox.next().await.unwrap();
    client.publish(message.reply.unwrap(), format!("+TERM {reason}").into()).await.unwrap();
    client.flush().await.unwrap();
}

/// Sets `max_deliver` of the consumer, as an operator can.
async fn give_up_after(fixture: &Fixture, deliveries: u32) {
    let client = raw(fixture).await;
    let mut config = api(&client, "CONSUMER.INFO.TICKETING.s", "").await["config"].take();
    config["max_deliver"] = deliveries.into();
    let request = serde_json::json!({ "stream_name": "TICKETING", "config": config });
    let made = api(&client, "CONSUMER.CREATE.TICKETING.s", &request.to_string()).await;
    assert_eq!(made["config"]["max_deliver"], deliveries, "{made}");
}

#[tokio::test]
async fn event_after_max_deliveries_is_redelivered() {
    let fixture = Fixture::on(Shape::Nats).await;
    let options = JetStreamOptions { ack_wait: Duration::from_millis(200), ..fixture.options() };
    let bus = Bus::jetstream(options).await.unwrap();
    let mut subscription = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
    give_up_after(&fixture, 3).await;
    bus.publish(fixture.history("t", 1)).await.unwrap();
    for _ in 0..3 {
        let delivery = subscription.next(1).await.unwrap().remove(0);
        assert_eq!(delivery.seq, 1);
        let retry = AckDecision::Nak { after: Duration::ZERO, cause: "busy".to_owned() };
        subscription.acknowledge(vec![(delivery, retry)]).await.unwrap();
    }
    let again = subscription.next(1).await.unwrap();
    assert_eq!((again[0].seq, again[0].delivery_count), (1, 1));
    subscription.acknowledge(accept_all(again)).await.unwrap();
    assert!(bus.dead_letters().await.unwrap().is_empty());
    eventually("nothing waits", || async { bus.backlog().await.unwrap() == 0 }).await;
}

#[tokio::test]
async fn terminated_event_is_dead_lettered_with_its_reason() {
    let fixture = Fixture::on(Shape::Nats).await;
    let bus = fixture.live_bus().await;
    let subscription = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
    bus.publish(fixture.history("t", 1)).await.unwrap();
    terminate(&fixture, "it is not wanted").await;
    eventually("it is set aside", || async { bus.dead_letters().await.unwrap().len() == 1 }).await;
    let letter = bus.dead_letters().await.unwrap().remove(0);
    assert_eq!((letter.seq, letter.cause.as_str()), (1, "terminated: it is not wanted"));
    drop(subscription);
}

#[tokio::test]
async fn advisory_while_offline_is_processed_later() {
    let fixture = Fixture::on(Shape::Nats).await;
    let bus = fixture.live_bus().await;
    drop(bus.subscribe("s", CREATED.to_vec()).await.unwrap());
    bus.publish(fixture.history("t", 1)).await.unwrap();
    terminate(&fixture, "gone").await;
    assert!(bus.dead_letters().await.unwrap().is_empty(), "no consumer has dead-lettered the event yet");
    let _subscription = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
    eventually("it is set aside", || async { bus.dead_letters().await.unwrap().len() == 1 }).await;
}

#[tokio::test]
async fn message_of_another_publisher_is_dead_lettered() {
    let fixture = Fixture::on(Shape::Nats).await;
    let bus = fixture.live_bus().await;
    let core = fixture.service("s");
    let shutdown = ticketing_platform::shutdown::Shutdown::new();
    core.start(&bus, Some(core.consumers("s").on(crate::support::on_created)), &shutdown);
    let client = raw(&fixture).await;
    client.publish("ticketing.ticket.created.x", "what is this".into()).await.unwrap();
    eventually("it is set aside", || async { bus.dead_letters().await.unwrap().len() == 1 }).await;
    let letter = bus.dead_letters().await.unwrap().remove(0);
    assert_eq!((letter.envelope.aggregate.as_str(), letter.envelope.body.as_str()), ("x", "what is this"));
    assert!(letter.cause.contains("ticket:created"), "{}", letter.cause);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gauges_show_lag_retries_and_dead_letters() {
    let metrics = ticketing_platform::telemetry::install_metrics().unwrap();
    let fixture = Fixture::on(Shape::Nats).await;
    let bus = fixture.bus().await;
    let mut subscription = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
    bus.publish(fixture.history("t", 1)).await.unwrap();
    for decision in [
        AckDecision::Nak { after: Duration::ZERO, cause: "busy".to_owned() },
        AckDecision::DeadLetter { attempts: 1, cause: "poison".to_owned() },
    ] {
        let delivery = subscription.next(1).await.unwrap().remove(0);
        subscription.acknowledge(vec![(delivery, decision)]).await.unwrap();
    }
    for number in 0..7 {
        bus.publish(fixture.history(&format!("later{number}"), 1)).await.unwrap();
    }
    drop(subscription);
    // A new one reads its gauges at once, and has taken nothing yet.
    let _subscription = bus.subscribe("s", CREATED.to_vec()).await.unwrap();
    for line in [
        r#"bus_lag{consumer="s"} 7"#,
        r#"bus_ack_pending{consumer="s"} 0"#,
        r#"bus_dead_letters{consumer="s"} 1"#,
        r#"bus_redeliveries_total{consumer="s"} 1"#,
        r#"bus_dead_letters_total{consumer="s",event="ticket:created"} 1"#,
    ] {
        eventually(line, || async { metrics.render().lines().any(|found| found == line) }).await;
    }
}
