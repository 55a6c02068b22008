//! Identities: what goes in comes out, guards hold, addresses agree with their rows.

use serde_json::json;
use uuid::Uuid;
use zelos::{
    identity::{Aal, Channel, Identity, IdentityState, Version},
    kernel::IdentityId,
    store::{
        AddressPurpose::{Recovery, Verifiable},
        Conflict, CredentialsMut as _, Hit, Identities as _, IdentitiesMut as _, IdentityFilter, Key, Store,
        StoreError, Window,
    },
};

use crate::{
    database::TestDatabase,
    fixture::{Fixture, at},
    on_both,
};

pub async fn insert(store: &Store, identity: &Identity) -> Result<(), StoreError> {
    let identity = identity.clone();
    store.write(move |tx| tx.insert_identity(&identity)).await
}

async fn get(store: &Store, id: IdentityId) -> Option<Identity> {
    store.read(move |r| r.identity(id)).await.unwrap()
}

fn conflict(result: Result<(), StoreError>) -> Key {
    match result {
        Err(StoreError::Conflict(Conflict::Unique(key))) => key,
        other => panic!("{other:?} is not about uniqueness"),
    }
}

on_both!(an_identity_comes_back_as_it_was);
async fn an_identity_comes_back_as_it_was(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let mut full = fixture.identity("ann@example.org");
    full.metadata_admin = Some(json!(null));
    full.external_id = Some("crm:1".to_owned());
    full.organization_id = Some(Uuid::from_u128(5));
    full.state = IdentityState::Inactive;
    full.available.aal = Aal::Aal2;
    full.verifiable_addresses.push(fixture.verifiable("+4930123456"));
    let mut bare = fixture.identity("bob@example.org");
    bare.traits.clear();
    bare.metadata_public = None;
    bare.state_changed_at = None;
    bare.verifiable_addresses.clear();
    bare.recovery_addresses.clear();
    for identity in [&full, &bare] {
        insert(&store, identity).await.unwrap();
        assert_eq!(get(&store, identity.id).await.as_ref(), Some(identity));
    }
    let found = store.read(|r| r.identity_by_external_id("crm:1")).await.unwrap();
    assert_eq!(found, Some(full));
    assert_eq!(store.read(|r| r.identity_by_external_id("CRM:1")).await.unwrap(), None);
    assert_eq!(get(&store, fixture.id()).await, None);
}

on_both!(each_kind_of_taken_name_is_told_apart);
async fn each_kind_of_taken_name_is_told_apart(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let mut first = fixture.identity("ann@example.org");
    first.external_id = Some("crm:1".to_owned());
    insert(&store, &first).await.unwrap();

    let same_id = Identity { external_id: None, ..first.clone() };
    assert_eq!(conflict(insert(&store, &same_id).await), Key::Id);
    let mut same_name = fixture.identity("bob@example.org");
    same_name.external_id = Some("crm:1".to_owned());
    assert_eq!(conflict(insert(&store, &same_name).await), Key::ExternalId);
    let mut same_address = fixture.identity("ann@example.org");
    assert_eq!(conflict(insert(&store, &same_address).await), Key::VerifiableAddress);
    same_address.verifiable_addresses.clear();
    assert_eq!(conflict(insert(&store, &same_address).await), Key::RecoveryAddress);
    // None of those that were refused left anything behind.
    let all = store.read(|r| r.count_identities(&IdentityFilter::All)).await.unwrap();
    assert_eq!(all, 1);
}

on_both!(an_address_finds_its_identity_and_the_raw_form_wins);
async fn an_address_finds_its_identity_and_the_raw_form_wins(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let (raw, normal) = (fixture.identity("Ann@example.org"), fixture.identity("ann@example.org"));
    insert(&store, &raw).await.unwrap();
    insert(&store, &normal).await.unwrap();
    let find = async |purpose, via, values: &[&str]| {
        let values = values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
        store.read(move |r| r.identity_by_address(purpose, via, &values)).await.unwrap()
    };
    let email = Channel::Email;
    let found = find(Verifiable, email, &["Ann@example.org", "ann@example.org"]).await;
    assert_eq!(found, Some((raw.verifiable_addresses[0].id, raw.clone())));
    let found = find(Recovery, email, &["ann@example.org", "Ann@example.org"]).await;
    assert_eq!(found, Some((normal.recovery_addresses[0].id, normal.clone())));
    assert_eq!(find(Recovery, Channel::Sms, &["ann@example.org"]).await, None);
    assert_eq!(find(Recovery, email, &["ANN@EXAMPLE.ORG", "ann@example.org\0", ""]).await, None);
    assert_eq!(find(Recovery, email, &[]).await, None);
}

