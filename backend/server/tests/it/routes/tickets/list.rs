//! `GET /api/tickets`

use std::time::Duration;

use serde_json::json;
use ticketing_sdk::Timestamp;
use ticketing_testkit::{Shape, TestSession, TestStack, eventually, on_shapes};

use crate::support::{list, order_when_visible, pay, ticket};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    available_tickets_are_listed_oldest_first, search_and_price_filter_the_list,
    pages_of_every_sort_make_the_whole_list, list_without_limit_and_cursor_is_complete,
    changes_between_pages_repeat_no_ticket, search_is_insensitive_to_case_and_normalization,
    long_search_is_refused, started_events_are_left_out, venue_and_time_filter_the_list;
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

/// Lists a ticket with a venue and a start.
async fn list_event(stack: &TestStack, seller: &TestSession, title: &str, venue: &str, starts: Timestamp) {
    let new = json!({ "title": title, "price": 20, "venue": venue, "startsAt": starts.to_string() });
    stack.raw().post("/api/tickets").by(seller).json(&new).await.ok(201);
}

async fn started_events_are_left_out(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let now = stack.clock().now();
    list_event(&stack, &seller, "soon", "Tivoli", now + minutes(20)).await;
    list_event(&stack, &seller, "later", "Tivoli", now + minutes(500)).await;
    list(&stack, &seller, "some day", 20.0).await;
    assert_eq!(titles(&stack, &seller, "").await, ["soon", "later", "some day"]);
    // No ticket changes: a cached page must not outlive the start of an event on it.
    stack.clock().advance(minutes(20));
    assert_eq!(titles(&stack, &seller, "").await, ["later", "some day"]);
    for query in ["past=false", "past=", "seller=me", "status=all", "limit=1"] {
        assert_eq!(titles(&stack, &seller, query).await, ["later", "some day"], "{query}");
    }
    assert_eq!(titles(&stack, &seller, "past=true").await, ["soon", "later", "some day"]);
    stack.raw().get("/api/tickets?past=perhaps").await.assert_refused(400, "invalid_input");
    stack.finish().await;
}

async fn venue_and_time_filter_the_list(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let now = stack.clock().now();
    list(&stack, &seller, "some day", 20.0).await;
    list_event(&stack, &seller, "Opera", "Ko\u{308}niggrätz, City Hall", now + minutes(30)).await;
    list_event(&stack, &seller, "Jazz", "STRASSE 7", now + minutes(20)).await;
    list_event(&stack, &seller, "Hall of fame", "Tivoli", now + minutes(10)).await;
    let [ten, twenty, thirty] = [10, 20, 30].map(|after| now + minutes(after));
    let offset = "1970-01-01T00:00:00%2B01:00";
    for (query, expected) in [
        ("q=hall".to_owned(), ["Opera", "Hall of fame"].as_slice()),
        ("q=jazz%20stra%C3%9Fe".to_owned(), &["Jazz"]),
        ("venue=hall".to_owned(), &["Opera"]),
        ("venue=k%C3%B6niggr%C3%A4tz".to_owned(), &["Opera"]),
        ("venue=nowhere".to_owned(), &[]),
        (format!("from={twenty}"), &["Opera", "Jazz"]),
        (format!("until={twenty}"), &["Jazz", "Hall of fame"]),
        (format!("from={ten}&until={ten}"), &["Hall of fame"]),
        (format!("from={offset}&until={thirty}&venue="), &["Opera", "Jazz", "Hall of fame"]),
        ("sort=starts".to_owned(), &["Hall of fame", "Jazz", "Opera", "some day"]),
        ("sort=starts&limit=1".to_owned(), &["Hall of fame", "Jazz", "Opera", "some day"]),
    ] {
        assert_eq!(titles(&stack, &seller, &query).await, expected, "{query}");
    }
    for field in ["from", "until"] {
        let reply = stack.raw().get(&format!("/api/tickets?{field}=tomorrow")).await;
        assert_eq!(reply.fields(), [field]);
    }
    assert_eq!(stack.raw().get(&format!("/api/tickets?venue={}", "a".repeat(201))).await.fields(), ["venue"]);
    stack.finish().await;
}

/// Returns the titles of all pages of a query.
async fn titles(stack: &TestStack, by: &TestSession, query: &str) -> Vec<String> {
    let (mut path, mut titles) = (format!("/api/tickets?{query}"), Vec::new());
    loop {
        let reply = stack.raw().get(&path).by(by).await;
        let page = reply.ok(200);
        titles.extend(
            page.as_array().unwrap().iter().map(|ticket| ticket["title"].as_str().unwrap().to_owned()),
        );
        match reply.next_page() {
            Some(next) => path = next,
            None => return titles,
        }
    }
}

