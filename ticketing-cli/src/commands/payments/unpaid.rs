//! The failure of a payment whose order exists: what is reserved and until when, what was charged, and what continues.

use ticketing_sdk::{Error, ErrorCode, Order, OrderId, PaymentId, Timestamp, text};

use crate::context::ApiContext;
use crate::exit::Exit;
use crate::failure::Failure;

/// The effect of a failed payment on the card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChargeStatus {
    /// Nothing was charged.
    None,
    /// It is not known whether the card was charged.
    Unknown,
    /// The server continues this payment, or one whose id is not known.
    Pending(Option<PaymentId>),
}

impl ChargeStatus {
    /// Returns what the error of a payment means for the card; `None` where the error states the end of the order.
    pub(crate) fn from_error(error: &Error) -> Option<Self> {
        use ErrorCode::{
            IdempotencyKeyInFlight, NotFound, NotOwner, OrderCancelled, OrderExpired, OrderPaid,
            PaymentInProgress, ProviderUnavailable,
        };
        if error.is_unknown_outcome() {
            return Some(Self::Unknown);
        }
        match error.code() {
            Some(NotFound | NotOwner | OrderPaid | OrderExpired | OrderCancelled | PaymentInProgress) => {
                return None;
            }
            Some(ProviderUnavailable | IdempotencyKeyInFlight) => return Some(Self::Pending(None)),
            _ => {}
        }
        Some(match error {
            // The server has accepted the payment, and its answer cannot be read.
            Error::Decode { .. } | Error::TooLarge { .. } => Self::Unknown,
            _ => Self::None,
        })
    }

    fn words(&self) -> &'static str {
        match self {
            Self::None => "nothing was charged",
            Self::Unknown => "it is not known whether the card was charged",
            Self::Pending(_) => {
                "the payment goes on without this command: the card is charged once, or not at all if the order ends first"
            }
        }
    }
}

/// Adds to the failure of a payment what is reserved and until when, what was charged, and the command that continues.
pub(crate) fn unpaid(api: &ApiContext, order: &Order, failure: Failure, charge: &ChargeStatus) -> Failure {
    let id = &order.id;
    let hint = match (charge, &failure.hint) {
        (ChargeStatus::Pending(Some(payment)), _) => {
            format!("`ticketing payments get {payment}` shows its outcome")
        }
        (ChargeStatus::Pending(None), _) => format!("`ticketing orders watch {id}` follows it"),
        // A server without keys could charge twice.
        (_, Some(hint))
            if ["the same command again", "look first"].iter().any(|part| hint.contains(part)) =>
        {
            hint.clone()
        }
        (_, Some(hint)) => format!("{hint}; then the same command again continues the order"),
        (_, None) => "run the same command again: it continues the order".to_owned(),
    };
    let failure = match charge {
        ChargeStatus::Pending(_) => mark_unknown(failure),
        ChargeStatus::None | ChargeStatus::Unknown => failure,
    };
    failure.detail(reservation(api, order)).detail(charge.words()).hint(hint)
}

/// Gives a failure the exit code of a write of unknown outcome, where the server went away or did not say in time how a payment
/// ends.
pub(crate) fn mark_unknown(failure: Failure) -> Failure {
    match failure.exit {
        Exit::Unreachable | Exit::Failed => Failure { exit: Exit::NotSettled, ..failure },
        _ => failure,
    }
}

/// Adds to the failure of a payment why its order was cancelled, and whether the ticket can be ordered again.
pub(crate) async fn explain_cancellation(api: &ApiContext, id: &OrderId, failure: Failure) -> Failure {
    match api.read_order(id).await {
        Ok(order) => describe_cancellation(api, &order, failure),
        Err(_) => failure,
    }
}

/// As [`explain_cancellation`], for an order that was read.
pub(crate) fn describe_cancellation(api: &ApiContext, order: &Order, failure: Failure) -> Failure {
    let Some(reason) = order.cancel_reason else { return failure };
    let message = format!("order {} of {} was cancelled", order.id, order.ticket.title);
    Failure { message: Some(message), hint: reorder_hint(order, api.now()), ..failure }
        .detail(order.cancellation(reason, api.now()))
}

