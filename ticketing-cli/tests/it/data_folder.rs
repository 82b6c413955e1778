//! The data folder of `ticketing serve`: private, complete, used by one server, and not moved.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{Cli, Run, Server, eventually, finish, program, status_of};

/// A `serve` that is expected to end by itself.
fn serve_and_fail(data: &Path) -> Run {
    let mut command = program();
    command.env("TICKETING_HOME", data).args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data);
    let run = finish(command, "");
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
    run
}

/// A folder in which a server has run.
fn create_used_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[]);
    assert!(server.terminate().success());
    folder
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn server_refuses_writes_while_its_folder_is_moved() {
    let root = tempfile::tempdir().unwrap();
    let (data, elsewhere) = (root.path().join("data"), root.path().join("elsewhere"));
    let server = Server::start_in(&data, &[]);
    let ready = format!("{}/readyz", server.url);
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let before = cli.ticket("Before", "20");
    assert_eq!(status_of(&ready), 200);

    fs::rename(&data, &elsewhere).unwrap();
    let run = cli.run(&["--timeout", "2s", "tickets", "create", "--title", "Lost", "--price", "20"]);
    assert_ne!(run.code, 0, "{run:?}");
    assert_eq!(status_of(&ready), 503);
    assert_eq!(status_of(&format!("{}/healthz", server.url)), 200);

    fs::rename(&elsewhere, &data).unwrap();
    eventually("the server is ready again", || status_of(&ready) == 200);
    let after = cli.ticket("After", "20");
    assert!(server.terminate().success());

    let again = Server::start_in(&data, &[]);
    let cli = Cli::for_server(&again.url);
    for ticket in [before, after] {
        cli.ok(&["tickets", "get", &ticket]);
    }
}

#[test]
fn server_refuses_writes_once_its_folder_is_deleted() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let server = Server::start_in(&data, &[]);
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    fs::remove_dir_all(&data).unwrap();
    let run = cli.run(&["--timeout", "2s", "tickets", "create", "--title", "Lost", "--price", "20"]);
    assert_ne!(run.code, 0, "{run:?}");
    assert_eq!(status_of(&format!("{}/readyz", server.url)), 503);
    // Its path is free: a new marketplace at that path and the old one do not affect each other.
    let other = Server::start_in(&data, &[]);
    let seller = Cli::for_server(&other.url).sign_up("ada@example.com");
    seller.ticket("Kept", "20");
    assert!(server.terminate().success());
    seller.ticket("Kept, too", "20");
}

#[test]
fn server_is_not_ready_without_what_the_next_start_reads() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let server = Server::start_in(&data, &[]);
    let ready = format!("{}/readyz", server.url);
    for name in ["jwt.key", "manifest"] {
        let (file, aside) = (data.join(name), root.path().join(name));
        fs::rename(&file, &aside).unwrap();
        assert_eq!(status_of(&ready), 503, "{name}");
        fs::rename(&aside, &file).unwrap();
        assert_eq!(status_of(&ready), 200, "{name}");
    }
}

#[test]
fn server_is_not_ready_while_the_stored_key_differs() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let server = Server::start_in(&data, &[]);
    let (ready, key) = (format!("{}/readyz", server.url), data.join("jwt.key"));
    let kept = fs::read_to_string(&key).unwrap();
    for text in ["", "another key of another marketplace, as long"] {
        fs::write(&key, text).unwrap();
        assert_eq!(status_of(&ready), 503, "{text}");
        fs::write(&key, &kept).unwrap();
        assert_eq!(status_of(&ready), 200, "{text}");
    }
}

#[test]
fn server_is_not_ready_while_another_process_locks_its_log() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let server = Server::start_in(&data, &[]);
    let ready = format!("{}/readyz", server.url);
    for name in ["bus.db", "provider.db"] {
        let other = rusqlite::Connection::open(data.join(name)).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        eventually("it is not ready", || status_of(&ready) == 503);
        other.execute_batch("ROLLBACK").unwrap();
        eventually("it is ready again", || status_of(&ready) == 200);
    }
}

