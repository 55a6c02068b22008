//! Taking a single credential away (02 §7.8).

use serde_json::{Value, json};

use super::Account;
use crate::{
    engine::{
        Answer, Engine, Visit,
        commit::{Commit, Postmark},
        submit::RETRIES,
    },
    flow::{AuditEvent, Effect, Failure, Subject, Write},
    identity::{Credential, MethodId, Payload, available_aal},
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
            return Err(bad("This is the only way in that the identity has, so it stays.".to_owned()));
        }
        // COMPAT: the names stay (02 §7.8).
        Payload::Password { .. } => {
            Fate::Changed(Payload::Password { hash: None, use_migration_hook: false })
        }
        Payload::Webauthn { keys } => {
            let keys: Vec<Value> = keys.iter().filter(|key| is_way_in(key)).cloned().collect();
            if keys.is_empty() { Fate::Gone } else { Fate::Changed(Payload::Webauthn { keys }) }
        }
        Payload::Code { .. } => return Err(cannot(method.wire_name())),
    };
    Ok(written(account, old, fate, now))
}

/// The method that is meant, where its credential can be taken away.
fn removable(method: &str, identifier: Option<&str>) -> Result<MethodId, Failure> {
    match (MethodId::parse(method), method) {
        (Some(known @ (MethodId::Totp | MethodId::Lookup | MethodId::Webauthn | MethodId::Password)), _) => {
            Ok(known)
        }
        (Some(MethodId::Oidc), _) | (None, "saml") if identifier.is_none() => {
            Err(bad("The parameter identifier has to say which one, as provider:subject.".to_owned()))
        }
        (Some(known @ MethodId::Oidc), _) => Ok(known),
        (None, "saml") => Err(Failure::of(ErrorCode::NotLocated)),
        (Some(_) | None, _) => Err(cannot(method)),
    }
}

fn cannot(method: &str) -> Failure {
    bad(format!("Credentials of the type {method:?} cannot be taken away."))
}

fn bad(reason: String) -> Failure {
    Failure::because(ErrorCode::BadRequest, reason)
}

/// Whether a security key opens the account by itself.
fn is_way_in(key: &Value) -> bool {
    key.get("is_passwordless").and_then(Value::as_bool).unwrap_or_default()
}

/// How many ways in there are that need no other one (02 §4.7).
fn first_factors(account: &Account, codes: Codes) -> usize {
    let count = |credential: &Credential| match &credential.payload {
        Payload::Password { hash, use_migration_hook } => usize::from(hash.is_some() || *use_migration_hook),
        Payload::Webauthn { keys } => keys.iter().filter(|key| is_way_in(key)).count(),
        Payload::Code { .. } => usize::from(codes == Codes::LogIn),
        Payload::Retired { .. } => 0,
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
            let changed = Credential { payload, updated_at: now, ..old.clone() };
            left.push(changed.clone());
            Effect::PutCredential(Box::new(changed))
        }
    };
    identity.available_aal = available_aal(&left);
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
        identity::{Aal, CheckedTraits, Identity},
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
        Payload::Webauthn { keys: passwordless.iter().map(|is| json!({ "is_passwordless": is })).collect() }
    }

    fn removed(payloads: Vec<Payload>, method: &str, codes: Codes) -> Result<Commit, ErrorCode> {
        without(&account(payloads), method, None, codes, now()).map_err(|failure| failure.code)
    }

    #[test]
    fn a_password_goes_only_when_there_is_another_way_in() {
        let code = || Payload::Code { addresses: Vec::new() };
        for (payloads, codes, expected) in [
            (vec![password()], Codes::LogIn, false),
            (vec![password(), code()], Codes::DoNot, false),
            (vec![password(), code()], Codes::LogIn, true),
            (vec![password(), keys(&[false])], Codes::DoNot, false),
            (vec![password(), keys(&[true])], Codes::DoNot, true),
        ] {
            let result = removed(payloads, "password", codes);
            assert_eq!(result.is_ok(), expected);
            let Ok(commit) = result else { continue };
            let subject = commit.subject.unwrap();
            assert_eq!(
                (subject.identity.available_aal, subject.write),
                (Aal::Aal0, Write::Replace(Default::default()))
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
