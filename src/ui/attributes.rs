//! The attributes of a node, one struct per kind, in the order in which they are serialised (01 §7.3).

use std::{collections::BTreeMap, ops::Not};

use serde::Serialize;
use serde_json::Value;

use crate::text::Message;

/// What a node is: a control, or something to look at or to load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// A control of a form.
    Input,
    /// A picture.
    Img,
    /// A link.
    A,
    /// A text.
    Text,
    /// A script to load.
    Script,
    /// A place for something that the client draws itself.
    Div,
}

/// The attributes of a node.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Attributes {
    /// Of a control.
    Input(Box<Input>),
    /// Of a picture.
    Image(Image),
    /// Of a link.
    Anchor(Anchor),
    /// Of a text.
    Text(TextBlock),
    /// Of a script.
    Script(Box<Script>),
    /// Of a place.
    Div(Div),
}

/// The type of a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputKind {
    /// One line of text.
    Text,
    /// A password.
    Password,
    /// A number.
    Number,
    /// Yes or no.
    Checkbox,
    /// Not shown.
    Hidden,
    /// An e-mail address.
    Email,
    /// A phone number.
    Tel,
    /// A button that submits.
    Submit,
    /// A button that runs a script.
    Button,
    /// A date with a time.
    DatetimeLocal,
    /// A date.
    Date,
    /// A URL.
    Url,
}

/// A function of the page script that a control calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Trigger {
    /// Set up a security key.
    OryWebAuthnRegistration,
    /// Sign in with a security key.
    OryWebAuthnLogin,
    /// Sign in with a passkey.
    OryPasskeyLogin,
    /// Offer passkeys while the identifier is typed.
    OryPasskeyLoginAutocompleteInit,
    /// Sign up with a passkey.
    OryPasskeyRegistration,
    /// Add a passkey.
    OryPasskeySettingsRegistration,
}

/// A choice of a control.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InputOption {
    /// What is submitted when it is chosen.
    pub value: Value,
}

/// The attributes of a control. `value` is left out only when nothing was set: an empty text, `false` and 0
/// are values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Input {
    /// The name it is submitted under.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: InputKind,
    /// What it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Whether it has to be filled in.
    #[serde(skip_serializing_if = "Not::not")]
    pub required: bool,
    /// What a browser may fill in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autocomplete: Option<&'static str>,
    /// A second label, inside the control.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Message>,
    /// The regular expression that a value has to match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Whether it can be used.
    pub disabled: bool,
    /// Script to run on a click.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub onclick: Option<String>,
    /// Function of the page script to call on a click.
    #[serde(rename = "onclickTrigger", skip_serializing_if = "Option::is_none")]
    pub onclick_trigger: Option<Trigger>,
    /// Script to run on load.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub onload: Option<String>,
    /// Function of the page script to call on load.
    #[serde(rename = "onloadTrigger", skip_serializing_if = "Option::is_none")]
    pub onload_trigger: Option<Trigger>,
    /// The greatest number of characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maxlength: Option<u32>,
    /// The choices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<InputOption>,
    pub(super) node_type: NodeKind,
}

/// The attributes of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Where it is, or the picture itself as a data URL.
    pub src: String,
    /// Its id.
    pub id: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    pub(super) node_type: NodeKind,
}

/// The attributes of a link.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Anchor {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub title: Option<Message>,
    /// Its id.
    pub id: String,
    pub(super) node_type: NodeKind,
}

/// The attributes of a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TextBlock {
    /// What it says.
    pub text: Message,
    /// Its id.
    pub id: String,
    pub(super) node_type: NodeKind,
}

/// The attributes of a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Script {
    /// Where it is.
    pub src: String,
    /// Whether it may run when it likes.
    #[serde(rename = "async")]
    pub is_async: bool,
    /// Who is told where the page was.
    pub referrerpolicy: &'static str,
    /// How it is asked for.
    pub crossorigin: &'static str,
    /// The hash it has to have.
    pub integrity: String,
    /// Its MIME type.
    #[serde(rename = "type")]
    pub mime: &'static str,
    /// Its id.
    pub id: String,
    /// For a content security policy.
    pub nonce: String,
    pub(super) node_type: NodeKind,
}

/// The attributes of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Div {
    /// Its class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Its id.
    pub id: String,
    /// Data for the client.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, String>,
    pub(super) node_type: NodeKind,
}

impl Attributes {
    /// What the node is.
    pub const fn kind(&self) -> NodeKind {
        match self {
            Self::Input(_) => NodeKind::Input,
            Self::Image(_) => NodeKind::Img,
            Self::Anchor(_) => NodeKind::A,
            Self::Text(_) => NodeKind::Text,
            Self::Script(_) => NodeKind::Script,
            Self::Div(_) => NodeKind::Div,
        }
    }
}
