//! The hook pipeline and the built-in hooks: what operators add to a decision, in a declared order.
//!
//! A hook shapes a decision before it is committed; it never writes by itself. Start at [`Hook`], then
//! [`Pipelines`], which holds the order.

mod decision;
mod name;
mod notify_previous_addresses;
mod pipeline;
mod require_verified_address;
mod revoke_active_sessions;
mod session;
mod show_verification_ui;
#[cfg(test)]
mod table;
mod verification;
mod verify_new_address;

pub use decision::{Decision, Hook, Occasion, Stage, Verdict};
pub use name::HookName;
pub use notify_previous_addresses::Recipients;
pub use pipeline::{HookList, Moment, Pipelines};
