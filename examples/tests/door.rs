//! The example of a door, against a marketplace in this process.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use ticketing_sdk::{CardToken, Client, NewTicket};
use ticketing_testkit::{TestSession, TestStack};

fn client(stack: &TestStack, session: &TestSession) -> Client {
    let (name, value) = session.cookie.split_once('=').unwrap();
    Client::builder(stack.url()).session_cookie(name).session_value(value).build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn door_admits_a_pass_once_and_refuses_a_forged_code() {
    let stack = TestStack::start().await;
    let issuer = stack.session("issuer").await;
    let buyer = stack.user("buyer").await;
    let new = NewTicket::new("RustConf", "20".parse().unwrap());
    let ticket = client(&stack, &issuer).tickets().create(new).await.unwrap();
    let order = buyer.orders().create(&ticket.id).await.unwrap();
    buyer.payments().create(&order.id, CardToken::new("tok_visa")).wait_until_settled().await.unwrap();
    let pass = buyer.passes().wait_for_order(&order.id, Duration::from_secs(10)).await.unwrap().unwrap();
    let code = pass.code.unwrap();

    let (_, session) = issuer.cookie.split_once('=').unwrap();
    let mut door = Command::new(env!("CARGO_BIN_EXE_door_scanner"))
        .args([&stack.url(), "north door"])
        .env("TICKETING_SESSION", session)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let forged = code.as_str().replace("TK1", "TK2");
    let lines = format!("{0}\n{0}\n{forged}\n", code.as_str());
    door.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = tokio::task::spawn_blocking(|| door.wait_with_output()).await.unwrap().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let expected =
        ["admitted: RustConf", "refused: it was admitted before", "refused: not a code of this marketplace"];
    assert_eq!(shown.lines().collect::<Vec<_>>(), expected);
    stack.settle().await;
    stack.audit().await;
    stack.finish().await;
}
