//! State changes from another origin are refused before a handler runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::any;

use crate::wire::{Server, fails};

#[tokio::test]
async fn write_of_another_origin_is_refused() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let handler = move || async move {
        counted.fetch_add(1, Ordering::SeqCst);
        "ok"
    };
    let server = Server::start(Router::new().route("/", any(handler))).await;
    let own = format!("http://{}", server.address);
    let host = server.address.to_string();
    let foreign: [&[(&str, &str)]; 5] = [
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://127.0.0.1:1")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", &own)],
    ];
    for method in ["POST", "PUT", "PATCH", "DELETE", "BREW"] {
        for headers in foreign {
            let raw = request(method, &host, headers);
            let mut client = server.connect().await;
            client.write(&raw).await;
            fails(&client.reply().await.unwrap(), 403, "cross_origin");
        }
    }
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    let friendly: [&[(&str, &str)]; 3] =
        [&[], &[("origin", &own), ("sec-fetch-site", "same-origin")], &[("sec-fetch-site", "none")]];
    for headers in friendly {
        let mut client = server.connect().await;
        client.write(&request("POST", &host, headers)).await;
        assert_eq!(client.reply().await.unwrap().status, 200);
    }
    let mut client = server.connect().await;
    client.write(&request("GET", &host, foreign[0])).await;
    assert_eq!(client.reply().await.unwrap().status, 200);
    assert_eq!(calls.load(Ordering::SeqCst), 4);
}

fn request(method: &str, host: &str, headers: &[(&str, &str)]) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("{method} / HTTP/1.1\r\nhost: {host}\r\n{headers}\r\n")
}
