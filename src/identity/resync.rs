//! Credentials after the traits have changed: new login names, the same secrets (03 §4.5).

use super::{Credential, MethodId, Payload};
use crate::kernel::Timestamp;

/// What has to be written so that credentials and traits agree again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resynced {
    /// Credentials that are new or changed, whole.
    pub put: Vec<Credential>,
    /// Methods whose credential has neither login names nor a secret any more.
    pub dropped: Vec<MethodId>,
}

impl Resynced {
    /// The credentials once everything is written.
    pub fn applied_to(&self, existing: &[Credential]) -> Vec<Credential> {
        let goes = |old: &&Credential| {
            let method = old.method();
            !self.dropped.contains(&method) && self.put.iter().all(|put| put.method() != method)
        };
        existing.iter().filter(goes).chain(&self.put).cloned().collect()
    }
}

/// Brings credentials in line with those that traits derive. Secrets stay; login names and the addresses of
/// codes are those of the traits.
///
/// SECURITY: an address that is no trait any more must not get codes; guarded by
/// `what_is_not_derived_any_more_opens_nothing`.
pub fn resync(existing: &[Credential], derived: Vec<Credential>, now: Timestamp) -> Resynced {
    let mut result = Resynced::default();
    for credential in existing {
        if derived.iter().any(|new| new.method() == credential.method()) {
            continue;
        }
        match without_names(&credential.payload) {
            Fate::Gone => result.dropped.push(credential.method()),
            Fate::Retires => {
                let payload = Payload::Retired { method: credential.method() };
                result.put.push(Credential { payload, updated_at: now, ..credential.clone() });
            }
            Fate::Untouched => {}
            Fate::Stays if credential.names().is_empty() => {}
            Fate::Stays => {
                let nameless = Credential { identifiers: Vec::new(), updated_at: now, ..credential.clone() };
                result.put.push(nameless);
            }
        }
    }
    for new in derived {
        match existing.iter().find(|credential| credential.method() == new.method()) {
            None => result.put.push(new),
            Some(old) => {
                let payload = merged(&old.payload, new.payload);
                if old.identifiers != new.identifiers || old.payload != payload {
                    let identifiers = new.identifiers;
                    result.put.push(Credential { identifiers, payload, updated_at: now, ..old.clone() });
                }
            }
        }
    }
    result
}

/// What becomes of a credential that the traits do not derive.
enum Fate {
    /// It held nothing but names for a password.
    Gone,
    /// COMPAT: it held nothing but names, and is shown with them (golden `admin.identity.put.schema_change`).
    Retires,
    /// Its secret stays, without names.
    Stays,
    /// Its names are not those of traits, so it stays as it is.
    Untouched,
}

fn without_names(payload: &Payload) -> Fate {
    match payload {
        Payload::Password { hash: None, use_migration_hook: false } => Fate::Gone,
        Payload::Code { .. } => Fate::Retires,
        Payload::Webauthn { keys, .. } if keys.is_empty() => Fate::Retires,
        Payload::Password { .. } | Payload::Webauthn { .. } | Payload::Retired { .. } => Fate::Stays,
        Payload::Passkey { .. }
        | Payload::Oidc { .. }
        | Payload::Saml { .. }
        | Payload::Totp { .. }
        | Payload::Lookup { .. } => Fate::Untouched,
    }
}

