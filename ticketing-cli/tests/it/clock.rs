//! `ticketing serve --allow-clock`, `--clock` and `ticketing clock`.

use crate::support::{Cli, Server, eventually, finish, program, text};

#[test]
fn clock_advance_expires_a_reservation() {
    let server = Server::start_with(&["--allow-clock", "--clock", "+1h"]);
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    let ticket = seller.ticket("RustConf", "20");
    let order = text(&seller.json(&["orders", "create", &ticket])["id"]);
    let before = text(&seller.json(&["clock", "show"])["now"]);
    let after = text(&seller.json(&["clock", "advance", "16m"])["now"]);
    assert!(after > before, "{before} {after}");
    eventually("the order expires", || seller.json(&["orders", "get", &order])["cancelReason"] == "expired");
    assert_eq!(seller.run(&["clock", "advance", "0s"]).code, 2);
}

#[test]
fn server_without_the_flag_has_no_movable_clock() {
    let server = Server::start();
    let run = Cli::for_server(&server.url).run(&["clock", "advance", "16m"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.err.contains("--allow-clock"), "{}", run.err);
}

#[test]
fn clock_options_are_refused_where_they_do_not_belong() {
    let folder = tempfile::tempdir().unwrap();
    let serve = |more: &[&str]| {
        let mut command = program();
        command.env("TICKETING_HOME", folder.path()).args(["serve"]).args(more);
        finish(command, "")
    };
    let alone = serve(&["--listen", "127.0.0.1:0", "--clock", "+16m"]);
    assert!(alone.code == 2 && alone.err.contains("--allow-clock"), "{alone:?}");
    let public = serve(&["--listen", "0.0.0.0:0", "--allow-clock"]);
    assert!(public.code == 2 && public.err.contains("loopback"), "{public:?}");
}
