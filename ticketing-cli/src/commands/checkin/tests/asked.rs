//! A door that has decided by its list because the server did not answer in time: the late answer and the upload are one admission.

use ticketing_sdk::mock::Received;
use ticketing_sdk::{DoubleAdmission, IdempotencyKey, PassStatus, fixtures};

use super::offline::{door_time, marketplace, marketplace_with, prepare_door, sync, uploads};
use super::*;
use crate::door::vectors::{CODE, PASS, list, scan};

/// A door that has admitted the code by its list after this request.
fn admit_after_request(file: &Path, asked: &IdempotencyKey) {
    let scanned = Scan { within: Some(Duration::from_secs(31 * 86_400)), ..scan(CODE, door_time()) };
    let verdict = OfflineDoor::open(file).unwrap().check_in(&scanned, Some(asked)).unwrap();
    assert_eq!(verdict.verdict, Ruling::Admitted);
}

/// The keys and the bodies of uploads.
fn list_requests(uploads: &[Received]) -> Vec<(&str, serde_json::Value)> {
    uploads.iter().map(|sent| (sent.header("Idempotency-Key").unwrap(), sent.json().unwrap())).collect()
}

#[tokio::test]
async fn upload_has_the_key_of_the_request_without_an_answer() {
    let (_folder, file) = prepare_door();
    let asked = IdempotencyKey::generate();
    admit_after_request(&file, &asked);
    let mock = marketplace();
    mock.on(Method::POST, PATH, admission());
    assert!(sync(&mock, &file).await.0.is_ok());
    let body = serde_json::json!({"code": CODE, "at": door_time(), "device": "north"});
    assert_eq!(list_requests(&uploads(&mock)), [(asked.as_str(), body)]);
}

#[tokio::test]
async fn late_admission_of_the_own_request_is_no_double() {
    let (_folder, file) = prepare_door();
    let asked = IdempotencyKey::generate();
    admit_after_request(&file, &asked);
    // The server has admitted the holder by the request, seconds after the door did.
    let late = Timestamp::from_millis(door_time().as_millis() + 7_000);
    let used = fixtures::pass(PASS).status(PassStatus::Used).admitted_at(late).device("north");
    let mock = marketplace_with(&[used]);
    mock.on(Method::POST, PATH, Reply::problem(422, ErrorCode::IdempotencyKeyReused, "reused"));
    mock.on(Method::POST, PATH, Reply::json(201, &Admission::new(PASS, "RustConf", late)));
    for _ in 0..2 {
        let (end, conflicts) = sync(&mock, &file).await;
        assert!(end.is_ok() && conflicts.is_empty(), "{end:?} {conflicts:?}");
    }
    let again = serde_json::json!({"code": CODE, "device": "north", "startsWithin": 2_678_400});
    let upload = serde_json::json!({"code": CODE, "at": door_time(), "device": "north"});
    assert_eq!(list_requests(&uploads(&mock)), [(asked.as_str(), upload), (asked.as_str(), again)]);
    // The door has the time of the server from now on.
    let refused = OfflineDoor::open(&file).unwrap().check_in(&scan(CODE, door_time()), None).unwrap();
    assert_eq!((refused.verdict, refused.admitted_at), (Ruling::Refused, Some(late)));
}

#[tokio::test]
async fn door_learns_of_a_double_admission_that_its_list_lacks() {
    let (_folder, file) = prepare_door();
    list(Vec::new()).write(&file).unwrap();
    let admission = Admission::new(PASS, "RustConf", door_time()).seat("Row 4");
    let verdict = Verdict::admitted(admission);
    for _ in 0..2 {
        OfflineDoor::open(&file).unwrap().note(&scan(CODE, door_time()), &verdict).unwrap();
    }
    let later = Timestamp::from_millis(door_time().as_millis() + 7_000);
    let used = fixtures::pass(PASS).status(PassStatus::Used).admitted_at(door_time()).device("north");
    let mock = marketplace_with(&[used.double_admissions(vec![DoubleAdmission::new(later, None)])]);
    let (end, conflicts) = sync(&mock, &file).await;
    assert_eq!((end.unwrap_err().exit, uploads(&mock).len()), (Exit::Refused, 0));
    let seen: Vec<_> = conflicts.iter().map(|one| (&one["title"], &one["seat"], &one["otherAt"])).collect();
    assert_eq!(seen, [(&"RustConf".into(), &"Row 4".into(), &serde_json::json!(later))]);
}
