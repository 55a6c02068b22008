//! Signing in and up by a provider.

use serde_json::{Value, json};
use zelos::identity::Aal;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Kind, Provider, TestApp,
        people::PASSWORD,
        program,
        provider::{config, leave, query},
    },
    on_each,
};

pub const ADA: &str = "ada@example.test";

/// An application that knows this provider as `fake`.
pub async fn app(database: TestDatabase, provider: &Provider) -> TestApp {
    TestApp::builder(database).config(&provider.config()).build().await
}

/// The methods of a session, as `whoami` tells them.
pub async fn shown(client: &crate::harness::Client<'_>) -> Value {
    client.whoami().await.expect(200).json()["authentication_methods"].clone()
}

for_all!(the_same_account_at_a_provider_is_the_same_account_here);
async fn the_same_account_at_a_provider_is_the_same_account_here(database: TestDatabase, kind: Kind) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let client = app.client(kind);
    client.by_provider(&provider, "registration").await.done();
    let who = client.whoami().await.expect(200).json();
    assert_eq!(who["identity"]["traits"]["email"], ADA);
    assert_eq!(who["authentication_methods"][0]["method"], "oidc");
    assert_eq!(who["authentication_methods"][0]["provider"], "fake");
    assert_eq!(who["authentication_methods"][0]["aal"], "aal1");
    for name in ["login", "registration"] {
        let again = client.another();
        again.by_provider(&provider, name).await.done();
        let id = again.whoami().await.expect(200).json()["identity"]["id"].clone();
        assert_eq!(id, who["identity"]["id"], "{name}");
    }
    let asked = provider.seen().remove(0);
    assert_eq!((asked["scope"].as_str(), asked["response_type"].as_str()), ("email openid", "code"));
    assert_eq!(asked["code_challenge_method"], "S256");
    assert!(!asked.contains_key("nonce"));
}

for_all!(who_is_not_known_at_the_login_signs_up);
async fn who_is_not_known_at_the_login_signs_up(database: TestDatabase, kind: Kind) {
    let provider = Provider::start();
    provider.with(|manners| manners.person["email_verified"] = json!(true));
    let app = app(database, &provider).await;
    let client = app.client(kind);
    client.by_provider(&provider, "login").await.done();
    assert!(client.is_logged_in().await);
    assert!(app.is_verified(ADA).await);
}

for_all!(a_provider_that_says_no_is_quoted_in_the_form);
async fn a_provider_that_says_no_is_quoted_in_the_form(database: TestDatabase, kind: Kind) {
    let provider = Provider::start();
    provider.with(|manners| manners.error = Some("access_denied"));
    let app = app(database, &provider).await;
    for name in ["login", "registration"] {
        let client = app.client(kind);
        let form = client.by_provider(&provider, name).await.form();
        assert_eq!(form.messages(), ["4000001"], "{name}");
        let said = form.json["ui"]["messages"][0]["text"].as_str().unwrap();
        assert!(said.contains("access_denied") && said.contains("by order of the test"), "{said}");
        assert!(!client.is_logged_in().await);
    }
}

for_all!(what_a_provider_does_not_tell_is_asked_for);
async fn what_a_provider_does_not_tell_is_asked_for(database: TestDatabase, kind: Kind) {
    let provider = Provider::start();
    let mapper = program("{ identity: { traits: { name: { first: std.extVar('claims').sub } } } }");
    let entry = provider.entry("fake", &json!({ "mapper_url": mapper }));
    let app = TestApp::builder(database).config(&config(vec![entry])).build().await;
    let client = app.client(kind);
    let opened = client.open_for_provider("registration").await;
    let chosen = json!({ "method": "oidc", "provider": "fake" });
    let form = client.go_to(&provider, &opened, chosen).await.form();
    assert_eq!(form.messages(), ["4000002@traits.email"]);
    assert_eq!(form.value("traits.name.first"), Some(&json!("s-ada")));
    assert_eq!(form.value("provider"), Some(&json!("fake")));
    let names: Vec<_> = form.json["ui"]["nodes"].as_array().unwrap().iter().collect();
    assert_eq!(names[0]["meta"]["label"]["id"], 1_040_003);
    assert!(form.value("method").is_none() && form.value("password").is_none());
    let mut go_on = form.clone();
    // The code of an app is told once, when the flow is opened.
    go_on.json["session_token_exchange_code"] = opened.json["session_token_exchange_code"].clone();
    let fields = json!({ "method": "oidc", "provider": "fake", "traits": { "email": ADA } });
    client.go_to(&provider, &go_on, fields).await.done();
    let who = client.whoami().await.expect(200).json();
    assert_eq!(who["identity"]["traits"], json!({ "email": ADA, "name": { "first": "s-ada" } }));
}

