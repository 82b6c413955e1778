//! Tests that deployments set known settings only, and that limits and timeouts fit together.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::files::{
    BASE, EXAMPLE, compose, document, files_below, items, name_of, of_kind, read, resource, services,
    stateful, text,
};

/// Names of streams, which have the prefix of settings.
const STREAM_NAMES: [&str; 2] = ["TICKETING_DEAD", "TICKETING_ADVISORIES"];

fn find_settings(text: &str, prefix: &str) -> BTreeSet<String> {
    let prefix = format!("{prefix}TICKETING_");
    let found = text.split(&prefix).skip(1).map(|rest| {
        let is_name = |letter: char| letter.is_ascii_uppercase() || letter == '_';
        let end = rest.find(|letter| !is_name(letter)).unwrap_or(rest.len());
        format!("TICKETING_{}", &rest[..end])
    });
    found.filter(|name| name.len() > "TICKETING_".len()).collect()
}

#[test]
fn deployments_set_only_known_settings() {
    let known = find_settings(&read("docs/reference/settings.md"), "| `");
    assert!(known.contains("TICKETING_JWT_KEY"), "{known:?}");
    let mut count = 0;
    for path in files_below("backend/deploy") {
        for name in find_settings(&read(&path), "") {
            count += 1;
            assert!(
                known.contains(&name) || STREAM_NAMES.contains(&&*name),
                "{path}: {name} is not a setting"
            );
        }
    }
    assert!(count > 20, "{count} settings");
}

/// Returns a setting of the config maps. The overlay overrides the base.
fn read_setting(name: &str) -> Option<String> {
    let generators = [BASE, EXAMPLE].map(|folder| document(&format!("{folder}/kustomization.yaml")));
    let literals = generators.iter().flat_map(|file| items(&file["configMapGenerator"]));
    let literals = literals.flat_map(|map| items(&map["literals"])).map(text);
    let prefix = format!("{name}=");
    literals.filter_map(|literal| literal.strip_prefix(&prefix)).next_back().map(str::to_owned)
}

fn parse_number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("not a number: {text}"))
}

/// Returns `max_connections` of a command line.
fn max_connections(arguments: &Value) -> u64 {
    let found = items(arguments).iter().find_map(|word| text(word).strip_prefix("max_connections="));
    parse_number(found.unwrap())
}

/// Connections that PostgreSQL reserves for superusers, and those for operators and backups.
const RESERVED_CONNECTIONS: u64 = 3 + 10;

#[test]
fn postgres_has_connections_for_every_pool() {
    let each = parse_number(&read_setting("TICKETING_DATABASE_CONNECTIONS").unwrap()) + 1;
    let scalers = of_kind("HorizontalPodAutoscaler");
    let mut pools = 0;
    for service in stateful() {
        let scaler = scalers.iter().find(|scaler| name_of(scaler) == service);
        let deployment = &resource("Deployment", &service)["spec"];
        let replicas = scaler.map_or(&deployment["replicas"], |found| &found["spec"]["maxReplicas"]);
        let surge = &deployment["strategy"]["rollingUpdate"]["maxSurge"];
        let replicas = replicas.as_u64().unwrap() + surge.as_u64().unwrap();
        // The simulated card provider has its own pool.
        pools += replicas * if service == "payments" { 2 } else { 1 };
    }
    let server = resource("StatefulSet", "postgres");
    let max = max_connections(&server["spec"]["template"]["spec"]["containers"][0]["args"]);
    assert!(pools * each + RESERVED_CONNECTIONS <= max, "{pools} pools of {each} connections, and {max}");

    let compose = compose();
    let of = |service: &str| compose["services"][service].clone();
    let each = parse_number(text(&of("auth")["environment"]["TICKETING_DATABASE_CONNECTIONS"])) + 1;
    let replicas = |service: &String| of(service)["deploy"]["replicas"].as_u64().unwrap();
    let pools: u64 = stateful().iter().map(replicas).sum::<u64>() + replicas(&"payments".to_owned());
    assert!(pools * each + RESERVED_CONNECTIONS <= max_connections(&of("postgres")["command"]));
}

/// The longest shutdown in seconds: requests, one second until they are cut off, background tasks (`ServeLimits` and `Listening`),
/// and the last spans (`Exporting`).
const DRAIN_SECONDS: u64 = 10 + 1 + 5 + 3;

#[test]
fn grace_periods_exceed_the_drain_time() {
    for service in services() {
        let pod = &resource("Deployment", &service)["spec"]["template"]["spec"];
        let pre_stop = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64().unwrap();
        assert!(
            pod["terminationGracePeriodSeconds"].as_u64().unwrap() > pre_stop + DRAIN_SECONDS,
            "{service}"
        );
        let grace = compose()["services"][&service]["stop_grace_period"].clone();
        assert!(parse_number(text(&grace).strip_suffix('s').unwrap()) > DRAIN_SECONDS, "{service}");
    }
}

/// Returns the default of a setting from the reference.
fn default_of(name: &str) -> u64 {
    let reference = read("docs/reference/settings.md");
    let row = reference.lines().find(|line| line.starts_with(&format!("| `{name}`"))).unwrap();
    parse_number(row.split(" | ").nth(2).unwrap().trim_matches('`'))
}

/// Returns the number at the end of a directive of nginx.conf.
fn directive(name: &str) -> u64 {
    let conf = read("backend/deploy/nginx.conf");
    let mut found = conf.lines().filter_map(|line| {
        let line: Vec<&str> = line.split_whitespace().collect();
        line.join(" ").strip_prefix(name)?.trim().strip_suffix(';').map(str::to_owned)
    });
    parse_number(&found.next_back().unwrap_or_else(|| panic!("{name} is not in nginx.conf")))
}

#[test]
fn ingress_limits_match_those_of_the_services() {
    let [connections, streams] = ["TICKETING_CONNECTIONS", "TICKETING_STREAMS"].map(default_of);
    let connections_per_address = default_of("TICKETING_CONNECTIONS_PER_ADDRESS");
    let streams_per_address = default_of("TICKETING_STREAMS_PER_ADDRESS");
    assert!(directive("worker_connections") >= 2 * (connections + streams));
    assert!(directive("worker_rlimit_nofile") > directive("worker_connections"));
    assert_eq!(directive("limit_conn streams_per_address"), streams_per_address);
    assert_eq!(directive("limit_conn per_address"), connections_per_address + streams_per_address);
    assert_eq!(directive("limit_conn_status"), 503);
    for ingress in of_kind("Ingress") {
        let limit = &ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/limit-connections"];
        assert_eq!(parse_number(text(limit)), connections_per_address + streams_per_address);
    }
}
