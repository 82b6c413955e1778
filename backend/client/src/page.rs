//! The page of every path: `index.html` with the publishable key of its card form, and the address of its preview picture.

use std::io::{self, Write as _};

use bytes::Bytes;
use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use ticketing_platform::http::WebOrigin;

use crate::bundle;
use crate::resource::Resource;
use crate::{PublishableKey, Settings};

/// The attribute of the page that receives the key. `build.rs` checks that the page contains it exactly once.
const KEY_PLACEHOLDER: &str = r#"name="ticketing-stripe-key" content="""#;

/// The attribute of the page that receives the public URL, before the path of the picture. As `KEY_PLACEHOLDER`.
const PREVIEW: &str = r#"property="og:image" content=""#;

/// Prepares the page at start. It never names the host of a request: a client can send any.
pub(crate) fn page(settings: &Settings) -> Resource {
    render(html_with_url(html_with_key(settings.stripe.as_ref()), settings.public_url.as_ref()))
}

fn render(html: String) -> Resource {
    let hash = HEXLOWER.encode(&Sha256::digest(&html)[..16]);
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

fn html_with_url(html: String, url: Option<&WebOrigin>) -> String {
    match url {
        None => html,
        // Programs that show previews read absolute addresses only. An origin needs no escaping.
        Some(url) => html.replacen(PREVIEW, &format!("{PREVIEW}{url}"), 1),
    }
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes)?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::html_with_key;

    #[test]
    fn page_carries_publishable_key_in_its_meta_element() {
        let key = "pk_test_51H".parse().unwrap();
        assert!(html_with_key(None).contains(r#"<meta name="ticketing-stripe-key" content="""#));
        let with = html_with_key(Some(&key));
        assert!(with.contains(r#"<meta name="ticketing-stripe-key" content="pk_test_51H""#), "{with}");
        assert_eq!(with.replace("pk_test_51H", ""), html_with_key(None));
    }
}
