//! Signing up.

use serde::{Deserialize, Serialize};

/// How far a registration has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum RegistrationState {
    /// Traits have to be filled in; the first screen of the two-step form.
    AwaitingProfile,
    /// Traits are known and valid, a credential has to be chosen; the second screen of the two-step form.
    AwaitingCredential,
    /// Traits and a credential are asked for on one screen.
    AwaitingAll,
}
