//! `session:ended` reaches the bus.

use std::time::Duration;

use ticketing_bus::{Bus, EmbeddedOptions};
use ticketing_engines::{DbEngine, eventually, on_both};
use ticketing_events::{EventName, SessionEnded};
use ticketing_platform::shutdown::Shutdown;

use crate::support::{PASSWORD, Service};

on_both! {
    #[tokio::test]
    sign_out_publishes_session_ended, expired_sessions_are_removed_at_the_next_start;
}

async fn sign_out_publishes_session_ended(engine: DbEngine) {
    let service = Service::on(engine).await;
    let bus = Bus::open_embedded(&service.folder().join("bus.db"), EmbeddedOptions::default()).unwrap();
    let shutdown = Shutdown::new();
    service.app.start(&bus, &shutdown);

    let made = service.signup("ada@example.com", PASSWORD).await;
    service.signout(Some(made.cookie())).await;
    eventually("the event is published", async || !bus.recent(10).await.unwrap().is_empty()).await;
    let envelope = bus.recent(10).await.unwrap().pop().unwrap();
    assert_eq!(envelope.name, EventName::SessionEnded);
    let ended: SessionEnded = envelope.decode().unwrap();
    assert_eq!(made.json()["id"], ended.user_id.as_str());
    let subject = envelope.name.to_known().unwrap().subject(&envelope.aggregate);
    assert_eq!(subject, format!("ticketing.session.ended.{}", ended.jti));

    shutdown.trigger();
    assert!(shutdown.wait(Duration::from_secs(10)).await);
}

async fn expired_sessions_are_removed_at_the_next_start(engine: DbEngine) {
    let service = Service::on(engine).await;
    let made = service.signup("ada@example.com", PASSWORD).await;
    service.signout(Some(made.cookie())).await;
    service.clock.advance(Duration::from_secs(30 * 24 * 3600));
    let bus = Bus::open_embedded(&service.folder().join("bus.db"), EmbeddedOptions::default()).unwrap();
    let shutdown = Shutdown::new();
    service.app.start(&bus, &shutdown);
    eventually("it is forgotten", async || {
        service.count("SELECT COUNT(*) AS n FROM revoked_sessions").await == 0
    })
    .await;
    // A session that is no longer in memory has expired.
    assert!(service.current_user(Some(made.cookie())).await.is_null());
    shutdown.trigger();
    assert!(shutdown.wait(Duration::from_secs(10)).await);
}
