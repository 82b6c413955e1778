//! What a file names is there: manifests, config maps, secrets, and the files that they are made of.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::files::{BASE, EXAMPLE, below, document, house, items, read, text, workloads};

fn kustomization(folder: &str) -> Value {
    document(&format!("{folder}/kustomization.yaml"))
}

#[test]
fn every_manifest_is_a_resource() {
    for folder in [BASE, EXAMPLE] {
        let listed: BTreeSet<String> = items(&kustomization(folder)["resources"])
            .iter()
            .map(|path| format!("{folder}/{}", text(path)))
            .filter(|path| path.ends_with(".yaml"))
            .collect();
        let there: BTreeSet<String> = below(folder)
            .into_iter()
            .filter(|path| path.ends_with(".yaml") && !path.ends_with("kustomization.yaml"))
            .collect();
        assert_eq!(listed, there);
    }
}

/// The names of what the generators make, of both kustomizations.
fn made(generator: &str) -> BTreeSet<String> {
    let both = [BASE, EXAMPLE].map(kustomization);
    let made = both.iter().flat_map(|file| items(&file[generator]));
    made.map(|found| text(&found["name"]).to_owned()).collect()
}

/// Every name below a key, wherever it is.
fn named(value: &Value, key: &str, name: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| named(item, key, name, found)),
        Value::Object(fields) => {
            for (field, value) in fields {
                if field == key {
                    found.extend(value[name].as_str().map(str::to_owned));
                }
                named(value, key, name, found);
            }
        }
        _ => {}
    }
}

#[test]
fn every_secret_and_config_map_is_made_and_used() {
    let (mut secrets, mut maps) = (BTreeSet::new(), BTreeSet::new());
    for workload in workloads() {
        for (key, name) in [("secretRef", "name"), ("secretKeyRef", "name"), ("secret", "secretName")] {
            named(&workload, key, name, &mut secrets);
        }
        for key in ["configMapRef", "configMapKeyRef", "configMap"] {
            named(&workload, key, "name", &mut maps);
        }
    }
    assert_eq!(secrets, made("secretGenerator"));
    assert_eq!(maps, made("configMapGenerator"));
}

#[test]
fn files_that_are_put_into_config_maps_are_there() {
    for folder in [BASE, EXAMPLE] {
        for map in items(&kustomization(folder)["configMapGenerator"]) {
            for file in items(&map["files"]) {
                assert!(house().join(folder).join(text(file)).is_file(), "{folder}/{file}");
            }
        }
    }
}

/// Every file that a source builds in, from the root of the house.
fn built_in(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for path in below(folder).into_iter().filter(|path| path.ends_with(".rs")) {
        let beside = path.rsplit_once('/').unwrap().0.to_owned();
        for rest in read(&path).split("include_str!(\"").skip(1) {
            let file = house().join(&beside).join(rest.split('"').next().unwrap());
            let file = file.canonicalize().unwrap();
            found.push(file.strip_prefix(house()).unwrap().to_str().unwrap().to_owned());
        }
    }
    found
}

#[test]
fn the_image_is_built_with_all_that_is_built_in() {
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
    let rooms = [
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
    let files: Vec<String> = rooms.iter().flat_map(|room| built_in(&format!("backend/{room}/src"))).collect();
    assert!(files.len() > 8, "{files:?}");
    // Cargo's own script builds the pages in.
    let pages = below("backend/client/bundle");
    assert!(pages.contains(&"backend/client/bundle/index.html".to_owned()));
    for file in files.into_iter().chain(pages) {
        assert!(!is_ignored(&file), "{file}");
    }
}
