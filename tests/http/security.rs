//! Requirements of the security checklist that no other suite shows.

use actix_web::test::TestRequest;
use serde_json::json;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Kind, TestApp,
        people::{PASSWORD, credentials},
    },
    on_each,
};

const ADA: &str = "ada@example.test";
const UNIFIED: &str = "selfservice: { flows: { registration: { style: unified } } }";

/// Signs up with a password of one's own.
async fn sign_up(app: &TestApp, kind: Kind, email: &str, password: &str) -> bool {
    let client = app.client(kind);
    let flow = client.open("registration").await;
    let fields = json!({ "method": "password", "password": password, "traits": { "email": email } });
    client.submit(&flow, fields).await.is_done()
}

async fn lets_in(app: &TestApp, kind: Kind, email: &str, password: &str) -> bool {
    let client = app.client(kind);
    client.log_in(email, password).await.is_done() && client.is_logged_in().await
}

on_each!(sec_01_passwords_of_fewer_code_points_than_the_minimum_are_refused);
async fn sec_01_passwords_of_fewer_code_points_than_the_minimum_are_refused(database: TestDatabase) {
    let config = "selfservice: { methods: { password: { config: { min_password_length: 15 } } } }";
    let app = TestApp::builder(database).config(UNIFIED).config(config).build().await;
    let fourteen = "łąka i żaba 26";
    assert_eq!(fourteen.chars().count(), 14);
    assert!(!sign_up(&app, Kind::Native, ADA, fourteen).await);
    assert!(sign_up(&app, Kind::Native, ADA, &format!("{fourteen}!")).await);
}

for_all!(sec_02_long_passwords_count_to_their_last_character);
async fn sec_02_long_passwords_count_to_their_last_character(database: TestDatabase, kind: Kind) {
    let config = "hashers: { algorithm: argon2, argon2: { memory: 64KB, iterations: 1, parallelism: 1 } }";
    let app = TestApp::builder(database).config(UNIFIED).config(config).build().await;
    let long = "a long sentence that nobody guesses, ".repeat(3);
    let (right, wrong) = (format!("{long}a"), format!("{long}b"));
    assert!(right.len() > 100);
    assert!(sign_up(&app, kind, ADA, &right).await);
    assert!(!lets_in(&app, kind, ADA, &wrong).await);
    assert!(!lets_in(&app, kind, ADA, &right[..72]).await);
    assert!(lets_in(&app, kind, ADA, &right).await);
}

for_all!(sec_02_what_a_hash_would_cut_off_is_refused_and_not_cut);
async fn sec_02_what_a_hash_would_cut_off_is_refused_and_not_cut(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(UNIFIED).build().await;
    let long = "a long sentence that nobody guesses, ".repeat(3);
    // bcrypt reads 72 bytes; a longer password must not be the same as its beginning.
    if sign_up(&app, kind, ADA, &long).await {
        assert!(!lets_in(&app, kind, ADA, &long[..72]).await);
        assert!(lets_in(&app, kind, ADA, &long).await);
    }
}

for_all!(sec_03_spaces_and_every_script_are_allowed);
async fn sec_03_spaces_and_every_script_are_allowed(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(UNIFIED).build().await;
    for (n, password) in ["  spaces at both ends  ", "пароль из слов", "密码很长很长很长", "🐸🐸🐸🐸 hop 🐸"]
        .iter()
        .enumerate()
    {
        let email = format!("{n}@example.test");
        assert!(sign_up(&app, kind, &email, password).await, "{password}");
        assert!(lets_in(&app, kind, &email, password).await, "{password}");
        let last = password.chars().next_back().unwrap();
        let shorter = password.strip_suffix(last).unwrap();
        assert!(!lets_in(&app, kind, &email, shorter).await, "{password}");
    }
}

on_each!(sec_07_password_managers_know_the_fields);
async fn sec_07_password_managers_know_the_fields(database: TestDatabase) {
    let app = TestApp::builder(database).config(UNIFIED).build().await;
    let client = app.client(Kind::Spa);
    let field = |flow: &crate::harness::Flow, name: &str| {
        let nodes = flow.json["ui"]["nodes"].as_array().unwrap().clone();
        nodes.into_iter().find(|node| node["attributes"]["name"] == name).unwrap()["attributes"].clone()
    };
    let login = client.open("login").await;
    assert_eq!(field(&login, "password")["autocomplete"], "current-password");
    let registration = client.open("registration").await;
    assert_eq!(field(&registration, "password")["autocomplete"], "new-password");
}

for_all!(sec_36_tokens_are_long_and_never_alike);
async fn sec_36_tokens_are_long_and_never_alike(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..10 {
        let client = app.client(kind);
        client.log_in(ADA, PASSWORD).await.done();
        let token = match kind {
            Kind::Native => client.token.borrow().clone().unwrap(),
            Kind::Browser | Kind::Spa => client.cookies.borrow()["ory_kratos_session"].clone(),
        };
        // 128 bits are 22 characters of base64.
        assert!(token.len() >= 22 + "ory_st_".len(), "{token}");
        assert!(uuid::Uuid::try_parse(token.trim_start_matches("ory_st_")).is_err());
        assert!(seen.insert(token));
    }
}

on_each!(sec_47_every_answer_keeps_browsers_from_guessing_its_type);
async fn sec_47_every_answer_keeps_browsers_from_guessing_its_type(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    for path in
        ["/self-service/login/api", "/sessions/whoami", "/nothing", "/schemas", "/self-service/errors"]
    {
        let answer = app.ask(TestRequest::get().uri(path)).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
    for path in ["/self-service/login/api", "/sessions/whoami"] {
        let answer = app.ask(TestRequest::get().uri(path)).await;
        let cache = answer.header("cache-control").unwrap_or_default();
        assert!(cache.contains("no-store") || cache.contains("no-cache"), "{path}: {cache}");
    }
}

for_all!(sec_48_no_step_can_be_skipped);
async fn sec_48_no_step_can_be_skipped(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let client = app.client(kind);
    // A code before an address was named, and a proof that was never asked for.
    let flow = client.open("verification").await;
    let code = app.newest_mail(ADA).await.code();
    let fields = json!({ "method": "code", "code": code });
    client.submit(&flow, fields).await;
    assert!(!app.is_verified(ADA).await);
    let link = format!("/self-service/verification?flow={}&token={code}", flow.id());
    client.get(&link).await;
    assert!(!app.is_verified(ADA).await);
    // A password sent to a registration or a verification lets nobody in.
    for name in ["registration", "verification"] {
        let flow = client.open(name).await;
        client.submit(&flow, credentials(ADA, PASSWORD)).await;
        assert!(!client.is_logged_in().await);
    }
}

for_all!(sec_57_control_characters_in_input_stay_out_of_headers);
async fn sec_57_control_characters_in_input_stay_out_of_headers(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    let query = "?return_to=https%3A%2F%2Fapp.example.test%2F%0d%0aSet-Cookie%3A%20a%3Db";
    let answer = client.init("login", query).await;
    assert!(answer.status < 500, "{}", answer.text());
    for (name, value) in &answer.headers {
        assert!(!value.as_bytes().contains(&b'\n'), "{name}");
        assert!(name.as_str() != "set-cookie" || !value.to_str().unwrap().starts_with("a=b"));
    }
}