async fn available_tickets_are_listed_oldest_first(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let mut ids = Vec::new();
    for title in ["free", "reserved", "sold", "gone", "free too"] {
        ids.push(list(&stack, &seller, title, 20.0).await);
    }
    order_when_visible(&stack, &buyer, &ids[1]).await;
    let order = order_when_visible(&stack, &buyer, &ids[2]).await;
    pay(&stack, &buyer, &order, "tok_visa").await.ok(201);
    stack.raw().delete(&format!("/api/tickets/{}", ids[3])).by(&seller).await.ok(204);
    eventually!(ticket(&stack, &ids[1]).await["status"] == "reserved");
    eventually!(ticket(&stack, &ids[2]).await["status"] == "sold");
    for (query, expected) in [
        ("", ["free", "free too"].as_slice()),
        ("status=available", &["free", "free too"]),
        ("status=reserved", &["reserved"]),
        ("status=sold", &["sold"]),
        ("status=reserved,sold", &["reserved", "sold"]),
        ("status=all", &["free", "reserved", "sold", "free too"]),
        ("seller=me", &["free", "free too"]),
        ("seller=me&status=all", &["free", "reserved", "sold", "free too"]),
    ] {
        assert_eq!(titles(&stack, &seller, query).await, expected, "{query}");
    }
    assert!(titles(&stack, &buyer, "seller=me&status=all").await.is_empty());
    stack.raw().get("/api/tickets?seller=me").await.assert_refused(401, "not_signed_in");
    stack.finish().await;
}

async fn search_and_price_filter_the_list(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    for (title, price) in [
        ("RustConf day 1", 150.0),
        ("RustConf day 2", 100.0),
        ("Jazz night", 20.5),
        ("100% Élan_vital\\", 20.49),
    ] {
        list(&stack, &seller, title, price).await;
    }
    for (query, expected) in [
        ("q=rust", ["RustConf day 1", "RustConf day 2"].as_slice()),
        ("q=RUST%202", &["RustConf day 2"]),
        ("q=2%20rust", &["RustConf day 2"]),
        ("q=day&maxPrice=100", &["RustConf day 2"]),
        ("q=%25", &["100% Élan_vital\\"]),
        ("q=_", &["100% Élan_vital\\"]),
        ("q=%5C", &["100% Élan_vital\\"]),
        ("q=%C3%A9lan", &["100% Élan_vital\\"]),
        ("q=nothing", &[]),
        ("q=%20", &["RustConf day 1", "RustConf day 2", "Jazz night", "100% Élan_vital\\"]),
        ("minPrice=20.5&maxPrice=100.00", &["RustConf day 2", "Jazz night"]),
        ("minPrice=150.01", &[]),
        ("minPrice=&maxPrice=", &["RustConf day 1", "RustConf day 2", "Jazz night", "100% Élan_vital\\"]),
        ("sort=price", &["100% Élan_vital\\", "Jazz night", "RustConf day 2", "RustConf day 1"]),
        ("sort=-price", &["RustConf day 1", "RustConf day 2", "Jazz night", "100% Élan_vital\\"]),
        ("sort=newest", &["100% Élan_vital\\", "Jazz night", "RustConf day 2", "RustConf day 1"]),
        ("sort=oldest&q=conf", &["RustConf day 1", "RustConf day 2"]),
        ("sort=title", &["100% Élan_vital\\", "Jazz night", "RustConf day 1", "RustConf day 2"]),
    ] {
        assert_eq!(titles(&stack, &seller, query).await, expected, "{query}");
    }
    stack.finish().await;
}

