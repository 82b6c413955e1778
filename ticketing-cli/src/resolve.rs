//! Short identifiers: the beginning or the end of one, where it is unique.

use futures_util::{Stream, TryStreamExt};
use ticketing_sdk::text::sanitize;
use ticketing_sdk::{Error, OrderId, PassId, PaymentId, PaymentStatus, TicketId};

use crate::context::ApiContext;
use crate::exit::Exit;
use crate::failure::{CliResult, Failure, Subject};
use crate::output::MIN_SHORT;
use crate::target::MAX_PAGE;

/// The length of a whole identifier of this marketplace.
const WHOLE: usize = 36;
/// The length of a whole identifier of the original marketplace.
const OBJECT_ID: usize = 24;
/// The most records that are searched for a short identifier.
const MAX_SEARCHED: usize = 20_000;
/// The candidates that an error names.
const MAX_NAMED: usize = 5;

/// Returns whether a text may be a part of an identifier, and is to be searched for.
///
/// # Errors
/// A usage error, if it is too short for that.
fn is_short(text: &str) -> CliResult<bool> {
    let is_part = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if is_part && text.len() < MIN_SHORT {
        return Err(Failure::usage(format!("{text} is too short for an id"))
            .hint(format!("the first or last {MIN_SHORT} characters are enough where they are unique")));
    }
    Ok(is_part && text.len() < WHOLE && text.len() != OBJECT_ID)
}

/// Returns the identifier of each, with `resolve` for its kind.
///
/// # Errors
/// As `resolve`.
pub(crate) async fn all<I>(
    api: &ApiContext,
    ids: Vec<I>,
    resolve: impl AsyncFn(&ApiContext, I) -> CliResult<I>,
) -> CliResult<Vec<I>> {
    let mut resolved = Vec::with_capacity(ids.len());
    for id in ids {
        resolved.push(resolve(api, id).await?);
    }
    Ok(resolved)
}

/// Reads the record of each identifier.
///
/// # Errors
/// The first one, about its record.
pub(crate) async fn get_all<I: Clone, T>(
    ids: Vec<I>,
    subject: fn(I) -> Subject,
    get: impl AsyncFn(&I) -> Result<T, Error>,
) -> CliResult<Vec<T>> {
    let mut records = Vec::with_capacity(ids.len());
    for id in ids {
        let record = get(&id).await;
        records.push(record.map_err(|error| Failure::from_error(&error, &subject(id)))?);
    }
    Ok(records)
}

/// Converts the answer to a write about a subject. A conflict that names its id gets its title, if the server still has it.
pub(crate) async fn name_conflict<T>(
    api: &ApiContext,
    answer: Result<T, Error>,
    subject: &Subject,
) -> CliResult<T> {
    let failure = match answer {
        Ok(value) => return Ok(value),
        Err(error) => Failure::from_error(&error, subject),
    };
    let names_subject = |message: &String| message.contains(&subject.to_string());
    if failure.exit != Exit::Conflict || !failure.message.as_ref().is_some_and(names_subject) {
        return Err(failure);
    }
    let title = match subject {
        Subject::Ticket(id) | Subject::Listing(id) => {
            api.client.tickets().get(id).await.ok().map(|ticket| ticket.title)
        }
        Subject::Order(id) => api.read_order(id).await.ok().map(|order| order.ticket.title),
        Subject::Pass(id) => api.read_pass(id).await.ok().map(|pass| pass.title),
        Subject::Payment(_) => None,
    };
    Err(match title {
        Some(title) => failure.prefix_with(&title),
        None => failure,
    })
}

/// Returns the identifier of a ticket.
///
/// # Errors
/// If a short one fits several tickets or is too short, or the tickets cannot be read.
pub(crate) async fn ticket(api: &ApiContext, id: TicketId) -> CliResult<TicketId> {
    let tickets = api.client.tickets().list().any_status().past().limit(MAX_PAGE).stream();
    whole("tickets", id, tickets.map_ok(|ticket| (ticket.id.into_string(), ticket.title))).await
}

/// Returns the identifier of an order; see [`ticket`].
pub(crate) async fn order(api: &ApiContext, id: OrderId) -> CliResult<OrderId> {
    let orders = api.client.orders().list().limit(MAX_PAGE).stream();
    whole("orders", id, orders.map_ok(|order| (order.id.into_string(), order.ticket.title))).await
}

