//! How an account that is in the way of a registration can be logged in to (01 §15.1).

use super::{Engine, Visit, oidc_link::linked_providers};
use crate::{
    flow::LoginHints,
    identity::{Credential, MethodId, Payload},
    kernel::Fault,
    store::{Credentials as _, Reader, StoreResult},
};

/// The methods whose names can be in the way.
const NAMED: [MethodId; 3] = [MethodId::Password, MethodId::Code, MethodId::Webauthn];

impl Engine {
    /// How the account that has one of `names` can be logged in to; `None` unless the operator lets that be
    /// told, which tells strangers that the account exists.
    pub(super) async fn hints(&self, visit: &Visit, names: Vec<String>) -> Result<Option<LoginHints>, Fault> {
        if !visit.runtime.policy.registration.login_hints {
            return Ok(None);
        }
        Ok(self.store().read(move |reader| find(reader, &names)).await?)
    }
}

fn find(reader: &mut Reader<'_>, names: &[String]) -> StoreResult<Option<LoginHints>> {
    for method in NAMED {
        for name in names {
            let found = reader.credential_by_identifier(method, std::slice::from_ref(name))?;
            if let Some((credential, _)) = found {
                let credentials = reader.credentials_of(credential.identity)?;
                let mut methods: Vec<_> = credentials.iter().filter_map(usable).collect();
                methods.sort_unstable();
                let providers = linked_providers(&credentials);
                return Ok(Some(LoginHints { identifier: name.clone(), methods, providers }));
            }
        }
    }
    Ok(None)
}

/// The method of a credential with which somebody can log in.
fn usable(credential: &Credential) -> Option<&'static str> {
    let works = match &credential.payload {
        Payload::Password { hash, use_migration_hook } => hash.is_some() || *use_migration_hook,
        Payload::Code { addresses } => !addresses.is_empty(),
        Payload::Webauthn { keys, .. } => keys.iter().any(|key| key.is_passwordless),
        Payload::Passkey { keys, .. } => !keys.is_empty(),
        Payload::Oidc { accounts } => !accounts.is_empty(),
        // Nobody logs in by this in this version.
        Payload::Saml { .. } => false,
        Payload::Totp { .. } | Payload::Lookup { .. } | Payload::Retired { .. } => false,
    };
    works.then(|| credential.method().wire_name())
}
