//! Checks the dependency tree against `deny.toml` as `cargo deny` does: bans, licences and sources.
//!
//! Bans and sources are checked for the packages of every target, from `Cargo.lock`. Licences are checked for the packages of this
//! target only, since the others may not be downloaded.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use spdx::{Expression, Licensee, ParseMode};
use toml_edit::{DocumentMut, Item, Table};

use crate::files::{read, workspace};

/// The registry that `cargo deny` allows by default.
const DEFAULT_REGISTRY: &str = "https://github.com/rust-lang/crates.io-index";

/// A package of the dependency tree.
#[derive(Clone, Debug, Default)]
struct Package {
    name: String,
    version: String,
    /// The registry or repository. `None` for a crate of this workspace.
    source: Option<String>,
    /// The SPDX expression.
    license: Option<String>,
}

/// A dependency that a crate of this workspace declares.
#[derive(Clone, Debug)]
struct Requirement {
    by: String,
    name: String,
    version: String,
    has_path: bool,
}

/// The parsed `deny.toml`. An unknown key is an error, so that no rule is ignored.
struct Policy {
    document: DocumentMut,
}

impl Policy {
    fn parse(text: &str) -> Self {
        let policy = Self { document: text.parse().unwrap() };
        policy.expect_keys("graph", &["all-features"]);
        policy.expect_keys("bans", &["multiple-versions", "wildcards", "allow-wildcard-paths", "deny"]);
        policy.expect_keys("licenses", &["allow", "exceptions"]);
        policy.expect_keys("sources", &["unknown-registry", "unknown-git"]);
        assert_eq!(policy.document.iter().count(), 4, "a section is not read by this test");
        assert_eq!(policy.word("bans", "multiple-versions"), "allow");
        for (section, key) in
            [("bans", "wildcards"), ("sources", "unknown-registry"), ("sources", "unknown-git")]
        {
            assert_eq!(policy.word(section, key), "deny", "{section}.{key}");
        }
        assert_eq!(policy.section("bans")["allow-wildcard-paths"].as_bool(), Some(true));
        policy
    }

    fn section(&self, name: &str) -> &Table {
        self.document[name].as_table().unwrap()
    }

    fn expect_keys(&self, section: &str, known: &[&str]) {
        for (key, _) in self.section(section) {
            assert!(known.contains(&key), "{section}.{key} is not read by this test");
        }
    }

    fn word(&self, section: &str, key: &str) -> &str {
        self.section(section)[key].as_str().unwrap()
    }

    /// Returns the banned crates, each with the crates that may depend on it nevertheless.
    fn banned_crates(&self) -> BTreeMap<&str, Vec<&str>> {
        let entries = self.section("bans")["deny"].as_array().unwrap().iter();
        entries
            .map(|entry| {
                let entry = entry.as_inline_table().unwrap();
                let known = |(key, _): (&str, _)| ["crate", "reason", "wrappers"].contains(&key);
                assert!(entry.iter().all(known), "a key of {entry} is not read by this test");
                let name = entry["crate"].as_str().unwrap();
                assert!(!name.contains([':', '@', '=']), "{name}: versions are not read by this test");
                let wrappers = entry.get("wrappers").and_then(|it| it.as_array()).into_iter().flatten();
                (name, wrappers.map(|it| it.as_str().unwrap()).collect())
            })
            .collect()
    }

    fn allowed_licenses(&self, package: &str) -> Vec<Licensee> {
        let licenses = self.section("licenses");
        let parse = |item: &Item| licensees(item.as_array().unwrap());
        let exceptions = licenses["exceptions"].as_array().unwrap().iter().filter_map(|entry| {
            let entry = entry.as_inline_table().unwrap();
            let is_for_package = entry["crate"].as_str().unwrap() == package;
            is_for_package.then(|| licensees(entry["allow"].as_array().unwrap()))
        });
        parse(&licenses["allow"]).into_iter().chain(exceptions.flatten()).collect()
    }

    /// Returns the violations of bans and sources.
    fn violations(&self, packages: &[Package], requirements: &[Requirement]) -> Vec<String> {
        let banned = self.banned_crates();
        let mut found = Vec::new();
        for Package { name, version, source, .. } in packages {
            if banned.get(name.as_str()).is_some_and(Vec::is_empty) {
                found.push(format!("{name} {version} is banned"));
            }
            let registry = source.as_deref().map(|source| source.strip_prefix("registry+"));
            if !matches!(registry, None | Some(Some(DEFAULT_REGISTRY))) {
                found.push(format!("{name} {version} comes from {source:?}"));
            }
        }
        let refused = requirements.iter().filter(|it| {
            let wrappers = banned.get(it.name.as_str());
            wrappers.is_some_and(|wrappers| !wrappers.contains(&it.by.as_str()))
        });
        found.extend(refused.map(|it| format!("{} may not depend on {}", it.by, it.name)));
        let wildcards = requirements.iter().filter(|it| it.version == "*" && !it.has_path);
        found.extend(wildcards.map(|it| format!("{} accepts any version of {}", it.by, it.name)));
        found
    }

