//! What others try with answers of providers.

use std::time::Duration;

use serde_json::json;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Client, Kind, Manners, Provider, Signed, Step, TestApp,
        provider::{config, leave},
    },
    oidc::{ADA, app},
    on_each,
};

const CHOSEN: fn() -> serde_json::Value = || json!({ "method": "oidc", "provider": "fake" });

/// The way back of a login that has just been left.
async fn way_back(client: &Client<'_>, provider: &Provider) -> String {
    let flow = client.open("login").await;
    let url = leave(client, &flow, CHOSEN()).await;
    provider.visit(client.app, &url)
}

/// What comes of an answer that does not do: an error, and nobody is signed in.
async fn refused(client: &Client<'_>, back: &str) {
    let flow = client.open("login").await;
    let (status, _) = client.come_back(&flow, back).await.error();
    assert_eq!(status, 400, "{back}");
    assert!(!client.is_logged_in().await);
}

/// Another value for a parameter.
fn with(back: &str, name: &str, value: &str) -> String {
    let url = url::Url::parse(&format!("https://x.test{back}")).unwrap();
    let pairs: Vec<(String, String)> = url
        .query_pairs()
        .map(|(key, old)| {
            let value = if key == name { value.to_owned() } else { old.into_owned() };
            (key.into_owned(), value)
        })
        .collect();
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{}?{query}", url.path())
}

on_each!(a_state_is_worth_nothing_elsewhere);
async fn a_state_is_worth_nothing_elsewhere(database: TestDatabase) {
    let provider = Provider::start();
    let providers = config(vec![provider.entry("fake", &json!({})), provider.entry("other", &json!({}))]);
    let app = TestApp::builder(database).config(&providers).build().await;
    let client = app.client(Kind::Browser);
    let back = way_back(&client, &provider).await;
    // Without it, cut, changed, made up.
    refused(&client, "/self-service/methods/oidc/callback/fake?code=x").await;
    let state = crate::harness::provider::query(&format!("https://x.test{back}"), "state").unwrap();
    for forged in [&state[..state.len() - 1], &format!("{state}A"), &state.replace('.', "_"), "made up"] {
        refused(&client, &with(&back, "state", forged)).await;
    }
    // At another provider.
    refused(&client, &back.replace("/fake?", "/other?")).await;
    // In another browser.
    refused(&app.client(Kind::Browser), &back).await;
    // Of an older trip of the same flow.
    let flow = client.open("login").await;
    let first = provider.visit(&app, &leave(&client, &flow, CHOSEN()).await);
    let second = provider.visit(&app, &leave(&client, &flow, CHOSEN()).await);
    refused(&client, &first).await;
    client.come_back(&flow, &second).await.done();
}

on_each!(who_is_away_for_too_long_starts_again);
async fn who_is_away_for_too_long_starts_again(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let client = app.client(Kind::Browser);
    let back = way_back(&client, &provider).await;
    app.advance(Duration::from_secs(30 * 60));
    refused(&client, &back).await;
}

for_all!(who_comes_back_twice_is_let_in_once);
async fn who_comes_back_twice_is_let_in_once(database: TestDatabase, kind: Kind) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let client = app.client(kind);
    let flow = client.open_for_provider("login").await;
    let back = provider.visit(&app, &leave(&client, &flow, CHOSEN()).await);
    client.come_back(&flow, &back).await.done();
    let browser = app.client(Kind::Browser);
    *browser.cookies.borrow_mut() = client.cookies.borrow().clone();
    browser.cookies.borrow_mut().remove("ory_kratos_session");
    let (status, _) = browser.come_back(&flow, &back).await.error();
    assert_eq!(status, 400);
    assert!(!browser.is_logged_in().await);
}

