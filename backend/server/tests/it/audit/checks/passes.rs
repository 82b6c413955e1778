//! The checks of passes: what is owed to a holder follows from the orders, claims from the events.

mod entered;

use serde_json::json;
use ticketing_sdk::{DoubleAdmission, OrderStatus, PassStatus, Timestamp};
use ticketing_server::audit::{Facts, OrderRow, PassEventRow, PassRow, TicketRow, check};

use super::facts::{NOW, event, order, pass, sound, unconsumed_event};

/// Returns the passes of [`sound`] and these: ticket `t` of `seller` was sold to `u`, who gave its pass `pt` to `v`;
/// `v` resold it with listing `t2` to `w`, who has entered. Ticket `g` was sold to `u`, who offers its pass `pg` with
/// listing `g2`.
fn with_passes() -> Facts {
    let mut facts = sound();
    for (ticket, seller, resale_of, status) in [
        ("t", "seller", None, "sold"),
        ("t2", "v", Some("t"), "sold"),
        ("g", "seller", None, "sold"),
        ("g2", "u", Some("g"), "available"),
    ] {
        facts.tickets.push(TicketRow {
            id: ticket.to_owned(),
            user_id: seller.to_owned(),
            resale_of: resale_of.map(str::to_owned),
            title: "Ticket".to_owned(),
            status: status.to_owned(),
            order_id: (status == "sold").then(|| format!("order-{ticket}")),
            ..facts.tickets[0].clone()
        });
    }
    for (ticket, buyer) in [("t", "u"), ("t2", "w"), ("g", "u")] {
        let order = OrderRow {
            id: format!("order-{ticket}"),
            user_id: buyer.to_owned(),
            ticket_id: ticket.to_owned(),
            title: "Ticket".to_owned(),
            ..order(&mut facts, "c").clone()
        };
        facts.orders.push(order);
    }
    facts.passes.extend([
        PassRow {
            serial: 2,
            status: PassStatus::Used,
            version: 5,
            admitted_at: Some(Timestamp::from_millis(NOW)),
            ..pass("pt", "t", "w", Some("order-t2"))
        },
        PassRow {
            status: PassStatus::Offered,
            version: 1,
            listing_id: Some("g2".to_owned()),
            ..pass("pg", "g", "u", Some("order-g"))
        },
    ]);
    facts.pass_events.extend([
        event("pt", 0, "pass:issued", PassStatus::Valid, 0),
        event("pt", 1, "pass:updated", PassStatus::Valid, 0),
        PassEventRow {
            holder_id: Some("v".to_owned()),
            ..event("pt", 2, "pass:transferred", PassStatus::Valid, 1)
        },
        event("pt", 3, "pass:updated", PassStatus::Offered, 1),
        PassEventRow {
            holder_id: Some("w".to_owned()),
            order_id: Some("order-t2".to_owned()),
            ..event("pt", 4, "pass:transferred", PassStatus::Valid, 2)
        },
        event("pt", 5, "pass:admitted", PassStatus::Used, 2),
        event("pg", 0, "pass:issued", PassStatus::Valid, 0),
        event("pg", 1, "pass:updated", PassStatus::Offered, 0),
    ]);
    facts
}

/// Applies a change to the facts, and returns the violated invariants of passes: the broken and the pending ones.
fn check_changed(change: impl FnOnce(&mut Facts)) -> (Vec<u8>, Vec<u8>) {
    let mut facts = with_passes();
    change(&mut facts);
    let report = check(&facts);
    let of_passes = report.checks.iter().filter(|check| (19..=22).contains(&check.number));
    let mut numbers = (Vec::new(), Vec::new());
    for check in of_passes {
        numbers.0.extend((!check.broken.is_empty()).then_some(check.number));
        numbers.1.extend((!check.pending.is_empty()).then_some(check.number));
    }
    numbers
}

fn violations(change: impl FnOnce(&mut Facts)) -> Vec<u8> {
    let (broken, pending) = check_changed(change);
    assert_eq!(pending, [0_u8; 0], "nothing is unfinished");
    broken
}

fn pass_mut<'f>(facts: &'f mut Facts, id: &str) -> &'f mut PassRow {
    facts.passes.iter_mut().find(|pass| pass.id == id).unwrap()
}

fn event_mut<'f>(facts: &'f mut Facts, pass: &str, version: i64) -> &'f mut PassEventRow {
    let is_it = |event: &&mut PassEventRow| event.pass_id == pass && event.version == version;
    facts.pass_events.iter_mut().find(is_it).unwrap()
}

