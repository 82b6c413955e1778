//! A bare axum handler that responds with fixed bytes.

use axum::Router;
use axum::http::header;
use axum::routing::get;

/// Serves the bytes of the file `body` at `/api/tickets` and `/`, until it is killed.
pub(crate) fn serve(body: &str) {
    let body = axum::body::Bytes::from(std::fs::read(body).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let handler = get(move || {
            let body = body.clone();
            async move { ([(header::CONTENT_TYPE, "application/json")], body) }
        });
        println!("listening on http://{address}");
        let router = Router::new().route("/api/tickets", handler.clone()).route("/", handler);
        axum::serve(listener, router).await.unwrap();
    });
}
