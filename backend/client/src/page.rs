//! The page of every path: `index.html` with the publishable key of its card form, and the address of its preview picture.

use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use crate::bundle;
use crate::resource::Resource;
use crate::{PublishableKey, Settings};

/// The attribute of the page that receives the key. `build.rs` checks that the page contains it exactly once.
const KEY_PLACEHOLDER: &str = r#"name="ticketing-stripe-key" content="""#;

/// The attribute of the page that receives the address. As `KEY_PLACEHOLDER`.
const PREVIEW: &str = r#"property="og:image" content=""#;

/// The page. It names the host of the request, since programs that show previews read absolute addresses only.
pub(crate) struct Page {
    html: String,
    scheme: &'static str,
    /// The page without a host.
    plain: Arc<Resource>,
    /// The page of the last host: a marketplace has one address.
    last: Mutex<Option<(String, Arc<Resource>)>>,
}

impl Page {
    /// Prepares the page at start.
    pub(crate) fn new(settings: &Settings) -> Self {
        let html = html_with_key(settings.stripe.as_ref());
        let plain = Arc::new(render(html.clone()));
        Self { html, scheme: if settings.tls { "https" } else { "http" }, plain, last: Mutex::new(None) }
    }

    /// Returns the page for the host of a request.
    pub(crate) fn for_host_of(&self, request: &HeaderMap) -> Arc<Resource> {
        let Some(host) = host(request) else { return Arc::clone(&self.plain) };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, page)) = last.as_ref().filter(|(known, _)| known == host) {
            return Arc::clone(page);
        }
        let absolute = format!("{PREVIEW}{}://{host}", self.scheme);
        let page = Arc::new(render(self.html.replacen(PREVIEW, &absolute, 1)));
        *last = Some((host.to_owned(), Arc::clone(&page)));
        page
    }
}

/// Returns the host and the port of a request, if they need no escaping in HTML.
fn host(request: &HeaderMap) -> Option<&str> {
    let host = request.get(header::HOST)?.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    (!host.is_empty() && host.bytes().all(is_plain)).then_some(host)
}

fn render(html: String) -> Resource {
    let hash: String = Sha256::digest(&html).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let gzip = gzip(html.as_bytes()).ok().filter(|compressed| compressed.len() < html.len());
    Resource::from_html(Bytes::from(html), gzip.map(Bytes::from), &hash)
}

fn html_with_key(stripe: Option<&PublishableKey>) -> String {
    match stripe {
        None => bundle::index().to_owned(),
        // A key consists of letters, digits and `_`, so it needs no escaping.
        Some(key) => bundle::index().replacen(
            KEY_PLACEHOLDER,
            &KEY_PLACEHOLDER.replace("\"\"", &format!("\"{key}\"")),
            1,
        ),
    }
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes)?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::{PREVIEW, host, html_with_key};
    use http::{HeaderMap, HeaderValue, header};

    #[test]
    fn only_a_plain_host_is_written_into_the_page() {
        let of = |value: &'static str| {
            host(&HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(value))])).map(str::to_owned)
        };
        for value in ["shop.example", "shop.example:8443", "[::1]:3000", "127.0.0.1:3000"] {
            assert_eq!(of(value).as_deref(), Some(value));
        }
        for value in ["", "a\"><script>", "a&b", "ann@shop.example", "a b", "shop.example/x"] {
            assert_eq!(of(value), None, "{value}");
        }
        assert_eq!(host(&HeaderMap::new()), None);
        assert_eq!(html_with_key(None).matches(&format!("{PREVIEW}/preview.png\"")).count(), 1);
    }

    #[test]
    fn page_carries_publishable_key_in_its_meta_element() {
        let key = "pk_test_51H".parse().unwrap();
        assert!(html_with_key(None).contains(r#"<meta name="ticketing-stripe-key" content="""#));
        let with = html_with_key(Some(&key));
        assert!(with.contains(r#"<meta name="ticketing-stripe-key" content="pk_test_51H""#), "{with}");
        assert_eq!(with.replace("pk_test_51H", ""), html_with_key(None));
    }
}
