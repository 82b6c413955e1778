//! No secret is in the repository, and the script that makes them makes all that is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::files::{EXAMPLE, below, compose, document, house, items, read, text};

/// What must not stand in a file: the beginnings of keys, and a password in a URL.
fn leak(line: &str) -> Option<&'static str> {
    for key in ["sk_live_", "sk_test_", "rk_live_", "whsec_", "BEGIN PRIVATE KEY", "BEGIN NATS"] {
        if line.contains(key) {
            return Some("a key");
        }
    }
    let placeholder = |value: &str| ["", "secret", "PLACEHOLDER"].contains(&value);
    let harmless = |value: &str| placeholder(value) || value.starts_with('$');
    let in_url = line.split("://").nth(1).and_then(|rest| rest.split_once('@')).and_then(|(who, _)| {
        let (_, password) = who.split_once(':')?;
        (!harmless(password)).then_some("a password in a URL")
    });
    let assigned = line.split_once('=').filter(|(name, value)| {
        let secret = ["_PASSWORD", "_KEY", "_SECRET"].iter().any(|end| name.trim().ends_with(end));
        secret && !name.contains(' ') && !harmless(value.trim_matches('"'))
    });
    in_url.or(assigned.map(|_| "a secret"))
}

#[test]
fn no_secret_is_in_the_repository() {
    for (line, leaks) in [
        ("TICKETING_JWT_KEY=PLACEHOLDER", false),
        ("TICKETING_JWT_KEY=p0123", true),
        ("TICKETING_DATABASE_URL=postgres://orders:p0123@postgres:5432/ticketing", true),
        ("TICKETING_STRIPE_KEY: sk_test_x", true),
    ] {
        assert_eq!(leak(line).is_some(), leaks, "{line}");
    }
    for path in below("backend/deploy") {
        let file = read(&path);
        assert!(!file.lines().any(|line| line == "kind: Secret"), "{path}");
        for line in file.lines() {
            assert_eq!(leak(line), None, "{path}: {line}");
        }
    }
    let ignored = read("backend/deploy/.gitignore");
    assert!(ignored.lines().any(|line| line == "secrets/"));
}

/// Every file of the folder `secrets` that compose and kustomize read.
fn asked_for() -> BTreeSet<String> {
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

fn make(folder: &Path) -> BTreeMap<String, String> {
    let script = house().join("backend/deploy/secrets.sh");
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
fn the_script_makes_every_secret_once() {
    let folder = tempfile::tempdir().unwrap();
    let made = make(folder.path());
    assert_eq!(made.keys().cloned().collect::<BTreeSet<_>>(), asked_for());
    // Who is known to one side under a password has it on the other, too.
    for service in ["auth", "tickets", "orders", "payments", "expiration"] {
        let (name, password) = made[&format!("secrets/{service}.nats")].trim().split_once(':').unwrap();
        assert_eq!(name, service);
        let upper = service.to_uppercase();
        let line = format!("NATS_{upper}_PASSWORD={password}\n");
        assert!(made["secrets/nats.env"].contains(&line) && password.len() == 49);
        let url = &made[&format!("secrets/{service}.env")];
        let password = url.split(&format!("//{service}:")).nth(1).unwrap().split('@').next().unwrap();
        assert!(made["secrets/postgres.env"].contains(&format!("{upper}_PASSWORD={password}\n")));
    }
    let key = made["secrets/sessions.env"].trim().strip_prefix("TICKETING_JWT_KEY=").unwrap();
    assert!(key.len() >= 32);
    assert_eq!(make(folder.path()), made, "run again it changes nothing");
    let other = tempfile::tempdir().unwrap();
    assert_ne!(make(other.path())["secrets/sessions.env"], made["secrets/sessions.env"]);

    let example = read("backend/deploy/secrets.example");
    for (file, text) in &made {
        let name = file.trim_start_matches("secrets/");
        assert!(example.contains(name), "{name}");
        let variables = text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name);
        for variable in variables {
            assert!(example.contains(&format!("\n{variable}=")), "{variable}");
        }
    }
}
