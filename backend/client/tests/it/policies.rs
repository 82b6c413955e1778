//! What stands on every answer, so that a browser does nothing that it should not.

use http::Method;
use ticketing_client::Settings;

use crate::support::{ask, asset, client, client_with, get};

#[tokio::test]
async fn every_answer_carries_the_policies() {
    let client = client();
    let script = asset(&client, ".js").await;
    for path in ["/", "/orders", "/nothing", "/favicon.svg", "/missing.png", &script] {
        let reply = get(&client, path).await;
        let policy = reply.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self';",
            "style-src 'self';",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("strict-transport-security", ""),
            ("set-cookie", ""),
        ] {
            assert_eq!(reply.header(name), value, "{path}: {name}");
        }
        assert!(reply.header("permissions-policy").contains("camera=()"), "{path}");
    }
}

#[tokio::test]
async fn no_cookie_changes_what_is_answered() {
    let client = client();
    let plain = get(&client, "/").await;
    let reply = ask(&client, Method::GET, "/", &[("cookie", "session=x"), ("host", "evil.example")]).await;
    assert_eq!((reply.status, reply.body), (200, plain.body));
}

#[tokio::test]
async fn stripe_is_let_in_where_it_takes_the_cards() {
    let settings = Settings { stripe: Some("pk_test_51H".parse().unwrap()), tls: true };
    let reply = get(&client_with(&settings), "/orders/x").await;
    assert!(reply.text().contains(r#"<meta name="ticketing-stripe-key" content="pk_test_51H""#));
    let policy = reply.header("content-security-policy");
    assert!(
        policy.contains("https://js.stripe.com") && policy.contains("https://api.stripe.com"),
        "{policy}"
    );
    assert_eq!(reply.header("strict-transport-security"), "max-age=31536000");
}
