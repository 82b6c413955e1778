//! `GET /api/tickets`: the list, and with `Accept: text/event-stream` the live feed.

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use ticketing_platform::http::{
    ApiError, ClientAddress, PageQuery, Query, ValidationErrors, list_body, prefers_event_stream,
};
use ticketing_sdk::{EventTime, PriceBound, Problem, Ticket, TicketStatus, Timestamp, UserId};

use super::filter_schemas;
use crate::App;
use crate::domain::ticket_query::{self, MAX_QUERY_CHARS, Sort, TicketQuery};
use crate::pages::CachedPage;
use crate::store::{self, Position};

/// The filters of the list.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "the values are read by name, so that their errors are reported together")]
pub(crate) struct Filters {
    /// Words that title and venue must contain between them; 200 characters at most.
    #[param(max_length = 200)]
    q: Option<String>,
    /// The lowest price, in dollars.
    #[param(schema_with = filter_schemas::price_bound)]
    min_price: Option<String>,
    /// The highest price, in dollars.
    #[param(schema_with = filter_schemas::price_bound)]
    max_price: Option<String>,
    /// Words that the venue must contain; 200 characters at most.
    #[param(max_length = 200)]
    venue: Option<String>,
    /// The earliest start of the event, in RFC 3339.
    #[param(schema_with = filter_schemas::time)]
    from: Option<String>,
    /// The latest start of the event, in RFC 3339.
    #[param(schema_with = filter_schemas::time)]
    until: Option<String>,
    /// `true`: also tickets of events that have started.
    #[param(schema_with = filter_schemas::flag)]
    past: Option<String>,
    /// `oldest` (the default), `newest`, `price`, `-price`, `title` or `starts`.
    #[param(schema_with = filter_schemas::sort)]
    sort: Option<String>,
    /// `me`: only the tickets of the signed-in user.
    #[param(schema_with = filter_schemas::seller)]
    seller: Option<String>,
    /// `available` (the default), `reserved`, `sold`, a list of these with commas, or `all`.
    #[param(schema_with = filter_schemas::status)]
    status: Option<String>,
}

/// Tickets that can be ordered now, without those of events that have started unless `past=true`; with `Accept:
/// text/event-stream` their changes, live.
#[utoipa::path(
    get, path = "/api/tickets", tag = "tickets", operation_id = "listTickets",
    params(
        Filters,
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Entries of a page; without it and a cursor the list is whole, up to 10 000"),
        ("cursor" = Option<String>, Query, description = "From the Link of the page before"),
        ("Last-Event-ID" = Option<String>, Header, description = "Where the live feed resumes: the id of an event, or `since:` and milliseconds since the Unix epoch"),
    ),
    security((), ("session" = [])),
    responses(
        (
            status = 200, description = "The tickets, and a Link to more if there are more; or the live feed",
            content((Vec<Ticket> = "application/json"), (String = "text/event-stream"))
        ),
        (status = 400, description = "A filter is not valid", body = Problem),
        (status = 401, description = "seller=me without a session", body = Problem),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    client: ClientAddress,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    if prefers_event_stream(&headers) {
        let slot = app.streams.acquire(client)?;
        let (db, clock) = (&app.core.db, &app.core.clock);
        return Ok(app.feed.watch(db, clock, resume_from(&headers), Some(slot), &app.shutdown).await?);
    }
    let question = uri.query().unwrap_or_default();
    let now = app.core.clock.now();
    if let Some(page) = app.pages.get(question, now) {
        return Ok(page.into_response());
    }
    let (query, mut errors) = (Query::from_uri(&uri), ValidationErrors::new());
    let page = PageQuery::parse(&query, &mut errors);
    let seller = seller(&query, &app, &headers, &mut errors);
    let ticket_query = check(&query, now, &mut errors);
    let after: Option<Position> = page.decode_cursor(&mut errors);
    let after = after.filter(|position| {
        let fits = position.fits(ticket_query.sort);
        if !fits {
            errors.push("cursor", "Cursor belongs to another order of the list");
        }
        fits
    });
    errors.finish()?;
    let ticket_query = TicketQuery { seller: seller?, ..ticket_query };

    let seen = app.pages.generation();
    let (sort, rows, own) = (ticket_query.sort, page.rows(), ticket_query.seller.is_some());
    let changes_with_time = ticket_query.starts_after.is_some();
    let mut tickets =
        app.core.db.read(move |tx| store::list(tx, &ticket_query, after.as_ref(), rows)).await?;
    let link =
        page.truncate(&uri, &mut tickets, |last| Position::from_ticket(last, sort))?.map(|(_, link)| link);
    // A ticket leaves the list when its event starts.
    let starts = tickets.iter().filter_map(|ticket| ticket.details.starts_at.as_ref());
    let next_start = starts.map(EventTime::instant).min().filter(|_| changes_with_time);
    let page = CachedPage { body: list_body(&tickets)?, link, good_until: next_start };
    if !own {
        app.pages.keep(question, seen, &page);
    }
    Ok(page.into_response())
}

