//! A payments service in a folder of its own, with a bus, a provider, and a minimal orders service.

mod orders;
mod provider;
mod response;
mod setup;

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use secrecy::SecretString;
use serde_json::{Value, json};
use ticketing_bus::{Bus, EmbeddedOptions};
use ticketing_engines::{TestDatabases, eventually};
use ticketing_payments::domain::PaymentStep;
use ticketing_payments::provider::Ledger;
use ticketing_payments::store::{self, PaymentRow};
use ticketing_payments::{App, PaymentTimeouts, Settings};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::DbError;
use ticketing_platform::limits::WriteRate;
use ticketing_platform::session::{CookieSettings, DEFAULT_LIFETIME, RevokedSessions, SessionKeys, Sessions};
use ticketing_platform::shutdown::Shutdown;
use ticketing_sdk::{OrderId, OrderStatus, PaymentStatus, Timestamp, UserId};
use ticketing_testkit::FakeStripe;
use tower::ServiceExt;

pub(crate) use orders::Orders;
pub(crate) use provider::TestProvider;
pub(crate) use response::TestResponse;
pub(crate) use setup::{Cards, Setup};

/// How long a condition may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(20);

/// The fixture. Its databases survive [`crash`](Self::crash).
pub(crate) struct Fixture {
    databases: TestDatabases,
    pub(crate) clock: Clock,
    timeouts: PaymentTimeouts,
    /// The fake Stripe, unless the provider is simulated.
    stripe: Option<FakeStripe>,
    service: Service,
}

/// The running service, which a crash replaces.
struct Service {
    app: App,
    bus: Bus,
    orders: Orders,
    provider: TestProvider,
    sessions: Sessions,
    router: Router,
    shutdown: Shutdown,
}

/// Returns timeouts for tests: short retries, long deadlines.
pub(crate) fn quick() -> PaymentTimeouts {
    PaymentTimeouts {
        outcome_wait: DEADLINE,
        call_timeout: DEADLINE,
        claim_slack: Duration::from_millis(500),
        first_retry: Duration::from_millis(5),
        longest_retry: Duration::from_millis(40),
        quick_tries: 3,
    }
}

impl Fixture {
    pub(crate) async fn on(setup: impl Into<Setup>) -> Self {
        Self::with_timeouts(setup, quick()).await
    }

    pub(crate) async fn with_timeouts(setup: impl Into<Setup>, timeouts: PaymentTimeouts) -> Self {
        let Setup { engine, cards } = setup.into();
        let databases = TestDatabases::on(engine);
        let clock = Clock::manual("2026-11-22T10:00:00.000Z".parse::<Timestamp>().unwrap());
        let stripe = match cards {
            Cards::Simulated => None,
            Cards::Stripe => Some(FakeStripe::start(clock.clone())),
        };
        let service = Service::open(&databases, &clock, timeouts, stripe.as_ref()).await;
        service.start();
        Self { databases, clock, timeouts, stripe, service }
    }

    /// Stops the service and opens it again on the same databases.
    pub(crate) async fn crash(&mut self) {
        self.service.stop().await;
        self.service = Service::open(&self.databases, &self.clock, self.timeouts, self.stripe.as_ref()).await;
        self.service.start();
    }

    pub(crate) fn app(&self) -> &App {
        &self.service.app
    }

    pub(crate) fn bus(&self) -> &Bus {
        &self.service.bus
    }

    pub(crate) fn orders(&self) -> &Orders {
        &self.service.orders
    }

    pub(crate) fn provider(&self) -> &TestProvider {
        &self.service.provider
    }

    /// Returns the fake Stripe.
    pub(crate) fn stripe(&self) -> &FakeStripe {
        self.stripe.as_ref().unwrap()
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.service.sessions
    }

    /// Signs a user in.
    pub(crate) fn user(&self, name: &str) -> User {
        let id = UserId::new(name);
        let new = self.service.sessions.begin(&id, &format!("{name}@example.com")).unwrap();
        let cookie = new.cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        User { id, cookie, router: self.service.router.clone() }
    }

    /// Creates an order of `user` for `price`, reserved for fifteen minutes.
    pub(crate) async fn order(&self, user: &User, price: &str) -> OrderId {
        let expires_at = self.clock.now() + Duration::from_secs(900);
        self.service.orders.create(&user.id, price.parse().unwrap(), expires_at).await
    }

    pub(crate) async fn ledger(&self) -> Ledger {
        self.service.provider.ledger().await
    }

    /// Returns the payments of a user, oldest first.
    pub(crate) async fn payments(&self, user: &User) -> Vec<PaymentRow> {
        let user = user.id.clone();
        self.service
            .app
            .core()
            .db
            .read(move |tx| store::list_payments(tx, &user, None, None, 500))
            .await
            .unwrap()
    }

