//! Pages of the marketplace in the browser of the user.

use clap::Args;
use ticketing_sdk::Pages;

use crate::context::ApiContext;
use crate::failure::CliResult;
use crate::help;

/// The option of a command whose records have a page.
#[derive(Debug, Args)]
pub(crate) struct WebArgs {
    /// Open the page in the browser instead; print its address on a pipe
    #[arg(long, short, hide_short_help = true, help_heading = help::OUTPUT)]
    pub(crate) web: bool,
}

impl WebArgs {
    /// Opens the page of each record, if that is wanted. Returns whether it is.
    ///
    /// # Errors
    /// If stdout cannot be written.
    pub(crate) async fn open<I>(
        &self,
        api: &ApiContext,
        ids: &[I],
        page: impl Fn(&Pages<'_>, &I) -> String,
    ) -> CliResult<bool> {
        for id in ids.iter().filter(|_| self.web) {
            open(api, page(&api.client.pages(), id)).await?;
        }
        Ok(self.web)
    }
}

/// Prints the address of a page, and opens it in the browser on a terminal.
pub(crate) async fn open(api: &ApiContext, address: String) -> CliResult {
    api.io().line(&address)?;
    if !api.io().terminal_info().out_terminal {
        return Ok(());
    }
    // Starting a browser may block.
    let opened = tokio::task::spawn_blocking(move || webbrowser::open(&address)).await;
    let why = match opened {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(why)) => why.to_string(),
        Err(why) => why.to_string(),
    };
    api.io().warn(&format!("no browser could be opened: {why}"));
    Ok(())
}
