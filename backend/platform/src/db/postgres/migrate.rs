//! Applies or checks the migrations of a schema. Any number of processes may do so at the same time.

use postgres::Client;
use postgres::error::SqlState;
use refinery::Migration;

use super::connection::{Role, session_setup};
use super::run_error::map_error;
use super::unusable;
use super::url::Target;
use crate::db::migrate::{divergence, migration_error};
use crate::db::{Migrations, OpenError};
use crate::error_chain::error_chain;

/// The oldest major version that the SQL of the services needs.
const MIN_SERVER_VERSION: i32 = 13;
/// The first key of the advisory locks, which separates them from those of other programs.
const LOCK_CLASS: i32 = 0x7469_636b;

/// Connects, checks the server, and applies or checks the migrations.
pub(super) fn prepare(target: &Target, migrate: bool, migrations: &[Migrations]) -> Result<(), OpenError> {
    let mut client = connect(target)
        .map_err(|error| OpenError::Connect { database: target.to_string(), reason: error_chain(&error) })?;
    check_server(target, &mut client)?;
    if !migrate {
        return check(target, &mut client, migrations);
    }
    if migrations.is_empty() {
        return Ok(());
    }
    let failed = |error: &(dyn std::error::Error + 'static)| OpenError::Migration {
        database: target.to_string(),
        reason: error_chain(error),
    };
    // A second process waits here, and then finds the migrations applied. The lock ends with the connection.
    let lock = "SELECT pg_advisory_lock($1, hashtext($2))";
    client.execute(lock, &[&LOCK_CLASS, &target.schema()]).map_err(|error| failed(&error))?;
    create_schema(target, &mut client)?;
    for part in migrations {
        let applied = part.runner().and_then(|runner| {
            // A newer version may have applied more migrations, which are compatible with older versions.
            runner.set_abort_missing(false).run(&mut client)
        });
        applied.map_err(|error| migration_error(target.to_string(), &error))?;
    }
    compare_by_code_points(target, &mut client).map_err(|error| failed(&error))
}

fn connect(target: &Target) -> Result<Client, postgres::Error> {
    let mut client = postgres::Config::from(target.config()).connect(target.tls())?;
    client.batch_execute(&session_setup(target, Role::Migrator))?;
    Ok(client)
}

fn check_server(target: &Target, client: &mut Client) -> Result<(), OpenError> {
    let sql =
        "SELECT current_setting('server_version_num')::int4 / 10000, current_setting('server_encoding')";
    let row = client.query_one(sql, &[]).map_err(|error| unusable(target, &map_error(&error).to_string()))?;
    let read = |error: postgres::Error| unusable(target, &error_chain(&error));
    let (version, encoding): (i32, String) = (row.try_get(0).map_err(read)?, row.try_get(1).map_err(read)?);
    if version < MIN_SERVER_VERSION {
        return Err(unusable(
            target,
            &format!("PostgreSQL {version} is too old, {MIN_SERVER_VERSION} is required"),
        ));
    }
    if encoding != "UTF8" {
        return Err(unusable(target, &format!("its encoding is {encoding}, UTF8 is required")));
    }
    Ok(())
}

fn create_schema(target: &Target, client: &mut Client) -> Result<(), OpenError> {
    let exists = "SELECT 1 FROM pg_namespace WHERE nspname = $1";
    let found = client.query_opt(exists, &[&target.schema()]);
    let created = found.and_then(|found| match found {
        // Checked first: creating a schema needs a permission that this user may lack.
        Some(_) => Ok(()),
        None => client.batch_execute(&format!("CREATE SCHEMA \"{}\"", target.schema())),
    });
    created.map_err(|error| {
        let reason = if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
            format!("the schema {} does not exist, and this user may not create it", target.schema())
        } else {
            error_chain(&error)
        };
        OpenError::Migration { database: target.to_string(), reason }
    })
}

/// Sets the collation of all text columns to code points, as in SQLite. Identifiers, cursors and the order by title
/// must not depend on the locale of the database.
fn compare_by_code_points(target: &Target, client: &mut Client) -> Result<(), postgres::Error> {
    let sql = "SELECT string_agg(change, '') FROM ( \
               SELECT 'ALTER TABLE ' || quote_ident(c.relname) || ' ' || string_agg( \
                 'ALTER COLUMN ' || quote_ident(a.attname) || ' TYPE text COLLATE \"C\"', ', ' ORDER BY a.attnum) \
                 || ';' AS change FROM pg_attribute a \
               JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
               JOIN pg_collation l ON l.oid = a.attcollation \
               WHERE n.nspname = $1 AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped \
                 AND a.atttypid = 'text'::regtype AND l.collname = 'default' \
               GROUP BY c.relname) AS tables";
    let changes: Option<String> = client.query_one(sql, &[&target.schema()])?.try_get(0)?;
    client.batch_execute(&changes.unwrap_or_default())
}

/// Reports missing and differing migrations. Changes nothing.
fn check(target: &Target, client: &mut Client, migrations: &[Migrations]) -> Result<(), OpenError> {
    let database = target.to_string();
    for part in migrations {
        let table = format!("\"{}\".\"{}\"", target.schema(), part.history());
        let exists = client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&table]);
        let exists =
            exists.and_then(|row| row.try_get(0)).map_err(|error| unusable(target, &error_chain(&error)))?;
        let failed = |error: refinery::Error| migration_error(database.clone(), &error);
        let runner = part.runner().map_err(failed)?;
        let applied =
            if exists { runner.get_applied_migrations(client).map_err(failed)? } else { Vec::new() };
        let known = runner.get_migrations();
        let find_applied =
            |known: &Migration| applied.iter().find(|applied| applied.version() == known.version());
        let found: Vec<_> = known.iter().filter_map(|known| Some((known, find_applied(known)?))).collect();
        if let Some((_, other)) = found.iter().find(|(known, applied)| known != applied) {
            return Err(divergence(database, other));
        }
        if found.len() < known.len() {
            let (applied, known) = (found.len(), known.len());
            let reason = format!("{applied} of the {known} migrations of {} are applied", part.part);
            return Err(OpenError::NotMigrated { database, reason });
        }
    }
    Ok(())
}
