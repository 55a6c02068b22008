//! Errors that are kept for the error page.

use serde_json::Value;

use crate::kernel::{ErrorId, Timestamp};

/// An error that a browser ran into, kept so that the error page can show it (02 §5.2).
#[derive(Debug, Clone, PartialEq)]
pub struct KeptError {
    /// Its id.
    pub id: ErrorId,
    /// The inner error object of the envelope.
    pub error: Value,
    /// When it was kept.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
