//! A refusal by the server names the ticket, where the code is genuine.

use ticketing_sdk::fixtures;

use super::*;
use crate::door::vectors::{CODE, PASS};

#[tokio::test]
async fn refusal_of_a_genuine_code_names_title_and_seat() {
    let (mock, folder) = (Mock::new(), tempfile::tempdir().unwrap());
    mock.on(Method::POST, PATH, Reply::problem(400, ErrorCode::PassSuperseded, "old"));
    mock.on(Method::POST, PATH, Reply::problem(400, ErrorCode::PassInvalid, "forged"));
    let pass = fixtures::pass(PASS).title("Opera").details(fixtures::details());
    mock.on(Method::GET, format!("/api/passes/{PASS}"), Reply::json(200, &pass));
    let (end, lines) =
        run(&mock, folder.path(), Box::leak(format!("{CODE}\n{CODE}\n").into_boxed_str())).await;
    assert_eq!(end.unwrap_err().exit, Exit::Refused);
    assert_eq!((&lines[0]["title"], &lines[0]["seat"]), (&"Opera".into(), &"Row 4".into()));
    assert_eq!((&lines[1]["reason"], lines[1].get("title")), (&"pass_invalid".into(), None));
}
