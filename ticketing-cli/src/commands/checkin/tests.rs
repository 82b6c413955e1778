//! Tests `checkin` against the mock.

use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{Admission, ErrorCode, Method, Timestamp};

use super::*;
use crate::exit::Exit;
use crate::io::fake;
use crate::output::Format;
use ticketing_sdk::Ruling;

const PATH: &str = "/api/passes/check-ins";

fn admission() -> Reply {
    let admitted_at = Timestamp::from_millis(1_800_000_000_000);
    Reply::json(201, &Admission::new("p-1", "RustConf", admitted_at))
}

fn scan_of(code: &str, device: Option<&str>, within: Option<Duration>) -> Scan {
    Scan { code: code.into(), device: device.map(str::to_owned), at: clock::now(), within }
}

async fn run(
    mock: &Mock,
    folder: &std::path::Path,
    input: &'static str,
) -> (CliResult, Vec<serde_json::Value>) {
    let fake = fake::pipe(input);
    let api = ApiContext::of_mock(mock, fake.io, Format::Jsonl, folder);
    let judge = async |code: String| check_in(&api, &scan_of(&code, Some("north"), None)).await;
    let end = each_code(api.io(), &api.printer(), Vec::new(), judge).await;
    let lines = fake.out.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (end, lines)
}

