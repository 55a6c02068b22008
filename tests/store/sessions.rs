//! Sessions: who is asking takes one statement, and revoking is final.

use zelos::{
    crypto::TokenHash,
    identity::Version,
    kernel::SessionId,
    session::Session,
    store::{
        Conflict, Hit, IdentitiesMut as _, Key, Revoked, SessionChoice, SessionList as _,
        SessionListMut as _, SessionQuery, Sessions as _, SessionsMut as _, Store, StoreError,
    },
};

use crate::{
    database::TestDatabase,
    fixture::{Fixture, at, token_of},
    identities::insert,
    on_both,
};

pub async fn open(store: &Store, session: &Session) -> Result<(), StoreError> {
    open_by(store, session, token_of(session)).await
}

async fn open_by(store: &Store, session: &Session, token: TokenHash) -> Result<(), StoreError> {
    let session = session.clone();
    store.write(move |tx| tx.insert_session(&session, &token)).await
}

async fn get(store: &Store, id: SessionId) -> Option<Session> {
    store.read(move |r| r.session(id)).await.unwrap()
}

on_both!(a_token_finds_session_and_identity_in_one_statement);
async fn a_token_finds_session_and_identity_in_one_statement(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let ann = fixture.identity("ann@example.org");
    insert(&store, &ann).await.unwrap();
    let session = fixture.session(ann.id);
    open(&store, &session).await.unwrap();
    let (token, other) = (token_of(&session), fixture.hash());
    let before = store.statements();
    let found = store.read(move |r| r.session_by_token(&[token])).await.unwrap();
    let cost = store.statements();
    assert_eq!((cost.reads - before.reads, cost.statements - before.statements), (1, 1));
    assert_eq!(found, Some((session.clone(), ann)));
    let found = store.read(move |r| r.session_by_token(&[other, token])).await.unwrap();
    assert_eq!(found.map(|(session, _)| session.id), Some(session.id));
    assert_eq!(store.read(move |r| r.session_by_token(&[other])).await.unwrap(), None);
    assert_eq!(store.read(move |r| r.session_by_token(&[])).await.unwrap(), None);
}

on_both!(a_token_belongs_to_one_session_and_a_session_to_an_identity);
async fn a_token_belongs_to_one_session_and_a_session_to_an_identity(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let ann = fixture.identity("ann@example.org");
    insert(&store, &ann).await.unwrap();
    let first = fixture.session(ann.id);
    open(&store, &first).await.unwrap();
    let second = Session { id: fixture.id(), ..first.clone() };
    let refused = open_by(&store, &second, token_of(&first)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(Conflict::Unique(Key::SessionToken)))), "{refused:?}");
    let mut orphan = fixture.session(ann.id);
    orphan.identity = fixture.id();
    let refused = open(&store, &orphan).await;
    assert!(matches!(refused, Err(StoreError::Conflict(Conflict::Gone))), "{refused:?}");
    store.write(move |tx| tx.delete_identity(ann.id)).await.unwrap().or_stale().unwrap();
    assert_eq!(get(&store, first.id).await, None);
}

on_both!(a_session_is_replaced_at_its_version_only);
async fn a_session_is_replaced_at_its_version_only(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let ann = fixture.identity("ann@example.org");
    insert(&store, &ann).await.unwrap();
    let old = fixture.session(ann.id);
    open(&store, &old).await.unwrap();
    let new =
        Session { version: old.version.next(), expires_at: at(9999), devices: Vec::new(), ..old.clone() };
    let replace = async |expected| {
        let new = new.clone();
        store.write(move |tx| tx.replace_session(&new, expected)).await.unwrap()
    };
    assert_eq!(replace(Version(7)).await, Hit::Nothing);
    assert_eq!(replace(old.version).await, Hit::One);
    assert_eq!(replace(old.version).await, Hit::Nothing);
    assert_eq!(get(&store, old.id).await, Some(new));
}

