//! The fields of a login by code (01 §10.3).

use super::nodes::{code_field, hidden_method, submit};
use crate::{
    flow::{AnyFlow, Head, IdentifierField, LoginState, Proof},
    identity::CodeAddress,
    method::{FormCx, csrf, identifier_first},
    text,
    ui::{Group, InputBuilder, InputKind, Node, input},
};

/// The fields that ask for a code, beside those of other methods.
pub fn login_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let AnyFlow::Login(flow) = cx.flow else { return Vec::new() };
    let button = input("method").group(Group::Code).kind(InputKind::Submit).value("code");
    let button = button.label(text::login::send_code()).build();
    if let LoginState::Identified { .. } = flow.state {
        return vec![button];
    }
    let typed = flow.head.draft.identifier.as_deref().unwrap_or_default();
    let identifier = input("identifier").kind(InputKind::Text).required().value(typed);
    let mut nodes = vec![identifier.label(cx.schema.identifier_label()).build(), button];
    // COMPAT: where codes are the only method, apps get the field once something was refused (01 §21.1 no. 10).
    nodes.extend((cx.is_browser() || flow.head.was_refused()).then(|| csrf(cx)));
    nodes
}

/// A button for each address of the account that a code can go to, for who is known already.
pub fn address_nodes(cx: &FormCx<'_>) -> impl Iterator<Item = Node> {
    cx.held.codes.iter().map(|code| address(code).submit(code.address.as_str()).build())
}

fn address(code: &CodeAddress) -> InputBuilder {
    let label = text::login::send_code_to(&code.address, code.channel.wire_name());
    input("address").group(Group::Code).label(label)
}

/// The fields that take a code, in the order of 01 §10.3.3.
pub fn sent_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let AnyFlow::Login(flow) = cx.flow else { return Vec::new() };
    let field = match &flow.state {
        LoginState::AwaitingCode { identifier, .. } | LoginState::CodePassed { identifier, .. } => {
            *identifier
        }
        LoginState::AwaitingIdentifier { .. }
        | LoginState::Identified { .. }
        | LoginState::AwaitingFactor { .. }
        | LoginState::AwaitingKey { .. }
        | LoginState::Authenticated { .. } => return Vec::new(),
    };
    let mut nodes = identifiers(cx, &flow.head, field);
    nodes.extend([
        hidden_method(),
        code_field().label(text::label::login_code()).build(),
        submit(Group::Code, Proof::Code),
        resend(),
    ]);
    nodes.extend((cx.is_browser() || flow.head.was_refused()).then(|| csrf(cx)));
    nodes
}

/// The identifier, hidden. COMPAT: where it was chosen among several addresses there is a field for each, of
/// which the first has the one that was chosen (01 §10.3.3).
fn identifiers(cx: &FormCx<'_>, head: &Head, field: IdentifierField) -> Vec<Node> {
    let typed = head.draft.identifier.as_deref().unwrap_or_default();
    let mut node = match field {
        IdentifierField::Chosen => {
            let nodes = cx.held.codes.iter().enumerate().map(|(n, code)| {
                let value = if n == 0 { typed } else { code.address.as_str() };
                address(code).named("identifier").hidden().value(value).build()
            });
            return nodes.collect();
        }
        IdentifierField::Bare => input("identifier").value(typed).build(),
        IdentifierField::Labelled => {
            input("identifier").required().value(typed).label(cx.schema.identifier_label()).build()
        }
        IdentifierField::IdentifierFirst => identifier_first::field(cx, typed),
    };
    node.hide();
    vec![node]
}

/// The button that sends to the same identifier again.
pub(super) fn resend() -> Node {
    let button = input("resend").group(Group::Code).kind(InputKind::Submit).value("code");
    button.label(text::label::resend_code()).build()
}
