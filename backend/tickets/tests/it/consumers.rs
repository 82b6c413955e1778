//! The handlers, as the consumer loop calls them.

use ticketing_bus::ApplyOutcome;
use ticketing_engines::{DbEngine, TestDatabases, on_both};
use ticketing_events::{
    Envelope, Event, OrderCancelled, OrderCompleted, OrderConfirmed, OrderCreated, TicketRef,
};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::DbError;
use ticketing_platform::http::{StreamSlots, TrustedProxies};
use ticketing_platform::limits::WriteRate;
use ticketing_platform::session::{CookieSettings, DEFAULT_LIFETIME, RevokedSessions, SessionKeys, Sessions};
use ticketing_platform::shutdown::Shutdown;
use ticketing_sdk::{Money, OrderId, TicketId, Timestamp, UserId, fixtures};
use ticketing_tickets::domain::pass::ResaleCap;
use ticketing_tickets::domain::title::Title;
use ticketing_tickets::store::{self, ChangePublisher, NewListing};
use ticketing_tickets::{App, Feed, PassSigner, Settings};

on_both! {
    #[tokio::test]
    order_holds_its_ticket_until_it_is_sold, cancelled_order_releases_its_ticket,
    consumed_events_survive_a_restart;
}

async fn open(databases: &TestDatabases) -> App {
    let clock = Clock::manual(Timestamp::from_millis(1_700_000_000_000));
    let keys = SessionKeys::new(&["a key that is long enough for HS256".into()]).unwrap();
    let revoked = RevokedSessions::new(clock.clone());
    let sessions = Sessions::new(keys, CookieSettings::default(), DEFAULT_LIFETIME, revoked, clock.clone());
    let database = databases.database("tickets");
    let (proxies, streams) = (TrustedProxies::default(), StreamSlots::new(8, 8));
    let (writes, shutdown) = (WriteRate::UNLIMITED, Shutdown::new());
    let pass_signer = PassSigner::new(&[PassSigner::generate_seed().unwrap()]).unwrap();
    App::open(Settings {
        database,
        clock,
        sessions,
        pass_signer,
        resale_cap: ResaleCap::default(),
        writes,
        proxies,
        streams,
        shutdown,
    })
    .await
    .unwrap()
}

async fn apply<E: Event>(app: &App, event: E) -> ApplyOutcome {
    let envelope = Envelope::encode("event".to_owned(), app.core().clock.now(), &event).unwrap();
    let consumers = app.consumers();
    let effect = app.core().db.write(move |tx| consumers.handle(tx, &envelope)).await;
    effect.unwrap().unwrap()
}

/// Lists a ticket that is free; answers its identifier.
async fn list_ticket(app: &App) -> TicketId {
    let core = app.core().clone();
    let listed = app.core().db.write(move |tx| {
        let feed = Feed::default();
        let publisher =
            ChangePublisher { outbox: &core.outbox, changed: feed.change_signal(), now: core.clock.now() };
        let price = Money::from_cents(2000).unwrap();
        let new = NewListing::new(Title::parse("A ticket").unwrap(), price);
        store::create(tx, &publisher, TicketId::new("t"), &UserId::new("seller"), &new)
    });
    listed.await.map_err(|error: DbError| error).unwrap().id
}

async fn state(app: &App, id: &TicketId) -> (String, Option<OrderId>) {
    let id = id.clone();
    let found = app.core().db.read(move |tx| store::find(tx, &id));
    let ticket = found.await.map_err(|error: DbError| error).unwrap().unwrap();
    (ticket.status.to_string(), ticket.order_id)
}

fn created_event(order: &OrderId, ticket: &TicketId) -> OrderCreated {
    OrderCreated::from(&fixtures::order(order.clone(), &fixtures::ticket(ticket.clone())))
}

async fn order_holds_its_ticket_until_it_is_sold(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let app = open(&databases).await;
    let (ticket, order) = (list_ticket(&app).await, OrderId::new("o"));
    let holder = Some(order.clone());
    assert_eq!(apply(&app, created_event(&order, &ticket)).await, ApplyOutcome::Done);
    assert_eq!(state(&app, &ticket).await, ("reserved".to_owned(), holder.clone()));
    let confirmed =
        OrderConfirmed { id: order.clone(), version: 1, ticket: TicketRef { id: ticket.clone() } };
    assert_eq!(apply(&app, confirmed).await, ApplyOutcome::Done);
    assert_eq!(state(&app, &ticket).await, ("reserved".to_owned(), holder.clone()));
    let sold = TicketRef { id: ticket.clone() };
    let completed = OrderCompleted { id: order.clone(), version: 2, ticket: sold };
    assert_eq!(apply(&app, completed).await, ApplyOutcome::Done);
    assert_eq!(state(&app, &ticket).await, ("sold".to_owned(), holder));
}

async fn cancelled_order_releases_its_ticket(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let app = open(&databases).await;
    let (ticket, order) = (list_ticket(&app).await, OrderId::new("o"));
    let cancelled = || {
        let ticket = TicketRef { id: ticket.clone() };
        apply(&app, OrderCancelled { id: order.clone(), version: 1, ticket, cancel_reason: None })
    };
    assert_eq!(cancelled().await, ApplyOutcome::OutOfOrder);
    apply(&app, created_event(&order, &ticket)).await;
    assert_eq!(cancelled().await, ApplyOutcome::Done);
    assert_eq!(state(&app, &ticket).await, ("available".to_owned(), None));
    assert_eq!(cancelled().await, ApplyOutcome::Duplicate);
}

async fn consumed_events_survive_a_restart(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let app = open(&databases).await;
    let (ticket, order) = (list_ticket(&app).await, OrderId::new("o"));
    apply(&app, created_event(&order, &ticket)).await;
    drop(app);
    let app = open(&databases).await;
    assert_eq!(state(&app, &ticket).await, ("reserved".to_owned(), Some(order.clone())));
    assert_eq!(apply(&app, created_event(&order, &ticket)).await, ApplyOutcome::Duplicate);
}
