//! `session:ended`: the cookie is refused from then on, after a restart too.

use ticketing_engines::{Engine, on_both};
use ticketing_events::{Envelope, SessionEnded};

use crate::house::{House, eventually};

on_both! {
    #[tokio::test]
    an_ended_session_is_refused_for_good;
}

async fn an_ended_session_is_refused_for_good(engine: Engine) {
    let mut house = House::on(engine).await;
    let ada = house.user("ada");
    let mut headers = axum::http::HeaderMap::new();
    headers.insert("cookie", ada.cookie.parse().unwrap());
    let session = house.sessions().read(&headers).unwrap();
    assert_eq!(ada.get("/api/payments").await.status, 200);

    let event = SessionEnded { jti: session.jti, user_id: session.user_id, exp: session.exp };
    let envelope = Envelope::encode(house.clock.new_id(), house.clock.now(), &event).unwrap();
    house.bus().publish(vec![envelope]).await.unwrap();

    eventually("the session is refused", async || ada.get("/api/payments").await.status == 401).await;
    // It is refused a little before that is written down.
    eventually("it is written down", async || house.ended_sessions().await == 1).await;
    house.crash().await;
    let mut after = house.user("ada");
    after.cookie.clone_from(&ada.cookie);
    after.get("/api/payments").await.refused(401, "not_signed_in");
    assert_eq!(house.user("ada").get("/api/payments").await.status, 200, "another session goes on");
}
