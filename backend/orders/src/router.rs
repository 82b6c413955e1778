//! The routes of orders.

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::routes::{cancel, create, get, list, timeline};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(get::get, cancel::cancel))
        .routes(routes!(timeline::timeline))
}
