//! Cleaning up: what somebody still uses stays, and what has served goes.

use std::time::Duration;

use serde_json::json;
use zelos::{
    engine::{drain, sweeps},
    outbox::Message,
    store::{Audit as _, MessageQuery, Outbox as _},
};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Kind, TestApp, people::PASSWORD},
};

const ADA: &str = "ada@example.test";

/// What the janitor does in one round; gives what went, by name.
async fn clean(app: &TestApp) -> Vec<(&'static str, usize)> {
    let mut went = Vec::new();
    for sweep in sweeps(&app.live.get().config.retention, app.now()) {
        let gone = drain(&app.store, sweep, 2, Duration::ZERO).await.unwrap();
        if gone > 0 {
            went.push((sweep.chore.name(), gone));
        }
    }
    went
}

async fn messages(app: &TestApp) -> Vec<Message> {
    let query = MessageQuery { limit: 100, ..MessageQuery::default() };
    app.store.read(move |reader| reader.messages(&query)).await.unwrap()
}

for_all!(what_is_used_stays_and_what_has_served_goes);
async fn what_is_used_stays_and_what_has_served_goes(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config("session: { lifespan: 2160h }").build().await;
    let client = app.client(kind);
    client.sign_up(ADA).await.done();
    client.log_in(ADA, PASSWORD).await.done();
    let other = app.client(kind);
    other.log_in(ADA, PASSWORD).await.done();
    let ended = other.whoami().await.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/admin/sessions/{ended}");
    app.admin(actix_web::http::Method::DELETE, &path, serde_json::Value::Null).await.expect(204);
    let flow = client.ask_for_code(ADA).await;
    let code = app.newest_mail(ADA).await.code();
    app.advance(Duration::from_secs(1800));
    assert_eq!(clean(&app).await, [], "half an hour later everything is of use");
    client.submit(&flow, json!({ "method": "code", "code": code })).await;
    assert!(app.is_verified(ADA).await, "the code among it");

    app.advance(Duration::from_secs(26 * 3600));
    let went = clean(&app).await;
    assert!(went.iter().all(|(what, _)| ["flows", "codes"].contains(what)), "{went:?}");
    assert!(went.iter().any(|(what, _)| *what == "flows"), "{went:?}");
    assert!(client.is_logged_in().await);
    app.admin_get(&path).await.expect(200);

    let identity = app.identity(ADA).await.unwrap().id;
    let audit = async || app.store.read(move |reader| reader.audit_of(identity, 99)).await.unwrap().len();
    let (letters, events) = (messages(&app).await.len(), audit().await);
    app.advance(Duration::from_secs(30 * 24 * 3600));
    assert_eq!(clean(&app).await, [("revoked sessions", 1)], "queued letters wait on");
    app.admin_get(&path).await.expect(404);
    assert!(client.is_logged_in().await);
    assert_eq!((messages(&app).await.len(), audit().await), (letters, events));
    assert!(messages(&app).await.iter().all(|message| message.payload.is_some()));

    app.advance(Duration::from_secs(400 * 24 * 3600));
    let went = clean(&app).await;
    assert!(went.iter().any(|(what, _)| *what == "expired sessions"), "{went:?}");
    assert_eq!(audit().await, 0);
    assert!(app.identity(ADA).await.is_some(), "people stay");
    app.client(kind).log_in(ADA, PASSWORD).await.done();
}
