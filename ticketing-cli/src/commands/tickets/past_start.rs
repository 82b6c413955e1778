//! The warning about a start in the past: such a ticket can be listed, and nobody can buy it.

use ticketing_sdk::TicketDetails;

use crate::clock;
use crate::context::ApiContext;

/// Warns if tickets with these details start in the past, by the clock of the server.
pub(super) fn warn_of_past_starts<'a>(api: &ApiContext, tickets: impl Iterator<Item = &'a TicketDetails>) {
    let now = api.client.server_time(clock::now());
    let (mut total, mut past) = (0, 0);
    for details in tickets {
        total += 1;
        past += usize::from(details.starts_at.as_ref().is_some_and(|starts| starts.instant() <= now));
    }
    match past {
        0 => {}
        1 if total == 1 => api.io().warn("the start is in the past: nobody can buy the ticket"),
        _ => api
            .io()
            .warn(&format!("the start is in the past for {past} of {total} tickets: nobody can buy them")),
    }
}
