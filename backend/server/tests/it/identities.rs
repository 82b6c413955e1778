//! Services as processes, each with its own PostgreSQL role and NATS user, as in a deployment.

use ticketing_bus::Credentials;
use ticketing_server::Service;
use ticketing_testkit::{NatsServer, PrivateServer, Shape, TestStack, TestStackBuilder, eventually};

use crate::support::{list, order_when_visible, pay, read_captures, ticket};

/// The shipped definitions.
const ROLES: &str = include_str!("../../../deploy/kubernetes/overlays/example/postgres/roles.sh");
const USERS: &str = include_str!("../../../deploy/kubernetes/base/nats/users.conf");

const DATABASE: &str = "TICKETING_DATABASE_URL";
const CREDENTIALS: &str = "TICKETING_NATS_CREDS";

fn password(name: &str) -> String {
    format!("p{name}0123")
}

fn variable(before: &str, name: &str) -> (String, String) {
    (format!("{before}{}_PASSWORD", name.to_uppercase()), password(name))
}

fn names() -> impl Iterator<Item = &'static str> {
    Service::STATEFUL.into_iter().map(Service::name)
}

/// Returns the database URL of a role.
fn url(postgres: &PrivateServer, role: &str) -> String {
    let whole = postgres.url();
    let (_, place) = whole.split_once('@').unwrap();
    format!("postgres://{role}:{}@{place}", password(role))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn services_sell_with_least_privileges() {
    let postgres = PrivateServer::start();
    let roles: Vec<_> = names().chain(["migrate"]).map(|name| variable("", name)).collect();
    postgres.run(ROLES, &roles);
    let secrets = names().chain(["operator"]).map(|name| {
        let (variable, password) = variable("NATS_", name);
        format!("{variable}: \"{password}\"\n")
    });
    let nats = NatsServer::builder().config(&secrets.collect::<String>()).config(USERS).start().await;

    let folder = tempfile::tempdir().unwrap();
    let credentials = |user: &str| {
        let file = folder.path().join(user);
        std::fs::write(&file, format!("{user}:{}\n", password(user))).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let with_identity = |builder: TestStackBuilder, whom: Option<Service>, role: &str, user: &str| {
        builder.service_setting(whom, DATABASE, url(&postgres, role)).service_setting(
            whom,
            CREDENTIALS,
            credentials(user),
        )
    };
    let builder = TestStack::builder().on(Shape::Processes).postgres_server(&postgres).nats_server(&nats);
    let mut builder = with_identity(builder, None, "migrate", "operator").with(|settings| {
        // The audit reads everything.
        let options = settings.nats.as_mut().unwrap();
        options.credentials = Some(Credentials::user("operator", password("operator")));
        options.name = "operator".to_owned();
    });
    for service in Service::STATEFUL {
        let name = service.name();
        builder = with_identity(builder, Some(service), name, name);
        builder = builder.service_setting(service, "TICKETING_DATABASE_MIGRATE", "false");
    }
    let stack = builder.start().await;

    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let sold = list(&stack, &seller, "RustConf", 149.99).await;
    let bought = order_when_visible(&stack, &buyer, &sold).await;
    pay(&stack, &buyer, &bought, "tok_visa").await.ok(201);
    eventually!(ticket(&stack, &sold).await["status"] == "sold");
    assert_eq!(read_captures(&stack, &bought).await, (1, 14_999));
    stack.raw().post("/api/users/signout").by(&buyer).await.ok(200);
    eventually!(stack.raw().get("/api/orders").by(&buyer).await.status == 401);

    for role in names() {
        let connections = format!("SELECT COUNT(*) > 0 FROM pg_stat_activity WHERE usename = '{role}'");
        assert_eq!(postgres.psql(&connections), "t", "{role} connects with its own role");
        postgres.psql(&format!("SET ROLE {role}; SELECT COUNT(*) FROM {role}.outbox"));
        is_refused(&postgres, role, &format!("CREATE TABLE {role}.more (n BIGINT)"));
        for other in names().chain(["provider"]).filter(|other| *other != role) {
            let table = if other == "provider" { "charges" } else { "outbox" };
            if (role, other) != ("payments", "provider") {
                is_refused(&postgres, role, &format!("SELECT COUNT(*) FROM {other}.{table}"));
                is_refused(&postgres, role, &format!("DELETE FROM {other}.{table}"));
            }
        }
    }
    stack.finish().await;
}

/// Asserts that PostgreSQL refuses a statement of a role.
fn is_refused(postgres: &PrivateServer, role: &str, sql: &str) {
    postgres.psql(&format!(
        "SET ROLE {role}; DO $do$ BEGIN EXECUTE '{sql}'; RAISE EXCEPTION '{role} may'; \
         EXCEPTION WHEN insufficient_privilege THEN NULL; END $do$"
    ));
}
