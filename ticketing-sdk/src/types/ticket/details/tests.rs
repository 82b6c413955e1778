//! The details of a ticket: their limits, their updates and their JSON.

use super::*;

#[test]
fn texts_are_trimmed_composed_and_bounded() {
    let read = |text: &str| {
        let mut update = DetailsUpdate::default();
        update.set(DetailField::Seat, text).map(|()| {
            let mut details = TicketDetails::default();
            details.apply(&update);
            details.seat
        })
    };
    assert_eq!(read("  Reihe A\u{308} \n").unwrap().unwrap(), "Reihe \u{c4}");
    assert!(read(&"é".repeat(60)).is_ok());
    assert_eq!(read(&"é".repeat(61)), Err(DetailError::TooLong(DetailField::Seat)));
    assert_eq!(read("\u{200b}\u{3164}"), Err(DetailError::Empty(DetailField::Seat)));
    assert_eq!(read("A\0"), Err(DetailError::Nul(DetailField::Seat)));
    assert_eq!(read("Row 4 \r\n seat 1\tleft\u{2028}\u{7f}").unwrap().unwrap(), "Row 4 seat 1 left");
    assert_eq!(read("").unwrap_err().to_string(), "Seat must not be empty");
}

#[test]
fn description_keeps_its_lines() {
    let mut update = DetailsUpdate::default();
    update.set(DetailField::Description, "One\n\ttwo").unwrap();
    assert_eq!(update.description, FieldUpdate::Set("One\n\ttwo".to_owned()));
}

#[test]
fn absent_field_stays_and_null_clears() {
    let update: DetailsUpdate = serde_json::from_str(r#"{"venue":null,"seat":"4"}"#).unwrap();
    assert_eq!(update.venue, FieldUpdate::Clear);
    assert_eq!(update.starts_at, FieldUpdate::Keep);
    assert_eq!(serde_json::to_string(&update).unwrap(), r#"{"venue":null,"seat":"4"}"#);
    let starts_at = Some("2026-12-24T19:30:00+01:00".parse().unwrap());
    let mut details = TicketDetails { venue: Some("Tivoli".to_owned()), starts_at, ..Default::default() };
    details.apply(&update);
    assert_eq!(details.get(DetailField::Venue), None);
    assert_eq!(details.get(DetailField::StartsAt), Some("2026-12-24T19:30:00+01:00"));
    assert_eq!(details.get(DetailField::Seat), Some("4"));
}

#[test]
fn unreadable_field_of_another_backend_counts_as_absent() {
    let details: TicketDetails =
        serde_json::from_str(r#"{"venue":{"city":"Rome"},"startsAt":"soon","seat":"4"}"#).unwrap();
    assert_eq!((details.venue, details.starts_at, details.seat.as_deref()), (None, None, Some("4")));
}

#[test]
fn start_without_seconds_gets_them() {
    let set = |text: &str| {
        let mut update = DetailsUpdate::default();
        update
            .set(DetailField::StartsAt, text)
            .map(|()| serde_json::to_value(&update).unwrap()["startsAt"].clone())
    };
    for (text, sent) in [
        ("2027-05-01T19:30+01:00", "2027-05-01T19:30:00+01:00"),
        (" 2027-05-01t19:30Z ", "2027-05-01t19:30:00Z"),
        ("2027-05-01T19:30:15-05:00", "2027-05-01T19:30:15-05:00"),
    ] {
        assert_eq!(set(text).unwrap(), sent);
    }
    for bad in [
        "2027-05-01T19:30",
        "2027-05-01T19:30.5Z",
        "2027-05-01T19+01:00",
        "2027-05-01T19:60Z",
        "2027-05-01T19:3éZ",
    ] {
        assert!(set(bad).is_err(), "{bad}");
    }
}

#[test]
fn every_field_can_be_set_read_and_cleared() {
    for field in DetailField::ALL {
        let text = if *field == DetailField::StartsAt { "2026-12-24T19:30:00Z" } else { "x" };
        let (mut update, mut details) = (DetailsUpdate::default(), TicketDetails::default());
        update.set(*field, text).unwrap();
        details.apply(&update);
        assert_eq!(details.get(*field), Some(text));
        let json = serde_json::to_value(&details).unwrap();
        assert_eq!(json[field.name()], text);
        update.clear(*field);
        details.apply(&update);
        assert!(details.is_empty());
    }
}
