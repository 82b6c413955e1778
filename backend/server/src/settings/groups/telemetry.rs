//! Log and traces.

use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use ticketing_platform::telemetry::{LogFormat, TraceSettings};

use super::{Group, present};
use crate::settings::value::{log_format, ratio, secret};
use crate::settings::{SettingsError, StackSettings};

const OTLP_ENDPOINT: &str = "TICKETING_OTLP_ENDPOINT";

/// The log.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Log")]
pub(crate) struct LogGroup {
    /// Write the log lines that pass this filter [default: info, warn for `ticketing serve --quiet`]
    ///
    /// Like warn,ticketing_orders=debug.
    #[arg(long, env = "TICKETING_LOG", value_name = "FILTER", hide_short_help = true)]
    log: Option<String>,
    /// Write log lines in this format [default: json, text for `ticketing serve`]
    #[arg(long, env = "TICKETING_LOG_FORMAT", value_name = "text|json", value_parser = log_format)]
    #[arg(hide_short_help = true)]
    log_format: Option<LogFormat>,
}

impl Group for LogGroup {
    fn apply(self, settings: &mut StackSettings, _: &mut SettingsError) {
        if let Some(filter) = self.log {
            settings.logs.filter = filter;
        }
        if let Some(format) = self.log_format {
            settings.logs.format = format;
        }
    }
}

/// Traces.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Traces")]
pub(crate) struct TraceGroup {
    /// Send traces to this OpenTelemetry collector [default: nowhere]
    ///
    /// Like http://127.0.0.1:4318, without a user and a query. Over HTTP, in Protobuf, to /v1/traces below it.
    #[arg(long, env = OTLP_ENDPOINT, value_name = "URL", value_parser = secret)]
    #[arg(hide_short_help = true)]
    otlp_endpoint: Option<SecretString>,
    /// Sample this ratio of the traces that begin here
    ///
    /// From 0 to 1. The flag in the `traceparent` of a request takes precedence.
    #[arg(long, env = "TICKETING_TRACE_SAMPLE", value_name = "RATIO", value_parser = ratio)]
    #[arg(default_value_t = 1.0, hide_short_help = true)]
    trace_sample: f64,
}

impl Group for TraceGroup {
    fn apply(self, settings: &mut StackSettings, errors: &mut SettingsError) {
        let Some(endpoint) = present(self.otlp_endpoint) else { return };
        match endpoint.expose_secret().parse().ok().and_then(TraceSettings::new) {
            Some(traces) => settings.traces = Some(TraceSettings { sample: self.trace_sample, ..traces }),
            // The given text may have a password.
            None => errors.add(
                OTLP_ENDPOINT,
                None,
                "a URL like http://127.0.0.1:4318, without a user and a query",
            ),
        }
    }
}
