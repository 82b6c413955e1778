//! After the storm: whether everything that was answered is there, and nothing besides.
//!
//! Orders is the judge: a ticket of a complete order is sold as it was ordered, whatever its seller has edited or
//! withdrawn meanwhile. Any other ticket is what its seller was answered.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde_json::Value;

use super::client::{Listed, Memory, Ordered, cents_of, text};
use super::line::Line;
use crate::Patience;

/// How long the last deadlines and payments may take.
const SETTLES: Duration = Duration::from_secs(30);

/// Checks what each client was answered against what the server says now.
pub(super) async fn check(line: &Line, memories: &[Memory]) {
    for memory in memories {
        check_repeats(line, memory).await;
    }
    let patience = Patience::lasting(SETTLES);
    let mut sold = HashMap::new();
    for memory in memories {
        let orders = loop {
            let orders = all(line, "/api/orders", &memory.cookie).await;
            if orders.iter().all(has_ended) {
                break orders;
            }
            patience.pause("every order has ended").await;
        };
        check_orders(memory, &orders);
        check_payments(memory, &orders, &all(line, "/api/payments", &memory.cookie).await);
        for order in orders.iter().filter(|order| order["status"] == "complete") {
            let ticket = &order["ticket"];
            sold.insert(text(&ticket["id"]), (text(&ticket["title"]), cents_of(&ticket["price"])));
        }
    }
    for memory in memories {
        // Tickets learns of the last orders in its own time.
        while let Err(fault) = check_tickets(
            memory,
            &sold,
            &all(line, "/api/tickets?seller=me&status=all", &memory.cookie).await,
        ) {
            patience.pause(&format!("every ticket is what it must be: {fault}")).await;
        }
    }
}

/// What each sold ticket was ordered as: title and cents.
type Sold = HashMap<String, (String, i64)>;

fn has_ended(order: &Value) -> bool {
    matches!(order["status"].as_str(), Some("complete" | "cancelled"))
}

/// Every page of a list.
async fn all(line: &Line, path: &str, cookie: &str) -> Vec<Value> {
    let mut everything = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let page = line.read(&path, cookie).await;
        let items = page.ok(200);
        everything.extend(items.as_array().expect("a list").iter().cloned());
        next = page.next_page();
    }
    everything
}

fn check_orders(memory: &Memory, orders: &[Value]) {
    let name = &memory.name;
    let known: HashSet<&str> = memory.ordered.iter().map(|order| &*order.id).collect();
    for order in orders {
        let id = text(&order["id"]);
        assert!(known.contains(&*id), "{name} has an order that was never answered: {order}");
    }
    for Ordered { id, ticket, cents, paid, cancelled } in &memory.ordered {
        let order = orders.iter().find(|order| order["id"] == **id);
        let order = order.unwrap_or_else(|| panic!("order {id} of {name} was answered and is gone"));
        assert_eq!(order["ticket"]["id"], **ticket, "{order}");
        assert_eq!(cents_of(&order["ticket"]["price"]), *cents, "{order}");
        assert!(!paid || order["status"] == "complete", "{name} was told that this is paid: {order}");
        assert!(
            !cancelled || order["status"] == "cancelled",
            "{name} was told that this is cancelled: {order}"
        );
        assert!(*paid || order["status"] == "cancelled", "{name} was not told that this is paid: {order}");
    }
}

fn check_payments(memory: &Memory, orders: &[Value], payments: &[Value]) {
    for order in orders {
        let of_order = payments.iter().filter(|payment| payment["orderId"] == order["id"]);
        let taken = of_order.filter(|payment| payment["status"] == "succeeded").count();
        let expected = usize::from(order["status"] == "complete");
        assert_eq!(taken, expected, "payments of {order} by {}", memory.name);
    }
    let open = payments
        .iter()
        .find(|payment| !matches!(payment["status"].as_str(), Some("succeeded" | "failed" | "refunded")));
    assert!(open.is_none(), "a payment of {} never ends: {open:?}", memory.name);
}

fn check_tickets(memory: &Memory, sold: &Sold, tickets: &[Value]) -> Result<(), String> {
    let name = &memory.name;
    let known: HashSet<&str> = memory.listed.iter().map(|ticket| &*ticket.id).collect();
    for ticket in tickets {
        assert!(
            known.contains(&*text(&ticket["id"])),
            "{name} has a ticket that was never answered: {ticket}"
        );
    }
    for Listed { id, contents, withdrawn, maybe_withdrawn } in &memory.listed {
        let shown = tickets.iter().find(|ticket| ticket["id"] == **id);
        let content = shown.map(|ticket| (text(&ticket["title"]), cents_of(&ticket["price"])));
        let status = shown.map_or("withdrawn", |ticket| ticket["status"].as_str().unwrap_or_default());
        let is_right = match (sold.get(id), withdrawn) {
            (Some(ordered), _) => status == "sold" && content.as_ref() == Some(ordered),
            (None, true) => shown.is_none(),
            (None, false) if shown.is_none() => *maybe_withdrawn,
            (None, false) => {
                status == "available" && content.is_some_and(|content| contents.contains(&content))
            }
        };
        if !is_right {
            let sold = sold.get(id);
            return Err(format!(
                "{name} was answered {contents:?}, withdrawn: {withdrawn}, of {id}; it was sold as {sold:?} and is \
                 {shown:?}"
            ));
        }
    }
    Ok(())
}

/// Keys are kept through every crash: each write that was answered is answered the same again, and has no second
/// effect, as the lists will show.
async fn check_repeats(line: &Line, memory: &Memory) {
    for (write, first) in &memory.kept {
        let again = line.write(write).await;
        assert!(again.reply.status < 300, "{write:?} was answered {first}, then {}", again.reply.text());
        assert_eq!(again.reply.json(), *first, "{write:?} was answered differently the second time");
    }
}
