//! Administrators and sessions: lists, pages, more time, ending one and many.

use std::time::Duration;

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Client, Kind, TestApp, people::PASSWORD},
    on_each,
};

const ADA: &str = "ada@example.test";
const BOB: &str = "bob@example.test";
const NOBODY: &str = "11111111-1111-4111-8111-111111111111";

async fn app(database: TestDatabase) -> TestApp {
    TestApp::builder(database).build().await
}

/// Logs in once more, a second later than before, and gives the client with the id of its session.
async fn session<'a>(app: &'a TestApp, kind: Kind, email: &str) -> (Client<'a>, String) {
    app.advance(Duration::from_secs(1));
    let client = app.client(kind);
    client.log_in(email, PASSWORD).await.done();
    let id = client.whoami().await.expect(200).json()["id"].as_str().unwrap().to_owned();
    (client, id)
}

async fn bulk(app: &TestApp, body: Value) -> Value {
    app.admin(Method::POST, "/admin/sessions", body).await.expect(200).json()
}

fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

on_each!(everybodys_sessions_by_pages_newest_first);
async fn everybodys_sessions_by_pages_newest_first(database: TestDatabase) {
    let app = app(database).await;
    for email in [ADA, BOB] {
        app.create(email, PASSWORD).await;
    }
    let mut made = Vec::new();
    for email in [ADA, BOB, ADA, BOB, ADA] {
        made.insert(0, session(&app, Kind::Native, email).await.1);
    }
    let (mut walked, mut path) = (Vec::new(), "/admin/sessions?page_size=2".to_owned());
    loop {
        let page = app.admin_get(&path).await.expect(200);
        walked.extend(ids(&page.json()));
        let links = page.header("link").unwrap().to_owned();
        let Some(next) = links.split(',').find(|link| link.ends_with("rel=\"next\"")) else { break };
        path = next.trim_start_matches('<').split('>').next().unwrap().to_owned();
    }
    assert_eq!(walked, made);
    assert_eq!(ids(&app.admin_get("/sessions?page_size=1000").await.expect(200).json()), made, "bare path");

    app.admin(Method::DELETE, &format!("/admin/sessions/{}", made[0]), Value::Null).await.expect(204);
    let active = app.admin_get("/admin/sessions?active=true").await.expect(200).json();
    assert_eq!(ids(&active), made[1..]);
    let ended = app.admin_get("/admin/sessions?active=false").await.expect(200).json();
    assert_eq!((ids(&ended), &ended[0]["active"]), (made[..1].to_vec(), &json!(false)));
}

on_each!(what_is_shown_is_what_was_asked_for);
async fn what_is_shown_is_what_was_asked_for(database: TestDatabase) {
    let app = app(database).await;
    app.create(ADA, PASSWORD).await;
    let (_, id) = session(&app, Kind::Native, ADA).await;
    let one = format!("/admin/sessions/{id}");
    for (path, identity, devices) in
        [(one.clone(), Value::Null, json!([])), ("/admin/sessions".to_owned(), Value::Null, Value::Null)]
    {
        let plain = app.admin_get(&path).await.expect(200).json();
        let plain = if plain.is_array() { plain[0].clone() } else { plain };
        assert_eq!((&plain["identity"], &plain["devices"]), (&identity, &devices), "{path}");
        let whole = app.admin_get(&format!("{path}?expand=identity&expand=devices")).await.expect(200);
        assert!(!whole.text().contains("credentials") && !whole.text().contains("token"));
        let whole = whole.json();
        let whole = if whole.is_array() { whole[0].clone() } else { whole };
        assert_eq!(whole["identity"]["metadata_admin"], Value::Null);
        assert_eq!(whole["identity"]["traits"]["email"], ADA);
        assert_eq!(whole["devices"].as_array().unwrap().len(), 1);
    }
    let whole = app.admin_get(&format!("{one}?expand=identity")).await.json();
    assert!(whole["identity"]["verifiable_addresses"].is_array());
    let whoami = app.admin_get("/admin/sessions/whoami").await.expect(307).location();
    assert_eq!(whoami, "https://id.example.test/sessions/whoami");
    let others = app.admin(Method::DELETE, "/admin/sessions", Value::Null).await.expect(307).location();
    assert_eq!(others, "https://id.example.test/sessions");
}

for_all!(sec_39_an_administrator_ends_a_session_at_once);
async fn sec_39_an_administrator_ends_a_session_at_once(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let ada = app.create(ADA, PASSWORD).await;
    let (first, id) = session(&app, kind, ADA).await;
    let (second, _) = session(&app, kind, ADA).await;
    let path = format!("/admin/sessions/{id}");
    app.admin(Method::DELETE, &path, Value::Null).await.expect(204);
    app.admin(Method::DELETE, &path, Value::Null).await.expect(204);
    assert!(!first.is_logged_in().await && second.is_logged_in().await);

    let of_ada = format!("/admin/identities/{}/sessions", ada["id"].as_str().unwrap());
    let listed = app.admin_get(&of_ada).await.expect(200);
    assert_eq!(
        (listed.header("x-total-count"), listed.json()[0]["active"].as_bool()),
        (Some("2"), Some(true))
    );
    let active = app.admin_get(&format!("{of_ada}?active=true")).await.expect(200);
    assert_eq!(active.header("x-total-count"), Some("1"));
    app.admin(Method::DELETE, &of_ada, Value::Null).await.expect(204);
    assert!(!second.is_logged_in().await);
    app.admin(Method::DELETE, &of_ada, Value::Null).await.expect(404);
    assert_eq!(app.admin_get(&path).await.status, 404, "deleted, and not only ended");
}

