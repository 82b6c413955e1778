//! What browsers keep, and how they learn that it is still so.

use http::Method;

use crate::support::{ask, asset, client, client_with, get};

#[tokio::test]
async fn what_has_a_hash_is_kept_for_ever_and_the_rest_is_asked_for() {
    let client = client();
    let of = async |path: &str| get(&client, path).await.header("cache-control").to_owned();
    for end in [".js", ".css"] {
        assert_eq!(of(&asset(&client, end).await).await, "public, max-age=31536000, immutable");
    }
    for path in ["/", "/orders", "/nothing", "/favicon.svg"] {
        assert_eq!(of(path).await, "no-cache", "{path}");
    }
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let client = client();
    for path in ["/".to_owned(), "/orders".to_owned(), "/favicon.svg".to_owned(), asset(&client, ".js").await]
    {
        for coding in ["", "gzip", "br"] {
            let first = ask(&client, Method::GET, &path, &[("accept-encoding", coding)]).await;
            let tag = first.header("etag").to_owned();
            assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 30, "a strong tag: {tag}");
            for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
                let again = [("accept-encoding", coding), ("if-none-match", known.as_str())];
                let reply = ask(&client, Method::GET, &path, &again).await;
                assert_eq!((reply.status, reply.body.len()), (304, 0), "{path} {known}");
                for name in ["etag", "cache-control", "vary", "content-security-policy"] {
                    assert_eq!(reply.header(name), first.header(name), "{path}: {name}");
                }
                assert_eq!(reply.header("content-encoding"), "");
            }
            let other = [("accept-encoding", coding), ("if-none-match", "\"other\"")];
            assert_eq!(ask(&client, Method::GET, &path, &other).await.body, first.body);
        }
    }
}

#[tokio::test]
async fn another_page_has_another_tag() {
    let key = ticketing_client::Settings { stripe: Some("pk_test_1".parse().unwrap()), ..Default::default() };
    let (plain, with) = (get(&client(), "/").await, get(&client_with(&key), "/").await);
    assert_ne!(plain.header("etag"), with.header("etag"));
    assert!(with.text().contains("pk_test_1"));
    let known = [("if-none-match", plain.header("etag"))];
    assert_eq!(ask(&client_with(&key), Method::GET, "/", &known).await.status, 200);
}

#[tokio::test]
async fn a_page_that_is_not_there_stays_that() {
    let client = client();
    let tag = get(&client, "/nothing").await.header("etag").to_owned();
    let reply = ask(&client, Method::GET, "/nothing", &[("if-none-match", tag.as_str())]).await;
    assert_eq!(reply.status, 404);
}
