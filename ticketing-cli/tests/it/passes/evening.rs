//! A door that admits only the events of one evening.

use serde_json::{Value, json};

use super::{Sale, check_in, code, one, prepare, sale};
use crate::support::{Cli, text};

/// The start of the event of [`sale`].
const STARTS: &str = "2099-12-24T19:30:00+01:00";

/// The verdict of a run on one code.
fn verdict(door: &Cli, words: &[&str], code: &str) -> Value {
    let run = door.run(&[&["checkin"], words, &[code]].concat());
    serde_json::from_str(run.out.trim()).unwrap_or_else(|_| panic!("{run:?}"))
}

#[test]
fn ticket_for_another_day_is_refused_or_admitted_with_a_warning() {
    let Sale { seller, buyer, pass, server: _server } = sale();
    let code = code(&buyer, &pass);
    let refused = (10, one("refused", "pass_other_day"));
    assert_eq!(check_in(&seller, &["--within", "12h"], &code), refused);
    let message = "this ticket is for another day: Thu 24 Dec 2099, 19:30 +01:00";
    let expected = json!({
        "verdict": "refused", "reason": "pass_other_day", "message": message, "title": "Opera", "startsAt": STARTS,
    });
    assert_eq!(verdict(&seller, &["--within", "12h"], &code), expected);

    // The list of a door without a network has the starts.
    let file = seller.home.path().join("door.json");
    prepare(&seller, &file);
    let offline = ["--offline", file.to_str().unwrap()];
    let within = [&offline[..], &["--within", "31d"]].concat();
    assert_eq!(check_in(&Cli::offline(), &within, &code), refused);
    let preview = Cli::offline().ok(&[&["checkin", "--dry-run"], &offline[..], &[&code]].concat()).out;
    assert!(preview.contains("ADMITTED") && preview.contains(&format!("\n{message}\n")), "{preview}");

    // The refusals have used nothing up.
    assert_eq!(buyer.json(&["passes", "get", &pass])["status"], "valid");
    let admitted = verdict(&seller, &[], &code);
    assert_eq!(text(&admitted["startsAt"]), STARTS);
    assert_eq!(
        (&admitted["venue"], &admitted["warnings"]),
        (&json!("City Hall"), &json!(["pass_other_day"]))
    );
    for span in ["32d", "0s", "soon"] {
        let run = seller.run(&["checkin", "--within", span, &code]);
        assert!(run.code == 2 && run.err.contains("--within"), "{run:?}");
    }
}
