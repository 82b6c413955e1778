//! Holders who have entered at a door without a network while their pass is for sale.

use super::*;

/// The holder of the pass `pg` enters at a door without a network, which uploads while listing `g2` offers it.
fn enter_while_offered(facts: &mut Facts) {
    let admitted_at = Some(Timestamp::from_millis(NOW));
    let updated = event("pg", 2, "pass:updated", PassStatus::Offered, 0);
    facts.pass_events.push(PassEventRow { admitted_at, ..updated });
    let pass = pass_mut(facts, "pg");
    (pass.version, pass.admitted_at) = (2, admitted_at);
}

fn withdraw(facts: &mut Facts) {
    let ticket = ticket_mut(facts, "g2");
    (ticket.status, ticket.withdrawn) = ("deleted".to_owned(), true);
}

#[test]
fn open_listing_of_an_admitted_holder_breaks_invariant_22() {
    assert_eq!(violations(enter_while_offered), [22], "it is available");
    let reserve = |facts: &mut Facts, withdrawn: bool, status: OrderStatus| {
        enter_while_offered(facts);
        let ticket = ticket_mut(facts, "g2");
        (ticket.status, ticket.withdrawn) = ("reserved".to_owned(), withdrawn);
        let (id, ticket_id) = ("order-g2".to_owned(), "g2".to_owned());
        let order = OrderRow { id, ticket_id, status, version: 0, ..order(facts, "order-g").clone() };
        facts.orders.push(order);
    };
    let reserved = |withdrawn, status| violations(|facts| reserve(facts, withdrawn, status));
    assert_eq!(reserved(false, OrderStatus::AwaitingPayment), [22]);
    assert_eq!(reserved(true, OrderStatus::AwaitingPayment), [0_u8; 0], "its order is the last one");
    assert_eq!(reserved(true, OrderStatus::Created), [22], "its order can still be paid");
    let pending = check_changed(|facts| {
        reserve(facts, true, OrderStatus::Created);
        facts.unconsumed.push(unconsumed_event("orders", "g2", true));
    });
    assert_eq!(pending, (vec![], vec![22]), "orders does not know of the admission");
    let earlier = violations(|facts| {
        pass_mut(facts, "pg").double_admissions = vec![DoubleAdmission::new(Timestamp::from_millis(1), None)];
    });
    assert_eq!(earlier, [22], "an earlier holder has entered");
    let closed = |facts: &mut Facts| {
        enter_while_offered(facts);
        withdraw(facts);
    };
    assert_eq!(violations(closed), [22], "orders has closed the listing");
    let pending = check_changed(|facts| {
        closed(facts);
        facts.unconsumed.push(unconsumed_event("tickets", "g2", true));
    });
    assert_eq!(pending, (vec![], vec![22]));
}

#[test]
fn pass_is_used_once_the_listing_of_an_admitted_holder_closes() {
    let used = |facts: &mut Facts| {
        enter_while_offered(facts);
        withdraw(facts);
        let admitted_at = Some(Timestamp::from_millis(NOW));
        let admitted = event("pg", 3, "pass:admitted", PassStatus::Used, 0);
        facts.pass_events.push(PassEventRow { admitted_at, ..admitted });
        let pass = pass_mut(facts, "pg");
        (pass.status, pass.version, pass.listing_id) = (PassStatus::Used, 3, None);
    };
    assert_eq!(violations(used), [0_u8; 0]);
    let valid = violations(|facts| {
        used(facts);
        event_mut(facts, "pg", 3).name = "pass:updated".to_owned();
        event_mut(facts, "pg", 3).status = PassStatus::Valid;
        let pass = pass_mut(facts, "pg");
        (pass.status, pass.admitted_at) = (PassStatus::Valid, None);
    });
    assert_eq!(valid, [21], "the admission is lost");
    let other = violations(|facts| {
        used(facts);
        pass_mut(facts, "pg").admitted_at = Some(Timestamp::from_millis(NOW + 1));
    });
    assert_eq!(other, [21], "the first admission is another one");
    let double = DoubleAdmission::new(Timestamp::from_millis(NOW + 1), None);
    let with_double = violations(|facts| {
        used(facts);
        pass_mut(facts, "pg").double_admissions = vec![double];
    });
    assert_eq!(with_double, [0_u8; 0]);
}
