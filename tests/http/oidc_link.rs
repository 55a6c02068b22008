//! Linking an account at a provider to the account that has its address already.

use serde_json::json;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Client, Flow, Kind, Provider, Step, TestApp, flow_of,
        people::PASSWORD,
        provider::{config, leave, query},
    },
    oidc::{ADA, app, shown},
    on_each,
};

/// Goes to the provider from a login, and gives the login that links instead.
async fn conflict(client: &Client<'_>, provider: &Provider) -> Flow {
    let flow = client.open("login").await;
    let url = leave(client, &flow, json!({ "method": "oidc", "provider": "fake" })).await;
    let back = provider.visit(client.app, &url);
    let browser = match client.kind {
        Kind::Native => &client.app.client(Kind::Browser),
        Kind::Browser | Kind::Spa => client,
    };
    let request = actix_web::test::TestRequest::get().uri(&back).insert_header(("accept", "text/html"));
    let answer = browser.ask(request).await;
    let location = match client.kind {
        Kind::Spa => return Flow { name: "login", json: answer.expect(400).json() },
        Kind::Browser | Kind::Native => answer.expect(303).location(),
    };
    assert_eq!(query(&location, "no_org_ui").as_deref(), Some("true"));
    client.fetch("login", &flow_of(&location).unwrap()).await
}

/// Whether a form has a field.
fn has(form: &Flow, name: &str) -> bool {
    form.json["ui"]["nodes"].as_array().unwrap().iter().any(|node| node["attributes"]["name"] == name)
}

fn password(email: &str, password: &str) -> serde_json::Value {
    json!({ "method": "password", "identifier": email, "password": password })
}

async fn people(app: &TestApp) {
    app.client(Kind::Native).sign_up(ADA).await.done();
    app.client(Kind::Native).sign_up("eve@example.test").await.done();
}

for_all!(an_address_alone_links_nothing);
async fn an_address_alone_links_nothing(database: TestDatabase, kind: Kind) {
    let provider = Provider::start();
    provider.with(|manners| manners.person["email_verified"] = json!(true));
    let app = app(database, &provider).await;
    people(&app).await;
    let client = app.client(kind);
    let form = conflict(&client, &provider).await;
    assert_eq!(form.messages(), ["1010016"]);
    let context = &form.json["ui"]["messages"][0]["context"];
    assert_eq!(context["duplicate_identifier"], ADA);
    assert_eq!(context["provider"], "Fake");
    assert_eq!(context["available_credential_types"], json!([]));
    assert!(form.value("provider").is_none(), "the provider itself is no way to confirm");
    assert_eq!(form.value("identifier"), Some(&json!(ADA)));
    assert!(!client.is_logged_in().await);
    assert!(!app.is_verified(ADA).await, "what the provider says does not count before the link");

    assert_eq!(
        client.submit(&form, password(ADA, "wrong horse battery")).await.form().messages(),
        ["4000006"]
    );
    client.submit(&form, password(ADA, PASSWORD)).await.done();
    let methods = shown(&client).await;
    let methods: Vec<_> = methods.as_array().unwrap().iter().map(|one| &one["method"]).collect();
    assert_eq!(methods, ["password", "oidc"]);
    let by_provider = app.client(Kind::Browser);
    by_provider.by_provider(&provider, "login").await.done();
    assert_eq!(by_provider.whoami().await.json()["identity"]["traits"]["email"], ADA);
}

for_all!(nobody_links_to_the_account_of_somebody_else);
async fn nobody_links_to_the_account_of_somebody_else(database: TestDatabase, kind: Kind) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    people(&app).await;
    let client = app.client(kind);
    let form = conflict(&client, &provider).await;
    let step = client.submit(&form, password("eve@example.test", PASSWORD)).await;
    assert_eq!(step.form().messages(), ["4010009"]);
    assert!(!client.is_logged_in().await);
    // It still waits for whom it is for.
    client.submit(&form, password(ADA, PASSWORD)).await.done();
    assert_eq!(client.whoami().await.json()["identity"]["traits"]["email"], ADA);
}

on_each!(another_browser_does_not_get_the_link);
async fn another_browser_does_not_get_the_link(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    people(&app).await;
    let form = conflict(&app.client(Kind::Browser), &provider).await;
    let other = app.client(Kind::Browser);
    other.open("login").await;
    let (status, id) = other.submit(&form, password(ADA, PASSWORD)).await.error();
    assert_eq!((status, id.as_str()), (403, "security_csrf_violation"));
}

