//! The marketplace in the browser.

use crate::support::Cli;

#[test]
fn on_a_pipe_the_address_is_all_there_is() {
    let cli = Cli::for_server("http://shop.example:8080/market/");
    for (words, page) in [
        (&["open"][..], "/"),
        (&["open", "--print"], "/"),
        (
            &["open", "ticket", "01a203b9-d806-71eb-8d06-dbab9285e702"],
            "/tickets/01a203b9-d806-71eb-8d06-dbab9285e702",
        ),
        (&["tickets", "list", "--web"], "/"),
        (&["search", "jazz", "lake", "-w"], "/?q=jazz%20lake"),
        (&["orders", "list", "-w"], "/orders"),
        (&["orders", "get", "o1", "-w"], "/orders/o1"),
        (&["open", "order", "o-1", "--print"], "/orders/o-1"),
        (&["open", "--print", "ticket", "../a b"], "/tickets/..%2Fa%20b"),
    ] {
        let mut command = cli.command(words);
        // It must not be tried.
        command.env("BROWSER", "/nowhere/browser");
        let run = crate::support::finish(command, "");
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{words:?}");
        assert_eq!(run.out, format!("http://shop.example:8080/market{page}\n"), "{words:?}");
    }
}

#[test]
fn unknown_page_is_a_usage_error() {
    for words in [&["open", "payment", "p1"][..], &["open", "ticket"], &["open", "order", "a", "b"]] {
        assert_eq!(Cli::offline().run(words).code, 2, "{words:?}");
    }
    assert_eq!(Cli::for_server("nowhere").run(&["open"]).code, 2);
}
