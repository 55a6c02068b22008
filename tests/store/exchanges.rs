//! Exchanges: found by their first half, filled until they are used, used once, gone with their flow.

use zelos::{
    crypto::Sealed,
    flow::Exchange,
    store::{Exchanges as _, ExchangesMut as _, Hit, Store},
};

use crate::{
    database::TestDatabase,
    fixture::{Fixture, at},
    flows::begin,
    on_both,
};

async fn opened(store: &Store, fixture: &mut Fixture) -> Exchange {
    let flow = fixture.verification();
    begin(store, &flow).await;
    let exchange = Exchange {
        id: fixture.id(),
        flow: flow.head().id,
        first: fixture.hash(),
        second: None,
        token: None,
        issued_at: at(0),
        expires_at: at(3600),
        used_at: None,
    };
    let insert = exchange.clone();
    store.write(move |tx| tx.insert_exchange(&insert)).await.unwrap();
    exchange
}

on_both!(an_exchange_is_filled_until_it_is_used);
async fn an_exchange_is_filled_until_it_is_used(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let mut exchange = opened(&store, &mut fixture).await;
    let other = fixture.verification();
    begin(&store, &other).await;
    let (id, flow, first, unknown) = (exchange.id, other.head().id, exchange.first, fixture.hash());
    let find = async |hashes: Vec<_>| store.read(move |r| r.exchange_by_code(&hashes)).await.unwrap();
    assert_eq!(find(vec![unknown, first]).await, Some(exchange.clone()));
    assert_eq!((find(vec![unknown]).await, find(vec![]).await), (None, None));
    for (second, token) in [(fixture.hash(), None), (fixture.hash(), Some(Sealed::new("v1.x.y")))] {
        (exchange.flow, exchange.second, exchange.token) = (flow, Some(second), token.clone());
        let fill = store.write(move |tx| tx.fill_exchange(id, flow, &second, token.as_ref()));
        assert_eq!(fill.await.unwrap(), Hit::One);
        assert_eq!(find(vec![first]).await, Some(exchange.clone()));
    }
    assert_eq!(store.write(move |tx| tx.consume_exchange(id, at(9))).await.unwrap(), Hit::One);
    (exchange.token, exchange.used_at) = (None, Some(at(9)));
    assert_eq!(find(vec![first]).await, Some(exchange));
    let late = store.write(move |tx| tx.fill_exchange(id, flow, &unknown, None));
    assert_eq!(late.await.unwrap(), Hit::Nothing);
}

on_both!(of_32_parallel_pick_ups_one_hits);
async fn of_32_parallel_pick_ups_one_hits(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let exchange = opened(&store, &mut fixture).await;
    let mut tasks = Vec::new();
    for _ in 0..32 {
        let (store, id) = (store.clone(), exchange.id);
        tasks.push(tokio::spawn(async move { store.write(move |tx| tx.consume_exchange(id, at(30))).await }));
    }
    let mut hits = 0;
    for task in tasks {
        hits += usize::from(task.await.unwrap().unwrap() == Hit::One);
    }
    assert_eq!(hits, 1);
}
