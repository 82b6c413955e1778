//! Lists for people begin with the newest, and are cut at the old end.

use crate::completions::complete;
use crate::support::{Cli, Server, text};

#[test]
fn lists_begin_with_the_newest_and_lose_the_oldest() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let tickets = ["first", "second", "third"].map(|title| cli.ticket(title, "20"));
    assert_eq!(text(&cli.json(&["tickets", "list", "--limit", "1"])[0]["id"]), tickets[2]);
    let orders = tickets.map(|ticket| text(&cli.json(&["orders", "create", &ticket])["id"]));

    let listed = cli.ok(&["orders", "list", "--limit", "2"]);
    let ids: Vec<_> = listed.out.lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!(ids, [&orders[2], &orders[1]]);
    assert!(listed.err.contains("only the newest 2 are shown; --all"), "{}", listed.err);
    let all = cli.ok(&["orders", "list", "--all"]);
    assert_eq!((all.out.lines().count(), all.err.as_str()), (3, ""));

    let paid =
        [&orders[0], &orders[1]].map(|order| cli.json(&["payments", "create", order, "--token", "tok_visa"]));
    let listed = cli.json(&["payments", "list", "--limit", "1"]);
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["id"]), (1, &paid[1]["id"]));

    let offered = complete(&cli, &["ticketing", "orders", "get", ""]);
    let place = |order: &String| offered.find(order.as_str()).unwrap();
    assert!(place(&orders[2]) < place(&orders[1]) && place(&orders[1]) < place(&orders[0]), "{offered}");
}