/// Returns the identifier of a payment; see [`ticket`].
pub(crate) async fn payment(api: &ApiContext, id: PaymentId) -> CliResult<PaymentId> {
    let payments = api.client.payments().list().limit(MAX_PAGE).stream();
    let label = |status: Option<PaymentStatus>| status.map_or("", PaymentStatus::label).to_owned();
    whole("payments", id, payments.map_ok(|payment| (payment.id.into_string(), label(payment.status)))).await
}

/// Returns the identifier of a pass that the user holds or has issued; see [`ticket`].
pub(crate) async fn pass(api: &ApiContext, id: PassId) -> CliResult<PassId> {
    let list = || api.client.passes().list().limit(MAX_PAGE);
    let passes = futures_util::StreamExt::chain(list().stream(), list().issued().stream());
    whole("passes", id, passes.map_ok(|pass| (pass.id.into_string(), pass.title))).await
}

/// Returns the identifier that this one is short for, if it is a short one of the records.
async fn whole<I: AsRef<str> + From<String>>(
    noun: &str,
    id: I,
    records: impl Stream<Item = Result<(String, String), Error>>,
) -> CliResult<I> {
    if !is_short(id.as_ref())? {
        return Ok(id);
    }
    Ok(search(noun, id.as_ref(), records).await?.map_or(id, I::from))
}

/// Returns the only identifier that begins or ends with the text, if there is exactly one.
async fn search(
    noun: &str,
    part: &str,
    records: impl Stream<Item = Result<(String, String), Error>>,
) -> CliResult<Option<String>> {
    let part = part.to_ascii_lowercase();
    let mut records = std::pin::pin!(records);
    let (mut found, mut searched) = (Vec::<(String, String)>::new(), 0);
    while let Some((id, title)) = records.try_next().await? {
        searched += 1;
        if searched > MAX_SEARCHED {
            return Err(Failure::usage(format!(
                "there are too many {noun} to search for the short id {part}"
            ))
            .hint("give the whole id; `--json id` shows it"));
        }
        let fits = id.starts_with(&part) || id.ends_with(&part);
        if fits && found.iter().all(|(other, _)| *other != id) {
            found.push((id, title));
        }
    }
    if found.len() < 2 {
        return Ok(found.pop().map(|(id, _)| id));
    }
    let mut failure = Failure::usage(format!("{part} is the short id of {} {noun}", found.len()))
        .hint("give more characters, or the whole id");
    for (id, title) in found.iter().take(MAX_NAMED) {
        failure = failure.detail(format!("{id}  {}", sanitize(title)));
    }
    if found.len() > MAX_NAMED {
        failure = failure.detail("…");
    }
    Err(failure)
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;
    use crate::exit::Exit;

    fn records() -> impl Stream<Item = Result<(String, String), Error>> {
        let ids = ["01a203b9-d806-71eb-8d06-dbab9285e702", "01a203b9-d807-71eb-8d06-0000aaaa1111"];
        stream::iter(ids.map(|id| Ok((id.to_owned(), "Opera".to_owned()))))
    }

    #[tokio::test]
    async fn short_id_is_the_beginning_or_the_end_of_one_record() {
        for part in ["9285e702", "01a203b9-d806", "DBAB9285E702"] {
            let found = search("tickets", part, records()).await.unwrap();
            assert_eq!(found.as_deref(), Some("01a203b9-d806-71eb-8d06-dbab9285e702"), "{part}");
        }
        assert_eq!(search("tickets", "ffffffff", records()).await.unwrap(), None);
    }

    #[tokio::test]
    async fn short_id_of_several_records_names_them() {
        let failure = search("tickets", "01a203b9", records()).await.unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert_eq!(failure.details.len(), 2);
        assert!(failure.details[0].contains("dbab9285e702  Opera"), "{failure:?}");
    }

    #[test]
    fn only_parts_of_identifiers_are_searched_for() {
        for short in ["9285e702", "01a203b9-d806-71eb"] {
            assert!(is_short(short).unwrap(), "{short}");
        }
        let whole = "01a203b9-d806-71eb-8d06-dbab9285e702";
        for other in ["t1", whole, "5ea9b8f0c1d2e3f405162738", "no-such-ticket"] {
            assert!(!is_short(other).unwrap(), "{other}");
        }
        for too_short in ["9285e70", "1", "a-b"] {
            assert_eq!(is_short(too_short).unwrap_err().exit, Exit::Usage, "{too_short}");
        }
    }
}
