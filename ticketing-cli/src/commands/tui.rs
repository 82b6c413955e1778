//! `ticketing tui`: the marketplace full screen, or line by line.

pub(crate) mod doors;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::builder::PossibleValue;
use ticketing_sdk::{Client, IdempotencyKey, Request};
use ticketing_tui::config::ConfigFile;
use ticketing_tui::{
    Borders, Colours, Environment, Evidence, ExitReason, JournalEntry, Level, Operation, ThemeName,
};
use tracing_subscriber::EnvFilter;

use self::doors::Doors;
use crate::clock;
use crate::commands::words::one_of;
use crate::config::change::{self, LockedFile};
use crate::context::{ApiCommand, ApiContext};
use crate::environment::{environment, is_dumb_terminal};
use crate::failure::{CliResult, Failure};
use crate::files;
use crate::help;
use crate::io::{Io, TerminalInfo};
use crate::journal::{Journal, WriteEntry};

/// The arguments of `ticketing tui`: the options of the display.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct DisplayOptions {
    /// Show numbered lines, for screen readers and simple terminals
    ///
    /// TERM=dumb and ACCESSIBLE=1 select them, too.
    #[arg(long, help_heading = help::APPEARANCE)]
    pub(crate) plain: bool,
    /// Use this theme
    #[arg(long, help_heading = help::APPEARANCE, value_name = "THEME", value_parser = one_of(themes()))]
    theme: Option<ThemeName>,
    /// Draw borders and marks with ASCII characters
    #[arg(long, help_heading = help::APPEARANCE)]
    ascii: bool,
    /// Read this config file
    #[arg(long, help_heading = help::APPEARANCE, value_name = "FILE", env = "TICKETING_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
}

/// Returns the themes with their names.
fn themes() -> impl Iterator<Item = (PossibleValue, ThemeName)> {
    ThemeName::ALL.into_iter().map(|theme| {
        let name = PossibleValue::new(<&str>::from(theme));
        let name = match theme {
            ThemeName::Auto => name.help("Light or dark, like the terminal"),
            ThemeName::Contrast => name.help("The highest contrast"),
            ThemeName::Plain => name.help("No colours"),
            ThemeName::Dark | ThemeName::Light => name,
        };
        (name, theme)
    })
}

impl ApiCommand for DisplayOptions {
    async fn run(self, api: &ApiContext) -> CliResult {
        let dirs = &api.context.settings.dirs;
        log_to(&dirs.tui_log()?)?;
        let config = self.config.clone().map_or_else(|| dirs.config(), Ok)?;
        let journal = api.journal.clone();
        let greeting = api.describe_interrupted().into_iter().map(|words| (Level::Warning, words)).collect();
        let door = Arc::new(Doors::new(api.client.clone(), dirs.doors().ok()));
        let run = TuiRun { client: api.client.clone(), journal, door, config, greeting };
        self.show(api.io(), run).await
    }
}

/// The parts that a run of the full-screen program needs.
pub(crate) struct TuiRun {
    pub(crate) client: Client,
    pub(crate) journal: Journal,
    pub(crate) door: Arc<dyn ticketing_tui::Door>,
    pub(crate) config: PathBuf,
    pub(crate) greeting: Vec<(Level, String)>,
}

impl DisplayOptions {
    /// Shows the marketplace until the user quits.
    pub(crate) async fn show(&self, io: &Io, run: TuiRun) -> CliResult {
        let terminal_info = io.terminal_info();
        let plain = self.is_plain_wanted();
        if !(plain || terminal_info.in_terminal && terminal_info.out_terminal) {
            return Err(Failure::usage("this needs a terminal for its input and its output")
                .hint("--plain works on a pipe, too: `ticketing tui --plain`"));
        }
        let journal = OnDisk { journal: run.journal, server: run.client.server().to_owned() };
        let environment = Environment {
            client: run.client,
            journal: Arc::new(journal),
            door: run.door,
            config: Arc::new(ConfigOnDisk(run.config)),
            theme: self.theme,
            borders: self.ascii.then_some(Borders::Ascii),
            colours: colours(terminal_info),
            light: environment("COLORFGBG").is_some_and(|colours| is_light(&colours)),
            clock: clock::now,
            greeting: run.greeting,
        };
        let ending = if plain {
            Box::pin(ticketing_tui::run_plain(environment, io.stdout())).await
        } else {
            Box::pin(ticketing_tui::run(environment)).await
        };
        match ending {
            Ok(ExitReason::Quit) => Ok(()),
            Ok(ExitReason::Terminated) => Err(Failure::interrupted()),
            Err(error) => Err(Failure::failed(format!("the terminal cannot be used: {error}"))),
        }
    }

