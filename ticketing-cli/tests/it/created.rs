//! Commands print the records that they create in rows with the columns of `get`.

use std::collections::BTreeSet;

use crate::imports::ids;
use crate::support::{Cli, Server, text};

/// The rows of CSV or TSV, without the header.
fn rows(out: &str, format: &str) -> BTreeSet<String> {
    out.lines().skip(usize::from(format == "csv")).map(str::to_owned).collect()
}

#[test]
fn rows_of_created_things_are_those_of_get() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");
    let file = seller.home.path().join("seats.csv");
    for format in ["tsv", "csv"] {
        std::fs::write(&file, format!("title,price,seat\n\"Opera, {format}\",20,1\nOpera {format},20,2\n"))
            .unwrap();
        let run = |cli: &Cli, words: &[&str]| cli.ok(&[&["-o", format], words].concat()).out;
        for words in [
            &["sell", "-t", "Gig", "-p", "7", "--venue", "City Hall"][..],
            &["sell", "-t", "Gig", "-p", "7", "--count", "3"],
            &["tickets", "import", file.to_str().unwrap()],
        ] {
            let created = rows(&run(&seller, words), format);
            let id = |row: &String| row.split(['\t', ',']).next().unwrap().to_owned();
            let shown: BTreeSet<String> = created
                .iter()
                .flat_map(|row| rows(&run(&seller, &["tickets", "get", &id(row)]), format))
                .collect();
            assert_eq!(created, shown, "{words:?}");
            let header = |out: String| out.lines().next().unwrap().to_owned();
            if format == "csv" {
                let again = ["sell", "-t", "Gig", "-p", "7", "--count", "1"];
                assert_eq!(header(run(&seller, &again)), header(run(&seller, &["tickets", "list"])));
            }
        }
        let ticket = seller.ticket("Jazz", "38");
        let order = run(&buyer, &["orders", "create", &ticket]);
        let id = text(&buyer.json(&["orders", "list", "--status", "created"])[0]["id"]);
        assert_eq!(order, run(&buyer, &["orders", "get", &id]));
        let payment = run(&buyer, &["payments", "create", &id, "--token", "tok_visa"]);
        let id = text(&buyer.json(&["payments", "list"])[0]["id"]);
        assert_eq!(payment, run(&buyer, &["payments", "get", &id]));
    }
    assert_eq!(ids(&seller.ok(&["sell", "-t", "Gig", "-p", "7", "--count", "2"])).len(), 2);
}
