//! The OpenAPI document of these routes.

use serde_json::{Value, json};
use ticketing_engines::DbEngine;

use crate::support::Service;

#[tokio::test]
async fn every_route_is_in_the_document() {
    let service = Service::on(DbEngine::Sqlite).await;
    let (_, document) = service.app.router().split_for_parts();
    let document: Value = serde_json::from_str(&document.to_json().unwrap()).unwrap();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(!operation["summary"].as_str().unwrap().is_empty());
            routes.push(format!("{method} {path}"));
        }
    }
    routes.sort();
    assert_eq!(
        routes,
        [
            "get /api/users/currentuser",
            "post /api/users/signin",
            "post /api/users/signout",
            "post /api/users/signup"
        ]
    );
    let signup = &document["components"]["schemas"]["SignUp"];
    assert_eq!(signup["required"], json!(["email", "password"]));
    assert_eq!(signup["properties"]["password"]["format"], "password");
    let responses = document["paths"]["/api/users/signup"]["post"]["responses"].as_object().unwrap();
    let statuses: Vec<&str> = responses.keys().map(String::as_str).collect();
    assert_eq!(statuses, ["201", "400", "409", "422", "429", "503"]);
}
