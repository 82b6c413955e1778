//! The OpenAPI document: every route of the contract, and a committed copy that does not drift.

use std::path::PathBuf;

use serde_json::Value;
use ticketing_testkit::TestStack;

/// The routes of the contract.
const ROUTES: [(&str, &[&str]); 22] = [
    ("/api/users/signup", &["post"]),
    ("/api/users/signin", &["post"]),
    ("/api/users/signout", &["post"]),
    ("/api/users/currentuser", &["get"]),
    ("/api/tickets", &["get", "post"]),
    ("/api/tickets/timeline", &["get"]),
    ("/api/tickets/{id}", &["get", "put", "delete"]),
    ("/api/passes", &["get"]),
    ("/api/passes/keys", &["get"]),
    ("/api/passes/claims", &["post"]),
    ("/api/passes/check-ins", &["post"]),
    ("/api/passes/{id}", &["get"]),
    ("/api/passes/{id}/transfer", &["post", "delete"]),
    ("/api/passes/{id}/resale", &["post"]),
    ("/api/passes/{id}/calendar.ics", &["get"]),
    ("/api/orders", &["get", "post"]),
    ("/api/orders/{id}", &["get", "delete"]),
    ("/api/orders/{id}/timeline", &["get"]),
    ("/api/payments", &["get", "post"]),
    ("/api/payments/timeline", &["get"]),
    ("/api/payments/{id}", &["get"]),
    ("/api/payments/webhook", &["post"]),
];

async fn document(stack: &TestStack) -> Value {
    let reply = stack.raw().get("/api/openapi.json").await;
    assert_eq!(reply.header("content-type"), "application/json");
    reply.ok(200)
}

fn committed_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/openapi.json")
}

#[tokio::test]
async fn committed_document_equals_the_served_document() {
    let stack = TestStack::start().await;
    let served = serde_json::to_string_pretty(&document(&stack).await).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(committed_path().parent().unwrap()).unwrap();
        std::fs::write(committed_path(), &served).unwrap();
    }
    let kept = std::fs::read_to_string(committed_path()).unwrap_or_default();
    assert!(kept == served, "docs/reference/openapi.json has drifted: run this test with UPDATE=1");
    stack.finish().await;
}

#[tokio::test]
async fn document_describes_every_route_of_the_contract() {
    let stack = TestStack::start().await;
    let document = document(&stack).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let paths = document["paths"].as_object().unwrap();
    for (path, methods) in ROUTES {
        let described = paths.get(path).unwrap_or_else(|| panic!("{path} is not described"));
        for method in methods {
            let operation = &described[*method];
            assert!(operation["operationId"].is_string(), "{method} {path} is not described");
            assert!(
                operation["summary"].is_string() || operation["description"].is_string(),
                "{method} {path}"
            );
        }
        let extra = described.as_object().unwrap().keys().filter(|key| !methods.contains(&key.as_str()));
        assert_eq!(extra.count(), 0, "{path} has a route that the contract does not");
    }
    assert_eq!(paths.len(), ROUTES.len(), "{:?}", paths.keys());
    stack.finish().await;
}

#[tokio::test]
async fn header_fields_of_responses_are_described() {
    let stack = TestStack::start().await;
    let document = document(&stack).await;
    let mut described = 0;
    for (path, methods) in ROUTES {
        for method in methods {
            let operation = &document["paths"][path][*method];
            for (status, response) in operation["responses"].as_object().unwrap() {
                let has = |name: &str| {
                    let header = &response["headers"][name];
                    assert!(header.is_null() || header["description"].is_string(), "{name}: {header}");
                    !header.is_null()
                };
                let (case, is_one) = (format!("{method} {path} {status}"), path.ends_with("/{id}"));
                assert!(has("X-Request-Id"), "{case}");
                assert_eq!(has("Retry-After"), ["429", "503"].contains(&status.as_str()), "{case}");
                let has_version = is_one && ["200", "304"].contains(&status.as_str());
                assert_eq!(has("ETag"), has_version, "{case}");
                let is_list = !is_one && *method == "get" && path.matches('/').count() == 2;
                assert_eq!(has("Link"), is_list && status == "200", "{case}");
                described += 1;
            }
        }
    }
    assert!(described > 100, "{described}");
    stack.finish().await;
}

#[tokio::test]
async fn document_references_resolve_and_names_are_unique() {
    let stack = TestStack::start().await;
    let document = document(&stack).await;
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("a reference inside the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let mut names: Vec<&str> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|path| path.as_object().unwrap().values())
        .filter_map(|operation| operation["operationId"].as_str())
        .collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
    stack.finish().await;
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            references.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect(value, references));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}
