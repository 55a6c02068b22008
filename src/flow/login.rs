//! Logging in.

use serde::{Deserialize, Serialize};

use crate::identity::Aal;

/// What a login flow was opened for; fixed for its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The level the session should reach.
    pub aal: Aal,
    /// Whether somebody who is logged in confirms who they are.
    pub refresh: bool,
}

/// How far a login has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum LoginState {
    /// A factor has to be shown.
    AwaitingFactor {
        /// What the flow was opened for.
        wanted: Wanted,
    },
    /// A factor was shown and a session issued or raised. The flow can be used again: clients that lost
    /// the answer repeat the request (01 §21.2 W13).
    Authenticated {
        /// What the flow was opened for.
        wanted: Wanted,
    },
}
