//! `--idempotency-key`: a repeated command has no further effect.

use crate::support::{Cli, Server};

#[test]
fn batch_with_a_key_of_the_user_is_done_once() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let file = cli.home.path().join("listings.csv");
    std::fs::write(&file, "title,price\nA,7\nB,8\n").unwrap();
    let file = file.to_str().unwrap();
    let listed = || cli.ok(&["tickets", "list", "--mine", "--jq", ".items | length"]).out;
    let mut total = 0;
    for (words, count) in [
        (&["sell", "-t", "Gig", "-p", "7", "--count", "3", "--idempotency-key", "kc"][..], 3),
        (&["tickets", "create", "-t", "Solo", "-p", "7", "--count", "1", "--idempotency-key", "k1"], 1),
        (&["tickets", "import", file, "--idempotency-key", "ki"], 2),
    ] {
        total += count;
        let first = cli.json(words);
        assert_eq!(first.as_array().unwrap().len(), count);
        assert_eq!(cli.json(words), first, "{words:?}");
        // The keys are those of the server, too: without its notes the program sends the rows again.
        std::fs::remove_dir_all(cli.home.path().join("journal")).unwrap();
        let ids = |tickets: &serde_json::Value| -> Vec<_> {
            tickets.as_array().unwrap().iter().map(|ticket| crate::support::text(&ticket["id"])).collect()
        };
        assert_eq!(ids(&cli.json(words)), ids(&first), "{words:?}");
        assert_eq!(listed(), format!("{total}\n"), "{words:?}");
    }
    let again = cli.run(&["tickets", "import", file, "--idempotency-key", "ki", "--again"]);
    assert_eq!(again.code, 2, "{again:?}");
}

#[test]
fn purchase_with_a_key_of_the_user_is_answered_again() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let (first, second) = (seller.ticket("Opera", "20"), seller.ticket("Gig", "7"));
    let order = crate::support::text(&cli.json(&["orders", "create", &first])["id"]);
    let pay = ["payments", "create", &order, "--token", "tok_visa", "--idempotency-key", "pk1"];
    let buy = ["buy", &second, "--yes", "--token", "tok_visa", "--idempotency-key", "bk1"];
    for words in [&pay[..], &buy] {
        assert_eq!(cli.json(words)["id"], cli.json(words)["id"], "{words:?}");
    }
    // Another key is another payment.
    for (words, key) in [(&pay[..6], "other-pay"), (&buy[..6], "other-buy")] {
        let other = cli.run(&[words, &[key]].concat());
        assert!(other.code == 5 && other.err.contains("is paid already"), "{words:?}: {other:?}");
    }
    assert_eq!(cli.json(&["payments", "list"]).as_array().unwrap().len(), 2);
    let unsettled = cli.ok(&["orders", "resume"]);
    assert!(unsettled.err.contains("no interrupted write"), "{unsettled:?}");
    // The status that is waited for can no longer come.
    let third = seller.ticket("Jazz", "9");
    let order = crate::support::text(&cli.json(&["orders", "create", &third])["id"]);
    cli.ok(&["orders", "cancel", &order, "--yes"]);
    assert_eq!(cli.run(&["orders", "watch", &order]).code, 0);
    assert_eq!(cli.run(&["orders", "watch", &order, "--until", "cancelled"]).code, 0);
    let never = cli.run(&["orders", "watch", &order, "--until", "complete"]);
    assert!(never.code == 5 && never.err.contains("is cancelled, and never complete"), "{never:?}");
}
