//! How much of a list is shown, and saying so when it was cut.

use clap::Args;
use futures_util::{StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;
use ticketing_sdk::{Items, List};

use crate::context::ApiContext;
use crate::failure::Outcome;
use crate::output::Record;

/// How much of a list.
#[derive(Debug, Args)]
pub(crate) struct ListLimit {
    /// Show at most this many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Show all of them
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

/// The most that servers give on one page.
const PAGE: u32 = 500;

impl ListLimit {
    /// How many to ask for at once: one more than is shown, which tells whether there is more.
    pub(super) fn page(&self) -> u32 {
        if self.all { PAGE } else { self.limit.saturating_add(1).min(PAGE) }
    }

    /// Shows a list that the server begins with the oldest, as far as it was asked for: the newest first, and cut at the old end.
    pub(super) async fn show_newest<T>(&self, api: &ApiContext, list: List<T>) -> Outcome
    where
        T: Record + DeserializeOwned + Send + 'static,
    {
        let most = if self.all { usize::MAX } else { self.most() };
        let newest = list.limit(PAGE).newest(most).await?;
        api.printer().list(&newest.items)?;
        if newest.is_cut {
            api.io()
                .notice(&format!("only the newest {most} are shown; --all shows the rest, --limit N more"));
        }
        Ok(())
    }

    fn most(&self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }

    /// Shows the list as far as it was asked for.
    pub(super) async fn show<T: Record>(&self, api: &ApiContext, items: Items<T>) -> Outcome {
        if self.all {
            return api.printer().list(&items.try_collect::<Vec<T>>().await?);
        }
        let wanted = self.most();
        let mut shown: Vec<T> = items.take(wanted.saturating_add(1)).try_collect().await?;
        let cut = shown.len() > wanted;
        shown.truncate(wanted);
        api.printer().list(&shown)?;
        if cut {
            api.io()
                .notice(&format!("only the first {wanted} are shown; --all shows the rest, --limit N more"));
        }
        Ok(())
    }
}
