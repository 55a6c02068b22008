//! Codes: used once, found within their flow or by their hash, gone with what they belong to.

use zelos::{
    flow::{
        Code,
        CodePurpose::{VerificationCode, VerificationLink},
    },
    store::{Codes as _, CodesMut as _, Hit, IdentitiesMut as _, Store},
};

use crate::{
    database::TestDatabase,
    fixture::{Fixture, at},
    flows::begin,
    identities::insert,
    on_both,
};

async fn issue(store: &Store, code: &Code) {
    let code = code.clone();
    store.write(move |tx| tx.insert_code(&code)).await.unwrap();
}

on_both!(codes_are_found_within_their_flow_and_by_hash);
async fn codes_are_found_within_their_flow_and_by_hash(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let (flow, other) = (fixture.verification().head().id, fixture.verification());
    let mut owner = fixture.verification();
    owner.head_mut().id = flow;
    begin(&store, &owner).await;
    begin(&store, &other).await;
    let ann = fixture.identity("ann@example.org");
    insert(&store, &ann).await.unwrap();
    let mut old = fixture.code(flow, VerificationLink);
    old.identity = Some(ann.id);
    old.address = Some(ann.verifiable_addresses[0].id);
    let mut new = fixture.code(flow, VerificationLink);
    (new.hash, new.issued_at, new.used_at) = (old.hash, at(20), Some(at(21)));
    let short = fixture.code(other.head().id, VerificationCode);
    for code in [&old, &new, &short] {
        issue(&store, code).await;
    }
    assert_eq!(store.read(move |r| r.codes_of(flow)).await.unwrap(), [new.clone(), old.clone()]);
    let (hash, unknown) = (old.hash, fixture.hash());
    let by_hash =
        async |purpose, hashes: Vec<_>| store.read(move |r| r.code_by_hash(purpose, &hashes)).await.unwrap();
    assert_eq!(by_hash(VerificationLink, vec![unknown, hash]).await, Some(new));
    assert_eq!(by_hash(VerificationCode, vec![hash]).await, None);
    assert_eq!(by_hash(VerificationLink, vec![]).await, None);
    assert_eq!(store.write(move |tx| tx.drop_codes_of(flow)).await.unwrap(), 2);
    assert_eq!(store.read(move |r| r.codes_of(flow)).await.unwrap(), []);
    assert_eq!(by_hash(VerificationCode, vec![short.hash]).await, Some(short));
}

on_both!(of_32_parallel_uses_one_hits);
async fn of_32_parallel_uses_one_hits(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let flow = fixture.verification();
    begin(&store, &flow).await;
    let code = fixture.code(flow.head().id, VerificationCode);
    issue(&store, &code).await;
    let mut tasks = Vec::new();
    for _ in 0..32 {
        let (store, id) = (store.clone(), code.id);
        tasks.push(tokio::spawn(async move { store.write(move |tx| tx.consume_code(id, at(30))).await }));
    }
    let mut hits = 0;
    for task in tasks {
        hits += usize::from(task.await.unwrap().unwrap() == Hit::One);
    }
    assert_eq!(hits, 1);
    let kept = store.read(move |r| r.codes_of(flow.head().id)).await.unwrap();
    assert_eq!(kept, [Code { used_at: Some(at(30)), ..code }]);
    let nobody = fixture.id();
    assert_eq!(store.write(move |tx| tx.consume_code(nobody, at(30))).await.unwrap(), Hit::Nothing);
}

on_both!(codes_go_with_their_address_and_stay_while_it_does);
async fn codes_go_with_their_address_and_stay_while_it_does(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let (flow, mut ann) = (fixture.verification(), fixture.identity("ann@example.org"));
    begin(&store, &flow).await;
    insert(&store, &ann).await.unwrap();
    let mut code = fixture.code(flow.head().id, VerificationCode);
    (code.identity, code.address) = (Some(ann.id), Some(ann.verifiable_addresses[0].id));
    issue(&store, &code).await;
    let left = async |changed: zelos::identity::Identity| {
        let expected = zelos::identity::Version(changed.version.0 - 1);
        let id = flow.head().id;
        store.write(move |tx| tx.replace_identity(&changed, expected)).await.unwrap().or_stale().unwrap();
        store.read(move |r| r.codes_of(id)).await.unwrap().len()
    };
    ann.version = ann.version.next();
    ann.verifiable_addresses[0].verified = false;
    assert_eq!(left(ann.clone()).await, 1);
    ann.version = ann.version.next();
    ann.verifiable_addresses.clear();
    assert_eq!(left(ann).await, 0);
}
