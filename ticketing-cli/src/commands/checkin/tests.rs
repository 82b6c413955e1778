//! The door against a marketplace that answers from memory.

use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{Admission, ErrorCode, Method, Timestamp};

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
