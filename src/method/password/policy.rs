//! Which passwords will do.

use std::sync::Arc;

use super::{BreachCheck, BreachLookup, similarity::is_similar};
use crate::{
    crypto::{HashPolicy, Password},
    flow::Note,
    identity::CheckedTraits,
    kernel::Fault,
    method::Ports,
    text::{self, Message},
};

/// Which passwords will do; made by `config`.
pub struct PasswordPolicy {
    /// Fewer characters than this are too few.
    pub min_length: u64,
    /// Whether a password may not be like the name it protects.
    pub check_similarity: bool,
    /// Looks passwords up in a list of known breaches; `None` when switched off.
    pub breaches: Option<Arc<dyn BreachLookup>>,
    /// This many known breaches are tolerated.
    pub max_breaches: u64,
    /// Whether a password passes when the list cannot be asked.
    pub ignore_network_errors: bool,
}

/// Checks a password that shall be set, cheapest rule first (01 §11.2).
///
/// # Errors
/// The outer one when the list of breaches cannot be asked and that matters; the inner one holds messages for
/// the field.
pub async fn check_policy(
    ports: &Ports,
    password: &Password,
    checked: &CheckedTraits,
) -> Result<Result<(), Vec<Note>>, Fault> {
    let policy = &ports.password_policy;
    let refused = |message: Message| Ok(Err(vec![Note::field("password", message)]));
    if let Some(message) = too_short_or_long(policy, &ports.hash_policy, password) {
        return refused(message);
    }
    let similar = |name: &String| is_similar(name, password.expose());
    if policy.check_similarity && checked.password_identifiers.iter().any(similar) {
        return refused(text::validation::password_similar());
    }
    let Some(breaches) = &policy.breaches else { return Ok(Ok(())) };
    match breaches.count(password).await {
        BreachCheck::Known(times) if times > policy.max_breaches => {
            refused(text::validation::password_breached(times))
        }
        BreachCheck::Known(_) => Ok(Ok(())),
        BreachCheck::Unreachable(_) if policy.ignore_network_errors => Ok(Ok(())),
        BreachCheck::Unreachable(cause) => Err(Fault::doing("ask the list of known breaches", cause)),
    }
}

fn too_short_or_long(policy: &PasswordPolicy, hashing: &HashPolicy, password: &Password) -> Option<Message> {
    let characters = u64::try_from(password.expose().chars().count()).unwrap_or(u64::MAX);
    if characters < policy.min_length {
        return Some(text::validation::password_too_short(policy.min_length, characters));
    }
    hashing.max_password_bytes().filter(|_| !hashing.fits(password)).map(|max| {
        let bytes = u64::try_from(password.expose().len()).unwrap_or(u64::MAX);
        text::validation::password_too_long(u64::try_from(max).unwrap_or(u64::MAX), bytes)
    })
}