fn merged(old: &Payload, new: Payload) -> Payload {
    match (old, &new) {
        (Payload::Retired { .. }, _) | (_, Payload::Code { .. } | Payload::Retired { .. }) => new,
        (
            _,
            Payload::Password { .. }
            | Payload::Webauthn { .. }
            | Payload::Passkey { .. }
            | Payload::Oidc { .. }
            | Payload::Saml { .. }
            | Payload::Totp { .. }
            | Payload::Lookup { .. },
        ) => old.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::{HashText, Sealed},
        identity::{Aal, Available, BackupCode, Bytes, Channel, CodeAddress, LinkedAccount, ProviderTokens},
        kernel::{CredentialId, IdentityId, Seed},
    };

    fn credential(names: &[&str], payload: Payload) -> Credential {
        let (now, mut ids) = (Timestamp::from_micros(0).unwrap(), Seed::new([1; 32]).stream("ids"));
        Credential {
            id: CredentialId::sortable(now, &mut ids),
            identity: IdentityId::sortable(now, &mut ids),
            identifiers: names.iter().map(|name| (*name).to_owned()).collect(),
            payload,
            created_at: now,
            updated_at: now,
        }
    }

    fn password(names: &[&str], hash: Option<&str>) -> Credential {
        let hash = hash.map(HashText::new);
        credential(names, Payload::Password { hash, use_migration_hook: false })
    }

    fn code(address: &str) -> Credential {
        let addresses = vec![CodeAddress { address: address.to_owned(), channel: Channel::Email }];
        credential(&[address], Payload::Code { addresses })
    }

    fn keys(passwordless: &[bool]) -> Payload {
        let key =
            |is: &bool| serde_json::json!({ "id": "AQ==", "public_key": "Ag==", "is_passwordless": is });
        let keys = passwordless.iter().map(|is| serde_json::from_value(key(is)).unwrap()).collect();
        Payload::Webauthn { keys, user_handle: None }
    }

    /// A credential for each method whose names are not those of traits.
    fn own_names() -> Vec<Credential> {
        let account = |provider: &str| LinkedAccount {
            provider: provider.to_owned(),
            subject: "1".to_owned(),
            tokens: ProviderTokens { id: None, access: None, refresh: None },
            organization: None,
            use_auto_link: false,
        };
        let Payload::Webauthn { keys, .. } = keys(&[true]) else { panic!("no keys") };
        let code = BackupCode { code: Sealed::new("v1.x.y"), used_at: None };
        vec![
            credential(&["g:1"], Payload::Oidc { accounts: vec![account("g")] }),
            credential(&["o:1"], Payload::Saml { accounts: vec![account("o")] }),
            credential(&["handle"], Payload::Passkey { keys, user_handle: Bytes(b"handle".to_vec()) }),
            credential(&["id"], Payload::Totp { url: Sealed::new("v1.x.y"), used_step: None }),
            credential(&["id"], Payload::Lookup { codes: vec![code] }),
        ]
    }

    fn later() -> Timestamp {
        Timestamp::from_micros(9).unwrap()
    }

    #[test]
    fn new_names_keep_the_secret() {
        let existing = [password(&["a@x.test"], Some("$h")), code("a@x.test")];
        let derived = vec![password(&["b@x.test"], None), code("b@x.test")];
        let Resynced { put, dropped } = resync(&existing, derived, later());
        assert!(dropped.is_empty());
        assert_eq!(put[0].identifiers, ["b@x.test"]);
        assert_eq!(put[0].password_hash(), Some(&HashText::new("$h")));
        assert_eq!(put[1].payload, code("b@x.test").payload);
        assert!(put.iter().all(|credential| credential.updated_at == later()));
    }

    #[test]
    fn what_agrees_is_not_written() {
        let existing = [password(&["a@x.test"], Some("$h")), code("a@x.test")];
        let derived = vec![password(&["a@x.test"], None), code("a@x.test")];
        assert_eq!(resync(&existing, derived, later()), Resynced::default());
    }

    #[test]
    fn what_is_not_derived_any_more_opens_nothing() {
        let key = keys(&[false]);
        let existing = [password(&["ada"], Some("$h")), code("a@x.test"), credential(&["ada"], key.clone())];
        let Resynced { put, dropped } = resync(&existing, Vec::new(), later());
        assert_eq!(dropped, []);
        assert!(put.iter().all(|credential| credential.names().is_empty()));
        assert_eq!((put[0].has_password(), &put[2].payload), (true, &key));
        assert_eq!(put[1].payload, Payload::Retired { method: MethodId::Code });
        let names_only = [password(&["ada"], None), credential(&["ada"], keys(&[]))];
        let Resynced { put, dropped } = resync(&names_only, Vec::new(), later());
        assert_eq!(dropped, [MethodId::Password]);
        assert_eq!(put[0].payload, Payload::Retired { method: MethodId::Webauthn });
    }

    #[test]
    fn what_has_retired_stays_so_until_it_is_derived_again() {
        let key = credential(&["ada"], keys(&[]));
        let retired = resync(std::slice::from_ref(&key), Vec::new(), later()).put;
        assert_eq!(resync(&retired, Vec::new(), later()), Resynced::default());
        let back = resync(&retired, vec![key.clone()], later()).put;
        assert_eq!((back[0].id, back[0].names()), (key.id, &["ada".to_owned()][..]));
    }

    #[test]
    fn what_has_names_of_its_own_is_left_alone() {
        let existing = own_names();
        assert_eq!(resync(&existing, vec![], later()), Resynced::default());
        let derived = vec![password(&["ada"], None)];
        assert_eq!(resync(&existing, derived.clone(), later()).put, derived);
    }

    #[test]
    fn a_second_factor_needs_a_first_one() {
        let [oidc, saml, passkey, totp, lookup] = own_names().try_into().unwrap();
        let key = |passwordless| credential(&["ada"], keys(&[passwordless]));
        let secret = password(&["ada"], Some("$h"));
        for first in [&secret, &oidc, &saml, &passkey, &key(true)] {
            assert_eq!(Available::of([first]).aal, Aal::Aal1, "{first:?}");
            for second in [&totp, &lookup] {
                assert_eq!(Available::of([first, second]).aal, Aal::Aal2, "{first:?} {second:?}");
                assert_eq!(Available::of([second]).aal, Aal::Aal0, "{second:?}");
                assert_eq!(Available::of([second, &code("a@x.test")]).aal, Aal::Aal2, "{second:?}");
            }
        }
        assert_eq!(Available::of([&secret, &key(false)]).aal, Aal::Aal2);
        let used = BackupCode { code: Sealed::new("v1.x.y"), used_at: Some(later()) };
        let spent = credential(&["id"], Payload::Lookup { codes: vec![used] });
        assert_eq!(Available::of([&secret, &spent]).aal, Aal::Aal1);
    }

    #[test]
    fn a_password_is_a_first_factor_and_a_reserved_name_is_not() {
        assert_eq!(Available::of(&[password(&["ada"], None), code("a@x.test")]).aal, Aal::Aal0);
        assert_eq!(Available::of(&[password(&["ada"], Some("$h"))]).aal, Aal::Aal1);
        let promised = credential(&["ada"], Payload::Password { hash: None, use_migration_hook: true });
        assert_eq!(Available::of(&[promised]).aal, Aal::Aal1);
    }
}
