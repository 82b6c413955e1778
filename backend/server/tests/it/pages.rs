//! The pages of the marketplace, and their protection.

use serde_json::json;
use ticketing_client::PublishableKey;
use ticketing_server::StackSettings;
use ticketing_testkit::{Reply, Shape, TestStack, on_shapes};

on_shapes! {
    [embedded, processes]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    pages_and_api_share_an_address,
    pages_are_protected_from_other_sites;
}

fn is_page(reply: &Reply) -> bool {
    reply.header("content-type") == "text/html; charset=utf-8"
        && reply.text().contains("<script type=\"module\"")
}

/// Returns the paths of the assets that a page loads.
fn loaded_assets(page: &str) -> Vec<&str> {
    page.split('"').filter(|word| word.starts_with("/assets/")).collect()
}

async fn pages_and_api_share_an_address(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let raw = stack.raw();
    for path in ["/", "/?q=jazz", "/tickets/new", "/orders", "/listings", "/auth/signin"] {
        let reply = raw.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(is_page(&reply), "{path}");
    }
    let nowhere = raw.get("/nowhere").await;
    assert!(nowhere.status == 404 && is_page(&nowhere));
    let page = raw.get("/").await.text();
    assert!(!loaded_assets(&page).is_empty());
    for path in loaded_assets(&page) {
        let reply = raw.get(path).header("accept-encoding", "gzip, deflate, br, zstd").await;
        assert_eq!((reply.status, reply.header("content-encoding")), (200, "br"), "{path}");
        assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable");
        // A cached asset is revalidated by its tag, through the ingress too.
        let again =
            raw.get(path).header("accept-encoding", "br").header("if-none-match", reply.header("etag"));
        assert_eq!(again.await.status, 304, "{path}");
    }
    let missing = raw.get("/assets/index-00000000.js").await;
    assert_eq!((missing.status, missing.header("content-type")), (404, "text/plain; charset=utf-8"));

    // Every path below the API responds in its error format.
    raw.get("/api/tickets").await.ok(200);
    for path in ["/api", "/api/", "/api/nothing", "/api/ticketsx", "/api/index.html"] {
        raw.get(path).await.assert_refused(404, "not_found");
    }
    raw.post("/api/nothing").json(&json!({})).await.assert_refused(404, "not_found");
    assert_eq!(raw.get("/healthz").await.ok(200), json!({ "status": "ok" }));
    assert_eq!(raw.get("/readyz").await.ok(200), json!({ "status": "ok" }));
    assert_eq!(raw.post("/").json(&json!({})).await.status, 405);
    stack.finish().await;
}

async fn pages_are_protected_from_other_sites(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let raw = stack.raw();
    let buyer = stack.session("buyer").await;
    for path in ["/", "/orders", "/nowhere", "/favicon.svg", "/assets/missing.js"] {
        for reply in [raw.get(path).await, raw.get(path).by(&buyer).await] {
            assert_eq!(reply.header("set-cookie"), "", "{path}");
            let policy = reply.header("content-security-policy");
            for part in
                ["default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'"]
            {
                assert!(policy.contains(part), "{path}: {policy}");
            }
            assert!(!policy.contains("unsafe") && !policy.contains("http"), "{path}: {policy}");
            assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        }
    }
    // Scripts cannot read the session, and other sites cannot use it.
    let credentials = json!({ "email": buyer.email, "password": ticketing_testkit::PASSWORD });
    let cookie = raw.post("/api/users/signin").json(&credentials).await.header("set-cookie").to_lowercase();
    assert!(cookie.contains("; httponly") && cookie.contains("; samesite=lax"), "{cookie}");
    let new = json!({ "title": "<script>alert(1)</script>", "price": 10 });
    for (origin, site) in [("https://evil.example", "cross-site"), ("null", "cross-site")] {
        let foreign =
            raw.post("/api/tickets").by(&buyer).header("origin", origin).header("sec-fetch-site", site);
        foreign.json(&new).await.assert_refused(403, "cross_origin");
    }
    // A write of the page itself is accepted, and a title is text.
    let own = raw
        .post("/api/tickets")
        .by(&buyer)
        .header("origin", stack.url())
        .header("sec-fetch-site", "same-origin");
    let ticket = own.json(&new).await.ok(201);
    assert_eq!(ticket["title"], new["title"]);
    stack.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishable_key_allows_stripe_in_the_pages() {
    let key: PublishableKey = "pk_test_51Habc".parse().unwrap();
    let stack =
        TestStack::builder().with(|settings| settings.stripe_publishable_key = Some(key)).start().await;
    let reply = stack.raw().get("/orders/1").await;
    assert!(reply.text().contains(r#"<meta name="ticketing-stripe-key" content="pk_test_51Habc""#));
    assert!(reply.header("content-security-policy").contains("script-src 'self' https://js.stripe.com"));
    stack.finish().await;
}

#[test]
fn card_form_must_match_the_card_provider() {
    let faults = |flags: &[&str]| match StackSettings::from_flags("data", flags) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    };
    let (public, secret) = ("--stripe-publishable-key=pk_test_1", "--stripe-key=sk_test_1");
    assert_eq!(faults(&[public, secret]), "");
    assert_eq!(faults(&[secret]), "");
    assert!(faults(&[public]).contains("cards are simulated"));
    assert!(faults(&["--stripe-publishable-key=pk_live_1", secret]).contains("test or live"));
    for hush in ["sk_live_hush", "rk_test_hush", "whsec_hush"] {
        let message = faults(&[&format!("--stripe-publishable-key={hush}"), secret]);
        assert!(
            message.contains("TICKETING_STRIPE_PUBLISHABLE_KEY") && message.contains("a secret key"),
            "{message}"
        );
        assert!(!message.contains("hush"), "{message}");
    }
}

/// A stack on loopback uses plain HTTP, and its cookie does not require TLS.
#[test]
fn cookie_is_secure_except_on_loopback() {
    let is_secure = |flags: &[&str]| StackSettings::from_flags("data", flags).unwrap().cookie.is_secure();
    assert!(!is_secure(&[]) && is_secure(&["--cookie-secure=true"]) && is_secure(&["--listen=0.0.0.0:1"]));
    assert!(!is_secure(&["--listen=0.0.0.0:1", "--cookie-secure=no"]));
}
