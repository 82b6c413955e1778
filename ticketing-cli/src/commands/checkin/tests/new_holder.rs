//! A holder with a code of a later serial at a door that has admitted an earlier one.

use ticketing_sdk::{DoubleAdmission, fixtures};

use super::offline::{check_in, door_time, marketplace, prepare_door, sync, uploads};
use super::*;
use crate::door::vectors::{CODE, LATER, PASS, list, scan};

#[tokio::test]
async fn new_holder_is_admitted_with_a_warning_and_uploaded_as_well() {
    let (_folder, file) = prepare_door();
    check_in(&file, door_time());
    let admit = |code: &str, second: i64| {
        let mut door = OfflineDoor::open(&file).unwrap();
        let at = Timestamp::from_millis(1_800_000_000_000 + 1000 * second);
        door.check_in(&Scan { device: Some("south".to_owned()), ..scan(code, at) }, None).unwrap()
    };
    list(vec![fixtures::pass(PASS).serial(258)]).write(&file).unwrap();
    let later = admit(LATER, 1);
    assert_eq!(later.verdict, Ruling::Admitted);
    let earlier = DoubleAdmission::new(door_time(), Some("north".to_owned()));
    assert_eq!(later.double_admissions, [earlier]);
    let again = admit(LATER, 2);
    assert_eq!((again.reason.as_deref(), again.device.as_deref()), (Some("already_admitted"), Some("south")));
    assert_eq!(admit(CODE, 3).reason.as_deref(), Some("pass_superseded"));
    let mock = marketplace();
    mock.on(Method::POST, PATH, admission());
    assert!(sync(&mock, &file).await.0.is_ok());
    let codes: Vec<serde_json::Value> = uploads(&mock).iter().map(|sent| sent.json().unwrap()).collect();
    assert_eq!([&codes[0]["code"], &codes[1]["code"]], [CODE, LATER]);
    assert!(sync(&mock, &file).await.0.is_ok());
    assert_eq!(uploads(&mock).len(), 2, "each is uploaded once");
}
