//! Admissions of doors without a network, which the service would have refused.

use super::*;

#[test]
fn admission_with_an_old_code_or_of_an_offered_pass_is_recorded() {
    let (issuer, now) = (UserId::new("seller"), Timestamp::from_millis(START + 9000));
    let double = |second: i64| {
        DoubleAdmission::new(Timestamp::from_millis(START + 1000 * second), Some("north".to_owned()))
    };
    let mut moved = pass();
    moved.start_transfer(transfer(START + 20_000)).unwrap();
    assert!(moved.claim(&"friend".into(), now));
    assert!(moved.record_double_admission(&issuer, 0, double(1)));
    assert!(!moved.record_double_admission(&issuer, 0, double(1)), "an answer that was lost");
    assert!(!moved.record_double_admission(&issuer, 2, double(2)), "a code that does not exist");
    assert!(!moved.record_double_admission(&"someone".into(), 0, double(2)));
    assert_eq!(moved.state.status(), PassStatus::Valid, "its new holder may enter");
    assert_eq!(moved.clone().offer("l".into()), Err(PassUnavailable::Entered), "nobody pays for it");
    assert!(moved.clone().start_transfer(transfer(START + 20_000)).is_ok(), "it can be given away");
    moved.admit(&issuer, 1, None, None, None, now).unwrap();
    let shown = moved.shown_to(&issuer, ResaleCap::default(), Timestamp::from_millis(START));
    assert_eq!((shown.admitted_at, shown.device), (Some(now), None), "the admission of its holder");
    assert_eq!(shown.double_admissions, [double(1)]);
    assert_eq!(moved.version, 4);
}

#[test]
fn admission_of_the_seller_is_a_double_one_of_the_buyer() {
    let (issuer, now) = (UserId::new("seller"), Timestamp::from_millis(START + 500));
    let double = |second: i64| {
        DoubleAdmission::new(Timestamp::from_millis(START + 1000 * second), Some("north".to_owned()))
    };
    let mut offered = StoredPass { serial: 1, ..pass() };
    offered.offer("l".into()).unwrap();
    assert!(offered.record_double_admission(&issuer, 1, double(3)));
    assert!(offered.record_double_admission(&issuer, 0, double(1)));
    assert_eq!(offered.state.admission(), Some(double(3)), "an earlier code admits nobody else");
    assert!(offered.sell(&"l".into(), &"buyer".into(), &"sale".into(), money(2000)));
    assert_eq!(offered.double_admissions, [double(1), double(3)], "they stay with the pass");
    assert_eq!(offered.state, PassState::Valid { transfer: None }, "the buyer may enter");
    offered.admit(&issuer, 2, None, None, None, now).unwrap();
    assert!(offered.record_double_admission(&issuer, 1, double(0)));
    assert_eq!(offered.state.admission(), Some(DoubleAdmission::new(now, None)));
    assert_eq!(offered.double_admissions, [double(0), double(1), double(3)]);
}

#[test]
fn pass_of_an_admitted_seller_is_valid_once_its_listing_closes() {
    let issuer = UserId::new("seller");
    let mut offered = StoredPass { serial: 1, ..pass() };
    offered.offer("l".into()).unwrap();
    let double = DoubleAdmission::new(Timestamp::from_millis(START), None);
    assert!(offered.record_double_admission(&issuer, 0, double.clone()));
    assert!(offered.close_listing(&"l".into()));
    assert_eq!(offered.state, PassState::Valid { transfer: None });
    let shown = offered.shown_to(&"u0".into(), ResaleCap::default(), Timestamp::from_millis(START));
    assert_eq!((shown.double_admissions, shown.resale_limit), (vec![double], None));
}

