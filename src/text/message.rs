//! A message to a person: a stable id, what kind it is, words, and the values the words were made from.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
