//! Sessions as signed tokens.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use zelos::runtime;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Kind, TestApp, configuration, people::PASSWORD},
};

const ADA: &str = "ada@example.test";
const KEYS: &str = include_str!("../support/jwks.json");

/// A configuration with one template called `web`.
fn template(more: &str) -> String {
    let keys = STANDARD.encode(KEYS);
    format!(
        "session: {{ whoami: {{ tokenizer: {{ templates: {{ web: {{ jwks_url: 'base64://{keys}'{more} }} }} }} }} }}"
    )
}

fn part(token: &str, n: usize) -> Value {
    let part = token.split('.').nth(n).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

for_all!(a_session_is_told_as_a_token);
async fn a_session_is_told_as_a_token(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(&template(", ttl: 5m")).build().await;
    let client = app.client(kind);
    client.get_json("/sessions/whoami?tokenize_as=web").await.expect(401);
    client.sign_up(ADA).await.done();
    client.log_in(ADA, PASSWORD).await.done();
    let before = app.store.statements();
    let body = client.get_json("/sessions/whoami?tokenize_as=web").await.expect(200).json();
    assert_eq!(app.store.statements().writes, before.writes);
    let token = body["tokenized"].as_str().unwrap();
    assert_eq!(part(token, 0), json!({ "alg": "RS256", "kid": "rsa-1", "typ": "JWT" }));
    let claims = part(token, 1);
    let now = app.now().as_seconds();
    assert_eq!((&claims["sub"], &claims["sid"]), (&body["identity"]["id"], &body["id"]));
    assert_eq!((&claims["iat"], &claims["nbf"]), (&json!(now), &json!(now)));
    assert_eq!((&claims["exp"], &claims["iss"]), (&json!(now + 300), &json!("https://id.example.test/")));
    let again = client.get_json("/sessions/whoami?tokenize_as=web").await.json();
    assert_ne!(part(again["tokenized"].as_str().unwrap(), 1)["jti"], claims["jti"]);
    client.get_json("/sessions/whoami?tokenize_as=nope").await.expect(400);
    let plain = client.get_json("/sessions/whoami?tokenize_as=").await.expect(200).json();
    assert!(plain.get("tokenized").is_none());
}

for_all!(a_program_changes_claims_but_not_whom_they_name);
async fn a_program_changes_claims_but_not_whom_they_name(database: TestDatabase, kind: Kind) {
    let program = "local s = std.extVar('session'), c = std.extVar('claims'); \
        { claims: { email: s.identity.traits.email, was: c.iss, iss: 'x', sub: 'eve' } }";
    let mapper = STANDARD.encode(program);
    let more = format!(", claims_mapper_url: 'base64://{mapper}'");
    let app = TestApp::builder(database).config(&template(&more)).build().await;
    let client = app.client(kind);
    client.sign_up(ADA).await.done();
    client.log_in(ADA, PASSWORD).await.done();
    let body = client.get_json("/sessions/whoami?tokenize_as=web").await.expect(200).json();
    let claims = part(body["tokenized"].as_str().unwrap(), 1);
    assert_eq!((&claims["email"], &claims["iss"]), (&json!(ADA), &json!("x")));
    assert_eq!(claims["was"], "https://id.example.test/");
    assert_eq!(claims["sub"], body["identity"]["id"]);
}

#[actix_web::test]
async fn a_program_that_makes_no_claims_is_our_fault() {
    for program in ["{ claims: 1 }", "error 'no'", "local f(x) = f(x + 1) + 1; f(0)"] {
        let more = format!(", claims_mapper_url: 'base64://{}'", STANDARD.encode(program));
        let app = TestApp::builder(TestDatabase::sqlite()).config(&template(&more)).build().await;
        let client = app.client(Kind::Native);
        client.sign_up(ADA).await.done();
        client.log_in(ADA, PASSWORD).await.done();
        client.get_json("/sessions/whoami?tokenize_as=web").await.expect(500);
        client.get_json("/sessions/whoami").await.expect(200);
    }
}

for_all!(a_token_can_name_people_as_another_system_does);
async fn a_token_can_name_people_as_another_system_does(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(&template(", subject_source: external_id")).build().await;
    let ada = app.create(ADA, PASSWORD).await;
    let client = app.client(kind);
    client.log_in(ADA, PASSWORD).await.done();
    client.get_json("/sessions/whoami?tokenize_as=web").await.expect(400);
    let path = format!("/admin/identities/{}", ada["id"].as_str().unwrap());
    let name = json!([{ "op": "add", "path": "/external_id", "value": "crm-1" }]);
    app.admin(actix_web::http::Method::PATCH, &path, name).await.expect(200);
    let body = client.get_json("/sessions/whoami?tokenize_as=web").await.expect(200).json();
    let claims = part(body["tokenized"].as_str().unwrap(), 1);
    assert_eq!(
        (&claims["sub"], claims["exp"].as_i64()),
        (&json!("crm-1"), Some(app.now().as_seconds() + 600))
    );
}

#[actix_web::test]
async fn what_cannot_sign_stops_the_start_and_shows_no_key() {
    let app = TestApp::builder(TestDatabase::sqlite()).build().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwks.json");
    std::fs::write(&file, KEYS).unwrap();
    let started = async |settings: &str| {
        let yaml = format!("session: {{ whoami: {{ tokenizer: {{ templates: {{ web: {settings} }} }} }} }}");
        let built = runtime::build(configuration(&[yaml]), app.keys.clone(), &app.outside).await;
        built.map(drop).map_err(|problems| problems.iter().map(ToString::to_string).collect::<String>())
    };
    assert_eq!(started(&format!("{{ jwks_url: 'file://{}' }}", file.display())).await, Ok(()));
    let public = STANDARD.encode(r#"{"keys": [{"kty": "RSA", "alg": "RS256", "n": "AQAB", "e": "AQAB"}]}"#);
    for (settings, key) in [
        (format!("{{ jwks_url: 'base64://{public}' }}"), "web.jwks_url: "),
        ("{ jwks_url: 'file:///nowhere/jwks.json' }".to_owned(), "web.jwks_url: "),
        (
            format!("{{ jwks_url: 'file://{}', claims_mapper_url: 'file:///nowhere' }}", file.display()),
            "web.claims_mapper_url: ",
        ),
    ] {
        let error = started(&settings).await.unwrap_err();
        assert!(error.contains(key) && !error.contains(&public), "{error}");
    }
}
