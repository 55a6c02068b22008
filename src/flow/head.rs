//! What all flows have in common.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Social;
use crate::{
    crypto::TokenHash,
    identity::{Holdings, MethodId, Version},
    kernel::{FlowId, Timestamp},
    text::{Message, MessageKind},
};

/// Who drives a flow; fixed when it is opened. A single-page app is a browser that asks for JSON (01 §1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Client {
    /// A browser: cookies, anti-CSRF token, redirects or JSON.
    Browser,
    /// An app without a browser: no cookies, JSON only, session tokens.
    #[serde(rename = "api")]
    Native,
}

impl Client {
    /// The `type` of a flow on the wire.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Native => "api",
        }
    }
}

/// All of a flow that its machine may read and not change by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Its id.
    pub id: FlowId,
    /// Who drives it.
    pub client: Client,
    /// When it was opened.
    pub issued_at: Timestamp,
    /// When it stops accepting submissions.
    pub expires_at: Timestamp,
    /// How it was asked for.
    pub origin: Origin,
    /// The keyed hash of the anti-CSRF token that the browser held when the flow was opened; `None` for
    /// native clients.
    pub csrf: Option<TokenHash>,
    /// The method that was last used.
    pub active: Option<MethodId>,
    /// What the person has typed so far, without secrets.
    pub draft: Draft,
    /// What whoever confirms or raises a session proves themselves with, as of when the flow was opened.
    pub known: Option<Box<Holdings>>,
    /// What is going on at providers of social sign-in.
    pub social: Social,
    /// How often it has led to what it is for. Each time asks keys something new, so that an answer works once.
    pub round: u32,
    /// Messages of the last submission.
    pub notes: Vec<Note>,
    /// Raised by each write.
    pub version: Version,
    /// When it was last written.
    pub updated_at: Timestamp,
}

impl Head {
    /// Whether it no longer accepts submissions.
    pub fn is_expired_at(&self, now: Timestamp) -> bool {
        self.expires_at < now
    }
}

impl Head {
    /// Whether the last submission was refused, for which the form has a message.
    pub fn was_refused(&self) -> bool {
        self.notes.iter().any(|note| note.message.kind == MessageKind::Error)
    }

    /// Remembers the names that messages are placed at; the form finds out which of them it lacks.
    pub fn remember_strays(&mut self, notes: &[Note]) {
        for note in notes {
            if let Place::Field(name) = &note.at
                && !self.draft.strays.contains(name)
            {
                self.draft.strays.push(name.clone());
            }
        }
    }
}

/// How a flow was asked for: kept as received, checked again when it is used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Origin {
    /// The whole URL of the request that opened it (01 §1.7).
    pub request_url: String,
    /// Where to go in the end, when it is not the `return_to` of `request_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// The identity schema that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_schema: Option<String>,
    /// The organisation that was asked for, kept for compatibility.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<Uuid>,
}

impl Origin {
    /// Whether it was opened with `skip_settings` (02 §3.6).
    pub fn skips_settings(&self) -> bool {
        let Ok(url) = url::Url::parse(&self.request_url) else { return false };
        let wish = url.query_pairs().find(|(key, _)| key == "skip_settings");
        wish.is_some_and(|(_, value)| matches!(value.as_ref(), "1" | "t" | "T" | "true" | "True" | "TRUE"))
    }

    /// Where the person asked to go in the end, as received and not checked.
    pub fn wish(&self) -> Option<String> {
        self.return_to.clone().or_else(|| {
            let url = url::Url::parse(&self.request_url).ok()?;
            let (_, wish) = url.query_pairs().find(|(key, _)| key == "return_to")?;
            Some(wish.into_owned()).filter(|wish| !wish.is_empty())
        })
    }
}

/// What the person has typed so far, without secrets: the form shows it again.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Draft {
    /// The login identifier as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// Traits as typed, with the types of the schema where they fit; empty before the first submission.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub traits: Map<String, Value>,
    /// Whether traits were typed in place of those that the account has, be it none at all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retyped: bool,
    /// Second factors that were submitted: their fields hold nothing any more.
    ///
    /// COMPAT: an empty text is not the same as nothing (golden `mfa.totp.login.browser`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<MethodId>,
    /// Names that messages were placed at although the form has no such field, oldest first. A field is made
    /// for each, and it stays (golden `registration.password.api.validation`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strays: Vec<String>,
}

impl Draft {
    /// The draft for a flow that takes the place of another: what was typed goes along, messages do not.
    #[must_use]
    pub fn carried_over(&self) -> Self {
        Self { strays: Vec::new(), tried: Vec::new(), ..self.clone() }
    }

    /// The draft with further traits typed into it; what was typed before and is not sent again stays.
    #[must_use]
    pub fn with_traits(&self, typed: &Map<String, Value>) -> Self {
        let mut draft = self.clone();
        merge(&mut draft.traits, typed);
        draft
    }
}

/// Lays `over` over `under`, object by object.
fn merge(under: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (key, value) in over {
        match (under.get_mut(key), value) {
            (Some(Value::Object(inner)), Value::Object(typed)) => merge(inner, typed),
            (Some(slot), _) => *slot = value.clone(),
            (None, _) => {
                under.insert(key.clone(), value.clone());
            }
        }
    }
}

/// A message of the last submission, and where it belongs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// Where to show it.
    pub at: Place,
    /// What it says.
    pub message: Message,
}

/// Where a message belongs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// At the form as a whole.
    Form,
    /// At the node with this name; a node is made for it when there is none (01 §5.4).
    Field(String),
}

impl Note {
    /// A message at the form.
    pub const fn form(message: Message) -> Self {
        Self { at: Place::Form, message }
    }

    /// A message at the node named `field`.
    pub fn field(field: impl Into<String>, message: Message) -> Self {
        Self { at: Place::Field(field.into()), message }
    }
}
