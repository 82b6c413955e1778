//! Somebody who is signed in, for requests that are made by hand.

use serde_json::json;

use crate::raw::Raw;

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct TestSession {
    /// The user.
    pub id: String,
    /// Their e-mail.
    pub email: String,
    /// Their session, as a client sends it: `name=value`.
    pub cookie: String,
}

impl TestSession {
    /// Signs up.
    pub(crate) async fn sign_up(raw: &Raw, email: String) -> Self {
        let credentials = json!({ "email": email, "password": PASSWORD });
        let reply = raw.post("/api/users/signup").json(&credentials).await;
        let user = reply.ok(201);
        let id = user["id"].as_str().expect("an id").to_owned();
        Self { id, email, cookie: reply.cookie().to_owned() }
    }

    /// Signs in once more: another session of the same user.
    ///
    /// # Panics
    /// When that is refused.
    pub async fn again(&self, raw: &Raw) -> Self {
        let credentials = json!({ "email": self.email, "password": PASSWORD });
        let reply = raw.post("/api/users/signin").json(&credentials).await;
        reply.ok(200);
        Self { cookie: reply.cookie().to_owned(), ..self.clone() }
    }
}
