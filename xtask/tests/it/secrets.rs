//! Tests that the repository contains no secret, and that `secrets.sh` creates every secret that the deployments read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::files::{EXAMPLE, compose, document, files_below, items, read, text, workspace};

/// Returns the kind of secret in a line: a key, or a password in a URL or a variable.
fn find_secret(line: &str) -> Option<&'static str> {
    for key in ["sk_live_", "sk_test_", "rk_live_", "whsec_", "BEGIN PRIVATE KEY", "BEGIN NATS"] {
        if line.contains(key) {
            return Some("a key");
        }
    }
    let is_known = |value: &str| ["", "secret", "PLACEHOLDER"].contains(&value);
    let is_placeholder = |value: &str| is_known(value) || value.starts_with('$');
    let in_url = line.split("://").nth(1).and_then(|rest| rest.split_once('@')).and_then(|(who, _)| {
        let (_, password) = who.split_once(':')?;
        (!is_placeholder(password)).then_some("a password in a URL")
    });
    let assigned = line.split_once('=').filter(|(name, value)| {
        let secret = ["_PASSWORD", "_KEY", "_SECRET"].iter().any(|end| name.trim().ends_with(end));
        secret && !name.contains(' ') && !is_placeholder(value.trim_matches('"'))
    });
    in_url.or(assigned.map(|_| "a secret"))
}

#[test]
fn deployment_files_contain_no_secret() {
    for (line, expected) in [
        ("TICKETING_JWT_KEY=PLACEHOLDER", false),
        ("TICKETING_JWT_KEY=p0123", true),
        ("TICKETING_DATABASE_URL=postgres://orders:p0123@postgres:5432/ticketing", true),
        ("TICKETING_STRIPE_KEY: sk_test_x", true),
    ] {
        assert_eq!(find_secret(line).is_some(), expected, "{line}");
    }
    for path in files_below("backend/deploy") {
        let file = read(&path);
        assert!(!file.lines().any(|line| line == "kind: Secret"), "{path}");
        for line in file.lines() {
            assert_eq!(find_secret(line), None, "{path}: {line}");
        }
    }
    let ignored = read("backend/deploy/.gitignore");
    assert!(ignored.lines().any(|line| line == "secrets/"));
}

/// Returns the files of the folder `secrets` that compose and kustomize read.
fn required_files() -> BTreeSet<String> {
    let compose = compose();
    let mut found = BTreeSet::new();
    for (_, service) in compose["services"].as_object().unwrap() {
        found.extend(items(&service["env_file"]).iter().map(|file| text(file).to_owned()));
    }
    for (_, secret) in compose["secrets"].as_object().unwrap() {
        found.insert(text(&secret["file"]).to_owned());
    }
    let of_compose = found.clone();
    for secret in items(&document(&format!("{EXAMPLE}/kustomization.yaml"))["secretGenerator"]) {
        let files = items(&secret["envs"]).iter().chain(items(&secret["files"])).map(text);
        found.extend(files.map(|file| file.trim_start_matches("creds=").to_owned()));
    }
    assert_eq!(found, of_compose, "compose and Kubernetes read the same files");
    found
}

fn run_script(folder: &Path) -> BTreeMap<String, String> {
    let script = workspace().join("backend/deploy/secrets.sh");
    let output = Command::new("sh").arg(script).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.is_file())
        .map(|path| {
            let name = format!("secrets/{}", path.file_name().unwrap().to_str().unwrap());
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
fn secrets_script_creates_every_secret_once() {
    let folder = tempfile::tempdir().unwrap();
    let created = run_script(folder.path());
    assert_eq!(created.keys().cloned().collect::<BTreeSet<_>>(), required_files());
    // Clients and servers have the same password.
    for service in ["auth", "tickets", "orders", "payments", "expiration"] {
        let (name, password) = created[&format!("secrets/{service}.nats")].trim().split_once(':').unwrap();
        assert_eq!(name, service);
        let upper = service.to_uppercase();
        let line = format!("NATS_{upper}_PASSWORD={password}\n");
        assert!(created["secrets/nats.env"].contains(&line) && password.len() == 49);
        let url = &created[&format!("secrets/{service}.env")];
        let password = url.split(&format!("//{service}:")).nth(1).unwrap().split('@').next().unwrap();
        assert!(created["secrets/postgres.env"].contains(&format!("{upper}_PASSWORD={password}\n")));
    }
    let key = created["secrets/sessions.env"].trim().strip_prefix("TICKETING_JWT_KEY=").unwrap();
    assert!(key.len() >= 32);
    assert_eq!(run_script(folder.path()), created, "a second run changes nothing");
    let other = tempfile::tempdir().unwrap();
    assert_ne!(run_script(other.path())["secrets/sessions.env"], created["secrets/sessions.env"]);

    let example = read("backend/deploy/secrets.example");
    for (file, text) in &created {
        let name = file.trim_start_matches("secrets/");
        assert!(example.contains(name), "{name}");
        let variables = text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name);
        for variable in variables {
            assert!(example.contains(&format!("\n{variable}=")), "{variable}");
        }
    }
}
