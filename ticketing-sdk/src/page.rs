//! Lists: page by page, or as a stream of items.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, Stream, StreamExt, TryStreamExt};
use http::StatusCode;
use http::header::LINK;
use serde::de::DeserializeOwned;
use url::Url;

use crate::{Error, Request, Response, Result, UserId};

/// The default page size of a list, in items.
const DEFAULT_LIMIT: u32 = 100;

/// A list that is ready to be asked for: its first page by awaiting it, everything by [`Self::stream`] or
/// [`Self::all`].
///
/// ```no_run
/// use futures_util::TryStreamExt;
/// use ticketing_sdk::Client;
///
/// # async fn example(client: Client) -> ticketing_sdk::Result<()> {
/// let page = client.tickets().list().limit(20).await?;
/// println!("{} tickets, more: {}", page.items.len(), page.has_more());
///
/// let mut tickets = client.tickets().list().matching("rust").stream();
/// while let Some(ticket) = tickets.try_next().await? {
///     println!("{} {}", ticket.price, ticket.id);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a list is not asked for until it is awaited or streamed"]
pub struct List<T> {
    pub(crate) request: Request,
    has_limit: bool,
    cursor: Option<String>,
    /// The filters, by parameter, which the client applies too: some backends ignore parameters.
    filters: Vec<(&'static str, Filter<T>)>,
    /// The requested sort order.
    order: Option<fn(&T, &T) -> Ordering>,
    items: PhantomData<fn() -> T>,
}

/// Whether an item passes a filter, given the current user if that is known.
type Filter<T> = Arc<dyn Fn(&T, Option<&UserId>) -> bool + Send + Sync>;

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self {
            request: self.request.clone(),
            has_limit: self.has_limit,
            cursor: self.cursor.clone(),
            filters: self.filters.clone(),
            order: self.order,
            items: PhantomData,
        }
    }
}

impl<T> List<T> {
    pub(crate) fn new(request: Request) -> Self {
        let (filters, order) = (Vec::new(), None);
        Self { request, has_limit: false, cursor: None, filters, order, items: PhantomData }
    }

    /// Sets a parameter of the list, in place of an earlier value.
    pub(crate) fn parameter(mut self, key: &str, value: impl ToString) -> Self {
        self.request.call.query.retain(|(set, _)| set != key);
        self.filters.retain(|(set, _)| *set != key);
        self.request = self.request.query(key, value);
        self
    }

    /// Sets a parameter with its filter, in place of an earlier value. The client filters again, since other backends
    /// ignore unknown parameters.
    pub(crate) fn filter(
        self,
        key: &'static str,
        value: impl ToString,
        passes: impl Fn(&T, Option<&UserId>) -> bool + Send + Sync + 'static,
    ) -> Self {
        let mut list = self.parameter(key, value);
        list.filters.push((key, Arc::new(passes)));
        list
    }

    /// Sets the sort order, in place of an earlier one. The client sorts a complete list that is not in this order.
    pub(crate) fn ordered(self, word: &str, order: fn(&T, &T) -> Ordering) -> Self {
        let mut list = self.parameter("sort", word);
        list.order = Some(order);
        list
    }

    /// Sets the number of items of a page, 1 to 500; 100 by default.
    pub fn limit(mut self, limit: u32) -> Self {
        self.has_limit = true;
        self.parameter("limit", limit)
    }

    /// Starts after an earlier page; see [`Page::next_cursor`].
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }
}

