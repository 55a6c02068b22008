//! Units of work: all or nothing, whatever fails, and nobody suffers for others.

use std::{sync::mpsc, time::Duration};

use futures_util::FutureExt as _;
use tokio::sync::oneshot;
use zelos::{
    flow::CodePurpose,
    kernel::NoAnswer,
    outbox::MessageStatus,
    store::{
        Codes as _, CodesMut as _, CredentialsMut as _, Flows as _, FlowsMut as _, Identities as _,
        IdentitiesMut as _, IdentityFilter, Location, MessageQuery, Outbox as _, OutboxMut as _, ReadStore,
        SessionsMut as _, Store, StoreConfig, StoreError,
    },
};

use crate::{
    database::TestDatabase,
    fixture::{Fixture, at, token_of},
    identities::insert,
    on_both,
};

on_both!(a_unit_that_fails_anywhere_leaves_nothing_behind);
/// A commit as large as they come is broken at each of its statements, its commit included.
async fn a_unit_that_fails_anywhere_leaves_nothing_behind(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let flow = fixture.verification();
    let (identity, message) =
        (fixture.identity("ann@example.org"), fixture.message("ann@example.org", at(0)));
    let password = fixture.password(identity.id, &["ann"]);
    let session = fixture.session(identity.id);
    let mut code = fixture.code(flow.head().id, CodePurpose::VerificationCode);
    code.address = Some(identity.verifiable_addresses[0].id);
    let begun = flow.clone();
    store.write(move |tx| tx.insert_flow(&begun)).await.unwrap();

    let everything = || {
        let (mut flow, identity, password) = (flow.clone(), identity.clone(), password.clone());
        let (session, code, message) = (session.clone(), code.clone(), message.clone());
        store.write(move |tx| {
            let read = flow.head().version;
            flow.head_mut().version = read.next();
            tx.advance_flow(&flow, read)?.or_stale()?;
            tx.insert_identity(&identity)?;
            tx.put_credential(&password)?;
            tx.insert_session(&session, &token_of(&session))?;
            tx.insert_code(&code)?;
            tx.insert_message(&message)
        })
    };
    let (flow_id, read) = (flow.head().id, ReadStore::from(store.clone()));
    let state = async || {
        read.read(move |r| {
            let list =
                MessageQuery { limit: 9, status: Some(MessageStatus::Queued), ..MessageQuery::default() };
            let version = r.flow(flow_id)?.unwrap().head().version.0;
            let identities = r.count_identities(&IdentityFilter::All)?;
            Ok((version, identities, r.codes_of(flow_id)?.len(), r.messages(&list)?.len()))
        })
        .await
        .unwrap()
    };
    let mut blown = 0;
    loop {
        store.arm_fuse(blown + 1);
        match everything().await {
            Err(StoreError::Database(_)) => blown += 1,
            Ok(()) => break,
            Err(other) => panic!("{other:?}"),
        }
        assert_eq!(state().await, (0, 0, 0, 0), "after statement {blown} failed");
    }
    assert!(store.arm_fuse(0), "the last fuse was not reached");
    assert!(blown >= 10, "only {blown} statements");
    assert_eq!(state().await, (1, 1, 1, 1));
}

on_both!(a_unit_that_swallows_an_error_is_not_kept);
async fn a_unit_that_swallows_an_error_is_not_kept(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let (ann, again) = (fixture.identity("ann@example.org"), fixture.identity("ann@example.org"));
    insert(&store, &ann).await.unwrap();
    let flow = fixture.login();
    let id = flow.head().id;
    let swallowed = store
        .write(move |tx| {
            tx.insert_flow(&flow)?;
            tx.insert_identity(&again).ok();
            Ok(())
        })
        .await;
    assert!(matches!(swallowed, Err(StoreError::Database(_))), "{swallowed:?}");
    assert_eq!(store.read(move |r| r.flow(id)).await.unwrap(), None);
}

on_both!(a_panic_undoes_its_own_unit_and_the_store_goes_on);
async fn a_panic_undoes_its_own_unit_and_the_store_goes_on(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let flows = [(); 9].map(|()| fixture.login());
    let mut tasks = Vec::new();
    for (n, flow) in flows.clone().into_iter().enumerate() {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            store
                .write(move |tx| {
                    tx.insert_flow(&flow)?;
                    assert!(n % 3 != 0, "on purpose");
                    Ok(())
                })
                .await
        }));
    }
    for (n, task) in tasks.into_iter().enumerate() {
        let answer = task.await.unwrap();
        match answer {
            Ok(()) => assert_ne!(n % 3, 0),
            Err(StoreError::Busy(NoAnswer::Panicked)) => assert_eq!(n % 3, 0),
            Err(other) => panic!("{other:?}"),
        }
        let id = flows[n].head().id;
        assert_eq!(store.read(move |r| r.flow(id)).await.unwrap().is_some(), n % 3 != 0);
    }
}

