//! What a session was opened with.

use serde::{Deserialize, Serialize};

use crate::kernel::DeviceId;

/// Recorded when a session is opened, never on later use (02 §6.9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// The client's address; with the port when it is the peer's own.
    pub ip_address: Option<String>,
    /// At most 512 characters.
    pub user_agent: Option<String>,
    /// City and country as told by a trusted proxy, at most 512 characters.
    pub location: Option<String>,
}
