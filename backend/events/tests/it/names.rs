//! Event names (`order:created`) and subjects (`ticketing.order.created.<id>`).

use std::collections::BTreeSet;

use ticketing_events::{AnyEventName, EventName};

use crate::samples::{Sample, TICKET, for_every_event};

#[test]
fn event_names_match_the_contract() {
    let names: Vec<&str> = EventName::ALL.iter().map(|name| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "ticket:created",
            "ticket:updated",
            "ticket:deleted",
            "pass:issued",
            "pass:transferred",
            "pass:updated",
            "pass:admitted",
            "order:created",
            "order:cancelled",
            "order:confirmed",
            "order:completed",
            "listing:closed",
            "expiration:complete",
            "payment:authorized",
            "payment:created",
            "payment:failed",
            "payment:refunded",
            "session:ended",
        ]
    );
    for name in EventName::ALL {
        assert_eq!((name.as_str().parse(), name.to_string().as_str()), (Ok(*name), name.as_str()));
    }
}

#[test]
fn unknown_text_is_no_event_name() {
    for word in ["", "ticket", "ticket:", "ticket.created", "Ticket:created", "ticket:created ", "order:paid"]
    {
        assert!(word.parse::<EventName>().is_err(), "{word:?}");
    }
}

#[test]
fn name_of_another_version_stays_what_it_is() {
    for word in ["order:paid", "", "ü:\n", "ticket:created "] {
        let name = AnyEventName::from(word);
        assert_eq!((name.as_str(), name.to_known(), name.to_string().as_str()), (word, None, word));
    }
    for known in EventName::ALL {
        let name = AnyEventName::from(known.as_str());
        assert_eq!((name.to_known(), &name), (Some(*known), &AnyEventName::from(*known)));
        assert!(name == *known && name != AnyEventName::from("order:paid"));
    }
}

#[test]
fn event_names_and_subjects_are_unique() {
    let mut names = BTreeSet::new();
    let mut collect = |name: EventName| assert!(names.insert(name), "{name} twice");
    fn name<E: Sample>() -> EventName {
        E::NAME
    }
    macro_rules! all {
        ($($event:ident),+) => { $(collect(name::<ticketing_events::$event>());)+ };
    }
    all!(
        TicketCreated,
        TicketUpdated,
        TicketDeleted,
        PassIssued,
        PassTransferred,
        PassUpdated,
        PassAdmitted,
        OrderCreated,
        OrderCancelled,
        OrderConfirmed,
        OrderCompleted,
        ListingClosed,
        ExpirationComplete,
        PaymentAuthorized,
        PaymentCreated,
        PaymentFailed,
        PaymentRefunded,
        SessionEnded
    );
    assert!(names.iter().eq(EventName::ALL.iter().collect::<BTreeSet<_>>()));
}

#[test]
fn subject_ends_with_the_aggregate() {
    assert_eq!(EventName::TicketCreated.subject("T"), "ticketing.ticket.created.T");
    assert_eq!(EventName::OrderCancelled.subject("O"), "ticketing.order.cancelled.O");
    assert_eq!(EventName::ExpirationComplete.subject("O"), "ticketing.expiration.complete.O");
    assert_eq!(EventName::SessionEnded.subject("S"), "ticketing.session.ended.S");
    fn has_four_tokens<E: Sample>() {
        let subject = E::NAME.subject(E::OF.0);
        assert_eq!(subject.split('.').count(), 4, "{subject}");
        assert!(!subject.contains(':') && subject.ends_with(E::OF.0), "{subject}");
    }
    for_every_event!(has_four_tokens);
    assert!(EventName::TicketUpdated.subject(TICKET).starts_with("ticketing.ticket.updated.0192"));
}
