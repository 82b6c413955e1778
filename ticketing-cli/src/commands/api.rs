//! `ticketing api`: an HTTP request with the session and an idempotency key.

mod fields;
mod pages;

use std::path::{Path, PathBuf};

use serde_json::Value;
use ticketing_sdk::text::sanitize;
use ticketing_sdk::{ErrorCategory, Method, Problem, Request, Response, StatusCode};
use ticketing_tui::Operation;

use crate::context::{ApiCommand, ApiContext};
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::files::{self, MIB};
use crate::help;
use crate::output::{Format, escape_json};

/// The arguments of `ticketing api`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing api '/api/tickets?limit=3'",
        "ticketing api /api/tickets --paginate --jq '.[].title'",
        "ticketing api /api/tickets --output csv",
        "ticketing api /api/orders -f ticketId=01a203b9-d806-71eb-8d06-dbab9285e702",
        "ticketing api PUT /api/tickets/01a203b9-d806-71eb-8d06-dbab9285e702 -f title=Opera -F price=20.50 --dry-run",
        "ticketing api -X DELETE /api/orders/01a203b9-d806-71eb-8d06-dbab9285e702 --include",
    ],
    "The method is GET, or POST if there are fields or a body. Fields become the query of a GET, and the JSON body of another \
     method. A POST carries an idempotency key. `-F KEY=@FILE` takes the text of a file. In a body, `KEY[SUB]=VALUE` sets a member of an \
     object, `KEY[]=VALUE` adds to an array, and `-F KEY[]=` is an empty array. In CSV and TSV, each object of a list is a row.",
))]
pub(crate) struct Args {
    /// The path, like /api/tickets?limit=3; a method may come before it
    #[arg(value_name = "PATH", required = true, num_args = 1..=2)]
    target: Vec<String>,
    /// Use this method
    #[arg(long, short = 'X', help_heading = help::REQUEST, value_name = "METHOD", value_parser = method)]
    method: Option<Method>,
    /// Add a field whose value is text
    #[arg(long = "raw-field", help_heading = help::REQUEST, short = 'f', value_name = "KEY=VALUE", value_parser = fields::pair('='))]
    fields: Vec<(String, String)>,
    /// Add a field whose value is JSON, the text of @FILE, or else text
    #[arg(long = "field", alias = "json-field", help_heading = help::REQUEST, short = 'F', value_name = "KEY=VALUE")]
    #[arg(value_parser = fields::pair('='))]
    typed_fields: Vec<(String, String)>,
    /// Add a header
    #[arg(long = "header", help_heading = help::REQUEST, short = 'H', value_name = "NAME:VALUE", value_parser = fields::pair(':'))]
    headers: Vec<(String, String)>,
    /// Read the body from a file, or from stdin with -
    #[arg(long, help_heading = help::REQUEST, value_name = "FILE", conflicts_with_all = ["fields", "typed_fields"])]
    input: Option<PathBuf>,
    /// Fetch every page of a list, and write one array
    #[arg(long, help_heading = help::OUTPUT, conflicts_with_all = ["input", "include"])]
    paginate: bool,
    /// Show the status and the headers of the response, too
    #[arg(long, short, help_heading = help::OUTPUT)]
    include: bool,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let (method, path) = self.target()?;
        let is_read = method == Method::GET || method == Method::HEAD;
        if self.paginate && method != Method::GET {
            return Err(Failure::usage("--paginate is for GET"));
        }
        let mut request = api.client.request(method.clone(), path.clone());
        if let Some(file) = &self.input {
            request = request.body("application/json", input(api, file).await?);
        } else if is_read {
            for (key, value) in fields::query(api, &self.fields, &self.typed_fields).await? {
                request = request.query(key, value);
            }
        } else if !(self.fields.is_empty() && self.typed_fields.is_empty()) {
            let body = fields::object(api, &self.fields, &self.typed_fields).await?;
            request = request.body("application/json", body);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value.trim());
        }
        if self.paginate {
            return pages::write(api, request).await;
        }
        let has_key = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("idempotency-key"));
        let answer = if method == Method::POST && !has_key {
            api.write_raw(&Operation::Post { path }, request).await??
        } else if api.is_dry_run() {
            return Err(api.preview(&request).await);
        } else {
            request.send().await?
        };
        self.show(api, &answer)?;
        check_status(&answer)
    }
}

