//! The page of every path: `index.html`, with the key that its card form is for.

use std::io::{self, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::PublishableKey;
use crate::answer::Resource;
use crate::bundle;

/// What stands in the page where the key belongs. `build.rs` looks that it is there once.
const PLACE: &str = r#"name="ticketing-stripe-key" content="""#;

/// The page. It is made and compressed once, at start.
pub(crate) fn resource(stripe: Option<&PublishableKey>) -> Resource {
    let html = html(stripe);
    let hash: String = Sha256::digest(&html).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let gzip = gzip(html.as_bytes()).ok().filter(|smaller| smaller.len() < html.len());
    Resource::page(Bytes::from(html), gzip.map(Bytes::from), &hash)
}

fn html(stripe: Option<&PublishableKey>) -> String {
    match stripe {
        None => bundle::index().to_owned(),
        // A key is of letters, digits and `_`: nothing in it has a meaning in HTML.
        Some(key) => bundle::index().replacen(PLACE, &PLACE.replace("\"\"", &format!("\"{key}\"")), 1),
    }
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes)?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn the_key_stands_where_the_application_looks_for_it() {
        let key = "pk_test_51H".parse().unwrap();
        assert!(html(None).contains(r#"<meta name="ticketing-stripe-key" content="""#));
        let with = html(Some(&key));
        assert!(with.contains(r#"<meta name="ticketing-stripe-key" content="pk_test_51H""#), "{with}");
        assert_eq!(with.replace("pk_test_51H", ""), html(None));
    }
}
