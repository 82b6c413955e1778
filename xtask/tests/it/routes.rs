//! Every path of the API reaches the service that answers it, in compose and in Kubernetes.

use serde_json::Value;

use crate::files::{items, of_kind, read, text, with_routes};

/// Pages, and what is below no service: those are of the client.
const PAGES: [&str; 4] = ["/", "/orders", "/tickets/1/edit", "/assets/index-00000000.js"];

/// Every path of the API: those of its document, and the document itself.
fn paths() -> Vec<String> {
    let document: Value = serde_json::from_str(&read("docs/reference/openapi.json")).unwrap();
    let mut paths: Vec<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
    assert!(paths.len() >= 10, "{paths:?}");
    paths.push("/api/openapi.json".to_owned());
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

/// A place of requests that one service answers.
#[derive(Debug)]
struct Route {
    path: String,
    /// Whether it takes all below the path, too.
    below: bool,
    /// Whether it takes the path in any case, and with a slash behind it.
    any_case: bool,
    service: String,
}

impl Route {
    /// Reads a path, or one of the two patterns that routes have: `/path(/|$)` and `/path/?$`.
    fn new(place: &str, is_pattern: bool, service: &str) -> Self {
        let (path, below) = match (place.strip_suffix("(/|$)"), place.strip_suffix("/?$")) {
            (Some(path), _) => (path, true),
            (None, Some(path)) => (path, false),
            (None, None) => (place, true),
        };
        assert!(is_pattern || path == place, "{place}");
        assert!(is_pattern || place == "/", "{place} takes one case alone");
        Self { path: path.replace('\\', ""), below, any_case: is_pattern, service: service.to_owned() }
    }

    fn takes(&self, path: &str) -> bool {
        let given = if self.any_case { path.to_lowercase() } else { path.to_owned() };
        let bare = given.strip_suffix('/').unwrap_or(&given);
        bare == self.path.trim_end_matches('/')
            || (self.below && given.starts_with(&format!("{}/", self.path.trim_end_matches('/'))))
    }
}

/// The locations of nginx.conf that pass requests on, in the order in which nginx asks them: patterns as they stand there,
/// then prefixes.
fn locations() -> Vec<Route> {
    let conf = read("backend/deploy/nginx.conf");
    let blocks = conf.split("        location ").skip(1).filter_map(|block| {
        let (head, rest) = block.split_once(" {")?;
        let body = rest.split("\n        }").next()?;
        let to = body.split("proxy_pass http://").nth(1)?.split(';').next()?;
        let pattern = head.strip_prefix("~* ^");
        Some(Route::new(pattern.unwrap_or(head), pattern.is_some(), to))
    });
    let mut found: Vec<Route> = blocks.collect();
    found.sort_by_key(|route| !route.any_case);
    found
}

/// The same for the rules of ingress-nginx, which asks the longest first. One resource with patterns makes patterns of all
/// rules of the host, so every one says so.
fn rules() -> Vec<Route> {
    let mut found = Vec::new();
    for ingress in of_kind("Ingress") {
        assert_eq!(ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/use-regex"], "true");
        for path in items(&ingress["spec"]["rules"][0]["http"]["paths"]) {
            let service = &path["backend"]["service"];
            assert_eq!(service["port"]["name"], "http");
            let place = text(&path["path"]);
            // The controller takes no pattern of another type.
            assert_eq!(path["pathType"], if place == "/" { "Prefix" } else { "ImplementationSpecific" });
            found.push((place.len(), Route::new(place, place != "/", text(&service["name"]))));
        }
    }
    found.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
    found.into_iter().map(|(_, route)| route).collect()
}

#[test]
fn every_path_is_routed_to_its_service() {
    for routes in [locations(), rules()] {
        // Beside those of the services: the document, and the webhook with its own size.
        assert_eq!(routes.len(), with_routes().len() + 2, "{routes:?}");
        for path in paths().into_iter().chain(PAGES.map(str::to_owned)) {
            let service = answering(&path);
            let spellings = match path.strip_prefix("/api/") {
                Some(rest) => vec![path.clone(), format!("/API/{}", rest.to_uppercase()), format!("{path}/")],
                None => vec![path],
            };
            for path in spellings {
                let taken = routes.iter().find(|route| route.takes(&path));
                assert_eq!(taken.map(|route| &route.service), Some(&service), "{path}: {routes:?}");
            }
        }
    }
}

#[test]
fn the_webhook_has_a_route_of_its_own() {
    for routes in [locations(), rules()] {
        for path in ["/api/payments/webhook", "/api/payments/webhook/", "/API/Payments/Webhook"] {
            let taken = routes.iter().find(|route| route.takes(path)).unwrap();
            assert_eq!(taken.path, "/api/payments/webhook", "{path}: {routes:?}");
        }
    }
}

#[test]
fn probes_and_metrics_are_not_for_the_outside() {
    for Route { path, .. } in locations().into_iter().chain(rules()) {
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
        let size = if ingress["metadata"]["name"] == "webhook" { "1m" } else { "64k" };
        assert_eq!(says("proxy-body-size"), Some(size));
        assert_eq!(says("proxy-next-upstream"), Some("error timeout"));
        assert_eq!(says("proxy-connect-timeout"), Some("2"));
        if ingress["metadata"]["name"] == "tickets" {
            assert_eq!(says("proxy-buffering"), Some("off"));
            assert_eq!(says("proxy-read-timeout"), Some("120"));
        }
    }
}
