//! After the storm: whether everything that was answered is there, and nothing besides.

use std::collections::HashSet;
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
    let listed = memories.iter().flat_map(|memory| &memory.listed);
    let withdrawn: HashSet<&str> = listed.filter(|it| it.withdrawn).map(|it| &*it.id).collect();
    for memory in memories {
        let orders = loop {
            let orders = all(line, "/api/orders", &memory.cookie).await;
            if orders.iter().all(has_ended) {
                break orders;
            }
            patience.pause("every order has ended").await;
        };
        check_orders(memory, &orders, &withdrawn);
        check_payments(memory, &orders, &all(line, "/api/payments", &memory.cookie).await);
        check_tickets(memory, &all(line, "/api/tickets?seller=me&status=all", &memory.cookie).await);
    }
}

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

fn check_orders(memory: &Memory, orders: &[Value], withdrawn: &HashSet<&str>) {
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
        // The seller may have withdrawn it before tickets heard of the order: then the money is given back.
        let kept = order["status"] == "complete" || withdrawn.contains(&**ticket);
        assert!(!paid || kept, "{name} was told that this is paid: {order}");
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

fn check_tickets(memory: &Memory, tickets: &[Value]) {
    let name = &memory.name;
    let known: HashSet<&str> = memory.listed.iter().map(|ticket| &*ticket.id).collect();
    for ticket in tickets {
        assert!(
            known.contains(&*text(&ticket["id"])),
            "{name} has a ticket that was never answered: {ticket}"
        );
    }
    for Listed { id, contents, withdrawn } in &memory.listed {
        let ticket = tickets.iter().find(|ticket| ticket["id"] == **id);
        assert_eq!(ticket.is_none(), *withdrawn, "ticket {id} of {name}, withdrawn: {withdrawn}: {ticket:?}");
        if let Some(ticket) = ticket {
            let content = (text(&ticket["title"]), cents_of(&ticket["price"]));
            assert!(contents.contains(&content), "{name} was answered {contents:?}, it is {ticket}");
        }
    }
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
