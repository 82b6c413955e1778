//! The words of the enumerations are the wire's.

use ticketing_sdk::{ErrorCode, OrderStatus, PaymentStatus, TicketChangeKind, TicketStatus};

fn list<T: std::fmt::Display>(all: &[T]) -> String {
    all.iter().map(T::to_string).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_word_is_as_the_contract_says() {
    assert_eq!(list(TicketStatus::ALL), "available reserved sold");
    assert_eq!(list(OrderStatus::ALL), "created awaiting:payment complete cancelled");
    assert_eq!(list(PaymentStatus::ALL), "pending authorized succeeded failed refunded");
    assert_eq!(list(TicketChangeKind::ALL), "ticket:created ticket:updated ticket:deleted");
}

#[test]
fn words_are_read_back_and_others_refused() {
    for status in OrderStatus::ALL {
        assert_eq!(status.as_str().parse(), Ok(*status));
        let json = serde_json::to_string(status).unwrap();
        assert_eq!(serde_json::from_str::<OrderStatus>(&json).unwrap(), *status);
    }
    let error = "open".parse::<TicketStatus>().unwrap_err().to_string();
    assert_eq!(error, "unknown ticket status \"open\", expected one of: available, reserved, sold");
}

#[test]
fn every_code_is_read_back() {
    for code in ErrorCode::KNOWN {
        assert_eq!(&ErrorCode::from(code.as_str()), code);
        assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    }
}
