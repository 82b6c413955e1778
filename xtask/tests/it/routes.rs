//! Tests that the ingresses of compose and Kubernetes route every path to its service.

use serde_json::Value;

use crate::files::{items, of_kind, read, text, with_routes};

/// Paths of the client service.
const CLIENT_PATHS: [&str; 4] = ["/", "/orders", "/tickets/1/edit", "/assets/index-00000000.js"];

/// Returns the paths of the OpenAPI document, and the path of the document.
fn api_paths() -> Vec<String> {
    let document: Value = serde_json::from_str(&read("docs/reference/openapi.json")).unwrap();
    let mut paths: Vec<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
    assert!(paths.len() >= 10, "{paths:?}");
    paths.push("/api/openapi.json".to_owned());
    paths
}

/// Returns the service that a path belongs to.
fn service_of(path: &str) -> String {
    if !path.starts_with("/api/") {
        return "client".to_owned();
    }
    let noun = path.split('/').nth(2).unwrap();
    let service = match noun {
        "users" | "openapi.json" => "auth",
        "passes" => "tickets",
        noun => noun,
    };
    assert!(with_routes().iter().any(|name| name == service), "{path} belongs to no service");
    service.to_owned()
}

/// A route of an ingress.
#[derive(Debug)]
struct Route {
    path: String,
    /// Whether the route also matches the paths below.
    is_prefix: bool,
    /// Whether the route ignores case and a trailing slash.
    ignores_case: bool,
    service: String,
}

impl Route {
    /// Parses a path, or one of the patterns `/path(/|$)` and `/path/?$`.
    fn new(pattern: &str, is_pattern: bool, service: &str) -> Self {
        let (path, is_prefix) = match (pattern.strip_suffix("(/|$)"), pattern.strip_suffix("/?$")) {
            (Some(path), _) => (path, true),
            (None, Some(path)) => (path, false),
            (None, None) => (pattern, true),
        };
        assert!(is_pattern || path == pattern, "{pattern}");
        assert!(is_pattern || pattern == "/", "{pattern} is case-sensitive");
        Self {
            path: path.replace('\\', ""),
            is_prefix,
            ignores_case: is_pattern,
            service: service.to_owned(),
        }
    }

    fn matches(&self, path: &str) -> bool {
        let given = if self.ignores_case { path.to_lowercase() } else { path.to_owned() };
        let bare = given.strip_suffix('/').unwrap_or(&given);
        bare == self.path.trim_end_matches('/')
            || (self.is_prefix && given.starts_with(&format!("{}/", self.path.trim_end_matches('/'))))
    }
}

/// Returns the proxied locations of nginx.conf in the order in which nginx matches them: patterns, then prefixes.
fn nginx_routes() -> Vec<Route> {
    let conf = read("backend/deploy/nginx.conf");
    let blocks = conf.split("        location ").skip(1).filter_map(|block| {
        let (head, rest) = block.split_once(" {")?;
        let body = rest.split("\n        }").next()?;
        let to = body.split("proxy_pass http://").nth(1)?.split(';').next()?;
        let pattern = head.strip_prefix("~* ^");
        Some(Route::new(pattern.unwrap_or(head), pattern.is_some(), to))
    });
    let mut found: Vec<Route> = blocks.collect();
    found.sort_by_key(|route| !route.ignores_case);
    found
}

/// Returns the rules of ingress-nginx, which matches the longest first. A resource with `use-regex` turns all rules of
/// the host into patterns, so every resource has it.
fn ingress_routes() -> Vec<Route> {
    let mut found = Vec::new();
    for ingress in of_kind("Ingress") {
        assert_eq!(ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/use-regex"], "true");
        for path in items(&ingress["spec"]["rules"][0]["http"]["paths"]) {
            let service = &path["backend"]["service"];
            assert_eq!(service["port"]["name"], "http");
            let pattern = text(&path["path"]);
            // The controller accepts a pattern with this type only.
            assert_eq!(path["pathType"], if pattern == "/" { "Prefix" } else { "ImplementationSpecific" });
            found.push((pattern.len(), Route::new(pattern, pattern != "/", text(&service["name"]))));
        }
    }
    found.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
    found.into_iter().map(|(_, route)| route).collect()
}

#[test]
fn ingress_routes_every_path_to_its_service() {
    for routes in [nginx_routes(), ingress_routes()] {
        // One for each service, the passes, the OpenAPI document, and the webhook with its own size limit.
        assert_eq!(routes.len(), with_routes().len() + 3, "{routes:?}");
        for path in api_paths().into_iter().chain(CLIENT_PATHS.map(str::to_owned)) {
            let service = service_of(&path);
            let spellings = match path.strip_prefix("/api/") {
                Some(rest) => vec![path.clone(), format!("/API/{}", rest.to_uppercase()), format!("{path}/")],
                None => vec![path],
            };
            for path in spellings {
                let matched = routes.iter().find(|route| route.matches(&path));
                assert_eq!(matched.map(|route| &route.service), Some(&service), "{path}: {routes:?}");
            }
        }
    }
}

#[test]
fn webhook_has_its_own_route() {
    for routes in [nginx_routes(), ingress_routes()] {
        for path in ["/api/payments/webhook", "/api/payments/webhook/", "/API/Payments/Webhook"] {
            let matched = routes.iter().find(|route| route.matches(path)).unwrap();
            assert_eq!(matched.path, "/api/payments/webhook", "{path}: {routes:?}");
        }
    }
}

#[test]
fn ingress_routes_no_probes_and_no_metrics() {
    for Route { path, .. } in nginx_routes().into_iter().chain(ingress_routes()) {
        assert!(path.starts_with("/api/") || path == "/", "{path}");
    }
}

#[test]
fn nginx_has_an_upstream_for_every_service() {
    let upstreams = read("backend/deploy/compose/upstreams.conf");
    for service in with_routes() {
        assert!(upstreams.contains(&format!("upstream {service} {{")), "{service}");
        // `resolve` finds replicas that start later.
        assert!(upstreams.contains(&format!("server {service}:3000 resolve")), "{service}");
    }
    let dockerfile = read("backend/deploy/Dockerfile");
    assert!(dockerfile.contains("TICKETING_LISTEN=0.0.0.0:3000"));
    assert!(dockerfile.contains("TICKETING_METRICS_LISTEN=0.0.0.0:9090"));
}

#[test]
fn nginx_and_kubernetes_ingress_have_the_same_limits() {
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
        let annotation = |name: &str| {
            ingress["metadata"]["annotations"][format!("nginx.ingress.kubernetes.io/{name}")].as_str()
        };
        let size = if ingress["metadata"]["name"] == "webhook" { "1m" } else { "64k" };
        assert_eq!(annotation("proxy-body-size"), Some(size));
        assert_eq!(annotation("proxy-next-upstream"), Some("error timeout"));
        assert_eq!(annotation("proxy-connect-timeout"), Some("2"));
        if ingress["metadata"]["name"] == "tickets" {
            assert_eq!(annotation("proxy-buffering"), Some("off"));
            assert_eq!(annotation("proxy-read-timeout"), Some("120"));
        }
    }
}
