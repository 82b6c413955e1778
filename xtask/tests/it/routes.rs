//! Every path of the API reaches the service that answers it, in compose and in Kubernetes.

use serde_json::Value;

use crate::files::{items, of_kind, read, text, with_routes};

/// Pages, and what is below no service: those are of the client.
const PAGES: [&str; 4] = ["/", "/orders", "/tickets/1/edit", "/assets/index-00000000.js"];

/// Every path of the API: those of its document, the document itself, and what the card provider calls.
fn paths() -> Vec<String> {
    let document: Value = serde_json::from_str(&read("docs/reference/openapi.json")).unwrap();
    let mut paths: Vec<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
    assert!(paths.len() >= 10, "{paths:?}");
    paths.extend(["/api/openapi.json".to_owned(), "/api/payments/webhook".to_owned()]);
    paths
}

/// Which service answers a path.
fn answering(path: &str) -> String {
    if !path.starts_with("/api/") {
        return "client".to_owned();
    }
    let noun = path.split('/').nth(2).unwrap();
    let service = if ["users", "openapi.json"].contains(&noun) { "auth" } else { noun };
    assert!(with_routes().iter().any(|name| name == service), "{path} is of no service");
    service.to_owned()
}

/// The locations of nginx.conf that pass requests on: where, whether with all below it, and to whom.
fn locations() -> Vec<(String, bool, String)> {
    let conf = read("backend/deploy/nginx.conf");
    let blocks = conf.split("        location ").skip(1).filter_map(|block| {
        let (head, rest) = block.split_once(" {")?;
        let body = rest.split("\n        }").next()?;
        let to = body.split("proxy_pass http://").nth(1)?.split(';').next()?;
        let (path, below) = match head.strip_prefix("~* ^") {
            Some(pattern) => match pattern.strip_suffix("(/|$)") {
                Some(path) => (path, true),
                None => (pattern.strip_suffix("/?$")?, false),
            },
            None => (head, true),
        };
        Some((path.replace('\\', ""), below, to.to_owned()))
    });
    blocks.collect()
}

/// The same for the rules of ingress-nginx.
fn rules() -> Vec<(String, bool, String)> {
    let mut found = Vec::new();
    for ingress in of_kind("Ingress") {
        for path in items(&ingress["spec"]["rules"][0]["http"]["paths"]) {
            let service = &path["backend"]["service"];
            assert_eq!(service["port"]["name"], "http");
            let below = path["pathType"] == "Prefix";
            found.push((text(&path["path"]).to_owned(), below, text(&service["name"]).to_owned()));
        }
    }
    found
}

#[test]
fn every_path_is_routed_to_its_service() {
    for routes in [locations(), rules()] {
        assert_eq!(routes.len(), with_routes().len() + 1, "{routes:?}");
        for path in paths().into_iter().chain(PAGES.map(str::to_owned)) {
            let takes = |(place, below, _): &&(String, bool, String)| {
                &path == place || (*below && path.starts_with(&format!("{}/", place.trim_end_matches('/'))))
            };
            let mut taken: Vec<_> = routes.iter().filter(takes).collect();
            // A prefix of everything takes what nobody else takes.
            taken.sort_by_key(|(place, ..)| std::cmp::Reverse(place.len()));
            assert!(taken.len() == 1 || (taken.len() == 2 && taken[1].0 == "/"), "{path}: {taken:?}");
            assert_eq!(taken[0].2, answering(&path), "{path}");
        }
    }
}

#[test]
fn probes_and_metrics_are_not_for_the_outside() {
    for (path, ..) in locations().into_iter().chain(rules()) {
        assert!(path.starts_with("/api/") || path == "/", "{path}");
    }
}

#[test]
fn nginx_knows_where_every_service_is() {
    let upstreams = read("backend/deploy/compose/upstreams.conf");
    for service in with_routes() {
        assert!(upstreams.contains(&format!("upstream {service} {{")), "{service}");
        // With `resolve` a replica that came later is found, too.
        assert!(upstreams.contains(&format!("server {service}:3000 resolve")), "{service}");
    }
    let dockerfile = read("backend/deploy/Dockerfile");
    assert!(dockerfile.contains("TICKETING_LISTEN=0.0.0.0:3000"));
    assert!(dockerfile.contains("TICKETING_METRICS_LISTEN=0.0.0.0:9090"));
}

#[test]
fn both_ingresses_have_the_same_manners() {
    let conf = read("backend/deploy/nginx.conf");
    for line in [
        "client_max_body_size    64k;",
        "proxy_set_header   X-Forwarded-For $remote_addr;",
        "proxy_set_header   X-Request-Id    $to_request_id;",
        "proxy_next_upstream         error timeout;",
        "proxy_connect_timeout 2s;",
        "proxy_http_version 1.1;",
    ] {
        assert!(conf.contains(line), "{line}");
    }
    let tickets =
        conf.split("location ~* ^/api/tickets").nth(1).unwrap().split("\n        }").next().unwrap();
    assert!(tickets.contains("proxy_buffering    off;") && tickets.contains("proxy_read_timeout 2m;"));
    for ingress in of_kind("Ingress") {
        let says = |name: &str| {
            ingress["metadata"]["annotations"][format!("nginx.ingress.kubernetes.io/{name}")].as_str()
        };
        assert_eq!(says("proxy-body-size"), Some("64k"));
        assert_eq!(says("proxy-next-upstream"), Some("error timeout"));
        assert_eq!(says("proxy-connect-timeout"), Some("2"));
        if ingress["metadata"]["name"] == "tickets" {
            assert_eq!(says("proxy-buffering"), Some("off"));
            assert_eq!(says("proxy-read-timeout"), Some("120"));
        }
    }
}