on_each!(of_two_who_come_back_at_once_one_is_let_in);
async fn of_two_who_come_back_at_once_one_is_let_in(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let client = app.client(Kind::Browser);
    let back = way_back(&client, &provider).await;
    let answers = futures_util::future::join_all((0..4).map(|_| client.get(&back))).await;
    let sessions = answers.iter().filter(|answer| {
        let mut cookies = answer.headers.get_all("set-cookie");
        cookies.any(|line| line.to_str().unwrap().starts_with("ory_kratos_session"))
    });
    assert_eq!(sessions.count(), 1);
}

/// A token that does not do is a message in the form, and nobody is signed in.
async fn tells_nothing(database: TestDatabase, more: serde_json::Value, change: impl FnOnce(&mut Manners)) {
    let provider = Provider::start();
    let entry = provider.entry("fake", &more);
    let app = TestApp::builder(database).config(&config(vec![entry])).build().await;
    provider.with(change);
    let client = app.client(Kind::Browser);
    assert_eq!(client.by_provider(&provider, "login").await.form().messages(), ["4000001"]);
    assert!(!client.is_logged_in().await && app.identity(ADA).await.is_none());
}

on_each!(sec_33_tokens_that_nobody_signed_are_refused);
async fn sec_33_tokens_that_nobody_signed_are_refused(database: TestDatabase) {
    tells_nothing(database, json!({}), |manners| manners.signed = Signed::Not).await;
}

on_each!(sec_33_tokens_that_somebody_else_signed_are_refused);
async fn sec_33_tokens_that_somebody_else_signed_are_refused(database: TestDatabase) {
    tells_nothing(database, json!({}), |manners| manners.signed = Signed::ByAnother).await;
}

on_each!(tokens_of_another_issuer_are_refused);
async fn tokens_of_another_issuer_are_refused(database: TestDatabase) {
    tells_nothing(database, json!({}), |manners| manners.tamper = json!({ "iss": "https://evil.test" }))
        .await;
}

on_each!(tokens_for_somebody_else_are_refused);
async fn tokens_for_somebody_else_are_refused(database: TestDatabase) {
    tells_nothing(database, json!({}), |manners| manners.tamper = json!({ "aud": ["another"] })).await;
}

on_each!(tokens_of_long_ago_are_refused);
async fn tokens_of_long_ago_are_refused(database: TestDatabase) {
    tells_nothing(database, json!({}), |manners| manners.tamper = json!({ "exp": 1_000_000_000 })).await;
}

on_each!(without_a_token_nobody_is_named);
async fn without_a_token_nobody_is_named(database: TestDatabase) {
    tells_nothing(database, json!({}), |manners| manners.tells = false).await;
}

on_each!(a_code_of_somebody_else_is_refused);
async fn a_code_of_somebody_else_is_refused(database: TestDatabase) {
    // Where codes are not bound, the token has to name this very sign-in.
    tells_nothing(database, json!({ "pkce": "never" }), |manners| manners.tamper = json!({ "nonce": "x" }))
        .await;
}

on_each!(a_code_that_was_slipped_in_is_refused);
async fn a_code_that_was_slipped_in_is_refused(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let attacker = way_back(&app.client(Kind::Browser), &provider).await;
    let code = crate::harness::provider::query(&format!("https://x.test{attacker}"), "code").unwrap();
    let victim = app.client(Kind::Browser);
    let back = way_back(&victim, &provider).await;
    let flow = victim.open("login").await;
    let (status, id) = victim.come_back(&flow, &with(&back, "code", &code)).await.error();
    assert_eq!((status, id.as_str()), (502, "upstream_error"));
    assert!(!victim.is_logged_in().await);
}

on_each!(what_is_told_is_about_whom_the_token_names);
async fn what_is_told_is_about_whom_the_token_names(database: TestDatabase) {
    let about = json!({ "sub": "somebody else", "email": "eve@example.test" });
    tells_nothing(database, json!({ "claims_source": "userinfo" }), |manners| manners.about = Some(about))
        .await;
}

