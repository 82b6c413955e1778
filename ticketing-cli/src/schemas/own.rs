//! The schemas of the records that the program makes itself.

use serde_json::{Map, Value, json};

/// A field that may be absent or null.
fn optional(kind: &str, description: &str) -> Value {
    json!({"type": [kind, "null"], "description": description})
}

fn time(description: &str) -> Value {
    json!({"anyOf": [{"$ref": "#/components/schemas/Timestamp"}, {"type": "null"}], "description": description})
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

#[expect(clippy::needless_pass_by_value, reason = "each call makes its properties in place")]
fn object(description: &str, required: &[&str], properties: Value) -> Value {
    json!({"type": "object", "description": description, "required": required, "properties": properties})
}

/// Returns the schemas by name.
pub(super) fn types() -> Map<String, Value> {
    let types = json!({
        "SessionStatus": object("The session of the program.", &["server", "signedIn", "keptIn"], json!({
            "server": text("The server that the session is bound to."),
            "signedIn": {"type": "boolean", "description": "Whether the server accepts the session."},
            "user": {"anyOf": [{"$ref": "#/components/schemas/User"}, {"type": "null"}]},
            "since": time("When the session began, if the server states it."),
            "until": time("When the session expires, if the server states it."),
            "keptIn": text("Where the session is kept."),
        })),
        "WatchLine": object(
            "A change of a ticket. After a `reset`, changes before the line were missed.",
            &["id", "kind"],
            json!({
                "id": optional("string", "The position of the change, for --after."),
                "kind": {"enum": ["ticket:created", "ticket:updated", "ticket:deleted", "reset"]},
                "ticket": {"$ref": "#/components/schemas/Ticket", "description": "The ticket after the change."},
                "at": {"$ref": "#/components/schemas/Timestamp", "description": "The time of the change."},
            }),
        ),
        "Explanation": object("Why an order is as it is.", &["orderId", "summary", "entries", "gaps"], json!({
            "orderId": text("The order that is explained."),
            "summary": text("One sentence."),
            "order": {"$ref": "#/components/schemas/Order", "description": "The order as it is, if it can be read."},
            "entries": {"type": "array", "items": {"$ref": "#/components/schemas/TimelineEntry"}},
            "gaps": {"type": "array", "items": {"$ref": "#/components/schemas/TimelineGap"}},
        })),
        "TimelineGap": object("A part of a timeline that is missing.", &["service", "reason"], json!({
            "service": text("The service."),
            "reason": text("Why its part is missing."),
        })),
        "ProfileLine": object("A profile.", &["name", "server", "current"], json!({
            "name": text("Its name."),
            "server": text("The server that it is bound to."),
            "current": {"type": "boolean", "description": "Whether commands use it."},
        })),
        "AliasLine": object("An alias.", &["name", "expansion"], json!({
            "name": text("The word."),
            "expansion": text("What it stands for."),
        })),
        "Setting": object("A setting of the client.", &["key", "value", "description"], json!({
            "key": text("Its name."),
            "value": optional("string", "Its value, if it is set."),
            "description": text("What it sets."),
        })),
        "Check": object("The result of a check.", &["name", "status", "finding"], json!({
            "name": text("What was checked."),
            "status": {"enum": ["ok", "warning", "failed"]},
            "finding": text("What was found."),
            "advice": optional("string", "What to do, unless it is well."),
        })),
        "Settlement": object(
            "What became of an interrupted write.",
            &["operation", "outcome", "detail"],
            json!({
                "operation": text("The command that was interrupted."),
                "outcome": {"enum": ["done", "paid", "cancelled", "declined", "unpaid", "not_done", "unknown", "repeat", "skipped"]},
                "orderId": optional("string", "The order that the write concerns."),
                "paymentId": optional("string", "The newest payment of the order."),
                "result": optional("object", "The created resource, as the server returned it: the ticket, the pass, the claim code."),
                "detail": text("What became of the write and of the money, in words; if it is not settled, what to do."),
            }),
        ),
        "ClockTime": object("The time of the marketplace.", &["now"], json!({
            "now": {"$ref": "#/components/schemas/Timestamp"},
        })),
        "AuditReport": object("What the audit found.", &["status", "unsettled", "checks"], json!({
            "status": {"enum": ["ok", "pending", "broken"], "description": "That of the worst check."},
            "unsettled": {"type": "integer", "description": "The number of unfinished items: events, payments, deadlines."},
            "checks": {"type": "array", "items": {"$ref": "#/components/schemas/InvariantCheck"}},
        })),
        "InvariantCheck": object(
            "One invariant, and whether it holds.",
            &["number", "name", "status", "examined", "violations", "pending"],
            json!({
                "number": {"type": "integer", "description": "Its number in the list of invariants."},
                "name": text("The invariant in a few words."),
                "status": {"enum": ["ok", "pending", "broken"]},
                "examined": {"type": "integer", "description": "The number of items that were checked."},
                "violations": {"type": "array", "items": {"type": "string"}},
                "pending": {
                    "type": "array", "items": {"type": "string"},
                    "description": "The violations that unfinished work explains.",
                },
            }),
        ),
        "Backup": object("A completed backup.", &["folder", "databases", "bytes", "waitedMs"], json!({
            "folder": text("The folder of the copy."),
            "databases": {"type": "integer", "description": "The number of databases."},
            "bytes": {"type": "integer", "description": "Their size."},
            "waitedMs": {"type": "integer", "description": "The longest time that a write of the server waited, in milliseconds."},
        })),
        "Verdict": object("What the door says about one code.", &["verdict", "message"], json!({
            "verdict": {"enum": ["admitted", "refused", "unknown"]},
            "reason": optional("string", "The code of the error."),
            "message": text("The verdict in words."),
            "passId": optional("string", "Identifies the pass."),
            "title": optional("string", "The title of the event."),
            "seat": optional("string", "The seat."),
            "admittedAt": time("When the pass was admitted."),
            "device": optional("string", "The device that admitted it."),
            "doubleAdmissions": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/DoubleAdmission"},
                "description": "The other admissions on record: an earlier holder has entered.",
            },
            "venue": optional("string", "The venue of the event."),
            "startsAt": {
                "anyOf": [{"$ref": "#/components/schemas/EventTime"}, {"type": "null"}],
                "description": "When the event starts, if the verdict knows of it.",
            },
            "warnings": {
                "type": "array",
                "items": {"enum": ["pass_other_day", "earlier_holder_entered"]},
                "description": "What to look at although the holder enters.",
            },
            "listedAt": time("When the door list was made by which the code is refused."),
        })),
        "Conflict": object("An admission that is in doubt.", &["passId", "title", "reason", "message", "at"], json!({
            "passId": text("Identifies the pass."),
            "title": text("The title of the event."),
            "seat": optional("string", "The seat."),
            "reason": text("The code of the error."),
            "message": text("The conflict in words."),
            "at": {"$ref": "#/components/schemas/Timestamp"},
            "device": optional("string", "The device of this admission."),
            "firstAt": time("When a device first admitted the pass: this one or another."),
            "firstDevice": optional("string", "That device."),
            "otherAt": time("When another device first admitted the pass."),
            "otherDevice": optional("string", "That device."),
        })),
    });
    match types {
        Value::Object(types) => types,
        _ => unreachable!("it is written as an object"),
    }
}
