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
async fn a_stream_crosses_pages_and_keeps_the_filters() {
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
async fn the_next_page_is_asked_for_only_when_it_is_needed() {
    let mock = three_pages();
    let mut tickets = client(&mock).tickets().list().stream();
    tickets.try_next().await.unwrap();
    tickets.try_next().await.unwrap();
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn a_list_that_leads_to_itself_ends() {
    let mock = Mock::new();
    mock.on(Method::GET, PATH, page(&["a"], Some("<?cursor=x>; rel=next")));
    assert_eq!(client(&mock).tickets().list().all().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_backend_without_paging_has_one_page() {
    let mock = Mock::new().without_extensions();
    mock.on(Method::GET, PATH, page(&["a"], None));
    assert_eq!(client(&mock).tickets().list().all().await.unwrap().len(), 1);
}
