//! Tests of the hardening of workloads: no root, no privileges, resource limits and probes.

use serde_json::{Value, json};

use crate::files::{compose, items, name_of, of_kind, read, text, workloads};

fn containers(workload: &Value) -> Vec<Value> {
    let pod = &workload["spec"]["template"]["spec"];
    items(&pod["containers"]).iter().chain(items(&pod["initContainers"])).cloned().collect()
}

#[test]
fn kubernetes_containers_have_no_privileges() {
    for workload in workloads() {
        let (name, pod) = (name_of(&workload), &workload["spec"]["template"]["spec"]);
        assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
        assert_eq!(pod["enableServiceLinks"], false, "{name}: variables of other services");
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{name}");
        assert!(pod["securityContext"]["runAsUser"].as_u64().unwrap() > 0, "{name}");
        assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault", "{name}");
        for container in containers(&workload) {
            let context = &container["securityContext"];
            assert_eq!(context["allowPrivilegeEscalation"], false, "{name}");
            assert_eq!(context["readOnlyRootFilesystem"], true, "{name}");
            assert_eq!(context["capabilities"], json!({"drop": ["ALL"]}), "{name}");
        }
    }
}

#[test]
fn kubernetes_containers_have_requests_and_limits() {
    for workload in workloads() {
        for container in containers(&workload) {
            let resources = &container["resources"];
            for value in [
                &resources["requests"]["cpu"],
                &resources["requests"]["memory"],
                &resources["limits"]["memory"],
            ] {
                assert!(value.is_string(), "{} {}", name_of(&workload), container["name"]);
            }
        }
    }
}

#[test]
fn long_running_workloads_have_probes_and_budgets() {
    let budgets = of_kind("PodDisruptionBudget");
    let long_running = workloads().into_iter().filter(|workload| workload["kind"] != "Job");
    for workload in long_running {
        let name = name_of(&workload);
        for container in containers(&workload) {
            for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
                assert!(container[probe].is_object(), "{name} has no {probe}");
            }
        }
        assert!(budgets.iter().any(|budget| name_of(budget) == name), "{name} has no budget");
        let spread = items(&workload["spec"]["template"]["spec"]["topologySpreadConstraints"]);
        assert!(workload["spec"]["replicas"] == 1 || spread.len() == 2, "{name} is not spread");
    }
}

/// Returns whether an image has a version: a tag with a digit, or a digest.
fn is_pinned(image: &str) -> bool {
    let tag = image.rsplit('/').next().unwrap().split_once(':').map_or("", |(_, tag)| tag);
    image.contains("@sha256:") || tag.bytes().any(|byte| byte.is_ascii_digit())
}

#[test]
fn images_have_pinned_versions() {
    assert!(!is_pinned("nginx") && !is_pinned("nginx:latest") && !is_pinned("registry:5000/nginx"));
    let mut images: Vec<String> = Vec::new();
    for workload in workloads() {
        images.extend(containers(&workload).iter().map(|container| text(&container["image"]).to_owned()));
    }
    for (_, service) in compose()["services"].as_object().unwrap() {
        images.push(text(&service["image"]).to_owned());
    }
    let dockerfile = read("backend/deploy/Dockerfile");
    let from = dockerfile.lines().filter_map(|line| line.strip_prefix("FROM "));
    let from = from.map(|line| line.split(' ').next().unwrap()).filter(|image| image.contains(':'));
    images.extend(from.map(str::to_owned));
    assert!(images.len() > 15, "{images:?}");
    for image in images {
        assert!(is_pinned(&image), "{image}");
    }
    // Compose and Kubernetes run the same versions.
    for image in ["nats:2.15.1-alpine", "postgres:15.18-bookworm"] {
        assert!(read("backend/deploy/compose.yaml").contains(image), "{image}");
        assert!(workloads().iter().any(|workload| workload.to_string().contains(image)), "{image}");
    }
}

#[test]
fn compose_services_have_limits_and_no_privileges() {
    for (name, service) in compose()["services"].as_object().unwrap() {
        let limits = &service["deploy"]["resources"]["limits"];
        for limit in ["cpus", "memory", "pids"] {
            assert!(!limits[limit].is_null(), "{name} has no {limit} limit");
        }
        // The image of PostgreSQL starts as root to change the owner of its folder.
        if name != "postgres" {
            assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
            assert_eq!(service["security_opt"], json!(["no-new-privileges:true"]), "{name}");
            assert!(service["read_only"] == true || service["network_mode"] == "none", "{name}");
        }
        assert!(service["privileged"].is_null(), "{name}");
        for port in items(&service["ports"]) {
            assert!(name == "nginx" && text(port).starts_with("127.0.0.1:"), "{name} {port}");
        }
    }
}

#[test]
fn image_runs_as_numeric_unprivileged_user() {
    let dockerfile = read("backend/deploy/Dockerfile");
    let last = dockerfile.rsplit("\nFROM ").next().unwrap();
    let user = last.lines().find_map(|line| line.strip_prefix("USER ")).unwrap();
    assert!(user.split(':').all(|number| number.parse::<u32>().unwrap() > 0), "{user}");
    let copied: Vec<&str> = last.lines().filter(|line| line.starts_with("COPY")).collect();
    assert!(copied.len() == 1 && copied[0].ends_with(" /usr/local/bin/ticketing-server"), "{copied:?}");
    assert!(last.contains("STOPSIGNAL SIGTERM") && !last.contains("HEALTHCHECK"));
}