/// Returns the seller whose tickets are listed.
fn seller(
    query: &Query,
    app: &App,
    headers: &HeaderMap,
    errors: &mut ValidationErrors,
) -> Result<Option<UserId>, ApiError> {
    match query.value("seller", errors) {
        None => Ok(None),
        Some("me") => match app.sessions.read_intended(headers)? {
            Some(session) => Ok(Some(session.user_id)),
            None => Err(ApiError::not_signed_in()),
        },
        Some(_) => {
            errors.push("seller", "Seller must be me");
            Ok(None)
        }
    }
}

/// Checks the other filters.
fn check(query: &Query, now: Timestamp, errors: &mut ValidationErrors) -> TicketQuery {
    let mut price = |name: &str, spelled: &str| {
        let bound = query.value(name, errors)?.parse::<PriceBound>();
        let error = || format!("{spelled} must be a number like 20 or 149.99, and 0 or more");
        bound.map_err(|_| errors.push(name, error())).ok()
    };
    let (min_price, max_price) = (price("minPrice", "MinPrice"), price("maxPrice", "MaxPrice"));
    let mut time = |name: &str, spelled: &str| {
        let time = query.value(name, errors)?.parse::<EventTime>();
        let error = || format!("{spelled} must be a time like 2026-12-24T19:30:00+01:00");
        time.map_err(|_| errors.push(name, error())).ok().map(|time| time.instant())
    };
    let (from, until) = (time("from", "From"), time("until", "Until"));
    let past = match query.value("past", errors) {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            errors.push("past", "Past must be true or false");
            false
        }
    };
    let mut words = |name: &str, spelled: &str| {
        let text = query.value(name, errors).unwrap_or_default();
        if text.contains('\0') {
            errors.push(name, format!("{spelled} must not contain U+0000"));
        }
        if text.chars().count() > MAX_QUERY_CHARS {
            errors.push(name, format!("{spelled} must be at most {MAX_QUERY_CHARS} characters"));
        }
        ticket_query::words(text)
    };
    let (words, venue) = (words("q", "Q"), words("venue", "Venue"));
    let sort = query.value("sort", errors).map_or(Ok(Sort::default()), str::parse).unwrap_or_else(|_| {
        errors.push("sort", "Sort must be oldest, newest, price, -price, title or starts");
        Sort::default()
    });
    let statuses = match query.value("status", errors) {
        None => vec![TicketStatus::Available],
        Some(_) => query.list("status", STATUS, errors),
    };
    let starts_after = (!past).then_some(now);
    TicketQuery {
        words,
        venue,
        from,
        until,
        starts_after,
        min_price,
        max_price,
        seller: None,
        statuses,
        sort,
    }
}

const STATUS: &str = "Status must be available, reserved, sold, a list of these, or all";

/// Returns the position to resume from, if any. An invalid one is an unknown position.
fn resume_from(headers: &HeaderMap) -> Option<String> {
    let position = headers.get("last-event-id").filter(|position| !position.is_empty())?;
    Some(position.to_str().unwrap_or("unreadable").to_ascii_lowercase())
}