#[tokio::test]
async fn each_stdin_line_has_a_verdict_and_a_refusal_sets_the_exit() {
    let (mock, folder) = (Mock::new(), tempfile::tempdir().unwrap());
    mock.on(Method::POST, PATH, admission());
    mock.on(Method::POST, PATH, Reply::problem(400, ErrorCode::PassSuperseded, "old"));
    let (end, lines) = run(&mock, folder.path(), "TK1A B\r\n\n  TK1CD").await;
    assert_eq!(end.unwrap_err().exit, Exit::Refused);
    let verdicts: Vec<_> = lines.iter().map(|line| line["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["admitted", "refused"]);
    assert_eq!(lines[1]["reason"], "pass_superseded");
    let bodies: Vec<serde_json::Value> = mock.requests().iter().map(|sent| sent.json().unwrap()).collect();
    assert_eq!(bodies[0], serde_json::json!({"code": "TK1A B", "device": "north"}));
    assert_eq!(bodies[1]["code"], "TK1CD");
}

#[tokio::test]
async fn no_code_is_not_a_success() {
    let (mock, folder) = (Mock::new(), tempfile::tempdir().unwrap());
    for input in ["", "\n", " \n\t\n"] {
        let (end, lines) = run(&mock, folder.path(), input).await;
        assert_eq!((end.unwrap_err().exit, lines.len()), (Exit::Usage, 0), "{input:?}");
    }
    assert!(mock.requests().is_empty());
    for blank in ["", " ", "\t"] {
        assert!(parse_code(blank).is_err(), "{blank:?}");
    }
    assert_eq!(parse_code(" TK1AB ").as_deref(), Ok(" TK1AB "));
}

#[tokio::test(start_paused = true)]
async fn code_whose_outcome_is_unknown_is_sent_again_with_its_key() {
    let (mock, folder) = (Mock::new(), tempfile::tempdir().unwrap());
    mock.on(Method::POST, PATH, Reply::broken());
    let (end, lines) = run(&mock, folder.path(), "TK1AB\n").await;
    assert_eq!((end.unwrap_err().exit, lines[0]["verdict"].as_str()), (Exit::Unreachable, Some("unknown")));
    let tries = mock.requests().len();
    let recovered = Mock::new();
    recovered.on(Method::POST, PATH, admission().header("Idempotent-Replayed", "true"));
    let (end, lines) = run(&recovered, folder.path(), "TK1AB\n").await;
    assert!(end.is_ok() && lines[0]["verdict"] == "admitted", "{lines:?}");
    let key = |mock: &Mock, at: usize| mock.requests()[at].header("Idempotency-Key").unwrap().to_owned();
    let last = recovered.requests().len() - 1;
    assert_eq!(key(&mock, 0), key(&recovered, last));
    assert_eq!(key(&mock, tries - 1), key(&recovered, last));
}

#[tokio::test]
async fn json_list_is_complete_after_an_error() {
    let (mock, folder) = (Mock::new(), tempfile::tempdir().unwrap());
    mock.on(Method::POST, PATH, admission());
    mock.on(Method::POST, PATH, Reply::problem(401, ErrorCode::NotSignedIn, "Not authorized"));
    let fake = fake::pipe("TK1AB\nTK1CD\n");
    let api = ApiContext::of_mock(&mock, fake.io, Format::Json, folder.path());
    let judge = async |code: String| check_in(&api, &scan_of(&code, None, None)).await;
    let end = each_code(api.io(), &api.printer(), Vec::new(), judge).await;
    let verdicts: serde_json::Value = serde_json::from_str(&fake.out.text()).unwrap();
    assert_eq!((end.unwrap_err().exit, verdicts["items"].as_array().unwrap().len()), (Exit::NotAllowed, 1));
}

#[tokio::test]
async fn checkin_stops_when_signed_out() {
    let (mock, folder) = (Mock::new(), tempfile::tempdir().unwrap());
    mock.on(Method::POST, PATH, Reply::problem(401, ErrorCode::NotSignedIn, "Not authorized"));
    let (end, lines) = run(&mock, folder.path(), "TK1AB\nTK1CD\n").await;
    assert_eq!((end.unwrap_err().exit, lines.len(), mock.requests().len()), (Exit::NotAllowed, 0, 1));
}

mod asked;
mod door_clock;
mod evening;
mod named;
mod new_holder;
mod offers;

mod offline {
    use super::*;
    use crate::door::vectors::{CODE, PASS, list, scan};
    use ticketing_sdk::mock::Received;
    use ticketing_sdk::{DoubleAdmission, Pass, PassStatus, fixtures};

    pub(super) fn door_time() -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000)
    }

    /// A door list of one pass in a folder of its own.
    pub(super) fn prepare_door() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("door.json");
        list(vec![fixtures::pass(PASS)]).write(&file).unwrap();
        (folder, file)
    }

    pub(super) fn check_in(file: &std::path::Path, at: Timestamp) -> Verdict {
        OfflineDoor::open(file).unwrap().check_in(&scan(CODE, at), None).unwrap()
    }

    #[test]
    fn pass_is_admitted_once_also_after_a_crash() {
        let (_folder, file) = prepare_door();
        let first = check_in(&file, door_time());
        assert_eq!((first.verdict, first.admitted_at), (Ruling::Admitted, Some(door_time())));
        // Simulate a truncated journal line.
        let journal = file.with_file_name("door.json.journal");
        let mut text = std::fs::read(&journal).unwrap();
        text.extend_from_slice(b"{\"admitted\":{\"passId\":");
        std::fs::write(&journal, text).unwrap();
        let second = check_in(&file, Timestamp::from_millis(1_800_000_060_000));
        assert_eq!(second.reason.as_deref(), Some("already_admitted"));
        assert_eq!((second.admitted_at, second.device.as_deref()), (Some(door_time()), Some("north")));
    }

    #[test]
    fn dry_run_does_not_write_journal() {
        let (_folder, file) = prepare_door();
        let door = OfflineDoor::open(&file).unwrap();
        for _ in 0..2 {
            assert_eq!(door.decide(&scan(CODE, door_time())).verdict, Ruling::Admitted);
        }
        drop(door);
        assert_eq!(check_in(&file, door_time()).verdict, Ruling::Admitted, "the first that is noted");
    }

    #[test]
    fn two_commands_share_no_journal() {
        let (_folder, file) = prepare_door();
        let _door = OfflineDoor::open(&file).unwrap();
        assert_eq!(OfflineDoor::open(&file).err().unwrap().exit, Exit::Conflict);
    }

    /// A marketplace that knows the account of the door, and no used pass.
    pub(super) fn marketplace() -> Mock {
        marketplace_with(&[])
    }

    pub(super) fn marketplace_with(used: &[Pass]) -> Mock {
        let mock = Mock::new();
        let user = serde_json::json!({ "id": "seller", "email": "seller@example.com", "iat": 0 });
        mock.on(
            Method::GET,
            "/api/users/currentuser",
            Reply::json(200, &serde_json::json!({ "currentUser": user })),
        );
        mock.on(Method::GET, "/api/passes", Reply::json(200, used));
        mock
    }

    pub(super) fn uploads(mock: &Mock) -> Vec<Received> {
        mock.requests().into_iter().filter(|request| request.path == PATH).collect()
    }

    pub(super) async fn sync(mock: &Mock, file: &std::path::Path) -> (CliResult, Vec<serde_json::Value>) {
        let fake = fake::pipe("");
        let api = ApiContext::of_mock(mock, fake.io, Format::Jsonl, file.parent().unwrap());
        let end = sync::sync(&api, file).await;
        (end, fake.out.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    fn already_admitted(at: Timestamp, device: &str) -> Reply {
        let detail = serde_json::json!({
            "message": "The pass was admitted", "field": "code", "code": "already_admitted", "admittedAt": at, "device": device,
        });
        Reply::json(409, &serde_json::json!({ "errors": [detail] }))
    }

    #[tokio::test(start_paused = true)]
    async fn interrupted_upload_continues_with_the_key_of_the_journal() {
        let (_folder, file) = prepare_door();
        check_in(&file, door_time());
        let mock = marketplace();
        mock.on(Method::POST, PATH, Reply::broken());
        assert_eq!(sync(&mock, &file).await.0.unwrap_err().exit, Exit::NotSettled);
        let recovered = marketplace();
        recovered.on(Method::POST, PATH, admission());
        assert!(sync(&recovered, &file).await.0.is_ok());
        let (lost, sent) = (uploads(&mock)[0].clone(), uploads(&recovered)[0].clone());
        assert_eq!(lost.header("Idempotency-Key"), sent.header("Idempotency-Key"));
        let body: serde_json::Value = sent.json().unwrap();
        assert_eq!(body, serde_json::json!({"code": CODE, "at": door_time(), "device": "north"}));
        assert!(sync(&recovered, &file).await.0.is_ok());
        assert_eq!(uploads(&recovered).len(), 1, "an admission is uploaded once");
    }

    #[tokio::test]
    async fn double_admission_is_reported_with_both_times_each_time() {
        let (_folder, file) = prepare_door();
        check_in(&file, door_time());
        let (mock, first_at) = (marketplace(), Timestamp::from_millis(1_799_999_999_000));
        mock.on(Method::POST, PATH, already_admitted(first_at, "south"));
        for _ in 0..2 {
            let (end, conflicts) = sync(&mock, &file).await;
            assert_eq!(end.unwrap_err().exit, Exit::Refused);
            let conflict = &conflicts[0];
            assert_eq!(
                (&conflict["at"], &conflict["firstAt"]),
                (&serde_json::json!(door_time()), &serde_json::json!(first_at))
            );
            assert_eq!((&conflict["device"], &conflict["firstDevice"]), (&"north".into(), &"south".into()));
        }
        assert_eq!(uploads(&mock).len(), 1);
    }

    #[tokio::test]
    async fn earlier_admission_is_named_first_in_any_upload_order() {
        let (_folder, file) = prepare_door();
        check_in(&file, door_time());
        let (before, after) =
            (Timestamp::from_millis(1_799_999_999_000), Timestamp::from_millis(1_800_000_001_000));
        let used = |first: (Timestamp, &str), second: (Timestamp, &str)| {
            let double = DoubleAdmission::new(second.0, Some(second.1.to_owned()));
            let pass = fixtures::pass(PASS).status(PassStatus::Used).admitted_at(first.0).device(first.1);
            pass.double_admissions(vec![double])
        };
        // Later another door uploads an earlier or a later admission.
        let alone = marketplace();
        alone.on(Method::POST, PATH, admission());
        let (end, conflicts) = sync(&alone, &file).await;
        assert!(end.is_ok() && conflicts.is_empty(), "{conflicts:?}");
        for (pass, first, other) in [
            (used((before, "south"), (door_time(), "north")), (before, "south"), (before, "south")),
            (used((door_time(), "north"), (after, "south")), (door_time(), "north"), (after, "south")),
        ] {
            let (end, conflicts) = sync(&marketplace_with(&[pass]), &file).await;
            assert_eq!(end.unwrap_err().exit, Exit::Refused);
            let conflict = &conflicts[0];
            let time = |time: Timestamp| serde_json::json!(time);
            assert_eq!((&conflict["at"], &conflict["device"]), (&time(door_time()), &"north".into()));
            assert_eq!((&conflict["firstAt"], &conflict["firstDevice"]), (&time(first.0), &first.1.into()));
            assert_eq!((&conflict["otherAt"], &conflict["otherDevice"]), (&time(other.0), &other.1.into()));
            assert!(conflict["message"].as_str().unwrap().contains("2 times"), "{conflict}");
        }
    }

    #[tokio::test]
    async fn sync_without_conflicts_is_an_empty_document() {
        let (folder, file) = prepare_door();
        for (format, expected) in
            [(Format::Json, "{\"items\":[],\"hasMore\":false}\n"), (Format::Jsonl, ""), (Format::Table, "")]
        {
            let fake = fake::pipe("");
            let api = ApiContext::of_mock(&marketplace(), fake.io, format, folder.path());
            sync::sync(&api, &file).await.unwrap();
            assert_eq!(fake.out.text(), expected);
        }
    }

    #[tokio::test]
    async fn sync_of_another_account_is_refused() {
        let (_folder, file) = prepare_door();
        check_in(&file, door_time());
        let other = Mock::new();
        let user = serde_json::json!({ "id": "another", "email": "another@example.com", "iat": 0 });
        let current = Reply::json(200, &serde_json::json!({ "currentUser": user }));
        other.on(Method::GET, "/api/users/currentuser", current);
        let refused = sync(&other, &file).await.0.unwrap_err();
        assert_eq!((refused.exit, uploads(&other).len()), (Exit::NotAllowed, 0));
        assert!(refused.message.unwrap().contains("another account"));
        // A list that was prepared again by another account does not invalidate the journal.
        let mock = marketplace();
        mock.on(Method::POST, PATH, Reply::problem(401, ErrorCode::NotOwner, "Not authorized"));
        assert_eq!(sync(&mock, &file).await.0.unwrap_err().exit, Exit::NotAllowed);
        let mock = marketplace();
        mock.on(Method::POST, PATH, admission());
        assert!(sync(&mock, &file).await.0.is_ok());
        assert_eq!(uploads(&mock).len(), 1);
        let refused = sync(&other, &file).await.0.unwrap_err();
        assert_eq!(refused.exit, Exit::NotAllowed, "also when all is uploaded");
    }

    #[tokio::test]
    async fn damaged_line_of_the_journal_is_named_and_left_out() {
        let (_folder, file) = prepare_door();
        check_in(&file, door_time());
        let journal = file.with_file_name("door.json.journal");
        let good = std::fs::read_to_string(&journal).unwrap();
        std::fs::write(&journal, format!("\n{{\"admitted\": 7}}\n{good}")).unwrap();
        let mut door = OfflineDoor::open(&file).unwrap();
        let damage: Vec<String> = door.damage().collect();
        assert!(damage.len() == 1 && damage[0].starts_with("line 2 of "), "{damage:?}");
        assert!(damage[0].contains("correct or delete it"), "{damage:?}");
        assert_eq!(
            door.check_in(&scan(CODE, door_time()), None).unwrap().reason.as_deref(),
            Some("already_admitted")
        );
        drop(door);
        let mock = marketplace();
        mock.on(Method::POST, PATH, admission());
        let failure = sync(&mock, &file).await.0.unwrap_err();
        assert_eq!((failure.exit, uploads(&mock).len()), (Exit::Failed, 1));
        assert!(failure.hint.unwrap().contains("correct the line"));
        std::fs::write(&journal, good).unwrap();
        assert!(sync(&mock, &file).await.0.is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn endless_files_are_refused() {
        let (_folder, file) = prepare_door();
        std::os::unix::fs::symlink("/dev/zero", file.with_file_name("door.json.journal")).unwrap();
        let failure = OfflineDoor::open(&file).err().unwrap();
        assert!(failure.message.unwrap().contains("larger than 256 MiB"));
        let failure = OfflineDoor::open(std::path::Path::new("/dev/zero")).err().unwrap();
        assert!(failure.message.unwrap().contains("larger than 256 MiB"));
    }

    #[tokio::test]
    async fn own_admission_with_a_forgotten_key_is_no_double() {
        let (_folder, file) = prepare_door();
        check_in(&file, door_time());
        let mock = marketplace();
        mock.on(Method::POST, PATH, already_admitted(door_time(), "north"));
        assert!(sync(&mock, &file).await.0.is_ok());
    }

    #[tokio::test]
    async fn pass_that_was_moved_meanwhile_is_reported() {
        let (_folder, file) = prepare_door();
        check_in(&file, door_time());
        let mock = marketplace();
        mock.on(Method::POST, PATH, Reply::problem(400, ErrorCode::PassSuperseded, "old"));
        let (end, conflicts) = sync(&mock, &file).await;
        assert_eq!(
            (end.unwrap_err().exit, &conflicts[0]["reason"]),
            (Exit::Refused, &"pass_superseded".into())
        );
    }

    #[tokio::test]
    async fn prepared_list_has_keys_and_passes_of_own_events() {
        let (folder, file) = prepare_door();
        let mock = Mock::new();
        mock.on(Method::GET, "/api/passes/keys", Reply::json(200, &list(Vec::new()).keys));
        mock.on(Method::GET, "/api/passes", Reply::json(200, &[fixtures::pass(PASS).issuer_id("me")]));
        let api = ApiContext::of_mock(&mock, fake::pipe("").io, Format::Jsonl, folder.path());
        prepare(&api, &file).await.unwrap();
        assert_eq!(mock.requests()[1].query.as_deref(), Some("issued=me&limit=500"));
        assert_eq!(check_in(&file, door_time()).verdict, Ruling::Admitted);
    }
}