#[test]
fn pass_of_an_admitted_holder_is_used_once_its_listing_closes() {
    let (issuer, now) = (UserId::new("seller"), Timestamp::from_millis(START + 9000));
    let double = |second: i64, door: &str| {
        DoubleAdmission::new(Timestamp::from_millis(START + 1000 * second), Some(door.to_owned()))
    };
    let mut offered = pass();
    offered.offer("l".into()).unwrap();
    assert!(offered.record_double_admission(&issuer, 0, double(5, "north")));
    assert!(!offered.record_double_admission(&issuer, 0, double(5, "north")), "an answer that was lost");
    assert!(offered.record_double_admission(&issuer, 0, double(3, "south")));
    assert_eq!(offered.state.status(), PassStatus::Offered);
    let first = CheckInError::AlreadyAdmitted {
        admitted_at: double(3, "south").admitted_at,
        device: Some("south".to_owned()),
    };
    assert_eq!(offered.clone().admit(&issuer, 0, None, None, None, now), Err(first));
    let without_device = DoubleAdmission::new(double(5, "north").admitted_at, None);
    for (viewer, device, others) in
        [("u0", None, vec![without_device]), ("seller", Some("south"), vec![double(5, "north")])]
    {
        let shown = offered.shown_to(&viewer.into(), ResaleCap::default(), Timestamp::from_millis(START));
        assert_eq!((shown.status, shown.device.as_deref()), (PassStatus::Offered, device));
        assert_eq!(
            (shown.admitted_at, shown.double_admissions),
            (Some(double(3, "south").admitted_at), others)
        );
    }
    assert!(!offered.close_listing(&"another".into()));
    assert!(offered.close_listing(&"l".into()));
    let DoubleAdmission { admitted_at, device, .. } = double(3, "south");
    assert_eq!(offered.state, PassState::Used { admitted_at, device });
    assert_eq!(offered.double_admissions, [double(5, "north")]);
}

#[test]
fn first_admission_of_each_holder_is_kept_when_others_are_full() {
    let issuer = UserId::new("seller");
    let double = |second: i64| DoubleAdmission::new(Timestamp::from_millis(START + 1000 * second), None);
    let mut full = StoredPass { serial: 1, ..pass() };
    full.offer("l".into()).unwrap();
    for second in 0..40 {
        full.record_double_admission(&issuer, 0, double(second));
    }
    assert_eq!(full.double_admissions.len(), MAX_DOUBLE_ADMISSIONS);
    assert!(full.record_double_admission(&issuer, 1, double(50)));
    assert!(!full.record_double_admission(&issuer, 1, double(51)));
    let mut sold = full.clone();
    assert!(sold.sell(&"l".into(), &"u1".into(), &"o1".into(), money(2000)));
    sold.admit(&issuer, 2, Some(double(53).admitted_at), None, None, double(60).admitted_at).unwrap();
    assert!(!sold.record_double_admission(&issuer, 2, double(54)));
    assert_eq!(sold.admissions().count(), MAX_DOUBLE_ADMISSIONS + 2);
    assert!(full.close_listing(&"l".into()));
    let closed = (full.state.status(), full.admissions().count());
    assert_eq!(closed, (PassStatus::Used, MAX_DOUBLE_ADMISSIONS + 1));
}

#[test]
fn earliest_of_several_admissions_is_the_first() {
    let (issuer, now) = (UserId::new("seller"), Timestamp::from_millis(START + 9000));
    let at = |second: i64, door: &str| {
        DoubleAdmission::new(Timestamp::from_millis(START + 1000 * second), Some(door.to_owned()))
    };
    let mut used = pass();
    let record = |pass: &mut StoredPass, double| pass.record_double_admission(&issuer, 0, double);
    assert!(!record(&mut used, at(1, "north")), "nobody was admitted before");
    used.admit(&issuer, 0, Some(at(5, "north").admitted_at), None, Some("north".to_owned()), now).unwrap();
    assert!(!record(&mut used, at(5, "north")), "an answer that was lost");
    assert!(record(&mut used, at(7, "south")));
    assert!(record(&mut used, at(3, "west")));
    assert!(!record(&mut used, at(3, "west")));
    assert!(!used.record_double_admission(&"someone".into(), 0, at(4, "east")));
    assert!(!used.record_double_admission(&issuer, 1, at(4, "east")));
    assert_eq!(used.version, 3);
    let shown = used.shown_to(&issuer, ResaleCap::default(), Timestamp::from_millis(START));
    assert_eq!((shown.admitted_at, shown.device), (Some(at(3, "west").admitted_at), Some("west".to_owned())));
    assert_eq!(shown.double_admissions, [at(5, "north"), at(7, "south")]);
    let times = |shown: Pass| -> Vec<_> {
        shown.double_admissions.into_iter().map(|double| (double.admitted_at, double.device)).collect()
    };
    let own = times(used.shown_to(&"u0".into(), ResaleCap::default(), Timestamp::from_millis(START)));
    assert_eq!(own, [at(5, "").admitted_at, at(7, "").admitted_at].map(|time| (time, None)));
    for second in 0..100 {
        record(&mut used, at(8, &second.to_string()));
    }
    assert_eq!(
        used.shown_to(&issuer, ResaleCap::default(), Timestamp::from_millis(START)).double_admissions.len(),
        MAX_DOUBLE_ADMISSIONS
    );
}
