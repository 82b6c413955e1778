//! Who may talk to whom, in Kubernetes and on the bus.

use serde_json::{Value, json};

use crate::files::{compose, items, of_kind, read, resource, services, stateful, text, with_routes};

fn policy(name: &str) -> Value {
    resource("NetworkPolicy", name)["spec"].clone()
}

#[test]
fn nobody_talks_to_anybody_unless_it_is_said() {
    let nobody = policy("nobody");
    assert_eq!(nobody, json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}));
}

#[test]
fn services_reach_the_bus_and_the_database_and_not_each_other() {
    let out = policy("services-out");
    let reached: Vec<&str> = items(&out["egress"])
        .iter()
        .map(|rule| text(&rule["to"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/name"]))
        .collect();
    assert_eq!(reached, ["nats", "postgres"]);
    let values = &out["podSelector"]["matchExpressions"][0]["values"];
    assert_eq!(values, &json!(["service", "migrate"]));
}

#[test]
fn the_pages_reach_nobody() {
    let labels = resource("Deployment", "client")["spec"]["template"]["metadata"]["labels"].clone();
    assert_eq!(labels["app.kubernetes.io/component"], "pages");
    for found in of_kind("NetworkPolicy") {
        let spec = &found["spec"];
        if !items(&spec["policyTypes"]).contains(&json!("Egress")) {
            continue;
        }
        let chosen = &spec["podSelector"];
        let by_label = chosen["matchLabels"]
            .as_object()
            .is_none_or(|wanted| wanted.iter().all(|(name, value)| &labels[name] == value));
        let by_rule = items(&chosen["matchExpressions"]).iter().all(|rule| {
            let is_in = items(&rule["values"]).contains(&labels[text(&rule["key"])]);
            is_in == (rule["operator"] == "In")
        });
        assert!(!(by_label && by_rule) || spec["egress"].is_null(), "{}", found["metadata"]["name"]);
    }
}

#[test]
fn payments_alone_reaches_the_outside() {
    for policy in of_kind("NetworkPolicy") {
        let out = policy["spec"]["egress"].to_string().contains("ipBlock");
        assert_eq!(out, policy["metadata"]["name"] == "payments-out");
    }
    let out = policy("payments-out");
    assert_eq!(out["podSelector"]["matchLabels"], json!({"app.kubernetes.io/name": "payments"}));
    assert_eq!(items(&out["egress"][0]["ports"]), [json!({"port": 443, "protocol": "TCP"})]);
}

#[test]
fn the_ingress_controller_reaches_what_has_routes() {
    let within = policy("services-in");
    let mut values: Vec<&str> =
        items(&within["podSelector"]["matchExpressions"][0]["values"]).iter().map(text).collect();
    values.sort_unstable();
    assert_eq!(values, with_routes());
    assert_eq!(items(&within["ingress"][0]["ports"]), [json!({"port": 3000, "protocol": "TCP"})]);
}

#[test]
fn prometheus_reads_where_the_annotations_send_it() {
    assert_eq!(items(&policy("metrics-in")["ingress"][0]["ports"])[0]["port"], 9090);
    for service in services() {
        let metadata = &resource("Deployment", &service)["spec"]["template"]["metadata"];
        assert_eq!(metadata["annotations"]["prometheus.io/scrape"], "true");
        assert_eq!(metadata["annotations"]["prometheus.io/port"], "9090");
    }
}

#[test]
fn in_compose_nothing_but_nginx_and_what_has_routes_has_a_way_out() {
    let compose = compose();
    assert_eq!(compose["networks"]["back"]["internal"], true);
    for (name, service) in compose["services"].as_object().unwrap() {
        let front = service["networks"].to_string().contains("front");
        assert_eq!(front, name == "nginx" || with_routes().contains(name), "{name}");
    }
    // Whoever is trusted to say who a client is, is on nginx's network.
    for service in with_routes() {
        let trusted = &compose["services"][service]["environment"]["TICKETING_TRUSTED_PROXIES"];
        assert_eq!(trusted, &compose["networks"]["front"]["ipam"]["config"][0]["subnet"]);
    }
}

/// The part of users.conf that is about one user.
fn user(name: &str) -> String {
    let users = read("backend/deploy/kubernetes/base/nats/users.conf");
    let found = users.split(&format!("user: \"{name}\"")).nth(1).unwrap_or_else(|| panic!("{name}"));
    found.split("user: ").next().unwrap().to_owned()
}

#[test]
fn every_service_has_a_user_of_its_own_on_the_bus() {
    for service in stateful() {
        let user = user(&service);
        let upper = service.to_uppercase();
        assert!(user.contains(&format!("password: $NATS_{upper}_PASSWORD\n")), "{service}");
        assert!(user.contains(&format!("\"_INBOX_{service}.>\"")), "{service}");
        assert!(!user.contains("\"$JS.API.>\""), "{service} may do everything");
        for other in stateful().iter().filter(|other| **other != service) {
            assert!(!user.contains(&format!("{other}-service")), "{service} is {other}");
        }
    }
    assert!(user("operator").contains("\"$JS.API.>\""));
    // A service that is all of them is not for deployments of many processes.
    assert!(!read("backend/deploy/kubernetes/base/nats/users.conf").contains("user: \"all\""));
}

#[test]
fn the_bus_is_three_servers_that_sync() {
    assert_eq!(resource("StatefulSet", "nats")["spec"]["replicas"], 3);
    for conf in ["compose/nats.conf", "kubernetes/base/nats/nats.conf"] {
        let conf = read(&format!("backend/deploy/{conf}"));
        assert!(conf.contains("sync_interval: always") && conf.contains("include users.conf"));
    }
    let job = resource("Job", "migrate").to_string();
    for stream in ["TICKETING", "TICKETING_DEAD", "TICKETING_ADVISORIES"] {
        assert!(job.contains(stream) && job.contains("--replicas 3"), "{stream}");
    }
}
