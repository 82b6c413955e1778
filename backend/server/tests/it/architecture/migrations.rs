//! The rules of the migrations: SQL that both databases understand, and that is cheap for each written row.

use std::path::PathBuf;

use rusqlite::Connection;

use crate::workspace::workspace;

/// Returns the migrations, with their paths.
fn migrations() -> Vec<(PathBuf, String)> {
    let crates = ["auth", "tickets", "orders", "payments", "expiration", "platform", "bus"];
    let folders = crates.map(|name| workspace().join("backend").join(name).join("migrations"));
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let paths = files.map(|file| file.unwrap().path());
    paths.map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn migrations_run_on_both_databases_and_only_add() {
    let mut checked = 0;
    for (path, text) in migrations() {
        // The embedded log is a file of SQLite in every deployment.
        if path.ends_with("bus/migrations/V1__log.sql") {
            continue;
        }
        checked += 1;
        let is_first = path.file_name().unwrap().to_string_lossy().contains("V1__");
        for removal in ["DROP TABLE", "DROP COLUMN", "RENAME"] {
            assert!(is_first || !text.contains(removal), "{}: an older replica needs it", path.display());
        }
        for line in text.lines().filter(|line| !line.trim_start().starts_with("--")) {
            for word in
                ["INTEGER", "AUTOINCREMENT", "BLOB", "REAL", "SERIAL", "JSONB", "TIMESTAMP", "datetime("]
            {
                let words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '(');
                assert!(!words.into_iter().any(|found| found == word), "{}: {line}", path.display());
            }
        }
    }
    assert!(checked >= 9, "{checked} migrations");
}

/// SQLite evaluates the conditions of `CHECK` and of partial indexes for each written row. `IN` with more than two values builds a
/// temporary index of them each time; alternatives with `OR` do not.
#[test]
fn written_rows_need_no_temporary_index() {
    let mut checked = 0;
    for (path, text) in migrations() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(&text).unwrap();
        for table in names(&connection, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
            let columns = names(&connection, &format!("SELECT name FROM pragma_table_info('{table}')"));
            let set: Vec<String> = columns.iter().map(|column| format!("{column} = {column}")).collect();
            let update = format!("UPDATE {table} SET {} WHERE rowid = 1", set.join(", "));
            for write in [format!("INSERT INTO {table} DEFAULT VALUES"), update] {
                let mut explained = connection.prepare(&format!("EXPLAIN {write}")).unwrap();
                let steps = explained.query_map([], |row| row.get::<_, String>("opcode")).unwrap();
                let steps: Vec<String> = steps.map(Result::unwrap).collect();
                assert!(!steps.iter().any(|step| step == "OpenEphemeral"), "{}: {write}", path.display());
                checked += 1;
            }
        }
    }
    assert!(checked >= 40, "{checked} statements");
}

fn names(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}
