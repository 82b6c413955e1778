//! `--paginate`: every page of a list as one array.

use serde_json::Value;
use serde_json::value::RawValue;
use ticketing_sdk::{Method, Request, Response};

use super::{is_shaped, page};
use crate::context::ApiContext;
use crate::failure::{CliResult, Failure};
use crate::output::escape_json;

/// Fetches the pages of a list and writes their items.
pub(super) async fn write(api: &ApiContext, first: Request) -> CliResult {
    let mut items: Vec<Box<RawValue>> = Vec::new();
    let mut answer = page(first.clone()).await?;
    let mut seen = Vec::new();
    loop {
        let more: Vec<Box<RawValue>> = serde_json::from_slice(answer.bytes())
            .map_err(|_| Failure::failed("the response is not a list, so it has no pages"))?;
        items.extend(more);
        // A page that leads to an earlier one would loop forever.
        let Some(next) = next_path(&answer).filter(|next| !seen.contains(next)) else { break };
        seen.push(next.clone());
        let mut request = api.client.request(Method::GET, next);
        for (name, value) in first.headers() {
            if let Ok(value) = value.to_str() {
                request = request.header(name.as_str(), value);
            }
        }
        answer = page(request).await?;
    }
    if !is_shaped(api) && !api.io().terminal_info().out_terminal {
        return api.io().line(&escape_json(&serde_json::to_string(&items)?));
    }
    let parsed: Result<Vec<Value>, _> = items.iter().map(|item| serde_json::from_str(item.get())).collect();
    api.printer().json(&Value::Array(parsed?))
}

/// Returns the path of the next page, if the response names one.
fn next_path(answer: &Response) -> Option<String> {
    let links = answer.headers().get_all("link").iter().filter_map(|value| value.to_str().ok());
    links.flat_map(|header| header.split(",<")).find_map(next_of)
}

/// Returns the path of a link if its relation is `next`. Its host is that of the server, whatever it says.
fn next_of(link: &str) -> Option<String> {
    let (target, parameters) = link.trim().trim_start_matches('<').split_once('>')?;
    let is_next = parameters.split(';').any(|part| {
        part.trim()
            .strip_prefix("rel=")
            .is_some_and(|relation| relation.trim_matches('"').eq_ignore_ascii_case("next"))
    });
    let path = match target.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => target,
    };
    (is_next && path.starts_with('/')).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::next_of;

    #[test]
    fn next_page_is_a_path_of_the_same_server() {
        let next = |link| next_of(link);
        assert_eq!(next("</api/tickets?cursor=a>; rel=\"next\"").as_deref(), Some("/api/tickets?cursor=a"));
        assert_eq!(next("<https://h:1/api/x?cursor=a,b>; rel=next").as_deref(), Some("/api/x?cursor=a,b"));
        assert_eq!(next("<http://h:1/api/x>; rel=\"prev\""), None);
        assert_eq!(next("<elsewhere>; rel=next"), None);
    }
}
