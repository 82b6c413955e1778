//! A database of tickets in a folder of its own.

use std::time::Duration;

use ticketing_bus::{ApplyOutcome, ServiceCore};
use ticketing_engines::{DbEngine, Deadline, TestDatabases};
use ticketing_events::{OrderCompleted, OrderCreated, OrderedTicketRef, TicketRef};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{Money, OrderId, OrderStatus, Ticket, TicketId, Timestamp, UserId};
use ticketing_tickets::domain::title::Title;
use ticketing_tickets::store::{self, Change, ChangePublisher, EditError, NewListing, ResumePoint};
use ticketing_tickets::{Feed, MIGRATIONS};

pub(crate) struct Shop {
    pub(crate) core: ServiceCore,
    pub(crate) feed: Feed,
    databases: TestDatabases,
}

impl Shop {
    pub(crate) fn on(engine: DbEngine) -> Self {
        let databases = TestDatabases::on(engine);
        let core = open(&databases, Clock::manual(Timestamp::from_millis(1_700_000_000_000)));
        Self { core, feed: Feed::default(), databases }
    }

    /// Another service instance on the same database.
    pub(crate) fn replica(&self) -> ServiceCore {
        open(&self.databases, self.core.clock.clone())
    }

    /// Runs a unit that publishes its changes.
    pub(crate) async fn write_published<T, E>(
        &self,
        unit: impl Fn(&mut Tx<'_>, &ChangePublisher<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        write_published(&self.core, &self.feed, unit).await
    }

    pub(crate) async fn list(&self, seller: &str, title: &str, cents: i64) -> Ticket {
        self.list_as(seller, listing(title, cents)).await
    }

    pub(crate) async fn list_as(&self, seller: &str, new: NewListing) -> Ticket {
        let (id, seller) = (TicketId::new(self.core.clock.new_id()), UserId::new(seller));
        let listed = self
            .write_published(move |tx, publisher| store::create(tx, publisher, id.clone(), &seller, &new));
        listed.await.map_err(|error: DbError| error).unwrap()
    }

    pub(crate) async fn update(
        &self,
        id: &TicketId,
        owner: &str,
        title: &str,
        cents: i64,
    ) -> Result<Ticket, EditError> {
        self.update_to(id, owner, listing(title, cents)).await
    }

    pub(crate) async fn update_to(
        &self,
        id: &TicketId,
        owner: &str,
        new: NewListing,
    ) -> Result<Ticket, EditError> {
        let (id, owner) = (id.clone(), UserId::new(owner));
        self.write_published(move |tx, publisher| store::update(tx, publisher, &id, &owner, &new, |_| true))
            .await
    }

    pub(crate) async fn delete(&self, id: &TicketId, owner: &str) -> Result<(), EditError> {
        let (id, owner) = (id.clone(), UserId::new(owner));
        self.write_published(move |tx, publisher| store::delete(tx, publisher, &id, &owner, |_| true)).await
    }

    pub(crate) async fn find(&self, id: &TicketId) -> Option<Ticket> {
        let id = id.clone();
        let found = self.core.db.read(move |tx| store::find(tx, &id));
        found.await.map_err(|error: DbError| error).unwrap()
    }

    /// Status, holder and version of a ticket: `reserved o1 3`.
    pub(crate) async fn state(&self, id: &TicketId) -> String {
        match self.find(id).await {
            None => "gone".to_owned(),
            Some(ticket) => {
                let holder = ticket.order_id.map_or_else(|| "-".to_owned(), OrderId::into_string);
                format!("{} {holder} {}", ticket.status.as_str(), ticket.version)
            }
        }
    }

    /// Applies an event of an order: its step, and its version.
    pub(crate) async fn apply(
        &self,
        step: Step,
        order: &str,
        ticket: &TicketId,
        version: i64,
    ) -> ApplyOutcome {
        let (order, ticket) = (OrderId::new(order), ticket.clone());
        let applied = self.write_published(move |tx, publisher| match step {
            Step::Created => {
                let created = order_created(&order, &ticket, "A ticket", 2000);
                store::reserve(tx, publisher, &OrderCreated { version, ..created })
            }
            Step::Confirmed => store::confirm(tx, &order, version),
            Step::Completed => {
                let ticket = TicketRef { id: ticket.clone() };
                let event = OrderCompleted { id: order.clone(), version, ticket };
                store::complete(tx, publisher, &event)
            }
            Step::Cancelled => store::release(tx, publisher, &order, &ticket, version),
        });
        applied.await.map_err(|error: DbError| error).unwrap()
    }

    /// `order:created` of a ticket on terms that are no longer those of its listing.
    pub(crate) async fn ordered_at(&self, order: &str, ticket: &TicketId, title: &str, cents: i64) {
        self.reserve(order_created(&OrderId::new(order), ticket, title, cents)).await;
    }

    /// `order:created` of a ticket by this buyer, at this price.
    pub(crate) async fn ordered_by(&self, order: &str, ticket: &TicketId, buyer: &str, cents: i64) {
        let created = order_created(&OrderId::new(order), ticket, "A ticket", cents);
        self.reserve(OrderCreated { user_id: UserId::new(buyer), ..created }).await;
    }

    /// `order:created` of a ticket as it is listed.
    pub(crate) async fn ordered_as(&self, order: &str, listed: &Ticket) {
        let Ticket { id, title, price, details, .. } = listed;
        let mut created = order_created(&OrderId::new(order), id, title, price.cents());
        created.ticket.details = Some(details.clone());
        self.reserve(created).await;
    }

    pub(crate) async fn reserve(&self, event: OrderCreated) {
        let applied = self.write_published(move |tx, publisher| store::reserve(tx, publisher, &event));
        assert_eq!(applied.await.map_err(|error: DbError| error).unwrap(), ApplyOutcome::Done);
    }

    /// Title, price in cents, status and holder of a ticket: `A ticket 2000 sold o1`.
    pub(crate) async fn describe(&self, id: &TicketId) -> String {
        match self.find(id).await {
            None => "gone".to_owned(),
            Some(Ticket { title, price, status, order_id, .. }) => {
                let holder = order_id.map_or_else(|| "-".to_owned(), OrderId::into_string);
                format!("{title} {} {} {holder}", price.cents(), status.as_str())
            }
        }
    }

    pub(crate) async fn changes(&self) -> Vec<Change> {
        self.changes_after("", 10_000).await
    }

    /// Returns the changes after a place, once nothing holds them back: on a server that others use too, any
    /// transaction may.
    pub(crate) async fn changes_after(&self, place: &str, limit: i64) -> Vec<Change> {
        let deadline = Deadline::from_now(Duration::from_secs(20));
        loop {
            let place = place.to_owned();
            let changes = self.core.db.read(move |tx| store::changes_after(tx, &place, limit));
            let changes = changes.await.map_err(|error: DbError| error).unwrap();
            if !changes.held_back {
                return changes.ready;
            }
            deadline.pause("the changes are readable").await;
        }
    }

    /// Returns the place after every change that can be read now.
    pub(crate) async fn latest(&self) -> String {
        let now = self.core.clock.now();
        self.core.db.read(move |tx| store::latest(tx, now)).await.map_err(|error: DbError| error).unwrap()
    }

    /// Returns where a watcher begins that has seen the changes up to `place`. On a server that others use too, any
    /// transaction may hold the newest ones back.
    pub(crate) async fn resume(&self, place: &str) -> ResumePoint {
        self.changes().await;
        let (now, place) = (self.core.clock.now(), place.to_owned());
        let resumed = self.core.db.read(move |tx| store::resume(tx, Some(&place), now));
        resumed.await.map_err(|error: DbError| error).unwrap()
    }

    /// Forgets what is too old.
    pub(crate) async fn prune(&self) {
        let now = self.core.clock.now();
        self.core.db.write(move |tx| store::prune(tx, now)).await.map_err(|error: DbError| error).unwrap();
    }

    /// Returns the published events, oldest first: `name aggregate version`.
    pub(crate) async fn published_events(&self) -> Vec<(String, String, String, i64)> {
        let published = self.core.db.read(|tx| {
            tx.query("SELECT id, name, aggregate, version FROM outbox ORDER BY id", &[], |row| {
                Ok((row.text("id")?, row.text("name")?, row.text("aggregate")?, row.int("version")?))
            })
        });
        published.await.map_err(|error: DbError| error).unwrap()
    }

    /// Returns the published versions of a ticket.
    pub(crate) async fn versions(&self, id: &TicketId) -> Vec<i64> {
        let published = self.published_events().await;
        published.into_iter().filter(|(_, _, of, _)| of == id.as_str()).map(|(.., version)| version).collect()
    }
}

/// A step of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Created,
    Confirmed,
    Completed,
    Cancelled,
}

