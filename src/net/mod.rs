//! Outbound connections: TLS trust, HTTP with timeouts and body limits, the private-address guard, sources.
//!
//! Knows nothing of configuration keys beyond naming them in errors, and nothing of who asks. Every address
//! that is dialled on behalf of a configuration or a client passes [`PrivateRanges`]; start reading there.

mod client;
mod exchange;
mod glob;
mod guard;
mod request;
mod source;
mod tls;

pub use client::HttpClient;
pub use exchange::{HttpError, HttpPolicy, Inbound, Outbound};
pub use guard::{Guard, PrivateRanges, Refused, resolve};
pub use request::{Credentials, PlanError, RequestPlan};
pub use source::{Source, SourceError};
pub use tls::{ClientIdentity, TlsError, Trust, Verification};
