//! The rules of the workspace: which crates may depend on each other, and which modules may use which libraries.

mod circles;
mod migrations;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::workspace::{all_sources, files, sources, workspace};

const SERVICES: [&str; 6] = [
    "ticketing-auth",
    "ticketing-tickets",
    "ticketing-orders",
    "ticketing-payments",
    "ticketing-expiration",
    "ticketing-client",
];

/// One dependency of a crate.
struct Dependency {
    name: String,
    optional: bool,
    dev: bool,
}

/// Reads the metadata of the crates of the workspace.
fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--no-deps", "--format-version", "1"])
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Returns the dependencies of each crate of the workspace.
fn crates() -> BTreeMap<String, Vec<Dependency>> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let dependency = |found: &Value| Dependency {
        name: text(&found["name"]),
        optional: found["optional"] == true,
        dev: found["kind"] == "dev",
    };
    packages()
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter().map(dependency);
            (text(&package["name"]), dependencies.collect())
        })
        .collect()
}

/// Returns the dependencies of a crate, without those of its tests.
fn normal_dependencies<'c>(
    crates: &'c BTreeMap<String, Vec<Dependency>>,
    name: &str,
) -> impl Iterator<Item = &'c Dependency> {
    crates[name].iter().filter(|dependency| !dependency.dev)
}

#[test]
fn no_service_depends_on_another() {
    let crates = crates();
    for service in SERVICES {
        for dependency in &crates[service] {
            assert!(
                !SERVICES.contains(&dependency.name.as_str()),
                "{service} depends on {}",
                dependency.name
            );
        }
    }
}

#[test]
fn lower_crates_do_not_depend_on_upper_crates() {
    let crates = crates();
    let allowed: [(&str, &[&str]); 4] = [
        ("ticketing-sdk", &[]),
        ("ticketing-events", &["ticketing-sdk"]),
        ("ticketing-platform", &["ticketing-sdk"]),
        ("ticketing-bus", &["ticketing-sdk", "ticketing-events", "ticketing-platform"]),
    ];
    for (name, allowed) in allowed {
        let ours =
            normal_dependencies(&crates, name).filter(|dependency| dependency.name.starts_with("ticketing-"));
        for dependency in ours {
            assert!(allowed.contains(&dependency.name.as_str()), "{name} depends on {}", dependency.name);
        }
    }
    for service in SERVICES {
        let below = ["ticketing-sdk", "ticketing-events", "ticketing-platform", "ticketing-bus"];
        let ours = normal_dependencies(&crates, service)
            .filter(|dependency| dependency.name.starts_with("ticketing-"));
        for dependency in ours {
            assert!(below.contains(&dependency.name.as_str()), "{service} depends on {}", dependency.name);
        }
    }
}

#[test]
fn client_service_depends_on_http_only() {
    let crates = crates();
    let ours: Vec<&str> = normal_dependencies(&crates, "ticketing-client")
        .map(|dependency| dependency.name.as_str())
        .filter(|name| name.starts_with("ticketing-"))
        .collect();
    assert_eq!(ours, ["ticketing-platform"], "no bus, no events, no types of the API");
    for (path, text) in sources("backend/client/src") {
        for word in ["ticketing_platform::db", "ticketing_platform::session", "std::fs", "std::net", "tokio"]
        {
            assert!(!text.contains(word), "{} speaks of {word}", path.display());
        }
    }
}

#[test]
fn only_platform_depends_on_databases_and_telemetry() {
    for (name, dependencies) in &crates() {
        for dependency in dependencies.iter().filter(|dependency| !dependency.dev) {
            let driver = ["rusqlite", "postgres", "tokio-postgres", "sqlx", "refinery", "libsqlite3-sys"];
            let knows = driver.contains(&dependency.name.as_str());
            assert!(!knows || name == "ticketing-platform", "{name} depends on {}", dependency.name);
            let nats = dependency.name.contains("nats");
            assert!(!nats || name == "ticketing-bus", "{name} depends on {}", dependency.name);
            // The collector of tests reads exported spans.
            let tells = dependency.name.contains("opentelemetry");
            let may_tell = ["ticketing-platform", "ticketing-testkit"].contains(&name.as_str());
            assert!(!tells || may_tell, "{name} depends on {}", dependency.name);
        }
    }
}

