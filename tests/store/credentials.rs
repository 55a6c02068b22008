//! Credentials: found by identifier in one statement, replaced as a whole, unique per method.

use zelos::{
    identity::{Channel, CodeAddress, Credential, MethodId, Payload},
    store::{
        Conflict, Credentials as _, CredentialsMut as _, Hit, IdentitiesMut as _, Key, Store, StoreError,
    },
};

use crate::{
    database::TestDatabase,
    fixture::{Fixture, at},
    identities::insert,
    on_both,
};

async fn put(store: &Store, credential: &Credential) -> Result<(), StoreError> {
    let credential = credential.clone();
    store.write(move |tx| tx.put_credential(&credential)).await
}

async fn find(store: &Store, method: MethodId, names: &[&str]) -> Option<Credential> {
    let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let found = store.read(move |r| r.credential_by_identifier(method, &names)).await.unwrap();
    found.map(|(credential, identity)| {
        assert_eq!(credential.identity, identity.id);
        credential
    })
}

fn code(fixture: &mut Fixture, of: &Credential) -> Credential {
    let address = of.identifiers[0].clone();
    let addresses = vec![CodeAddress { address, channel: Channel::Email }];
    Credential { id: fixture.id(), payload: Payload::Code { addresses }, ..of.clone() }
}

on_both!(an_identifier_finds_the_credential_of_its_method_in_one_statement);
async fn an_identifier_finds_the_credential_of_its_method_in_one_statement(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let (ann, bob) = (fixture.identity("ann@example.org"), fixture.identity("bob@example.org"));
    insert(&store, &ann).await.unwrap();
    insert(&store, &bob).await.unwrap();
    let password = fixture.password(ann.id, &["ann", "ann@example.org"]);
    let other = fixture.password(bob.id, &["bob"]);
    let code = code(&mut fixture, &password);
    for credential in [&password, &code, &other] {
        put(&store, credential).await.unwrap();
    }
    let before = store.statements();
    assert_eq!(find(&store, MethodId::Password, &["ann@example.org"]).await.as_ref(), Some(&password));
    assert_eq!(store.statements().statements - before.statements, 1);
    assert_eq!(find(&store, MethodId::Code, &["ann"]).await.as_ref(), Some(&code));
    assert_eq!(find(&store, MethodId::Password, &["bob", "ann"]).await.as_ref(), Some(&other));
    assert_eq!(find(&store, MethodId::Password, &["ann", "bob"]).await.as_ref(), Some(&password));
    assert_eq!(find(&store, MethodId::Totp, &["ann"]).await, None);
    assert_eq!(find(&store, MethodId::Password, &["Ann", "an", "%", "ann\0", ""]).await, None);
    assert_eq!(find(&store, MethodId::Password, &[]).await, None);
    // By whatever method: the preferred one first, then the first name.
    let account = async |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        store.read(move |r| r.account_by_identifier(MethodId::Code, &names)).await.unwrap()
    };
    let before = store.statements();
    let found = account(&["nobody", "ann@example.org"]).await.unwrap();
    assert_eq!(store.statements().statements - before.statements, 1);
    assert_eq!((found.identity.id, found.is_preferred), (ann.id, true));
    assert_eq!(found.credentials, [code.clone(), password.clone()]);
    assert_eq!(account(&["bob", "ann"]).await.unwrap().identity.id, ann.id);
    let found = account(&["bob"]).await.unwrap();
    assert_eq!((found.is_preferred, found.credentials), (false, vec![other.clone()]));
    assert!(account(&["Ann", "ann\0", ""]).await.is_none() && account(&[]).await.is_none());
    let all = store.read(move |r| r.credentials_of(ann.id)).await.unwrap();
    assert_eq!(all, [code.clone(), password.clone()]);

    let mut two = [(ann.id, vec![code, password]), (bob.id, vec![other])];
    two.sort_by_key(|(id, _)| *id);
    let before = store.statements();
    let all = store.read(move |r| r.credentials_of_all(&[bob.id, ann.id])).await.unwrap();
    assert_eq!(store.statements().statements - before.statements, 1);
    assert_eq!(all, two.into_iter().flat_map(|(_, credentials)| credentials).collect::<Vec<_>>());
    assert_eq!(store.read(|r| r.credentials_of_all(&[])).await.unwrap(), []);
}

