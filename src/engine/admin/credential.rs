//! Taking a single credential away (02 §7.8).

use serde_json::json;

use super::Account;
use crate::{
    engine::{
        Answer, Engine, Visit,
        commit::{Commit, Postmark},
        submit::RETRIES,
    },
    flow::{AuditEvent, Effect, Failure, Subject, Write},
    identity::{Available, Credential, MethodId, Payload, account_names},
    kernel::{IdentityId, Timestamp},
    store::StoreError,
    text::ErrorCode,
};

/// Which ways in an operator has switched on that need nothing but an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Codes {
    /// People log in by code.
    LogIn,
    /// They do not.
    DoNot,
}

/// What becomes of a credential.
enum Fate {
    /// It goes.
    Gone,
    /// It stays, changed.
    Changed(Payload),
}

impl Engine {
    /// Takes a credential away, as far as that leaves a way in. `identifier` names one of several where a
    /// method has several.
    ///
    /// # Errors
    /// A fault of the system. Failures: there is no such identity or credential, or it cannot be taken away.
    pub async fn delete_credential(
        &self,
        visit: &Visit,
        id: IdentityId,
        method: &str,
        identifier: Option<&str>,
    ) -> Answer<()> {
        let codes = if visit.runtime.config.methods.code.passwordless { Codes::LogIn } else { Codes::DoNot };
        for _ in 0..=RETRIES {
            let Some(account) = self.account(id).await? else {
                return Ok(Err(Failure::of(ErrorCode::NotLocated)));
            };
            let commit = match without(&account, method, identifier, codes, visit.now) {
                Ok(commit) => commit,
                Err(failure) => return Ok(Err(failure)),
            };
            match self.commit(commit, Postmark::of(visit)).await {
                Ok(()) => return Ok(Ok(())),
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Err(Failure::of(ErrorCode::Unavailable)))
    }
}

/// What has to be written so that a credential is gone.
fn without(
    account: &Account,
    method: &str,
    identifier: Option<&str>,
    codes: Codes,
    now: Timestamp,
) -> Result<Commit, Failure> {
    let method = removable(method, identifier)?;
    let missing = || Failure::of(ErrorCode::NotLocated);
    let old = account.credentials.iter().find(|credential| credential.method() == method);
    let old = old.ok_or_else(missing)?;
    let fate = match &old.payload {
        Payload::Password { hash: None, use_migration_hook: false } | Payload::Retired { .. } => {
            return Err(missing());
        }
        Payload::Password { .. } if first_factors(account, codes) < 2 => {
            return Err(only_way_in());
        }
        // COMPAT: the names stay (02 §7.8).
        Payload::Password { .. } => {
            Fate::Changed(Payload::Password { hash: None, use_migration_hook: false })
        }
        Payload::Webauthn { keys, user_handle } => {
            let keys: Vec<_> = keys.iter().filter(|key| key.is_passwordless).cloned().collect();
            let user_handle = user_handle.clone();
            if keys.is_empty() { Fate::Gone } else { Fate::Changed(Payload::Webauthn { keys, user_handle }) }
        }
        Payload::Oidc { accounts } | Payload::Saml { accounts } => {
            let (gone, accounts): (Vec<_>, Vec<_>) =
                accounts.iter().cloned().partition(|account| identifier == Some(account.name().as_str()));
            if gone.is_empty() {
                return Err(missing());
            }
            if first_factors(account, codes) < 2 {
                return Err(only_way_in());
            }
            match (accounts.is_empty(), method) {
                (true, _) => Fate::Gone,
                (false, MethodId::Saml) => Fate::Changed(Payload::Saml { accounts }),
                (false, _) => Fate::Changed(Payload::Oidc { accounts }),
            }
        }
        Payload::Totp { .. } | Payload::Lookup { .. } => Fate::Gone,
        Payload::Code { .. } | Payload::Passkey { .. } => return Err(cannot(method.wire_name())),
    };
    Ok(written(account, old, fate, now))
}

/// The method that is meant, where its credential can be taken away.
fn removable(method: &str, identifier: Option<&str>) -> Result<MethodId, Failure> {
    match MethodId::parse(method) {
        Some(MethodId::Oidc | MethodId::Saml) if identifier.is_none() => {
            Err(bad("The parameter identifier has to say which one, as provider:subject.".to_owned()))
        }
        Some(
            known @ (MethodId::Totp
            | MethodId::Lookup
            | MethodId::Webauthn
            | MethodId::Password
            | MethodId::Oidc
            | MethodId::Saml),
        ) => Ok(known),
        Some(_) | None => Err(cannot(method)),
    }
}

fn only_way_in() -> Failure {
    bad("This is the only way in that the identity has, so it stays.".to_owned())
}

fn cannot(method: &str) -> Failure {
    bad(format!("Credentials of the type {method:?} cannot be taken away."))
}

fn bad(reason: String) -> Failure {
    Failure::because(ErrorCode::BadRequest, reason)
}

/// How many ways in there are that need no other one (02 §4.7).
fn first_factors(account: &Account, codes: Codes) -> usize {
    let count = |credential: &Credential| match credential.method() {
        MethodId::Code => usize::from(codes == Codes::LogIn),
        _ => credential.first_factors(),
    };
    let named = account.credentials.iter().filter(|credential| !credential.names().is_empty());
    named.map(count).sum()
}

fn written(account: &Account, old: &Credential, fate: Fate, now: Timestamp) -> Commit {
    let method = old.method();
    let mut identity = account.identity.clone();
    let mut left: Vec<Credential> =
        account.credentials.iter().filter(|credential| credential.method() != method).cloned().collect();
    let effect = match fate {
        Fate::Gone => Effect::DropCredential { identity: identity.id, method },
        Fate::Changed(payload) => {
            let identifiers = match &payload {
                Payload::Oidc { accounts } | Payload::Saml { accounts } => account_names(accounts),
                _ => old.identifiers.clone(),
            };
            let changed = Credential { identifiers, payload, updated_at: now, ..old.clone() };
            left.push(changed.clone());
            Effect::PutCredential(Box::new(changed))
        }
    };
    identity.available = Available::of(&left);
    let read = identity.version;
    (identity.version, identity.updated_at) = (read.next(), now);
    let mut event = AuditEvent::new("credential.unbound").of(identity.id);
    event.details.insert("method".to_owned(), json!(method));
    event.details.insert("by".to_owned(), json!("administrator"));
    let subject = Some(Subject { identity, write: Write::Replace(read) });
    Commit { flow: None, subject, effects: vec![effect, Effect::Audit(event)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::HashText,
        crypto::Sealed,
        identity::{Aal, CheckedTraits, Identity, LinkedAccount, ProviderTokens},
        kernel::{CredentialId, Seed},
    };

    fn now() -> Timestamp {
        Timestamp::from_micros(7).unwrap()
    }

    fn account(payloads: Vec<Payload>) -> Account {
        let mut ids = Seed::new([1; 32]).stream("ids");
        let identity = Identity::with_traits(&CheckedTraits::default(), now(), &mut ids);
        let credential = |payload| Credential {
            id: CredentialId::sortable(now(), &mut ids),
            identity: identity.id,
            identifiers: vec!["ada".to_owned()],
            payload,
            created_at: now(),
            updated_at: now(),
        };
        let credentials = payloads.into_iter().map(credential).collect();
        Account { identity, credentials }
    }

    fn password() -> Payload {
        Payload::Password { hash: Some(HashText::new("$h")), use_migration_hook: false }
    }

    fn keys(passwordless: &[bool]) -> Payload {
        let key = |is: &bool| json!({ "id": "AQ==", "public_key": "Ag==", "is_passwordless": is });
        let keys = passwordless.iter().map(|is| serde_json::from_value(key(is)).unwrap()).collect();
        Payload::Webauthn { keys, user_handle: None }
    }

    fn removed(payloads: Vec<Payload>, method: &str, codes: Codes) -> Result<Commit, ErrorCode> {
        without(&account(payloads), method, None, codes, now()).map_err(|failure| failure.code)
    }

    #[test]
    fn a_password_goes_only_when_there_is_another_way_in() {
        let code = || Payload::Code { addresses: Vec::new() };
        for (payloads, codes, expected) in [
            (vec![password()], Codes::LogIn, None),
            (vec![password(), code()], Codes::DoNot, None),
            (vec![password(), code()], Codes::LogIn, Some(Aal::Aal0)),
            (vec![password(), keys(&[false])], Codes::DoNot, None),
            (vec![password(), keys(&[true])], Codes::DoNot, Some(Aal::Aal1)),
        ] {
            let result = removed(payloads, "password", codes);
            assert_eq!(result.is_ok(), expected.is_some());
            let (Ok(commit), Some(left)) = (result, expected) else { continue };
            let subject = commit.subject.unwrap();
            assert_eq!(
                (subject.identity.available.aal, subject.write),
                (left, Write::Replace(Default::default()))
            );
            let Some(Effect::PutCredential(left)) = commit.effects.first() else { panic!("no credential") };
            assert!(!left.has_password() && left.names() == ["ada"], "its names stay");
        }
    }

    #[test]
    fn security_keys_that_are_a_way_in_stay() {
        let commit = removed(vec![keys(&[false, true, false])], "webauthn", Codes::DoNot).unwrap();
        let Some(Effect::PutCredential(left)) = commit.effects.first() else { panic!("no credential") };
        assert_eq!(left.payload, keys(&[true]));
        for nothing_left in [keys(&[false]), keys(&[])] {
            let commit = removed(vec![nothing_left], "webauthn", Codes::DoNot).unwrap();
            assert!(matches!(
                commit.effects.first(),
                Some(Effect::DropCredential { method: MethodId::Webauthn, .. })
            ));
        }
    }

    fn linked(providers: &[&str]) -> Payload {
        let account = |provider: &&str| LinkedAccount {
            provider: (*provider).to_owned(),
            subject: "1".to_owned(),
            tokens: ProviderTokens { id: None, access: None, refresh: None },
            organization: None,
            use_auto_link: false,
        };
        Payload::Oidc { accounts: providers.iter().map(account).collect() }
    }

    fn unlinked(payloads: Vec<Payload>, name: &str) -> Result<Commit, ErrorCode> {
        without(&account(payloads), "oidc", Some(name), Codes::DoNot, now()).map_err(|failure| failure.code)
    }

    #[test]
    fn a_linked_account_goes_by_its_name_when_another_way_in_is_left() {
        assert_eq!(unlinked(vec![linked(&["a"])], "a:1").err(), Some(ErrorCode::BadRequest));
        assert_eq!(unlinked(vec![linked(&["a", "b"])], "c:1").err(), Some(ErrorCode::NotLocated));
        let commit = unlinked(vec![linked(&["a", "b"])], "a:1").unwrap();
        let Some(Effect::PutCredential(left)) = commit.effects.first() else { panic!("no credential") };
        assert_eq!((left.names(), &left.payload), (&["b:1".to_owned()][..], &linked(&["b"])));
        let commit = unlinked(vec![password(), linked(&["a"])], "a:1").unwrap();
        assert!(matches!(
            commit.effects.first(),
            Some(Effect::DropCredential { method: MethodId::Oidc, .. })
        ));
        assert!(removed(vec![password(), linked(&["a"])], "password", Codes::DoNot).is_ok());
    }

    #[test]
    fn a_second_factor_goes_whatever_is_left() {
        let totp = || Payload::Totp { url: Sealed::new("v1.x.y"), used_step: None };
        let commit = removed(vec![password(), totp()], "totp", Codes::DoNot).unwrap();
        assert_eq!(commit.subject.unwrap().identity.available.aal, Aal::Aal1);
        let commit =
            removed(vec![Payload::Lookup { codes: Vec::new() }], "lookup_secret", Codes::DoNot).unwrap();
        assert!(matches!(
            commit.effects.first(),
            Some(Effect::DropCredential { method: MethodId::Lookup, .. })
        ));
    }

    #[test]
    fn what_is_not_there_or_cannot_go() {
        let none = || Payload::Password { hash: None, use_migration_hook: false };
        let retired = || Payload::Retired { method: MethodId::Webauthn };
        for (payloads, method, expected) in [
            (vec![], "password", ErrorCode::NotLocated),
            (vec![none()], "password", ErrorCode::NotLocated),
            (vec![retired()], "webauthn", ErrorCode::NotLocated),
            (vec![password()], "totp", ErrorCode::NotLocated),
            (vec![password()], "lookup_secret", ErrorCode::NotLocated),
            (vec![password()], "oidc", ErrorCode::BadRequest),
            (vec![password()], "saml", ErrorCode::BadRequest),
            (vec![Payload::Code { addresses: Vec::new() }], "code", ErrorCode::BadRequest),
            (vec![password()], "passkey", ErrorCode::BadRequest),
            (vec![password()], "pigeon", ErrorCode::BadRequest),
        ] {
            assert_eq!(removed(payloads, method, Codes::LogIn).err(), Some(expected), "{method}");
        }
        let by_name = |method| {
            without(&account(vec![password()]), method, Some("x:1"), Codes::DoNot, now())
                .err()
                .map(|f| f.code)
        };
        assert_eq!(
            (by_name("oidc"), by_name("saml")),
            (Some(ErrorCode::NotLocated), Some(ErrorCode::NotLocated))
        );
    }
}
