//! Flows: every kind comes back as it was, and of two submissions one wins.

use zelos::{
    flow::AnyFlow,
    identity::Version,
    kernel::FlowId,
    store::{Flows as _, FlowsMut as _, Hit, Store},
};

use crate::{
    database::TestDatabase,
    fixture::{Fixture, at, token_of},
    identities::insert,
    on_both,
    sessions::open,
};

pub async fn begin(store: &Store, flow: &AnyFlow) {
    let flow = flow.clone();
    store.write(move |tx| tx.insert_flow(&flow)).await.unwrap();
}

async fn get(store: &Store, id: FlowId) -> Option<AnyFlow> {
    store.read(move |r| r.flow(id)).await.unwrap()
}

on_both!(flows_of_all_kinds_come_back_as_they_were);
async fn flows_of_all_kinds_come_back_as_they_were(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let (login, verification) = (fixture.login(), fixture.verification());
    let settings = fixture.settings();
    for flow in [&login, &verification, &settings] {
        begin(&store, flow).await;
        assert_eq!(get(&store, flow.head().id).await.as_ref(), Some(flow));
    }
    assert_eq!(get(&store, fixture.id()).await, None);
}

on_both!(flow_and_session_take_two_statements_and_one_read);
async fn flow_and_session_take_two_statements_and_one_read(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let (flow, ann) = (fixture.login(), fixture.identity("ann@example.org"));
    let session = fixture.session(ann.id);
    begin(&store, &flow).await;
    insert(&store, &ann).await.unwrap();
    open(&store, &session).await.unwrap();
    let (id, hash, before) = (flow.head().id, token_of(&session), store.statements());
    let found = store.read(move |r| r.flow_and_session(id, &[hash])).await.unwrap();
    let after = store.statements();
    assert_eq!((after.reads - before.reads, after.statements - before.statements), (1, 2));
    assert_eq!(found, (Some(flow.clone()), Some((session, ann))));
    let found = store.read(move |r| r.flow_and_session(id, &[])).await.unwrap();
    assert_eq!(store.statements().statements - after.statements, 1);
    assert_eq!(found, (Some(flow), None));
}

on_both!(of_parallel_submissions_of_one_version_one_wins);
async fn of_parallel_submissions_of_one_version_one_wins(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let old = fixture.verification();
    begin(&store, &old).await;
    let mut new = old.clone();
    *new.head_mut() = zelos::flow::Head {
        version: old.head().version.next(),
        updated_at: at(77),
        active: None,
        notes: Vec::new(),
        ..old.head().clone()
    };
    let mut tasks = Vec::new();
    for _ in 0..32 {
        let (store, new) = (store.clone(), new.clone());
        tasks.push(tokio::spawn(
            async move { store.write(move |tx| tx.advance_flow(&new, Version(0))).await },
        ));
    }
    let mut hits = 0;
    for task in tasks {
        hits += usize::from(task.await.unwrap().unwrap() == Hit::One);
    }
    assert_eq!(hits, 1);
    assert_eq!(get(&store, old.head().id).await, Some(new));
}
