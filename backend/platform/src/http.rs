//! HTTP as every service speaks it: serving with time-outs, one error shape, extractors that report every fault.

mod body;
pub mod etag;
mod fields;
mod json;
mod layers;
mod meters;
mod origin;
pub mod page;
mod problem;
mod request_id;
mod serve;
mod socket;
mod trace;

pub use body::{BODY_LIMIT, BodyError, LARGEST_BODY};
pub use etag::IfMatch;
pub use fields::{Faults, Field};
pub use json::Json;
pub use layers::{LayerSettings, Verbatim, wrap};
pub use page::PageQuery;
pub use problem::{ApiError, RetryAfter};
pub use request_id::RequestId;
pub use serve::{ServeLimits, serve};
