//! The hook pipeline and the built-in hooks: what operators add to a decision, in a declared order.
//!
//! A built-in hook shapes a decision before it is committed; it never writes by itself. A [`WebHook`] asks
//! somebody else, before the commit or after it. Start at [`Hook`], then [`Pipelines`], which holds the order.

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
mod web_hook;

pub use decision::{Decision, Hook, Occasion, Stage};
pub use name::HookName;
pub use notify_previous_addresses::Recipients;
pub use pipeline::{HookList, Listed, Moment, Pipelines};
pub use web_hook::{Heed, Verdict, WebHook};
