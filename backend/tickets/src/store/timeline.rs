//! The part of an order's timeline that this service retains.

use ticketing_bus::timeline::{PublishedEvent, read_published, read_received};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{OrderId, ServiceTimeline, TicketHolder, TimelineEntry, Timestamp, UserId};

const SERVICE: &str = "tickets";

/// Returns the buyer of an order and its timeline; `None` if the service does not know the order or its buyer.
///
/// # Errors
/// If the database fails.
pub fn timeline(
    tx: &mut Tx<'_>,
    id: &OrderId,
    now: Timestamp,
) -> Result<Option<(UserId, ServiceTimeline)>, DbError> {
    let sql = "SELECT ticket_id, user_id FROM reservations WHERE order_id = $1 AND user_id IS NOT NULL";
    let found = tx.query_opt(sql, args![id], |row| Ok((row.text("ticket_id")?, row.column("user_id")?)))?;
    let Some((ticket, owner)) = found else { return Ok(None) };
    let mut entries = read_received(tx, SERVICE, id, now)?;
    entries.extend(holds(&read_published(tx, &ticket)?, id));
    for pass in passes(tx, id, &owner)? {
        let events = read_published(tx, &pass)?;
        let is_of_order =
            |event: &&PublishedEvent| event.envelope.order_id().is_some_and(|of| of == id.as_str());
        entries.extend(events.iter().filter(is_of_order).map(|event| event.to_entry(SERVICE)));
    }
    Ok(Some((owner, ServiceTimeline::new(SERVICE, id.clone(), entries))))
}

/// Returns the pass that was issued for an order, or that its buyer got by a resale and still holds.
fn passes(tx: &mut Tx<'_>, order: &OrderId, buyer: &UserId) -> Result<Vec<String>, DbError> {
    let sql = "SELECT id FROM passes WHERE issuing_order_id = $1 \
               UNION SELECT id FROM passes WHERE holder_id = $2 AND order_id = $1";
    tx.query(sql, args![order, buyer], |row| row.text("id"))
}

/// Returns the changes of the ticket while the order held it, the one before and the one after.
fn holds(events: &[PublishedEvent], order: &OrderId) -> Vec<TimelineEntry> {
    let entries = events.iter().map(|event| {
        let mut entry = event.to_entry(SERVICE);
        entry.holder = Some(match event.envelope.order_id() {
            Some(holder) if holder == order.as_str() => TicketHolder::ThisOrder,
            Some(_) => TicketHolder::OtherOrder,
            None => TicketHolder::Nobody,
        });
        entry
    });
    let entries: Vec<TimelineEntry> = entries.collect();
    let is_held = |entry: &TimelineEntry| entry.holder == Some(TicketHolder::ThisOrder);
    let last = entries.len().saturating_sub(1);
    let first_held = entries.iter().position(is_held).unwrap_or(last);
    let last_held = entries.iter().rposition(is_held).unwrap_or(last);
    entries.into_iter().take(last_held + 2).skip(first_held.saturating_sub(1)).collect()
}

#[cfg(test)]
mod tests {
    use ticketing_events::Envelope;

    use super::*;

    fn holders(orders: &[&str]) -> Vec<TicketHolder> {
        let events: Vec<PublishedEvent> = (0_i64..)
            .zip(orders)
            .map(|(version, order)| PublishedEvent {
                envelope: Envelope {
                    id: format!("e-{version}"),
                    name: "ticket:updated".into(),
                    aggregate: "t-1".to_owned(),
                    version,
                    time: Timestamp::from_millis(version),
                    trace: None,
                    body: if order.is_empty() {
                        "{}".to_owned()
                    } else {
                        format!(r#"{{"orderId":"{order}"}}"#)
                    },
                },
                published_at: None,
            })
            .collect();
        holds(&events, &OrderId::new("o-1")).into_iter().filter_map(|entry| entry.holder).collect()
    }

    #[test]
    fn holds_are_those_of_the_order_with_their_neighbours() {
        use TicketHolder::{Nobody, OtherOrder, ThisOrder};
        assert_eq!(
            holders(&["", "o-0", "", "o-1", "o-1", "", "o-2"]),
            [Nobody, ThisOrder, ThisOrder, Nobody]
        );
        assert_eq!(holders(&["o-1"]), [ThisOrder]);
        assert_eq!(holders(&["", "o-2"]), [Nobody, OtherOrder], "what the order met");
        assert!(holders(&[]).is_empty());
    }
}