    /// Returns the packages whose licence is not allowed.
    fn license_violations(&self, packages: &[Package]) -> Vec<String> {
        let rejected = packages.iter().filter(|package| {
            let allowed = self.allowed_licenses(&package.name);
            let license =
                package.license.as_deref().and_then(|text| Expression::parse_mode(text, ParseMode::LAX).ok());
            !license.is_some_and(|license| {
                license.evaluate(|required| allowed.iter().any(|allowed| allowed.satisfies(required)))
            })
        });
        rejected.map(|package| format!("{} is licensed as {:?}", package.name, package.license)).collect()
    }
}

fn licensees(names: &toml_edit::Array) -> Vec<Licensee> {
    names.iter().map(|name| Licensee::parse(name.as_str().unwrap()).unwrap()).collect()
}

fn policy() -> Policy {
    Policy::parse(&read("deny.toml"))
}

/// Returns the packages of every target, without their licences.
fn locked_packages() -> Vec<Package> {
    let lock: DocumentMut = read("Cargo.lock").parse().unwrap();
    let text = |table: &Table, key: &str| table.get(key).map(|value| value.as_str().unwrap().to_owned());
    let packages = lock["package"].as_array_of_tables().unwrap().iter();
    packages
        .map(|package| Package {
            name: text(package, "name").unwrap(),
            version: text(package, "version").unwrap(),
            source: text(package, "source"),
            license: None,
        })
        .collect()
}

/// Returns the metadata of the packages of this target.
fn metadata() -> Value {
    let version = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--all-features", "--format-version", "1", "--filter-platform", host])
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[test]
fn dependencies_have_no_banned_crate_and_no_unknown_source() {
    let packages = locked_packages();
    assert!(packages.len() > 300, "{} packages", packages.len());
    let metadata = metadata();
    let workspace_packages =
        metadata["packages"].as_array().unwrap().iter().filter(|package| package["source"].is_null());
    let requirements = workspace_packages.flat_map(|package| {
        package["dependencies"].as_array().unwrap().iter().map(|dependency| Requirement {
            by: text(&package["name"]).unwrap(),
            name: text(&dependency["name"]).unwrap(),
            version: text(&dependency["req"]).unwrap(),
            has_path: !dependency["path"].is_null(),
        })
    });
    let requirements: Vec<Requirement> = requirements.collect();
    assert!(requirements.iter().any(|it| it.has_path) && requirements.iter().any(|it| !it.has_path));
    let violations = policy().violations(&packages, &requirements);
    assert!(violations.is_empty(), "{violations:#?}");
}

#[test]
fn dependencies_have_allowed_licenses() {
    let metadata = metadata();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap().iter();
    let in_tree: BTreeSet<&str> = nodes.map(|node| node["id"].as_str().unwrap()).collect();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let packages: Vec<Package> = packages
        .filter(|package| in_tree.contains(package["id"].as_str().unwrap()))
        .map(|package| Package {
            name: text(&package["name"]).unwrap(),
            license: text(&package["license"]),
            ..Package::default()
        })
        .collect();
    assert!(packages.len() > 300, "{} packages", packages.len());
    let violations = policy().license_violations(&packages);
    assert!(violations.is_empty(), "{violations:#?}");
}

#[test]
fn policy_finds_each_kind_of_violation() {
    let policy = policy();
    let named = |name: &str| Package { name: name.to_owned(), ..Package::default() };
    let from = |source: &str| Package { source: Some(source.to_owned()), ..named("a") };
    let default = from(&format!("registry+{DEFAULT_REGISTRY}"));
    assert_eq!(policy.violations(&[named("a"), default], &[]), [""; 0]);
    for invalid in [
        named("openssl"),
        from("git+https://example.com/a#1"),
        from("registry+https://example.com/index"),
        from("sparse+https://example.com/index/"),
    ] {
        assert_eq!(policy.violations(std::slice::from_ref(&invalid), &[]).len(), 1, "{invalid:?}");
    }
    let requires = |version: &str, has_path| Requirement {
        by: "a".to_owned(),
        name: "b".to_owned(),
        version: version.to_owned(),
        has_path,
    };
    assert_eq!(policy.violations(&[], &[requires("^1", false), requires("*", true)]), [""; 0]);
    assert_eq!(policy.violations(&[], &[requires("*", false)]).len(), 1);
    let chrono = |by: &str| Requirement {
        by: by.to_owned(),
        name: "chrono".to_owned(),
        version: "^0.4".to_owned(),
        has_path: false,
    };
    assert_eq!(policy.violations(&[named("chrono")], &[chrono("ticketing-sdk")]), [""; 0]);
    assert_eq!(policy.violations(&[named("chrono")], &[chrono("ticketing-tickets")]).len(), 1);

    let licensed = |name: &str, license: &str| Package { license: Some(license.to_owned()), ..named(name) };
    for valid in ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR GPL-3.0) AND Unicode-3.0"] {
        assert_eq!(policy.license_violations(&[licensed("a", valid)]), [""; 0], "{valid}");
    }
    for invalid in ["GPL-3.0", "MIT AND GPL-3.0", "MPL-2.0", "nonsense"] {
        assert_eq!(policy.license_violations(&[licensed("a", invalid)]).len(), 1, "{invalid}");
    }
    assert_eq!(policy.license_violations(&[licensed("option-ext", "MPL-2.0")]), [""; 0]);
    assert_eq!(policy.license_violations(&[named("a")]).len(), 1, "a missing licence is not allowed");
}
