//! Puts the bundle of the web application into the program: every file of `bundle/`, compressed as well as it can be, with its
//! content type and a hash of its bytes. So nothing is compressed while somebody waits.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// Where `src/page.rs` writes the key.
const KEY: &str = r#"name="ticketing-stripe-key" content="""#;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let bundle = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("bundle");
    println!("cargo::rerun-if-changed={}", bundle.display());
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut names = files(&bundle, "")?;
    names.sort();
    let index = fs::read_to_string(bundle.join("index.html"))?;
    if index.matches(KEY).count() != 1 {
        return Err(format!("bundle/index.html has no place for the publishable key: {KEY}").into());
    }
    let mut table = String::from("&[\n");
    for (number, name) in names.iter().enumerate() {
        let bytes = fs::read(bundle.join(name))?;
        let (kind, is_text) = kind(name)?;
        write!(table, "File {{ name: {name:?}, kind: {kind:?}, hash: {:?}, ", hash(&bytes))?;
        write!(table, "plain: include_bytes!({:?}), ", bundle.join(name))?;
        // The page is changed before it is answered (`src/page.rs`), so its variants are made there.
        let is_compressed = is_text && name != "index.html";
        for (coding, compress) in [("brotli", brotli as Compress), ("gzip", gzip)] {
            let smaller = if is_compressed { Some(compress(&bytes)?) } else { None };
            match smaller.filter(|smaller| smaller.len() < bytes.len()) {
                Some(smaller) => {
                    let path = out.join(format!("{number}.{coding}"));
                    fs::write(&path, smaller)?;
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

/// Every file below a folder, by its path from the bundle.
fn files(folder: &Path, prefix: &str) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name =
            entry.file_name().into_string().map_err(|name| format!("{} is no name", name.display()))?;
        let name = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            found.extend(files(&entry.path(), &format!("{name}/"))?);
        } else {
            found.push(name);
        }
    }
    Ok(found)
}

/// The content type of a file, and whether it is worth compressing. What is not known here is not shipped: source maps, above
/// all.
fn kind(name: &str) -> Outcome<(&'static str, bool)> {
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
        _ => return Err(format!("bundle/{name} is of a kind that is not served").into()),
    })
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

type Compress = fn(&[u8]) -> Outcome<Vec<u8>>;

fn brotli(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 4096, 11, 22);
    writer.write_all(bytes)?;
    drop(writer);
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}
