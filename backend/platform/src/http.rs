//! HTTP as every service speaks it: serving with time-outs, one error shape, extractors that report every fault.

mod accept;
mod allowed_origin;
mod body;
mod connections;
mod edge;
pub mod etag;
mod fields;
mod json;
mod layers;
mod list_body;
mod log_limit;
mod meters;
mod origin;
pub mod page;
mod paths;
mod problem;
mod request_id;
mod serve;
mod socket;
mod tags;
mod trace;

pub use accept::prefers_event_stream;
pub use allowed_origin::{AllowedOrigin, OriginError};
pub use body::{BODY_LIMIT, BodyError, LARGEST_BODY};
pub use etag::IfMatch;
pub use fields::{Faults, Field};
pub use json::Json;
pub use layers::{LayerSettings, Verbatim, wrap};
pub use list_body::list_body;
pub use page::PageQuery;
pub use paths::CanonicalPaths;
pub use problem::{ApiError, RetryAfter};
pub use request_id::RequestId;
pub use serve::{ServeLimits, serve};
pub use tags::EntityTags;
