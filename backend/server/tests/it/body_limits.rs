//! The limits of request bodies are the same at every hop: the shipped proxies allow the bodies that the services read.

use ticketing_payments::{WEBHOOK_BODY_LIMIT, WEBHOOK_PATH};
use ticketing_platform::http::{BODY_LIMIT, LARGEST_BODY, ServeLimits};

const NGINX: &str = include_str!("../../../deploy/nginx.conf");
const INGRESS: &str = include_str!("../../../deploy/kubernetes/base/ingress.yaml");

/// Parses a size of nginx into bytes.
fn bytes(text: &str) -> u64 {
    let (number, unit) = text.split_at(text.len() - 1);
    let unit = match unit {
        "k" => 1024,
        "m" => 1024 * 1024,
        _ => panic!("{text} is no size with a unit"),
    };
    number.parse::<u64>().unwrap() * unit
}

/// Returns the values of a directive in a block of nginx.conf.
fn directives(block: &str, name: &str) -> Vec<u64> {
    let lines = block.lines().filter_map(|line| line.trim().strip_prefix(name)?.trim().strip_suffix(';'));
    lines.map(|value| bytes(value.trim())).collect()
}

#[test]
fn nginx_allows_the_bodies_that_the_services_read() {
    let (before, location) =
        NGINX.split_once(&format!("location ~* ^{WEBHOOK_PATH}/?$ {{")).expect("a location");
    let (location, after) = location.split_once('}').unwrap();
    for name in ["client_max_body_size", "client_body_buffer_size"] {
        assert_eq!(directives(location, name), [WEBHOOK_BODY_LIMIT], "{name}");
        let mut elsewhere = directives(before, name);
        elsewhere.extend(directives(after, name));
        assert_eq!(elsewhere, [BODY_LIMIT], "{name}");
    }
}

#[test]
fn ingress_allows_the_bodies_that_the_services_read() {
    let mut webhooks = 0;
    for document in INGRESS.split("\n---\n") {
        let (_, size) = document.split_once("nginx.ingress.kubernetes.io/proxy-body-size: ").expect("a size");
        let size = bytes(size.lines().next().unwrap().trim());
        if document.contains(&format!("path: {WEBHOOK_PATH}/?$\n")) {
            webhooks += 1;
            assert_eq!(size, WEBHOOK_BODY_LIMIT);
            assert_eq!(document.matches("- path:").count(), 1, "only the webhook has that limit");
        } else {
            assert_eq!(size, BODY_LIMIT);
        }
    }
    assert_eq!(webhooks, 1);
}

#[test]
fn listener_reads_the_largest_body_of_any_route() {
    assert_eq!(ServeLimits::default().body_limit, LARGEST_BODY);
    assert_eq!([BODY_LIMIT, WEBHOOK_BODY_LIMIT].iter().max(), Some(&LARGEST_BODY));
}
