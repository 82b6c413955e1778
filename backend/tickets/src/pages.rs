//! The cache of pages of the list, which is valid until a ticket changes.
//!
//! A page is valid while the feed has not notified since before the read. The feed notifies after each commit and before
//! the response, so a client that received the response sees the change. On a shared database the notifications of other
//! processes arrive late, so no page is cached.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use parking_lot::RwLock;
use ticketing_platform::signal::Signal;
use ticketing_sdk::Timestamp;

/// The maximum number of pages; beyond it the cache is cleared.
const MAX_PAGES: usize = 256;
/// The maximum size of a cached page, in bytes: the longest whole list with usual titles.
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;
/// The maximum size of all pages, in bytes; beyond it the cache is cleared.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The maximum length of a cached query, in bytes.
const MAX_QUERY_BYTES: usize = 256;

/// A page as it is sent.
#[derive(Clone, Debug)]
pub(crate) struct CachedPage {
    /// The tickets in JSON.
    pub(crate) body: Bytes,
    /// The `Link` to the next page.
    pub(crate) link: Option<HeaderValue>,
    /// When the first of its tickets leaves the list because its event starts.
    pub(crate) good_until: Option<Timestamp>,
}

impl IntoResponse for CachedPage {
    fn into_response(self) -> Response {
        let json = HeaderValue::from_static("application/json");
        let mut response = ([(header::CONTENT_TYPE, json)], self.body).into_response();
        if let Some(link) = self.link {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}

/// The cached public pages, by their query. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Pages {
    changed: Signal,
    /// `None` on a shared database.
    kept: Option<Arc<RwLock<CachedPages>>>,
}

#[derive(Debug, Default)]
struct CachedPages {
    generation: u64,
    pages: HashMap<String, CachedPage>,
    bytes: usize,
}

impl Pages {
    /// Creates a cache that is valid until `changed` is notified; an empty one on a shared database.
    pub(crate) fn new(changed: Signal, shared: bool) -> Self {
        Self { changed, kept: (!shared).then(Arc::default) }
    }

    /// Returns the generation for [`keep`](Self::keep), to read before the database.
    pub(crate) fn generation(&self) -> u64 {
        self.changed.notifications()
    }

    /// Returns the cached page of a query at `now`, if no ticket has changed and none of its events has started.
    pub(crate) fn get(&self, question: &str, now: Timestamp) -> Option<CachedPage> {
        let kept = self.kept.as_ref()?.read();
        let page = kept.pages.get(question).filter(|page| page.good_until.is_none_or(|until| now < until))?;
        (kept.generation == self.changed.notifications()).then(|| page.clone())
    }

    /// Caches a page that was read after `generation`.
    pub(crate) fn keep(&self, question: &str, generation: u64, page: &CachedPage) {
        let Some(kept) = &self.kept else { return };
        if question.len() > MAX_QUERY_BYTES || page.body.len() > MAX_PAGE_BYTES {
            return;
        }
        let mut kept = kept.write();
        if generation < kept.generation {
            return;
        }
        let is_full = kept.pages.len() >= MAX_PAGES || kept.bytes + page.body.len() > MAX_BYTES;
        if generation > kept.generation || is_full {
            *kept = CachedPages { generation, ..CachedPages::default() };
        }
        kept.bytes += page.body.len();
        if let Some(replaced) = kept.pages.insert(question.to_owned(), page.clone()) {
            kept.bytes -= replaced.body.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::MIN;

    fn page(text: &'static str) -> CachedPage {
        CachedPage { body: Bytes::from_static(text.as_bytes()), link: None, good_until: None }
    }

    #[test]
    fn page_is_cached_until_the_feed_changes() {
        let changed = Signal::default();
        let pages = Pages::new(changed.clone(), false);
        let before = pages.generation();
        pages.keep("", before, &page("[1]"));
        assert_eq!(pages.get("", NOW).unwrap().body, "[1]");
        changed.notify();
        assert!(pages.get("", NOW).is_none(), "the page is older than the change");
        pages.keep("", before, &page("[1]"));
        assert!(pages.get("", NOW).is_none(), "the page was read before the change");
        pages.keep("", pages.generation(), &page("[2]"));
        assert_eq!(pages.get("", NOW).unwrap().body, "[2]");
    }

    #[test]
    fn cached_pages_are_bounded() {
        let pages = Pages::new(Signal::default(), false);
        for n in 0..10 * MAX_PAGES {
            pages.keep(&format!("q={n}"), 0, &page("[]"));
        }
        assert!(pages.kept.as_ref().unwrap().read().pages.len() <= MAX_PAGES);
        let large =
            CachedPage { body: Bytes::from(vec![b' '; MAX_PAGE_BYTES]), link: None, good_until: None };
        for n in 0..10 {
            pages.keep(&format!("large={n}"), 0, &large);
            pages.keep("large=again", 0, &large);
        }
        let kept = pages.kept.as_ref().unwrap();
        let bytes: usize = kept.read().pages.values().map(|page| page.body.len()).sum();
        assert!(bytes <= MAX_BYTES && bytes == kept.read().bytes, "{bytes}");
        pages.keep(&"q".repeat(MAX_QUERY_BYTES + 1), 0, &page("[]"));
        let none = Pages::new(Signal::default(), true);
        none.keep("", none.generation(), &page("[]"));
        assert!(none.get("", NOW).is_none(), "another process may have changed a ticket by now");
        assert!(pages.get(&"q".repeat(MAX_QUERY_BYTES + 1), NOW).is_none());
    }

    #[test]
    fn a_page_is_good_until_an_event_of_it_starts() {
        let pages = Pages::new(Signal::default(), false);
        let starts = Timestamp::from_millis(2_000);
        pages.keep("", pages.generation(), &CachedPage { good_until: Some(starts), ..page("[1]") });
        assert!(pages.get("", Timestamp::from_millis(1_999)).is_some());
        assert!(pages.get("", starts).is_none());
    }
}
