//! The built web application, which `build.rs` embeds in the binary.

/// A file of the bundle.
#[derive(Debug)]
pub(crate) struct File {
    /// The path relative to the bundle, such as `assets/index-Cq0aZ1Lw.js`.
    pub(crate) name: &'static str,
    pub(crate) content_type: &'static str,
    /// A hash of the bytes, in hexadecimal digits.
    pub(crate) hash: &'static str,
    pub(crate) plain: &'static [u8],
    /// The compressed bytes. `None` if compression does not make the file smaller.
    pub(crate) brotli: Option<&'static [u8]>,
    /// As `brotli`.
    pub(crate) gzip: Option<&'static [u8]>,
}

/// The file name of the page.
pub(crate) const INDEX: &str = "index.html";

/// The folder of the files whose names contain a hash of their content.
pub(crate) const HASHED_PREFIX: &str = "assets/";

static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/bundle.rs"));

/// Returns every file except the page.
pub(crate) fn files() -> impl Iterator<Item = &'static File> {
    FILES.iter().filter(|file| file.name != INDEX)
}

/// Returns the HTML of the page.
pub(crate) fn index() -> &'static str {
    let index = FILES.iter().find(|file| file.name == INDEX);
    // `build.rs` has read the file as UTF-8.
    index.and_then(|file| std::str::from_utf8(file.plain).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{FILES, HASHED_PREFIX, files, index};

    /// Returns whether a file name ends in a hash of 8 characters.
    fn has_hash(name: &str) -> bool {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let hash = stem.get(stem.len().saturating_sub(8)..).unwrap_or_default();
        let before = stem.get(..stem.len().saturating_sub(8)).unwrap_or_default();
        before.ends_with('-')
            && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    }

    #[test]
    fn page_refers_to_hashed_script_and_style() {
        let values = index().split('"').skip(1).step_by(2);
        let named: Vec<&str> = values.filter_map(|value| value.strip_prefix('/')).collect();
        for end in [".js", ".css"] {
            assert!(
                named.iter().any(|name| name.starts_with(HASHED_PREFIX) && name.ends_with(end)),
                "{named:?}"
            );
        }
        for name in named {
            assert!(FILES.iter().any(|file| file.name == name), "{name} is not in the bundle");
        }
        for file in files().filter(|file| file.name.starts_with(HASHED_PREFIX)) {
            assert!(has_hash(file.name), "{} is cached as immutable but has no hash in its name", file.name);
        }
        assert!(!has_hash("assets/index.js") && !has_hash("x.js"));
    }

    #[test]
    fn bundle_has_no_inline_code_and_no_source_maps() {
        let page = index();
        for script in page.split("<script").skip(1) {
            let (tag, body) = script.split_once('>').unwrap();
            assert!(tag.contains("src=\"/") && body.starts_with("</script>"), "an inline script");
        }
        for word in ["<style", " style=", " onload=", " onclick=", "javascript:"] {
            assert!(!page.contains(word), "{word}");
        }
        for file in FILES {
            assert!(!String::from_utf8_lossy(file.plain).contains("sourceMappingURL="), "{}", file.name);
        }
    }

    /// Bounds the size of the scripts that the first visit loads.
    #[test]
    fn scripts_of_first_visit_are_at_most_120_kb() {
        let first = files().filter(|file| index().contains(file.name) && file.name.ends_with(".js"));
        let bytes: usize = first.map(|file| file.brotli.unwrap_or(file.plain).len()).sum();
        assert!(bytes <= 120 * 1024, "{bytes} bytes of script");
    }
}