fn ticket_mut<'f>(facts: &'f mut Facts, id: &str) -> &'f mut TicketRow {
    facts.tickets.iter_mut().find(|ticket| ticket.id == id).unwrap()
}

/// The outbox keeps events for a week only.
fn prune(facts: &mut Facts, pass: &str, before: i64) {
    facts.pass_events.retain(|event| event.pass_id != pass || event.version >= before);
}

#[test]
fn passes_as_sold_claimed_offered_and_admitted_are_clean() {
    assert_eq!(violations(|_| {}), [0_u8; 0]);
    let report = check(&with_passes());
    let examined = report.checks.iter().filter(|check| check.number >= 19).map(|check| check.examined);
    assert_eq!(examined.collect::<Vec<_>>(), [3, 3, 3, 3]);
    for version in 1..=6 {
        assert_eq!(violations(|facts| prune(facts, "pt", version)), [0_u8; 0], "before version {version}");
    }
}

#[test]
fn complete_order_without_its_pass_breaks_invariant_19() {
    assert_eq!(violations(|facts| facts.passes.retain(|pass| pass.id != "pg")), [19]);
    let resold = violations(|facts| facts.passes.retain(|pass| pass.id != "pt"));
    assert_eq!(resold, [19]);
    let twice = violations(|facts| facts.passes.push(pass("again", "g", "u", Some("order-g"))));
    assert_eq!(twice, [19, 22], "two passes of one order, of which one is not offered");
    let pending = check_changed(|facts| {
        facts.passes.retain(|pass| pass.id != "pg");
        facts.unconsumed.push(unconsumed_event("tickets", "order-g", true));
    });
    assert_eq!(pending, (vec![], vec![19]), "the event of the order is on its way");
}

#[test]
fn pass_without_complete_order_breaks_invariant_19() {
    for (ticket, reason) in [("f", "not sold"), ("nothing", "unknown"), ("t2", "a resale makes no pass")] {
        let invented = violations(|facts| facts.passes.push(pass("new", ticket, "u", None)));
        assert!(invented.contains(&19), "{reason}: {invented:?}");
    }
    let cancelled = violations(|facts| {
        let order = order(facts, "order-g");
        (order.status, order.cancel_reason) = (OrderStatus::Cancelled, Some("expired".to_owned()));
    });
    assert_eq!(cancelled, [19]);
}

#[test]
fn pass_with_other_issuer_or_title_breaks_invariant_19() {
    assert_eq!(violations(|facts| pass_mut(facts, "pg").issuer_id = "v".to_owned()), [19]);
    assert_eq!(violations(|facts| pass_mut(facts, "pg").title = "Front row".to_owned()), [19]);
    assert_eq!(violations(|facts| pass_mut(facts, "pg").details = json!({ "seat": "A 1" })), [19]);
}

#[test]
fn holder_other_than_last_buyer_or_claimant_breaks_invariant_20() {
    assert_eq!(violations(|facts| pass_mut(facts, "pt").holder_id = "v".to_owned()), [20], "the reseller");
    assert_eq!(violations(|facts| pass_mut(facts, "pt").order_id = Some("order-t".to_owned())), [20]);
    assert_eq!(
        violations(|facts| pass_mut(facts, "pt").order_id = None),
        [20],
        "nobody has claimed it since"
    );
    let stolen = violations(|facts| pass_mut(facts, "pg").holder_id = "w".to_owned());
    assert_eq!(stolen, [20, 22], "the thief does not offer it");
    let claimed = |holder: &'static str, order: Option<&'static str>| {
        violations(|facts| {
            facts.orders.retain(|order| order.id != "order-t2");
            facts.tickets.retain(|ticket| ticket.id != "t2");
            facts.pass_events.retain(|event| event.pass_id != "pt" || event.version <= 2);
            let claimed = PassRow { serial: 1, version: 2, ..pass("pt", "t", holder, order) };
            *pass_mut(facts, "pt") = claimed;
        })
    };
    assert_eq!(claimed("v", None), [0_u8; 0]);
    assert_eq!(claimed("u", None), [20], "it was claimed from this user");
    assert_eq!(claimed("u", Some("order-t")), [20], "the claim is forgotten");
}

