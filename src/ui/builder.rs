//! Builders: a form definition reads like the form.

use serde_json::Value;

use super::{
    Anchor, Attributes, Group, Image, Input, InputKind, InputOption, Meta, Node, NodeKind, Script, TextBlock,
    Trigger,
};
use crate::text::Message;

/// A control that is being described; [`InputBuilder::build`] makes it a node.
#[derive(Debug, Clone)]
#[must_use]
pub struct InputBuilder {
    group: Group,
    input: Input,
    label: Option<Message>,
}

/// Begins a control: a text field without value or label in the default group, until said otherwise.
pub fn input(name: impl Into<String>) -> InputBuilder {
    let input = Input {
        name: name.into(),
        kind: InputKind::Text,
        value: None,
        required: false,
        autocomplete: None,
        label: None,
        pattern: None,
        disabled: false,
        onclick: None,
        onclick_trigger: None,
        onload: None,
        onload_trigger: None,
        maxlength: None,
        options: Vec::new(),
        node_type: NodeKind::Input,
    };
    InputBuilder { group: Group::Default, input, label: None }
}

/// The hidden field that carries the anti-CSRF token; native clients get an empty one.
pub fn csrf(token: impl Into<String>) -> Node {
    input("csrf_token").hidden().value(token.into()).required().build()
}

/// A link. Its title is its label too.
pub fn anchor(group: Group, id: impl Into<String>, href: impl Into<String>, title: Message) -> Node {
    let meta = Meta { label: Some(title.clone()) };
    let anchor = Anchor { href: href.into(), title: Some(title), id: id.into(), node_type: NodeKind::A };
    Node { group, attributes: Attributes::Anchor(anchor), messages: Vec::new(), meta }
}

/// A text.
pub fn text(group: Group, id: impl Into<String>, text: Message, label: Option<Message>) -> Node {
    let text = TextBlock { text, id: id.into(), node_type: NodeKind::Text };
    Node { group, attributes: Attributes::Text(text), messages: Vec::new(), meta: Meta { label } }
}

/// A square picture.
pub fn image(
    group: Group,
    id: impl Into<String>,
    src: impl Into<String>,
    pixels: u32,
    label: Option<Message>,
) -> Node {
    let image =
        Image { src: src.into(), id: id.into(), width: pixels, height: pixels, node_type: NodeKind::Img };
    Node { group, attributes: Attributes::Image(image), messages: Vec::new(), meta: Meta { label } }
}

/// A script that the client has to load.
pub fn script(group: Group, id: impl Into<String>, src: String, integrity: String, nonce: String) -> Node {
    let script = Script {
        src,
        is_async: true,
        referrerpolicy: "no-referrer",
        crossorigin: "anonymous",
        integrity,
        mime: "text/javascript",
        id: id.into(),
        nonce,
        node_type: NodeKind::Script,
    };
    Node {
        group,
        attributes: Attributes::Script(Box::new(script)),
        messages: Vec::new(),
        meta: Meta::default(),
    }
}

impl InputBuilder {
    /// Gives it another name.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.input.name = name.into();
        self
    }

    /// Puts it into a part of the form.
    pub fn group(mut self, group: Group) -> Self {
        self.group = group;
        self
    }

    /// Gives it a type.
    pub fn kind(mut self, kind: InputKind) -> Self {
        self.input.kind = kind;
        self
    }

    /// Makes it a hidden field.
    pub fn hidden(self) -> Self {
        self.kind(InputKind::Hidden)
    }

    /// Makes it a button that submits `value`.
    pub fn submit(self, value: impl Into<Value>) -> Self {
        self.kind(InputKind::Submit).value(value)
    }

    /// Gives it a value; an empty text, `false` and 0 are values.
    pub fn value(mut self, value: impl Into<Value>) -> Self {
        self.input.value = Some(value.into());
        self
    }

    /// Says that it has to be filled in.
    pub fn required(mut self) -> Self {
        self.input.required = true;
        self
    }

    /// Says that it cannot be used.
    pub fn disabled(mut self) -> Self {
        self.input.disabled = true;
        self
    }

    /// Says what a browser may fill in.
    pub fn autocomplete(mut self, what: &'static str) -> Self {
        self.input.autocomplete = Some(what);
        self
    }

    /// Gives it the regular expression that a value has to match.
    pub fn pattern(mut self, pattern: impl Into<String>) -> Self {
        self.input.pattern = Some(pattern.into());
        self
    }

    /// Limits the number of characters.
    pub fn maxlength(mut self, characters: u32) -> Self {
        self.input.maxlength = Some(characters);
        self
    }

    /// Gives it choices.
    pub fn options(mut self, values: impl IntoIterator<Item = Value>) -> Self {
        self.input.options = values.into_iter().map(|value| InputOption { value }).collect();
        self
    }

    /// Calls a function of the page script on a click; `script` is the same call for clients that run
    /// scripts of the form.
    pub fn on_click(mut self, trigger: Trigger, script: Option<String>) -> Self {
        self.input.onclick_trigger = Some(trigger);
        self.input.onclick = script;
        self
    }

    /// Calls a function of the page script on load, as [`InputBuilder::on_click`] does on a click.
    pub fn on_load(mut self, trigger: Trigger, script: Option<String>) -> Self {
        self.input.onload_trigger = Some(trigger);
        self.input.onload = script;
        self
    }

    /// Gives it a label.
    pub fn label(mut self, label: Message) -> Self {
        self.label = Some(label);
        self
    }

    /// The node.
    #[must_use]
    pub fn build(self) -> Node {
        Node {
            group: self.group,
            attributes: Attributes::Input(Box::new(self.input)),
            messages: Vec::new(),
            meta: Meta { label: self.label },
        }
    }
}