/// Adds to a declined payment that its order has ended, why, and whether the ticket can be ordered again.
pub(crate) fn describe_end(api: &ApiContext, order: &Order, failure: Failure) -> Failure {
    let Order { id, status, ticket, .. } = order;
    let Some(reason) = order.cancel_reason else {
        return failure.detail(format!("order {id} of {}: {}", ticket.title, status.label()));
    };
    let failure = failure
        .detail(format!("order {id} of {} was cancelled", ticket.title))
        .detail(order.cancellation(reason, api.now()));
    Failure { hint: reorder_hint(order, api.now()), ..failure }
}

/// Returns how to order the ticket of a cancelled order again; `None` if it cannot be ordered.
pub(crate) fn reorder_hint(order: &Order, now: Timestamp) -> Option<String> {
    let again = || format!("order the ticket again: `ticketing orders create {}`", order.ticket.id);
    order.allows_reorder(now).then(again)
}

/// Returns what an order reserves, and until when.
pub(crate) fn reservation(api: &ApiContext, order: &Order) -> String {
    let Order { id, expires_at, .. } = order;
    let title = &order.ticket.title;
    match order.time_left(api.now()) {
        None => format!("order {id}: {}", order.status.label()),
        Some(left) if left.is_zero() => format!("order {id}: the reservation of {title} has expired"),
        Some(left) => {
            let until = api.printer().local(*expires_at);
            format!("order {id}: {title} is reserved for you until {until} (for {})", text::span(left))
        }
    }
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::mock::{Mock, Reply};
    use ticketing_sdk::{CancelReason, Method, OrderStatus, Payment, PaymentStatus, Timestamp, fixtures};

    use super::*;
    use crate::commands::payments::pay::pay;
    use crate::io::fake;
    use crate::output::Format;

    const PATH: &str = "/api/payments";
    const RESERVED: &str = "order o-1: RustConf is reserved for you until ";

    /// Pays for a reserved order at a marketplace that answers like this.
    async fn failure_of(mock: &Mock) -> Failure {
        let folder = tempfile::tempdir().unwrap();
        let api = ApiContext::of_mock(mock, fake::pipe("").io, Format::Json, folder.path());
        let mut order = fixtures::order("o-1", &fixtures::ticket("t-1").title("RustConf"));
        order.status = OrderStatus::Created;
        order.expires_at = api.now() + std::time::Duration::from_secs(600);
        pay(&api, &order, "tok_visa").await.unwrap_err()
    }

    fn with_reply(reply: Reply) -> Mock {
        let mock = Mock::new();
        mock.on(Method::POST, PATH, reply);
        mock
    }

    #[track_caller]
    fn assert_says(failure: &Failure, exit: Exit, charge: &str, hint: &str) {
        assert_eq!(failure.exit, exit, "{failure:?}");
        assert!(failure.details.iter().any(|line| line.starts_with(RESERVED)), "{failure:?}");
        assert!(failure.details.iter().any(|line| line == charge), "{failure:?}");
        assert!(failure.hint.as_ref().unwrap().contains(hint), "{failure:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn failed_payment_names_the_reservation_and_the_next_command() {
        const SAME: &str = "the same command again";
        let not_visible = Reply::problem(503, ErrorCode::NotYetVisible, "not known here yet");
        let limited = Reply::problem(429, ErrorCode::TooManyRequests, "slower").header("Retry-After", "600");
        let signed_out = Reply::problem(401, ErrorCode::NotSignedIn, "Not authorized");
        for (reply, exit) in [
            (not_visible, Exit::Failed),
            (limited, Exit::Failed),
            (signed_out, Exit::NotAllowed),
            (Reply::unreachable(), Exit::Unreachable),
        ] {
            let failure = failure_of(&with_reply(reply)).await;
            assert_says(&failure, exit, "nothing was charged", SAME);
        }
        let failure = failure_of(&with_reply(Reply::broken())).await;
        assert_says(&failure, Exit::NotSettled, "it is not known whether the card was charged", SAME);
    }

    #[tokio::test(start_paused = true)]
    async fn pending_payment_names_the_command_that_shows_its_outcome() {
        let pending = Payment::new("p-1").order_id("o-1").status(PaymentStatus::Pending);
        let mock = with_reply(Reply::json(202, &pending));
        mock.on(Method::GET, "/api/payments/p-1", Reply::json(200, &pending));
        let goes_on = ChargeStatus::Pending(None).words();
        assert_says(&failure_of(&mock).await, Exit::NotSettled, goes_on, "`ticketing payments get p-1`");
        let mock = with_reply(Reply::problem(503, ErrorCode::ProviderUnavailable, "no answer"));
        assert_says(&failure_of(&mock).await, Exit::NotSettled, goes_on, "`ticketing orders watch o-1`");
    }

    #[tokio::test(start_paused = true)]
    async fn order_that_has_ended_is_not_called_reserved() {
        for code in [ErrorCode::OrderPaid, ErrorCode::OrderExpired, ErrorCode::OrderCancelled] {
            let failure = failure_of(&with_reply(Reply::problem(400, code, "no"))).await;
            assert_eq!((failure.exit, failure.details.len()), (Exit::Conflict, 0), "{failure:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn cancelled_order_says_why_and_offers_an_available_ticket() {
        for (reason, is_gone) in [
            (CancelReason::Buyer, false),
            (CancelReason::Expired, false),
            (CancelReason::PaymentFailed, false),
            (CancelReason::Withdrawn, true),
        ] {
            let refunded = Payment::new("p-1").order_id("o-1").status(PaymentStatus::Refunded);
            let refunded = with_reply(Reply::json(201, &refunded));
            let mock = with_reply(Reply::problem(400, ErrorCode::OrderCancelled, "no"));
            let mut order = fixtures::order("o-1", &fixtures::ticket("t-1").title("RustConf"));
            (order.status, order.cancel_reason) = (OrderStatus::Cancelled, Some(reason));
            mock.on(Method::GET, "/api/orders/o-1", Reply::json(200, &order));
            let failure = failure_of(&mock).await;
            let message = "order o-1 of RustConf was cancelled".to_owned();
            assert_eq!((failure.exit, failure.message), (Exit::Conflict, Some(message)));
            assert_eq!(failure.details, [order.cancellation(reason, order.expires_at)]);
            let again = "order the ticket again: `ticketing orders create t-1`".to_owned();
            assert_eq!(failure.hint, (!is_gone).then_some(again.clone()));
            // The order ended while it was being paid.
            refunded.on(Method::GET, "/api/orders/o-1", Reply::json(200, &order));
            let failure = failure_of(&refunded).await;
            let message = failure.message.as_ref().unwrap();
            assert!(message.contains("payment p-1") && message.ends_with("was refunded"), "{failure:?}");
            assert_eq!(failure.hint, (!is_gone).then_some(again));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn declined_card_says_why_its_order_has_ended() {
        let mut order = fixtures::order("o-1", &fixtures::ticket("t-1").title("RustConf"));
        (order.status, order.cancel_reason) = (OrderStatus::Cancelled, Some(CancelReason::PaymentFailed));
        let failed = Payment::new("p-1").order_id("o-1").status(PaymentStatus::Failed);
        for reply in [
            Reply::problem(400, ErrorCode::CardDeclined, "Your card was declined."),
            Reply::json(201, &failed),
        ] {
            let mock = with_reply(reply);
            mock.on(Method::GET, "/api/orders/o-1", Reply::json(200, &order));
            let failure = failure_of(&mock).await;
            assert_eq!(
                (failure.exit, failure.message.as_deref()),
                (Exit::Declined, Some("the card was declined"))
            );
            let why = order.cancellation(CancelReason::PaymentFailed, order.expires_at);
            assert_eq!(failure.details, ["order o-1 of RustConf was cancelled".to_owned(), why]);
            assert_eq!(failure.hint.unwrap(), "order the ticket again: `ticketing orders create t-1`");
        }
    }

    #[test]
    fn expired_reservation_is_reported_as_expired() {
        let (mock, folder) = (Mock::new(), tempfile::tempdir().unwrap());
        let api = ApiContext::of_mock(&mock, fake::pipe("").io, Format::Json, folder.path());
        let mut order = fixtures::order("o-1", &fixtures::ticket("t-1").title("RustConf"));
        order.expires_at = Timestamp::from_millis(0);
        assert_eq!(reservation(&api, &order), "order o-1: the reservation of RustConf has expired");
        order.status = OrderStatus::AwaitingPayment;
        assert_eq!(reservation(&api, &order), "order o-1: Being paid");
    }
}
