//! Messages of the courier, as administrators see them (02 §8.1).

use serde_json::{Map, Value, json};

use crate::outbox::{Attempt, Message};

/// The words of a message, as far as they may be shown.
#[derive(Debug, Clone)]
pub struct MessageText {
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub body: String,
}

/// A message, with its attempts newest first where it is shown by itself. Without `text` the words are
/// withheld: they hold codes.
pub fn message(
    message: &Message,
    text: Option<&MessageText>,
    attempts: Option<&[Attempt]>,
) -> Map<String, Value> {
    const WITHHELD: &str = "<redacted-unless-dev-mode>";
    let mut shown = Map::new();
    let mut put = |key: &str, value: Value| shown.insert(key.to_owned(), value);
    put("id", json!(message.id));
    put("status", json!(message.status));
    put("type", json!(message.channel));
    put("recipient", json!(message.recipient));
    put("body", json!(text.map_or(WITHHELD, |text| text.body.as_str())));
    put("subject", json!(text.map_or(WITHHELD, |text| text.subject.as_str())));
    put("template_type", json!(message.template));
    put("channel", json!(message.channel));
    put("send_count", json!(message.send_count));
    if let Some(attempts) = attempts.filter(|attempts| !attempts.is_empty()) {
        put("dispatches", attempts.iter().map(attempt).collect());
    }
    put("created_at", json!(message.created_at));
    put("updated_at", json!(message.updated_at));
    shown
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "id": attempt.id,
        "message_id": attempt.message,
        "status": if attempt.error.is_none() { "success" } else { "failed" },
        "error": attempt.error,
        "created_at": attempt.created_at,
        "updated_at": attempt.created_at,
    })
}
