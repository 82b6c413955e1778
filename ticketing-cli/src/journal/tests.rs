//! The journal in commands that finish, are interrupted, or run side by side.

use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{Client, Method, NewTicket};

use super::*;
use crate::context::ApiContext;
use crate::io::fake;
use crate::output::Format;

const NOW: i64 = 1_800_000_000_000;

fn journal() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::in_folder(Some(folder.path().join("journal")));
    (folder, journal)
}

fn payment(token: &str) -> Request {
    let body = serde_json::json!({"orderId": "O", "token": token});
    Client::new("http://s").unwrap().request(Method::POST, "/api/payments").json(&body)
}

fn payment_operation() -> Operation {
    Operation::CreatePayment { order: "O".into() }
}

fn begin(journal: &Journal, token: &str) -> WriteEntry {
    let now = Timestamp::from_millis(NOW);
    journal.begin(&payment_operation(), "http://s", &payment(token), None, now).unwrap()
}

fn time_after(by: Duration) -> Timestamp {
    Timestamp::from_millis(NOW) + by
}

#[test]
fn key_is_on_disk_and_token_is_not() {
    let (_folder, journal) = journal();
    let entry = begin(&journal, "tok_visa");
    let text = fs::read_to_string(&entry.path).unwrap();
    assert!(text.contains(entry.key.as_str()));
    assert!(!text.contains("tok_visa"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&entry.path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(journal.folder().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[test]
fn settled_write_leaves_no_file() {
    let (_folder, journal) = journal();
    begin(&journal, "tok_visa").settle();
    assert_eq!(fs::read_dir(journal.folder().unwrap()).unwrap().count(), 0);
    assert!(journal.take_unreported(time_after(Duration::ZERO)).is_empty());
}

#[test]
fn interrupted_write_is_reported_once_and_keeps_its_key() {
    let (_folder, journal) = journal();
    let key = begin(&journal, "tok_visa").key;
    let news = journal.take_unreported(time_after(Duration::from_secs(60)));
    assert_eq!(
        news.iter().map(|record| record.operation.to_string()).collect::<Vec<_>>(),
        ["payments create O"]
    );
    assert!(journal.take_unreported(time_after(Duration::from_secs(60))).is_empty());
    let resumed = begin(&journal, "tok_visa");
    assert_eq!((resumed.key.clone(), resumed.resumed), (key, true));
}

#[tokio::test]
async fn key_is_kept_when_another_server_answers() {
    let html = |status| Reply::text(status, "text/html", "<html>");
    let cut = Reply::text(201, "application/json", r#"{"id": "t-1", "tit"#);
    for reply in [html(200), html(403), html(404), cut] {
        let (mock, folder) = (Mock::new(), tempfile::tempdir().unwrap());
        let api = ApiContext::of_mock(&mock, fake::pipe("").io, Format::Tsv, folder.path());
        mock.on(Method::POST, "/api/tickets", reply);
        let new = || NewTicket::new("Opera", "20".parse().unwrap());
        for _ in 0..2 {
            let answer = api
                .write(&Operation::create_ticket(&new(), None), api.client.tickets().create(new()))
                .await
                .unwrap();
            assert!(answer.unwrap_err().is_unknown_outcome());
        }
        let sent = mock.requests();
        let keys: Vec<_> =
            sent.iter().map(|request| request.headers.get("idempotency-key").unwrap()).collect();
        assert!(!keys.is_empty() && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
        assert_eq!(api.journal.claim_interrupted().len(), 1, "`orders resume` knows of it");
    }
}

#[test]
fn key_of_command_that_finished_before_the_lock_is_not_taken_up() {
    let (_folder, journal) = journal();
    let finished = begin(&journal, "tok_visa");
    // A second command opens the file; before it gets the lock, the first one finishes.
    let opened = open_existing(finished.path.clone()).unwrap();
    finished.settle();
    assert!(claim(opened).is_none());
}

#[test]
fn removed_note_with_its_text_is_not_resumed() {
    let (_folder, journal) = journal();
    let WriteEntry { path, file, .. } = begin(&journal, "tok_visa");
    let opened = open_existing(path.clone()).unwrap();
    fs::remove_file(&path).unwrap();
    drop(file);
    assert!(claim(opened).is_none());
}

#[test]
fn incomplete_files_are_removed_once_they_are_old() {
    let (_folder, journal) = journal();
    private_folder(journal.folder().unwrap()).unwrap();
    for name in ["a.json", "b.tmp"] {
        fs::write(journal.folder().unwrap().join(name), "").unwrap();
    }
    assert!(journal.claim_interrupted().is_empty());
    assert_eq!(fs::read_dir(journal.folder().unwrap()).unwrap().count(), 2, "they may be in the making");
    for name in ["a.json", "b.tmp"] {
        let file = OpenOptions::new().write(true).open(journal.folder().unwrap().join(name)).unwrap();
        file.set_modified(crate::clock::system_time() - 2 * INCOMPLETE_FILE_AGE).unwrap();
    }
    assert!(journal.claim_interrupted().is_empty());
    assert_eq!(fs::read_dir(journal.folder().unwrap()).unwrap().count(), 0);
}

#[test]
fn damaged_note_is_named_and_stays() {
    let (_folder, journal) = journal();
    let WriteEntry { path, .. } = begin(&journal, "tok_visa");
    assert_eq!(journal.damaged_records(), Vec::<String>::new());
    let text = fs::read(&path).unwrap();
    fs::write(&path, &text[..text.len() / 2]).unwrap();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_modified(crate::clock::system_time() - 2 * INCOMPLETE_FILE_AGE).unwrap();
    assert!(journal.claim_interrupted().is_empty());
    let damaged = journal.damaged_records();
    assert!(damaged.len() == 1 && damaged[0].contains(path.to_str().unwrap()), "{damaged:?}");
    let _locked = file.lock();
    assert_eq!(journal.damaged_records(), Vec::<String>::new(), "its command is running");
}

#[test]
fn note_that_is_marked_as_reported_stays_readable() {
    let (_folder, journal) = journal();
    let WriteEntry { path, .. } = begin(&journal, "tok_visa");
    let length = fs::metadata(&path).unwrap().len();
    assert_eq!(journal.take_unreported(time_after(Duration::ZERO)).len(), 1);
    assert_eq!(fs::metadata(&path).unwrap().len(), length, "nothing is cut");
    assert_eq!(journal.take_unreported(time_after(Duration::ZERO)).len(), 0);
    assert_eq!(journal.claim_interrupted().len(), 1);
}

#[test]
fn damaged_line_of_a_record_of_listings_is_named() {
    let (_folder, journal) = journal();
    let batch = journal.batch(&["a"]).unwrap();
    batch.mark_sent(&IdempotencyKey::generate(), time_after(Duration::ZERO)).unwrap();
    assert_eq!(journal.damaged_listings(), Vec::<String>::new());
    let listings = journal.folder().unwrap().join("listings");
    let path = files_in(&listings, "jsonl").remove(0);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}{{\"sent\":7}}\n")).unwrap();
    let damaged = journal.damaged_listings();
    assert!(damaged.len() == 1 && damaged[0].starts_with("line 2 of "), "{damaged:?}");
}

#[test]
fn identical_commands_side_by_side_never_share_a_key() {
    let (_folder, journal) = journal();
    let journal = std::sync::Arc::new(journal);
    let commands = (0..8).map(|_| {
        let journal = std::sync::Arc::clone(&journal);
        std::thread::spawn(move || {
            let commands = (0..100).map(|_| {
                let entry = begin(&journal, "tok_visa");
                let (key, resumed) = (entry.key.clone(), entry.resumed);
                entry.settle();
                (key, resumed)
            });
            commands.collect::<Vec<_>>()
        })
    });
    let commands: Vec<_> = commands.collect();
    let used: Vec<_> = commands.into_iter().flat_map(|command| command.join().unwrap()).collect();
    let distinct: std::collections::HashSet<_> = used.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(distinct.len(), used.len());
    assert!(used.iter().all(|(_, resumed)| !resumed));
}

#[test]
fn different_request_gets_different_key() {
    let (_folder, journal) = journal();
    let key = begin(&journal, "tok_visa").key;
    assert_ne!(begin(&journal, "tok_mastercard").key, key);
}

#[test]
fn key_of_live_command_is_not_taken_up() {
    let (_folder, journal) = journal();
    let under_way = begin(&journal, "tok_visa");
    assert!(journal.take_unreported(time_after(Duration::ZERO)).is_empty());
    assert_ne!(begin(&journal, "tok_visa").key, under_way.key);
}

#[test]
fn note_older_than_server_keys_is_dropped() {
    let (_folder, journal) = journal();
    drop(begin(&journal, "tok_visa"));
    assert_eq!(journal.take_unreported(time_after(Duration::from_secs(24 * 3600))).len(), 1);
    assert_eq!(fs::read_dir(journal.folder().unwrap()).unwrap().count(), 0);
}

#[test]
fn key_of_the_user_is_the_key_whatever_it_holds() {
    let (_folder, journal) = journal();
    let given = IdempotencyKey::new("../nightly/2026-11-22").unwrap();
    let begin = |journal: &Journal| {
        let key = Some(given.clone());
        journal
            .begin(&payment_operation(), "http://s", &payment("tok_visa"), key, Timestamp::from_millis(NOW))
            .unwrap()
    };
    let entry = begin(&journal);
    assert_eq!((entry.key.as_str(), entry.resumed), (given.as_str(), false));
    assert_eq!(entry.path.parent(), journal.folder().ok());
    // The command is killed.
    drop(entry);
    let again = begin(&journal);
    assert_eq!((again.key.as_str(), again.resumed), (given.as_str(), true));
    again.settle();
    assert!(!begin(&journal).resumed);
}