on_both!(a_replaced_identity_needs_its_version_and_takes_its_addresses_along);
async fn a_replaced_identity_needs_its_version_and_takes_its_addresses_along(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let old = fixture.identity("ann@example.org");
    let mut other = fixture.identity("bob@example.org");
    other.recovery_addresses.clear();
    insert(&store, &old).await.unwrap();
    insert(&store, &other).await.unwrap();

    let mut new = old.clone();
    new.version = old.version.next();
    new.updated_at = at(5);
    new.verifiable_addresses =
        vec![fixture.verifiable("new@example.org"), old.verifiable_addresses[0].clone()];
    new.verifiable_addresses[1].verified = false;
    new.recovery_addresses = vec![fixture.recovery("bob@example.org")];
    let replace = async |identity: &Identity, expected| {
        let identity = identity.clone();
        store.write(move |tx| tx.replace_identity(&identity, expected)).await
    };
    assert_eq!(replace(&new, Version(0)).await.unwrap(), Hit::Nothing);
    assert_eq!(get(&store, old.id).await.as_ref(), Some(&old));
    assert_eq!(replace(&new, old.version).await.unwrap(), Hit::One);
    assert_eq!(replace(&new, old.version).await.unwrap(), Hit::Nothing);
    assert_eq!(get(&store, old.id).await.as_ref(), Some(&new));

    // The look-up table follows: what is new is found, what went is free, what stayed kept its id.
    for (purpose, value, found) in [
        (Verifiable, "new@example.org", Some(new.verifiable_addresses[0].id)),
        (Verifiable, "ann@example.org", Some(old.verifiable_addresses[0].id)),
        (Recovery, "bob@example.org", Some(new.recovery_addresses[0].id)),
        (Recovery, "ann@example.org", None),
    ] {
        let values = [value.to_owned()];
        let row = store.read(move |r| r.identity_by_address(purpose, Channel::Email, &values)).await.unwrap();
        assert_eq!(row.map(|(id, identity)| (id, identity.id)), found.map(|id| (id, old.id)));
    }

    // Somebody else's address is refused, and the whole change with it.
    let mut greedy = new.clone();
    greedy.version = new.version.next();
    greedy.verifiable_addresses = vec![fixture.verifiable("bob@example.org")];
    let refused = replace(&greedy, new.version).await.map(drop);
    assert_eq!(conflict(refused), Key::VerifiableAddress);
    assert_eq!(get(&store, old.id).await, Some(new));
}

on_both!(touching_needs_an_active_identity_at_its_version);
async fn touching_needs_an_active_identity_at_its_version(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let active = fixture.identity("ann@example.org");
    let mut inactive = fixture.identity("bob@example.org");
    inactive.state = IdentityState::Inactive;
    insert(&store, &active).await.unwrap();
    insert(&store, &inactive).await.unwrap();
    let touch = async |id, version| store.write(move |tx| tx.touch_identity(id, version)).await.unwrap();
    assert_eq!(touch(active.id, active.version).await, Hit::One);
    assert_eq!(touch(active.id, active.version.next()).await, Hit::Nothing);
    assert_eq!(touch(inactive.id, inactive.version).await, Hit::Nothing);
    assert_eq!(touch(fixture.id(), Version(1)).await, Hit::Nothing);
}

on_both!(a_deleted_identity_frees_its_addresses);
async fn a_deleted_identity_frees_its_addresses(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let identity = fixture.identity("ann@example.org");
    insert(&store, &identity).await.unwrap();
    let id = identity.id;
    assert_eq!(store.write(move |tx| tx.delete_identity(id)).await.unwrap(), Hit::One);
    assert_eq!(store.write(move |tx| tx.delete_identity(id)).await.unwrap(), Hit::Nothing);
    insert(&store, &identity).await.unwrap();
}

on_both!(lists_are_filtered_and_come_in_parts_in_the_order_of_ids);
async fn lists_are_filtered_and_come_in_parts_in_the_order_of_ids(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let mut ids = Vec::new();
    for n in 0..5 {
        let name = ["anna", "anton", "ANNA", "anna_", "bert"][n];
        let mut identity = fixture.identity(&format!("{name}@example.org"));
        identity.organization_id = (n == 4).then(|| Uuid::from_u128(9));
        let credential = fixture.password(identity.id, &[name]);
        ids.push(identity.id);
        store
            .write(move |tx| {
                tx.insert_identity(&identity)?;
                tx.put_credential(&credential)
            })
            .await
            .unwrap();
    }
    let list = async |filter: IdentityFilter, window| {
        let counted = filter.clone();
        let count = store.read(move |r| r.count_identities(&counted)).await.unwrap();
        let part = store.read(move |r| r.identities(&filter, window)).await.unwrap();
        (part.into_iter().map(|identity| identity.id).collect::<Vec<_>>(), count)
    };
    let sorted = |wanted: &[usize]| {
        let mut wanted = wanted.iter().map(|n| ids[*n]).collect::<Vec<_>>();
        wanted.sort();
        wanted
    };
    let (all, everything) = (sorted(&[0, 1, 2, 3, 4]), Window::After { id: None, limit: 250 });
    assert_eq!(list(IdentityFilter::All, everything).await, (all.clone(), 5));
    let part = Window::After { id: Some(all[1]), limit: 2 };
    assert_eq!(list(IdentityFilter::All, part).await, (all[2..4].to_vec(), 5));
    let part = Window::Offset { skip: 3, limit: 5 };
    assert_eq!(list(IdentityFilter::All, part).await, (all[3..].to_vec(), 5));
    for (filter, wanted) in [
        (IdentityFilter::Ids(vec![ids[3], ids[0], fixture.id()]), vec![0, 3]),
        (IdentityFilter::Ids(Vec::new()), vec![]),
        (IdentityFilter::Organization(Uuid::from_u128(9)), vec![4]),
        (IdentityFilter::Identifier("anna".to_owned()), vec![0]),
        (IdentityFilter::Identifier("ann".to_owned()), vec![]),
        (IdentityFilter::Identifier("anna\0".to_owned()), vec![]),
        (IdentityFilter::IdentifierPrefix("an".to_owned()), vec![0, 1, 3]),
        (IdentityFilter::IdentifierPrefix("anna_".to_owned()), vec![3]),
        (IdentityFilter::IdentifierPrefix("%".to_owned()), vec![]),
    ] {
        assert_eq!(
            list(filter.clone(), everything).await,
            (sorted(&wanted), wanted.len() as u64),
            "{filter:?}"
        );
    }
}
