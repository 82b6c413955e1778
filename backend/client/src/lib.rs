//! The client service: the pages of the marketplace for a browser. It knows the built web application and nothing else; what the
//! application shows, it asks of the other services.

mod answer;
mod bundle;
mod coding;
mod headers;
mod page;
mod publishable_key;
mod router;
mod routes;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use axum::Router;
use http::HeaderMap;

use answer::Resource;
pub use publishable_key::{PublishableKey, PublishableKeyError};

/// What the service is told.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The account at Stripe that the pages take cards for. None: their form is of simulated cards.
    pub stripe: Option<PublishableKey>,
    /// Whether browsers reach it over TLS, and are told to come back in no other way.
    pub tls: bool,
}

/// The service. Clones share it.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
}

struct Shared {
    /// `index.html`, with what the settings say.
    page: Resource,
    /// Every other file of the bundle, by its path.
    files: HashMap<&'static str, Resource>,
    /// What stands on every answer.
    headers: HeaderMap,
}

impl App {
    /// Makes the answers.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let page = page::resource(settings.stripe.as_ref());
        let files = bundle::files().map(|file| (file.name, Resource::of(file))).collect();
        Self { shared: Arc::new(Shared { page, files, headers: headers::of(settings) }) }
    }

    /// Its routes. They leave nothing over: what is below `/api` and of no service is answered as that, everything else as a page.
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
