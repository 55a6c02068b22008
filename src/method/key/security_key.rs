//! The fields of security keys, in browsers only (01 §10.6, §11.4; 02 §4.7).

use super::{
    nodes::{button_with, challenge, known_identifier, removals, script},
    options::{User, allowed, make_key, show_key},
};
use crate::{
    flow::{AllowedKey, AnyFlow},
    identity::{HeldKey, MethodId},
    method::{FormCx, csrf},
    text::{self, Message},
    ui::{Group, InputKind, Node, Trigger, input},
};

/// The fields of a login form that ask whose key it is.
pub fn login_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let AnyFlow::Login(flow) = cx.flow else { return Vec::new() };
    let typed = flow.head.draft.identifier.as_deref().unwrap_or_default();
    let identifier = input("identifier")
        .kind(InputKind::Text)
        .required()
        .autocomplete("username webauthn")
        .value(typed)
        .label(cx.schema.identifier_label());
    vec![identifier.build(), csrf(cx), login_button()]
}

/// The button that asks for a security key, once the identifier is known or typed.
pub fn login_button() -> Node {
    let button = input("method").group(Group::Webauthn).submit(MethodId::Webauthn.wire_name());
    button.label(text::login::use_security_key()).build()
}

/// The fields that take one of `keys`, in the order of 01 §10.6.
pub fn asked_nodes(cx: &FormCx<'_>, keys: &[AllowedKey]) -> Vec<Node> {
    let typed = cx.flow.head().draft.identifier.as_deref().unwrap_or_default();
    let identifier = input("identifier").hidden().required().value(typed).build();
    let mut nodes = vec![identifier, csrf(cx)];
    nodes.extend(taken(cx, keys, text::login::continue_with_key()));
    nodes
}

/// The fields of a form by which somebody who is known shows one of their keys; nothing for who has none.
pub fn known_nodes(cx: &FormCx<'_>, counts: fn(&HeldKey) -> bool) -> Vec<Node> {
    let keys: Vec<AllowedKey> = cx.held.keys.iter().filter(|key| counts(key)).map(allowed).collect();
    if keys.is_empty() || !cx.is_browser() {
        return Vec::new();
    }
    let mut nodes = vec![known_identifier(cx.held.key_name.as_deref()), csrf(cx)];
    nodes.extend(taken(cx, &keys, text::login::use_security_key()));
    nodes
}

fn taken(cx: &FormCx<'_>, keys: &[AllowedKey], label: Message) -> Vec<Node> {
    let options = show_key(&cx.policy.webauthn.party, &challenge(cx, MethodId::Webauthn), keys);
    let (trigger, call) = (Trigger::OryWebAuthnLogin, "oryWebAuthnLogin");
    let button = button_with("webauthn_login_trigger", trigger, call, &options).label(label);
    let mut nodes: Vec<Node> = script(cx).into_iter().collect();
    nodes.push(button.build());
    nodes.push(input("webauthn_login").group(Group::Webauthn).hidden().value("").build());
    nodes
}

/// The fields of a registration form.
pub fn signup_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let identity = cx.asking.new_identity();
    let mut nodes =
        made(cx, identity.as_uuid().as_bytes(), &[], text::registration::sign_up_with_security_key());
    nodes.push(csrf(cx));
    nodes
}

/// The fields of a settings form.
pub fn settings_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let Some(owner) = cx.owner.filter(|_| cx.is_browser()) else { return Vec::new() };
    let label = text::settings::remove_security_key;
    let mut nodes: Vec<Node> =
        removals(cx, &cx.held.keys, ("webauthn_remove", Group::Webauthn), label).collect();
    let own = owner.id.as_uuid();
    let handle = cx.held.key_handle.as_ref().map_or(own.as_bytes().as_slice(), |handle| handle.0.as_slice());
    nodes.extend(made(cx, handle, &cx.held.keys, text::settings::add_security_key()));
    nodes
}

fn made(cx: &FormCx<'_>, handle: &[u8], held: &[HeldKey], label: Message) -> Vec<Node> {
    let party = &cx.policy.webauthn.party;
    let user = User { handle, name: &party.name };
    let options = make_key(party, &user, &challenge(cx, MethodId::Webauthn), held);
    let field = |name: &str| input(name).group(Group::Webauthn).value("");
    let (trigger, call) = (Trigger::OryWebAuthnRegistration, "oryWebAuthnRegistration");
    let button = button_with("webauthn_register_trigger", trigger, call, &options);
    let mut nodes = vec![
        field("webauthn_register_displayname").label(text::settings::security_key_name()).build(),
        field("webauthn_register").hidden().build(),
        button.label(label).build(),
    ];
    nodes.extend(script(cx));
    nodes
}
