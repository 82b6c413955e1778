//! The real services over real databases, without HTTP and without a bus: the test reads their outboxes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use secrecy::SecretString;
use serde_json::Value;
use ticketing_bus::{Consumers, ServiceCore};
use ticketing_payments::{PaymentTimeouts, SimulatedProvider};
use ticketing_platform::clock::Clock;
use ticketing_platform::http::{StreamSlots, TrustedProxies};
use ticketing_platform::limits::WriteRate;
use ticketing_platform::session::{CookieSettings, DEFAULT_LIFETIME, RevokedSessions, SessionKeys, Sessions};
use ticketing_platform::shutdown::Shutdown;
use ticketing_sdk::UserId;
use ticketing_server::audit::Sources;
use ticketing_testkit::{DbEngine, TestDatabases};
use ticketing_tickets::Feed;
use tower::ServiceExt;

use super::schedule::Service;

/// The number of unpaid orders that one user may have.
pub(crate) const OPEN_LIMIT: u32 = 2;

pub(crate) struct Services {
    databases: TestDatabases,
    clock: Clock,
    pub(crate) provider: SimulatedProvider,
    pub(crate) feed: Feed,
    open: Vec<(Service, ServiceCore, Arc<Consumers>)>,
    /// The routes of tickets, without a listener.
    routes: Mutex<axum::Router>,
}

impl Services {
    pub(crate) async fn open(engine: DbEngine, clock: &Clock) -> Self {
        // Other tests cover durability.
        let databases = TestDatabases::in_memory(engine);
        let clock = clock.clone();
        let provider = SimulatedProvider::open(databases.database("provider"), clock.clone()).unwrap();
        let mut services = Self {
            databases,
            clock,
            provider,
            feed: Feed::default(),
            open: Vec::new(),
            routes: Mutex::default(),
        };
        for service in Service::ALL {
            let (core, consumers) = services.start(service).await;
            services.open.push((service, core, consumers));
        }
        services
    }

    /// Restarts a service: it loses its memory.
    pub(crate) async fn restart(&mut self, service: Service) {
        self.open.retain(|(open, ..)| *open != service);
        let (core, consumers) = self.start(service).await;
        self.open.push((service, core, consumers));
    }

    pub(crate) fn core(&self, service: Service) -> &ServiceCore {
        &self.open.iter().find(|(open, ..)| *open == service).unwrap().1
    }

    pub(crate) fn consumers(&self, service: Service) -> Arc<Consumers> {
        self.open.iter().find(|(open, ..)| *open == service).unwrap().2.clone()
    }

    pub(crate) fn sources(&self) -> Sources {
        Sources {
            auth: None,
            tickets: self.core(Service::Tickets).db.clone(),
            orders: self.core(Service::Orders).db.clone(),
            payments: self.core(Service::Payments).db.clone(),
            expiration: self.core(Service::Expiration).db.clone(),
            ledger: Arc::new(self.provider.clone()),
        }
    }

    /// Sends a request of a user to a route of passes.
    pub(crate) async fn passes(
        &self,
        by: &UserId,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> (StatusCode, Value) {
        let session = self.sessions().begin(by, "user@example.com").unwrap();
        let cookie = session.cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        let mut request = Request::builder().method(method).uri(format!("/api/passes{path}"));
        request = request.header(header::COOKIE, cookie).header(header::CONTENT_TYPE, "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let routes = self.routes.lock().unwrap().clone();
        let response = routes.oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let answer = serde_json::from_slice(&bytes).unwrap_or_default();
        (status, answer)
    }

    fn sessions(&self) -> Sessions {
        let keys = SessionKeys::new(&[SecretString::from("a key for tests that is long enough".to_owned())]);
        let revoked = RevokedSessions::new(self.clock.clone());
        Sessions::new(keys.unwrap(), CookieSettings::default(), DEFAULT_LIFETIME, revoked, self.clock.clone())
    }

    async fn start(&self, service: Service) -> (ServiceCore, Arc<Consumers>) {
        let database = self.databases.database(service.name());
        let (clock, sessions) = (self.clock.clone(), self.sessions());
        match service {
            Service::Tickets => {
                use ticketing_tickets as tickets;
                let settings = tickets::Settings {
                    database,
                    clock,
                    sessions,
                    pass_signer: tickets::PassSigner::new(&[ticketing_testkit::PASS_KEY.into()]).unwrap(),
                    resale_cap: tickets::domain::pass::ResaleCap::default(),
                    writes: WriteRate::UNLIMITED,
                    proxies: TrustedProxies::default(),
                    streams: StreamSlots::new(8, 8),
                    shutdown: Shutdown::new(),
                };
                let app = tickets::App::open(settings).await.unwrap();
                *self.routes.lock().unwrap() = axum::Router::from(app.router());
                (app.core().clone(), Arc::new(app.consumers()))
            }
            Service::Orders => {
                use ticketing_orders as orders;
                let settings = orders::Settings {
                    database,
                    clock,
                    sessions,
                    order_ttl: super::TTL,
                    open_limit: OPEN_LIMIT,
                    reorder_pause: Duration::ZERO,
                    writes: WriteRate::UNLIMITED,
                };
                let core = orders::App::open(settings).await.unwrap().core().clone();
                let consumers = orders::consumers(&core);
                (core, Arc::new(consumers))
            }
            Service::Payments => {
                use ticketing_payments as payments;
                let settings = payments::Settings {
                    database,
                    clock,
                    sessions,
                    provider: Arc::new(self.provider.clone()),
                    timeouts: PaymentTimeouts::default(),
                    writes: WriteRate::UNLIMITED,
                    shutdown: Shutdown::new(),
                };
                let app = payments::App::open(settings).await.unwrap();
                (app.core().clone(), Arc::new(app.consumers()))
            }
            Service::Expiration => {
                use ticketing_expiration as expiration;
                let app = expiration::App::open(expiration::Settings { database, clock }).unwrap();
                (app.core().clone(), Arc::new(app.consumers()))
            }
        }
    }
}
