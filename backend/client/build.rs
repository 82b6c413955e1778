//! Embeds the bundle of the web application in the binary: every file of `bundle/`, compressed at the highest level, with its
//! content type and a hash of its bytes. So no request waits for compression.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// The attributes into which `src/page.rs` writes the publishable key and the address of the preview picture.
const PLACEHOLDERS: [&str; 2] =
    [r#"name="ticketing-stripe-key" content="""#, r#"property="og:image" content="/preview.png""#];

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> Result<()> {
    let bundle = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("bundle");
    println!("cargo::rerun-if-changed={}", bundle.display());
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut names = list_files(&bundle, "")?;
    names.sort();
    let index = fs::read_to_string(bundle.join("index.html"))?;
    for placeholder in PLACEHOLDERS {
        if index.matches(placeholder).count() != 1 {
            return Err(format!("bundle/index.html does not contain {placeholder} exactly once").into());
        }
    }
    let mut table = String::from("&[\n");
    for (number, name) in names.iter().enumerate() {
        let bytes = fs::read(bundle.join(name))?;
        let (content_type, is_text) = content_type(name)?;
        write!(table, "File {{ name: {name:?}, content_type: {content_type:?}, hash: {:?}, ", hash(&bytes))?;
        write!(table, "plain: include_bytes!({:?}), ", bundle.join(name))?;
        // `src/page.rs` inserts the key at start and then compresses the page.
        let is_compressed = is_text && name != "index.html";
        for (coding, compress) in [("brotli", brotli as Compress), ("gzip", gzip)] {
            let compressed = if is_compressed { Some(compress(&bytes)?) } else { None };
            match compressed.filter(|compressed| compressed.len() < bytes.len()) {
                Some(compressed) => {
                    let path = out.join(format!("{number}.{coding}"));
                    fs::write(&path, compressed)?;
                    write!(table, "{coding}: Some(include_bytes!({path:?})), ")?;
                }
                None => write!(table, "{coding}: None, ")?,
            }
        }
        table += "},\n";
    }
    table += "]\n";
    fs::write(out.join("bundle.rs"), table)?;
    Ok(())
}

/// Lists the files of a folder and its subfolders by their paths relative to the bundle.
fn list_files(folder: &Path, prefix: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|name| format!("the file name {} is not UTF-8", name.display()))?;
        let name = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            found.extend(list_files(&entry.path(), &format!("{name}/"))?);
        } else {
            found.push(name);
        }
    }
    Ok(found)
}

/// Returns the content type of a file, and whether the file is text (and so worth compressing).
///
/// # Errors
/// If the extension is not listed, so that source maps are never served.
fn content_type(name: &str) -> Result<(&'static str, bool)> {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    Ok(match extension {
        "html" => ("text/html; charset=utf-8", true),
        "js" => ("text/javascript; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        "svg" => ("image/svg+xml", true),
        "json" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "png" => ("image/png", false),
        "ico" => ("image/x-icon", false),
        "webp" => ("image/webp", false),
        "woff2" => ("font/woff2", false),
        _ => return Err(format!("bundle/{name} has an extension that is not served").into()),
    })
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

type Compress = fn(&[u8]) -> Result<Vec<u8>>;

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 4096, 11, 22);
    writer.write_all(bytes)?;
    drop(writer);
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}
