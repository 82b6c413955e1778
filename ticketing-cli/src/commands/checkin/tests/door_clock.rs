//! The times of a door without a network, and the warnings about the clock of its machine.

use ticketing_sdk::fixtures;

use super::offline::{check_in, prepare_door};
use super::*;
use crate::door::DoorList;
use crate::door::vectors::{CODE, PASS, list, scan};

#[tokio::test]
async fn admissions_get_the_server_time_by_the_offset_of_the_list() {
    let (_folder, file) = prepare_door();
    let mock = Mock::new();
    let at_server = |reply: Reply| reply.header("Date", "Fri, 15 Jan 2027 08:00:00 GMT");
    mock.on(Method::GET, "/api/passes/keys", at_server(Reply::json(200, &list(Vec::new()).keys)));
    let pass = fixtures::pass(PASS).issuer_id("me");
    mock.on(Method::GET, "/api/passes", at_server(Reply::json(200, &[pass])));
    let client =
        ticketing_sdk::Client::builder("http://marketplace.test").mock(&mock).session_value("s").build();
    let fetched = DoorList::fetch(&client.unwrap()).await.unwrap();
    let server: Timestamp = "2027-01-15T08:00:00Z".parse().unwrap();
    let apart = |one: Timestamp, other: Timestamp| (one.as_millis() - other.as_millis()).abs();
    assert!(apart(fetched.prepared_at, server) < 60_000, "{}", fetched.prepared_at);
    OfflineDoor::prepare(&file, fetched).unwrap();
    let door = OfflineDoor::open(&file).unwrap();
    assert!(apart(door.clock().server_time(clock::now()), server) < 60_000);
}

#[test]
fn wrong_clock_warns_once_and_admits() {
    let (_folder, file) = prepare_door();
    let mut door = OfflineDoor::open(&file).unwrap();
    let list = door.clock().prepared_at;
    let hours = |hours: i64| Timestamp::from_millis(list.as_millis() + hours * 3_600_000);
    let (fake, mut known) = (fake::pipe(""), None);
    let printer = Printer::new(&fake.io, Format::Jsonl, list);
    for at in [hours(-2), hours(-1)] {
        warn_of_clock(&printer, &door, at, &mut known);
    }
    let warning = fake.err.text();
    assert!(warning.starts_with("notice: the clock of this machine is wrong: it shows "), "{warning}");
    assert_eq!(warning.lines().count(), 1, "{warning}");
    let verdict = door.check_in(&scan(CODE, hours(-1)), None).unwrap();
    assert_eq!((verdict.verdict, verdict.admitted_at), (Ruling::Admitted, Some(list)));
    warn_of_clock(&printer, &door, hours(1), &mut known);
    assert_eq!(fake.err.text(), warning);
}

#[test]
fn clock_behind_the_last_admission_is_reported_by_each_command() {
    let (_folder, file) = prepare_door();
    let list = OfflineDoor::open(&file).unwrap().clock().prepared_at;
    let minutes = |minutes: i64| Timestamp::from_millis(list.as_millis() + minutes * 60_000);
    assert_eq!(check_in(&file, minutes(60)).verdict, Ruling::Admitted);
    let door = OfflineDoor::open(&file).unwrap();
    assert_eq!(door.clock().skew(minutes(5)), Some(ClockSkew::SetBack));
    assert_eq!(door.clock().skew(minutes(60)), None);
}
