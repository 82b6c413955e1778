//! Makes a schema fit to work on, or says what is missing. Any number of processes may do that at once.

use postgres::error::SqlState;
use postgres::{Client, NoTls};

use super::connection::{Role, greeting};
use super::outcome::said;
use super::tls::{Tls, connector};
use super::unusable;
use super::url::Target;
use crate::db::{Migrations, OpenError, chain};

/// The oldest server that knows everything we ask of it.
const OLDEST: i32 = 13;
/// The class of our advisory locks, so that they meet nobody else's.
const LOCKS: i32 = 0x7469_636b;

/// Connects, checks the server, and brings the tables up to date or checks that they are.
pub(super) fn prepare(target: &Target, migrate: bool, migrations: &[Migrations]) -> Result<(), OpenError> {
    let mut client = connect(target)
        .map_err(|error| OpenError::Connect { database: target.to_string(), reason: chain(&error) })?;
    check_server(target, &mut client)?;
    if !migrate {
        return check(target, &mut client, migrations);
    }
    if migrations.is_empty() {
        return Ok(());
    }
    let failed = |error: &dyn std::error::Error| OpenError::Migration {
        database: target.to_string(),
        reason: chain(error),
    };
    // Whoever comes second waits here, and then finds everything done. The lock ends with the connection.
    let lock = "SELECT pg_advisory_lock($1, hashtext($2))";
    client.execute(lock, &[&LOCKS, &target.schema()]).map_err(|error| failed(&error))?;
    make_schema(target, &mut client)?;
    for part in migrations {
        let applied = part.runner().and_then(|runner| {
            // A newer program has been here: what it added does not harm an older one.
            runner.set_abort_missing(false).run(&mut client)
        });
        applied.map_err(|error| failed(&error))?;
    }
    compare_by_code_points(target, &mut client).map_err(|error| failed(&error))
}

fn connect(target: &Target) -> Result<Client, postgres::Error> {
    let config = postgres::Config::from(target.config());
    let mut client = match target.tls() {
        Tls::None => config.connect(NoTls)?,
        Tls::Checked(tls) => config.connect(connector(tls))?,
    };
    client.batch_execute(&greeting(target, Role::Migrator))?;
    Ok(client)
}

fn check_server(target: &Target, client: &mut Client) -> Result<(), OpenError> {
    let sql =
        "SELECT current_setting('server_version_num')::int4 / 10000, current_setting('server_encoding')";
    let row = client.query_one(sql, &[]).map_err(|error| unusable(target, &said(&error).to_string()))?;
    let read = |error: postgres::Error| unusable(target, &chain(&error));
    let (version, encoding): (i32, String) = (row.try_get(0).map_err(read)?, row.try_get(1).map_err(read)?);
    if version < OLDEST {
        return Err(unusable(target, &format!("PostgreSQL {version} is too old, {OLDEST} is needed")));
    }
    if encoding != "UTF8" {
        return Err(unusable(target, &format!("its encoding is {encoding}, UTF8 is needed")));
    }
    Ok(())
}

fn make_schema(target: &Target, client: &mut Client) -> Result<(), OpenError> {
    let exists = "SELECT 1 FROM pg_namespace WHERE nspname = $1";
    let found = client.query_opt(exists, &[&target.schema()]);
    let made = found.and_then(|found| match found {
        // Asked first: making it takes a right that this user need not have where it is there.
        Some(_) => Ok(()),
        None => client.batch_execute(&format!("CREATE SCHEMA \"{}\"", target.schema())),
    });
    made.map_err(|error| {
        let reason = if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
            format!("the schema {} does not exist, and this user may not make it", target.schema())
        } else {
            chain(&error)
        };
        OpenError::Migration { database: target.to_string(), reason }
    })
}

/// Text is compared by code points, as SQLite does, whatever the language of the database: identifiers, cursors and
/// the order by title must not depend on it.
fn compare_by_code_points(target: &Target, client: &mut Client) -> Result<(), postgres::Error> {
    let sql = "SELECT c.relname::text, a.attname::text FROM pg_attribute a \
               JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
               JOIN pg_collation l ON l.oid = a.attcollation \
               WHERE n.nspname = $1 AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped \
                 AND a.atttypid = 'text'::regtype AND l.collname = 'default' \
               ORDER BY c.relname, a.attnum";
    let columns = client.query(sql, &[&target.schema()])?;
    let mut changes: Vec<(String, Vec<String>)> = Vec::new();
    for row in &columns {
        let (table, column): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let change = format!("ALTER COLUMN \"{column}\" TYPE text COLLATE \"C\"");
        match changes.last_mut().filter(|(last, _)| *last == table) {
            Some((_, columns)) => columns.push(change),
            None => changes.push((table, vec![change])),
        }
    }
    let all: Vec<String> = changes
        .iter()
        .map(|(table, columns)| format!("ALTER TABLE \"{table}\" {};", columns.join(", ")))
        .collect();
    client.batch_execute(&all.join("\n"))
}

/// Says what is missing, changing nothing.
fn check(target: &Target, client: &mut Client, migrations: &[Migrations]) -> Result<(), OpenError> {
    let database = target.to_string();
    for part in migrations {
        let table = format!("\"{}\".\"{}\"", target.schema(), part.history());
        let there = client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&table]);
        let there = there.and_then(|row| row.try_get(0)).map_err(|error| unusable(target, &chain(&error)))?;
        let applied: i64 = if there {
            let count = client.query_one(&format!("SELECT COUNT(*) FROM {table}"), &[]);
            count.and_then(|row| row.try_get(0)).map_err(|error| unusable(target, &chain(&error)))?
        } else {
            0
        };
        let known = i64::try_from(part.scripts.len()).unwrap_or(i64::MAX);
        if applied < known {
            let reason = format!("of the {known} migrations of {}, {applied} were applied", part.part);
            return Err(OpenError::NotMigrated { database, reason });
        }
    }
    Ok(())
}
