//! Passwords that an administrator brings along, in clear or as a hash (02 §7.3).

use crate::{
    crypto::{HashText, Password, PasswordHash},
    engine::{Answer, Engine, Visit},
    flow::Failure,
    identity::Payload,
    kernel::Secret,
    method,
    text::ErrorCode,
};

/// A password that an administrator brings along.
#[derive(Debug, Clone)]
pub enum PasswordImport {
    /// The password itself. No rule for passwords applies to it, beyond what can be hashed.
    Clear(Secret<String>),
    /// A hash that another system made.
    Hash(HashText),
    /// The migration hook knows it.
    MigrationHook,
    /// There is none; the login names stay.
    Nothing,
}

impl Engine {
    /// Turns it into what is stored.
    pub(super) async fn import(
        &self,
        visit: &Visit,
        import: Option<PasswordImport>,
    ) -> Answer<Option<Payload>> {
        let Some(import) = import else { return Ok(Ok(None)) };
        let stored = |hash, use_migration_hook| Ok(Ok(Some(Payload::Password { hash, use_migration_hook })));
        let refused = |reason: String| Ok(Err(Failure::because(ErrorCode::BadRequest, reason)));
        match import {
            PasswordImport::Nothing => stored(None, false),
            PasswordImport::MigrationHook => stored(None, true),
            PasswordImport::Hash(text) => match PasswordHash::parse(&text) {
                Ok(_) => stored(Some(text), false),
                Err(error) => refused(format!("The password cannot be imported: {error}.")),
            },
            PasswordImport::Clear(clear) => {
                let Ok(password) = Password::new(clear.expose().clone()) else {
                    return refused(format!("A password may have at most {} bytes.", Password::MAX_BYTES));
                };
                let ports = self.ports(visit);
                if !ports.hash_policy.fits(&password) {
                    return refused("The password is too long for the configured hash algorithm.".to_owned());
                }
                stored(Some(method::password::hash(&ports, &password).await?), false)
            }
        }
    }
}