impl<T: DeserializeOwned + Send + 'static> List<T> {
    async fn page(mut self) -> Result<Page<T>> {
        if !self.has_limit {
            // A server returns the whole list if no page is requested.
            self = self.limit(DEFAULT_LIMIT);
        }
        let request = match &self.cursor {
            Some(cursor) => self.request.clone().query("cursor", cursor),
            None => self.request.clone(),
        };
        let response = request.checked().await.map_err(|error| match error {
            // The original has no route that lists payments.
            Error::Api(answer) if answer.status == StatusCode::NOT_FOUND => {
                Error::Unsupported { what: "such list" }
            }
            error => error,
        })?;
        // A cursor that leads to itself would loop forever.
        let next = next_cursor(&response).filter(|next| self.cursor.as_ref() != Some(next));
        let mut items: Vec<T> = response.json()?;
        let user = self.request.client.transport().session.user();
        items.retain(|item| self.filters.iter().all(|(_, passes)| passes(item, user.as_ref())));
        let is_whole = next.is_none() && self.cursor.is_none();
        if let Some(order) = self.order.filter(|_| is_whole)
            && !items.is_sorted_by(|a, b| order(a, b) != Ordering::Greater)
        {
            items.sort_by(order);
        }
        Ok(Page { items, next, list: self })
    }

    /// Streams the items of all pages. The next page is requested when the stream reaches it.
    pub fn stream(self) -> Items<T> {
        let start = (VecDeque::new(), Some(self));
        Items(
            stream::try_unfold(start, |(mut items, mut rest)| async move {
                loop {
                    if let Some(item) = items.pop_front() {
                        return Ok(Some((item, (items, rest))));
                    }
                    let Some(list) = rest.take() else { return Ok(None) };
                    let page = list.page().await?;
                    rest = page.following();
                    items = page.items.into();
                }
            })
            .boxed(),
        )
    }

    /// Returns the last `count` items of a list in ascending order, the newest first. Reads all pages, and keeps at
    /// most `count` items.
    ///
    /// # Errors
    /// If a page cannot be loaded.
    pub async fn newest(self, count: usize) -> Result<Newest<T>> {
        let mut stream = self.stream();
        let mut kept = VecDeque::new();
        let mut is_cut = false;
        while let Some(item) = stream.try_next().await? {
            kept.push_front(item);
            is_cut |= kept.len() > count;
            kept.truncate(count);
        }
        Ok(Newest { items: kept.into(), is_cut })
    }

    /// Collects the items of all pages in memory.
    ///
    /// # Errors
    /// If a page cannot be loaded.
    pub async fn all(self) -> Result<Vec<T>> {
        self.stream().try_collect().await
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoFuture for List<T> {
    type Output = Result<Page<T>>;
    type IntoFuture = BoxFuture<'static, Result<Page<T>>>;

    fn into_future(self) -> Self::IntoFuture {
        self.page().boxed()
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("List").field(&self.request).finish()
    }
}

/// A part of a list.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    next: Option<String>,
    list: List<T>,
}

impl<T> Page<T> {
    /// Returns whether there is a next page.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.next.is_some()
    }

    /// Returns the opaque cursor of the next page, for [`List::cursor`] of the same list.
    #[must_use]
    pub fn next_cursor(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// Returns the items.
    #[must_use]
    pub fn into_items(self) -> Vec<T> {
        self.items
    }

    fn following(&self) -> Option<List<T>> {
        self.next.clone().map(|cursor| self.list.clone().cursor(cursor))
    }
}

impl<T: DeserializeOwned + Send + 'static> Page<T> {
    /// Reads the next page, if there is one.
    ///
    /// # Errors
    /// Those of this page.
    pub async fn next_page(&self) -> Result<Option<Self>> {
        match self.following() {
            Some(list) => list.await.map(Some),
            None => Ok(None),
        }
    }
}

/// The newest items of a list. See [`List::newest`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Newest<T> {
    /// The items, the newest first.
    pub items: Vec<T>,
    /// Whether older items were left out.
    pub is_cut: bool,
}

/// The items of a list, across its pages.
#[must_use = "streams do nothing unless polled"]
pub struct Items<T>(BoxStream<'static, Result<T>>);

impl<T> Stream for Items<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Items")
    }
}

/// Returns the cursor in `Link: <…?cursor=…>; rel="next"`. The rest of the URL is ignored: behind a proxy it may name a
/// host that the client cannot reach.
fn next_cursor(response: &Response) -> Option<String> {
    let links = response.headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    let target = links.flat_map(parse_links).find(|(_, relation)| relation == "next")?.0;
    let url = Url::parse("http://relative.invalid").ok()?.join(&target).ok()?;
    url.query_pairs().find(|(key, _)| key == "cursor").map(|(_, cursor)| cursor.into_owned())
}

/// The targets of a `Link` header with their relations. A target may hold commas; it ends only at its `>`.
fn parse_links(header: &str) -> Vec<(String, String)> {
    let mut links = Vec::new();
    let mut rest = header;
    while let Some((target, after)) = rest.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        let parameters = after.split_once('<').map_or(after, |(parameters, _)| parameters);
        let relation =
            parameters.split([';', ',']).filter_map(|part| part.trim().strip_prefix("rel=")).next();
        if let Some(relation) = relation {
            links.push((target.to_owned(), relation.trim_matches('"').to_ascii_lowercase()));
        }
        rest = &after[parameters.len()..];
    }
    links
}

#[cfg(test)]
mod tests {
    use super::parse_links;

    #[test]
    fn links_are_distinguished_by_relation() {
        let header = r#"</a?cursor=x,y>; rel="prev", <https://h/b?cursor=z>; title="t"; rel=Next"#;
        let expected = [("/a?cursor=x,y", "prev"), ("https://h/b?cursor=z", "next")];
        assert_eq!(parse_links(header), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        for nothing in ["", "<", "<a", "a>", "<a>", "<a>; rel", "garbage"] {
            assert_eq!(parse_links(nothing), [], "{nothing}");
        }
    }
}
