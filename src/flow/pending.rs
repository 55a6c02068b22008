//! A change of traits that waits until its new address is proven.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::kernel::{FlowId, IdentityId, SessionId};

/// What becomes of an account once its owner has proven the new address (02 §2.15). Kept by the verification
/// that proves it; the codes of a newer change take the place of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingChange {
    /// Whose account.
    pub identity: IdentityId,
    /// The session that asked for it; it has to be active still.
    pub session: SessionId,
    /// The settings in which it was asked for.
    pub settings: FlowId,
    /// The traits as they were; they have to be the same still.
    pub base: Map<String, Value>,
    /// The traits as they shall be.
    pub traits: Map<String, Value>,
}