on_each!(hints_tell_how_to_sign_in_where_that_is_wanted);
async fn hints_tell_how_to_sign_in_where_that_is_wanted(database: TestDatabase) {
    let (provider, second) = (Provider::start(), Provider::start());
    let more = json!({ "label": "Second" });
    let hints = "selfservice: { flows: { registration: { login_hints: true } } }";
    let providers = config(vec![provider.entry("fake", &json!({})), second.entry("second", &more)]);
    let app = TestApp::builder(database).config(&providers).config(hints).build().await;
    people(&app).await;
    let client = app.client(Kind::Spa);
    let form = conflict(&client, &provider).await;
    let context = &form.json["ui"]["messages"][0]["context"];
    assert_eq!(context["available_credential_types"], json!(["code", "password"]));
    assert_eq!(context["available_providers"], json!([]));
    assert!(has(&form, "password") && !has(&form, "provider"));

    // Somebody who signs in by another provider confirms by that.
    second.with(|manners| manners.person = json!({ "sub": "2", "email": "bob@example.test" }));
    let bob = app.client(Kind::Spa);
    let flow = bob.open("registration").await;
    bob.go_to(&second, &flow, json!({ "provider": "second" })).await.done();
    provider.with(|manners| manners.person = json!({ "sub": "1", "email": "bob@example.test" }));
    let client = app.client(Kind::Spa);
    let form = conflict(&client, &provider).await;
    let context = &form.json["ui"]["messages"][0]["context"];
    assert_eq!(context["available_credential_types"], json!(["code", "oidc"]));
    assert_eq!(context["available_providers"], json!(["second"]));
    assert!(!has(&form, "password"));
    assert_eq!(form.value("provider"), Some(&json!("second")));
    let node = &form.json["ui"]["nodes"][0];
    assert_eq!((&node["meta"]["label"]["id"], &node["group"]), (&json!(1_010_018), &json!("oidc")));
    client.go_to(&second, &form, json!({ "provider": "second" })).await.done();
    let by_first = app.client(Kind::Browser);
    by_first.by_provider(&provider, "login").await.done();
    assert_eq!(by_first.whoami().await.json()["identity"]["traits"]["email"], "bob@example.test");
}

on_each!(where_nobody_may_sign_up_accounts_are_linked_all_the_same);
async fn where_nobody_may_sign_up_accounts_are_linked_all_the_same(database: TestDatabase) {
    let provider = Provider::start();
    let closed = "selfservice: { flows: { registration: { enabled: false } } }";
    let app = TestApp::builder(database).config(&provider.config()).config(closed).build().await;
    app.create(ADA, PASSWORD).await;
    let client = app.client(Kind::Browser);
    let form = conflict(&client, &provider).await;
    client.submit(&form, password(ADA, PASSWORD)).await.done();
    app.client(Kind::Browser).by_provider(&provider, "login").await.done();
}

on_each!(of_two_who_sign_up_at_once_one_is_asked_to_link);
async fn of_two_who_sign_up_at_once_one_is_asked_to_link(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let [first, second] = [app.client(Kind::Browser), app.client(Kind::Browser)];
    let flows = [first.open("registration").await, second.open("registration").await];
    let fields = || json!({ "provider": "fake" });
    let urls = [leave(&first, &flows[0], fields()).await, leave(&second, &flows[1], fields()).await];
    let [one, two] = urls.map(|url| provider.visit(&app, &url));
    let (one, two) =
        futures_util::future::join(first.come_back(&flows[0], &one), second.come_back(&flows[1], &two)).await;
    // Both are the same account at the provider, so both end up in one account here.
    assert!(one.is_done() && two.is_done(), "{one:?} {two:?}");
    let id = |who: serde_json::Value| who["identity"]["id"].clone();
    assert_eq!(id(first.whoami().await.json()), id(second.whoami().await.json()));
    assert!(matches!(one, Step::Sent(_)));
}

const TOTP: &str = "otpauth://totp/zelos:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=zelos";

for_all!(a_link_waits_for_the_second_factor);
async fn a_link_waits_for_the_second_factor(database: TestDatabase, kind: Kind) {
    if kind == Kind::Native {
        // An app opens the login for its second factor by itself, and the link stays behind.
        return;
    }
    let provider = Provider::start();
    let totp = "selfservice: { methods: { totp: { enabled: true } } }";
    let app = TestApp::builder(database).config(&provider.config()).config(totp).build().await;
    let body = json!({
        "traits": { "email": ADA },
        "credentials": {
            "password": { "config": { "password": PASSWORD } },
            "totp": { "config": { "totp_url": TOTP } },
        },
    });
    app.admin(actix_web::http::Method::POST, "/admin/identities", body).await.expect(201);
    let client = app.client(kind);
    let form = conflict(&client, &provider).await;
    let next = match kind {
        Kind::Spa => {
            let answer = client.post(&form, password(ADA, PASSWORD)).await.expect(200);
            Flow { name: "login", json: answer.json() }
        }
        Kind::Browser | Kind::Native => client.submit(&form, password(ADA, PASSWORD)).await.form(),
    };
    assert_ne!(next.id(), form.id());
    assert_eq!(next.messages(), ["1010004"]);
    assert_eq!(next.json["requested_aal"], "aal2");
    let key = zelos::crypto::TotpKey::parse(&zelos::kernel::Secret::text(TOTP)).unwrap();
    let stranger = app.client(Kind::Browser);
    stranger.by_provider(&provider, "login").await;
    assert!(!stranger.is_logged_in().await, "not linked before the second factor");
    let code = key.code_at(app.now());
    client.submit(&next, json!({ "method": "totp", "totp_code": code })).await.done();
    let methods = shown(&client).await;
    let methods: Vec<_> = methods.as_array().unwrap().iter().map(|one| &one["method"]).collect();
    assert_eq!(methods, ["password", "totp", "oidc"]);
}