async fn pages_of_every_sort_make_the_whole_list(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    for number in 0..23 {
        // Few prices and titles, so that equal ones are on both sides of a page boundary.
        let title = format!("{} {}", ["b", "A", "ä"][number % 3], ["x", "Y"][number % 2]);
        list(&stack, &seller, &title, [10.0, 20.0, 30.0][number % 3]).await;
    }
    let ids = async |query: &str| {
        let (mut path, mut ids, mut pages) = (format!("/api/tickets?{query}"), Vec::new(), 0);
        loop {
            let reply = stack.raw().get(&path).await;
            let page = reply.ok(200);
            ids.extend(
                page.as_array().unwrap().iter().map(|ticket| ticket["id"].as_str().unwrap().to_owned()),
            );
            pages += 1;
            let Some(next) = reply.next_page() else { return (ids, pages) };
            path = next;
        }
    };
    for sort in ["oldest", "newest", "price", "-price", "title"] {
        let (whole, pages) = ids(&format!("sort={sort}")).await;
        assert_eq!((whole.len(), pages), (23, 1));
        for limit in [1, 2, 5, 22, 23, 500] {
            let (found, pages) = ids(&format!("sort={sort}&limit={limit}")).await;
            assert_eq!(found, whole, "{sort} by {limit}");
            assert_eq!(pages, 23_usize.div_ceil(limit), "{sort} by {limit}");
        }
        let (some, _) = ids(&format!("sort={sort}&limit=3&maxPrice=20&q=x")).await;
        let (at_once, _) = ids(&format!("sort={sort}&maxPrice=20&q=x")).await;
        assert_eq!(some, at_once);
    }
    stack.finish().await;
}

async fn list_without_limit_and_cursor_is_complete(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let new = json!({ "title": "A ticket", "price": 20 });
    futures_util::future::join_all(
        (0..101).map(|_| async { stack.raw().post("/api/tickets").by(&seller).json(&new).await.ok(201) }),
    )
    .await;
    for query in ["", "?limit=&cursor=", "?seller=me&status=all&q=", "?minPrice=0&maxPrice=1000000"] {
        let reply = stack.raw().get(&format!("/api/tickets{query}")).by(&seller).await;
        assert_eq!(reply.json().as_array().unwrap().len(), 101, "{query}");
        assert_eq!(reply.next_page(), None, "{query}");
    }
    let reply = stack.raw().get("/api/tickets?limit=1").await;
    let next = reply.next_page().unwrap();
    // A cursor without a limit requests one page.
    let rest = stack.raw().get(&next.replace("limit=1&", "")).await;
    assert_eq!(rest.json().as_array().unwrap().len(), 100);
    assert_eq!(rest.next_page(), None);
    stack.finish().await;
}

async fn changes_between_pages_repeat_no_ticket(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    let mut ids = Vec::new();
    for number in 0..6 {
        ids.push(list(&stack, &seller, &format!("Ticket {number}"), 20.0).await);
    }
    let first = stack.raw().get("/api/tickets?limit=3").await;
    // The last ticket of the page and the next one are withdrawn, and a new one is listed.
    for gone in [&ids[2], &ids[3]] {
        stack.raw().delete(&format!("/api/tickets/{gone}")).by(&seller).await.ok(204);
    }
    let new = list(&stack, &seller, "New", 20.0).await;
    let second = stack.raw().get(&first.next_page().unwrap()).await.json();
    let found: Vec<&str> =
        second.as_array().unwrap().iter().map(|ticket| ticket["id"].as_str().unwrap()).collect();
    assert_eq!(found, [ids[4].as_str(), ids[5].as_str(), new.as_str()]);
    stack.finish().await;
}

async fn search_is_insensitive_to_case_and_normalization(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let seller = stack.session("seller").await;
    for invisible in ["\u{200b}", "\u{3164}\u{ad}", " \u{2800}\u{fe0f} "] {
        let new = json!({ "title": invisible, "price": 5 });
        let reply = stack.raw().post("/api/tickets").by(&seller).json(&new).await;
        assert_eq!(reply.assert_refused(400, "invalid_input"), "Title is required", "{invisible:?}");
    }
    for title in ["Cafe\u{301} Straße", "CAFÉ STRASSE", "Kafe"] {
        list(&stack, &seller, title, 5.0).await;
    }
    // `café`, composed and not, in full width, and with an invisible character; then `strasse` and `straße`.
    for query in [
        "q=caf%C3%A9",
        "q=CAFE%CC%81",
        "q=%EF%BD%83af%C3%A9",
        "q=ca%E2%80%8Bf%C3%A9",
        "q=strasse",
        "q=Stra%C3%9Fe",
    ] {
        assert_eq!(titles(&stack, &seller, query).await, ["Café Straße", "CAFÉ STRASSE"], "{query}");
    }
    stack.finish().await;
}

async fn long_search_is_refused(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    for length in [201, 50_000] {
        let reply = stack.raw().get(&format!("/api/tickets?q={}", "a".repeat(length))).await;
        assert_eq!(reply.assert_refused(400, "invalid_input"), "Q must be at most 200 characters");
    }
    // The longest search, in characters that normalization expands.
    let longest = "%EF%B7%BA".repeat(200);
    assert_eq!(stack.raw().get(&format!("/api/tickets?q={longest}")).await.ok(200), json!([]));
    stack.finish().await;
}
