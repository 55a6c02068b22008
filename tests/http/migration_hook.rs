//! Passwords that another system knows, at the first login of accounts that were moved here.

use serde_json::{Value, json};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Kind, Receiver, TestApp,
        people::{PASSWORD, credentials},
        program,
    },
    on_each,
};

const ADA: &str = "ada@example.test";

fn config(url: &str, more: &str) -> String {
    format!(
        "selfservice: {{ methods: {{ password: {{ config: {{ migrate_hook: {{ enabled: true, config: {{ url: \"{url}\"{more} }} }} }} }} }} }}"
    )
}

async fn moved(app: &TestApp) {
    let body = json!({
        "schema_id": "email",
        "traits": { "email": ADA },
        "credentials": { "password": { "config": { "use_password_migration_hook": true } } },
    });
    app.admin(actix_web::http::Method::POST, "/admin/identities", body).await.expect(201);
}

for_all!(the_other_system_is_asked_until_it_says_yes);
async fn the_other_system_is_asked_until_it_says_yes(database: TestDatabase, kind: Kind) {
    let mut other = Receiver::start();
    let app = TestApp::builder(database).config(&config(&other.url, "")).build().await;
    moved(&app).await;
    other.answer(403, &Value::Null);
    other.answer(200, &json!({ "status": "no_idea" }));
    other.answer(200, &json!({ "status": "password_match" }));
    for _ in 0..2 {
        assert_eq!(app.client(kind).log_in(ADA, "not-the-one-7").await.form().messages(), ["4000006"]);
        let asked = other.next().await;
        assert_eq!(asked.body, json!({ "identifier": ADA, "password": "not-the-one-7" }));
        assert!(asked.head.starts_with("post /hook "), "{}", asked.head);
        assert!(asked.head.contains("ory-webhook-request-id: "), "{}", asked.head);
    }
    for _ in 0..2 {
        assert!(app.client(kind).log_in(ADA, PASSWORD).await.is_done());
    }
    assert_eq!(app.client(kind).log_in(ADA, "not-the-one-7").await.form().messages(), ["4000006"]);
    other.next().await;
    assert!(other.is_done(), "asked again although the password is known by now");
}

on_each!(an_answer_that_is_none_fails_the_request_and_nothing_else);
async fn an_answer_that_is_none_fails_the_request_and_nothing_else(database: TestDatabase) {
    let other = Receiver::start();
    let app = TestApp::builder(database).config(&config(&other.url, "")).build().await;
    moved(&app).await;
    other.answer(404, &Value::Null);
    let client = app.client(Kind::Native);
    let flow = client.open("login").await;
    assert_eq!(client.post(&flow, credentials(ADA, PASSWORD)).await.status, 502);
    other.answer(200, &json!({ "status": "password_match" }));
    assert!(client.log_in(ADA, PASSWORD).await.is_done());
}

on_each!(without_the_hook_nobody_gets_in);
async fn without_the_hook_nobody_gets_in(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    moved(&app).await;
    assert_eq!(app.client(Kind::Native).log_in(ADA, PASSWORD).await.form().messages(), ["4000006"]);
}

on_each!(a_program_makes_the_body_from_the_flow_and_what_was_typed);
async fn a_program_makes_the_body_from_the_flow_and_what_was_typed(database: TestDatabase) {
    let mut other = Receiver::start();
    let body =
        program("function(ctx) { who: ctx.identifier, what: ctx.password, keys: std.objectFields(ctx) }");
    let more = format!(", body: \"{body}\"");
    let app = TestApp::builder(database).config(&config(&other.url, &more)).build().await;
    moved(&app).await;
    other.answer(200, &json!({ "status": "password_match" }));
    assert!(app.client(Kind::Native).log_in(ADA, PASSWORD).await.is_done());
    let asked = other.next().await.body;
    assert_eq!((&asked["who"], &asked["what"]), (&json!(ADA), &json!(PASSWORD)));
    let keys = "flow identifier password request_cookies request_headers request_method request_url";
    assert_eq!(asked["keys"], json!(keys.split(' ').collect::<Vec<_>>()));
}

#[actix_web::test]
async fn a_failing_program_does_not_tell_the_password() {
    let other = Receiver::start();
    let more = format!(", body: \"{}\"", program("function(ctx) error ctx.password"));
    let app = TestApp::builder(TestDatabase::sqlite()).config(&config(&other.url, &more)).build().await;
    let hook = app.live.get().migration.clone().unwrap();
    let typed = zelos::crypto::Password::new(PASSWORD.to_owned()).unwrap();
    let seed = zelos::kernel::Seed::new([1; 32]);
    let error = hook.knows(ADA, &typed, serde_json::Map::new, &seed).await.unwrap_err();
    assert!(!format!("{error:?}").contains(PASSWORD), "{error:?}");
}
