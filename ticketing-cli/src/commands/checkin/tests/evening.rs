//! The day of a ticket at the door, with a network and without.

use serde::Deserialize;
use ticketing_sdk::{EventTime, TicketDetails, fixtures};

use super::offline::{door_time, prepare_door};
use super::*;
use crate::door::DoorList;
use crate::door::vectors::{CODE, PASS, list, scan};

const STARTS: &str = "2026-12-24T19:30:00+01:00";
const WORDS: &str = "this ticket is for another day: Thu 24 Dec 2026, 19:30 +01:00";

async fn run_within(mock: &Mock, format: Format, within: Option<Duration>) -> (CliResult, String) {
    let folder = tempfile::tempdir().unwrap();
    let fake = fake::pipe("TK1AB\n");
    let api = ApiContext::of_mock(mock, fake.io, format, folder.path());
    let judge = async |code: String| check_in(&api, &scan_of(&code, None, within)).await;
    let end = each_code(api.io(), &api.printer(), Vec::new(), judge).await;
    (end, fake.out.text())
}

fn admitted_at(at: &str) -> Mock {
    let mock = Mock::new();
    let admission = Admission::new("p-1", "RustConf", at.parse().unwrap()).starts_at(STARTS.parse().unwrap());
    mock.on(Method::POST, PATH, Reply::json(201, &admission));
    mock
}

#[tokio::test]
async fn admission_names_the_start_and_warns_of_another_day() {
    let (end, line) = run_within(&admitted_at("2026-12-23T18:30:00Z"), Format::Jsonl, None).await;
    let line: serde_json::Value = serde_json::from_str(line.trim()).unwrap();
    assert!(end.is_ok());
    assert_eq!((&line["verdict"], &line["startsAt"]), (&"admitted".into(), &STARTS.into()));
    assert_eq!(line["warnings"], serde_json::json!(["pass_other_day"]));
    let (_, table) = run_within(&admitted_at("2026-12-23T18:30:00Z"), Format::Table, None).await;
    assert!(table.contains("RustConf · Thu 24 Dec 2026, 19:30 +01:00 · admitted at "), "{table}");
    assert!(table.contains(&format!("\n{WORDS}\n")), "{table}");
    // On the day, and within a span that the user has named.
    let (_, same_day) = run_within(&admitted_at("2026-12-24T18:30:00Z"), Format::Jsonl, None).await;
    let two_days = Some(Duration::from_secs(2 * 86_400));
    let (_, in_span) = run_within(&admitted_at("2026-12-23T18:30:00Z"), Format::Jsonl, two_days).await;
    assert!(!same_day.contains("warnings") && !in_span.contains("warnings"), "{same_day} {in_span}");
}

#[tokio::test]
async fn ticket_of_another_day_is_refused_where_the_door_has_a_span() {
    let mock = Mock::new();
    let detail = serde_json::json!({
        "message": format!("RustConf: {WORDS}"), "field": "code", "code": "pass_other_day", "title": "RustConf",
        "startsAt": STARTS,
    });
    mock.on(Method::POST, PATH, Reply::json(400, &serde_json::json!({ "errors": [detail] })));
    let half_a_day = Some(Duration::from_secs(43_200));
    let (end, line) = run_within(&mock, Format::Jsonl, half_a_day).await;
    assert_eq!(end.unwrap_err().exit, Exit::Refused);
    let line: serde_json::Value = serde_json::from_str(line.trim()).unwrap();
    let expected = serde_json::json!({
        "verdict": "refused", "reason": "pass_other_day", "message": WORDS, "title": "RustConf", "startsAt": STARTS,
    });
    assert_eq!(line, expected);
    let body: serde_json::Value = mock.requests()[0].json().unwrap();
    assert_eq!(body["startsWithin"], 43_200);
    let (_, table) = run_within(&mock, Format::Table, half_a_day).await;
    assert!(table.contains(&format!("RustConf · {WORDS}\n")), "{table}");
}

