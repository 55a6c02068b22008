//! Changing a password.

use crate::{
    crypto::Password,
    flow::Note,
    identity::Credential,
    kernel::Fault,
    method::Ports,
    text,
    ui::{Group, InputKind, Node, input},
};

/// The fields of a settings form (02 §4.7).
pub fn settings_nodes() -> Vec<Node> {
    vec![
        input("password")
            .group(Group::Password)
            .kind(InputKind::Password)
            .required()
            .autocomplete("new-password")
            .label(text::label::password())
            .build(),
        input("method")
            .group(Group::Password)
            .kind(InputKind::Submit)
            .value("password")
            .label(text::label::save())
            .build(),
    ]
}

/// Checks that a password is another one than the account has.
///
/// # Errors
/// The outer one when the hash threads failed; the inner one holds the message for the field.
pub async fn check_changed(
    ports: &Ports,
    current: Option<&Credential>,
    password: &Password,
) -> Result<Result<(), Vec<Note>>, Fault> {
    let Some(stored) = current.and_then(Credential::password_hash) else { return Ok(Ok(())) };
    let mut salts = ports.seed.stream("current password salt");
    let verified = ports.hasher.verify(&ports.hash_policy, Some(stored), password, &mut salts).await?;
    Ok(match verified.matches {
        true => Err(vec![Note::field("password", text::validation::password_unchanged())]),
        false => Ok(()),
    })
}
