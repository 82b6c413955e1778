//! Every service of the code is deployed, and all in the same way.

use serde_json::Value;

use crate::files::{compose, items, name_of, of_kind, resource, services, stateful, text, with_routes};

#[test]
fn every_service_is_in_compose_with_replicas() {
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
    // The pages reach nobody, and have no file with a name and a password.
    plain["metadata"]["labels"]["app.kubernetes.io/component"] = Value::Null;
    plain["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"] = Value::Null;
    let pod = &mut plain["spec"]["template"]["spec"];
    if !stateful().iter().any(|name| name == service) {
        assert!(pod["volumes"].is_null() && pod["containers"][0]["volumeMounts"].is_null(), "{service}");
        let like = resource("Deployment", &stateful()[0])["spec"]["template"]["spec"].clone();
        pod["volumes"] = like["volumes"].clone();
        pod["containers"][0]["volumeMounts"] = like["containers"][0]["volumeMounts"].clone();
    }
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
fn the_pages_have_no_secret() {
    let pages = resource("Deployment", "client")["spec"]["template"].to_string();
    let of_compose = &compose()["services"]["client"];
    assert!(!pages.contains("secret"), "{pages}");
    assert!(of_compose["secrets"].is_null() && of_compose["env_file"].is_null(), "{of_compose}");
}

#[test]
fn a_service_has_its_own_secrets_and_no_others() {
    for service in stateful() {
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