pub(crate) async fn write_published<T, E>(
    core: &ServiceCore,
    feed: &Feed,
    unit: impl Fn(&mut Tx<'_>, &ChangePublisher<'_>) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    let (outbox, feed, clock) = (core.outbox.clone(), feed.clone(), core.clock.clone());
    core.db
        .write(move |tx| {
            unit(tx, &ChangePublisher { outbox: &outbox, changed: feed.change_signal(), now: clock.now() })
        })
        .await
}

fn open(databases: &TestDatabases, clock: Clock) -> ServiceCore {
    ServiceCore::open(databases.database("tickets"), clock, &[MIGRATIONS]).unwrap()
}

/// `order:created` of a ticket under this title and at this price.
fn order_created(order: &OrderId, ticket: &TicketId, title: &str, cents: i64) -> OrderCreated {
    OrderCreated {
        id: order.clone(),
        version: 0,
        status: OrderStatus::Created,
        user_id: UserId::new("buyer"),
        expires_at: Timestamp::from_millis(1_700_000_900_000),
        ticket: OrderedTicketRef {
            id: ticket.clone(),
            price: Money::from_cents(cents).unwrap(),
            title: Some(title.to_owned()),
            version: None,
            details: None,
        },
    }
}

pub(crate) fn listing(title: &str, cents: i64) -> NewListing {
    NewListing::new(Title::parse(title).unwrap(), Money::from_cents(cents).unwrap())
}
