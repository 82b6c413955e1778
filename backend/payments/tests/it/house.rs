//! A payments service in a folder of its own, with a bus, a provider, and a small orders service that arbitrates.

mod answer;
mod orders;
mod place;
mod till;

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use secrecy::SecretString;
use serde_json::{Value, json};
use ticketing_bus::{Bus, EmbeddedOptions};
use ticketing_engines::Home;
use ticketing_payments::provider::Ledger;
use ticketing_payments::store::{self, PaymentRow};
use ticketing_payments::{App, Pace, Settings};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::DbError;
use ticketing_platform::limits::WriteRate;
use ticketing_platform::session::{CookieSettings, LIFETIME, RevokedSessions, SessionKeys, Sessions};
use ticketing_platform::shutdown::Shutdown;
use ticketing_sdk::{OrderId, OrderStatus, PaymentStatus, Timestamp, UserId};
use ticketing_testkit::FakeStripe;
use tower::ServiceExt;

pub(crate) use answer::Answer;
pub(crate) use orders::Orders;
pub(crate) use place::{Cards, Place};
pub(crate) use till::Till;

/// Long enough that a busy machine is not a failure.
const PATIENCE: Duration = Duration::from_secs(20);

/// The house. Everything in it survives [`crash`](Self::crash), except what was in memory.
pub(crate) struct House {
    home: Home,
    pub(crate) clock: Clock,
    pace: Pace,
    /// The outside world, where it is not simulated by the service itself.
    stripe: Option<FakeStripe>,
    life: Life,
}

struct Life {
    app: App,
    bus: Bus,
    orders: Orders,
    till: Till,
    sessions: Sessions,
    router: Router,
    shutdown: Shutdown,
}

/// Waits that suit a test: quick where the product is patient, patient where a slow machine would be a failure.
pub(crate) fn quick() -> Pace {
    Pace {
        outcome_wait: PATIENCE,
        call_timeout: PATIENCE,
        claim_slack: Duration::from_millis(500),
        first_retry: Duration::from_millis(5),
        longest_retry: Duration::from_millis(40),
        quick_tries: 3,
    }
}

impl House {
    pub(crate) async fn on(place: impl Into<Place>) -> Self {
        Self::paced(place, quick()).await
    }

    pub(crate) async fn paced(place: impl Into<Place>, pace: Pace) -> Self {
        let Place { engine, cards } = place.into();
        let home = Home::on(engine);
        let clock = Clock::manual("2026-11-22T10:00:00.000Z".parse::<Timestamp>().unwrap());
        let stripe = match cards {
            Cards::Simulated => None,
            Cards::Stripe => Some(FakeStripe::start(clock.clone()).await),
        };
        let life = Life::open(&home, &clock, pace, stripe.as_ref()).await;
        life.start();
        Self { home, clock, pace, stripe, life }
    }

    /// Everything stops where it is and is opened again on the same databases.
    pub(crate) async fn crash(&mut self) {
        self.life.stop().await;
        self.life = Life::open(&self.home, &self.clock, self.pace, self.stripe.as_ref()).await;
        self.life.start();
    }

    pub(crate) fn app(&self) -> &App {
        &self.life.app
    }

    pub(crate) fn bus(&self) -> &Bus {
        &self.life.bus
    }

    pub(crate) fn orders(&self) -> &Orders {
        &self.life.orders
    }

    pub(crate) fn provider(&self) -> &Till {
        &self.life.till
    }

    /// The stand-in for Stripe.
    pub(crate) fn stripe(&self) -> &FakeStripe {
        self.stripe.as_ref().unwrap()
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.life.sessions
    }

    /// A user who is signed in, and their cookie.
    pub(crate) fn user(&self, name: &str) -> User {
        let id = UserId::new(name);
        let new = self.life.sessions.begin(&id, &format!("{name}@example.com")).unwrap();
        let cookie = new.cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        User { id, cookie, router: self.life.router.clone() }
    }

    /// An order of `user` for `price`, reserved for fifteen minutes.
    pub(crate) async fn order(&self, user: &User, price: &str) -> OrderId {
        let expires_at = self.clock.now() + Duration::from_secs(900);
        self.life.orders.create(&user.id, price.parse().unwrap(), expires_at).await
    }

    pub(crate) async fn ledger(&self) -> Ledger {
        self.life.till.ledger().await
    }

