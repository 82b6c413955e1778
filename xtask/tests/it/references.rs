//! Tests that referenced manifests, config maps, secrets and files exist.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::files::{BASE, EXAMPLE, document, files_below, items, read, text, workloads, workspace};

fn kustomization(folder: &str) -> Value {
    document(&format!("{folder}/kustomization.yaml"))
}

#[test]
fn kustomizations_list_every_manifest() {
    for folder in [BASE, EXAMPLE] {
        let listed: BTreeSet<String> = items(&kustomization(folder)["resources"])
            .iter()
            .map(|path| format!("{folder}/{}", text(path)))
            .filter(|path| path.ends_with(".yaml"))
            .collect();
        let existing: BTreeSet<String> = files_below(folder)
            .into_iter()
            .filter(|path| path.ends_with(".yaml") && !path.ends_with("kustomization.yaml"))
            .collect();
        assert_eq!(listed, existing);
    }
}

/// Returns the names of the resources that the generators of both kustomizations create.
fn generated_names(generator: &str) -> BTreeSet<String> {
    let both = [BASE, EXAMPLE].map(kustomization);
    let generated = both.iter().flat_map(|file| items(&file[generator]));
    generated.map(|found| text(&found["name"]).to_owned()).collect()
}

/// Collects the names below a key, at any depth.
fn collect_names(value: &Value, key: &str, name: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, key, name, found)),
        Value::Object(fields) => {
            for (field, value) in fields {
                if field == key {
                    found.extend(value[name].as_str().map(str::to_owned));
                }
                collect_names(value, key, name, found);
            }
        }
        _ => {}
    }
}

#[test]
fn secrets_and_config_maps_are_generated_and_used() {
    let (mut secrets, mut maps) = (BTreeSet::new(), BTreeSet::new());
    for workload in workloads() {
        for (key, name) in [("secretRef", "name"), ("secretKeyRef", "name"), ("secret", "secretName")] {
            collect_names(&workload, key, name, &mut secrets);
        }
        for key in ["configMapRef", "configMapKeyRef", "configMap"] {
            collect_names(&workload, key, "name", &mut maps);
        }
    }
    assert_eq!(secrets, generated_names("secretGenerator"));
    assert_eq!(maps, generated_names("configMapGenerator"));
}

#[test]
fn files_of_config_maps_exist() {
    for folder in [BASE, EXAMPLE] {
        for map in items(&kustomization(folder)["configMapGenerator"]) {
            for file in items(&map["files"]) {
                assert!(workspace().join(folder).join(text(file)).is_file(), "{folder}/{file}");
            }
        }
    }
}

/// Lists the files that sources embed, by path from the root of the workspace.
fn embedded_files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for path in files_below(folder).into_iter().filter(|path| path.ends_with(".rs")) {
        let folder = path.rsplit_once('/').unwrap().0.to_owned();
        for rest in read(&path).split("include_str!(\"").skip(1) {
            let file = workspace().join(&folder).join(rest.split('"').next().unwrap());
            let file = file.canonicalize().unwrap();
            found.push(file.strip_prefix(workspace()).unwrap().to_str().unwrap().to_owned());
        }
    }
    found
}

#[test]
fn docker_context_contains_every_embedded_file() {
    let ignored = read("backend/deploy/Dockerfile.dockerignore");
    let ignored: Vec<&str> = ignored.lines().filter(|line| !line.starts_with('#')).collect();
    let is_ignored = |file: &str| {
        ignored.iter().any(|line| match line.strip_prefix("**/") {
            Some(line) => match line.strip_prefix('*') {
                Some(end) => file.ends_with(end),
                None => file.split('/').any(|part| part == line),
            },
            None => file == *line || file.starts_with(&format!("{line}/")),
        })
    };
    assert!(is_ignored("docs/images/a.svg") && is_ignored("backend/bus/README.md"));
    assert!(is_ignored("backend/deploy/secrets/auth.env"));
    let crates = [
        "auth",
        "bus",
        "client",
        "events",
        "expiration",
        "orders",
        "payments",
        "platform",
        "server",
        "tickets",
    ];
    let files: Vec<String> =
        crates.iter().flat_map(|name| embedded_files(&format!("backend/{name}/src"))).collect();
    assert!(files.len() > 8, "{files:?}");
    // build.rs of the client embeds the bundle.
    let bundle = files_below("backend/client/bundle");
    assert!(bundle.contains(&"backend/client/bundle/index.html".to_owned()));
    for file in files.into_iter().chain(bundle) {
        assert!(!is_ignored(&file), "{file}");
    }
}