for_all!(sec_34_two_factors_count_where_the_operator_says_how_they_are_told);
async fn sec_34_two_factors_count_where_the_operator_says_how_they_are_told(
    database: TestDatabase,
    kind: Kind,
) {
    let provider = Provider::start();
    provider.with(|manners| manners.person["amr"] = json!(["mfa"]));
    let trusting = provider.entry("fake", &json!({ "aal2_amr_values": ["mfa"] }));
    let app = TestApp::builder(database).config(&config(vec![trusting])).build().await;
    let client = app.client(kind);
    client.by_provider(&provider, "registration").await.done();
    let who = client.whoami().await.expect(200).json();
    assert_eq!(who["authenticator_assurance_level"], "aal2");
    provider.with(|manners| manners.person["amr"] = json!(["pwd"]));
    let weaker = client.another();
    weaker.by_provider(&provider, "login").await.done();
    let who = weaker.whoami().await.expect(200).json();
    assert_eq!(who["authenticator_assurance_level"], "aal1");
    assert_eq!(app.identity(ADA).await.unwrap().available.aal, Aal::Aal1);
}

for_all!(each_sign_in_brings_the_account_up_to_date_where_that_is_wanted);
async fn each_sign_in_brings_the_account_up_to_date_where_that_is_wanted(database: TestDatabase, kind: Kind) {
    let provider = Provider::start();
    let updating = provider.entry("fake", &json!({ "update_identity_on_login": "automatic" }));
    let app = TestApp::builder(database).config(&config(vec![updating])).build().await;
    let client = app.client(kind);
    client.by_provider(&provider, "registration").await.done();
    let id = app.identity(ADA).await.unwrap().id;
    provider
        .with(|manners| manners.person = json!({ "sub": "s-ada", "email": "new@example.test", "name": "A" }));
    client.another().by_provider(&provider, "login").await.done();
    let changed = app.identity("new@example.test").await.unwrap();
    assert_eq!(changed.id, id);
    assert_eq!(
        Value::Object(changed.traits),
        json!({ "email": "new@example.test", "name": { "first": "A" } })
    );
    assert!(app.identity(ADA).await.is_none());
    // An address that somebody else has is not taken over.
    app.client(Kind::Native).sign_up("eve@example.test").await.done();
    provider.with(|manners| manners.person["email"] = json!("eve@example.test"));
    let refused = client.another().by_provider(&provider, "login").await.form();
    assert_eq!(refused.messages(), ["4000007"]);
    assert_eq!(app.identity("new@example.test").await.unwrap().id, id);
}

for_all!(disabled_accounts_are_not_let_in_by_a_provider);
async fn disabled_accounts_are_not_let_in_by_a_provider(database: TestDatabase, kind: Kind) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    app.client(Kind::Browser).by_provider(&provider, "registration").await.done();
    app.disable(ADA).await;
    let client = app.client(kind);
    let form = client.by_provider(&provider, "login").await.form();
    assert_eq!(form.messages(), ["4010011"]);
    assert!(!client.is_logged_in().await);
}

for_all!(without_sign_up_nobody_new_comes_in);
async fn without_sign_up_nobody_new_comes_in(database: TestDatabase, kind: Kind) {
    let provider = Provider::start();
    let closed = "selfservice: { flows: { registration: { enabled: false } } }";
    let app = TestApp::builder(database).config(&provider.config()).config(closed).build().await;
    let client = app.client(kind);
    let form = client.by_provider(&provider, "login").await.form();
    assert_eq!(form.messages(), ["4000001"]);
    assert!(app.identity(ADA).await.is_none());
}

on_each!(parameters_are_passed_on_if_they_are_harmless);
async fn parameters_are_passed_on_if_they_are_harmless(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let client = app.client(Kind::Spa);
    let flow = client.open("login").await;
    let parameters = json!({
        "hd": "x.test", "prompt": "consent", "auth_type": "a", "acr_values": "phr", "login_hint": "ada",
        "redirect_uri": "https://evil.test", "state": "s", "client_id": 7,
    });
    let fields = json!({ "method": "oidc", "provider": "fake", "upstream_parameters": parameters });
    let url = leave(&client, &flow, fields).await;
    provider.visit(&app, &url);
    let asked = provider.seen().remove(0);
    for (name, value) in [("hd", "x.test"), ("prompt", "consent"), ("auth_type", "a"), ("acr_values", "phr")]
    {
        assert_eq!(asked[name], value);
    }
    assert!(!asked.contains_key("login_hint") && asked["state"].len() > 20);
    assert!(asked["redirect_uri"].starts_with("https://id.example.test/"));
    assert_eq!(asked["client_id"], "zelos");
}

