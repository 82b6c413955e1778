//! The package of the SDK, as a registry would receive it.

use std::process::Command;

use crate::files::workspace;

fn cargo_package(extra: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(workspace()).args([
        "package",
        "--package",
        "ticketing-sdk",
        "--allow-dirty",
        "--offline",
    ]);
    let output = command.args(extra).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{err}");
    assert!(!err.contains("manifest has no"), "{err}");
    out.into_owned()
}

#[test]
fn sdk_package_has_sources_guides_and_licences_only() {
    let listed = cargo_package(&["--list"]);
    let files: Vec<&str> = listed.lines().collect();
    for needed in
        ["Cargo.toml", "README.md", "LICENSE-APACHE", "LICENSE-MIT", "src/lib.rs", "src/transport.rs"]
    {
        assert!(files.contains(&needed), "{needed} is not in {files:?}");
    }
    // `docs/` holds the chapters of the documentation, which `src/` includes.
    let belongs =
        |file: &&&str| file.starts_with("src/") || file.starts_with("docs/") && file.ends_with(".md");
    let extra = files.iter().filter(|file| file.contains('/') && !belongs(file));
    assert_eq!(extra.count(), 0, "{files:?}");
}

#[test]
fn sdk_is_packaged_without_the_workspace() {
    let target = tempfile::tempdir().unwrap();
    cargo_package(&["--no-verify", "--target-dir", target.path().to_str().unwrap()]);
    let packaged = std::fs::read_dir(target.path().join("package")).unwrap();
    let names: Vec<_> = packaged.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let has_package = |name: &String| name.starts_with("ticketing-sdk-") && name.ends_with(".crate");
    assert!(names.iter().any(has_package), "{names:?}");
}
