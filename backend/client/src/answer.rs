//! How a file is answered: in the coding that is wanted, with what caches must know, or with no body where they have it.

use axum::Extension;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use ticketing_platform::http::Verbatim;

use crate::bundle::{File, HASHED};
use crate::coding::Coding;

/// Something that is answered again and again.
#[derive(Debug)]
pub(crate) struct Resource {
    kind: &'static str,
    caching: &'static str,
    plain: Variant,
    brotli: Option<Variant>,
    gzip: Option<Variant>,
}

/// A resource in one coding. Each has a tag of its own: they are different bytes.
#[derive(Clone, Debug)]
struct Variant {
    bytes: Bytes,
    tag: HeaderValue,
}

/// For a year, without asking: another content would have another name.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Kept, and asked for each time whether it is still so.
const ASK: &str = "no-cache";

impl Resource {
    /// A file of the bundle.
    pub(crate) fn of(file: &'static File) -> Self {
        let variant =
            |bytes: &'static [u8], coding| Variant::new(Bytes::from_static(bytes), file.hash, coding);
        Self {
            kind: file.kind,
            caching: if file.name.starts_with(HASHED) { FOR_EVER } else { ASK },
            plain: variant(file.plain, Coding::Identity),
            brotli: file.brotli.map(|bytes| variant(bytes, Coding::Brotli)),
            gzip: file.gzip.map(|bytes| variant(bytes, Coding::Gzip)),
        }
    }

    /// A page that was made at start.
    pub(crate) fn page(plain: Bytes, gzip: Option<Bytes>, hash: &str) -> Self {
        Self {
            kind: "text/html; charset=utf-8",
            caching: ASK,
            plain: Variant::new(plain, hash, Coding::Identity),
            brotli: None,
            gzip: gzip.map(|bytes| Variant::new(bytes, hash, Coding::Gzip)),
        }
    }

    /// The answer to a request with these headers. `common` stands on every answer.
    pub(crate) fn answer(&self, status: StatusCode, asked: &HeaderMap, common: &HeaderMap) -> Response {
        let coding = Coding::wanted(asked, |coding| self.variant(coding).is_some());
        let variant = self.variant(coding).unwrap_or(&self.plain);
        let is_known = status == StatusCode::OK && is_known(asked, &variant.tag);
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            (status, Extension(Verbatim), variant.bytes.clone()).into_response()
        };
        let headers = response.headers_mut();
        headers.extend(common.iter().map(|(name, value)| (name.clone(), value.clone())));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.caching));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::ETAG, variant.tag.clone());
        if !is_known {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
            if coding != Coding::Identity {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
            }
        }
        response
    }

    fn variant(&self, coding: Coding) -> Option<&Variant> {
        match coding {
            Coding::Brotli => self.brotli.as_ref(),
            Coding::Gzip => self.gzip.as_ref(),
            Coding::Identity => Some(&self.plain),
        }
    }
}

impl Variant {
    fn new(bytes: Bytes, hash: &str, coding: Coding) -> Self {
        let tag = match coding {
            Coding::Identity => format!("\"{hash}\""),
            coding => format!("\"{hash}-{}\"", coding.name()),
        };
        // Digits, letters and quotes are always a valid header value.
        let tag = HeaderValue::from_str(&tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
        Self { bytes, tag }
    }
}

/// What is not there, in words for people.
pub(crate) fn missing(common: &HeaderMap) -> Response {
    let mut response = (StatusCode::NOT_FOUND, Extension(Verbatim), "Not Found\n").into_response();
    response.headers_mut().extend(common.iter().map(|(name, value)| (name.clone(), value.clone())));
    response
}

/// Whether whoever asks has these bytes already: `If-None-Match`, where a tag that was weakened on its way is the same.
fn is_known(asked: &HeaderMap, tag: &HeaderValue) -> bool {
    let values = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known).as_bytes() == tag.as_bytes())
}
