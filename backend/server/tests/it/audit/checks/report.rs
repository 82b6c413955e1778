//! The report: what it shows, and what a second audit confirms.

use ticketing_server::audit::{Facts, check};

use super::facts::{sound, unconsumed_event};

#[test]
fn report_counts_what_it_does_not_show() {
    let mut facts = sound();
    facts.dead_letters = (0..12).map(|number| format!("letter {number}").into()).collect();
    let report = check(&facts);
    assert_eq!((report.is_clean(), report.count_violations()), (false, 12));
    let text = report.to_string();
    assert!(text.contains("16 BROKEN") && text.contains("letter 9") && text.contains("and 2 more"), "{text}");
    assert!(!text.contains("letter 10"), "{text}");
}

#[test]
fn violations_of_both_audits_in_one_state_are_confirmed() {
    let audit = |change: fn(&mut Facts)| {
        let mut facts = sound();
        change(&mut facts);
        check(&facts)
    };
    let first = audit(|facts| {
        facts.charges.clear();
        facts.order_copies[0].version = 0;
        facts.unconsumed.push(unconsumed_event("orders", "one", false));
    });
    let second = audit(|facts| {
        facts.charges.clear();
        // The copy has changed meanwhile, and another event is in progress.
        facts.order_copies[0].version = 1;
        facts.unconsumed.push(unconsumed_event("orders", "another", false));
    });
    assert_eq!((first.count_violations(), second.count_violations()), (4, 4));
    let confirmed = second.retain_confirmed(&first);
    let numbers: Vec<u8> =
        confirmed.checks.iter().filter(|check| !check.broken.is_empty()).map(|check| check.number).collect();
    assert_eq!((numbers, confirmed.count_violations()), (vec![10], 2));
    assert!(confirmed.retain_confirmed(&audit(|_| {})).is_clean());
}
