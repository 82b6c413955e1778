//! The story of a pass, from an import of seats to two doors without a network, with the program at every step.

use serde_json::Value;
use ticketing_testkit::{Shape, TestStack, on_shapes};

use super::{check_in, code, one, prepare};
use crate::imports::{ROWS, ids, seats};
use crate::support::passes::buy_pass;
use crate::support::screen_code::decode_screen;
use crate::support::{Cli, items, text};
use crate::tui::pty::{Pty, terminal};

on_shapes! {
    [embedded, processes]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    seats_are_sold_passed_on_and_admitted_once;
}

/// Reads the code of a pass from a terminal of 80 × 24.
fn code_on_terminal(holder: &Cli, pass: &str) -> String {
    let mut pty = Pty::spawn(terminal(&holder.command(&["passes", "show", pass])), (80, 24));
    assert_eq!(pty.end(), 0);
    decode_screen(&pty.screen())
}

fn verdict(door: &Cli, code: &str) -> Value {
    let run = door.run(&["checkin", "--device", "north door", code]);
    serde_json::from_str(run.out.trim()).unwrap_or_else(|_| panic!("{run:?}"))
}

async fn seats_are_sold_passed_on_and_admitted_once(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let [seller, buyer, friend, fan] = ["seller", "buyer", "friend", "fan"]
        .map(|name| Cli::for_server(&stack.url()).sign_up(&format!("{name}@example.com")));
    let listed = ids(&seller.ok(&["tickets", "import", seats(&seller).to_str().unwrap()]));
    let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
    assert_eq!(listed.len(), ROWS);

    // The buyer gives the pass away: the code that was on the terminal is dead.
    let pass = buy_pass(&buyer, listed[0], listed[0]);
    let first = code_on_terminal(&buyer, &pass);
    assert_eq!(first, code(&buyer, &pass));
    let claim = text(&buyer.json(&["passes", "transfer", &pass])["claimCode"]);
    friend.ok(&["passes", "claim", &claim]);
    let second = code_on_terminal(&friend, &pass);
    assert_eq!(check_in(&seller, &[], &first), (10, one("refused", "pass_superseded")));

    // The friend sells it on, for what it cost at most.
    let run = friend.run(&["passes", "resell", &pass, "--price", "89.51"]);
    assert!(run.code == 2 && run.err.contains("at most $89.50"), "{run:?}");
    let listing = text(&friend.json(&["passes", "resell", &pass, "--price", "89.50"])["id"]);
    assert_eq!(check_in(&seller, &[], &second), (10, one("refused", "pass_offered")));
    assert_eq!(buy_pass(&fan, &listing, listed[0]), pass);
    assert_eq!(check_in(&seller, &[], &second), (10, one("refused", "pass_superseded")));

    // The fan enters once.
    let third = code_on_terminal(&fan, &pass);
    let admitted = verdict(&seller, &third);
    assert_eq!(admitted["verdict"], "admitted", "{admitted}");
    let again = verdict(&seller, &third);
    assert_eq!((&again["verdict"], &again["reason"]), (&"refused".into(), &"already_admitted".into()));
    assert_eq!((&again["admittedAt"], &again["device"]), (&admitted["admittedAt"], &"north door".into()));

    two_doors_without_a_network(&seller, &buyer, listed[1]);
    stack.finish().await;
}

/// Both doors admit a pass, and each learns of the other once both have uploaded, in whatever order.
fn two_doors_without_a_network(seller: &Cli, buyer: &Cli, ticket: &str) {
    let pass = buy_pass(buyer, ticket, ticket);
    let code = code_on_terminal(buyer, &pass);
    let files = ["north.json", "south.json"].map(|name| seller.home.path().join(name));
    files.iter().for_each(|file| prepare(seller, file));
    let offline = Cli::offline();
    for (file, device) in files.iter().zip(["north", "south"]) {
        let words = ["--offline", file.to_str().unwrap(), "--device", device];
        assert_eq!(check_in(&offline, &words, &code), (0, one("admitted", "")));
        assert_eq!(check_in(&offline, &words, &code), (10, one("refused", "already_admitted")));
    }
    let [north, south] = files.map(|file| file.to_str().unwrap().to_owned());
    let sync = |file: &str, exit: i32| -> Value {
        let run = seller.run(&["checkin", "sync", file, "--output", "json"]);
        assert_eq!(run.code, exit, "{run:?}");
        items(&run.out)
    };
    // The later admission is uploaded first.
    assert_eq!(sync(&south, 0), serde_json::json!([]));
    let of_north = sync(&north, 10)[0].clone();
    let of_south = sync(&south, 10)[0].clone();
    for (conflict, own, other) in [(&of_north, "north", "south"), (&of_south, "south", "north")] {
        let devices = ["device", "otherDevice", "firstDevice"].map(|name| conflict[name].as_str().unwrap());
        assert_eq!(devices, [own, other, "north"], "{conflict}");
    }
    assert_eq!((&of_north["firstAt"], &of_south["firstAt"]), (&of_north["at"], &of_north["at"]));
    assert_eq!((&of_north["otherAt"], &of_south["otherAt"]), (&of_south["at"], &of_north["at"]));
    let issued = seller.json(&["passes", "list", "--issued", "--status", "used"]);
    let used = issued.as_array().unwrap().iter().find(|used| used["id"] == *pass).unwrap();
    assert_eq!((&used["admittedAt"], &used["device"]), (&of_north["at"], &"north".into()));
    let double = serde_json::json!([{ "admittedAt": of_south["at"], "device": "south" }]);
    assert_eq!(used["doubleAdmissions"], double);
}