#[test]
fn pass_with_other_price_than_its_last_sale_breaks_invariant_20() {
    assert_eq!(violations(|facts| pass_mut(facts, "pg").paid = 1), [20]);
    let resold = violations(|facts| {
        order(facts, "order-t2").price = 1500;
        pass_mut(facts, "pt").paid = 1500;
    });
    assert_eq!(resold, [0_u8; 0], "the limit of the next resale");
}

#[test]
fn serial_other_than_the_changes_of_holder_breaks_invariant_20() {
    assert_eq!(violations(|facts| pass_mut(facts, "pg").serial = 1), [20]);
    let with_serial = |serial: i64| {
        violations(|facts| {
            pass_mut(facts, "pt").serial = serial;
            event_mut(facts, "pt", 5).serial = serial;
        })
    };
    assert_eq!((with_serial(1), with_serial(3)), (vec![20], vec![20]));
    let skipped = violations(|facts| event_mut(facts, "pt", 2).serial = 0);
    assert_eq!(skipped, [20], "the claim has raised no serial");
    let forgotten = violations(|facts| {
        prune(facts, "pt", 6);
        pass_mut(facts, "pt").serial = 0;
    });
    assert_eq!(forgotten, [20], "orders knows of a resale");
}

#[test]
fn sale_that_has_not_moved_the_pass_is_pending_until_consumed() {
    let unmoved = |facts: &mut Facts| {
        facts.pass_events.retain(|event| event.pass_id != "pt" || event.version <= 3);
        let (status, listing_id) = (PassStatus::Offered, Some("t2".to_owned()));
        *pass_mut(facts, "pt") =
            PassRow { serial: 1, version: 3, status, listing_id, ..pass("pt", "t", "v", None) };
        ticket_mut(facts, "t2").status = "reserved".to_owned();
    };
    assert_eq!(check_changed(unmoved), (vec![20], vec![]));
    let pending = check_changed(|facts| {
        unmoved(facts);
        facts.unconsumed.push(unconsumed_event("tickets", "order-t2", true));
    });
    assert_eq!(pending, (vec![], vec![20]));
}

#[test]
fn second_admission_breaks_invariant_21() {
    let again =
        violations(|facts| facts.pass_events.push(event("pt", 6, "pass:admitted", PassStatus::Used, 2)));
    assert_eq!(again, [21]);
    let reset = violations(|facts| {
        let pass = pass_mut(facts, "pt");
        (pass.status, pass.admitted_at) = (PassStatus::Valid, None);
    });
    assert_eq!(reset, [21], "an admitted pass is valid again");
}

#[test]
fn admission_before_the_first_one_breaks_invariant_21() {
    let double = |at: i64| vec![DoubleAdmission::new(Timestamp::from_millis(at), None)];
    // The holder is the third one: earlier ones may have entered before.
    let of_third = |at: i64| violations(|facts| pass_mut(facts, "pt").double_admissions = double(at));
    assert_eq!((of_third(NOW), of_third(NOW - 1)), (vec![], vec![]));
    let of_first = |at: i64| {
        violations(|facts| {
            let used = event("ps", 1, "pass:admitted", PassStatus::Used, 0);
            let admitted_at = Some(Timestamp::from_millis(NOW));
            facts.pass_events.push(PassEventRow { admitted_at, ..used });
            let pass = pass_mut(facts, "ps");
            (pass.status, pass.version, pass.admitted_at) = (PassStatus::Used, 1, admitted_at);
            pass.double_admissions = double(at);
        })
    };
    assert_eq!((of_first(NOW), of_first(NOW - 1)), (vec![], vec![21]));
    let stated = |version: i64, at: i64| {
        violations(|facts| {
            event_mut(facts, "pt", version).admitted_at = Some(Timestamp::from_millis(at));
            pass_mut(facts, "pt").double_admissions = if at == NOW { Vec::new() } else { double(at) };
        })
    };
    assert_eq!(stated(5, NOW - 1), [21], "by a code of the present serial");
    assert_eq!(stated(3, NOW - 1), [0_u8; 0], "by a code of an earlier serial");
    assert_eq!(stated(3, NOW), [21], "the admission of an earlier holder is the first one");
}

