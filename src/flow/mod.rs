//! The flows as state machines: states, events, evidence, effects and replies.
//!
//! Everything here is pure: no clock, no randomness, no storage, no HTTP. A machine gets a state, an event
//! and a context and gives the next state, a list of effects and an abstract reply. Start at [`Head`], then
//! read one machine, for instance [`LoginState`].

#![deny(clippy::wildcard_enum_match_arm)]

mod any;
mod code;
mod error;
mod head;
mod login;
mod registration;
mod verification;

pub use any::{AnyFlow, Flow, FlowKind};
pub use code::{Code, CodePurpose};
pub use error::KeptError;
pub use head::{Client, Draft, Head, Note, Origin, Place};
pub use login::{LoginState, Wanted};
pub use registration::RegistrationState;
pub use verification::{Proof, VerificationState};
