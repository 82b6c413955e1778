//! `--json`, `--jq` and `--template`: what is shown of the JSON of a command.

use clap::Args;
use serde_json::{Map, Value};

use super::jq::{self, FilterOutput};
use super::{Format, template};
use crate::failure::{CliResult, Failure};

/// The options that select and shape JSON.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Select {
    /// Write these fields of the JSON, separated by commas; without fields, list them
    #[arg(id = "json", long, value_name = "FIELDS", num_args = 0..=1, value_delimiter = ',', default_missing_value = "")]
    pub(crate) fields: Option<Vec<String>>,
    /// Filter the JSON with an expression of jq
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub(crate) jq: Option<String>,
    /// Write the JSON through a template of Jinja
    #[arg(long, value_name = "TEMPLATE", allow_hyphen_values = true, conflicts_with = "jq")]
    pub(crate) template: Option<String>,
}

impl Select {
    /// Returns whether an option was given.
    pub(crate) fn is_active(&self) -> bool {
        self.fields.is_some() || self.jq.is_some() || self.template.is_some()
    }

    /// Returns the name of the first option that was given.
    pub(super) fn option(&self) -> &'static str {
        match (&self.jq, &self.template) {
            (Some(_), _) => "--jq",
            (_, Some(_)) => "--template",
            _ => "--json",
        }
    }

    /// Returns the chosen format, else `default`. A selection is JSON, unless another format of the same fields is
    /// chosen.
    pub(crate) fn choose_format(&self, chosen: Option<Format>, default: Format) -> Format {
        match chosen {
            Some(lines @ (Format::Jsonl | Format::Yaml)) => lines,
            _ if self.is_active() => Format::Json,
            chosen => chosen.unwrap_or(default),
        }
    }

    /// Checks filter and template before a request is sent.
    ///
    /// # Errors
    /// A usage error, if one of them cannot be compiled.
    pub(crate) fn check(&self) -> CliResult {
        self.jq.as_deref().map_or(Ok(()), jq::check)?;
        self.template.as_deref().map_or(Ok(()), template::check)
    }

    /// Checks that a command writes the selected fields.
    ///
    /// # Errors
    /// A usage error that lists the fields.
    pub(crate) fn check_fields(&self, known: &[&str]) -> CliResult {
        let unknown = self.fields.iter().flatten().find(|field| !known.contains(&field.as_str()));
        match unknown {
            None => Ok(()),
            Some(field) => Err(Failure::usage(format!("--json: there is no field {field:?}"))
                .detail(format!("the fields are {}", known.join(", ")))),
        }
    }

    /// Checks the selection against the format that the user names beside it.
    ///
    /// # Errors
    /// A usage error, if the format has no place for the selection.
    pub(crate) fn check_output(&self, output: Format) -> CliResult {
        let has_place = match output {
            Format::Json => true,
            Format::Jsonl | Format::Yaml => self.jq.is_none() && self.template.is_none(),
            Format::Table | Format::Tsv | Format::Csv => !self.is_active(),
        };
        if has_place {
            return Ok(());
        }
        let option = self.option();
        let failure = Failure::usage(format!("{option} cannot be used with --output {}", output.name()));
        Err(failure.hint(match option {
            "--json" => "--json goes with --output json, jsonl and yaml",
            _ => "filters and templates write their own text: omit --output",
        }))
    }

    /// Returns the JSON of a record: all of it, or the selected fields.
    pub(super) fn record(&self, value: Value) -> Value {
        match (&self.fields, value) {
            (Some(fields), Value::Object(record)) => {
                let selected = fields.iter().map(|field| {
                    let value = record.get(field).cloned().unwrap_or(Value::Null);
                    (field.clone(), value)
                });
                Value::Object(selected.collect::<Map<_, _>>())
            }
            (_, value) => value,
        }
    }

    /// Returns the JSON of a list: an array where fields are selected, the document of `--output json` otherwise.
    pub(super) fn list(&self, items: Vec<Value>, has_more: bool) -> Value {
        let items = Value::Array(items.into_iter().map(|item| self.record(item)).collect());
        if self.fields.is_some() {
            return items;
        }
        Value::Object(Map::from_iter([
            ("items".to_owned(), items),
            ("hasMore".to_owned(), Value::Bool(has_more)),
        ]))
    }

    /// Returns the text of filter or template for a document; `None` if there is neither.
    pub(super) fn shape(&self, document: &Value, terminal: bool) -> CliResult<Option<FilterOutput>> {
        match (&self.template, &self.jq) {
            (Some(text), _) => {
                let text = template::render(text, document, terminal)?;
                Ok(Some(FilterOutput { text, ..FilterOutput::default() }))
            }
            (None, Some(filter)) => Ok(Some(jq::run(filter, document, terminal)?)),
            (None, None) => Ok(None),
        }
    }
}
