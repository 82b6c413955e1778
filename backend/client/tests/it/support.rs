//! Asks the routes, inside of the one layer that is around every service.

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use ticketing_client::{App, Settings};
use ticketing_platform::http::{LayerSettings, wrap};
use tower::ServiceExt;

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// Whether it is the application's page.
    pub(crate) fn is_page(&self) -> bool {
        self.header("content-type") == "text/html; charset=utf-8" && self.text().contains("<!doctype html>")
    }
}

pub(crate) fn client() -> Router {
    client_with(&Settings::default())
}

pub(crate) fn client_with(settings: &Settings) -> Router {
    wrap(App::new(settings).router(), LayerSettings::default())
}

pub(crate) async fn ask(client: &Router, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let answer = client.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Reply { status: parts.status.as_u16(), headers: parts.headers, body }
}

pub(crate) async fn get(client: &Router, path: &str) -> Reply {
    ask(client, Method::GET, path, &[]).await
}

/// What the page loads, by its end: its script or its style.
pub(crate) async fn asset(client: &Router, end: &str) -> String {
    let page = get(client, "/").await.text();
    let mut named = page.split('"').filter(|word| word.starts_with("/assets/") && word.ends_with(end));
    named.next().unwrap().to_owned()
}
