//! Which fields of security keys and passkeys a form has, by what is switched on.

use super::{passkey, security_key};
use crate::{
    flow::{LoginState, Wanted},
    identity::HeldKey,
    method::FormCx,
    ui::Node,
};

/// The fields that offer passkeys before it is known who is there.
pub fn offered(cx: &FormCx<'_>) -> Vec<Node> {
    if cx.policy.passkey.enabled { passkey::offered(cx) } else { Vec::new() }
}

/// The fields of a login form, beside those of other methods.
pub fn login(cx: &FormCx<'_>, state: &LoginState) -> Vec<Node> {
    let (passkeys, keys) = (cx.policy.passkey.enabled, cx.policy.webauthn.enabled);
    let takes_first = cx.policy.takes_first_key(cx.flow.head().client);
    let mut nodes = Vec::new();
    match state {
        LoginState::Identified { offers, .. } => {
            nodes.extend(offers.passkey.then(|| passkey::login_button(cx)));
            nodes.extend(offers.key.then(security_key::login_button));
        }
        LoginState::AwaitingFactor { wanted } | LoginState::Authenticated { wanted } if wanted.refresh => {
            nodes.extend(passkeys.then(|| passkey::refresh_nodes(cx)).into_iter().flatten());
            nodes.extend(keys.then(|| security_key::known_nodes(cx, |_| true)).into_iter().flatten());
        }
        LoginState::AwaitingFactor { .. } | LoginState::Authenticated { .. } => {
            nodes.extend(passkeys.then(|| passkey::login_nodes(cx)).into_iter().flatten());
            nodes.extend(takes_first.then(|| security_key::login_nodes(cx)).into_iter().flatten());
        }
        LoginState::AwaitingIdentifier { .. }
        | LoginState::AwaitingCode { .. }
        | LoginState::CodePassed { .. }
        | LoginState::AwaitingKey { .. } => {}
    }
    nodes
}

/// The fields of a form that asks for something on top of another factor. Who confirms who they are may show
/// whatever key they have (01 §13.4).
pub fn second_factor(cx: &FormCx<'_>, wanted: Wanted) -> Vec<Node> {
    let counts: fn(&HeldKey) -> bool =
        if wanted.refresh { |_| true } else { |key: &HeldKey| !key.is_passwordless };
    let policy = &cx.policy.webauthn;
    match policy.enabled && (wanted.refresh || !policy.passwordless) {
        true => security_key::known_nodes(cx, counts),
        false => Vec::new(),
    }
}

/// The fields of a registration form.
pub fn signup(cx: &FormCx<'_>) -> Vec<Node> {
    let takes_first = cx.policy.takes_first_key(cx.flow.head().client);
    let mut nodes = if cx.policy.passkey.enabled { passkey::signup_nodes(cx) } else { Vec::new() };
    nodes.extend(takes_first.then(|| security_key::signup_nodes(cx)).into_iter().flatten());
    nodes
}

/// The fields of a settings form.
pub fn settings(cx: &FormCx<'_>) -> Vec<Node> {
    let mut nodes = if cx.policy.passkey.enabled { passkey::settings_nodes(cx) } else { Vec::new() };
    nodes.extend(cx.policy.webauthn.enabled.then(|| security_key::settings_nodes(cx)).into_iter().flatten());
    nodes
}
