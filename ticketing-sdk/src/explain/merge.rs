//! Merges the parts of the services by time. The clocks of services may differ, so a delivery never comes before its event.

use std::collections::{HashSet, VecDeque};

use crate::{ServiceTimeline, TimelineEntry, TimelineKind};

/// Merges the parts. The entries of a service keep their order.
pub(super) fn merge(parts: Vec<ServiceTimeline>) -> Vec<TimelineEntry> {
    let mut queues: Vec<VecDeque<TimelineEntry>> =
        parts.into_iter().map(|part| part.entries.into()).collect();
    let mut unmerged: HashSet<String> = queues.iter().flatten().filter_map(published_event).collect();
    let mut merged = Vec::new();
    loop {
        let heads = queues.iter().enumerate().filter_map(|(queue, entries)| Some((queue, entries.front()?)));
        let ready = heads.min_by_key(|(_, entry)| {
            let waits = entry.kind == TimelineKind::Delivery
                && entry.event_id.as_ref().is_some_and(|id| unmerged.contains(id));
            // Entries that wait for each other are ordered by time.
            (waits, entry.at)
        });
        let Some(queue) = ready.map(|(queue, _)| queue) else { return merged };
        if let Some(entry) = queues[queue].pop_front() {
            if let Some(id) = published_event(&entry) {
                unmerged.remove(&id);
            }
            merged.push(entry);
        }
    }
}

fn published_event(entry: &TimelineEntry) -> Option<String> {
    (entry.kind == TimelineKind::Event).then(|| entry.event_id.clone()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OrderId, Timestamp};

    fn entry(at: i64, service: &str, kind: TimelineKind, event: &str) -> TimelineEntry {
        let mut entry = TimelineEntry::new(Timestamp::from_millis(at), service, kind, "name");
        entry.event_id = Some(event.to_owned());
        entry
    }

    fn part(service: &str, entries: &[(i64, TimelineKind, &str)]) -> ServiceTimeline {
        let entries = entries.iter().map(|(at, kind, event)| entry(*at, service, *kind, event));
        ServiceTimeline::new(service, OrderId::new("o-1"), entries.collect())
    }

    fn merge_kinds(parts: Vec<ServiceTimeline>) -> Vec<(String, TimelineKind, String)> {
        let entries = merge(parts).into_iter();
        entries.map(|entry| (entry.service, entry.kind, entry.event_id.unwrap())).collect()
    }

    #[test]
    fn delivery_follows_its_event_despite_clock_skew() {
        use TimelineKind::{Delivery, Event};
        let orders = part("orders", &[(1_000, Event, "created"), (1_004, Delivery, "authorized")]);
        let payments = part("payments", &[(10, Delivery, "created"), (11, Event, "authorized")]);
        let order = merge_kinds(vec![payments, orders]);
        let events: Vec<(&str, &str)> =
            order.iter().map(|(service, _, event)| (service.as_str(), event.as_str())).collect();
        let expected = [
            ("orders", "created"),
            ("payments", "created"),
            ("payments", "authorized"),
            ("orders", "authorized"),
        ];
        assert_eq!(events, expected);
    }

    #[test]
    fn entries_of_one_time_have_causes_first() {
        use TimelineKind::{Call, Command, Delivery, Event};
        let payments =
            part("payments", &[(5, Event, "d"), (5, Call, "c"), (5, Delivery, "b"), (5, Command, "a")]);
        let kinds: Vec<TimelineKind> =
            merge_kinds(vec![payments]).into_iter().map(|(_, kind, _)| kind).collect();
        assert_eq!(kinds, [Command, Delivery, Call, Event]);
    }

    #[test]
    fn deliveries_that_wait_for_each_other_are_merged_by_time() {
        use TimelineKind::{Delivery, Event};
        let orders = part("orders", &[(1, Delivery, "x"), (2, Event, "y")]);
        let payments = part("payments", &[(3, Delivery, "y"), (4, Event, "x")]);
        assert_eq!(merge_kinds(vec![orders, payments]).len(), 4);
    }
}