impl From<InputBuilder> for Node {
    fn from(builder: InputBuilder) -> Self {
        builder.build()
    }
}

#[cfg(test)]
mod tests {
    use super::{text as text_node, *};
    use crate::text;

    #[test]
    fn attributes_stand_in_the_order_of_the_contract_and_zero_values_are_left_out() {
        let node = input("identifier")
            .kind(InputKind::Text)
            .value("")
            .required()
            .autocomplete("username")
            .label(text::label::identifier())
            .build();
        insta::assert_snapshot!(serde_json::to_string(&node).unwrap(), @r#"{"type":"input","group":"default","attributes":{"name":"identifier","type":"text","value":"","required":true,"autocomplete":"username","disabled":false,"node_type":"input"},"messages":[],"meta":{"label":{"id":1070004,"text":"ID","type":"info"}}}"#);
        let bare = input("traits.born").kind(InputKind::DatetimeLocal).build();
        insta::assert_snapshot!(serde_json::to_string(&bare).unwrap(), @r#"{"type":"input","group":"default","attributes":{"name":"traits.born","type":"datetime-local","disabled":false,"node_type":"input"},"messages":[],"meta":{}}"#);
    }

    #[test]
    fn every_optional_attribute_has_its_name_and_place() {
        let node = input("passkey_login_trigger")
            .group(Group::Passkey)
            .kind(InputKind::Button)
            .value(false)
            .pattern("^a$")
            .disabled()
            .on_click(Trigger::OryPasskeyLogin, Some("window.oryPasskeyLogin()".to_owned()))
            .on_load(Trigger::OryPasskeyLoginAutocompleteInit, None)
            .maxlength(6)
            .options([Value::from("red"), Value::from(2)])
            .build();
        insta::assert_snapshot!(serde_json::to_string(&node.attributes).unwrap(), @r#"{"name":"passkey_login_trigger","type":"button","value":false,"pattern":"^a$","disabled":true,"onclick":"window.oryPasskeyLogin()","onclickTrigger":"oryPasskeyLogin","onloadTrigger":"oryPasskeyLoginAutocompleteInit","maxlength":6,"options":[{"value":"red"},{"value":2}],"node_type":"input"}"#);
    }

    #[test]
    fn the_other_kinds_serialise_as_the_contract_says() {
        let link = anchor(Group::Code, "continue", "https://ui.example/", text::label::proceed());
        insta::assert_snapshot!(serde_json::to_string(&link).unwrap(), @r#"{"type":"a","group":"code","attributes":{"href":"https://ui.example/","title":{"id":1070009,"text":"Continue","type":"info"},"id":"continue","node_type":"a"},"messages":[],"meta":{"label":{"id":1070009,"text":"Continue","type":"info"}}}"#);
        let picture = image(Group::Totp, "totp_qr", "data:", 256, None);
        insta::assert_snapshot!(serde_json::to_string(&picture.attributes).unwrap(), @r#"{"src":"data:","id":"totp_qr","width":256,"height":256,"node_type":"img"}"#);
        let code = script(Group::Webauthn, "webauthn_script", "/x.js".into(), "sha512-x".into(), "n".into());
        insta::assert_snapshot!(serde_json::to_string(&code.attributes).unwrap(), @r#"{"src":"/x.js","async":true,"referrerpolicy":"no-referrer","crossorigin":"anonymous","integrity":"sha512-x","type":"text/javascript","id":"webauthn_script","nonce":"n","node_type":"script"}"#);
        let words = text_node(Group::Totp, "totp_secret_key", text::label::save(), None);
        assert_eq!(serde_json::to_value(&words).unwrap()["type"], "text");
        assert_eq!(words.id(), "totp_secret_key");
    }

    #[test]
    fn the_csrf_field_keeps_an_empty_token() {
        let node = serde_json::to_value(csrf("")).unwrap();
        assert_eq!(node["attributes"]["value"], "");
        assert_eq!(node["attributes"]["required"], true);
        assert_eq!(node["attributes"]["type"], "hidden");
    }
}