    /// Returns whether it is wanted line by line.
    fn is_plain_wanted(&self) -> bool {
        let accessible = environment("ACCESSIBLE").is_some_and(|wanted| wanted != "0");
        self.plain || accessible || is_dumb_terminal()
    }
}

/// Returns how many colours the terminal says that it shows.
fn colours(terminal_info: &TerminalInfo) -> Colours {
    if !terminal_info.out_colour {
        return Colours::None;
    }
    let term = environment("TERM").unwrap_or_default();
    match environment("COLORTERM").as_deref() {
        Some("truecolor" | "24bit") => Colours::True,
        _ if cfg!(windows) => Colours::True,
        _ if term.contains("256color") || term.contains("kitty") || term.contains("alacritty") => {
            Colours::Indexed
        }
        _ => Colours::Sixteen,
    }
}

/// Returns whether the ground is light, as many terminals say in `COLORFGBG`: `0;15`.
fn is_light(colours: &str) -> bool {
    matches!(colours.rsplit(';').next(), Some("7" | "15"))
}

/// Sends log lines to a file: the screen belongs to the marketplace.
pub(crate) fn log_to(path: &Path) -> CliResult {
    let filter = environment("TICKETING_LOG").unwrap_or_else(|| "warn".to_owned());
    let filter =
        EnvFilter::try_new(&filter).map_err(|error| Failure::usage(format!("TICKETING_LOG: {error}")))?;
    let folder = path.parent().map_or(Ok(()), crate::client_dirs::private_folder);
    let opened = folder.and_then(|()| files::private().append(true).open(path));
    // Without a log there is still a marketplace.
    if let Ok(file) = opened {
        let _already = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(false)
            .with_writer(Mutex::new(file))
            .try_init();
    }
    Ok(())
}

/// How long the marketplace on the terminal waits for a program that changes the config file.
const CONFIG_LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// The config file of this program, for the settings of the marketplace on the terminal.
struct ConfigOnDisk(PathBuf);

impl ConfigFile for ConfigOnDisk {
    fn path(&self) -> &Path {
        &self.0
    }

    fn read(&self) -> Result<String, String> {
        change::text(&self.0).map_err(|error| error.to_string())
    }

    fn change(&self, change: &dyn Fn(&str) -> Result<String, String>) -> Result<(), String> {
        let file = LockedFile::open(&self.0, CONFIG_LOCK_TIMEOUT).map_err(|error| error.to_string())?;
        let text = change(&file.text().map_err(|error| error.to_string())?)?;
        file.replace(&text).map_err(|error| error.to_string())
    }
}

/// The journal of this program, for the writes of the marketplace on the terminal.
struct OnDisk {
    journal: Journal,
    server: String,
}

impl ticketing_tui::Journal for OnDisk {
    fn begin(&self, operation: &Operation, request: &Request) -> Result<Box<dyn JournalEntry>, String> {
        let entry = self.journal.begin(operation, &self.server, request, None, clock::now());
        entry.map(|entry| Box::new(entry) as Box<dyn JournalEntry>).map_err(|error| error.to_string())
    }

    fn settle_known(&self, evidence: Evidence<'_>) {
        self.journal.settle_known(&self.server, evidence);
    }
}

impl JournalEntry for WriteEntry {
    fn key(&self) -> IdempotencyKey {
        self.key.clone()
    }

    fn is_resumed(&self) -> bool {
        self.resumed
    }

    fn settle(self: Box<Self>) {
        Self::settle(*self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_background_is_detected_by_its_number() {
        assert!(is_light("0;15") && is_light("0;default;7"));
        assert!(!is_light("15;0") && !is_light("") && !is_light("15;default"));
    }
}
