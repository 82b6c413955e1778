//! The built web application, as `build.rs` has put it into the program.

/// A file of the bundle.
#[derive(Debug)]
pub(crate) struct File {
    /// Its path from the bundle, like `assets/index-Cq0aZ1Lw.js`.
    pub(crate) name: &'static str,
    /// Its content type.
    pub(crate) kind: &'static str,
    /// A hash of its bytes, in hexadecimal digits.
    pub(crate) hash: &'static str,
    pub(crate) plain: &'static [u8],
    /// None where it would be no smaller.
    pub(crate) brotli: Option<&'static [u8]>,
    pub(crate) gzip: Option<&'static [u8]>,
}

/// The page of every path.
pub(crate) const INDEX: &str = "index.html";

/// Files below this have a hash of what is in them in their names: another content has another name.
pub(crate) const HASHED: &str = "assets/";

static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/bundle.rs"));

/// Every file but the page.
pub(crate) fn files() -> impl Iterator<Item = &'static File> {
    FILES.iter().filter(|file| file.name != INDEX)
}

/// The page.
pub(crate) fn index() -> &'static str {
    let index = FILES.iter().find(|file| file.name == INDEX);
    // The build has read it as text.
    index.and_then(|file| std::str::from_utf8(file.plain).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{FILES, HASHED, files, index};

    /// What is long enough to differ whenever the content does.
    fn has_a_hash(name: &str) -> bool {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let hash = stem.get(stem.len().saturating_sub(8)..).unwrap_or_default();
        let before = stem.get(..stem.len().saturating_sub(8)).unwrap_or_default();
        before.ends_with('-')
            && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    }

    #[test]
    fn the_page_names_its_script_and_its_style_by_their_hashes() {
        let named: Vec<&str> = index().split('"').filter_map(|word| word.strip_prefix('/')).collect();
        for end in [".js", ".css"] {
            assert!(named.iter().any(|name| name.starts_with(HASHED) && name.ends_with(end)), "{named:?}");
        }
        for name in named {
            assert!(FILES.iter().any(|file| file.name == name), "{name} is not in the bundle");
        }
        for file in files().filter(|file| file.name.starts_with(HASHED)) {
            assert!(has_a_hash(file.name), "{} may be kept for ever, and has no hash", file.name);
        }
        assert!(!has_a_hash("assets/index.js") && !has_a_hash("x.js"));
    }

    #[test]
    fn nothing_is_shipped_that_a_strict_policy_would_stop() {
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

    /// What a first visit reads of script and style, which grows by itself unless somebody looks.
    #[test]
    fn a_first_visit_loads_little() {
        let first = files().filter(|file| index().contains(file.name) && file.name.ends_with(".js"));
        let bytes: usize = first.map(|file| file.brotli.unwrap_or(file.plain).len()).sum();
        assert!(bytes <= 120 * 1024, "{bytes} bytes of script");
    }
}