#[test]
fn terminal_crates_use_services_through_the_sdk() {
    let crates = crates();
    let backend: BTreeSet<&str> = crates
        .keys()
        .map(String::as_str)
        .filter(|name| name.starts_with("ticketing-"))
        .filter(|name| !["ticketing-sdk", "ticketing-cli", "ticketing-tui"].contains(name))
        .collect();
    for name in ["ticketing-sdk", "ticketing-cli", "ticketing-tui"]
        .into_iter()
        .filter(|name| crates.contains_key(*name))
    {
        for dependency in normal_dependencies(&crates, name) {
            let direct = backend.contains(dependency.name.as_str()) && !dependency.optional;
            assert!(!direct, "{name} depends on {} even without `embedded`", dependency.name);
        }
    }
}

#[test]
fn only_builds_for_tests_have_kill_points() {
    const FEATURE: &str = "kill-points";
    let mut with_feature = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap().to_owned();
        assert!(!package["features"]["default"].to_string().contains(FEATURE), "{name} has it by default");
        for dependency in package["dependencies"].as_array().unwrap() {
            assert!(
                !dependency["features"].to_string().contains(FEATURE),
                "{name} asks for it: {dependency}"
            );
        }
        with_feature.extend(package["features"].get(FEATURE).map(|_| name));
    }
    with_feature.sort_unstable();
    assert_eq!(with_feature, ["ticketing-platform", "ticketing-server"]);
    // An optimised build with every feature fails with an error.
    let text = std::fs::read_to_string(workspace().join("backend/platform/src/kill_point.rs")).unwrap();
    assert!(text.contains("#[cfg(all(feature = \"kill-points\", not(debug_assertions)))]\ncompile_error!("));
    for path in ["backend/deploy/Dockerfile", "xtask/src/bench.rs", "xtask/src/storm.rs"] {
        let text = std::fs::read_to_string(workspace().join(path)).unwrap();
        assert!(!text.contains("--all-features") && !text.contains(FEATURE), "{path} builds with it");
    }
}

#[test]
fn only_test_builds_have_fault_injection() {
    const FEATURE: &str = "fault-injection";
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        for (feature, enabled) in package["features"].as_object().unwrap() {
            assert!(!enabled.to_string().contains(FEATURE), "{feature} of {name} enables {FEATURE}");
        }
        assert!(
            name == "ticketing-payments" || package["features"].get(FEATURE).is_none(),
            "{name} has {FEATURE}"
        );
        for dependency in package["dependencies"].as_array().unwrap() {
            let enables = dependency["features"].to_string().contains(FEATURE);
            assert!(!enables || name == "ticketing-testkit", "{name} enables {FEATURE}: {dependency}");
        }
    }
    let crates = crates();
    for name in crates.keys() {
        let in_product =
            normal_dependencies(&crates, name).any(|dependency| dependency.name == "ticketing-testkit");
        assert!(!in_product, "{name} depends on the testkit outside of its tests");
    }
}

#[test]
fn dependency_tree_has_one_tls_provider() {
    let lock = std::fs::read_to_string(workspace().join("Cargo.lock")).unwrap();
    let packages: BTreeSet<&str> =
        lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).collect();
    assert!(packages.contains("ring") && packages.contains("rustls"));
    for other in
        ["aws-lc-rs", "aws-lc-sys", "openssl", "openssl-sys", "native-tls", "boring", "rustls-openssl"]
    {
        assert!(!packages.contains(other), "{other} is in the tree");
    }
}

fn is_part(path: &Path, name: &str) -> bool {
    let is_module_file = path.file_stem().is_some_and(|stem| stem == name);
    is_module_file || path.components().any(|part| part.as_os_str() == name)
}

#[test]
fn domain_modules_do_no_io() {
    let mut checked = 0;
    for service in ["auth", "tickets", "orders", "payments", "expiration"] {
        for (path, text) in sources(&format!("backend/{service}/src/domain")) {
            checked += 1;
            for word in [
                "tokio",
                "axum",
                "ticketing_platform",
                "ticketing_bus",
                "std::fs",
                "std::net",
                "reqwest",
                "async fn",
            ] {
                assert!(!text.contains(word), "{} speaks of {word}", path.display());
            }
        }
    }
    assert!(checked >= 8, "{checked} files");
}

