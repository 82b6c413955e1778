//! Revoked sessions: kept over a restart, shared by replicas and services, and removed once they have expired.

use std::time::Duration;

use ticketing_engines::{DbEngine, TestDatabases, eventually, eventually_within, on_both};
use ticketing_platform::db::{Db, DbError, DbOptions};
use ticketing_platform::session::{self, CookieSettings, RevokedSessions, SessionKeys, Sessions};
use ticketing_platform::shutdown::Shutdown;
use ticketing_sdk::UserId;

use super::{KEY, NOW, clock, return_cookies};

on_both! {
    #[tokio::test]
    revoked_session_stays_refused_after_a_restart;
}

async fn revoked_session_stays_refused_after_a_restart(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let clock = clock();
    let db = Db::open(databases.database("auth"), DbOptions::default(), &[session::MIGRATIONS]).unwrap();
    let keys = || SessionKeys::new(&[KEY.into()]).unwrap();
    let make = |revoked: RevokedSessions| {
        Sessions::new(keys(), CookieSettings::default(), session::DEFAULT_LIFETIME, revoked, clock.clone())
    };
    let sessions = make(RevokedSessions::load(&db, clock.clone()).await.unwrap());
    let new = sessions.begin(&UserId::new("u1"), "a@b.c").unwrap();
    let headers = return_cookies(&new.cookie);
    let ending = new.session.clone();
    for expected in [true, false] {
        let (revoked, ending) = (sessions.revoked_sessions().clone(), ending.clone());
        let recorded = db.write(move |tx| revoked.record(tx, &ending.jti, &ending.user_id, ending.exp)).await;
        let news: Result<bool, DbError> = recorded;
        assert_eq!(news.unwrap(), expected);
    }
    sessions.revoked_sessions().insert(&ending.jti, ending.exp);
    assert_eq!(sessions.read(&headers), None);
    // Another start of the same service reads it from its table.
    let again = make(RevokedSessions::load(&db, clock.clone()).await.unwrap());
    assert_eq!(again.read(&headers), None);
    assert!(again.read(&return_cookies(&again.begin(&UserId::new("u1"), "a@b.c").unwrap().cookie)).is_some());
    // After the expiry of the session, the revocation is removed.
    clock.advance(session::DEFAULT_LIFETIME + Duration::from_secs(120));
    let now = clock.now();
    assert_eq!(db.write(move |tx| session::prune(tx, now)).await.unwrap(), 1);
    assert!(RevokedSessions::load(&db, clock.clone()).await.unwrap().is_empty());
}

#[tokio::test]
async fn revoked_session_is_refused_by_another_replica() {
    let databases = TestDatabases::on(DbEngine::Postgres);
    let open = || Db::open(databases.database("auth"), DbOptions::default(), &[session::MIGRATIONS]).unwrap();
    let (clock, shutdown) = (clock(), Shutdown::new());
    let (db, other_db) = (open(), open());
    let revoked = RevokedSessions::load(&db, clock.clone()).await.unwrap();
    let other = RevokedSessions::load(&other_db, clock.clone()).await.unwrap();
    let followers = [
        tokio::spawn(revoked.clone().follow(db.clone(), shutdown.clone())),
        tokio::spawn(other.clone().follow(other_db, shutdown.clone())),
    ];
    for number in 0..20 {
        let (jti, recording) = (format!("session {number}"), revoked.clone());
        let record = {
            let jti = jti.clone();
            db.write(move |tx| recording.record(tx, &jti, &UserId::new("u"), NOW + 3600))
        };
        let news: Result<bool, DbError> = record.await;
        assert!(news.unwrap());
        eventually("the other replica refuses the session", async || other.contains(&jti)).await;
        clock.advance(Duration::from_secs(60));
    }
    shutdown.trigger();
    for follower in followers {
        follower.await.unwrap();
    }
}

#[tokio::test]
async fn refresh_reads_only_new_rows() {
    let databases = TestDatabases::on(DbEngine::Postgres);
    let db = Db::open(databases.database("auth"), DbOptions::default(), &[session::MIGRATIONS]).unwrap();
    let clock = clock();
    let (writer, reader) =
        (RevokedSessions::new(clock.clone()), RevokedSessions::load(&db, clock.clone()).await.unwrap());
    let record = async |jti: String| {
        let writer = writer.clone();
        let news: Result<bool, DbError> =
            db.write(move |tx| writer.record(tx, &jti, &UserId::new("u"), NOW + 3600)).await;
        assert!(news.unwrap());
    };
    for number in 0..50 {
        record(format!("session {number}")).await;
    }
    assert_eq!(reader.refresh(&db).await.unwrap(), 50);
    // A transaction of another test that is under way on the same server holds the horizon back for as long as it
    // lasts.
    let all_are_read = async || reader.refresh(&db).await.unwrap() == 0;
    eventually_within("known rows are not read again", Duration::from_secs(60), all_are_read).await;
    record("one more".to_owned()).await;
    assert!(reader.refresh(&db).await.unwrap() < 50);
    assert!(reader.contains("one more") && reader.contains("session 0"));
}

#[test]
fn services_of_a_process_share_revoked_sessions() {
    let auth = RevokedSessions::new(clock());
    let tickets = auth.with_own_table();
    auth.insert("j1", NOW + 3600);
    assert!(tickets.contains("j1"));
}

#[test]
fn expired_sessions_are_removed_from_memory() {
    let clock = clock();
    let revoked = RevokedSessions::new(clock.clone());
    for number in 0..300 {
        revoked.insert(&format!("old {number}"), NOW + 1);
    }
    clock.advance(Duration::from_secs(3600));
    for number in 0..300 {
        revoked.insert(&format!("new {number}"), NOW + 7200);
    }
    assert!(revoked.contains("new 0") && revoked.contains("new 299"));
    assert!(revoked.len() < 600, "{}", revoked.len());
    assert!(!revoked.contains("old 0"));
}