    /// The payments of an order, oldest first.
    pub(crate) async fn payments(&self, user: &User) -> Vec<PaymentRow> {
        let user = user.id.clone();
        self.life.app.core().db.read(move |tx| store::list_payments(tx, &user, None, 500)).await.unwrap()
    }

    /// Waits until the newest payment of `user` has this status and nothing is owed.
    pub(crate) async fn settled(&self, user: &User, status: PaymentStatus) {
        let what = format!("the payment of {} becomes {status:?}", user.id);
        eventually(&what, async || {
            let payments = self.payments(user).await;
            payments.last().is_some_and(|last| last.status == status && last.next_step.is_none())
        })
        .await;
    }

    /// Waits until the copy of the order has this status.
    pub(crate) async fn copied(&self, order: &OrderId, status: OrderStatus) {
        eventually(&format!("the copy of {order} becomes {status:?}"), async || {
            let id = order.clone();
            let copy = self.life.app.core().db.read(move |tx| store::find_order(tx, &id)).await.unwrap();
            copy.is_some_and(|copy| copy.status == status)
        })
        .await;
    }

    /// How many sessions payments has written down as ended.
    pub(crate) async fn ended_sessions(&self) -> i64 {
        let count = self
            .life
            .app
            .core()
            .db
            .read(|tx| tx.query_one("SELECT COUNT(*) AS n FROM ended_sessions", &[], |row| row.int("n")));
        count.await.map_err(|error: DbError| error).unwrap()
    }

    /// The names of all events of payments that reached the bus, in order.
    pub(crate) async fn said(&self) -> Vec<String> {
        let events = self.life.bus.recent(10_000).await.unwrap();
        let names = events.iter().map(|event| event.name.as_str());
        names.filter(|name| name.starts_with("payment:")).map(str::to_owned).collect()
    }
}

impl Life {
    async fn open(home: &Home, clock: &Clock, pace: Pace, stripe: Option<&FakeStripe>) -> Self {
        let dir = home.folder();
        let shutdown = Shutdown::new();
        let bus = Bus::embedded(&dir.join("bus.db"), EmbeddedOptions::default()).unwrap();
        let till = Till::open(dir, clock, stripe);
        let keys = SessionKeys::new(&[SecretString::from("0123456789abcdef0123456789abcdef")]).unwrap();
        let cookie = CookieSettings::new("session", false).unwrap();
        let sessions =
            Sessions::new(keys, cookie, LIFETIME, RevokedSessions::new(clock.clone()), clock.clone());
        let settings = Settings {
            database: home.database("payments"),
            clock: clock.clone(),
            sessions: sessions.clone(),
            provider: till.provider(clock, &pace),
            pace,
            writes: WriteRate::UNLIMITED,
            shutdown: shutdown.clone(),
        };
        let app = App::open(settings).await.unwrap();
        let orders = Orders::open(&dir.join("orders.db"), clock);
        let router = app.router().split_for_parts().0;
        Self { app, bus, orders, till, sessions, router, shutdown }
    }

    fn start(&self) {
        self.orders.start(&self.bus, &self.shutdown);
        self.app.start(&self.bus, &self.shutdown);
    }

    async fn stop(&self) {
        self.shutdown.trigger();
        assert!(self.shutdown.wait(PATIENCE).await, "the tasks end when they are asked to");
    }
}

/// Someone who is signed in.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) cookie: String,
    router: Router,
}

impl User {
    pub(crate) async fn pay(&self, order: &OrderId, token: &str) -> Answer {
        self.post(&json!({ "orderId": order, "token": token }), None).await
    }

    pub(crate) async fn pay_with_key(&self, order: &OrderId, token: &str, key: &str) -> Answer {
        self.post(&json!({ "orderId": order, "token": token }), Some(key)).await
    }

    pub(crate) async fn post(&self, body: &Value, key: Option<&str>) -> Answer {
        let mut request = Request::post("/api/payments")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).header(header::COOKIE, &self.cookie).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        Answer::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// The same user without a session.
    pub(crate) fn signed_out(&self) -> Self {
        Self { cookie: "none=1".to_owned(), ..self.clone() }
    }
}

/// Waits until a condition holds, for as long as a slow machine may need.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let mut tick = tokio::time::interval(Duration::from_millis(5));
    let waited = tokio::time::timeout(PATIENCE, async {
        while !holds().await {
            tick.tick().await;
        }
    });
    assert!(waited.await.is_ok(), "in vain: {what}");
}
