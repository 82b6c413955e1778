//! Verifies the passes after a storm: one for each sold first listing, one holder, admitted once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::all;
use crate::storm::client::{ClientHistory, text};
use crate::storm::connection::ServerConnection;

/// The listings that resell a pass, and the pass.
type Resales<'h> = HashMap<&'h str, &'h str>;

/// Checks the passes of all clients. `sold` are the tickets of the complete orders, by the id of the order.
pub(super) async fn check(
    connection: &ServerConnection,
    histories: &[ClientHistory],
    sold: &HashMap<String, String>,
) -> Result<(), String> {
    let listed = histories.iter().flat_map(|history| &history.listed);
    let resales: Resales<'_> =
        listed.filter_map(|ticket| Some((&*ticket.id, ticket.resold_pass.as_deref()?))).collect();
    let mut held = BTreeMap::new();
    for history in histories {
        for pass in all(connection, "/api/passes", &history.cookie).await {
            if let Some((other, _)) = held.insert(text(&pass["id"]), (history, pass)) {
                return Err(format!("{} and {} hold one pass", other.name, history.name));
            }
        }
    }
    let issued = check_issued(connection, histories, sold, &resales, &held).await?;
    for (id, (history, pass)) in &held {
        check_holder(history, pass, sold, &resales)?;
        check_serial(histories, id, pass, sold, &resales)?;
        check_admissions(histories, id, &issued[id])?;
    }
    Ok(())
}

type HeldPasses<'h> = BTreeMap<String, (&'h ClientHistory, Value)>;

/// Each sold first listing has one pass, and the door list of its seller has no other. Returns the passes of all door
/// lists, which show what the doors did.
async fn check_issued(
    connection: &ServerConnection,
    histories: &[ClientHistory],
    sold: &HashMap<String, String>,
    resales: &Resales<'_>,
    held: &HeldPasses<'_>,
) -> Result<HashMap<String, Value>, String> {
    let sold: HashSet<&str> = sold.values().map(String::as_str).collect();
    let mut issued = HashMap::new();
    for history in histories {
        let passes = all(connection, "/api/passes?issued=me", &history.cookie).await;
        let mut tickets: Vec<String> = passes.iter().map(|pass| text(&pass["ticketId"])).collect();
        let first_sales = history.listed.iter().map(|ticket| &*ticket.id);
        let mut expected: Vec<&str> =
            first_sales.filter(|id| sold.contains(id) && !resales.contains_key(id)).collect();
        tickets.sort_unstable();
        expected.sort_unstable();
        if tickets != expected {
            return Err(format!("{} has sold {expected:?} and issued passes of {tickets:?}", history.name));
        }
        issued.extend(passes.into_iter().map(|pass| (text(&pass["id"]), pass)));
    }
    let is_held = |id: &String| held.contains_key(id);
    if issued.len() == held.len() && issued.keys().all(is_held) {
        return Ok(issued);
    }
    Err(format!("{:?} are issued, {:?} are held", issued.keys(), held.keys()))
}

/// The holder has bought the pass, or has claimed it at its serial.
fn check_holder(
    history: &ClientHistory,
    pass: &Value,
    sold: &HashMap<String, String>,
    resales: &Resales<'_>,
) -> Result<(), String> {
    let order = text(&pass["orderId"]);
    let is_held = if order.is_empty() {
        history.claimed.iter().any(|claimed| pass["id"] == *claimed.id && pass["serial"] == claimed.serial)
    } else {
        let is_own = history.ordered.iter().any(|ordered| ordered.id == order);
        is_own && sold.get(&order).is_some_and(|ticket| is_sale_of(ticket, pass, resales))
    };
    if is_held { Ok(()) } else { Err(format!("{} has neither bought nor claimed {pass}", history.name)) }
}

fn is_sale_of(ticket: &str, pass: &Value, resales: &Resales<'_>) -> bool {
    pass["ticketId"] == *ticket || resales.get(ticket).is_some_and(|resold| pass["id"] == **resold)
}

/// The serial counts the resales and the claims.
fn check_serial(
    histories: &[ClientHistory],
    id: &str,
    pass: &Value,
    sold: &HashMap<String, String>,
    resales: &Resales<'_>,
) -> Result<(), String> {
    let sales = sold.values().filter(|ticket| resales.get(&***ticket) == Some(&id)).count();
    let claimed = histories.iter().flat_map(|history| &history.claimed);
    let claims = claimed.filter(|claimed| claimed.id == id).count();
    if pass["serial"] == sales + claims {
        return Ok(());
    }
    Err(format!("{pass} was resold {sales} times and claimed {claims} times"))
}

/// A pass has the admissions of its doors, and one of them is that of its holder if it is used.
fn check_admissions(histories: &[ClientHistory], id: &str, pass: &Value) -> Result<(), String> {
    let admitted = histories.iter().flat_map(|history| &history.admitted);
    // Codes of two serials can be admitted at one time.
    let times: BTreeSet<&str> =
        admitted.filter(|admitted| admitted.id == id).map(|admitted| &*admitted.at).collect();
    let doubles = pass["doubleAdmissions"].as_array().into_iter().flatten();
    let shown: BTreeSet<&str> = std::iter::once(pass)
        .chain(doubles)
        .filter_map(|admission| admission["admittedAt"].as_str())
        .collect();
    let is_used = pass["status"] == "used";
    if is_used == pass["admittedAt"].is_string() && shown == times {
        return Ok(());
    }
    Err(format!("{pass} was admitted at {times:?}"))
}
