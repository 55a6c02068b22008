//! Apps: sessions that are picked up, and tokens that are shown.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    database::TestDatabase,
    harness::{
        Kind, Provider, Signed, TestApp,
        provider::{config, leave, query},
    },
    oidc::{ADA, app},
    on_each,
};

/// An app that has gone to the provider: both halves of its code.
async fn halves(app: &TestApp, provider: &Provider) -> (String, String) {
    let client = app.client(Kind::Native);
    let flow = client.open_for_provider("login").await;
    let first = flow.json["session_token_exchange_code"].as_str().unwrap().to_owned();
    assert_eq!(first.len(), 64);
    let url = leave(&client, &flow, json!({ "provider": "fake" })).await;
    let answer = app.client(Kind::Browser).get(&provider.visit(app, &url)).await.expect(303);
    assert!(answer.header("set-cookie").is_none(), "the browser does not get the session");
    assert!(answer.location().starts_with("https://app.example.test/done?code="));
    (first, query(&answer.location(), "code").unwrap())
}

fn path(first: &str, second: &str) -> String {
    format!("/sessions/token-exchange?init_code={first}&return_to_code={second}")
}

on_each!(sec_41_a_session_is_picked_up_once_and_with_both_halves);
async fn sec_41_a_session_is_picked_up_once_and_with_both_halves(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let (first, second) = halves(&app, &provider).await;
    let client = app.client(Kind::Native);
    for (one, two) in [(first.as_str(), "x"), ("x", second.as_str()), (&second, &first), (&first, &first)] {
        client.get(&path(one, two)).await.expect(404);
    }
    client.get(&path(&first, "")).await.expect(400);
    let picked = client.get(&path(&first, &second)).await.expect(200).json();
    assert_eq!(picked["session"]["identity"]["traits"]["email"], ADA);
    *client.token.borrow_mut() = picked["session_token"].as_str().map(str::to_owned);
    assert!(client.is_logged_in().await);
    client.get(&path(&first, &second)).await.expect(404);

    let (first, second) = halves(&app, &provider).await;
    app.advance(Duration::from_secs(3600));
    client.get(&path(&first, &second)).await.expect(404);
}

on_each!(of_many_who_pick_a_session_up_at_once_one_gets_it);
async fn of_many_who_pick_a_session_up_at_once_one_gets_it(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let (first, second) = halves(&app, &provider).await;
    let client = app.client(Kind::Native);
    let path = path(&first, &second);
    let answers = futures_util::future::join_all((0..8).map(|_| client.get(&path))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404, 404, 404, 404, 404, 404, 404]);
}

on_each!(a_session_that_has_ended_is_not_picked_up);
async fn a_session_that_has_ended_is_not_picked_up(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let (first, second) = halves(&app, &provider).await;
    app.disable(ADA).await;
    app.client(Kind::Native).get(&path(&first, &second)).await.expect(404);
}

on_each!(without_a_code_the_browser_gets_what_apps_get);
async fn without_a_code_the_browser_gets_what_apps_get(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let client = app.client(Kind::Native);
    let flow = client.open("login").await;
    assert!(flow.json.get("session_token_exchange_code").is_none());
    let url = leave(&client, &flow, json!({ "provider": "fake" })).await;
    let answer = app.client(Kind::Browser).get(&provider.visit(&app, &url)).await.expect(200);
    assert!(answer.json()["session_token"].as_str().unwrap().starts_with("ory_st_"));
}

/// What comes of showing a token.
async fn show(app: &TestApp, name: &'static str, token: &str, nonce: Option<&str>) -> (u16, Value) {
    let client = app.client(Kind::Native);
    let flow = client.open(name).await;
    let mut fields = json!({ "method": "oidc", "provider": "fake", "id_token": token });
    if let Some(nonce) = nonce {
        fields["id_token_nonce"] = json!(nonce);
    }
    let answer = client.post(&flow, fields).await;
    (answer.status, answer.json())
}

on_each!(apps_sign_in_by_a_token_that_was_made_for_them);
async fn apps_sign_in_by_a_token_that_was_made_for_them(database: TestDatabase) {
    let provider = Provider::start();
    let entry = provider.entry("fake", &json!({ "additional_id_token_audiences": ["ios"] }));
    let app = TestApp::builder(database).config(&config(vec![entry])).build().await;
    let nonce = json!({ "nonce": "n" });
    let mut identity = Value::Null;
    for (name, more) in [
        ("registration", json!({ "nonce": "n", "aud": "ios" })),
        ("login", nonce.clone()),
        ("registration", nonce.clone()),
    ] {
        let (status, body) = show(&app, name, &provider.token(&app, &more), Some("n")).await;
        assert_eq!(status, 200, "{body}");
        assert!(body["session_token"].is_string());
        let own = body["session"]["identity"]["id"].clone();
        assert!(identity.is_null() || identity == own);
        identity = own;
    }
}

on_each!(sec_33_tokens_that_apps_show_are_judged_like_others);
async fn sec_33_tokens_that_apps_show_are_judged_like_others(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let now = app.now().as_seconds();
    for (status, more) in [
        (403, json!({ "nonce": "n", "aud": "somebody else" })),
        (403, json!({ "nonce": "n", "iss": "https://evil.test" })),
        (403, json!({ "nonce": "n", "exp": now - 600 })),
        (502, json!({ "nonce": "other" })),
        (502, json!({})),
    ] {
        let token = provider.token(&app, &more);
        assert_eq!(show(&app, "login", &token, Some("n")).await.0, status, "{more}");
    }
    let good = provider.token(&app, &json!({ "nonce": "n" }));
    assert_eq!(show(&app, "login", &good, None).await.0, 502);
    for signed in [Signed::ByAnother, Signed::Not] {
        provider.with(|manners| manners.signed = signed);
        let token = provider.token(&app, &json!({ "nonce": "n" }));
        assert_eq!(show(&app, "login", &token, Some("n")).await.0, 403, "{signed:?}");
    }
    assert_eq!(show(&app, "login", "x", Some("n")).await.0, 403);
    assert!(app.identity(ADA).await.is_none());
}
