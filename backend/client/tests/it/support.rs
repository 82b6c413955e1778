//! Sends requests to the routes, inside the layers that every service has.

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use ticketing_client::{App, Settings};
use ticketing_platform::http::{LayerSettings, wrap};
use tower::ServiceExt;

/// A response with its collected body.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// Returns whether the body is the page of the application.
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

pub(crate) async fn send(client: &Router, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let response = client.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Response { status: parts.status.as_u16(), headers: parts.headers, body }
}

pub(crate) async fn get(client: &Router, path: &str) -> Response {
    send(client, Method::GET, path, &[]).await
}

/// Returns the path of the script or style of the page, by its extension.
pub(crate) async fn asset(client: &Router, extension: &str) -> String {
    let page = get(client, "/").await.text();
    let mut paths = page.split('"').filter(|word| word.starts_with("/assets/") && word.ends_with(extension));
    paths.next().unwrap().to_owned()
}
