//! The page of every path: `index.html` with the publishable key of its card form.

use std::io::{self, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::PublishableKey;
use crate::bundle;
use crate::resource::Resource;

/// The attribute of the page that receives the key. `build.rs` checks that the page contains it exactly once.
const KEY_PLACEHOLDER: &str = r#"name="ticketing-stripe-key" content="""#;

/// Renders and compresses the page. The service does so once, at start.
pub(crate) fn render(stripe: Option<&PublishableKey>) -> Resource {
    let html = html_with_key(stripe);
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
