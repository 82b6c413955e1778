//! Verifies after a storm that the state equals the responses, and contains nothing else.
//!
//! Orders is authoritative: the ticket of a complete order is sold as ordered, whatever its seller has edited or
//! withdrawn meanwhile. Any other ticket equals the responses of its seller.

mod passes;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde_json::Value;

use super::client::{ClientHistory, ListedTicket, PlacedOrder, text, to_cents};
use super::connection::ServerConnection;
use crate::Deadline;

/// How long the last deadlines and payments may take.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Checks the responses of each client against the current state.
pub(super) async fn check(connection: &ServerConnection, histories: &[ClientHistory]) {
    for history in histories {
        check_repeats(connection, history).await;
    }
    let deadline = Deadline::from_now(SETTLE_TIMEOUT);
    let (mut sold, mut complete) = (HashMap::new(), HashMap::new());
    for history in histories {
        let orders = loop {
            let orders = all(connection, "/api/orders", &history.cookie).await;
            if orders.iter().all(has_ended) {
                break orders;
            }
            deadline.pause("every order has ended").await;
        };
        check_orders(history, &orders);
        check_payments(history, &orders, &all(connection, "/api/payments", &history.cookie).await);
        for order in orders.iter().filter(|order| order["status"] == "complete") {
            let ticket = &order["ticket"];
            complete.insert(text(&order["id"]), text(&ticket["id"]));
            sold.insert(text(&ticket["id"]), (text(&ticket["title"]), to_cents(&ticket["price"])));
        }
    }
    let admitted = histories.iter().flat_map(|history| &history.admitted);
    let admitted: HashSet<&str> = admitted.map(|admitted| &*admitted.id).collect();
    for history in histories {
        // Tickets consumes the last events of orders later.
        while let Err(fault) = check_tickets(
            history,
            &sold,
            &admitted,
            &all(connection, "/api/tickets?seller=me&status=all", &history.cookie).await,
        ) {
            deadline.pause(&format!("every ticket has its expected state: {fault}")).await;
        }
    }
    while let Err(fault) = passes::check(connection, histories, &complete).await {
        deadline.pause(&format!("every pass has its expected state: {fault}")).await;
    }
}

/// The title and price in cents with which each sold ticket was ordered.
type SoldTickets = HashMap<String, (String, i64)>;

fn has_ended(order: &Value) -> bool {
    matches!(order["status"].as_str(), Some("complete" | "cancelled"))
}

/// Reads every page of a list.
async fn all(connection: &ServerConnection, path: &str, cookie: &str) -> Vec<Value> {
    let mut everything = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let page = connection.read(&path, cookie).await;
        let items = page.ok(200);
        everything.extend(items.as_array().expect("a list").iter().cloned());
        next = page.next_page();
    }
    everything
}

fn check_orders(history: &ClientHistory, orders: &[Value]) {
    let name = &history.name;
    let known: HashSet<&str> = history.ordered.iter().map(|order| &*order.id).collect();
    for order in orders {
        let id = text(&order["id"]);
        assert!(known.contains(&*id), "{name} has an order without a response: {order}");
    }
    for PlacedOrder { id, ticket, cents, paid, cancelled } in &history.ordered {
        let order = orders.iter().find(|order| order["id"] == **id);
        let order = order.unwrap_or_else(|| panic!("order {id} of {name} had a response and is missing"));
        assert_eq!(order["ticket"]["id"], **ticket, "{order}");
        assert_eq!(to_cents(&order["ticket"]["price"]), *cents, "{order}");
        assert!(!paid || order["status"] == "complete", "{name} got the response that this is paid: {order}");
        assert!(
            !cancelled || order["status"] == "cancelled",
            "{name} got the response that this is cancelled: {order}"
        );
        assert!(*paid || order["status"] == "cancelled", "{name} got no response that this is paid: {order}");
    }
}

fn check_payments(history: &ClientHistory, orders: &[Value], payments: &[Value]) {
    for order in orders {
        let of_order = payments.iter().filter(|payment| payment["orderId"] == order["id"]);
        let captured = of_order.filter(|payment| payment["status"] == "succeeded").count();
        let expected = usize::from(order["status"] == "complete");
        assert_eq!(captured, expected, "payments of {order} by {}", history.name);
    }
    let open = payments
        .iter()
        .find(|payment| !matches!(payment["status"].as_str(), Some("succeeded" | "failed" | "refunded")));
    assert!(open.is_none(), "a payment of {} is not final: {open:?}", history.name);
}

/// Checks the tickets of a client. `admitted` are the passes that a door has admitted: the listing that offers one is withdrawn.
fn check_tickets(
    history: &ClientHistory,
    sold: &SoldTickets,
    admitted: &HashSet<&str>,
    tickets: &[Value],
) -> Result<(), String> {
    let name = &history.name;
    let known: HashSet<&str> = history.listed.iter().map(|ticket| &*ticket.id).collect();
    for ticket in tickets {
        assert!(known.contains(&*text(&ticket["id"])), "{name} has a ticket without a response: {ticket}");
    }
    for ListedTicket { id, contents, withdrawn, maybe_withdrawn, resold_pass } in &history.listed {
        let shown = tickets.iter().find(|ticket| ticket["id"] == **id);
        let content = shown.map(|ticket| (text(&ticket["title"]), to_cents(&ticket["price"])));
        let status = shown.map_or("withdrawn", |ticket| ticket["status"].as_str().unwrap_or_default());
        let is_right = match (sold.get(id), withdrawn) {
            (Some(ordered), _) => status == "sold" && content.as_ref() == Some(ordered),
            (None, true) => shown.is_none(),
            (None, false) if shown.is_none() => {
                *maybe_withdrawn || resold_pass.as_ref().is_some_and(|pass| admitted.contains(&**pass))
            }
            (None, false) => {
                status == "available" && content.is_some_and(|content| contents.contains(&content))
            }
        };
        if !is_right {
            let sold = sold.get(id);
            return Err(format!(
                "{name} got {contents:?}, withdrawn: {withdrawn}, of {id}; it was sold as {sold:?} and is \
                 {shown:?}"
            ));
        }
    }
    Ok(())
}

/// Checks that keys survive every crash: each completed write gets the same response again, and has no second effect.
async fn check_repeats(connection: &ServerConnection, history: &ClientHistory) {
    for (write, first) in &history.responses {
        let again = connection.write(write).await;
        assert!(again.reply.status < 300, "{write:?} got {first}, then {}", again.reply.text());
        assert_eq!(again.reply.json(), *first, "{write:?} got another response the second time");
    }
}
