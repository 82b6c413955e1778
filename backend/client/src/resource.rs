//! Responds with a file: in the negotiated coding, with caching headers.

use axum::Extension;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use ticketing_platform::http::KeepErrorBody;

use crate::bundle::{File, HASHED_PREFIX};
use crate::content_coding::ContentCoding;

/// A file with its content type, its caching policy and its compressed variants.
#[derive(Debug)]
pub(crate) struct Resource {
    content_type: &'static str,
    cache_control: &'static str,
    plain: Variant,
    brotli: Option<Variant>,
    gzip: Option<Variant>,
}

/// A resource in one coding. Each variant has its own strong `ETag`, since the bytes differ.
#[derive(Clone, Debug)]
struct Variant {
    bytes: Bytes,
    etag: HeaderValue,
}

/// For names that contain a hash: the content behind the name never changes.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// Caches revalidate the response on each use.
const REVALIDATE: &str = "no-cache";

impl Resource {
    /// Creates the resource of a file of the bundle.
    pub(crate) fn from_file(file: &'static File) -> Self {
        let variant =
            |bytes: &'static [u8], coding| Variant::new(Bytes::from_static(bytes), file.hash, coding);
        Self {
            content_type: file.content_type,
            cache_control: if file.name.starts_with(HASHED_PREFIX) { IMMUTABLE } else { REVALIDATE },
            plain: variant(file.plain, ContentCoding::Identity),
            brotli: file.brotli.map(|bytes| variant(bytes, ContentCoding::Brotli)),
            gzip: file.gzip.map(|bytes| variant(bytes, ContentCoding::Gzip)),
        }
    }

    /// Creates the resource of a page that was rendered at start.
    pub(crate) fn from_html(plain: Bytes, gzip: Option<Bytes>, hash: &str) -> Self {
        Self {
            content_type: "text/html; charset=utf-8",
            cache_control: REVALIDATE,
            plain: Variant::new(plain, hash, ContentCoding::Identity),
            brotli: None,
            gzip: gzip.map(|bytes| Variant::new(bytes, hash, ContentCoding::Gzip)),
        }
    }

    /// Responds to a request. `common` are the headers of every response.
    pub(crate) fn respond(&self, status: StatusCode, request: &HeaderMap, common: &HeaderMap) -> Response {
        let coding = ContentCoding::negotiate(request, |coding| self.variant(coding).is_some());
        let variant = self.variant(coding).unwrap_or(&self.plain);
        let mut response = (status, Extension(KeepErrorBody), variant.bytes.clone()).into_response();
        let headers = response.headers_mut();
        headers.extend(common.iter().map(|(name, value)| (name.clone(), value.clone())));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.cache_control));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::ETAG, variant.etag.clone());
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if coding != ContentCoding::Identity {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        response
    }

    fn variant(&self, coding: ContentCoding) -> Option<&Variant> {
        match coding {
            ContentCoding::Brotli => self.brotli.as_ref(),
            ContentCoding::Gzip => self.gzip.as_ref(),
            ContentCoding::Identity => Some(&self.plain),
        }
    }
}

impl Variant {
    fn new(bytes: Bytes, hash: &str, coding: ContentCoding) -> Self {
        let etag = match coding {
            ContentCoding::Identity => format!("\"{hash}\""),
            coding => format!("\"{hash}-{}\"", coding.name()),
        };
        // Digits, letters and quotes are always a valid header value.
        let etag = HeaderValue::from_str(&etag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
        Self { bytes, etag }
    }
}

/// Responds with 404 in plain text.
pub(crate) fn not_found(common: &HeaderMap) -> Response {
    let mut response = (StatusCode::NOT_FOUND, Extension(KeepErrorBody), "Not Found\n").into_response();
    response.headers_mut().extend(common.iter().map(|(name, value)| (name.clone(), value.clone())));
    response
}
