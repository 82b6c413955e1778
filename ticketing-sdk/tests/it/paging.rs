//! Lists, page by page and as a stream.

use futures_util::TryStreamExt;
use ticketing_sdk::Method;
use ticketing_sdk::mock::{Mock, Reply};

use crate::support::{client, ticket};

const PATH: &str = "/api/tickets";

fn page(ids: &[&str], next: Option<&str>) -> Reply {
    let tickets: Vec<_> = ids.iter().map(|id| ticket(id)).collect();
    let reply = Reply::json(200, &tickets);
    match next {
        Some(next) => reply.header("link", next),
        None => reply,
    }
}

fn three_pages() -> Mock {
    let mock = Mock::new();
    mock.on(Method::GET, PATH, page(&["a", "b"], Some("</api/tickets?limit=2&cursor=x%2By>; rel=\"next\"")))
        // Behind a proxy the server may not know its own name: only the cursor counts.
        .on(Method::GET, PATH, page(&[], Some("<http://10.0.0.7:1/api/tickets?cursor=z>; rel=\"next\"")))
        .on(Method::GET, PATH, page(&["c"], None));
    mock
}

#[tokio::test]
async fn stream_crosses_pages_and_keeps_the_filters() {
    let mock = three_pages();
    let tickets: Vec<_> =
        client(&mock).tickets().list().matching("rust").limit(2).stream().try_collect().await.unwrap();
    let ids: Vec<_> = tickets.iter().map(|ticket| ticket.id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    let queries: Vec<_> = mock.requests().into_iter().filter_map(|request| request.query).collect();
    assert_eq!(queries, ["q=rust&limit=2", "q=rust&limit=2&cursor=x%2By", "q=rust&limit=2&cursor=z"]);
}

#[tokio::test]
async fn page_by_page() {
    let mock = three_pages();
    let first = client(&mock).tickets().list().limit(2).await.unwrap();
    assert_eq!((first.items.len(), first.has_more(), first.next_cursor()), (2, true, Some("x+y")));
    let second = first.next_page().await.unwrap().unwrap();
    let third = second.next_page().await.unwrap().unwrap();
    assert!(!third.has_more() && third.next_page().await.unwrap().is_none());
    assert_eq!(third.into_items().len(), 1);
}

#[tokio::test]
async fn next_page_is_requested_on_demand() {
    let mock = three_pages();
    let mut tickets = client(&mock).tickets().list().stream();
    tickets.try_next().await.unwrap();
    tickets.try_next().await.unwrap();
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn list_linking_to_itself_ends() {
    let mock = Mock::new();
    mock.on(Method::GET, PATH, page(&["a"], Some("<?cursor=x>; rel=next")));
    assert_eq!(client(&mock).tickets().list().all().await.unwrap().len(), 2);
}

#[tokio::test]
async fn backend_without_paging_has_one_page() {
    let mock = Mock::new().without_extensions();
    mock.on(Method::GET, PATH, page(&["a"], None));
    assert_eq!(client(&mock).tickets().list().all().await.unwrap().len(), 1);
}

/// A ticket of the original: no status, no times; the identifier tells the age.
fn bare(seconds: u32, title: &str, price: f64, user: &str, order: Option<&str>) -> serde_json::Value {
    let id = format!("{seconds:08x}c1d2e3f405162738");
    serde_json::json!({"id": id, "title": title, "price": price, "userId": user, "version": 0, "orderId": order})
}

/// A backend that ignores every parameter of a list.
fn deaf() -> Mock {
    let mock = Mock::new().without_extensions();
    let tickets = [
        bare(1, "Jazz night", 20.0, "u-1", None),
        bare(2, "RUSTCONF day", 90.0, "u-2", None),
        bare(3, "rustconf night", 30.0, "u-2", Some("o-1")),
    ];
    mock.on(Method::GET, PATH, Reply::json(200, &tickets));
    mock
}

#[tokio::test]
async fn filters_hold_at_a_backend_that_ignores_them() {
    use ticketing_sdk::TicketStatus::{Available, Reserved};
    let mock = deaf();
    let list = || client(&mock).tickets().list();
    let ages = async |list: ticketing_sdk::ListTickets| -> Vec<char> {
        let tickets = list.all().await.unwrap();
        tickets.iter().filter_map(|ticket| ticket.id.as_str().chars().nth(7)).collect()
    };
    assert_eq!(ages(list()).await, ['1', '2', '3']);
    assert_eq!(ages(list().matching("rustconf NIGHT")).await, ['3']);
    assert_eq!(ages(list().min_price("30".parse().unwrap())).await, ['2', '3']);
    assert_eq!(ages(list().max_price("30".parse().unwrap())).await, ['1', '3']);
    assert_eq!(ages(list().status([Available])).await, ['1', '2']);
    // The last setting counts.
    assert_eq!(ages(list().status([Available]).status([Reserved])).await, ['3']);
    assert_eq!(ages(list().status([Reserved]).any_status()).await, ['1', '2', '3']);
    assert_eq!(ages(list().matching("jazz").matching("day")).await, ['2']);
}

#[tokio::test]
async fn order_of_a_list_holds_at_a_backend_that_ignores_it() {
    use ticketing_sdk::TicketSort;
    let mock = deaf();
    for (sort, ages) in [
        (TicketSort::Oldest, "123"),
        (TicketSort::Newest, "321"),
        (TicketSort::Price, "132"),
        (TicketSort::PriceDescending, "231"),
        (TicketSort::Title, "123"),
    ] {
        let tickets = client(&mock).tickets().list().sort(TicketSort::Price).sort(sort).all().await.unwrap();
        let seen: String = tickets.iter().filter_map(|ticket| ticket.id.as_str().chars().nth(7)).collect();
        assert_eq!(seen, ages, "{sort}");
    }
    let queries: Vec<_> = mock.requests().into_iter().filter_map(|request| request.query).collect();
    assert!(queries.iter().all(|query| query.matches("sort=").count() == 1), "{queries:?}");
}

#[tokio::test]
async fn newest_items_are_cut_at_the_old_end() {
    for (count, ids, is_cut) in [(2, vec!["c", "b"], true), (3, vec!["c", "b", "a"], false)] {
        let newest = client(&three_pages()).tickets().list().limit(2).newest(count).await.unwrap();
        let seen: Vec<_> = newest.items.iter().map(|ticket| ticket.id.as_str()).collect();
        assert_eq!((seen, newest.is_cut), (ids, is_cut));
    }
}
