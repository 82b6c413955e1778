//! Tests of `Cache-Control`, `ETag` and `If-None-Match`.

use http::Method;

use crate::support::{asset, client, client_with, get, send};

#[tokio::test]
async fn hashed_files_are_immutable_and_others_revalidate() {
    let client = client();
    let cache_control = async |path: &str| get(&client, path).await.header("cache-control").to_owned();
    for end in [".js", ".css"] {
        assert_eq!(cache_control(&asset(&client, end).await).await, "public, max-age=31536000, immutable");
    }
    for path in ["/", "/orders", "/nothing", "/favicon.svg", "/page-worker.js"] {
        assert_eq!(cache_control(path).await, "no-cache", "{path}");
    }
}

#[tokio::test]
async fn matching_if_none_match_is_answered_304() {
    let client = client();
    for path in ["/".to_owned(), "/orders".to_owned(), "/favicon.svg".to_owned(), asset(&client, ".js").await]
    {
        for coding in ["", "gzip", "br"] {
            let first = send(&client, Method::GET, &path, &[("accept-encoding", coding)]).await;
            let etag = first.header("etag").to_owned();
            assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 30, "a strong tag: {etag}");
            for known in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
                let again = [("accept-encoding", coding), ("if-none-match", known.as_str())];
                let response = send(&client, Method::GET, &path, &again).await;
                assert_eq!((response.status, response.body.len()), (304, 0), "{path} {known}");
                for name in ["etag", "cache-control", "vary", "content-security-policy"] {
                    assert_eq!(response.header(name), first.header(name), "{path}: {name}");
                }
                assert_eq!(response.header("content-encoding"), "");
            }
            let other = [("accept-encoding", coding), ("if-none-match", "\"other\"")];
            assert_eq!(send(&client, Method::GET, &path, &other).await.body, first.body);
        }
    }
}

#[tokio::test]
async fn page_with_key_has_a_different_etag() {
    let key = ticketing_client::Settings { stripe: Some("pk_test_1".parse().unwrap()), ..Default::default() };
    let (plain, with) = (get(&client(), "/").await, get(&client_with(&key), "/").await);
    assert_ne!(plain.header("etag"), with.header("etag"));
    assert!(with.text().contains("pk_test_1"));
    let known = [("if-none-match", plain.header("etag"))];
    assert_eq!(send(&client_with(&key), Method::GET, "/", &known).await.status, 200);
}

#[tokio::test]
async fn unknown_page_ignores_if_none_match() {
    let client = client();
    let tag = get(&client, "/nothing").await.header("etag").to_owned();
    let response = send(&client, Method::GET, "/nothing", &[("if-none-match", tag.as_str())]).await;
    assert_eq!(response.status, 404);
}
