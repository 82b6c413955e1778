//! `session:ended`: the cookie is refused from then on, after a restart too.

use ticketing_engines::{DbEngine, eventually, on_both};
use ticketing_events::{Envelope, SessionEnded};

use crate::fixture::Fixture;

on_both! {
    #[tokio::test]
    an_ended_session_is_refused_for_good;
}

async fn an_ended_session_is_refused_for_good(engine: DbEngine) {
    let mut fixture = Fixture::on(engine).await;
    let ada = fixture.user("ada");
    let mut headers = axum::http::HeaderMap::new();
    headers.insert("cookie", ada.cookie.parse().unwrap());
    let session = fixture.sessions().read(&headers).unwrap();
    assert_eq!(ada.get("/api/payments").await.status, 200);

    let event = SessionEnded { jti: session.jti, user_id: session.user_id, exp: session.exp };
    let envelope = Envelope::encode(fixture.clock.new_id(), fixture.clock.now(), &event).unwrap();
    fixture.bus().publish(vec![envelope]).await.unwrap();

    eventually("the session is refused", async || ada.get("/api/payments").await.status == 401).await;
    // It is refused a little before that is written down.
    eventually("it is written down", async || fixture.revoked_sessions().await == 1).await;
    fixture.crash().await;
    let mut after = fixture.user("ada");
    after.cookie.clone_from(&ada.cookie);
    after.get("/api/payments").await.assert_refused(401, "not_signed_in");
    assert_eq!(fixture.user("ada").get("/api/payments").await.status, 200, "another session goes on");
}