on_each!(who_confirms_who_they_are_is_asked_by_the_provider_too);
async fn who_confirms_who_they_are_is_asked_by_the_provider_too(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let client = app.client(Kind::Browser);
    client.by_provider(&provider, "registration").await.done();
    let session = client.whoami().await.json()["id"].clone();
    app.advance(std::time::Duration::from_secs(60));
    let flow = client.open_with("login", "?refresh=true").await;
    assert_eq!(flow.value("provider"), Some(&json!("fake")));
    let fields =
        json!({ "method": "oidc", "provider": "fake", "upstream_parameters": "{\"prompt\":\"none\"}" });
    client.go_to(&provider, &flow, fields).await.done();
    assert_eq!(provider.seen()[1]["prompt"], "login");
    let who = client.whoami().await.expect(200).json();
    assert_eq!(who["id"], session);
    assert_eq!(who["authentication_methods"].as_array().unwrap().len(), 2);
    // Somebody whom nobody knows does not sign up on the way.
    provider.with(|manners| manners.person = json!({ "sub": "s-eve", "email": "eve@example.test" }));
    let flow = client.open_with("login", "?refresh=true").await;
    let refused = client.go_to(&provider, &flow, json!({ "provider": "fake" })).await.form();
    assert_eq!(refused.messages()[0], "4000001");
    assert!(app.identity("eve@example.test").await.is_none());
}

on_each!(a_link_can_lead_to_a_provider);
async fn a_link_can_lead_to_a_provider(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    for name in ["login", "registration"] {
        let client = app.client(Kind::Browser);
        let flow = client.open(name).await;
        let path = format!("/self-service/{name}?flow={}&provider=fake", flow.id());
        let url = client.get(&path).await.expect(303).location();
        let back = provider.visit(&app, &url);
        client.come_back(&flow, &back).await.done();
        assert!(client.is_logged_in().await);
    }
}

on_each!(what_apple_posts_comes_again_by_itself);
async fn what_apple_posts_comes_again_by_itself(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let request = actix_web::test::TestRequest::post()
        .uri("/self-service/methods/oidc/callback/fake")
        .insert_header(("content-type", "application/x-www-form-urlencoded"))
        .set_payload("code=c&state=s%20t&user=%7B%7D&evil=1");
    let answer = app.ask(request).await.expect(302);
    assert_eq!(answer.location(), "/self-service/methods/oidc/callback/fake?code=c&state=s+t&user=%7B%7D");
    assert!(answer.header("set-cookie").is_none());
}

on_each!(providers_that_bind_codes_can_share_an_address);
async fn providers_that_bind_codes_can_share_an_address(database: TestDatabase) {
    let provider = Provider::start();
    provider.with(|manners| manners.binds = false);
    let entry = provider.entry("fake", &json!({ "pkce": "force" }));
    let app = TestApp::builder(database).config(&config(vec![entry])).build().await;
    let client = app.client(Kind::Browser);
    client.by_provider(&provider, "registration").await.done();
    let asked = provider.seen().remove(0);
    assert_eq!(asked["redirect_uri"], "https://id.example.test/self-service/methods/oidc/callback");
    assert!(asked.contains_key("code_challenge"));
}

on_each!(claims_can_come_from_another_place);
async fn claims_can_come_from_another_place(database: TestDatabase) {
    let provider = Provider::start();
    provider.with(|manners| {
        manners.person = json!({ "sub": "s-ada" });
        manners.about = Some(json!({ "sub": "s-ada", "email": ADA }));
    });
    let entry = provider.entry("fake", &json!({ "claims_source": "userinfo" }));
    let app = TestApp::builder(database).config(&config(vec![entry])).build().await;
    app.client(Kind::Browser).by_provider(&provider, "registration").await.done();
    assert!(app.identity(ADA).await.is_some());
    // Without a token that says who it is, too.
    provider.with(|manners| manners.tells = false);
    app.client(Kind::Browser).by_provider(&provider, "login").await.done();
}

on_each!(a_provider_that_is_down_is_an_error_of_the_gateway);
async fn a_provider_that_is_down_is_an_error_of_the_gateway(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    provider.with(|manners| manners.down = true);
    let step = app.client(Kind::Browser).by_provider(&provider, "login").await;
    assert_eq!(step.error(), (502, "upstream_error".to_owned()));
}

on_each!(who_is_signed_in_is_sent_on);
async fn who_is_signed_in_is_sent_on(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let client = app.client(Kind::Browser);
    let flow = client.open("login").await;
    let url = leave(&client, &flow, json!({ "provider": "fake" })).await;
    let back = provider.visit(&app, &url);
    client.log_in(ADA, PASSWORD).await.done();
    let before = shown(&client).await;
    let answer = client.get(&back).await.expect(303);
    assert_eq!(query(&answer.location(), "flow"), None);
    assert_eq!(shown(&client).await, before);
}