on_both!(what_does_not_fit_into_the_waiting_room_is_refused);
async fn what_does_not_fit_into_the_waiting_room_is_refused(database: TestDatabase) {
    let mut config = database.config.clone();
    config.sizes.waiting_room = 1;
    config.sizes.threads = std::num::NonZeroUsize::MIN;
    let (store, mut fixture) = (Store::open(config).unwrap(), Fixture::new());
    let (started, start) = oneshot::channel::<()>();
    let (open, gate) = mpsc::channel::<()>();
    let held = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(move |_| {
                    started.send(()).unwrap();
                    gate.recv().ok();
                    Ok(())
                })
                .await
        }
    });
    start.await.unwrap();
    // One more may wait; of two more, one is refused, whichever comes second.
    let flows = [fixture.login(), fixture.login()];
    let mut waiting = flows.map(|flow| Box::pin(store.write(move |tx| tx.insert_flow(&flow))));
    let [first, second] = &mut waiting;
    let refused = tokio::select! { answer = first => answer, answer = second => answer };
    assert!(matches!(refused, Err(StoreError::Busy(NoAnswer::Saturated))), "{refused:?}");
    open.send(()).unwrap();
    held.await.unwrap().unwrap();
}

on_both!(a_requester_who_leaves_early_takes_the_work_along);
async fn a_requester_who_leaves_early_takes_the_work_along(database: TestDatabase) {
    let mut config = database.config.clone();
    config.sizes.threads = std::num::NonZeroUsize::MIN;
    let (store, mut fixture) = (Store::open(config).unwrap(), Fixture::new());
    let (started, start) = oneshot::channel::<()>();
    let (open, gate) = mpsc::channel::<()>();
    let held = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(move |_| {
                    started.send(()).unwrap();
                    gate.recv().ok();
                    Ok(())
                })
                .await
        }
    });
    start.await.unwrap();
    let flow = fixture.login();
    let id = flow.head().id;
    {
        let mut left = Box::pin(store.write(move |tx| tx.insert_flow(&flow)));
        assert!(left.as_mut().now_or_never().is_none());
    }
    open.send(()).unwrap();
    held.await.unwrap().unwrap();
    assert_eq!(store.read(move |r| r.flow(id)).await.unwrap(), None);
}

on_both!(work_that_waited_too_long_is_not_started);
async fn work_that_waited_too_long_is_not_started(database: TestDatabase) {
    let mut config = database.config.clone();
    config.sizes.patience = Duration::ZERO;
    let (store, mut fixture) = (Store::open(config).unwrap(), Fixture::new());
    let flow = fixture.login();
    let refused = store.write(move |tx| tx.insert_flow(&flow)).await;
    assert!(matches!(refused, Err(StoreError::Busy(NoAnswer::Saturated))), "{refused:?}");
}

#[tokio::test]
async fn a_temporary_database_is_migrated_and_goes_with_its_store() {
    let store = Store::open(StoreConfig::sqlite(Location::Temporary)).unwrap();
    let other = Store::open(StoreConfig::sqlite(Location::Temporary)).unwrap();
    let mut fixture = Fixture::new();
    insert(&store, &fixture.identity("ann@example.org")).await.unwrap();
    let count =
        |store: Store| async move { store.read(|r| r.count_identities(&IdentityFilter::All)).await.unwrap() };
    assert_eq!(count(store.clone()).await, 1);
    assert_eq!(count(other).await, 0);
}

#[tokio::test]
async fn a_reader_of_sqlite_sees_what_was_just_written() {
    let database = TestDatabase::sqlite();
    let (store, mut fixture) = (database.store(), Fixture::new());
    for n in 0..50 {
        let identity = fixture.identity(&format!("{n}@example.org"));
        insert(&store, &identity).await.unwrap();
        assert_eq!(
            store.read(move |r| r.identity(identity.id)).await.unwrap().map(|i| i.id),
            Some(identity.id)
        );
    }
}
