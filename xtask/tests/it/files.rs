//! Reads the files of a deployment.

use std::path::{Path, PathBuf};

use serde_json::Value;
use serde_yaml_ng::Deserializer;

pub(crate) const BASE: &str = "backend/deploy/kubernetes/base";
pub(crate) const EXAMPLE: &str = "backend/deploy/kubernetes/overlays/example";

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

pub(crate) fn read(path: &str) -> String {
    let read = std::fs::read_to_string(workspace().join(path));
    read.unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Parses the documents of a YAML file, with merge keys (`<<`) resolved.
pub(crate) fn documents(text: &str) -> Vec<Value> {
    let read = |document: Deserializer<'_>| {
        let mut value: serde_yaml_ng::Value = serde::Deserialize::deserialize(document).unwrap();
        // Twice, since a merged mapping may contain a merge key.
        value.apply_merge().and_then(|()| value.apply_merge()).unwrap();
        serde_json::to_value(value).unwrap()
    };
    Deserializer::from_str(text).map(read).collect()
}

pub(crate) fn document(path: &str) -> Value {
    documents(&read(path)).remove(0)
}

pub(crate) fn compose() -> Value {
    document("backend/deploy/compose.yaml")
}

/// Lists the files of a folder and its subfolders, by path from the root of the workspace. Generated secrets are left
/// out.
pub(crate) fn files_below(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(workspace().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if !entry.path().is_dir() {
            found.push(path);
        } else if entry.file_name() != "secrets" {
            found.extend(files_below(&path));
        }
    }
    found.sort();
    found
}

/// Returns every Kubernetes resource.
pub(crate) fn resources() -> Vec<Value> {
    let files = files_below("backend/deploy/kubernetes");
    let manifests =
        files.iter().filter(|path| path.ends_with(".yaml") && !path.ends_with("kustomization.yaml"));
    let found: Vec<Value> = manifests.flat_map(|path| documents(&read(path))).collect();
    assert!(found.len() > 30, "{} resources", found.len());
    found
}

pub(crate) fn of_kind(kind: &str) -> Vec<Value> {
    resources().into_iter().filter(|resource| resource["kind"] == kind).collect()
}

/// Returns the resource of this kind and name.
pub(crate) fn resource(kind: &str, name: &str) -> Value {
    let mut found = of_kind(kind);
    found.retain(|resource| name_of(resource) == name);
    assert_eq!(found.len(), 1, "{kind} {name}");
    found.remove(0)
}

/// Returns the deployments, stateful sets and jobs.
pub(crate) fn workloads() -> Vec<Value> {
    ["Deployment", "StatefulSet", "Job"].into_iter().flat_map(of_kind).collect()
}

pub(crate) fn name_of(resource: &Value) -> &str {
    text(&resource["metadata"]["name"])
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}"))
}

/// Returns the items of a list, or none if the list is missing.
pub(crate) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Returns the names of the variants of `Service` (backend/server), sorted.
pub(crate) fn services() -> Vec<String> {
    let code = read("backend/server/src/service.rs");
    let variants = code.lines().filter_map(|line| line.strip_prefix("    ")?.strip_suffix(','));
    let names = variants.filter(|name| name.chars().all(char::is_alphabetic));
    let mut found: Vec<String> = names.map(str::to_lowercase).collect();
    found.sort();
    assert!(found.len() >= 6, "{found:?}");
    let missing = found.iter().find(|name| !workspace().join("backend").join(name).is_dir());
    assert_eq!(missing, None, "{found:?}");
    found
}

/// Returns the services with a database and consumers.
pub(crate) fn stateful() -> Vec<String> {
    let mut found = services();
    found.retain(|name| workspace().join("backend").join(name).join("migrations").is_dir());
    assert!(found.len() >= 5 && found.len() < services().len(), "{found:?}");
    found
}

/// Returns the services with public routes.
pub(crate) fn with_routes() -> Vec<String> {
    let mut found = services();
    found.retain(|name| workspace().join("backend").join(name).join("src/router.rs").is_file());
    found
}