for_all!(many_sessions_end_at_once);
async fn many_sessions_end_at_once(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let ada = app.create(ADA, PASSWORD).await["id"].clone();
    let bob = app.create(BOB, PASSWORD).await["id"].clone();
    let (by_id, id) = session(&app, kind, ADA).await;
    let (of_ada, _) = session(&app, kind, ADA).await;
    let (of_bob, bobs) = session(&app, kind, BOB).await;

    let body = json!({ "action": "disable", "sessions": [id, NOBODY] });
    assert_eq!(bulk(&app, body.clone()).await, json!({ "processed": 1, "more": false }));
    assert_eq!(bulk(&app, body).await["processed"], 0, "it has ended");
    assert!(!by_id.is_logged_in().await && of_ada.is_logged_in().await);

    let body = json!({ "action": "delete", "identities": [ada, NOBODY] });
    assert_eq!(bulk(&app, body).await, json!({ "processed": 2, "more": false }));
    assert!(!of_ada.is_logged_in().await && of_bob.is_logged_in().await);
    assert_eq!(app.admin_get(&format!("/admin/sessions/{id}")).await.status, 404);

    let everybody = json!({ "action": "disable", "identities": ["*"] });
    assert_eq!(bulk(&app, everybody).await, json!({ "processed": 1, "more": false }));
    assert!(!of_bob.is_logged_in().await);
    let body = json!({ "action": "delete", "identities": [bob, ada] });
    assert_eq!(bulk(&app, body).await["processed"], 1);
    assert_eq!(app.admin_get(&format!("/admin/sessions/{bobs}")).await.status, 404);
}

for_all!(a_session_gets_more_time);
async fn a_session_gets_more_time(database: TestDatabase, kind: Kind) {
    let early = "session: { lifespan: 2h, earliest_possible_extend: 1h }";
    let app = TestApp::builder(database).config(early).build().await;
    app.create(ADA, PASSWORD).await;
    let (client, id) = session(&app, kind, ADA).await;
    let before = client.whoami().await.json()["expires_at"].clone();
    let extend = async || {
        let path = format!("/admin/sessions/{id}/extend");
        app.admin(Method::PATCH, &path, Value::Null).await.expect(200).json()["expires_at"].clone()
    };
    assert_eq!(extend().await, before, "it has more than an hour left");
    app.advance(Duration::from_secs(3600 + 1));
    let after = extend().await;
    assert_ne!(after, before);
    let told = client.whoami().await.expect(200);
    assert_eq!(told.header("set-cookie").is_some(), kind != Kind::Native, "the cookie lasts as long");
    assert!(client.whoami().await.header("set-cookie").is_none(), "once");
    app.advance(Duration::from_secs(7000));
    let whoami = client.whoami().await.expect(200);
    assert_eq!(whoami.json()["expires_at"], after);
    assert_eq!(extend().await, client.whoami().await.json()["expires_at"]);
}

on_each!(an_ended_session_is_not_extended);
async fn an_ended_session_is_not_extended(database: TestDatabase) {
    let app = TestApp::builder(database).config("session: { lifespan: 2h }").build().await;
    app.create(ADA, PASSWORD).await;
    let (revoked, id) = session(&app, Kind::Native, ADA).await;
    let (expired, other) = session(&app, Kind::Native, ADA).await;
    app.admin(Method::DELETE, &format!("/admin/sessions/{id}"), Value::Null).await.expect(204);
    app.advance(Duration::from_secs(2 * 3600));
    for id in [&id, &other] {
        let path = format!("/admin/sessions/{id}/extend");
        let shown = app.admin(Method::PATCH, &path, Value::Null).await.expect(200).json();
        assert_eq!(shown["active"], false);
    }
    assert!(!revoked.is_logged_in().await && !expired.is_logged_in().await);
    let fast = "feature_flags: { faster_session_extend: true }";
    let app = TestApp::builder(TestDatabase::sqlite()).config(fast).build().await;
    app.create(ADA, PASSWORD).await;
    let (_, id) = session(&app, Kind::Native, ADA).await;
    app.admin(Method::PATCH, &format!("/admin/sessions/{id}/extend"), Value::Null).await.expect(204);
}

on_each!(what_makes_no_sense_is_a_bad_request);
async fn what_makes_no_sense_is_a_bad_request(database: TestDatabase) {
    let app = app(database).await;
    for path in [
        "/admin/sessions?active=perhaps",
        "/admin/sessions?expand=pigeon",
        "/admin/sessions?page_size=x",
        "/admin/sessions?page_token=x",
        "/admin/sessions/x",
        "/admin/identities/x/sessions",
    ] {
        app.admin_get(path).await.expect(400);
    }
    for (method, path) in [
        (Method::GET, format!("/admin/sessions/{NOBODY}")),
        (Method::DELETE, format!("/admin/sessions/{NOBODY}")),
        (Method::PATCH, format!("/admin/sessions/{NOBODY}/extend")),
        (Method::DELETE, format!("/admin/identities/{NOBODY}/sessions")),
    ] {
        app.admin(method, &path, Value::Null).await.expect(404);
    }
    let none = app.admin_get(&format!("/admin/identities/{NOBODY}/sessions")).await.expect(200);
    assert_eq!((none.json(), none.header("x-total-count")), (json!([]), Some("0")));
    app.admin(Method::POST, "/admin/sessions", json!({ "action": "disable" })).await.expect(400);
}
