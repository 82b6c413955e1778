//! The routes of payments.

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::routes::{create, get, list, timeline, webhook};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(timeline::timeline))
        .routes(routes!(get::get))
        .routes(routes!(webhook::webhook))
}
