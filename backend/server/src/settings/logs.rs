//! How a process writes its log.

use ticketing_platform::settings::{Reader, SettingsError, Source};
use ticketing_platform::telemetry::LogFormat;

/// How a process writes its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// Which lines are written.
    pub filter: String,
    /// How they are written.
    pub format: LogFormat,
}

impl Default for LogSettings {
    /// For machines, as a deployment collects it.
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Json }
    }
}

impl LogSettings {
    /// Reads the settings of `source` over these.
    ///
    /// # Errors
    /// When one is not valid.
    pub fn over(self, source: &Source) -> Result<Self, SettingsError> {
        let mut reader = Reader::new(source);
        let filter = reader.or("TICKETING_LOG", self.filter);
        let format = reader.or("TICKETING_LOG_FORMAT", self.format);
        reader.finish(|| Some(Self { filter, format }))
    }
}
