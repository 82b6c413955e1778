//! Tests of the security headers.

use http::Method;
use ticketing_client::Settings;

use crate::support::{asset, client, client_with, get, send};

#[tokio::test]
async fn every_response_carries_security_headers() {
    let client = client();
    let script = asset(&client, ".js").await;
    for path in ["/", "/orders", "/nothing", "/favicon.svg", "/missing.png", &script] {
        let response = get(&client, path).await;
        let policy = response.header("content-security-policy");
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
            ("set-cookie", ""),
        ] {
            assert_eq!(response.header(name), value, "{path}: {name}");
        }
        assert!(response.header("permissions-policy").contains("camera=(self)"), "{path}");
    }
}

#[tokio::test]
async fn cookie_and_host_change_nothing() {
    let client = client();
    let plain = get(&client, "/").await.text();
    let response =
        send(&client, Method::GET, "/", &[("cookie", "session=x"), ("host", "evil.example")]).await;
    assert_eq!((response.status, response.text()), (200, plain));
}

#[tokio::test]
async fn policy_allows_stripe_when_a_key_is_set() {
    let settings = Settings { stripe: Some("pk_test_51H".parse().unwrap()), ..Settings::default() };
    let response = get(&client_with(&settings), "/orders/x").await;
    assert!(response.text().contains(r#"<meta name="ticketing-stripe-key" content="pk_test_51H""#));
    let policy = response.header("content-security-policy");
    assert!(
        policy.contains("https://js.stripe.com") && policy.contains("https://api.stripe.com"),
        "{policy}"
    );
}
