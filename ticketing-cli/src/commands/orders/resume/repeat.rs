//! An interrupted write is repeated with its key, so that its outcome is certain: that of then, or of now.

use std::time::Duration;

use serde::Deserialize;
use ticketing_sdk::{Error, ErrorCode, Money, Response, Timestamp, UserId, text};
use ticketing_tui::Operation;
use tokio::time::{Instant, sleep};

use crate::clock;
use crate::commands::payments::pay::is_unsupported;
use crate::context::ApiContext;
use crate::failure::{CliResult, Failure};
use crate::journal::{InterruptedWrite, batch_advice};
use crate::output::{Settlement, WriteOutcome};

/// How long an interrupted write is repeated while its outcome is not known.
const REPEAT_TIMEOUT: Duration = Duration::from_secs(10);
const REPEAT_INTERVAL: Duration = Duration::from_millis(500);

/// The response to a repeated write, or the reason why there is none.
pub(super) type Repetition = Result<Response, (WriteOutcome, String)>;

/// Returns why a write is not one of this account at this server.
pub(super) fn skip_reason(
    api: &ApiContext,
    write: &InterruptedWrite,
    user: Option<&UserId>,
) -> Option<String> {
    if write.record.server != api.client.server() {
        return Some(format!("the write was for {}; --server names it", write.record.server));
    }
    let other = write.record.user.as_ref().filter(|other| user.is_some_and(|user| user != *other))?;
    Some(format!("the write is of another account, {other}; sign in as that user and resume again"))
}

/// Sends the write again with its key.
///
/// # Errors
/// If no user is signed in.
pub(super) async fn repeat(api: &ApiContext, write: &InterruptedWrite) -> CliResult<Repetition> {
    let operation = &write.record.operation;
    let Some(request) = write.request(&api.client, clock::now()) else {
        return Ok(Err((WriteOutcome::Repeat, unrepeatable(write))));
    };
    let deadline = Instant::now() + REPEAT_TIMEOUT;
    // The interrupted request may still be in progress.
    let is_open = |error: &Error| {
        (error.must_keep_key() || error.is_transient())
            && !error.is_unauthenticated()
            && error.code() != Some(&ErrorCode::OtherUser)
    };
    let answer = loop {
        let answer = request.clone().send_checked().await;
        if !answer.as_ref().is_err_and(is_open) || Instant::now() >= deadline {
            break answer;
        }
        sleep(REPEAT_INTERVAL).await;
    };
    let ended = match answer {
        Ok(response) => return Ok(Ok(response)),
        Err(error) if error.is_unauthenticated() => return Err(Failure::from(error)),
        Err(error) if error.code() == Some(&ErrorCode::OtherUser) => {
            (WriteOutcome::Skipped, "the write is of another account; sign in as that user".to_owned())
        }
        Err(error) if is_unsupported(&error) => {
            (WriteOutcome::Repeat, by_hand(operation, "the server keeps no idempotency keys"))
        }
        Err(error) if is_open(&error) => (WriteOutcome::Unknown, error.user_message()),
        Err(error) => (WriteOutcome::NotDone, error.user_message()),
    };
    Ok(Err(ended))
}

/// Settles a write about no order. Its record stays while the write can still be settled.
pub(super) async fn settle(api: &ApiContext, write: InterruptedWrite) -> CliResult<Settlement> {
    let operation = write.record.operation.to_string();
    let mut settlement = match repeat(api, &write).await? {
        Ok(response) => Settlement {
            detail: describe_result(&write.record.operation, &response, |at| api.printer().local(at)),
            result: response.json().ok(),
            ..Settlement::new(operation, WriteOutcome::Done)
        },
        Err((outcome, detail)) => Settlement { detail, ..Settlement::new(operation, outcome) },
    };
    if settlement.outcome == WriteOutcome::NotDone {
        settlement.detail = format!("the server refused it: {}", settlement.detail);
    }
    if settlement.outcome.is_final() || write.is_expired(clock::now()) {
        write.settle();
    }
    Ok(settlement)
}

/// Returns what to do about a write whose key is too old, or whose request is not in its record.
pub(super) fn unrepeatable(write: &InterruptedWrite) -> String {
    let operation = &write.record.operation;
    if let Some(advice) = batch_advice(operation) {
        advice
    } else if write.is_expired(clock::now()) {
        by_hand(operation, "the server no longer keeps the key")
    } else {
        format!("run {} again: it carries the same key, so it is done once", command(operation))
    }
}

/// Returns what to do about a write that cannot be repeated with its key.
fn by_hand(operation: &Operation, why: &str) -> String {
    format!("{why}: {} shows whether it was done; if not, run {} again", view(operation), command(operation))
}

/// Returns the command of a write. It contains no secrets, so the user enters a claim code again.
fn command(operation: &Operation) -> String {
    match operation {
        Operation::Post { .. } => format!("`ticketing {operation}` with the same fields or body"),
        Operation::ClaimPass => "`ticketing passes claim` with the same claim code".to_owned(),
        Operation::CheckIn => "`ticketing checkin` with the same --device and the same code".to_owned(),
        _ => format!("`ticketing {operation}`"),
    }
}

/// Returns the command that shows the result of a write.
fn view(operation: &Operation) -> &'static str {
    match operation {
        Operation::CreateTicket { .. } | Operation::ImportTickets { .. } => {
            "`ticketing tickets list --mine --status all`"
        }
        Operation::TransferPass { .. } | Operation::ClaimPass | Operation::ResellPass { .. } => {
            "`ticketing passes list`"
        }
        Operation::CheckIn => "`ticketing passes list --issued`",
        _ => "a read of the same path",
    }
}

/// The fields of a response that identify its effect.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ResponseFields {
    id: String,
    title: String,
    price: Option<Money>,
    claim_code: String,
    admitted_at: Option<Timestamp>,
}

/// Returns what was done, by the answer of the server, with times as `time` formats them.
fn describe_result(operation: &Operation, response: &Response, time: impl Fn(Timestamp) -> String) -> String {
    let ResponseFields { id, title, price, claim_code, admitted_at } = response.json().unwrap_or_default();
    let price = price.map(text::price).unwrap_or_default();
    match operation {
        Operation::CreateTicket { .. } => format!("{title} is listed for {price}: ticket {id}"),
        Operation::TransferPass { .. } => format!("the claim code is {claim_code}"),
        Operation::ClaimPass => format!("{title} is yours: pass {id}"),
        Operation::ResellPass { .. } => format!("{title} is offered for {price}: ticket {id}"),
        Operation::CheckIn => {
            let at = admitted_at.map(|at| format!(" at {}", time(at))).unwrap_or_default();
            format!("{title} was admitted{at}")
        }
        _ => format!("the server answered {}", response.status()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_about_no_order_name_the_command_to_run() {
        for (operation, command) in [
            (
                "tickets create --title 'A b' --price 20.00",
                "`ticketing tickets create --title 'A b' --price 20.00`",
            ),
            ("passes transfer p-1", "`ticketing passes transfer p-1`"),
            ("passes claim", "`ticketing passes claim` with the same claim code"),
            ("checkin", "`ticketing checkin` with the same --device and the same code"),
            ("api POST /api/orders", "`ticketing api POST /api/orders` with the same fields or body"),
        ] {
            assert_eq!(super::command(&operation.parse().unwrap()), command);
        }
        assert_eq!(view(&"passes resell p-1 --price 30.00".parse().unwrap()), "`ticketing passes list`");
    }
}