on_both!(revoking_hits_once_and_spares_the_one_to_keep);
async fn revoking_hits_once_and_spares_the_one_to_keep(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let (ann, bob) = (fixture.identity("ann@example.org"), fixture.identity("bob@example.org"));
    insert(&store, &ann).await.unwrap();
    insert(&store, &bob).await.unwrap();
    let own = [(); 4].map(|()| fixture.session(ann.id));
    let foreign = fixture.session(bob.id);
    for session in own.iter().chain([&foreign]) {
        open(&store, session).await.unwrap();
    }
    let first = own[0].id;
    let revoke = async || store.write(move |tx| tx.revoke_session(first, at(50))).await.unwrap();
    assert_eq!(revoke().await, Hit::One);
    assert_eq!(revoke().await, Hit::Nothing);
    let revoked = get(&store, first).await.unwrap();
    assert_eq!((revoked.active, revoked.updated_at, revoked.version), (false, at(50), own[0].version.next()));
    let keep = own[1].id;
    let others =
        async |keep| store.write(move |tx| tx.revoke_other_sessions(ann.id, keep, at(60))).await.unwrap();
    assert_eq!(others(Some(keep)).await, 2);
    assert!(get(&store, keep).await.unwrap().active);
    assert_eq!(others(None).await, 1);
    assert!(get(&store, foreign.id).await.unwrap().active);
    assert_eq!(store.write(move |tx| tx.delete_sessions_of(ann.id)).await.unwrap(), 4);
    assert_eq!(get(&store, keep).await, None);
}

on_both!(lists_are_newest_first_and_know_what_is_active);
async fn lists_are_newest_first_and_know_what_is_active(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let ann = fixture.identity("ann@example.org");
    insert(&store, &ann).await.unwrap();
    let mut all = [(); 4].map(|()| fixture.session(ann.id));
    for (n, session) in (0..).zip(&mut all) {
        session.created_at = at(100 - n);
    }
    all[1].expires_at = at(200);
    all[2].active = false;
    for session in &all {
        open(&store, session).await.unwrap();
    }
    let query =
        SessionQuery { identity: ann.id, active: None, now: at(200), except: None, skip: 0, limit: 10 };
    let list = async |query: SessionQuery| {
        let part = store.read(move |r| r.sessions_of(&query)).await.unwrap();
        let count = store.read(move |r| r.count_sessions_of(&query)).await.unwrap();
        (part.into_iter().map(|session| session.id).collect::<Vec<_>>(), count)
    };
    let ids = all.each_ref().map(|session| session.id);
    assert_eq!(list(query).await, (ids.to_vec(), 4));
    assert_eq!(list(SessionQuery { active: Some(true), ..query }).await, (vec![ids[0], ids[3]], 2));
    assert_eq!(list(SessionQuery { active: Some(false), ..query }).await, (vec![ids[1], ids[2]], 2));
    assert_eq!(
        list(SessionQuery { except: Some(ids[0]), skip: 1, limit: 1, ..query }).await,
        (vec![ids[2]], 3)
    );
}

on_both!(more_sessions_than_one_statement_takes_end_at_once);
async fn more_sessions_than_one_statement_takes_end_at_once(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let ann = fixture.identity("ann@example.org");
    insert(&store, &ann).await.unwrap();
    let sessions: Vec<Session> = (0..1100).map(|_| fixture.session(ann.id)).collect();
    let all = sessions.clone();
    store
        .write(move |tx| all.iter().try_for_each(|session| tx.insert_session(session, &token_of(session))))
        .await
        .unwrap();
    let choose = async |choice: SessionChoice, revoked| {
        store.read(move |r| r.choose_sessions(&choice, revoked)).await.unwrap()
    };
    assert_eq!(choose(SessionChoice::Some(7), Revoked::LeftOut).await.len(), 7);
    let of_ann = SessionChoice::Of(vec![ann.id]);
    let ids = choose(of_ann.clone(), Revoked::LeftOut).await;
    assert_eq!(ids.len(), 1100);
    let some = ids[..3].to_vec();
    assert_eq!(store.write(move |tx| tx.revoke_sessions(&some, at(9))).await.unwrap(), 3);
    let (again, unknown) = (ids.clone(), fixture.id());
    assert_eq!(store.write(move |tx| tx.revoke_sessions(&again, at(9))).await.unwrap(), 1097);
    assert_eq!(choose(of_ann.clone(), Revoked::LeftOut).await, []);
    assert_eq!(choose(SessionChoice::These(vec![ids[0], unknown]), Revoked::Included).await, [ids[0]]);
    assert_eq!(store.write(move |tx| tx.delete_sessions(&ids)).await.unwrap(), 1100);
    assert_eq!(choose(of_ann, Revoked::Included).await, []);
}
