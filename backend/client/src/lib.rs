//! The client service serves the built web application. The application runs in the browser and requests its data from the API of
//! the other services.

mod bundle;
mod content_coding;
mod headers;
mod page;
mod publishable_key;
mod resource;
mod router;
mod routes;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use axum::Router;
use http::HeaderMap;

pub use publishable_key::{PublishableKey, PublishableKeyError};
use resource::Resource;
use ticketing_platform::http::WebOrigin;

/// The settings of the service.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The publishable key of the Stripe account that takes the cards. Without it, the card form offers simulated cards.
    pub stripe: Option<PublishableKey>,
    /// The address that browsers use. With it, the pages name the absolute address of their preview picture.
    pub public_url: Option<WebOrigin>,
}

/// The client service. Clones share its state.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
}

struct Shared {
    page: Resource,
    /// The other files of the bundle, by path.
    files: HashMap<&'static str, Resource>,
    /// The headers of every response.
    headers: HeaderMap,
}

impl App {
    /// Prepares every response.
    pub fn new(settings: &Settings) -> Self {
        let page = page::page(settings);
        let files = bundle::files().map(|file| (file.name, Resource::from_file(file))).collect();
        Self { shared: Arc::new(Shared { page, files, headers: headers::response_headers(settings) }) }
    }

    /// Returns the routes of the service. They match every path: an unknown path below `/api` is a JSON error, every
    /// other unknown path is the page with status 404.
    pub fn router(&self) -> Router {
        router::router().with_state(self.clone())
    }

    fn page(&self) -> &Resource {
        &self.shared.page
    }

    fn file(&self, path: &str) -> Option<&Resource> {
        self.shared.files.get(path)
    }

    fn headers(&self) -> &HeaderMap {
        &self.shared.headers
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("files", &self.shared.files.len()).finish_non_exhaustive()
    }
}
