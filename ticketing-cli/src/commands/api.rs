//! `ticketing api`: an HTTP request with the session and an idempotency key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;
use ticketing_sdk::text::sanitize;
use ticketing_sdk::{ErrorCategory, Method, Problem, Request, Response, StatusCode};

use crate::context::{ApiCommand, ApiContext};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::help;
use crate::output::escape_json;

/// The arguments of `ticketing api`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing api GET '/api/tickets?limit=3'",
        "ticketing api POST /api/orders --field ticketId=01a203b9-d806-71eb-8d06-dbab9285e702",
        "ticketing api DELETE /api/orders/01a203b9-d806-71eb-8d06-dbab9285e702 --include",
    ],
    "Fields become the query of a GET, and the JSON body of another method. A POST carries an idempotency key.",
))]
pub(crate) struct Args {
    /// The method: GET, POST, PUT or DELETE
    #[arg(value_parser = method)]
    method: Method,
    /// The path, like /api/tickets?limit=3
    #[arg(value_parser = path)]
    path: String,
    /// Add a field whose value is text
    #[arg(long = "field", help_heading = help::REQUEST, short = 'f', value_name = "KEY=VALUE", value_parser = pair('='))]
    fields: Vec<(String, String)>,
    /// Add a field whose value is JSON
    #[arg(long = "json-field", help_heading = help::REQUEST, short = 'F', value_name = "KEY=JSON", value_parser = pair('='))]
    json_fields: Vec<(String, String)>,
    /// Add a header
    #[arg(long = "header", help_heading = help::REQUEST, short = 'H', value_name = "NAME:VALUE", value_parser = pair(':'))]
    headers: Vec<(String, String)>,
    /// Read the body from a file, or from stdin with -
    #[arg(long, help_heading = help::REQUEST, value_name = "FILE", conflicts_with_all = ["fields", "json_fields"])]
    input: Option<PathBuf>,
    /// Show the status and the headers of the response, too
    #[arg(long, short, help_heading = help::OUTPUT)]
    include: bool,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let mut request = api.client.request(self.method.clone(), self.path.clone());
        let mut body = Vec::new();
        if let Some(file) = &self.input {
            body = input(api, file).await?;
            request = request.body("application/json", body.clone());
        } else if self.method == Method::GET || self.method == Method::HEAD {
            for (key, value) in self.fields.iter().chain(&self.json_fields) {
                request = request.query(key.clone(), value);
            }
        } else if !(self.fields.is_empty() && self.json_fields.is_empty()) {
            body = self.object()?;
            request = request.body("application/json", body.clone());
        }
        for (name, value) in &self.headers {
            request = request.header(name, value.trim());
        }
        let answer = self.send(api, request, &body).await?;
        self.show(api, &answer)?;
        check_status(&answer)
    }
}

impl Args {
    async fn send(&self, api: &ApiContext, request: Request, body: &[u8]) -> Outcome<Response> {
        let has_key = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("idempotency-key"));
        if self.method != Method::POST || has_key {
            return Ok(request.send().await?);
        }
        let operation = format!("api POST {}", self.path);
        let text = String::from_utf8_lossy(body);
        Ok(api.write_raw(&operation, &[&text], request).await??)
    }

    /// Returns the fields as one JSON object.
    fn object(&self) -> Outcome<Vec<u8>> {
        // Values stay as they are typed: a number keeps all of its digits.
        let mut object = BTreeMap::new();
        let not_json = |key: &str, error| Failure::usage(format!("the value of {key} is not JSON: {error}"));
        for (key, text) in &self.fields {
            let value = serde_json::value::to_raw_value(text).map_err(|error| not_json(key, error))?;
            object.insert(key, value);
        }
        for (key, json) in &self.json_fields {
            let value: Box<RawValue> = serde_json::from_str(json).map_err(|error| not_json(key, error))?;
            object.insert(key, value);
        }
        serde_json::to_vec(&object).map_err(|error| Failure::failed(error.to_string()))
    }

    /// Writes the response unchanged; on a terminal, indented and without control characters.
    fn show(&self, api: &ApiContext, answer: &Response) -> Outcome {
        let mut head = String::new();
        if self.include {
            head = format!("HTTP {}\n", answer.status());
            for (name, value) in answer.headers() {
                head += &format!("{name}: {}\n", sanitize(&String::from_utf8_lossy(value.as_bytes())));
            }
            head.push('\n');
        }
        api.io().data(head)?;
        if !api.io().terminal_info().out_terminal {
            return api.io().data(answer.bytes());
        }
        let text = match serde_json::from_slice::<serde_json::Value>(answer.bytes()) {
            Ok(json) => escape_json(&format!("{json:#}")),
            Err(_) => answer.text().lines().map(sanitize).collect::<Vec<_>>().join("\n"),
        };
        if text.is_empty() { Ok(()) } else { api.io().line(&text) }
    }
}

async fn input(api: &ApiContext, file: &Path) -> Outcome<Vec<u8>> {
    if file.as_os_str() == "-" {
        return api.io().read_all().await;
    }
    // A named pipe may keep the reader waiting; an interrupt ends the program meanwhile.
    let path = file.to_owned();
    let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
    let read = read.unwrap_or_else(|panic| Err(panic.into()));
    read.map_err(|error| Failure::usage(format!("cannot read {}: {error}", file.display())))
}

/// Maps the status of the response to the exit code. The body was already shown.
fn check_status(answer: &Response) -> Outcome {
    let status = answer.status();
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        return Ok(());
    }
    let problem: Option<Problem> = serde_json::from_slice(answer.bytes()).ok();
    let code = problem.and_then(|problem| problem.errors.into_iter().find_map(|fault| fault.code));
    let category = code.as_ref().map_or_else(|| ErrorCategory::of_status(status), ErrorCategory::of_code);
    Err(Failure::new(Exit::from(category), format!("the server answered {status}")))
}

fn method(word: &str) -> Result<Method, String> {
    Method::from_bytes(word.to_ascii_uppercase().as_bytes()).map_err(|_| "not an HTTP method".to_owned())
}

fn path(text: &str) -> Result<String, String> {
    if text.starts_with('/') { Ok(text.to_owned()) } else { Err("a path begins with /".to_owned()) }
}

fn pair(separator: char) -> impl Fn(&str) -> Result<(String, String), String> + Clone {
    move |text| match text.split_once(separator) {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(format!("expected a name, {separator:?} and a value")),
    }
}
