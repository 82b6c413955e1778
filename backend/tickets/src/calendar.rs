//! The event of a pass as an iCalendar object (RFC 5545). The well-kept crate for this depends on `chrono`, which the
//! workspace bans; what is needed of the format is one event with four texts.

use ticketing_sdk::{EventTime, Timestamp};

use crate::domain::pass::StoredPass;

/// The longest line, in octets without its end.
const MAX_LINE: usize = 75;

/// Returns the calendar with the event; `None` where the pass does not say when it starts.
pub(crate) fn event(pass: &StoredPass) -> Option<String> {
    let starts = pass.details.starts_at.as_ref().map(EventTime::instant)?;
    let notes = [pass.details.seat.as_deref(), pass.details.description.as_deref()];
    let notes: Vec<&str> = notes.into_iter().flatten().collect();
    let mut text = String::new();
    let mut line = |content: &str| fold(&mut text, content);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//ticketing//passes//EN");
    line("BEGIN:VEVENT");
    line(&format!("UID:{}@ticketing", pass.id));
    line(&format!("DTSTAMP:{}", utc(pass.issued_at)));
    line(&format!("DTSTART:{}", utc(starts)));
    line(&format!("SUMMARY:{}", escape(&pass.title)));
    if let Some(venue) = &pass.details.venue {
        line(&format!("LOCATION:{}", escape(venue)));
    }
    if !notes.is_empty() {
        line(&format!("DESCRIPTION:{}", escape(&notes.join("\n"))));
    }
    line("END:VEVENT");
    line("END:VCALENDAR");
    Some(text)
}

/// `20261224T183000Z`
fn utc(time: Timestamp) -> String {
    // RFC 3339 in UTC with milliseconds, without its separators and fraction.
    let text = time.to_string();
    let seconds = text.split('.').next().unwrap_or_default();
    seconds.chars().filter(|char| !matches!(char, '-' | ':')).chain(['Z']).collect()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.replace("\r\n", "\n").chars() {
        match char {
            '\\' | ';' | ',' => escaped.extend(['\\', char]),
            '\n' | '\r' => escaped.push_str("\\n"),
            char if char.is_control() => escaped.push(' '),
            char => escaped.push(char),
        }
    }
    escaped
}

/// Appends a line, folded so that no part of it is too long and no character is divided.
fn fold(text: &mut String, line: &str) {
    let mut length = 0;
    for char in line.chars() {
        if length + char.len_utf8() > MAX_LINE {
            text.push_str("\r\n ");
            length = 1;
        }
        text.push(char);
        length += char.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::{Money, TicketDetails};

    use super::*;
    use crate::domain::pass::PassState;

    fn pass(title: &str, details: TicketDetails) -> StoredPass {
        StoredPass {
            id: "0192f3a4-0000-7000-8000-0000000000a1".into(),
            ticket_id: "t".into(),
            issuing_order_id: "o".into(),
            issuer_id: "seller".into(),
            title: title.to_owned(),
            details,
            issued_at: "2026-11-22T10:15:00Z".parse().unwrap(),
            holder_id: "buyer".into(),
            order_id: None,
            paid: Money::from_cents(2000).unwrap(),
            serial: 0,
            state: PassState::Void,
            double_admissions: Vec::new(),
            version: 0,
        }
    }

    #[test]
    fn event_has_its_texts_escaped_and_its_start_in_utc() {
        let details = ticketing_sdk::fixtures::details().description("Doors: 18:30; bring\r\na \\ coat\u{7}");
        assert_eq!(
            event(&pass("Rust, day 1", details)).unwrap(),
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//ticketing//passes//EN\r\nBEGIN:VEVENT\r\n\
             UID:0192f3a4-0000-7000-8000-0000000000a1@ticketing\r\nDTSTAMP:20261122T101500Z\r\n\
             DTSTART:20261224T183000Z\r\nSUMMARY:Rust\\, day 1\r\nLOCATION:Palais de Tokyo\r\n\
             DESCRIPTION:Row 4\\nDoors: 18:30\\; bring\\na \\\\ coat \r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        assert_eq!(event(&pass("Rust", TicketDetails::default())), None);
    }

    #[test]
    fn long_lines_are_folded_between_characters() {
        let title = "é".repeat(200);
        let text = event(&pass(&title, ticketing_sdk::fixtures::details())).unwrap();
        assert!(text.split("\r\n").all(|line| line.len() <= MAX_LINE));
        assert!(text.replace("\r\n ", "").contains(&title));
    }
}