on_each!(sec_32_an_issuer_speaks_for_itself_only);
async fn sec_32_an_issuer_speaks_for_itself_only(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    provider.with(|manners| manners.posing_as = Some("https://accounts.google.com".to_owned()));
    let client = app.client(Kind::Spa);
    let flow = client.open("login").await;
    let answer = client.post(&flow, CHOSEN()).await.expect(502);
    assert_eq!(answer.error_id(), "upstream_error");
}

on_each!(sec_32_the_same_name_at_two_providers_is_two_accounts);
async fn sec_32_the_same_name_at_two_providers_is_two_accounts(database: TestDatabase) {
    let (one, two) = (Provider::start(), Provider::start());
    two.with(|manners| manners.person = json!({ "sub": "s-ada", "email": "eve@example.test" }));
    let providers = config(vec![one.entry("fake", &json!({})), two.entry("two", &json!({}))]);
    let app = TestApp::builder(database).config(&providers).build().await;
    app.client(Kind::Browser).by_provider(&one, "registration").await.done();
    let other = app.client(Kind::Browser);
    let flow = other.open("registration").await;
    other.go_to(&two, &flow, json!({ "provider": "two" })).await.done();
    assert_eq!(other.whoami().await.json()["identity"]["traits"]["email"], "eve@example.test");
    let back = app.client(Kind::Browser);
    back.by_provider(&one, "login").await.done();
    assert_eq!(back.whoami().await.json()["identity"]["traits"]["email"], ADA);
}

on_each!(nobody_is_sent_to_a_provider_in_a_flow_of_somebody_else);
async fn nobody_is_sent_to_a_provider_in_a_flow_of_somebody_else(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let attacker = app.client(Kind::Spa);
    for name in ["login", "registration"] {
        let flow = attacker.open(name).await;
        let victim = app.client(Kind::Spa);
        victim.open(name).await;
        for fields in [CHOSEN(), json!({ "provider": "fake", "csrf_token": "" })] {
            let answer = victim.post(&flow, fields).await.expect(403);
            assert_eq!(answer.error_id(), "security_csrf_violation");
        }
        let path = format!("/self-service/{name}?flow={}&provider=fake", flow.id());
        victim.get(&path).await.expect(403);
        app.client(Kind::Spa).get(&path).await.expect(403);
        // The token may be left out, but not be wrong.
        let wrong = json!({ "provider": "fake", "csrf_token": "wrong" });
        attacker.post(&flow, wrong).await.expect(403);
        attacker.post(&flow, json!({ "provider": "fake", "csrf_token": "" })).await.expect(422);
    }
    assert!(provider.seen().is_empty());
}

on_each!(what_is_switched_off_sends_nobody_away);
async fn what_is_switched_off_sends_nobody_away(database: TestDatabase) {
    let provider = Provider::start();
    let off = "selfservice: { methods: { oidc: { enabled: false } } }";
    let app = TestApp::builder(database).config(&provider.config()).config(off).build().await;
    let client = app.client(Kind::Spa);
    for name in ["login", "registration"] {
        let flow = client.open(name).await;
        assert!(flow.value("provider").is_none());
        client.post(&flow, CHOSEN()).await.expect(404);
    }
    let app2 = app.client(Kind::Spa);
    let flow = app2.open("login").await;
    app2.post(&flow, json!({ "provider": "unknown" })).await.expect(404);
}

on_each!(looking_at_a_way_back_does_not_use_it_up);
async fn looking_at_a_way_back_does_not_use_it_up(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let client = app.client(Kind::Browser);
    let flow = client.open("login").await;
    let back = provider.visit(&app, &leave(&client, &flow, CHOSEN()).await);
    let head = actix_web::test::TestRequest::default().method(actix_web::http::Method::HEAD).uri(&back);
    client.ask(head).await.expect(200);
    assert!(matches!(client.come_back(&flow, &back).await, Step::Sent(_)));
}
