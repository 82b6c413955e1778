//! Each service has a NATS user that may publish and consume its own events only.

use strum::VariantArray;
use ticketing_bus::{
    Bus, BusError, Credentials, JetStreamError, JetStreamOptions, NatsPassword, NatsUser,
    render_nats_authorization,
};
use ticketing_engines::{NatsServer, eventually};
use ticketing_platform::shutdown::Shutdown;

use super::CREATED;
use crate::support::{Fixture, notes, on_created, on_updated, session_ended, ticket_created};

async fn fixture_with_users() -> Fixture {
    let users =
        NatsUser::VARIANTS.iter().map(|user| (*user, NatsPassword::Text(format!("{}-secret", user.name()))));
    let users: Vec<_> = users.collect();
    Fixture::served_by(NatsServer::builder().config(&render_nats_authorization(&users)).start().await)
}

fn options(fixture: &Fixture, user: NatsUser) -> JetStreamOptions {
    let credentials = Credentials::user(user.name(), format!("{}-secret", user.name()));
    JetStreamOptions { credentials: Some(credentials), name: user.name().to_owned(), ..fixture.options() }
}

async fn bus(fixture: &Fixture, user: NatsUser) -> Bus {
    Bus::jetstream(options(fixture, user)).await.unwrap()
}

fn is_refused(outcome: Result<(), BusError>, subject: &str) {
    let Err(BusError::JetStream(JetStreamError::PermissionDenied(text))) = outcome else {
        panic!("not refused: {outcome:?}")
    };
    assert!(text.contains(subject), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn service_publishes_only_its_own_events() {
    let fixture = fixture_with_users().await;
    let (tickets, auth) = (bus(&fixture, NatsUser::Tickets).await, bus(&fixture, NatsUser::Auth).await);
    let (own, foreign) = (fixture.history("t", 3), fixture.encode(&session_ended("s")));
    tickets.publish(own.clone()).await.unwrap();
    auth.publish(vec![foreign.clone()]).await.unwrap();

    let forged = fixture.encode(&session_ended("forged"));
    is_refused(tickets.publish(vec![forged.clone()]).await, "ticketing.session.ended.forged");
    is_refused(auth.publish(vec![fixture.encode(&ticket_created("x"))]).await, "ticketing.ticket.created.x");
    // Nor hidden in a batch.
    let mut hidden = fixture.history("y", 40);
    hidden.insert(20, forged.clone());
    is_refused(tickets.publish(hidden).await, "ticketing.session.ended.forged");

    let operator = bus(&fixture, NatsUser::Operator).await;
    let places = operator.sequences().await.unwrap();
    assert!(own.iter().all(|event| places.contains_key(&event.id)) && places.contains_key(&foreign.id));
    assert!(!places.contains_key(&forged.id));
    is_refused(operator.publish(vec![forged]).await, "ticketing.session.ended.forged");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn service_consumes_only_under_its_own_name() {
    let fixture = fixture_with_users().await;
    let (tickets, orders) = (bus(&fixture, NatsUser::Tickets).await, bus(&fixture, NatsUser::Orders).await);
    let refused = orders.subscribe("payments-service", CREATED.to_vec()).await.map(drop);
    is_refused(refused, "payments-service");

    let (core, shutdown) = (fixture.service("orders"), Shutdown::new());
    let handlers = core.consumers("orders-service").on(on_created).on(on_updated);
    core.start(&orders, Some(handlers), &shutdown);
    tickets.publish(fixture.history("t", 3)).await.unwrap();
    let mut broken = fixture.encode(&ticket_created("broken"));
    broken.body = "{}".to_owned();
    tickets.publish(vec![broken]).await.unwrap();
    eventually("orders applies the events", || async { notes(&core).await.len() == 3 }).await;

    // Dead letters are kept by the service, and read and replayed by the operator.
    let operator = bus(&fixture, NatsUser::Operator).await;
    eventually("a letter", || async { operator.dead_letters().await.unwrap().len() == 1 }).await;
    let letter = operator.dead_letters().await.unwrap().remove(0);
    operator.replay("orders-service", letter.seq).await.unwrap();
    eventually("it died again", || async { operator.dead_letters().await.unwrap().len() == 1 }).await;
    eventually("nothing waits", || async { operator.backlog().await.unwrap() == 0 }).await;
}

#[tokio::test]
async fn user_all_may_run_every_service() {
    let fixture = fixture_with_users().await;
    let all = bus(&fixture, NatsUser::All).await;
    let mut subscription = all.subscribe("orders-service", CREATED.to_vec()).await.unwrap();
    all.publish(fixture.history("t", 1)).await.unwrap();
    all.publish(vec![fixture.encode(&session_ended("s"))]).await.unwrap();
    let deliveries = subscription.next(9).await.unwrap();
    subscription.acknowledge(crate::support::accept_all(deliveries)).await.unwrap();
    assert_eq!(all.backlog().await.unwrap(), 0);
}

#[tokio::test]
async fn user_without_permission_fails_at_start() {
    let nobody = "authorization { users: [ { user: nobody, password: x, \
                  permissions: { publish: { deny: [\">\"] }, subscribe: { allow: [\"_INBOX_nobody.>\"] } } } ] }";
    let server = NatsServer::builder().config(nobody).start().await;
    let options = JetStreamOptions {
        credentials: Some(Credentials::user("nobody", "x")),
        name: "nobody".to_owned(),
        ..JetStreamOptions::new(server.url())
    };
    let error = Bus::jetstream(options).await.unwrap_err();
    assert!(
        matches!(&error, JetStreamError::PermissionDenied(text) if text.contains("STREAM.INFO.TICKETING")),
        "{error:?}"
    );
}

/// Rewrites the file.
const UPDATE: &str = "UPDATE_USERS";

#[test]
fn the_users_of_a_deployment_are_these() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/kubernetes/base/nats/users.conf");
    // A deployment is a process for each service, so no user is all of them.
    let users = NatsUser::VARIANTS.iter().copied().filter(|user| *user != NatsUser::All);
    let users: Vec<_> = users
        .map(|user| (user, NatsPassword::Variable(format!("NATS_{}_PASSWORD", user.name().to_uppercase()))))
        .collect();
    let wanted = render_nats_authorization(&users);
    let shipped = std::fs::read_to_string(path).unwrap();
    let (remarks, block) = shipped.split_at(shipped.find("authorization {").unwrap());
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(path, format!("{remarks}{wanted}")).unwrap();
        return;
    }
    assert_eq!(block, wanted, "{UPDATE}=1 writes backend/deploy/kubernetes/base/nats/users.conf");
}
