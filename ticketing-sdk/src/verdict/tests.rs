//! Messages and warnings of verdicts.

use serde_json::json;

use super::*;

const STARTS: &str = "2026-12-24T19:30:00+01:00";

#[test]
fn event_half_a_day_away_is_warned_of() {
    let admitted = |at: &str| {
        let admission = Admission::new("p-1", "RustConf", at.parse().unwrap());
        Verdict::admitted(admission.starts_at(STARTS.parse().unwrap()))
    };
    assert_eq!(admitted("2026-12-24T06:30:00Z").warnings, []);
    let early = admitted("2026-12-24T06:29:59Z");
    assert_eq!(early.warnings, [VerdictWarning::PassOtherDay]);
    let words = |verdict: &Verdict| verdict.warning_with(|_| "noon".to_owned()).unwrap();
    let start = "Thu 24 Dec 2026, 19:30 +01:00";
    assert_eq!(words(&early), format!("this ticket is for another time: {start}"));
    let earlier = DoubleAdmission::new(Timestamp::from_millis(0), None);
    let admission = Admission::new("p-1", "RustConf", "2026-12-20T06:30:00Z".parse().unwrap());
    let admission = admission.starts_at(STARTS.parse().unwrap()).double_admissions(vec![earlier]);
    let both = "an earlier holder has entered with this pass at noon";
    let expected = format!("this ticket is for another day: {start}; {both}");
    assert_eq!(words(&Verdict::admitted(admission)), expected);
    let silent = Verdict::admitted(Admission::new("p-1", "RustConf", Timestamp::from_millis(0)));
    assert_eq!((silent.warnings, silent.starts_at), (vec![], None));
}

#[test]
fn refusal_for_another_day_has_title_and_start() {
    let detail = json!({
        "message": "RustConf: this ticket is for another day: Thu 24 Dec 2026, 19:30 +01:00", "field": "code",
        "code": "pass_other_day", "title": "RustConf", "startsAt": STARTS,
    });
    let verdict = Verdict::other_day_of(Some(&serde_json::from_value(detail).unwrap()));
    let expected = Verdict::other_day(STARTS.parse().unwrap(), "2026-12-23T00:00:00Z".parse().unwrap());
    assert_eq!(verdict, Verdict { title: Some("RustConf".to_owned()), ..expected });
}

#[test]
fn message_uses_caller_time_format() {
    let at = Timestamp::from_millis(0);
    let repeated = Verdict::already_admitted(Some(at), Some("north".to_owned()));
    assert_eq!(repeated.message_with(|_| "noon".to_owned()), "already admitted at noon by north");
    assert_eq!(repeated.message, "already admitted at 1970-01-01 00:00:00 UTC by north");
    let other = Verdict::refused_for(&ErrorCode::PassOffered).unwrap();
    assert_eq!(other.message_with(|_| "noon".to_owned()), other.message);
}
