//! The view after searches and changes, compared with a search from the beginning.

use super::super::ticket_store::tests::ticket;
use super::*;
use ticketing_sdk::TicketStatus;

const TITLES: [(&str, &str); 5] = [
    ("Jazz at the lake", "38"),
    ("RustConf, day 1", "149.99"),
    ("jazz at the Blue Door", "27.50"),
    ("Night train to Lisbon", "62.50"),
    ("Zürich by night", "20"),
];

struct MarketFixture {
    tickets: TicketStore,
    view: FilteredView,
}

impl MarketFixture {
    fn new() -> Self {
        let mut market = Self { tickets: TicketStore::default(), view: FilteredView::default() };
        for (index, (title, price)) in TITLES.iter().enumerate() {
            let (row, _) =
                market.tickets.update(&ticket(&index.to_string(), title, price, 0), false).unwrap();
            market.view.insert_row(&market.tickets, row);
        }
        market
    }

    fn search(&mut self, query: Query) -> Vec<&str> {
        self.view.search(query);
        while self.view.is_searching() {
            self.view.run_slice(&self.tickets);
        }
        self.titles()
    }

    fn titles(&self) -> Vec<&str> {
        self.view.order.iter().map(|entry| &*self.tickets.row(entry.row).unwrap().title).collect()
    }

    fn find(&mut self, text: &str) -> Vec<&str> {
        self.search(Query { text: text.to_owned(), ..Query::default() })
    }
}

#[test]
fn filter_is_fuzzy_and_sorts_the_best_match_first() {
    let mut market = MarketFixture::new();
    assert_eq!(market.find("nitra"), ["Night train to Lisbon"]);
    assert_eq!(market.find("jazz").len(), 2);
    assert_eq!(market.find("jazz lake"), ["Jazz at the lake"]);
    assert_eq!(market.find("night")[0], "Night train to Lisbon");
    assert_eq!(market.find("zurich"), ["Zürich by night"], "without its accent");
    assert_eq!(market.find("xyz"), [""; 0]);
    assert_eq!(market.find("").len(), 5);
}

#[test]
fn filter_compares_by_the_search_key() {
    let mut market = MarketFixture::new();
    for (index, title) in ["Große Straße №１", "Cafe\u{301} du Nord"].into_iter().enumerate() {
        let ticket = ticket(&format!("k{index}"), title, "5", 0);
        let (row, _) = market.tickets.update(&ticket, false).unwrap();
        market.view.insert_row(&market.tickets, row);
    }
    for (text, title) in [("GROSSE STRASSE NO1", "Große Straße №１"), ("CAF\u{c9}", "Cafe\u{301} du Nord")]
    {
        assert_eq!(market.find(text), [title], "{text}");
    }
    let by_title = market.search(Query { sort: Sort::Title, ..Query::default() });
    assert_eq!(by_title[..2], ["Cafe\u{301} du Nord", "Große Straße №１"]);
}

#[test]
fn writing_on_narrows_and_taking_back_widens() {
    let mut market = MarketFixture::new();
    for (text, count) in
        [("j", 2), ("ja", 2), ("jaz", 2), ("jazzd", 1), ("jazz", 2), ("!jazz", 3), ("!jazz ", 3)]
    {
        assert_eq!(market.find(text).len(), count, "{text}");
    }
}

#[test]
fn prices_bound_and_sort() {
    let mut market = MarketFixture::new();
    let query = Query {
        min: Some("25".parse().unwrap()),
        max: Some("62.50".parse().unwrap()),
        sort: Sort::Cheapest,
        ..Query::default()
    };
    assert_eq!(
        market.search(query.clone()),
        ["jazz at the Blue Door", "Jazz at the lake", "Night train to Lisbon"]
    );
    assert_eq!(market.search(Query { sort: Sort::MostExpensive, ..query })[0], "Night train to Lisbon");
    let by_title = market.search(Query { sort: Sort::Title, ..Query::default() });
    assert_eq!(by_title[..2], ["jazz at the Blue Door", "Jazz at the lake"]);
}

/// After any changes in any order, the visible rows equal the result of a new search.
#[test]
fn changes_keep_the_order_that_a_fresh_search_gives() {
    let texts = ["", "a", "jazz", "night", ""];
    let sorts = [Sort::Newest, Sort::Oldest, Sort::Cheapest, Sort::MostExpensive, Sort::Title, Sort::Soonest];
    let mut market = MarketFixture::new();
    let mut seed = 7_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for round in 0..600_i64 {
        let query = Query {
            text: texts[random(5)].to_owned(),
            sort: sorts[random(5)],
            available_only: random(2) == 0,
            ..Query::default()
        };
        if random(4) == 0 {
            market.view.search(query);
        }
        if random(3) == 0 {
            market.view.run_slice(&market.tickets);
        }
        let (title, _) = TITLES[random(5)];
        let price = format!("{}", random(50) + 1);
        let mut change = ticket(&random(20).to_string(), title, &price, round);
        change.created_at = Some(ticketing_sdk::Timestamp::from_millis(i64::try_from(random(9)).unwrap()));
        change.status = [TicketStatus::Available, TicketStatus::Reserved][random(2)];
        if let Some(row) = market.tickets.find(&change.id) {
            market.view.before_change(&market.tickets, row);
        }
        let known = market.tickets.find(&change.id);
        let row = market.tickets.update(&change, random(30) == 0).map(|(row, _)| row).or(known);
        if let Some(row) = row {
            market.view.insert_row(&market.tickets, row);
        }
        if !market.view.is_searching() {
            let shown = market.view.order.clone();
            market.view.restart();
            while market.view.is_searching() {
                market.view.run_slice(&market.tickets);
            }
            assert_eq!(shown, market.view.order, "round {round}");
        }
    }
}
