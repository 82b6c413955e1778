//! Lists: page by page, or as a stream of items.

mod link;

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, Stream, StreamExt, TryStreamExt};
use http::StatusCode;
use serde::de::DeserializeOwned;

use self::link::next_cursor;
use crate::{Error, Request, Result, UserId};

/// The default page size of a list, in items.
const DEFAULT_LIMIT: u32 = 100;

/// The request of a list: awaiting it returns the first page; everything is returned by [`Self::stream`] or
/// [`Self::all`].
///
/// ```no_run
/// use futures_util::TryStreamExt;
/// use ticketing_sdk::Client;
///
/// # async fn example(client: Client) -> ticketing_sdk::Result<()> {
/// let orders = client.orders().list().all().await?;
///
/// let mut tickets = client.tickets().list().matching("rust").stream();
/// while let Some(ticket) = tickets.try_next().await? {
///     println!("{} {}", ticket.price, ticket.id);
/// }
///
/// let page = client.tickets().list().limit(20).await?;
/// if let Some(cursor) = page.next_cursor() {
///     let next = client.tickets().list().limit(20).cursor(cursor).await?;
/// }
/// # Ok(()) }
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
        }
    }
}

impl<T> List<T> {
    pub(crate) fn new(request: Request) -> Self {
        Self { request, has_limit: false, cursor: None, filters: Vec::new(), order: None }
    }

    /// Sets a parameter of the list, in place of an earlier value.
    pub(crate) fn parameter(mut self, key: &str, value: impl ToString) -> Self {
        self.request.parts.query.retain(|(set, _)| set != key);
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
        let response = request.send_checked().await.map_err(|error| match error {
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
                    rest = page.next_list();
                    items = page.items.into();
                }
            })
            .boxed(),
        )
    }

    /// Returns the last `count` items of a list in ascending order, the newest first. Reads all pages, and keeps at
    /// most `count` items. See [`Newest`].
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
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let page = client.tickets().list().limit(20).await?;
/// println!("{} tickets, more: {} after {:?}", page.items.len(), page.has_more(), page.next_cursor());
/// let tickets = page.into_items();
/// # Ok(()) }
/// ```
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

    fn next_list(&self) -> Option<List<T>> {
        self.next.clone().map(|cursor| self.list.clone().cursor(cursor))
    }
}

impl<T: DeserializeOwned + Send + 'static> Page<T> {
    /// Reads the next page, if there is one.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut page = Some(client.tickets().list().limit(20).await?);
    /// while let Some(current) = page {
    ///     println!("{} tickets", current.items.len());
    ///     page = current.next_page().await?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of this page.
    pub async fn next_page(&self) -> Result<Option<Self>> {
        match self.next_list() {
            Some(list) => list.await.map(Some),
            None => Ok(None),
        }
    }
}

/// The newest items of a list. See [`List::newest`].
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let newest = client.orders().list().newest(10).await?;
/// println!("{} orders, older ones left out: {}", newest.items.len(), newest.is_cut);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Newest<T> {
    /// The items, the newest first.
    pub items: Vec<T>,
    /// Whether older items were left out.
    pub is_cut: bool,
}

/// The items of a list, across its pages.
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use futures_util::StreamExt;
/// use ticketing_sdk::{Items, Ticket};
///
/// let tickets: Items<Ticket> = client.tickets().list().stream();
/// println!("{} tickets", tickets.count().await);
/// # Ok(()) }
/// ```
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
