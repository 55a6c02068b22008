//! Vocabulary without policy: time, entropy, ids, secrets, faults, bounded threads, normalisation.
//!
//! Every other module may use this one; it uses none of them. Nothing in here knows what a flow or an
//! identity is. Start reading at [`Timestamp`] and [`Seed`]: time and randomness enter the engine as
//! values of these two types, once per request.

mod entropy;
mod fault;
mod id;
pub mod normalise;
mod secret;
mod time;
mod workers;

pub use entropy::{Entropy, OsEntropy, Seed, SeededEntropy, Stream};
pub use fault::{BoxError, Fault};
pub use id::{
    AddressId, AttemptId, AuditId, CodeId, CredentialId, DeviceId, ErrorId, ExchangeId, FlowId, Id,
    IdentityId, MessageId, SessionId,
};
pub use secret::Secret;
pub use time::{Clock, Lifespan, ManualClock, SystemClock, Timestamp};
pub use workers::{NoAnswer, Workers, WorkersConfig};