#[test]
fn admission_by_an_old_code_or_offered_pass_breaks_invariant_21() {
    assert_eq!(violations(|facts| event_mut(facts, "pt", 5).serial = 1), [21], "the code of the reseller");
    let offered = violations(|facts| {
        facts.pass_events.push(event("pg", 2, "pass:admitted", PassStatus::Used, 0));
        let pass = pass_mut(facts, "pg");
        (pass.status, pass.version, pass.listing_id) = (PassStatus::Used, 2, None);
        pass.admitted_at = Some(Timestamp::from_millis(NOW));
    });
    assert_eq!(offered, [21, 22], "admitted while its listing is open");
}

#[test]
fn used_pass_without_admission_breaks_invariant_21() {
    let forged = violations(|facts| {
        let id = "forged-order".to_owned();
        let order = OrderRow { id, ticket_id: "f".to_owned(), ..order(facts, "order-g").clone() };
        facts.orders.push(order);
        facts.tickets.iter_mut().for_each(|ticket| {
            if ticket.id == "f" {
                "sold".clone_into(&mut ticket.status);
            }
        });
        let mut used = pass("pf", "f", "u", Some("forged-order"));
        (used.issuer_id, used.status) = ("u".to_owned(), PassStatus::Used);
        used.admitted_at = Some(Timestamp::from_millis(NOW));
        facts.passes.push(used);
        facts.pass_events.push(event("pf", 0, "pass:issued", PassStatus::Valid, 0));
    });
    assert!(forged.contains(&21), "{forged:?}");
    assert_eq!(violations(|facts| pass_mut(facts, "pt").admitted_at = None), [21]);
}

#[test]
fn valid_pass_with_an_open_listing_breaks_invariant_22() {
    let valid = |facts: &mut Facts| {
        let pass = pass_mut(facts, "pg");
        (pass.status, pass.listing_id) = (PassStatus::Valid, None);
    };
    assert_eq!(violations(valid), [22], "its listing is for sale");
    let withdrawn = |facts: &mut Facts| {
        valid(facts);
        let ticket = ticket_mut(facts, "g2");
        (ticket.status, ticket.withdrawn) = ("deleted".to_owned(), true);
    };
    assert_eq!(violations(withdrawn), [0_u8; 0]);
    let ordered = violations(|facts| {
        withdrawn(facts);
        let (id, ticket_id) = ("order-g2".to_owned(), "g2".to_owned());
        let (status, version) = (OrderStatus::AwaitingPayment, 1);
        let order = OrderRow { id, ticket_id, status, version, ..order(facts, "order-g").clone() };
        facts.orders.push(order);
    });
    assert_eq!(ordered, [22], "an order of the withdrawn listing is unpaid");
}

#[test]
fn offered_pass_without_its_listing_breaks_invariant_22() {
    assert_eq!(violations(|facts| pass_mut(facts, "pg").listing_id = None), [22]);
    assert_eq!(violations(|facts| pass_mut(facts, "pg").listing_id = Some("f".to_owned())), [22]);
    assert_eq!(violations(|facts| pass_mut(facts, "pg").listing_id = Some("nothing".to_owned())), [22]);
    assert_eq!(violations(|facts| ticket_mut(facts, "g2").user_id = "v".to_owned()), [22]);
    assert_eq!(violations(|facts| pass_mut(facts, "pt").listing_id = Some("t2".to_owned())), [22]);
    let withdrawn = |facts: &mut Facts| ticket_mut(facts, "g2").status = "deleted".to_owned();
    assert_eq!(check_changed(withdrawn), (vec![22], vec![]), "orders has closed the listing");
    let pending = check_changed(|facts| {
        withdrawn(facts);
        facts.unconsumed.push(unconsumed_event("tickets", "g2", true));
    });
    assert_eq!(pending, (vec![], vec![22]), "the event that closes the listing is on its way");
}

#[test]
fn resale_after_the_start_of_its_event_breaks_invariant_22() {
    let started = |facts: &mut Facts, ago: i64| {
        let starts_at = Timestamp::from_millis(NOW - ago).to_string();
        let details = json!({ "venue": "City Hall", "startsAt": starts_at });
        order(facts, "order-g").details = details.clone();
        pass_mut(facts, "pg").details = details;
    };
    assert_eq!(violations(|facts| started(facts, 5_000)), [0_u8; 0], "the server may have been restarted");
    assert_eq!(violations(|facts| started(facts, 5_001)), [22]);
    let pending = check_changed(|facts| {
        started(facts, 5_001);
        facts.due_resales.push("g2".to_owned());
    });
    assert_eq!(pending, (vec![], vec![22]), "the next server ends it");
}
