use serde_json::{Map, Value, json};

use super::*;
use crate::{
    crypto::{Cipher, HashText, Keyring, SecretLists},
    identity::{Aal, AddressClaim, BackupCode, Channel, LinkedAccount, ProviderTokens, Version},
    kernel::Secret,
};

fn checked(email: Option<&str>) -> CheckedTraits {
    let names: Vec<String> = email.map(str::to_owned).into_iter().collect();
    let addresses: Vec<_> = names.iter().map(|name| (Channel::Email, name.clone())).collect();
    CheckedTraits {
        schema_id: "person".to_owned(),
        traits: email.map(|email| ("email".to_owned(), json!(email))).into_iter().collect(),
        verifiable: addresses.clone(),
        recovery: addresses.clone(),
        password_identifiers: names,
        code_addresses: addresses,
        ..CheckedTraits::default()
    }
}

fn wanted() -> WantedIdentity {
    WantedIdentity {
        schema_id: "person".to_owned(),
        traits: Value::Object(Map::new()),
        state: None,
        metadata_public: None,
        metadata_admin: None,
        external_id: None,
        organization_id: None,
        password: None,
        credentials: Vec::new(),
        addresses: Vec::new(),
    }
}

fn at(micros: i64) -> (Timestamp, Seed) {
    (Timestamp::from_micros(micros).unwrap(), Seed::new([1; 32]))
}

fn keys() -> Keyring {
    let secrets = SecretLists { default: vec![Secret::text("one")], ..SecretLists::default() };
    Keyring::new(&secrets, Cipher::default()).unwrap()
}

fn hash(text: &str) -> Option<Payload> {
    Some(Payload::Password { hash: Some(HashText::new(text)), use_migration_hook: false })
}

fn created(wanted: &WantedIdentity, password: Option<Payload>) -> (Account, Commit) {
    let ((now, seed), keys) = (at(0), keys());
    create(
        wanted,
        &checked(Some("a@x.test")),
        password,
        Occasion { now, seed: &seed, keys: VaultKeys::new(&keys) },
    )
    .into_commit()
}

fn updated(
    account: &Account,
    wanted: &WantedIdentity,
    email: Option<&str>,
    password: Option<Payload>,
) -> (Account, Commit) {
    let ((now, seed), keys) = (at(9), keys());
    update(
        account,
        wanted,
        &checked(email),
        password,
        Occasion { now, seed: &seed, keys: VaultKeys::new(&keys) },
    )
    .into_commit()
}

/// What the effects of a commit are about.
fn effects(commit: &Commit) -> Vec<String> {
    let name = |effect: &Effect| match effect {
        Effect::PutCredential(credential) => format!("put {}", credential.method().wire_name()),
        Effect::DropCredential { method, .. } => format!("drop {}", method.wire_name()),
        Effect::Audit(event) => event.what.to_owned(),
        other => format!("{other:?}"),
    };
    commit.effects.iter().map(name).collect()
}

fn methods(account: &Account) -> Vec<MethodId> {
    account.credentials.iter().map(Credential::method).collect()
}

#[test]
fn a_new_identity_reserves_its_login_names_and_has_no_factor() {
    let (account, commit) = created(&wanted(), None);
    assert_eq!(effects(&commit), ["put password", "put code", "identity.created"]);
    assert_eq!((account.identity.available.aal, account.identity.is_active()), (Aal::Aal0, true));
    assert_eq!(commit.subject.unwrap().write, Write::Insert);
}

#[test]
fn a_new_identity_with_a_password_has_one_factor_and_a_record_of_it() {
    let inactive = WantedIdentity { state: Some(IdentityState::Inactive), ..wanted() };
    let (account, commit) = created(&inactive, hash("$h"));
    assert_eq!(effects(&commit), ["put password", "put code", "identity.created", "credential.bound"]);
    assert_eq!((account.identity.available.aal, account.identity.is_active()), (Aal::Aal1, false));
    assert!(account.credentials[0].has_password());
}

#[test]
fn a_change_that_leaves_the_login_names_alone_writes_no_credential() {
    let (account, _) = created(&wanted(), hash("$h"));
    let named = WantedIdentity { external_id: Some("crm-1".to_owned()), ..wanted() };
    let (after, commit) = updated(&account, &named, Some("a@x.test"), None);
    assert_eq!(effects(&commit), ["identity.updated"]);
    assert_eq!(after.credentials, account.credentials);
    assert_eq!(after.identity.verifiable_addresses, account.identity.verifiable_addresses);
    let subject = commit.subject.unwrap();
    assert_eq!((subject.write, subject.identity.version), (Write::Replace(Version(0)), Version(1)));
    assert_eq!(subject.identity.external_id.as_deref(), Some("crm-1"));
}

#[test]
fn a_new_address_moves_the_login_names_and_is_not_verified() {
    let verified = AddressClaim {
        value: "a@x.test".to_owned(),
        via: "email".to_owned(),
        verified: true,
        status: None,
        verified_at: None,
    };
    let claiming = WantedIdentity { addresses: vec![verified], ..wanted() };
    let (account, _) = created(&claiming, hash("$h"));
    assert!(account.identity.has_verified_address());
    let (after, commit) = updated(&account, &wanted(), Some("b@x.test"), None);
    assert_eq!(effects(&commit), ["put password", "put code", "identity.updated"]);
    assert!(!after.identity.has_verified_address());
    assert!(after.credentials.iter().all(|credential| credential.identifiers == ["b@x.test"]));
    assert!(after.credentials.iter().any(Credential::has_password));
    assert_eq!(after.identity.available.aal, Aal::Aal1);
}

