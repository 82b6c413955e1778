//! `ticketing man`: writes the manual pages.

use std::path::PathBuf;

use crate::context::Context;
use crate::failure::{CliResult, Failure};
use crate::help;

/// The arguments of `ticketing man`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &["ticketing man ~/.local/share/man/man1"],
    "The folder gets a page for each command, like ticketing-tickets-list.1. It is created if it is missing.",
))]
pub(crate) struct Args {
    /// The folder of the pages
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

impl Args {
    /// Writes a page for each command of `tree`.
    pub(crate) fn write(self, context: &Context, tree: clap::Command) -> CliResult {
        let folder = &self.folder;
        let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(tree, folder));
        written.map_err(|error| {
            Failure::failed(format!("cannot write the pages to {}: {error}", folder.display()))
        })?;
        context.io.info(&format!("the manual pages are in {}", folder.display()));
        Ok(())
    }
}
