//! The options for the length of a list, and the notice of a list that was cut.

use clap::Args;
use futures_util::{StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;
use ticketing_sdk::{Items, List};

use crate::context::ApiContext;
use crate::failure::CliResult;
use crate::help;
use crate::output::Record;
use crate::target::MAX_PAGE;

/// The length of a list.
#[derive(Debug, Args)]
pub(crate) struct ListLimit {
    /// Show at most this many
    #[arg(long, short = 'L', help_heading = help::LIST, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Show all of them
    #[arg(long, help_heading = help::LIST, conflicts_with = "limit")]
    all: bool,
}

impl ListLimit {
    /// Returns the size of the first page: one more than is shown, which reveals whether there are more.
    pub(super) fn page(&self) -> u32 {
        if self.all { MAX_PAGE } else { self.limit.saturating_add(1).min(MAX_PAGE) }
    }

    /// Shows the newest items, newest first, of a list that the server sorts from the oldest, and returns them.
    pub(super) async fn show_newest<T>(&self, api: &ApiContext, list: List<T>) -> CliResult<Vec<T>>
    where
        T: Record + DeserializeOwned + Send + 'static,
    {
        let newest = list.limit(MAX_PAGE).newest(self.most()).await?;
        show_page(api, &newest.items, newest.is_cut.then_some("newest"))?;
        Ok(newest.items)
    }

    fn most(&self) -> usize {
        if self.all { usize::MAX } else { usize::try_from(self.limit).unwrap_or(usize::MAX) }
    }

    /// Shows the first items of a list, and returns them.
    pub(super) async fn show<T: Record>(&self, api: &ApiContext, items: Items<T>) -> CliResult<Vec<T>> {
        let wanted = self.most();
        let mut shown: Vec<T> = items.take(wanted.saturating_add(1)).try_collect().await?;
        let cut = shown.len() > wanted;
        shown.truncate(wanted);
        show_page(api, &shown, cut.then_some("first"))?;
        Ok(shown)
    }
}

/// Shows items, and warns if they are only these of a list.
fn show_page<T: Record>(api: &ApiContext, items: &[T], cut_to: Option<&str>) -> CliResult {
    api.printer().page(items, cut_to.is_some())?;
    if let Some(which) = cut_to {
        let count = items.len();
        api.io().warn(&format!("only the {which} {count} are shown; --all shows the rest, --limit N more"));
    }
    Ok(())
}