#[test]
fn what_is_not_derived_any_more_retires_and_a_secret_stays() {
    let (account, _) = created(&wanted(), hash("$h"));
    let (after, commit) = updated(&account, &wanted(), None, None);
    assert_eq!(effects(&commit), ["put password", "put code", "identity.updated"]);
    assert_eq!(methods(&after), [MethodId::Password, MethodId::Code]);
    assert!(after.credentials.iter().all(|credential| credential.names().is_empty()));
}

#[test]
fn a_password_is_set_changed_and_taken_away() {
    let (account, _) = created(&wanted(), None);
    let (set, commit) = updated(&account, &wanted(), Some("a@x.test"), hash("$h"));
    assert_eq!(effects(&commit), ["put password", "identity.updated", "credential.bound"]);
    assert_eq!(set.identity.available.aal, Aal::Aal1);
    let id =
        |account: &Account| account.credentials.iter().find(|c| c.method() == MethodId::Password).unwrap().id;
    assert_eq!(id(&set), id(&account), "it is the same credential");
    let nothing = Some(Payload::Password { hash: None, use_migration_hook: false });
    let (gone, _) = updated(&set, &wanted(), Some("a@x.test"), nothing);
    assert_eq!(gone.identity.available.aal, Aal::Aal0);
    assert!(!gone.credentials.iter().any(Credential::has_password));
}

#[test]
fn a_password_outlives_the_login_names_it_was_given_with() {
    let (account, _) = created(&wanted(), None);
    let (after, commit) = updated(&account, &wanted(), None, hash("$h"));
    assert_eq!(effects(&commit), ["put code", "put password", "identity.updated", "credential.bound"]);
    assert_eq!(methods(&after), [MethodId::Code, MethodId::Password]);
    let password = &after.credentials[1];
    assert!(password.has_password() && password.identifiers.is_empty());
}

fn linked(provider: &str, token: Option<&str>) -> LinkedAccount<Secret<String>> {
    LinkedAccount {
        provider: provider.to_owned(),
        subject: "1".to_owned(),
        tokens: ProviderTokens { id: token.map(Secret::text), access: None, refresh: None },
        organization: None,
        use_auto_link: false,
    }
}

fn bringing(credentials: Vec<CredentialImport>) -> WantedIdentity {
    WantedIdentity { credentials, ..wanted() }
}

fn of(account: &Account, method: MethodId) -> &Credential {
    account.credentials.iter().find(|credential| credential.method() == method).unwrap()
}

#[test]
fn second_factors_are_brought_along_sealed_under_the_id_of_the_identity() {
    let code = BackupCode { code: Secret::text("abcd1234"), used_at: None };
    let url = Secret::text("otpauth://totp/x?secret=AA");
    let both = bringing(vec![CredentialImport::Totp(url), CredentialImport::Lookup(vec![code])]);
    let (account, commit) = created(&both, hash("$h"));
    assert_eq!(account.identity.available.aal, Aal::Aal2);
    let bound = effects(&commit).iter().filter(|effect| *effect == "credential.bound").count();
    assert_eq!(bound, 3);
    for method in [MethodId::Totp, MethodId::Lookup] {
        let credential = of(&account, method);
        assert_eq!(credential.identifiers, [account.identity.id.to_string()]);
        let stored = serde_json::to_string(&credential.payload).unwrap();
        assert!(!stored.contains("otpauth") && !stored.contains("abcd"), "{stored}");
    }
    let (after, commit) = updated(&account, &wanted(), Some("b@x.test"), None);
    assert_eq!(effects(&commit), ["put password", "put code", "identity.updated"]);
    assert_eq!(after.identity.available.aal, Aal::Aal2, "what is not named stays");
}

#[test]
fn linked_accounts_join_and_other_credentials_are_replaced() {
    let first = bringing(vec![CredentialImport::Oidc(vec![linked("a", Some("t")), linked("b", None)])]);
    let (account, _) = created(&first, None);
    assert_eq!(account.identity.available.aal, Aal::Aal1);
    assert_eq!(of(&account, MethodId::Oidc).names(), ["a:1", "b:1"]);
    let more = bringing(vec![CredentialImport::Oidc(vec![linked("c", None), linked("b", Some("u"))])]);
    let (after, _) = updated(&account, &more, Some("a@x.test"), None);
    let oidc = of(&after, MethodId::Oidc);
    assert_eq!((oidc.id, oidc.names().len()), (of(&account, MethodId::Oidc).id, 3));
    let Payload::Oidc { accounts } = &oidc.payload else { panic!("not linked") };
    let tokens: Vec<_> = accounts.iter().map(|one| (one.name(), one.tokens.id.is_some())).collect();
    let expected = [("a:1", true), ("c:1", false), ("b:1", true)];
    assert_eq!(tokens, expected.map(|(name, has)| (name.to_owned(), has)));
}

#[test]
fn security_keys_take_the_names_of_the_traits_and_a_moment() {
    let key = serde_json::from_value(json!({ "id": "AQ==", "public_key": "Ag==" })).unwrap();
    let import = CredentialImport::Webauthn { keys: vec![key], user_handle: None };
    let ((now, seed), keys) = (at(0), keys());
    let occasion = Occasion { now, seed: &seed, keys: VaultKeys::new(&keys) };
    let named = CheckedTraits { webauthn_identifiers: vec!["ada".to_owned()], ..checked(None) };
    for (traits, names) in [(&named, &["ada".to_owned()][..]), (&checked(None), &[])] {
        let (account, _) = create(&bringing(vec![import.clone()]), traits, None, occasion).into_commit();
        let credential = of(&account, MethodId::Webauthn);
        assert_eq!(credential.names(), names);
        let Payload::Webauthn { keys, .. } = &credential.payload else { panic!("no keys") };
        assert_eq!(keys[0].added_at, Some(now));
    }
}
