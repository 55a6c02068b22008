//! Choosing a password.

use super::form::secret;
use crate::{
    crypto::{HashText, Password},
    flow::{Note, Submission},
    kernel::Fault,
    method::{FormCx, Ports, csrf},
    text,
    ui::Node,
};

/// Reads a password that shall be set.
///
/// # Errors
/// Messages for the field.
pub fn parse_new(body: &Submission) -> Result<Password, Vec<Note>> {
    let Some(typed) = body.text("password") else {
        return Err(vec![Note::field("password", text::validation::required("password"))]);
    };
    let length = u64::try_from(typed.chars().count()).unwrap_or(u64::MAX);
    Password::new(typed).map_err(|_too_long| {
        let max = u64::try_from(Password::MAX_BYTES).unwrap_or(u64::MAX);
        vec![Note::field("password", text::validation::password_too_long(max, length))]
    })
}

/// Hashes a password that the policy has let through.
///
/// # Errors
/// The hash threads failed.
pub async fn hash(ports: &Ports, password: &Password) -> Result<HashText, Fault> {
    let mut salts = ports.seed.stream("password salt");
    ports.hasher.hash(&ports.hash_policy, password, &mut salts).await
}

/// The fields of a sign-up form (01 §11.2).
pub fn signup_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let mut nodes = vec![csrf(cx)];
    nodes.extend(secret("new-password", text::registration::sign_up()));
    nodes
}
