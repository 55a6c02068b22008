//! A row of the outbox: a letter under way, and the tries to deliver it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{LetterDraft, TemplateType};
use crate::{
    crypto::Sealed,
    identity::Channel,
    kernel::{AttemptId, MessageId, Timestamp},
};

/// Something to deliver later, as a decision asks for it. The interpreter seals it and makes a [`Message`].
#[derive(Debug, Clone, PartialEq)]
pub enum Outgoing {
    /// A mail or text message.
    Letter(Box<LetterDraft>),
}

/// Where a message is (02 §8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageStatus {
    /// Waits for its next try.
    Queued,
    /// Was handed over.
    Sent,
    /// A worker holds the lease and is trying.
    Processing,
    /// Was given up after the configured tries, or refused for good.
    Abandoned,
}

impl MessageStatus {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Sent, Self::Processing, Self::Abandoned];

    /// The name on the wire and in the database.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Processing => "processing",
            Self::Abandoned => "abandoned",
        }
    }

    /// The state with this wire name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.wire_name() == name)
    }
}

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id, also the `Message-ID` of the mail, so a mail that was sent twice can be told.
    pub id: MessageId,
    /// Where it is.
    pub status: MessageStatus,
    /// How it gets there.
    pub channel: Channel,
    /// The address it goes to.
    pub recipient: String,
    /// The template that words it.
    pub template: TemplateType,
    /// The sealed [`super::Letter`]; `None` once its retention has ended.
    pub payload: Option<Sealed>,
    /// Tries so far.
    pub send_count: i32,
    /// Not tried before this; while it is processing, the end of the lease.
    pub next_attempt_at: Timestamp,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// One try to deliver a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// The message that was tried.
    pub message: MessageId,
    /// `None` when it was handed over, else what went wrong, without addresses or codes.
    pub error: Option<Value>,
    /// When it was tried.
    pub created_at: Timestamp,
}
