//! The golden files of responses, which are read and written without loss.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ticketing_sdk::{
    Admission, CurrentUserAnswer, NewCheckIn, NewClaim, NewOrder, NewPayment, NewResale, NewTicket, Order,
    Pass, PassKeys, PassTransfer, Payment, Problem, Ticket, TicketChange, TicketUpdate, User, fixtures,
};

use crate::support::{golden, order, payment, ticket};

/// Reads it as the type and writes it again.
#[expect(clippy::needless_pass_by_value, reason = "the values are written in place")]
fn is<T: DeserializeOwned + Serialize>(name: &str, sent: Value) {
    let read: T = serde_json::from_value(sent.clone()).unwrap();
    let written = serde_json::to_value(&read).unwrap();
    assert_eq!(written, sent, "{name}");
    // The text, too: the order of fields and the digits of a price.
    golden(&format!("answers/{name}.json"), &serde_json::to_string_pretty(&read).unwrap());
}

#[test]
fn every_answer_about_passes() {
    let issued = json!({
        "id": "p-1", "ticketId": "t-1", "issuerId": "u-1", "title": "RustConf", "venue": "City Hall", "serial": 0,
        "status": "valid", "version": 0, "issuedAt": "2026-11-22T10:15:00.000Z",
    });
    let with = |more: Value| {
        let mut pass = issued.clone();
        pass.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        pass
    };
    is::<Pass>("pass_issued", issued.clone());
    let held = json!({
        "code": "TK1AB", "orderId": "o-1", "resaleLimit": 20.5, "transferExpiresAt": "2026-11-29T10:15:00.000Z",
    });
    is::<Pass>("pass_held", with(held));
    is::<Pass>("pass_offered", with(json!({"status": "offered", "version": 1, "listingId": "t-2"})));
    let entered = json!({"status": "offered", "version": 2, "admittedAt": "2026-12-24T18:31:07.250Z"});
    is::<Pass>("pass_offered_admitted", with(entered));
    let used = json!({
        "status": "used", "admittedAt": "2026-12-24T18:31:07.250Z", "device": "north door",
        "doubleAdmissions": [{"admittedAt": "2026-12-24T18:33:09.000Z", "device": "south door"}],
    });
    is::<Pass>("pass_used", with(used));
    is::<PassTransfer>(
        "pass_transfer",
        json!({"claimCode": "ABCD", "expiresAt": "2026-11-29T10:15:00.000Z"}),
    );
    is::<NewClaim>("new_claim", json!({"claimCode": "ABCD"}));
    is::<NewResale>("new_resale", json!({"price": 20.5}));
    is::<NewCheckIn>("new_check_in", json!({"code": "TK1AB"}));
    is::<NewCheckIn>("new_check_in_of_an_event", json!({"code": "TK1AB", "startsWithin": 43200}));
    let admission = json!({
        "passId": "p-1", "title": "RustConf", "seat": "Row 4", "admittedAt": "2026-12-24T18:31:07.250Z",
    });
    is::<Admission>("admission", admission.clone());
    let mut of_event = json!({"passId": "p-1", "title": "RustConf", "venue": "City Hall"});
    of_event["startsAt"] = json!("2026-12-24T19:30:00+01:00");
    of_event["admittedAt"] = json!("2026-12-24T18:31:07.250Z");
    is::<Admission>("admission_of_an_event", of_event);
    let mut of_new_holder = admission;
    of_new_holder["doubleAdmissions"] =
        json!([{"admittedAt": "2026-12-24T18:02:09.000Z", "device": "south door"}]);
    is::<Admission>("admission_of_new_holder", of_new_holder);
    let key = json!({"kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "k", "alg": "EdDSA", "use": "sig"});
    is::<PassKeys>("pass_keys", json!({ "keys": [key] }));
    let mut resale = ticket("t-2");
    resale["resaleOf"] = json!("t-1");
    is::<Ticket>("ticket_resale", resale);
}

#[test]
fn every_answer() {
    let mut reserved = ticket("t-1");
    reserved["orderId"] = json!("o-1");
    reserved["status"] = json!("reserved");
    reserved["price"] = json!(20);
    is::<User>("user", json!({"id": "u-1", "email": "ada@example.com"}));
    let current = json!({"id": "u-1", "email": "a@b.c", "iat": 1, "exp": 2, "jti": "j", "iss": "ticketing"});
    is::<CurrentUserAnswer>("current_user", json!({ "currentUser": current }));
    is::<CurrentUserAnswer>("nobody", json!({"currentUser": null}));
    is::<Ticket>("ticket", ticket("t-1"));
    is::<Ticket>("ticket_reserved", reserved.clone());
    is::<TicketChange>("ticket_change", json!({"id": "42", "kind": "ticket:updated", "ticket": reserved}));
    let details = serde_json::to_value(fixtures::details()).unwrap();
    let with = |mut value: Value, more: &Value| {
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        value
    };
    is::<Ticket>("ticket_of_event", with(ticket("t-1"), &details));
    is::<NewTicket>("new_ticket_of_event", json!({"title": "x", "price": 20.5, "venue": "City Hall"}));
    is::<TicketUpdate>("ticket_update", json!({"title": "x", "price": 20.5, "venue": null, "seat": "4"}));
    let mut expired = with(order("cancelled"), &json!({"cancelReason": "expired"}));
    expired["ticket"] = with(expired["ticket"].clone(), &json!({"venue": "City Hall"}));
    is::<Order>("order_expired", expired);
    for status in ["created", "awaiting:payment", "complete", "cancelled"] {
        is::<Order>(&format!("order_{}", status.replace(':', "_")), order(status));
    }
    for status in ["pending", "authorized", "succeeded", "failed", "refunded"] {
        is::<Payment>(&format!("payment_{status}"), payment(status));
    }
    is::<Problem>(
        "problem",
        json!({"errors": [
            {"message": "Title is required", "field": "title", "code": "invalid_input"},
            {"message": "Price must be greater than 0", "field": "price", "code": "invalid_input"},
        ]}),
    );
    is::<Problem>("problem_without_code", json!({"errors": [{"message": "Not Found"}]}));
    is::<Problem>(
        "problem_price_changed",
        json!({"errors": [{"message": "The ticket costs $25.50 now", "field": "price", "code": "price_changed", "price": 25.5}]}),
    );
    is::<Problem>(
        "problem_already_admitted",
        json!({"errors": [{"message": "The pass was admitted", "field": "code", "code": "already_admitted",
            "admittedAt": "2026-12-24T18:31:07.250Z", "device": "north door"}]}),
    );
    is::<Problem>(
        "problem_offer_withdrawn",
        json!({"errors": [{"message": "The pass is for sale", "code": "pass_offered", "offerWithdrawn": true}]}),
    );
    is::<Problem>(
        "problem_pass_other_day",
        json!({"errors": [{
            "message": "RustConf: this ticket is for another day: Thu 24 Dec 2026, 19:30 +01:00", "field": "code",
            "code": "pass_other_day", "title": "RustConf", "startsAt": "2026-12-24T19:30:00+01:00",
        }]}),
    );
    is::<NewTicket>("new_ticket", json!({"title": "x", "price": 20.5}));
    is::<NewOrder>("new_order", json!({"ticketId": "t-1"}));
    is::<NewOrder>("new_order_at_price", json!({"ticketId": "t-1", "price": 20.5}));
    is::<NewPayment>("new_payment", json!({"orderId": "o-1", "token": "tok_visa"}));
}
