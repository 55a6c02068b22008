//! HTTP: what a request says, and how answers look on the wire.
//!
//! No decisions about flows, no storage. Start at [`front`], through which every request passes; then the
//! extractors [`front::Arrival`], [`csrf::Csrf`], [`body::Submitted`] and [`query::Query`]; then how answers
//! are written: [`json`], [`envelope`] and [`redirect`](mod@redirect).

mod accept;
pub mod admin;
pub mod body;
mod call;
pub mod client_address;
mod continuity;
pub mod cookie;
pub mod cors;
pub mod csrf;
pub mod dev;
pub mod envelope;
pub mod form;
pub mod front;
pub mod headers;
pub mod json;
pub mod limits;
pub mod meter;
mod multipart;
mod negotiate;
pub mod paging;
mod panic;
mod policy;
mod presented;
pub mod public;
pub mod query;
pub mod redirect;
mod reply;
pub mod request_log;
pub mod router;
pub mod session_cookie;

pub use call::Call;
pub use negotiate::Manner;
pub use policy::web_policy;
pub use presented::{Presented, Via, presented};
