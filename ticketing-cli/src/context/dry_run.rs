//! `--dry-run`: requests are printed instead of sent.

use std::borrow::Borrow;

use ticketing_sdk::{IdempotencyKey, Request};

use super::ApiContext;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::output::Format;
use crate::preview::RequestPreview;

impl ApiContext {
    /// Whether writes are printed instead of sent.
    pub(crate) fn is_dry_run(&self) -> bool {
        self.context.settings.writes.dry_run
    }

    /// Returns the key of a request that is only printed.
    pub(super) fn preview_key(&self) -> IdempotencyKey {
        self.context.settings.writes.key.clone().unwrap_or_else(IdempotencyKey::generate)
    }

    /// Prints a request without its secrets, and returns the end of the command.
    pub(crate) async fn preview(&self, request: &Request) -> Failure {
        let printed = self.print_request(request).await;
        self.io().remark("nothing was sent");
        printed.err().unwrap_or_else(|| Failure::silent(Exit::Done))
    }

    /// Prints a request without its secrets.
    ///
    /// # Errors
    /// If the request is not valid, or stdout cannot be written.
    pub(crate) async fn print_request(&self, request: &Request) -> Outcome {
        self.print_requests([request]).await
    }

    /// Prints requests without their secrets.
    ///
    /// # Errors
    /// If one is not valid, or stdout cannot be written.
    pub(crate) async fn print_requests(
        &self,
        requests: impl IntoIterator<Item = impl Borrow<Request>>,
    ) -> Outcome {
        let session = self.client.session().await.ok();
        for request in requests {
            let preview = RequestPreview::of(request.borrow(), session.as_ref())?;
            match self.context.settings.format {
                Format::Table | Format::Tsv => self.io().data(preview.text())?,
                _ => {
                    let json = serde_json::to_value(&preview);
                    self.printer().json(&json.map_err(|error| Failure::failed(error.to_string()))?)?;
                }
            }
        }
        Ok(())
    }
}
