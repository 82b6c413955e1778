//! Every example runs against a marketplace in this process.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use ticketing_sdk::{Client, NewTicket, TicketStatus};
use ticketing_testkit::{TestSession, TestStack};

fn client(stack: &TestStack, session: &TestSession) -> Client {
    let (name, value) = session.cookie.split_once('=').unwrap();
    Client::builder(stack.url()).session_cookie(name).session_value(value).build().unwrap()
}

fn program(path: &str, session: Option<&TestSession>, arguments: &[&str]) -> Command {
    let mut command = Command::new(path);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some((_, value)) = session.and_then(|session| session.cookie.split_once('=')) {
        command.env("TICKETING_SESSION", value);
    }
    command
}

/// Runs a program to its end, and returns what it printed.
async fn run(mut command: Command) -> String {
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Starts a program, and waits for its first line.
async fn start(mut command: Command) -> (Child, String, BufReader<ChildStdout>) {
    tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        (child, line.trim_end().to_owned(), output)
    })
    .await
    .unwrap()
}

async fn list(client: &Client, title: &str, price: &str) {
    client.tickets().create(NewTicket::new(title, price.parse().unwrap())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn file_is_sold_once_however_often_it_is_run() {
    let stack = TestStack::start().await;
    let seller = stack.session("seller").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tickets.csv");
    std::fs::write(&file, "title,price,venue\nJazz,20,Blue Note\n\"Opera, act 1\",149.99,\n").unwrap();
    let arguments = [&*stack.url(), file.to_str().unwrap()].map(str::to_owned);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let sell = || program(env!("CARGO_BIN_EXE_sell_from_csv"), Some(&seller), &arguments);
    let first = run(sell()).await;
    assert_eq!(first.lines().count(), 2);
    assert_eq!(run(sell()).await, first);
    let listed = client(&stack, &seller).tickets().list().all().await.unwrap();
    let shown: Vec<_> = listed.iter().map(|ticket| (ticket.title.as_str(), ticket.price.cents())).collect();
    assert_eq!(shown, [("Jazz", 2_000), ("Opera, act 1", 14_999)]);
    assert_eq!(listed[0].details.venue.as_deref(), Some("Blue Note"));
    stack.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cheapest_ticket_is_bought_once_however_often_it_is_run() {
    let stack = TestStack::start().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    for (title, price) in [("dear", "90"), ("cheap", "30"), ("cheaper", "20")] {
        list(&client(&stack, &seller), title, price).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("purchase.json");
    let url = stack.url();
    let buy = |limit: &'static str| {
        let arguments = [&url, limit, "tok_visa", file.to_str().unwrap()];
        program(env!("CARGO_BIN_EXE_buy_cheapest"), Some(&buyer), &arguments)
    };
    let shown = run(buy("80")).await;
    assert!(shown.contains("for 20.00") && shown.ends_with("paid: the ticket is yours\n"), "{shown}");
    assert_eq!(run(buy("80")).await, shown, "the same purchase");
    assert_eq!(client(&stack, &buyer).orders().list().all().await.unwrap().len(), 1);
    stack.settle().await;
    let available = client(&stack, &buyer).tickets().list().all().await.unwrap();
    assert!(
        available.iter().all(|ticket| ticket.status == TicketStatus::Available && ticket.title != "cheaper")
    );
    stack.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn watchers_and_readers_show_the_market() {
    let stack = TestStack::start().await;
    let seller = client(&stack, &stack.session("seller").await);
    let url = stack.url();
    let watcher = program(env!("CARGO_BIN_EXE_price_watcher"), None, &[&url, "50", "1"]);
    let (mut watcher, line, mut output) = start(watcher).await;
    assert_eq!(line, "watching");
    list(&seller, "too dear", "50.01").await;
    list(&seller, "in reach", "50").await;
    let rest = tokio::task::spawn_blocking(move || {
        let mut rest = String::new();
        output.read_to_string(&mut rest).map(|_| rest)
    });
    assert_eq!(rest.await.unwrap().unwrap(), "50.00 in reach\n");
    assert!(watcher.wait().unwrap().success());

    let frame = run(program(env!("CARGO_BIN_EXE_dashboard"), None, &[&url])).await;
    assert!(frame.contains("2 tickets") && frame.contains("Available  50.01"), "{frame}");
    let load = run(program(env!("CARGO_BIN_EXE_load_generator"), None, &[&url, "50", "4"])).await;
    assert!(load.starts_with("50 requests, "), "{load}");
    let service = program(env!("CARGO_BIN_EXE_axum_service"), None, &[&url, "127.0.0.1:0"]);
    let (mut service, line, _output) = start(service).await;
    let embedded = Client::new(line.strip_prefix("listening on ").unwrap()).unwrap();
    let cheapest = embedded.request(ticketing_sdk::Method::GET, "/cheapest").send().await;
    service.kill().unwrap();
    service.wait().unwrap();
    assert_eq!(cheapest.unwrap().json::<serde_json::Value>().unwrap()["title"], "in reach");
    stack.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_stores_of_sessions_work() {
    let stack = TestStack::start().await;
    let url = stack.url();
    let email = stack.email("ada");
    let mut sell = program(env!("CARGO_BIN_EXE_list_and_sell"), None, &[&url, &email]);
    sell.env("SELLER_PASSWORD", "a long password");
    let shown = run(sell).await;
    assert!(shown.contains("reduced to 120.00") && shown.contains("RustConf, day 1"), "{shown}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let store = || program(env!("CARGO_BIN_EXE_custom_session_store"), None, &[&url, path]);
    assert!(run(store()).await.ends_with("not signed in\n"));
    let buyer = stack.session("buyer").await;
    let ticket = client(&stack, &buyer).tickets().list().await.unwrap().items.remove(0);
    let bought =
        run(program(env!("CARGO_BIN_EXE_buy"), Some(&buyer), &[&url, ticket.id.as_str(), "tok_visa"])).await;
    assert!(bought.ends_with("paid: the ticket is yours\n"), "{bought}");
    stack.settle().await;
    stack.finish().await;
}
