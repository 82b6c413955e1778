//! The SQL of an order in a bare loop, without HTTP, queue and consumers.

use std::time::Instant;

use rusqlite::{Connection, params};
use ticketing_platform::clock::Clock;

/// Creates `count` orders of distinct tickets, `per_commit` in one commit. Returns orders per second.
pub(crate) fn orders(count: usize, per_commit: usize) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let db = Connection::open(folder.path().join("bare.db")).unwrap();
    db.set_prepared_statement_cache_capacity(64);
    for (pragma, value) in [("journal_mode", "wal"), ("synchronous", "full"), ("wal_autocheckpoint", "4000")]
    {
        db.pragma_update(None, pragma, value).unwrap();
    }
    db.execute_batch(include_str!("../../../orders/migrations/V1__orders.sql")).unwrap();
    db.execute_batch(include_str!("../../../bus/migrations/V1__outbox.sql")).unwrap();
    db.execute_batch(include_str!("../../../platform/migrations/idempotency_V1__idempotency_keys.sql"))
        .unwrap();
    let clock = Clock::system();
    let tickets: Vec<String> = (0..count).map(|_| clock.new_id()).collect();
    db.execute_batch("BEGIN").unwrap();
    for ticket in &tickets {
        let insert = "INSERT INTO tickets (id, title, price, user_id, deleted, version) VALUES (?, 'A concert', 1950, 'seller', 0, 0)";
        db.prepare_cached(insert).unwrap().execute([ticket]).unwrap();
    }
    db.execute_batch("COMMIT").unwrap();

    let began = Instant::now();
    for (batch, tickets) in tickets.chunks(per_commit).enumerate() {
        db.prepare_cached("BEGIN IMMEDIATE").unwrap().execute([]).unwrap();
        for (n, ticket) in tickets.iter().enumerate() {
            order(&db, &clock, ticket, batch * per_commit + n);
        }
        db.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
    }
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let rate = count as f64 / began.elapsed().as_secs_f64();
    rate
}

/// Runs the statements of `POST /api/orders` with an idempotency key.
fn order(db: &Connection, clock: &Clock, ticket: &str, n: usize) {
    let (id, event, now) = (clock.new_id(), clock.new_id(), clock.now().as_millis());
    let user = format!("buyer-{}", n / crate::ORDERS_PER_USER);
    let (scope, key) = (format!("{user} POST /api/orders"), format!("order-{n}"));
    let fingerprint = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let run =
        |sql: &str, params: &[&dyn rusqlite::ToSql]| db.prepare_cached(sql).unwrap().execute(params).unwrap();
    run(
        "INSERT INTO idempotency_keys (scope, key, fingerprint, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        params![scope, key, fingerprint, now],
    );
    let (title, price, version, details): (String, i64, i64, String) = db
        .prepare_cached("SELECT title, price, version, details FROM tickets WHERE id = ? AND deleted = 0")
        .unwrap()
        .query_row([ticket], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .unwrap();
    let open: i64 = db
        .prepare_cached(
            "SELECT COUNT(*) AS open FROM orders WHERE user_id = ? AND status IN ('created', 'awaiting:payment')",
        )
        .unwrap()
        .query_row([&user], |row| row.get("open"))
        .unwrap();
    assert!(open < 20);
    run(
        "INSERT INTO orders (id, user_id, ticket_id, ticket_title, ticket_price, ticket_version, ticket_details, status, \
         expires_at, version, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'created', ?, 0, ?) ON CONFLICT DO NOTHING",
        params![id, user, ticket, title, price, version, details, now + 900_000, now],
    );
    let body = format!(
        r#"{{"id":"{id}","version":0,"status":"created","userId":"{user}","expiresAt":"2026-11-22T10:15:00.000Z","ticket":{{"id":"{ticket}","price":19.5}}}}"#
    );
    run(
        "INSERT INTO outbox (id, name, aggregate, version, time, trace, body) VALUES (?, 'order:created', ?, 0, ?, NULL, ?)",
        params![event, id, now, body],
    );
    run(
        "UPDATE idempotency_keys SET status = 201, body = ? WHERE scope = ? AND key = ?",
        params![body, scope, key],
    );
}
