//! The JSON of the commands matches the published schemas.

use serde_json::Value;

use crate::support::{Cli, Server, text};

/// Checks a document against the schema of a command.
#[track_caller]
pub(crate) fn check(command: &str, document: &str) {
    let file = format!("../docs/reference/schemas/{}.json", command.replace(' ', "-"));
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("schema.json", schema).unwrap();
    let schema = compiler.compile("schema.json", &mut schemas).unwrap();
    let document: Value = serde_json::from_str(document).unwrap();
    if let Err(error) = schemas.validate(&document, schema) {
        panic!("{command}: {error}: {document}");
    }
}

#[test]
fn output_of_every_command_fits_its_schema() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url);
    let sign = |cli: &Cli, words: &[&str]| {
        let run = cli.run_with(&[words, &["--password-stdin", "-o", "json"]].concat(), "correct horse\n");
        assert_eq!(run.code, 0, "{run:?}");
        run.out
    };
    check("auth signup", &sign(&seller, &["auth", "signup", "--email", "seller@example.com"]));
    check("auth signin", &sign(&seller, &["auth", "signin", "--email", "seller@example.com"]));
    check("login", &sign(&seller, &["login", "--email", "seller@example.com"]));
    let buyer = Cli::for_server(&server.url).sign_up("buyer@example.com");
    let shown = |cli: &Cli, words: &[&str], command: &str| -> Value {
        let run = cli.ok(&[&["-o", "json"], words].concat());
        check(command, &run.out);
        serde_json::from_str(&run.out).unwrap()
    };
    for command in ["auth status", "status", "whoami"] {
        shown(&seller, &command.split(' ').collect::<Vec<_>>(), command);
    }
    seller.ok(&["alias", "set", "cheap", "tickets list --sort price"]);
    seller.ok(&["profile", "add", "work"]);
    for command in ["alias list", "profile list", "config list", "doctor"] {
        shown(&seller, &command.split(' ').collect::<Vec<_>>(), command);
    }
    let event = ["--venue", "Opera Hall", "--starts-at", "2099-12-24T19:30:00+01:00"];
    let words = [&["tickets", "create", "--title", "Opera", "--price", "20"], &event[..]].concat();
    let ticket = text(&shown(&seller, &words, "tickets create")["id"]);
    shown(&seller, &["sell", "--title", "Gig", "--price", "7"], "sell");
    shown(&seller, &["sell", "--title", "Gig", "--price", "7", "--count", "2"], "sell");
    shown(&seller, &["tickets", "update", &ticket, "--seat", "Row 4"], "tickets update");
    let run = seller
        .run_with(&["-o", "json", "tickets", "import", "-", "--format", "csv"], "title,price\nJazz,5\n");
    check("tickets import", &run.out);
    let list = shown(&seller, &["tickets", "list", "--limit", "1"], "tickets list");
    assert_eq!(list["hasMore"], true);
    shown(&seller, &["search", "opera"], "search");
    shown(&seller, &["tickets", "get", &ticket], "tickets get");
    shown(&seller, &["tickets", "get", &ticket, &ticket], "tickets get");
    let order = text(&shown(&buyer, &["orders", "create", &ticket], "orders create")["id"]);
    shown(&buyer, &["orders", "list"], "orders list");
    shown(&buyer, &["orders", "get", &order], "orders get");
    let payment = shown(&buyer, &["payments", "create", &order, "--token", "tok_visa"], "payments create");
    shown(&buyer, &["payments", "get", &text(&payment["id"])], "payments get");
    shown(&buyer, &["payments", "list"], "payments list");
    for line in buyer.ok(&["-o", "json", "orders", "watch", &order]).out.lines() {
        check("orders watch", line);
    }
    shown(&buyer, &["orders", "explain", &order], "orders explain");
    shown(&buyer, &["orders", "resume"], "orders resume");
    let jazz = seller.ok(&["search", "jazz", "--json", "id", "--jq", ".[].id"]).out;
    shown(&buyer, &["buy", jazz.trim(), "--token", "tok_visa", "--yes"], "buy");
    let mut passes = Value::Null;
    crate::support::eventually("the passes are issued", || {
        passes = shown(&buyer, &["passes", "list"], "passes list");
        passes["items"].as_array().unwrap().len() == 2
    });
    let [pass, other] = [0, 1].map(|index| text(&passes["items"][index]["id"]));
    shown(&buyer, &["passes", "get", &pass], "passes get");
    shown(&buyer, &["passes", "show", &pass], "passes show");
    let claim = text(&shown(&buyer, &["passes", "transfer", &pass], "passes transfer")["claimCode"]);
    shown(&seller, &["passes", "claim", &claim], "passes claim");
    shown(&buyer, &["passes", "resell", &other, "--price", "5"], "passes resell");
    let data = server.data.to_str().unwrap().to_owned();
    check("audit", &seller.run(&["audit", "--data-dir", &data, "-o", "json"]).out);
    let copy = seller.home.path().join("copy");
    shown(&seller, &["backup", copy.to_str().unwrap(), "--data-dir", &data], "backup");
    let code = seller.ok(&["passes", "show", &pass]).out;
    let run = seller.run(&["-o", "json", "checkin", code.trim()]);
    check("checkin", &run.out);
}
