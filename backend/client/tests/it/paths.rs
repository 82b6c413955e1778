//! Tests of the response at each kind of path.

use http::Method;

use crate::support::{asset, client, client_with, get, send};

#[tokio::test]
async fn every_page_path_serves_the_page() {
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
        "/passes",
        "/passes/01a203ba-5ba1-7c4c-a1c6-3f7dcb12d0f4",
        "/claim",
        "/check-in",
        "/auth/signin",
        "/auth/signup",
        "/auth/signout",
    ] {
        let response = get(&client, path).await;
        assert_eq!(response.status, 200, "{path}");
        assert!(response.is_page(), "{path}");
    }
}

#[tokio::test]
async fn unknown_path_serves_the_page_with_404() {
    let client = client();
    for path in ["/nothing", "/tickets", "/tickets/1/edit/more", "/orders/", "/%ff", "/日", "/healthz/x"] {
        let path = path.replace('日', "%E6%97%A5");
        let response = get(&client, &path).await;
        assert_eq!(response.status, 404, "{path}");
        assert!(response.is_page(), "{path}");
    }
}

#[tokio::test]
async fn missing_file_is_plain_404_and_never_the_page() {
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
        let response = get(&client, path).await;
        assert_eq!((response.status, response.text().as_str()), (404, "Not Found\n"), "{path}");
        assert_eq!(response.header("content-type"), "text/plain; charset=utf-8", "{path}");
        assert_eq!(response.header("cache-control"), "no-store", "{path}");
    }
    assert_eq!(get(&client, "/assets/%00.js").await.status, 404);
}

#[tokio::test]
async fn unknown_api_path_is_a_json_error() {
    let client = client();
    for (method, path) in [
        (Method::GET, "/api"),
        (Method::GET, "/api/"),
        (Method::GET, "/api/nothing"),
        (Method::POST, "/api/users/signup"),
        (Method::GET, "/api/a.js"),
    ] {
        let response = send(&client, method, path, &[]).await;
        assert_eq!(response.status, 404, "{path}");
        assert_eq!(response.text(), r#"{"errors":[{"message":"Not Found","code":"not_found"}]}"#, "{path}");
    }
}

#[tokio::test]
async fn percent_encoded_paths_and_queries_find_files() {
    let client = client();
    let script = asset(&client, ".js").await;
    let response = get(&client, &script).await;
    assert_eq!((response.status, response.header("content-type")), (200, "text/javascript; charset=utf-8"));
    assert_eq!(get(&client, &script.replace('-', "%2D")).await.body, response.body);
    assert_eq!(get(&client, &format!("{script}?v=1")).await.body, response.body);
    let style = asset(&client, ".css").await;
    assert_eq!(get(&client, &style).await.header("content-type"), "text/css; charset=utf-8");
    let icon = get(&client, "/favicon.svg").await;
    assert_eq!((icon.status, icon.header("content-type")), (200, "image/svg+xml"));
    // The page is served at the paths of the application only.
    assert_eq!(get(&client, "/index.html").await.status, 404);
}

#[tokio::test]
async fn only_get_and_head_are_allowed() {
    let client = client();
    for path in ["/".to_owned(), "/orders".to_owned(), "/nothing".to_owned(), asset(&client, ".js").await] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let response = send(&client, method.clone(), &path, &[]).await;
            assert_eq!(
                (response.status, response.header("allow")),
                (405, "GET,HEAD,OPTIONS"),
                "{method} {path}"
            );
        }
        let (full, head) = (get(&client, &path).await, send(&client, Method::HEAD, &path, &[]).await);
        assert_eq!((head.status, head.body.len()), (full.status, 0), "{path}");
        for name in ["content-type", "etag", "cache-control", "vary", "content-security-policy"] {
            assert_eq!(head.header(name), full.header(name), "{path}: {name}");
        }
        assert_eq!(head.header("content-length"), full.body.len().to_string(), "{path}");
    }
}

#[tokio::test]
async fn preview_picture_has_the_public_url_and_no_other_host() {
    let picture = async |settings: &ticketing_client::Settings, host: &str| {
        let page = send(&client_with(settings), Method::GET, "/tickets/1", &[("host", host)]).await.text();
        let (_, rest) = page.split_once("og:image\" content=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let url = Some("https://shop.example".parse().unwrap());
    let public = ticketing_client::Settings { public_url: url, ..Default::default() };
    for host in ["shop.example", "elsewhere.example", "127.0.0.1:3000", "a&b"] {
        assert_eq!(picture(&public, host).await, "https://shop.example/preview.png", "{host}");
        assert_eq!(picture(&Default::default(), host).await, "/preview.png", "{host}");
    }
}
