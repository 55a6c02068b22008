//! A node of a form.

use serde::{Serialize, Serializer, ser::SerializeStruct as _};
use serde_json::Value;

use super::{Attributes, Input, InputKind};
use crate::text::Message;

/// The part of a form that a node belongs to; most are named after a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// What belongs to no method.
    Default,
    /// The password method.
    Password,
    /// Social sign-in.
    Oidc,
    /// Traits.
    Profile,
    /// One-time links.
    Link,
    /// One-time codes.
    Code,
    /// Authenticator apps.
    Totp,
    /// Backup codes.
    LookupSecret,
    /// Security keys.
    Webauthn,
    /// Passkeys.
    Passkey,
    /// The first step of identifier-first login.
    IdentifierFirst,
    /// A captcha.
    Captcha,
    /// Sign-in by SAML.
    Saml,
}

/// What else is known about a node.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Meta {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Message>,
}

/// A node of a form (01 §7.3).
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The part of the form it belongs to.
    pub group: Group,
    /// What it is, in detail.
    pub attributes: Attributes,
    /// What has to be said about it.
    pub messages: Vec<Message>,
    /// What it is called.
    pub meta: Meta,
}

impl Node {
    /// The name of a control, the id of anything else. Several nodes may share it.
    pub fn id(&self) -> &str {
        match &self.attributes {
            Attributes::Input(input) => &input.name,
            Attributes::Image(image) => &image.id,
            Attributes::Anchor(anchor) => &anchor.id,
            Attributes::Text(text) => &text.id,
            Attributes::Script(script) => &script.id,
            Attributes::Div(div) => &div.id,
        }
    }

    /// The attributes of a control; `None` for anything else.
    pub fn as_input(&self) -> Option<&Input> {
        match &self.attributes {
            Attributes::Input(input) => Some(input),
            Attributes::Image(_)
            | Attributes::Anchor(_)
            | Attributes::Text(_)
            | Attributes::Script(_)
            | Attributes::Div(_) => None,
        }
    }

    /// Sets what a control holds; does nothing to anything else.
    pub fn set_value(&mut self, value: impl Into<Value>) {
        if let Attributes::Input(input) = &mut self.attributes {
            input.value = Some(value.into());
        }
    }

    /// Hides a control; does nothing to anything else.
    pub fn hide(&mut self) {
        if let Attributes::Input(input) = &mut self.attributes {
            input.kind = InputKind::Hidden;
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut node = serializer.serialize_struct("Node", 5)?;
        node.serialize_field("type", &self.attributes.kind())?;
        node.serialize_field("group", &self.group)?;
        node.serialize_field("attributes", &self.attributes)?;
        node.serialize_field("messages", &self.messages)?;
        node.serialize_field("meta", &self.meta)?;
        node.end()
    }
}
