//! The fields of passkeys (01 §10.7, §11.5; 02 §4.7).

use serde_json::json;

use super::{
    nodes::{bare_button, challenge, known_identifier, removals, script},
    options::{User, allowed, make_passkey, show_passkey},
};
use crate::{
    flow::{AllowedKey, AnyFlow},
    identity::MethodId,
    method::{FormCx, csrf},
    text,
    ui::{Group, InputKind, Node, Trigger, input},
};

/// The fields of a login form.
pub fn login_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let AnyFlow::Login(flow) = cx.flow else { return Vec::new() };
    let typed = flow.head.draft.identifier.as_deref().unwrap_or_default();
    let identifier = input("identifier")
        .kind(InputKind::Text)
        .required()
        .autocomplete("username webauthn")
        .value(typed)
        .label(cx.schema.identifier_label());
    let mut nodes = vec![csrf(cx), identifier.build()];
    nodes.extend(offered(cx));
    nodes.push(login_button(cx));
    nodes
}

/// The fields that offer passkeys while the identifier is typed; all but the button.
pub fn offered(cx: &FormCx<'_>) -> Vec<Node> {
    let field = input("passkey_login").group(Group::Passkey).hidden();
    let call = cx.is_browser().then(|| "window.oryPasskeyLoginAutocompleteInit()".to_owned());
    let field = field.on_load(Trigger::OryPasskeyLoginAutocompleteInit, call);
    let mut nodes = vec![question(cx, &[])];
    nodes.extend(script(cx));
    nodes.push(field.build());
    nodes
}

/// The button that asks for a passkey.
pub fn login_button(cx: &FormCx<'_>) -> Node {
    bare_button(cx, Group::Passkey, "passkey_login_trigger", Trigger::OryPasskeyLogin, "oryPasskeyLogin")
        .value("")
        .label(text::login::sign_in_with_passkey())
        .build()
}

/// The fields of a form by which somebody confirms who they are; nothing for who has no passkey.
pub fn refresh_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    if cx.held.passkeys.is_empty() {
        return Vec::new();
    }
    let keys: Vec<AllowedKey> = cx.held.passkeys.iter().map(allowed).collect();
    let mut nodes = vec![csrf(cx), question(cx, &keys)];
    nodes.extend(script(cx));
    nodes.push(input("passkey_login").group(Group::Passkey).hidden().build());
    nodes.push(login_button(cx));
    nodes.push(known_identifier(cx.held.display_name.as_deref()));
    nodes
}

fn question(cx: &FormCx<'_>, keys: &[AllowedKey]) -> Node {
    let options = show_passkey(&cx.policy.passkey, &challenge(cx, MethodId::Passkey), keys);
    input("passkey_challenge").group(Group::Passkey).hidden().value(options.to_string()).build()
}

/// The fields of a registration form; nothing where the schema has no name to show for an account.
pub fn signup_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let names = cx.schema.display_name_fields();
    let Some(first) = names.first() else { return Vec::new() };
    let (policy, handle) = (&cx.policy.passkey, cx.asking.user_handle());
    let user = User { handle: handle.as_bytes(), name: &policy.party.name };
    let options = make_passkey(policy, &user, &challenge(cx, MethodId::Passkey), &[]);
    let data = json!({ "credentialOptions": options, "displayNameFieldName": first, "displayNameFieldNames": names });
    let field = |name: &str| input(name).group(Group::Passkey).hidden();
    let (trigger, call) = (Trigger::OryPasskeyRegistration, "oryPasskeyRegistration");
    let button = bare_button(cx, Group::Passkey, "passkey_register_trigger", trigger, call);
    let mut nodes = vec![
        field("passkey_create_data").value(data.to_string()).build(),
        button.label(text::registration::sign_up_with_passkey()).build(),
        field("passkey_register").build(),
    ];
    nodes.extend(script(cx));
    nodes.push(csrf(cx));
    nodes
}

/// The fields of a settings form; nothing for an account that has no name to show.
pub fn settings_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let named = cx.owner.and_then(|owner| cx.schema.display_name(&owner.traits));
    let removals =
        removals(cx, &cx.held.passkeys, ("passkey_remove", Group::Passkey), text::settings::remove_passkey);
    let mut nodes: Vec<Node> = removals.collect();
    let Some(name) = named else { return nodes };
    let handle = cx.asking.user_handle();
    let user = User { handle: handle.as_bytes(), name: &name };
    let challenge = challenge(cx, MethodId::Passkey);
    let options = make_passkey(&cx.policy.passkey, &user, &challenge, &cx.held.passkeys);
    let field = |name: &str| input(name).group(Group::Passkey).hidden();
    let (trigger, call) = (Trigger::OryPasskeySettingsRegistration, "oryPasskeySettingsRegistration");
    let button = bare_button(cx, Group::Passkey, "passkey_register_trigger", trigger, call);
    nodes.push(button.value("").label(text::settings::add_passkey()).build());
    nodes.push(field("passkey_settings_register").build());
    nodes.push(field("passkey_create_data").value(options.to_string()).build());
    nodes.extend(script(cx));
    nodes
}
