//! The help of every command, as it is printed.

use crate::support::Cli;

fn help(words: &[&str]) -> String {
    let run = Cli::offline().ok(&[words, &["--help"]].concat());
    assert_eq!(run.err, "");
    run.out
}

macro_rules! helps {
    ($($name:ident: $($word:literal)*;)+) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(help(&[$($word),*]));
        })+
    };
}

helps! {
    root: ;
    auth: "auth";
    auth_signup: "auth" "signup";
    auth_signin: "auth" "signin";
    auth_signout: "auth" "signout";
    auth_status: "auth" "status";
    tickets: "tickets";
    tickets_list: "tickets" "list";
    tickets_get: "tickets" "get";
    tickets_create: "tickets" "create";
    tickets_update: "tickets" "update";
    tickets_delete: "tickets" "delete";
    tickets_watch: "tickets" "watch";
    orders: "orders";
    orders_list: "orders" "list";
    orders_get: "orders" "get";
    orders_create: "orders" "create";
    orders_cancel: "orders" "cancel";
    orders_watch: "orders" "watch";
    payments: "payments";
    payments_list: "payments" "list";
    payments_get: "payments" "get";
    payments_create: "payments" "create";
    buy: "buy";
    serve: "serve";
    demo: "demo";
    audit: "audit";
    backup: "backup";
    tui: "tui";
    open: "open";
    open_ticket: "open" "ticket";
    open_order: "open" "order";
    api: "api";
    completions: "completions";
}

#[test]
fn the_version_is_the_package_s() {
    let run = Cli::offline().ok(&["--version"]);
    assert_eq!(run.out, concat!("ticketing ", env!("CARGO_PKG_VERSION"), "\n"));
}