#[test]
fn tui_core_does_no_io() {
    let mut checked = 0;
    let core = sources("ticketing-tui/src").into_iter().filter(|(path, _)| {
        !is_part(path, "driver")
            && !["terminal.rs", "journal.rs", "lib.rs"].iter().any(|edge| path.ends_with(edge))
    });
    for (path, text) in core {
        checked += 1;
        for word in [
            "tokio",
            "std::fs",
            "std::io",
            "std::net",
            "std::env",
            "std::thread",
            "Instant",
            "async ",
            "Client",
        ] {
            assert!(!text.contains(word), "{} speaks of {word}", path.display());
        }
    }
    assert!(checked >= 30, "{checked} files");
}

#[test]
fn only_the_stripe_module_uses_stripe() {
    let mut known = 0;
    for (path, text) in sources("backend").into_iter().filter(|(path, _)| is_part(path, "src")) {
        let speaks = text.contains("payment_intent") || text.contains("stripe-signature");
        let may = path.components().any(|part| Path::new(&part).file_stem() == Some("stripe".as_ref()));
        assert!(!speaks || may, "{} speaks to Stripe", path.display());
        known += usize::from(speaks);
    }
    assert!(known >= 3, "{known} files");
    let crates = crates();
    for service in SERVICES.into_iter().filter(|service| *service != "ticketing-payments") {
        let calls_out = normal_dependencies(&crates, service).any(|dependency| dependency.name == "reqwest");
        assert!(!calls_out, "{service} calls out");
    }
}

#[test]
fn only_telemetry_uses_opentelemetry() {
    let mut known = 0;
    for (path, text) in all_sources().filter(|(path, _)| is_part(path, "src")) {
        let speaks = text.contains("opentelemetry");
        let may = path.components().any(|part| part.as_os_str() == "telemetry") || is_part(&path, "testkit");
        assert!(!speaks || may, "{} knows OpenTelemetry", path.display());
        known += usize::from(speaks);
    }
    assert!(known >= 3, "{known} files");
}

#[test]
fn only_clock_reads_the_time() {
    for (path, text) in all_sources() {
        let reads_time = |line: &str| line.contains("SystemTime::now()") || line.contains("Timestamp::now()");
        let named = text.lines().any(|line| !line.trim_start().starts_with("//") && reads_time(line));
        let reads = named && !is_part(&path, "tests") && !is_part(&path, "benches");
        assert!(!reads || path.ends_with("clock.rs"), "{} reads the time", path.display());
    }
}

/// A parameter of SQL is a dollar at the beginning of a text, or with digits.
#[test]
fn only_the_sdk_writes_a_dollar_before_an_amount() {
    for (path, text) in all_sources().filter(|(path, _)| is_part(path, "src")) {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let writes = lines.flat_map(|line| line.match_indices("${").map(move |(at, _)| &line[..at]));
        let in_sentence = writes.filter(|before| !before.ends_with('"')).count();
        assert!(in_sentence == 0, "{} formats a price: text::price does", path.display());
    }
}

#[test]
fn every_file_has_a_module_comment() {
    for (path, text) in all_sources() {
        let first =
            text.lines().find(|line| line.starts_with("//!") || !line.starts_with("//")).unwrap_or_default();
        let is_described = first.starts_with("//!") || first.starts_with("#![doc = include_str!");
        assert!(is_described, "{} does not say what it is", path.display());
    }
}

#[test]
fn files_have_at_most_400_lines() {
    let pages = files("backend/client/web", &["ts", "tsx", "css", "js", "mjs"]);
    assert!(pages.len() > 150, "{} files of the pages", pages.len());
    // It is generated from the OpenAPI document.
    let pages = pages.into_iter().filter(|(path, _)| !path.ends_with("src/api/schema.d.ts"));
    for (path, text) in all_sources().chain(pages) {
        let lines = text.lines().count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
    }
}

#[test]
fn lints_are_expected_with_a_reason_only() {
    for (path, text) in all_sources() {
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_start();
            let bare = line.starts_with("#[allow(") || line.starts_with("#![allow(");
            assert!(!bare, "{}:{} allows something for good", path.display(), number + 1);
        }
        assert!(!is_part(&path, "src") || !text.contains("unsafe {"), "{} is unsafe", path.display());
    }
}
