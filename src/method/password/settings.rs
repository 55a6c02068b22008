//! Changing a password.

use super::form::secret;
use crate::{
    crypto::Password, flow::Note, identity::Credential, kernel::Fault, method::Ports, text, ui::Node,
};

/// The fields of a settings form (02 §4.7).
pub fn settings_nodes() -> [Node; 2] {
    secret("new-password", text::label::save())
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