    /// Waits until the newest payment of `user` has this status and no next step.
    pub(crate) async fn wait_until_settled(&self, user: &User, status: PaymentStatus) {
        let what = format!("the payment of {} becomes {status:?}", user.id);
        eventually(&what, async || {
            let payments = self.payments(user).await;
            payments.last().is_some_and(|last| last.status == status && last.next_step.is_none())
        })
        .await;
    }

    /// Waits until the provider is called for this step the first time.
    pub(crate) async fn wait_until_called(&self, step: PaymentStep) {
        eventually("the provider is called", async || self.provider().faults().call_count(step) == 1).await;
    }

    /// Waits until the copy of the order has this status.
    pub(crate) async fn wait_until_copied(&self, order: &OrderId, status: OrderStatus) {
        eventually(&format!("the copy of {order} becomes {status:?}"), async || {
            let id = order.clone();
            let copy = self.service.app.core().db.read(move |tx| store::find_order(tx, &id)).await.unwrap();
            copy.is_some_and(|copy| copy.status == status)
        })
        .await;
    }

    /// Returns the number of revoked sessions that payments has stored.
    pub(crate) async fn revoked_sessions(&self) -> i64 {
        self.count("revoked_sessions").await
    }

    /// Returns the number of requests with a key that follow a payment.
    pub(crate) async fn payment_requests(&self) -> i64 {
        self.count("payment_requests").await
    }

    async fn count(&self, table: &'static str) -> i64 {
        let sql = format!("SELECT COUNT(*) AS n FROM {table}");
        let count = self.service.app.core().db.read(move |tx| tx.query_one(&sql, &[], |row| row.int("n")));
        count.await.map_err(|error: DbError| error).unwrap()
    }

    /// Returns the names of the published events of payments, in order.
    pub(crate) async fn published_names(&self) -> Vec<String> {
        let events = self.service.bus.recent(10_000).await.unwrap();
        let names = events.iter().map(|event| event.name.as_str());
        names.filter(|name| name.starts_with("payment:")).map(str::to_owned).collect()
    }
}

impl Service {
    async fn open(
        databases: &TestDatabases,
        clock: &Clock,
        timeouts: PaymentTimeouts,
        stripe: Option<&FakeStripe>,
    ) -> Self {
        let dir = databases.folder();
        let shutdown = Shutdown::new();
        let bus = Bus::open_embedded(&dir.join("bus.db"), EmbeddedOptions::default()).unwrap();
        let provider = TestProvider::open(dir, clock, stripe);
        let keys = SessionKeys::new(&[SecretString::from("0123456789abcdef0123456789abcdef")]).unwrap();
        let cookie = CookieSettings::new("session", false).unwrap();
        let sessions =
            Sessions::new(keys, cookie, DEFAULT_LIFETIME, RevokedSessions::new(clock.clone()), clock.clone());
        let settings = Settings {
            database: databases.database("payments"),
            clock: clock.clone(),
            sessions: sessions.clone(),
            provider: provider.provider(clock, &timeouts),
            timeouts,
            writes: WriteRate::UNLIMITED,
            shutdown: shutdown.clone(),
        };
        let app = App::open(settings).await.unwrap();
        let orders = Orders::open(&dir.join("orders.db"), clock);
        let router = app.router().split_for_parts().0;
        Self { app, bus, orders, provider, sessions, router, shutdown }
    }

    fn start(&self) {
        self.orders.start(&self.bus, &self.shutdown);
        self.app.start(&self.bus, &self.shutdown);
    }

    async fn stop(&self) {
        self.shutdown.trigger();
        assert!(self.shutdown.wait(DEADLINE).await, "the tasks end at shutdown");
    }
}

/// A signed-in user.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) cookie: String,
    router: Router,
}

impl User {
    pub(crate) async fn pay(&self, order: &OrderId, token: &str) -> TestResponse {
        self.post(&json!({ "orderId": order, "token": token }), None).await
    }

    pub(crate) async fn pay_with_key(&self, order: &OrderId, token: &str, key: &str) -> TestResponse {
        self.post(&json!({ "orderId": order, "token": token }), Some(key)).await
    }

    pub(crate) async fn post(&self, body: &Value, key: Option<&str>) -> TestResponse {
        let mut request = Request::post("/api/payments")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> TestResponse {
        self.send(Request::get(path).header(header::COOKIE, &self.cookie).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> TestResponse {
        TestResponse::read(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// Returns the same user without a session.
    pub(crate) fn signed_out(&self) -> Self {
        Self { cookie: "none=1".to_owned(), ..self.clone() }
    }
}
