//! Tests that every service of the code is deployed, all with the same specification.

use serde_json::Value;

use crate::files::{compose, items, name_of, of_kind, resource, services, stateful, text, with_routes};

#[test]
fn compose_runs_every_service_with_replicas() {
    let compose = compose();
    for service in services() {
        let found = &compose["services"][&service];
        assert_eq!(found["command"], serde_json::json!([service]), "{service}");
        assert!(found["deploy"]["replicas"].as_u64().unwrap() >= 2, "{service}");
        assert_eq!(!found["depends_on"]["migrate"].is_null(), stateful().contains(&service), "{service}");
    }
    assert_eq!(compose["services"]["migrate"]["command"], serde_json::json!(["migrate"]));
}

#[test]
fn kubernetes_deploys_exactly_the_services() {
    let mut deployed: Vec<String> =
        of_kind("Deployment").iter().map(|found| name_of(found).to_owned()).collect();
    deployed.sort();
    assert_eq!(deployed, services());
    for service in services() {
        let deployment = resource("Deployment", &service);
        let container = &deployment["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container["args"], serde_json::json!([service]));
        let labels = &deployment["spec"]["template"]["metadata"]["labels"];
        for kind in ["Service", "PodDisruptionBudget"] {
            let other = resource(kind, &service);
            let selector = &other["spec"]["selector"];
            let selector = selector.get("matchLabels").unwrap_or(selector).as_object().unwrap();
            assert!(selector.iter().all(|(key, value)| &labels[key] == value), "{kind} {service}");
        }
    }
}

#[test]
fn services_with_routes_have_autoscalers() {
    for service in with_routes() {
        let scaler = &resource("HorizontalPodAutoscaler", &service)["spec"];
        assert_eq!(text(&scaler["scaleTargetRef"]["name"]), service);
        let (min, max) = (&scaler["minReplicas"], &scaler["maxReplicas"]);
        assert!(2 <= min.as_u64().unwrap() && min.as_u64() < max.as_u64(), "{service}");
        // A count here would reset the autoscaler on each `kubectl apply`.
        assert!(resource("Deployment", &service)["spec"]["replicas"].is_null(), "{service}");
    }
}

/// Returns the deployment without the parts that may differ: names, sizes and secrets.
fn common_part(service: &str) -> Value {
    let shown = resource("Deployment", service).to_string();
    let mut plain: Value =
        serde_json::from_str(&shown.replace(&format!("\"{service}\""), "\"NAME\"")).unwrap();
    plain["spec"].as_object_mut().unwrap().remove("replicas");
    // The client service has no egress and no credentials of NATS.
    plain["metadata"]["labels"]["app.kubernetes.io/component"] = Value::Null;
    plain["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"] = Value::Null;
    let pod = &mut plain["spec"]["template"]["spec"];
    if !stateful().iter().any(|name| name == service) {
        assert!(pod["volumes"].is_null() && pod["containers"][0]["volumeMounts"].is_null(), "{service}");
        let reference = resource("Deployment", &stateful()[0])["spec"]["template"]["spec"].clone();
        pod["volumes"] = reference["volumes"].clone();
        pod["containers"][0]["volumeMounts"] = reference["containers"][0]["volumeMounts"].clone();
    }
    pod["volumes"][0]["secret"]["secretName"] = Value::Null;
    let container = pod["containers"][0].as_object_mut().unwrap();
    container.remove("envFrom");
    container.remove("resources");
    plain
}

#[test]
fn deployments_differ_only_in_names_sizes_and_secrets() {
    let all = services();
    let first = common_part(&all[0]);
    for service in &all[1..] {
        assert_eq!(common_part(service), first, "{service} and {}", all[0]);
    }
}

#[test]
fn client_service_has_no_secret() {
    let template = resource("Deployment", "client")["spec"]["template"].to_string();
    let compose_service = &compose()["services"]["client"];
    assert!(!template.contains("secret"), "{template}");
    assert!(
        compose_service["secrets"].is_null() && compose_service["env_file"].is_null(),
        "{compose_service}"
    );
}

#[test]
fn each_service_receives_only_its_own_secrets() {
    for service in stateful() {
        let pod = &resource("Deployment", &service)["spec"]["template"]["spec"];
        let sources = items(&pod["containers"][0]["envFrom"]).iter();
        let secrets: Vec<&str> = sources.filter_map(|source| source["secretRef"]["name"].as_str()).collect();
        let mut expected = vec![format!("ticketing-{service}")];
        if with_routes().contains(&service) {
            expected.push("ticketing-sessions".to_owned());
        }
        if service == "tickets" {
            expected.push("ticketing-passes".to_owned());
        }
        if service == "payments" {
            expected.push("ticketing-stripe".to_owned());
        }
        assert_eq!(secrets, expected);
        assert_eq!(text(&pod["volumes"][0]["secret"]["secretName"]), format!("ticketing-{service}-nats"));

        let compose = compose();
        let found = &compose["services"][&service];
        let files: Vec<&str> = items(&found["env_file"]).iter().map(text).collect();
        let names = expected.iter().map(|name| name.trim_start_matches("ticketing-"));
        assert_eq!(files, names.map(|name| format!("secrets/{name}.env")).collect::<Vec<_>>());
        let nats = serde_json::json!([{"source": format!("{service}-nats"), "target": "nats"}]);
        assert_eq!(found["secrets"], nats);
    }
}
