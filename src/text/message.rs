//! A message to a person: a stable id, what kind it is, words, and the values the words were made from.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::kernel::Timestamp;

/// A message as it stands on the wire (01 §7.2). Clients key on `id` and `context`; the words are ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Stable number from the catalogue (01 §18); never reused.
    pub id: u32,
    /// One whole sentence or a label, in English.
    pub text: String,
    /// How a client should show it.
    #[serde(rename = "type")]
    pub kind: MessageKind,
    /// The values in the text, for clients that word it themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Map<String, Value>>,
}

impl Message {
    pub(super) fn info(id: u32, text: impl Into<String>) -> Self {
        Self { id, text: text.into(), kind: MessageKind::Info, context: None }
    }

    pub(super) fn error(id: u32, text: impl Into<String>) -> Self {
        Self { id, text: text.into(), kind: MessageKind::Error, context: None }
    }

    pub(super) fn success(id: u32, text: impl Into<String>) -> Self {
        Self { id, text: text.into(), kind: MessageKind::Success, context: None }
    }

    pub(super) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.context.get_or_insert_default().insert(key.to_owned(), value.into());
        self
    }

    /// Puts a point in time into the context twice: as RFC 3339 text and as seconds since 1970.
    pub(super) fn with_time(self, key: &str, at: Timestamp) -> Self {
        self.with(key, at.to_rfc3339()).with(&format!("{key}_unix"), at.as_seconds())
    }
}

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// Neutral information, also used for labels.
    Info,
    /// Something the person has to mend.
    Error,
    /// Something that went well.
    Success,
}
