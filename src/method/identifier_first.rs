//! The first screen of identifier-first login: somebody says who they are (01 §12.1).

use super::{FormCx, Ports, code, csrf};
use crate::{
    flow::{AnyFlow, LoginState, Named, Note, Submission},
    identity::{Credential, Holdings, MethodId, Payload, SecurityKey},
    kernel::{Fault, normalise},
    store::Credentials as _,
    text,
    ui::{Group, InputKind, Node, input},
};

/// Reads the identifier.
///
/// # Errors
/// A message for its field: an empty one is nobody's.
pub fn parse(body: &Submission) -> Result<String, Vec<Note>> {
    body.text("identifier")
        .ok_or_else(|| vec![Note::field("identifier", text::validation::account_unknown())])
}

/// The account that has an identifier by whatever method: one read.
///
/// # Errors
/// The store failed.
pub async fn find(ports: &Ports, identifier: &str) -> Result<Option<Named>, Fault> {
    let names = normalise::candidates(identifier);
    let found = ports.store.read(move |reader| reader.account_by_identifier(MethodId::Code, &names)).await?;
    Ok(found.map(|account| Named {
        has_password: account.credentials.iter().any(Credential::has_password),
        has_passkey: account.credentials.iter().any(|credential| !passkeys(credential).is_empty()),
        has_key: account.credentials.iter().any(opens_by_key),
        providers: Holdings::of(&account.credentials)
            .providers
            .into_iter()
            .map(|held| held.provider)
            .collect(),
        code: code::recipient_of(account, identifier, ports.policy.code.fallback),
    }))
}

fn passkeys(credential: &Credential) -> &[SecurityKey] {
    match &credential.payload {
        Payload::Passkey { keys, .. } => keys,
        _ => &[],
    }
}

fn opens_by_key(credential: &Credential) -> bool {
    matches!(&credential.payload, Payload::Webauthn { keys, .. } if keys.iter().any(|key| key.is_passwordless))
}

/// The fields of the first screen; of the second, those that it keeps.
pub fn nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let AnyFlow::Login(flow) = cx.flow else { return Vec::new() };
    let mut identifier = field(cx, flow.head.draft.identifier.as_deref().unwrap_or_default());
    if let LoginState::Identified { .. } = flow.state {
        identifier.hide();
        return vec![identifier];
    }
    let button = input("method").group(Group::IdentifierFirst).kind(InputKind::Submit);
    vec![identifier, button.value("identifier_first").label(text::label::proceed()).build(), csrf(cx)]
}

/// The field for the identifier.
pub(super) fn field(cx: &FormCx<'_>, typed: &str) -> Node {
    input("identifier")
        .group(Group::IdentifierFirst)
        .kind(InputKind::Text)
        .required()
        .autocomplete("username webauthn")
        .value(typed)
        .label(cx.schema.identifier_label())
        .build()
}