#[test]
fn server_refuses_writes_to_a_database_that_was_emptied() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let server = Server::start_in(&data, &[]);
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    fs::write(data.join("tickets.db"), "").unwrap();
    let run = cli.run(&["--timeout", "2s", "tickets", "create", "--title", "Lost", "--price", "20"]);
    assert_ne!(run.code, 0, "{run:?}");
    assert_eq!(status_of(&format!("{}/readyz", server.url)), 503);
}

#[test]
fn service_without_its_database_refuses_writes_others_continue() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let server = Server::start_in(&data, &[]);
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let before = cli.ticket("Before", "20");
    let (orders, aside) = (data.join("orders.db"), root.path().join("orders.db"));
    fs::rename(&orders, &aside).unwrap();
    // The file of tickets is in its place.
    let meanwhile = cli.ticket("Meanwhile", "20");
    let run = cli.run(&["--timeout", "2s", "orders", "create", &before]);
    assert_ne!(run.code, 0, "{run:?}");
    assert_eq!(status_of(&format!("{}/readyz", server.url)), 503);
    assert!(server.terminate().success());

    // The next start fails without the file, and finds every acknowledged write once it is back.
    assert!(serve_and_fail(&data).err.contains("orders.db"));
    fs::rename(&aside, &orders).unwrap();
    let again = Server::start_in(&data, &[]);
    let cli = Cli::for_server(&again.url).sign_up("bob@example.com");
    for ticket in [before, meanwhile] {
        cli.ok(&["tickets", "get", &ticket]);
        cli.ok(&["buy", &ticket, "--token", "tok_visa", "--yes"]);
    }
}

#[test]
fn second_server_is_refused_even_without_the_lock_file() {
    let server = Server::start();
    fs::remove_file(server.data.join("lock")).unwrap();
    let run = serve_and_fail(&server.data);
    assert!(run.err.contains("another server uses"), "{}", run.err);
}

#[test]
fn start_without_one_of_the_databases_names_it_and_makes_none() {
    let folder = create_used_folder();
    for name in ["payments.db", "bus.db", "provider.db"] {
        let (file, aside) = (folder.path().join(name), folder.path().join("aside"));
        fs::rename(&file, &aside).unwrap();
        let run = serve_and_fail(folder.path());
        assert!(run.err.contains(file.to_str().unwrap()) && run.err.contains("backup"), "{}", run.err);
        assert!(!file.exists());
        fs::rename(&aside, &file).unwrap();
    }
    let server = Server::start_in(folder.path(), &[]);
    assert!(server.terminate().success());
}

#[test]
fn everything_in_the_folder_is_private_whatever_the_umask() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let serve = "umask 000; exec \"$0\" serve --listen 127.0.0.1:0 --data-dir \"$1\"";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", serve, env!("CARGO_BIN_EXE_ticketing")]).arg(&data);
    command.env("TICKETING_HOME", root.path());
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let (server, _log) = Server::spawn(command);
    assert_eq!(mode(&data), 0o700);
    let files = files(&data);
    assert!(files.len() > 7, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    assert!(server.terminate().success());
}

#[test]
fn open_key_is_refused_and_open_databases_are_closed() {
    let folder = create_used_folder();
    let (key, database) = (folder.path().join("jwt.key"), folder.path().join("auth.db"));
    set_mode(&database, 0o644);
    set_mode(&key, 0o644);
    let run = serve_and_fail(folder.path());
    assert!(run.err.contains("chmod 600") && run.err.contains(key.to_str().unwrap()), "{}", run.err);
    set_mode(&key, 0o600);
    let server = Server::start_in(folder.path(), &[]);
    assert_eq!(mode(&database), 0o600);
    assert!(server.terminate().success());
}
