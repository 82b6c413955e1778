//! The fields of a request: a JSON body or a query.

mod body;

use std::path::Path;

use serde_json::value::to_raw_value;

use self::body::Body;
use super::input;
use crate::context::ApiContext;
use crate::failure::{CliResult, Failure};

/// A name and its value.
type Field = (String, String);

/// Parses a name and a value with this separator.
pub(super) fn pair(separator: char) -> impl Fn(&str) -> Result<Field, String> + Clone {
    move |text| match text.split_once(separator) {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(format!("expected a name, {separator:?} and a value")),
    }
}

/// Returns the fields as one JSON object. Values stay as they are typed: a number keeps all of its digits.
pub(super) async fn object(api: &ApiContext, texts: &[Field], typed: &[Field]) -> CliResult<Vec<u8>> {
    let mut body = Body::default();
    for (key, text) in texts {
        body.set(key, Some(to_raw_value(text)?)).map_err(Failure::usage)?;
    }
    for (key, value) in typed {
        let value = match content(api, value).await? {
            // An array without elements.
            None if value.is_empty() && key.ends_with("[]") => None,
            Some(text) => Some(to_raw_value(&text)?),
            None => Some(match serde_json::from_str(value) {
                Ok(json) => json,
                Err(_) => to_raw_value(value)?,
            }),
        };
        body.set(key, value).map_err(Failure::usage)?;
    }
    Ok(serde_json::to_vec(&body)?)
}

/// Returns the fields as parameters of a query.
pub(super) async fn query(api: &ApiContext, texts: &[Field], typed: &[Field]) -> CliResult<Vec<Field>> {
    let mut query = texts.to_vec();
    for (key, value) in typed {
        let value = content(api, value).await?.unwrap_or_else(|| value.clone());
        query.push((key.clone(), value));
    }
    Ok(query)
}

/// Returns the text of the file that a value names with `@`.
async fn content(api: &ApiContext, value: &str) -> CliResult<Option<String>> {
    let Some(file) = value.strip_prefix('@') else { return Ok(None) };
    let bytes = input(api, Path::new(file)).await?;
    String::from_utf8(bytes).map(Some).map_err(|_| Failure::usage(format!("{file} is not UTF-8")))
}
