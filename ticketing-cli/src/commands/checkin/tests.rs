//! The door against a marketplace that answers from memory.

use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{Admission, ErrorCode, Method, Timestamp};

use super::verdict::Ruling;
use super::*;
use crate::exit::Exit;
use crate::io::fake;
use crate::output::Format;

const PATH: &str = "/api/passes/check-ins";

fn admission() -> Reply {
    let admitted_at = Timestamp::from_millis(1_800_000_000_000);
    let (title, seat) = ("RustConf".to_owned(), None);
    Reply::json(201, &Admission { pass_id: "p-1".into(), title, seat, admitted_at })
}

async fn run(
    mock: &Mock,
    folder: &std::path::Path,
    input: &'static str,
) -> (Outcome, Vec<serde_json::Value>) {
    let fake = fake::pipe(input);
    let api = ApiContext::of_mock(mock, fake.io, Format::Tsv, folder);
    let judge = async |code: String| check_in(&api, &code, Some("north")).await;
    let end = each_code(api.io(), &api.printer(), Vec::new(), judge).await;
    let lines = fake.out.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (end, lines)
}

#[tokio::test]
async fn each_line_of_stdin_has_a_verdict_and_the_exit_code_tells_of_a_refusal() {
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
async fn door_without_a_session_ends() {
    let (mock, folder) = (Mock::new(), tempfile::tempdir().unwrap());
    mock.on(Method::POST, PATH, Reply::problem(401, ErrorCode::NotSignedIn, "Not authorized"));
    let (end, lines) = run(&mock, folder.path(), "TK1AB\nTK1CD\n").await;
    assert_eq!((end.unwrap_err().exit, lines.len(), mock.requests().len()), (Exit::NotAllowed, 0, 1));
}

mod offline {
    use super::*;
    use crate::commands::checkin::door_list::tests::{CODE, PASS, list};
    use ticketing_sdk::{Pass, fixtures};

    fn at() -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000)
    }

    /// A door list of one pass in a folder of its own.
    fn prepared() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("door.json");
        list(vec![fixtures::pass(PASS)]).write(&file).unwrap();
        (folder, file)
    }

    fn check_in(file: &std::path::Path, at: Timestamp) -> Verdict {
        OfflineDoor::open(file, Some("north".to_owned())).unwrap().check_in(CODE, at).unwrap()
    }

    #[test]
    fn pass_is_admitted_once_also_after_a_crash() {
        let (_folder, file) = prepared();
        let first = check_in(&file, at());
        assert_eq!((first.verdict, first.admitted_at), (Ruling::Admitted, Some(at())));
        // The crash came within the next line.
        let journal = file.with_file_name("door.json.journal");
        let mut text = std::fs::read(&journal).unwrap();
        text.extend_from_slice(b"{\"admitted\":{\"passId\":");
        std::fs::write(&journal, text).unwrap();
        let second = check_in(&file, Timestamp::from_millis(1_800_000_060_000));
        assert_eq!(second.reason.as_deref(), Some("already_admitted"));
        assert_eq!((second.admitted_at, second.device.as_deref()), (Some(at()), Some("north")));
    }

    #[test]
    fn two_commands_share_no_journal() {
        let (_folder, file) = prepared();
        let _door = OfflineDoor::open(&file, None).unwrap();
        assert_eq!(OfflineDoor::open(&file, None).err().unwrap().exit, Exit::Conflict);
    }

    async fn sync(mock: &Mock, file: &std::path::Path) -> (Outcome, Vec<serde_json::Value>) {
        let fake = fake::pipe("");
        let api = ApiContext::of_mock(mock, fake.io, Format::Jsonl, file.parent().unwrap());
        let end = sync::Args::of_file(file).run(&api).await;
        (end, fake.out.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    fn already_admitted(at: Timestamp, device: &str) -> Reply {
        let fault = serde_json::json!({
            "message": "The pass was admitted", "field": "code", "code": "already_admitted", "admittedAt": at, "device": device,
        });
        Reply::json(409, &serde_json::json!({ "errors": [fault] }))
    }

    #[tokio::test(start_paused = true)]
    async fn interrupted_upload_continues_with_the_key_of_the_journal() {
        let (_folder, file) = prepared();
        check_in(&file, at());
        let mock = Mock::new();
        mock.on(Method::POST, PATH, Reply::broken());
        assert_eq!(sync(&mock, &file).await.0.unwrap_err().exit, Exit::Unreachable);
        let recovered = Mock::new();
        recovered.on(Method::POST, PATH, admission());
        assert!(sync(&recovered, &file).await.0.is_ok());
        let (lost, sent) = (mock.requests()[0].clone(), recovered.requests()[0].clone());
        assert_eq!(lost.header("Idempotency-Key"), sent.header("Idempotency-Key"));
        let body: serde_json::Value = sent.json().unwrap();
        assert_eq!(body, serde_json::json!({"code": CODE, "at": at(), "device": "north"}));
        assert!(sync(&recovered, &file).await.0.is_ok());
        assert_eq!(recovered.requests().len(), 1, "an admission is uploaded once");
    }

    #[tokio::test]
    async fn double_admission_is_reported_with_both_times_each_time() {
        let (_folder, file) = prepared();
        check_in(&file, at());
        let (mock, first_at) = (Mock::new(), Timestamp::from_millis(1_799_999_999_000));
        mock.on(Method::POST, PATH, already_admitted(first_at, "south"));
        for _ in 0..2 {
            let (end, conflicts) = sync(&mock, &file).await;
            assert_eq!(end.unwrap_err().exit, Exit::Refused);
            let conflict = &conflicts[0];
            assert_eq!(
                (&conflict["at"], &conflict["firstAt"]),
                (&serde_json::json!(at()), &serde_json::json!(first_at))
            );
            assert_eq!((&conflict["device"], &conflict["firstDevice"]), (&"north".into(), &"south".into()));
        }
        assert_eq!(mock.requests().len(), 1);
    }

    #[tokio::test]
    async fn own_admission_whose_key_the_server_has_forgotten_is_no_double() {
        let (_folder, file) = prepared();
        check_in(&file, at());
        let mock = Mock::new();
        mock.on(Method::POST, PATH, already_admitted(at(), "north"));
        assert!(sync(&mock, &file).await.0.is_ok());
    }

    #[tokio::test]
    async fn pass_that_was_moved_meanwhile_is_reported() {
        let (_folder, file) = prepared();
        check_in(&file, at());
        let mock = Mock::new();
        mock.on(Method::POST, PATH, Reply::problem(400, ErrorCode::PassSuperseded, "old"));
        let (end, conflicts) = sync(&mock, &file).await;
        assert_eq!(
            (end.unwrap_err().exit, &conflicts[0]["reason"]),
            (Exit::Refused, &"pass_superseded".into())
        );
    }

    #[tokio::test]
    async fn prepared_list_has_keys_and_passes_of_own_events() {
        let (folder, file) = prepared();
        let mock = Mock::new();
        mock.on(Method::GET, "/api/passes/keys", Reply::json(200, &list(Vec::new()).keys));
        mock.on(
            Method::GET,
            "/api/passes",
            Reply::json(200, &[Pass { issuer_id: "me".into(), ..fixtures::pass(PASS) }]),
        );
        let api = ApiContext::of_mock(&mock, fake::pipe("").io, Format::Tsv, folder.path());
        prepare::Args::of_file(&file).run(&api).await.unwrap();
        assert_eq!(mock.requests()[1].query.as_deref(), Some("issued=me&limit=500"));
        assert_eq!(check_in(&file, at()).verdict, Ruling::Admitted);
    }
}
