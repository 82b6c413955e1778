//! A signed-in user, for raw requests.

use serde_json::json;

use crate::raw::{RawClient, RawRequest};

/// The password of every user.
pub const PASSWORD: &str = "correct horse battery";

/// A signed-in user.
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
    /// Signs a user up.
    pub(crate) async fn sign_up(raw: &RawClient, email: String) -> Self {
        let credentials = json!({ "email": email, "password": PASSWORD });
        let reply = raw.post("/api/users/signup").json(&credentials).await;
        let user = reply.ok(201);
        let id = user["id"].as_str().expect("an id").to_owned();
        Self { id, email, cookie: reply.cookie().to_owned() }
    }

    /// Signs in again, and returns another session of the same user.
    ///
    /// # Panics
    /// Panics if it fails.
    pub async fn sign_in_again(&self, raw: &RawClient) -> Self {
        let credentials = json!({ "email": self.email, "password": PASSWORD });
        let reply = raw.post("/api/users/signin").json(&credentials).await;
        reply.ok(200);
        Self { cookie: reply.cookie().to_owned(), ..self.clone() }
    }
}

impl RawRequest {
    /// Sends a session along.
    pub fn by(self, session: &TestSession) -> Self {
        self.cookie(&session.cookie)
    }
}
