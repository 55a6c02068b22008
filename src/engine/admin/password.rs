//! Passwords that an administrator brings along, in clear or as a hash (02 §7.3).

use crate::{
    crypto::{HashPolicy, HashText, Password, PasswordHash},
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
        let stored = |hash, use_migration_hook| Ok(Ok(Some(Payload::Password { hash, use_migration_hook })));
        match import.map(|import| import.checked(&visit.runtime.hash_policy)) {
            None => Ok(Ok(None)),
            Some(Err(failure)) => Ok(Err(failure)),
            Some(Ok(CheckedPassword::Nothing)) => stored(None, false),
            Some(Ok(CheckedPassword::MigrationHook)) => stored(None, true),
            Some(Ok(CheckedPassword::Hash(text))) => stored(Some(text), false),
            Some(Ok(CheckedPassword::Clear(password))) => {
                stored(Some(method::password::hash(&self.ports(visit), &password).await?), false)
            }
        }
    }
}

/// A password that can be stored.
pub(super) enum CheckedPassword {
    Clear(Password),
    Hash(HashText),
    MigrationHook,
    Nothing,
}

impl PasswordImport {
    /// Whether it can be stored; nothing is hashed for that.
    pub(super) fn checked(self, policy: &HashPolicy) -> Result<CheckedPassword, Failure> {
        let refused = |reason: String| Err(Failure::because(ErrorCode::BadRequest, reason));
        match self {
            Self::Nothing => Ok(CheckedPassword::Nothing),
            Self::MigrationHook => Ok(CheckedPassword::MigrationHook),
            Self::Hash(text) => match PasswordHash::parse(&text) {
                Ok(_) => Ok(CheckedPassword::Hash(text)),
                Err(error) => refused(format!("The password cannot be imported: {error}.")),
            },
            Self::Clear(clear) => match Password::new(clear.expose().clone()) {
                Ok(password) if policy.fits(&password) => Ok(CheckedPassword::Clear(password)),
                Ok(_) => refused("The password is too long for the configured hash algorithm.".to_owned()),
                Err(_) => refused(format!("A password may have at most {} bytes.", Password::MAX_BYTES)),
            },
        }
    }
}
