//! The routes of tickets and passes.

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::routes::{create, delete, get, list, passes, timeline, update};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(timeline::timeline))
        .routes(routes!(get::get, update::update, delete::delete))
        .routes(routes!(passes::list::list))
        .routes(routes!(passes::keys::keys))
        .routes(routes!(passes::claims::create))
        .routes(routes!(passes::check_ins::create))
        .routes(routes!(passes::get::get))
        .routes(routes!(passes::transfer::create, passes::transfer::cancel))
        .routes(routes!(passes::resale::create))
        .routes(routes!(passes::calendar::calendar))
}
