//! Which path is answered with what.

use http::Method;

use crate::support::{ask, asset, client, get};

#[tokio::test]
async fn every_page_of_the_application_is_the_page() {
    let client = client();
    for path in [
        "/",
        "/?q=jazz&minPrice=5&maxPrice=20.50&sort=price",
        "/tickets/new",
        "/tickets/01a203b8-8236-746e-a89d-93efb98a99e5",
        "/tickets/01a203b8-8236-746e-a89d-93efb98a99e5/edit",
        "/orders",
        "/orders/01a203b9-d806-71eb-8d06-dbab9285e702",
        "/listings",
        "/auth/signin",
        "/auth/signup",
        "/auth/signout",
    ] {
        let reply = get(&client, path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(reply.is_page(), "{path}");
    }
}

#[tokio::test]
async fn an_unknown_page_is_the_page_and_not_found() {
    let client = client();
    for path in ["/nothing", "/tickets", "/tickets/1/edit/more", "/orders/", "/%ff", "/日", "/healthz/x"] {
        let path = path.replace('日', "%E6%97%A5");
        let reply = get(&client, &path).await;
        assert_eq!(reply.status, 404, "{path}");
        assert!(reply.is_page(), "{path}");
    }
}

#[tokio::test]
async fn a_missing_file_is_never_the_page() {
    let client = client();
    for path in [
        "/assets/index-00000000.js",
        "/assets/nothing",
        "/assets/../index.html/x.js",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2fCargo.toml",
        "/Cargo.toml",
        "/../../etc/passwd.txt",
        "/favicon.png",
        "/tickets/x/picture.webp",
        "/assets/%ff.js",
        "/%2e%2e/%2e%2e",
        "/.git/config.js",
    ] {
        let reply = get(&client, path).await;
        assert_eq!((reply.status, reply.text().as_str()), (404, "Not Found\n"), "{path}");
        assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8", "{path}");
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
    }
    assert_eq!(get(&client, "/assets/%00.js").await.status, 404);
}

#[tokio::test]
async fn what_no_service_has_is_an_error_for_programs() {
    let client = client();
    for (method, path) in [
        (Method::GET, "/api"),
        (Method::GET, "/api/"),
        (Method::GET, "/api/nothing"),
        (Method::POST, "/api/users/signup"),
        (Method::GET, "/api/a.js"),
    ] {
        let reply = ask(&client, method, path, &[]).await;
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(reply.text(), r#"{"errors":[{"message":"Not Found","code":"not_found"}]}"#, "{path}");
    }
}

#[tokio::test]
async fn files_are_found_by_their_names_however_they_are_written() {
    let client = client();
    let script = asset(&client, ".js").await;
    let reply = get(&client, &script).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/javascript; charset=utf-8"));
    assert_eq!(get(&client, &script.replace('-', "%2D")).await.body, reply.body);
    assert_eq!(get(&client, &format!("{script}?v=1")).await.body, reply.body);
    let style = asset(&client, ".css").await;
    assert_eq!(get(&client, &style).await.header("content-type"), "text/css; charset=utf-8");
    let icon = get(&client, "/favicon.svg").await;
    assert_eq!((icon.status, icon.header("content-type")), (200, "image/svg+xml"));
    // The page has one address for each of its states, and this is none of them.
    assert_eq!(get(&client, "/index.html").await.status, 404);
}

#[tokio::test]
async fn reading_is_all_that_can_be_done() {
    let client = client();
    for path in ["/".to_owned(), "/orders".to_owned(), "/nothing".to_owned(), asset(&client, ".js").await] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let reply = ask(&client, method.clone(), &path, &[]).await;
            assert_eq!((reply.status, reply.header("allow")), (405, "GET,HEAD,OPTIONS"), "{method} {path}");
        }
        let (whole, head) = (get(&client, &path).await, ask(&client, Method::HEAD, &path, &[]).await);
        assert_eq!((head.status, head.body.len()), (whole.status, 0), "{path}");
        for name in ["content-type", "etag", "cache-control", "vary", "content-security-policy"] {
            assert_eq!(head.header(name), whole.header(name), "{path}: {name}");
        }
        assert_eq!(head.header("content-length"), whole.body.len().to_string(), "{path}");
    }
}
