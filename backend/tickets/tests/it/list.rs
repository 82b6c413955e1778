//! The list, held against a naive one: the same filters, order and pages over all tickets in memory.

use proptest::prelude::*;
use ticketing_engines::DbEngine;
use ticketing_sdk::text::search_key;
use ticketing_sdk::{
    DetailField, DetailsUpdate, EventTime, PriceBound, Ticket, TicketStatus, Timestamp, UserId,
};
use ticketing_tickets::domain::ticket_query::{Sort, TicketQuery, words};
use ticketing_tickets::store::{self, NewListing, Position};

use crate::support::{Shop, Step, listing};

async fn page(shop: &Shop, query: &TicketQuery, position: Option<&Position>, limit: u32) -> Vec<Ticket> {
    let (query, position) = (query.clone(), position.cloned());
    let page = shop.core.db.read(move |tx| store::list(tx, &query, position.as_ref(), limit));
    page.await.map_err(|error: ticketing_platform::db::DbError| error).unwrap()
}

fn naive(all: &[Ticket], query: &TicketQuery) -> Vec<Ticket> {
    let fits = |ticket: &&Ticket| {
        let title = search_key(&ticket.title);
        let venue = ticket.details.venue.as_deref().map(search_key).unwrap_or_default();
        let starts = ticket.details.starts_at.as_ref().map(EventTime::instant);
        query.words.iter().all(|word| title.contains(word) || venue.contains(word))
            && query.venue.iter().all(|word| venue.contains(word))
            && query.from.is_none_or(|from| starts.is_some_and(|starts| starts >= from))
            && query.until.is_none_or(|until| starts.is_some_and(|starts| starts <= until))
            && query.starts_after.is_none_or(|now| starts.is_none_or(|starts| starts > now))
            && query.min_price.is_none_or(|least| PriceBound::from(ticket.price) >= least)
            && query.max_price.is_none_or(|most| PriceBound::from(ticket.price) <= most)
            && query.seller.as_ref().is_none_or(|seller| ticket.user_id == *seller)
            && (query.statuses.is_empty() || query.statuses.contains(&ticket.status))
    };
    let mut found: Vec<Ticket> = all.iter().filter(fits).cloned().collect();
    found.sort_by(|a, b| {
        let by_age = a.id.cmp(&b.id);
        match query.sort {
            Sort::Oldest => by_age,
            Sort::Newest => by_age.reverse(),
            Sort::Price => a.price.cmp(&b.price).then(by_age),
            Sort::PriceDescending => b.price.cmp(&a.price).then(by_age.reverse()),
            Sort::Title => search_key(&a.title).cmp(&search_key(&b.title)).then(by_age),
            Sort::Starts => {
                let starts = |ticket: &Ticket| {
                    ticket.details.starts_at.as_ref().map_or(i64::MAX, |starts| starts.instant().as_millis())
                };
                starts(a).cmp(&starts(b)).then(by_age)
            }
        }
    });
    found
}

fn any_query() -> impl Strategy<Value = TicketQuery> {
    // 0 and more than any price are bounds, too.
    let bounds = ["0", "1", "2", "3.5", "4", "5", "1000000", "1e30"];
    let price = || prop::option::of(prop::sample::select(bounds.map(|text| text.parse().unwrap()).to_vec()));
    let status = prop::sample::subsequence(
        vec![TicketStatus::Available, TicketStatus::Reserved, TicketStatus::Sold],
        0..=3,
    );
    let sorts =
        vec![Sort::Oldest, Sort::Newest, Sort::Price, Sort::PriceDescending, Sort::Title, Sort::Starts];
    let time = || prop::option::of((0_i64..5).prop_map(|hour| Timestamp::from_millis(hour * HOUR)));
    let venue = prop::sample::select(vec!["", "", "", "hall", "STRASSE", "%"]);
    let text =
        prop::sample::select(vec!["", "a", "B", "%", "_", "\\", "ä", "a b", "zzz", "100%", "ss", "FULL"]);
    let seller = prop::option::of(prop::sample::select(vec!["u1", "u2"]));
    let times = (time(), time(), time());
    (text, venue, times, price(), price(), seller, status, prop::sample::select(sorts)).prop_map(
        |(text, venue, (from, until, starts_after), min_price, max_price, seller, statuses, sort)| {
            TicketQuery {
                words: words(text),
                venue: words(venue),
                from,
                until,
                starts_after,
                min_price,
                max_price,
                seller: seller.map(UserId::new),
                statuses,
                sort,
            }
        },
    )
}

const HOUR: i64 = 3_600_000;

/// Venues and hours of the start; some tickets say neither.
const EVENTS: [(Option<&str>, Option<i64>); 6] = [
    (None, None),
    (Some("City Hall"), Some(1)),
    (Some("Straße 100%"), Some(2)),
    (Some("ä hall"), None),
    (None, Some(3)),
    (Some("City Hall"), Some(1)),
];

fn details(event: usize) -> DetailsUpdate {
    let (venue, hour) = EVENTS[event];
    let mut details = DetailsUpdate::default();
    if let Some(venue) = venue {
        details.set(DetailField::Venue, venue).unwrap();
    }
    if let Some(hour) = hour {
        // The same instant, whatever the offset.
        details.set(DetailField::StartsAt, &format!("1970-01-01T{:02}:00:00+01:00", hour + 1)).unwrap();
    }
    details
}

/// Titles that are easily confused, by people and by LIKE.
const TITLES: [&str; 13] = [
    "a",
    "A b",
    "b",
    "ä",
    "A\u{308}",
    "a%b",
    "100%",
    "a_b",
    "back\\slash",
    "zebra",
    "Straße",
    "STRASSE",
    "ｆｕｌｌ",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn every_list_is_the_naive_one_page_by_page(
        stock in prop::collection::vec((0..TITLES.len(), 1_i64..6, any::<bool>(), 0_u8..4, 0..EVENTS.len()), 1..30),
        queries in prop::collection::vec((any_query(), 1_u32..8), 25),
        engine in prop::sample::select(&DbEngine::ALL[..]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let shop = Shop::on(engine);
            let mut all = Vec::new();
            for (title, dollars, first, fate, event) in stock {
                let seller = if first { "u1" } else { "u2" };
                let new = NewListing { details: details(event), ..listing(TITLES[title], dollars * 100) };
                let id = shop.list_as(seller, new).await.id;
                let order = format!("order of {id}");
                match fate {
                    0 => {}
                    1 => drop(shop.apply(Step::Created, &order, &id, 0).await),
                    2 => {
                        shop.apply(Step::Created, &order, &id, 0).await;
                        shop.apply(Step::Confirmed, &order, &id, 1).await;
                        shop.apply(Step::Completed, &order, &id, 2).await;
                    }
                    _ => shop.delete(&id, seller).await.unwrap(),
                }
                all.extend(shop.find(&id).await);
            }
            for (query, limit) in queries {
                let expected = naive(&all, &query);
                let (mut position, mut found) = (None, Vec::new());
                loop {
                    let next = page(&shop, &query, position.as_ref(), limit).await;
                    prop_assert!(next.len() <= limit as usize);
                    let Some(last) = next.last() else { break };
                    let reached = Position::from_ticket(last, query.sort);
                    prop_assert!(reached.fits(query.sort));
                    position = Some(reached);
                    found.extend(next);
                }
                prop_assert_eq!(&found, &expected, "{:?} by {}", query, limit);
            }
            Ok(())
        })?;
    }
}
