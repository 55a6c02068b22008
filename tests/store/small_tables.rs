//! Kept errors, the audit trail and settings.

use serde_json::{Value, json};
use zelos::{
    flow::KeptError,
    store::{
        Audit as _, AuditEvent, AuditMut as _, Hit, KeptErrors as _, KeptErrorsMut as _, Settings as _,
        SettingsMut as _,
    },
};

use crate::{
    database::TestDatabase,
    fixture::{Fixture, at},
    on_both,
};

on_both!(an_error_is_kept_and_seen_for_the_first_time_once);
async fn an_error_is_kept_and_seen_for_the_first_time_once(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let error = json!({"code": 403, "reason": "nein"});
    let kept = KeptError { id: fixture.id(), error, created_at: at(0), updated_at: at(0) };
    let (id, insert) = (kept.id, kept.clone());
    store.write(move |tx| tx.insert_error(&insert)).await.unwrap();
    let see = async || store.write(move |tx| tx.mark_error_seen(id, at(1))).await.unwrap();
    assert_eq!((see().await, see().await), (Hit::One, Hit::Nothing));
    assert_eq!(store.read(move |r| r.error(id)).await.unwrap(), Some(kept));
    let unknown = fixture.id();
    assert_eq!(store.read(move |r| r.error(unknown)).await.unwrap(), None);
}

on_both!(the_audit_trail_outlives_what_it_tells_about);
async fn the_audit_trail_outlives_what_it_tells_about(database: TestDatabase) {
    let (store, mut fixture) = (database.store(), Fixture::new());
    let identity = fixture.id();
    let mut events = [at(2), at(1)].map(|time| AuditEvent {
        id: fixture.id(),
        at: time,
        kind: "session.issued".to_owned(),
        identity: Some(identity),
        session: Some(fixture.id()),
        flow: None,
        details: json!({"method": "password"}),
    });
    for event in events.clone() {
        store.write(move |tx| tx.insert_audit(&event)).await.unwrap();
    }
    events.reverse();
    assert_eq!(store.read(move |r| r.audit_of(identity, 9)).await.unwrap(), events);
    assert_eq!(store.read(move |r| r.audit_of(identity, 1)).await.unwrap(), events[..1]);
}

on_both!(of_many_first_starts_one_decides_a_setting);
async fn of_many_first_starts_one_decides_a_setting(database: TestDatabase) {
    let store = database.store();
    let mut tasks = Vec::new();
    for n in 0..16 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            store
                .write(move |tx| {
                    let hit = tx.put_setting_if_absent("secret", &json!({ "n": n }), at(0))?;
                    Ok((hit, tx.setting("secret")?))
                })
                .await
                .unwrap()
        }));
    }
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    let agreed = store.read(|r| r.setting("secret")).await.unwrap();
    assert!(matches!(&agreed, Some(Value::Object(_))));
    assert!(answers.iter().all(|(_, value)| *value == agreed));
    assert_eq!(answers.iter().filter(|(hit, _)| *hit == Hit::One).count(), 1);
    assert_eq!(store.read(|r| r.setting("other")).await.unwrap(), None);
}
