//! Tests of the network policies, the networks of compose, and the users of NATS.

use serde_json::{Value, json};

use crate::files::{compose, items, of_kind, read, resource, services, stateful, text, with_routes};

fn policy(name: &str) -> Value {
    resource("NetworkPolicy", name)["spec"].clone()
}

#[test]
fn network_policy_denies_traffic_by_default() {
    let default_deny = policy("nobody");
    assert_eq!(default_deny, json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}));
}

#[test]
fn services_reach_bus_and_database_but_not_each_other() {
    let egress = policy("services-out");
    let reached: Vec<&str> = items(&egress["egress"])
        .iter()
        .map(|rule| text(&rule["to"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/name"]))
        .collect();
    assert_eq!(reached, ["nats", "postgres"]);
    let values = &egress["podSelector"]["matchExpressions"][0]["values"];
    assert_eq!(values, &json!(["service", "migrate"]));
}

#[test]
fn client_service_has_no_egress() {
    let labels = resource("Deployment", "client")["spec"]["template"]["metadata"]["labels"].clone();
    assert_eq!(labels["app.kubernetes.io/component"], "pages");
    for found in of_kind("NetworkPolicy") {
        let spec = &found["spec"];
        if !items(&spec["policyTypes"]).contains(&json!("Egress")) {
            continue;
        }
        let selector = &spec["podSelector"];
        let matches_labels = selector["matchLabels"]
            .as_object()
            .is_none_or(|expected| expected.iter().all(|(name, value)| &labels[name] == value));
        let matches_expressions = items(&selector["matchExpressions"]).iter().all(|rule| {
            let is_in = items(&rule["values"]).contains(&labels[text(&rule["key"])]);
            is_in == (rule["operator"] == "In")
        });
        assert!(
            !(matches_labels && matches_expressions) || spec["egress"].is_null(),
            "{}",
            found["metadata"]["name"]
        );
    }
}

#[test]
fn only_payments_reaches_external_addresses() {
    for policy in of_kind("NetworkPolicy") {
        let has_external_egress = policy["spec"]["egress"].to_string().contains("ipBlock");
        assert_eq!(has_external_egress, policy["metadata"]["name"] == "payments-out");
    }
    let egress = policy("payments-out");
    assert_eq!(egress["podSelector"]["matchLabels"], json!({"app.kubernetes.io/name": "payments"}));
    assert_eq!(items(&egress["egress"][0]["ports"]), [json!({"port": 443, "protocol": "TCP"})]);
}

#[test]
fn ingress_controller_reaches_services_with_routes() {
    let ingress = policy("services-in");
    let mut values: Vec<&str> =
        items(&ingress["podSelector"]["matchExpressions"][0]["values"]).iter().map(text).collect();
    values.sort_unstable();
    assert_eq!(values, with_routes());
    assert_eq!(items(&ingress["ingress"][0]["ports"]), [json!({"port": 3000, "protocol": "TCP"})]);
}

#[test]
fn prometheus_reaches_annotated_metrics_port() {
    assert_eq!(items(&policy("metrics-in")["ingress"][0]["ports"])[0]["port"], 9090);
    for service in services() {
        let metadata = &resource("Deployment", &service)["spec"]["template"]["metadata"];
        assert_eq!(metadata["annotations"]["prometheus.io/scrape"], "true");
        assert_eq!(metadata["annotations"]["prometheus.io/port"], "9090");
    }
}

#[test]
fn compose_front_network_has_only_nginx_and_routed_services() {
    let compose = compose();
    assert_eq!(compose["networks"]["back"]["internal"], true);
    for (name, service) in compose["services"].as_object().unwrap() {
        let front = service["networks"].to_string().contains("front");
        assert_eq!(front, name == "nginx" || with_routes().contains(name), "{name}");
    }
    // Only nginx's network is trusted to set `X-Forwarded-For`.
    for service in with_routes() {
        let trusted = &compose["services"][service]["environment"]["TICKETING_TRUSTED_PROXIES"];
        assert_eq!(trusted, &compose["networks"]["front"]["ipam"]["config"][0]["subnet"]);
    }
}

/// Returns the entry of a user in users.conf.
fn user(name: &str) -> String {
    let users = read("backend/deploy/kubernetes/base/nats/users.conf");
    let found = users.split(&format!("user: \"{name}\"")).nth(1).unwrap_or_else(|| panic!("{name}"));
    found.split("user: ").next().unwrap().to_owned()
}

#[test]
fn every_stateful_service_has_its_own_nats_user() {
    for service in stateful() {
        let user = user(&service);
        let upper = service.to_uppercase();
        assert!(user.contains(&format!("password: $NATS_{upper}_PASSWORD\n")), "{service}");
        assert!(user.contains(&format!("\"_INBOX_{service}.>\"")), "{service}");
        assert!(!user.contains("\"$JS.API.>\""), "{service} has all permissions");
        for other in stateful().iter().filter(|other| **other != service) {
            assert!(!user.contains(&format!("{other}-service")), "{service} may act as {other}");
        }
    }
    assert!(user("operator").contains("\"$JS.API.>\""));
    // The user of the combined server is not deployed.
    assert!(!read("backend/deploy/kubernetes/base/nats/users.conf").contains("user: \"all\""));
}

#[test]
fn nats_has_three_replicas_that_sync_to_disk() {
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
