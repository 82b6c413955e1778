//! Settings: every one that is given is known to the code, and the sums that they make are not too large.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::files::{
    BASE, EXAMPLE, below, compose, document, items, name_of, of_kind, read, resource, services, stateful,
    text,
};

/// Names of streams, which only look like settings.
const STREAMS: [&str; 2] = ["TICKETING_DEAD", "TICKETING_ADVISORIES"];

fn variables(text: &str, before: &str) -> BTreeSet<String> {
    let prefix = format!("{before}TICKETING_");
    let found = text.split(&prefix).skip(1).map(|rest| {
        let is_part = |letter: char| letter.is_ascii_uppercase() || letter == '_';
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        format!("TICKETING_{}", &rest[..end])
    });
    found.filter(|name| name.len() > "TICKETING_".len()).collect()
}

#[test]
fn every_setting_that_is_given_is_one() {
    let known = variables(&read("docs/reference/settings.md"), "| `");
    assert!(known.contains("TICKETING_JWT_KEY"), "{known:?}");
    let mut given = 0;
    for path in below("backend/deploy") {
        for name in variables(&read(&path), "") {
            given += 1;
            assert!(known.contains(&name) || STREAMS.contains(&&*name), "{path}: {name} is no setting");
        }
    }
    assert!(given > 20, "{given} settings");
}

/// The settings that an overlay gives, over those of the base.
fn literal(name: &str) -> Option<String> {
    let generators = [BASE, EXAMPLE].map(|folder| document(&format!("{folder}/kustomization.yaml")));
    let literals = generators.iter().flat_map(|file| items(&file["configMapGenerator"]));
    let literals = literals.flat_map(|map| items(&map["literals"])).map(text);
    let prefix = format!("{name}=");
    literals.filter_map(|literal| literal.strip_prefix(&prefix)).next_back().map(str::to_owned)
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("no number: {text}"))
}

/// What a command line gives to `max_connections`.
fn most(arguments: &Value) -> u64 {
    let found = items(arguments).iter().find_map(|word| text(word).strip_prefix("max_connections="));
    number(found.unwrap())
}

/// Kept by the server for its owner, and for people and backups.
const FOR_OTHERS: u64 = 3 + 10;

#[test]
fn postgres_has_a_connection_for_everyone_who_may_ask() {
    let each = number(&literal("TICKETING_DATABASE_CONNECTIONS").unwrap()) + 1;
    let scalers = of_kind("HorizontalPodAutoscaler");
    let mut pools = 0;
    for service in stateful() {
        let scaler = scalers.iter().find(|scaler| name_of(scaler) == service);
        let deployment = &resource("Deployment", &service)["spec"];
        let replicas = scaler.map_or(&deployment["replicas"], |found| &found["spec"]["maxReplicas"]);
        let surge = &deployment["strategy"]["rollingUpdate"]["maxSurge"];
        let replicas = replicas.as_u64().unwrap() + surge.as_u64().unwrap();
        // The simulated card provider has a pool of its own.
        pools += replicas * if service == "payments" { 2 } else { 1 };
    }
    let server = resource("StatefulSet", "postgres");
    let most = most(&server["spec"]["template"]["spec"]["containers"][0]["args"]);
    assert!(pools * each + FOR_OTHERS <= most, "{pools} pools of {each} connections, and {most}");

    let compose = compose();
    let of = |service: &str| compose["services"][service].clone();
    let each = number(text(&of("auth")["environment"]["TICKETING_DATABASE_CONNECTIONS"])) + 1;
    let replicas = |service: &String| of(service)["deploy"]["replicas"].as_u64().unwrap();
    let pools: u64 = stateful().iter().map(replicas).sum::<u64>() + replicas(&"payments".to_owned());
    assert!(pools * each + FOR_OTHERS <= self::most(&of("postgres")["command"]));
}

/// Requests, with a second for the cut, the loops behind them (`ServeLimits` and `Listening`), and the last spans (`Exporting`).
const DRAIN: u64 = 10 + 1 + 5 + 3;

#[test]
fn nobody_is_killed_who_still_drains() {
    for service in services() {
        let pod = &resource("Deployment", &service)["spec"]["template"]["spec"];
        let pause = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64().unwrap();
        assert!(pod["terminationGracePeriodSeconds"].as_u64().unwrap() > pause + DRAIN, "{service}");
        let grace = compose()["services"][&service]["stop_grace_period"].clone();
        assert!(number(text(&grace).strip_suffix('s').unwrap()) > DRAIN, "{service}");
    }
}

/// What holds where a setting is not given, as the reference says.
fn default_of(name: &str) -> u64 {
    let reference = read("docs/reference/settings.md");
    let row = reference.lines().find(|line| line.starts_with(&format!("| `{name}`"))).unwrap();
    number(row.split(" | ").nth(2).unwrap().trim_matches('`'))
}

/// The number at the end of a directive of nginx.conf.
fn directive(words: &str) -> u64 {
    let conf = read("backend/deploy/nginx.conf");
    let mut found = conf.lines().filter_map(|line| {
        let line: Vec<&str> = line.split_whitespace().collect();
        line.join(" ").strip_prefix(words)?.trim().strip_suffix(';').map(str::to_owned)
    });
    number(&found.next_back().unwrap_or_else(|| panic!("{words} is not in nginx.conf")))
}

#[test]
fn ingress_limits_match_those_of_the_services() {
    let [connections, streams] = ["TICKETING_CONNECTIONS", "TICKETING_STREAMS"].map(default_of);
    let share = default_of("TICKETING_CONNECTIONS_PER_ADDRESS");
    let stream_share = default_of("TICKETING_STREAMS_PER_ADDRESS");
    assert!(directive("worker_connections") >= 2 * (connections + streams));
    assert!(directive("worker_rlimit_nofile") > directive("worker_connections"));
    assert_eq!(directive("limit_conn streams_per_address"), stream_share);
    assert_eq!(directive("limit_conn per_address"), share + stream_share);
    assert_eq!(directive("limit_conn_status"), 503);
    for ingress in of_kind("Ingress") {
        let limit = &ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/limit-connections"];
        assert_eq!(number(text(limit)), share + stream_share);
    }
}