impl Args {
    /// Returns the method and the path.
    fn target(&self) -> CliResult<(Method, String)> {
        let has_body = self.input.is_some() || !(self.fields.is_empty() && self.typed_fields.is_empty());
        let (named, path) = match self.target.as_slice() {
            [word, path] => (Some(method(word).map_err(Failure::usage)?), path),
            [path] => (None, path),
            _ => return Err(Failure::usage("a path is missing")),
        };
        if !path.starts_with('/') {
            return Err(Failure::usage(format!("the path {path:?} is wrong: a path begins with /")));
        }
        if named.is_some() && self.method.is_some() {
            return Err(Failure::usage("the method is given twice"));
        }
        let default = if has_body { Method::POST } else { Method::GET };
        Ok((self.method.clone().or(named).unwrap_or(default), path.clone()))
    }

    /// Writes the response unchanged, unless a format or a selection is chosen; on a terminal, indented and without control
    /// characters.
    fn show(&self, api: &ApiContext, answer: &Response) -> CliResult {
        let mut head = String::new();
        if self.include {
            head = format!("HTTP {}\n", answer.status());
            for (name, value) in answer.headers() {
                head += &format!("{name}: {}\n", sanitize(&String::from_utf8_lossy(value.as_bytes())));
            }
            head.push('\n');
        }
        api.io().data(head)?;
        if is_shaped(api) && answer.status().is_success() {
            let json: Value = serde_json::from_slice(answer.bytes())
                .map_err(|error| Failure::failed(format!("the response is not JSON: {error}")))?;
            return api.printer().json(&json);
        }
        if !api.io().terminal_info().out_terminal {
            return api.io().data(answer.bytes());
        }
        let text = match serde_json::from_slice::<Value>(answer.bytes()) {
            Ok(json) => escape_json(&format!("{json:#}")),
            Err(_) => answer.text().lines().map(sanitize).collect::<Vec<_>>().join("\n"),
        };
        if text.is_empty() { Ok(()) } else { api.io().page(&(text + "\n")) }
    }
}

/// Returns whether the JSON of the server is written in another form.
fn is_shaped(api: &ApiContext) -> bool {
    let is_raw = matches!(api.context.settings.format, Format::Json | Format::Table);
    api.printer().is_selecting() || !is_raw
}

/// The largest body that is sent, in bytes: far above what a server accepts.
const MAX_BODY: u64 = 16 * MIB;

async fn input(api: &ApiContext, file: &Path) -> CliResult<Vec<u8>> {
    if file.as_os_str() == "-" {
        return api.io().read_all(MAX_BODY).await;
    }
    // A named pipe may keep the reader waiting; an interrupt ends the program meanwhile.
    let path = file.to_owned();
    let read = tokio::task::spawn_blocking(move || files::read(&path, MAX_BODY)).await;
    let read = read.unwrap_or_else(|panic| Err(panic.into()));
    read.map_err(|error| Failure::usage(format!("cannot read {}: {error}", file.display())))
}

/// Maps the status of the response to the exit code. The body was already shown.
fn check_status(answer: &Response) -> CliResult {
    let status = answer.status();
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        return Ok(());
    }
    let problem: Option<Problem> = serde_json::from_slice(answer.bytes()).ok();
    let code = problem.and_then(|problem| problem.errors.into_iter().find_map(|detail| detail.code));
    let category = code.as_ref().map_or_else(|| ErrorCategory::of_status(status), ErrorCategory::of_code);
    Err(Failure::new(Exit::from(category), format!("the server answered {status}")))
}

fn method(word: &str) -> Result<Method, String> {
    Method::from_bytes(word.to_ascii_uppercase().as_bytes())
        .map_err(|_| format!("{word:?} is not an HTTP method"))
}

/// Sends a request for a page of a list.
async fn page(request: Request) -> CliResult<Response> {
    let answer = request.send().await?;
    match check_status(&answer) {
        Ok(()) => Ok(answer),
        Err(failure) => Err(failure.detail(answer.text().lines().next().unwrap_or_default())),
    }
}
