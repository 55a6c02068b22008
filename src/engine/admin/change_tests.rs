use serde_json::{Map, Value, json};

use super::*;
use crate::{
    crypto::HashText,
    identity::{Aal, AddressClaim, Channel, Version},
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
        addresses: Vec::new(),
    }
}

fn at(micros: i64) -> (Timestamp, Seed) {
    (Timestamp::from_micros(micros).unwrap(), Seed::new([1; 32]))
}

fn hash(text: &str) -> Option<Payload> {
    Some(Payload::Password { hash: Some(HashText::new(text)), use_migration_hook: false })
}

fn created(wanted: &WantedIdentity, password: Option<Payload>) -> (Account, Commit) {
    let (now, seed) = at(0);
    create(wanted, &checked(Some("a@x.test")), password, Occasion { now, seed: &seed }).into_commit()
}

fn updated(
    account: &Account,
    wanted: &WantedIdentity,
    email: Option<&str>,
    password: Option<Payload>,
) -> (Account, Commit) {
    let (now, seed) = at(9);
    update(account, wanted, &checked(email), password, Occasion { now, seed: &seed }).into_commit()
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
    assert_eq!((account.identity.available_aal, account.identity.is_active()), (Aal::Aal0, true));
    assert_eq!(commit.subject.unwrap().write, Write::Insert);
}

#[test]
fn a_new_identity_with_a_password_has_one_factor_and_a_record_of_it() {
    let inactive = WantedIdentity { state: Some(IdentityState::Inactive), ..wanted() };
    let (account, commit) = created(&inactive, hash("$h"));
    assert_eq!(effects(&commit), ["put password", "put code", "identity.created", "credential.bound"]);
    assert_eq!((account.identity.available_aal, account.identity.is_active()), (Aal::Aal1, false));
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
    assert_eq!(after.identity.available_aal, Aal::Aal1);
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
    assert_eq!(set.identity.available_aal, Aal::Aal1);
    let id =
        |account: &Account| account.credentials.iter().find(|c| c.method() == MethodId::Password).unwrap().id;
    assert_eq!(id(&set), id(&account), "it is the same credential");
    let nothing = Some(Payload::Password { hash: None, use_migration_hook: false });
    let (gone, _) = updated(&set, &wanted(), Some("a@x.test"), nothing);
    assert_eq!(gone.identity.available_aal, Aal::Aal0);
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