on_both!(a_credential_is_replaced_with_its_identifiers);
async fn a_credential_is_replaced_with_its_identifiers(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let ann = fixture.identity("ann@example.org");
    insert(&store, &ann).await.unwrap();
    let old = fixture.password(ann.id, &["a", "b"]);
    put(&store, &old).await.unwrap();
    let mut new = Credential { identifiers: vec!["b".to_owned(), "c".to_owned()], ..old.clone() };
    new.payload = Payload::Password { hash: None, use_migration_hook: true };
    new.updated_at = at(9);
    put(&store, &new).await.unwrap();
    for name in ["b", "c"] {
        assert_eq!(find(&store, MethodId::Password, &[name]).await.as_ref(), Some(&new));
    }
    assert_eq!(find(&store, MethodId::Password, &["a"]).await, None);

    let remove =
        async || store.write(move |tx| tx.remove_credential(ann.id, MethodId::Password)).await.unwrap();
    assert_eq!(remove().await, Hit::One);
    assert_eq!(remove().await, Hit::Nothing);
    assert_eq!(find(&store, MethodId::Password, &["b"]).await, None);
}

on_both!(retired_names_find_nobody_and_are_free_for_others);
async fn retired_names_find_nobody_and_are_free_for_others(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let (ann, bob) = (fixture.identity("ann@example.org"), fixture.identity("bob@example.org"));
    for person in [&ann, &bob] {
        insert(&store, person).await.unwrap();
    }
    let old = fixture.password(ann.id, &["shared"]);
    put(&store, &old).await.unwrap();
    let retired = Credential { payload: Payload::Retired { method: MethodId::Password }, ..old };
    put(&store, &retired).await.unwrap();
    assert_eq!(find(&store, MethodId::Password, &["shared"]).await, None);
    assert_eq!(store.read(move |r| r.credentials_of(ann.id)).await.unwrap(), [retired]);
    let next = fixture.password(bob.id, &["shared"]);
    put(&store, &next).await.unwrap();
    assert_eq!(find(&store, MethodId::Password, &["shared"]).await, Some(next));
}

on_both!(an_identifier_is_taken_per_method_and_nothing_is_kept_of_who_comes_second);
async fn an_identifier_is_taken_per_method_and_nothing_is_kept_of_who_comes_second(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let (ann, bob) = (fixture.identity("ann@example.org"), fixture.identity("bob@example.org"));
    insert(&store, &ann).await.unwrap();
    let first = fixture.password(ann.id, &["shared"]);
    put(&store, &first).await.unwrap();
    let second = fixture.password(bob.id, &["bob", "shared"]);
    let (who, what) = (bob.clone(), second.clone());
    let refused = store
        .write(move |tx| {
            tx.insert_identity(&who)?;
            tx.put_credential(&what)
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Conflict(Conflict::Unique(Key::Identifier)))), "{refused:?}");
    insert(&store, &bob).await.expect("nothing was kept of bob");
    put(&store, &code(&mut fixture, &second)).await.expect("another method is another name space");
}

on_both!(a_credential_without_its_identity_is_refused);
async fn a_credential_without_its_identity_is_refused(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let nobody = fixture.id();
    let orphan = fixture.password(nobody, &["x"]);
    let refused = put(&store, &orphan).await;
    assert!(matches!(refused, Err(StoreError::Conflict(Conflict::Gone))), "{refused:?}");
}

on_both!(of_many_who_want_one_name_at_once_one_gets_it);
async fn of_many_who_want_one_name_at_once_one_gets_it(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let mut tasks = Vec::new();
    for n in 0..16 {
        let who = fixture.identity(&format!("{n}@example.org"));
        let what = fixture.password(who.id, &["wanted"]);
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            store
                .write(move |tx| {
                    tx.insert_identity(&who)?;
                    tx.put_credential(&what)
                })
                .await
        }));
    }
    let mut winners = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => winners += 1,
            Err(StoreError::Conflict(Conflict::Unique(Key::Identifier))) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(winners, 1);
}
