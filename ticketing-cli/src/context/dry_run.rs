//! `--dry-run`: requests are printed instead of sent.

use std::borrow::Borrow;

use ticketing_sdk::{IdempotencyKey, Request};

use super::ApiContext;
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
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
        self.preview_all([request]).await
    }

    /// Prints requests without their secrets, and returns the end of the command.
    pub(crate) async fn preview_all(
        &self,
        requests: impl IntoIterator<Item = impl Borrow<Request>>,
    ) -> Failure {
        let printed = self.print_requests(requests).await;
        self.io().info("nothing was sent");
        printed.err().unwrap_or_else(|| Failure::silent(Exit::Done))
    }

    /// Prints requests without their secrets: as HTTP, or as one document of JSON or YAML.
    ///
    /// # Errors
    /// If one is not valid, or stdout cannot be written.
    pub(crate) async fn print_requests(
        &self,
        requests: impl IntoIterator<Item = impl Borrow<Request>>,
    ) -> CliResult {
        let session = self.client.session().await.ok();
        let previews = requests
            .into_iter()
            .map(|request| RequestPreview::from_request(request.borrow(), session.as_ref()))
            .collect::<Result<Vec<_>, _>>()?;
        let format = self.context.settings.format;
        if !matches!(format, Format::Json | Format::Jsonl | Format::Yaml) {
            let texts: Vec<String> = previews.iter().map(RequestPreview::text).collect();
            return self.io().data(texts.join("\n"));
        }
        let document = match previews.as_slice() {
            [preview] => serde_json::to_value(preview),
            previews if format == Format::Jsonl => serde_json::to_value(previews),
            previews => serde_json::to_value(previews)
                .map(|items| serde_json::json!({ "items": items, "hasMore": false })),
        };
        self.printer().json(&document?)
    }
}