#[test]
fn span_is_from_a_second_to_a_month() {
    let seconds = |text| parse_within(text).map(|span| span.as_secs());
    assert_eq!((seconds("12h"), seconds("1500ms"), seconds("31d")), (Ok(43_200), Ok(1), Ok(2_678_400)));
    for text in ["31d1s", "500ms", "0", "soon"] {
        assert!(parse_within(text).is_err(), "{text}");
    }
}

#[derive(Deserialize)]
struct Table {
    cases: Vec<EventDay>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventDay {
    starts_at: Option<EventTime>,
    at: Timestamp,
    starts_within: u64,
    admits: bool,
}

#[test]
fn door_without_a_network_admits_what_the_table_says() {
    let table = include_str!("../../../../../ticketing-sdk/tests/cases/event_days.json");
    for case in serde_json::from_str::<Table>(table).unwrap().cases {
        let (_folder, file) = prepare_door();
        let mut details = TicketDetails::default();
        details.starts_at.clone_from(&case.starts_at);
        let pass = fixtures::pass(PASS).details(details);
        // A door notes no time before that of its list.
        let door = DoorList { prepared_at: case.at, ..list(vec![pass]) };
        let mut door = OfflineDoor::prepare(&file, door).unwrap();
        let within = Some(Duration::from_secs(case.starts_within));
        let scanned = Scan { within, ..scan(CODE, case.at) };
        let verdict = door.check_in(&scanned, None).unwrap();
        let admits = verdict.verdict == Ruling::Admitted;
        assert_eq!(admits, case.admits, "{:?} at {}", case.starts_at, case.at);
        assert_eq!(verdict.starts_at, case.starts_at);
        assert_eq!(verdict.warnings, []);
        if !admits {
            assert_eq!(verdict.reason.as_deref(), Some("pass_other_day"));
            // The pass stays valid.
            let admitted = door.check_in(&Scan { within: None, ..scanned }, None).unwrap();
            assert_eq!(admitted.verdict, Ruling::Admitted);
        }
    }
}

#[test]
fn start_is_compared_with_the_time_that_the_door_notes() {
    let (_folder, file) = prepare_door();
    let mut details = TicketDetails::default();
    details.starts_at = Some(door_time().to_string().parse().unwrap());
    let door = DoorList { prepared_at: door_time(), ..list(vec![fixtures::pass(PASS).details(details)]) };
    let door = OfflineDoor::prepare(&file, door).unwrap();
    // The clock of the machine is a year behind.
    let behind = door_time() - Duration::from_secs(365 * 86_400);
    let scanned = Scan { within: Some(Duration::from_secs(60)), ..scan(CODE, behind) };
    assert_eq!(door.decide(&scanned).verdict, Ruling::Admitted);
}

#[test]
fn door_without_a_network_warns_of_another_day() {
    let (_folder, file) = prepare_door();
    let verdict = OfflineDoor::open(&file).unwrap().check_in(&scan(CODE, door_time()), None).unwrap();
    assert_eq!(verdict.warning_with(|at| at.to_string()).as_deref(), Some(WORDS));
    assert_eq!(verdict.venue.as_deref(), Some("Palais de Tokyo"));
}

#[test]
fn refusal_by_the_list_names_its_time() {
    use ticketing_sdk::PassStatus::{Offered, Void};
    let (_folder, file) = prepare_door();
    let reading = |pass| {
        let list = DoorList { prepared_at: door_time(), ..list(vec![pass]) };
        OfflineDoor::prepare(&file, list).unwrap().decide(&scan(CODE, door_time()))
    };
    let refusals = [
        fixtures::pass(PASS).status(Offered),
        fixtures::pass(PASS).serial(1),
        fixtures::pass(PASS).status(Void),
        fixtures::pass("another"),
    ];
    for pass in refusals {
        let verdict = reading(pass);
        let words = verdict.message_with(|_| "noon".to_owned());
        assert!(words.ends_with(" (by the list of noon)"), "{words}");
        assert!(
            verdict.message.ends_with(" (by the list of 2027-01-15 08:00:00 UTC)"),
            "{}",
            verdict.message
        );
        assert_eq!(verdict.listed_at, Some(door_time()));
    }
}
