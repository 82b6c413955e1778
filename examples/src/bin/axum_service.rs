//! A service that embeds the SDK: `GET /cheapest` answers the cheapest ticket of the marketplace.
//!
//! `axum_service http://127.0.0.1:3000 127.0.0.1:8080`

use anyhow::Context as _;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use ticketing_sdk::{Client, Error, ErrorCategory, Ticket, TicketSort};

/// An error of the marketplace as a response of this service.
struct MarketError(Error);

impl From<Error> for MarketError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for MarketError {
    fn into_response(self) -> Response {
        let status = match self.0.category() {
            ErrorCategory::NotFound => StatusCode::NOT_FOUND,
            ErrorCategory::InvalidInput => StatusCode::BAD_REQUEST,
            ErrorCategory::Unreachable => StatusCode::BAD_GATEWAY,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, self.0.user_message()).into_response()
    }
}

async fn cheapest(State(client): State<Client>) -> Result<Json<Option<Ticket>>, MarketError> {
    let page = client.tickets().list().sort(TicketSort::Price).limit(1).await?;
    Ok(Json(page.into_items().pop()))
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it did")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().context("SERVER is missing, such as http://127.0.0.1:3000")?;
    let listen = arguments.next().context("ADDRESS is missing, such as 127.0.0.1:8080")?;
    // One client for the whole service: clones share its connections.
    let app = Router::new().route("/cheapest", get(cheapest)).with_state(Client::new(server)?);
    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
