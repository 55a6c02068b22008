//! The outbox: no message is claimed twice, none is stranded, and only the holder of the lease ends a try.

use std::{collections::HashSet, time::Duration};

use serde_json::json;
use zelos::{
    outbox::{Message, MessageStatus},
    store::{Hit, MessageQuery, Outbox as _, OutboxMut as _, Store},
};

use crate::{
    database::TestDatabase,
    fixture::{Fixture, at},
    on_both,
};

const LEASE: Duration = Duration::from_secs(60);

async fn queue(store: &Store, messages: &[Message]) {
    let messages = messages.to_vec();
    store.write(move |tx| messages.iter().try_for_each(|message| tx.insert_message(message))).await.unwrap();
}

async fn claim(store: &Store, now: u64, limit: u32) -> Vec<Message> {
    store.write(move |tx| tx.claim_messages(at(now), LEASE, limit)).await.unwrap()
}

async fn get(store: &Store, message: &Message) -> Message {
    let id = message.id;
    store.read(move |r| r.message(id)).await.unwrap().unwrap()
}

on_both!(eight_workers_share_the_queue_without_overlap);
async fn eight_workers_share_the_queue_without_overlap(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let all = (0..200).map(|n| fixture.message("ann@example.org", at(n % 7))).collect::<Vec<_>>();
    queue(&store, &all).await;
    let mut workers = Vec::new();
    for _ in 0..8 {
        let store = store.clone();
        workers.push(tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let batch = claim(&store, 100, 7).await;
                if batch.is_empty() {
                    return mine;
                }
                mine.extend(batch);
            }
        }));
    }
    let mut claimed = Vec::new();
    for worker in workers {
        claimed.extend(worker.await.unwrap());
    }
    let ids = claimed.iter().map(|message| message.id).collect::<HashSet<_>>();
    assert_eq!((claimed.len(), ids.len()), (200, 200));
    assert_eq!(get(&store, &claimed[0]).await, claimed[0], "a claim tells what it wrote");
    assert_eq!(claimed[0].status, MessageStatus::Processing);
    assert_eq!((claimed[0].send_count, claimed[0].next_attempt_at), (1, at(160)));
}

on_both!(what_is_due_longest_comes_first_and_what_is_not_due_stays);
async fn what_is_due_longest_comes_first_and_what_is_not_due_stays(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let [late, early, future] = [30, 20, 50].map(|due| fixture.message("ann@example.org", at(due)));
    queue(&store, &[late.clone(), early.clone(), future]).await;
    let ids = async |limit| claim(&store, 40, limit).await.iter().map(|m| m.id).collect::<Vec<_>>();
    assert_eq!(ids(1).await, [early.id]);
    assert_eq!(ids(9).await, [late.id]);
    assert_eq!(ids(9).await, []);
}

on_both!(a_lease_that_ran_out_is_claimed_again_and_its_first_holder_ends_nothing);
async fn a_lease_that_ran_out_is_claimed_again_and_its_first_holder_ends_nothing(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let message = fixture.message("ann@example.org", at(0));
    queue(&store, std::slice::from_ref(&message)).await;
    let first = claim(&store, 10, 1).await.remove(0);
    assert_eq!(claim(&store, 69, 1).await, []);
    let second = claim(&store, 70, 1).await.remove(0);
    assert_eq!(second.send_count, 2);
    let (late, attempt) = (first.clone(), fixture.attempt(&first, None, at(71)));
    assert_eq!(store.write(move |tx| tx.mark_sent(&late, &attempt)).await.unwrap(), Hit::Nothing);
    let (held, attempt) = (second.clone(), fixture.attempt(&second, None, at(72)));
    let kept = attempt.clone();
    assert_eq!(store.write(move |tx| tx.mark_sent(&held, &attempt)).await.unwrap(), Hit::One);
    assert_eq!(get(&store, &message).await.status, MessageStatus::Sent);
    let id = message.id;
    assert_eq!(store.read(move |r| r.attempts_of(id)).await.unwrap(), [kept]);
    assert_eq!(claim(&store, 9999, 1).await, []);
}

on_both!(a_failed_try_waits_and_a_hopeless_message_is_given_up);
async fn a_failed_try_waits_and_a_hopeless_message_is_given_up(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let message = fixture.message("+4930123456", at(0));
    queue(&store, std::slice::from_ref(&message)).await;
    let held = claim(&store, 10, 1).await.remove(0);
    let attempt = fixture.attempt(&held, Some(json!({"reason": "refused"})), at(11));
    let failed = attempt.clone();
    assert_eq!(store.write(move |tx| tx.mark_failed(&held, &attempt, at(500))).await.unwrap(), Hit::One);
    assert_eq!(claim(&store, 499, 1).await, []);
    let held = claim(&store, 500, 1).await.remove(0);
    assert_eq!(held.send_count, 2);
    let last = held.clone();
    assert_eq!(store.write(move |tx| tx.mark_abandoned(&last, None, at(501))).await.unwrap(), Hit::One);
    assert_eq!(store.write(move |tx| tx.mark_abandoned(&held, None, at(502))).await.unwrap(), Hit::Nothing);
    let id = message.id;
    assert_eq!(store.read(move |r| r.attempts_of(id)).await.unwrap(), [failed]);
    let end = get(&store, &message).await;
    assert_eq!((end.status, end.updated_at), (MessageStatus::Abandoned, at(501)));
    assert_eq!(claim(&store, 9999, 1).await, []);
}

on_both!(lists_come_newest_first_in_parts);
async fn lists_come_newest_first_in_parts(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let mut all =
        (0..6).map(|n| fixture.message(["a@x.org", "b@x.org"][n % 2], at(n as u64 / 2))).collect::<Vec<_>>();
    queue(&store, &all).await;
    all.sort_by_key(|message| std::cmp::Reverse((message.created_at, message.id)));
    let list = async |query: MessageQuery| store.read(move |r| r.messages(&query)).await.unwrap();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let part = list(MessageQuery { after, limit: 4, ..MessageQuery::default() }).await;
        let Some(last) = part.last() else { break };
        after = Some((last.created_at, last.id));
        seen.extend(part);
    }
    assert_eq!(seen, all);
    let to = |to: &str| MessageQuery { recipient: Some(to.to_owned()), limit: 9, ..MessageQuery::default() };
    assert_eq!(list(to("b@x.org")).await.len(), 3);
    assert_eq!(list(to("B@x.org")).await, []);
    assert_eq!(list(to("b@x.org\0")).await, []);
    let sent = MessageQuery { status: Some(MessageStatus::Sent), limit: 9, ..MessageQuery::default() };
    assert_eq!(list(sent).await, []);

    let (newest, middle) = (all[0].clone(), all[2].clone());
    let inbox = async |to: Option<&'static str>, after| {
        store.read(move |r| r.messages_for_inbox(to, after, 9)).await.unwrap()
    };
    assert_eq!(inbox(None, None).await, all);
    assert_eq!(inbox(None, Some(middle.id)).await, all[..2]);
    assert_eq!(inbox(Some("a@x.org"), Some(newest.id)).await, []);
    assert_eq!(inbox(None, Some(fixture.id())).await.len(), 6);
    assert_eq!(store.write(|tx| tx.delete_messages(Some("a@x.org"))).await.unwrap(), 3);
    assert_eq!(store.write(|tx| tx.delete_messages(None)).await.unwrap(), 3);
}
