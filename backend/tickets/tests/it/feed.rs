//! The live feed by itself, in a time that passes as soon as everybody waits.

use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use ticketing_engines::Engine;
use ticketing_platform::shutdown::Shutdown;
use tokio::time::Instant;

use crate::support::Shop;

async fn block(body: &mut Body) -> String {
    let frame = body.frame().await.unwrap().unwrap();
    String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_quiet_stream_has_a_heartbeat_each_15_seconds() {
    let (shop, shutdown) = (Shop::on(Engine::Sqlite), Shutdown::new());
    let answer = shop.feed.watch(&shop.core.db, None, &shutdown).await.unwrap();
    let mut body = answer.into_body();
    assert!(block(&mut body).await.starts_with("id: "));
    for _ in 0..3 {
        let began = Instant::now();
        let beat = block(&mut body).await;
        assert_eq!(beat.trim_end(), ": heartbeat");
        let passed = began.elapsed();
        assert!(passed >= Duration::from_secs(14) && passed <= Duration::from_secs(16), "{passed:?}");
    }
    shutdown.trigger();
    assert!(body.frame().await.is_none(), "it ends at shutdown");
}
