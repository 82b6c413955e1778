//! The end of a reservation: the terminal bell, the window title and the order.

use super::{ENTER, tui};
use crate::support::{Cli, Server};

#[test]
fn reservation_end_is_announced_unless_alarms_are_off() {
    let server = Server::start_with(&["--order-ttl", "12s"]);
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    seller.ticket("Opera", "20");
    let loud = Cli::for_server(&server.url).sign_up("loud@example.com");
    let quiet = Cli::for_server(&server.url).sign_up("quiet@example.com");
    std::fs::write(quiet.home.path().join("config.toml"), "[tui]\nbell = false\ntitle = false\n").unwrap();
    let mut quiet = tui(&quiet);
    quiet.wait_until_shown("quiet@example.com");
    quiet.line(&["Opera"]);
    quiet.press("b", "cancels it");
    seller.ticket("Jazz at the lake", "38");
    let mut loud = tui(&loud);
    loud.wait_until_shown("loud@example.com");
    loud.line(&["Jazz at the lake"]);
    assert_eq!(loud.terminal_events().rings, 0);
    loud.press("b", "cancels it");
    loud.wait_for_event("the title tells", |events| {
        events.titles.iter().any(|title| title == "1 min to pay: Jazz at the lake")
    });
    loud.wait_until_shown(" s left to pay for Jazz at the lake");
    loud.wait_for_event("the bell", |events| events.rings == 1);
    loud.wait_until_shown("Expired: Jazz at the lake is no longer reserved for you");
    loud.wait_for_event("the bell once more", |events| events.rings == 2);
    loud.wait_until_shown("The reservation expired");
    loud.wait_for_event("the title is the usual one", |events| {
        events.titles.last().is_some_and(|title| title == "ticketing")
    });
    quiet.wait_until_shown("Expired: Opera is no longer reserved for you");
    // The same ticket can be reserved again immediately.
    loud.press(ENTER, "orders the ticket again");
    loud.press("t", "cancels it");
    loud.send("tok_visa");
    loud.press(ENTER, "code at the door");

    let events = quiet.terminal_events();
    assert_eq!((events.rings, events.titles), (0, vec![]));
}
