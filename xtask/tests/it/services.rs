//! Every service of the code is deployed, and all in the same way.

use serde_json::Value;

use crate::files::{compose, items, name_of, of_kind, resource, services, text, with_routes};

#[test]
fn every_service_is_in_compose_with_replicas() {
    let compose = compose();
    for service in services() {
        let found = &compose["services"][&service];
        assert_eq!(found["command"], serde_json::json!([service]), "{service}");
        assert!(found["deploy"]["replicas"].as_u64().unwrap() >= 2, "{service}");
        assert!(!found["depends_on"]["migrate"].is_null(), "{service}");
    }
    assert_eq!(compose["services"]["migrate"]["command"], serde_json::json!(["migrate"]));
}

#[test]
fn every_service_is_in_kubernetes_and_no_other() {
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
fn what_answers_people_grows_with_them() {
    for service in with_routes() {
        let scaler = &resource("HorizontalPodAutoscaler", &service)["spec"];
        assert_eq!(text(&scaler["scaleTargetRef"]["name"]), service);
        let (least, most) = (&scaler["minReplicas"], &scaler["maxReplicas"]);
        assert!(2 <= least.as_u64().unwrap() && least.as_u64() < most.as_u64(), "{service}");
        // Else each `kubectl apply` would set back what the autoscaler has made.
        assert!(resource("Deployment", &service)["spec"]["replicas"].is_null(), "{service}");
    }
}

/// What may differ between two services: their names, sizes and secrets.
fn without_its_own(service: &str) -> Value {
    let shown = resource("Deployment", service).to_string();
    let mut plain: Value =
        serde_json::from_str(&shown.replace(&format!("\"{service}\""), "\"NAME\"")).unwrap();
    plain["spec"].as_object_mut().unwrap().remove("replicas");
    let pod = &mut plain["spec"]["template"]["spec"];
    pod["volumes"][0]["secret"]["secretName"] = Value::Null;
    let container = pod["containers"][0].as_object_mut().unwrap();
    container.remove("envFrom");
    container.remove("resources");
    plain
}

#[test]
fn services_are_alike() {
    let all = services();
    let first = without_its_own(&all[0]);
    for service in &all[1..] {
        assert_eq!(without_its_own(service), first, "{service} and {}", all[0]);
    }
}

#[test]
fn a_service_has_its_own_secrets_and_no_others() {
    for service in services() {
        let pod = &resource("Deployment", &service)["spec"]["template"]["spec"];
        let sources = items(&pod["containers"][0]["envFrom"]).iter();
        let secrets: Vec<&str> = sources.filter_map(|source| source["secretRef"]["name"].as_str()).collect();
        let mut expected = vec![format!("ticketing-{service}")];
        if with_routes().contains(&service) {
            expected.push("ticketing-sessions".to_owned());
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
