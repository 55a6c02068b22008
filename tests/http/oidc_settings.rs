//! Linking and unlinking providers.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Client, Flow, Kind, Provider, Step, TestApp, flow_of,
        people::PASSWORD,
        provider::{config, leave},
    },
    oidc::{ADA, app, shown},
    on_each,
    settings::signed_in,
};

/// The buttons of providers: their names and values.
fn buttons(flow: &Flow) -> Vec<(String, String)> {
    let nodes = flow.json["ui"]["nodes"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let own = nodes.filter(|node| node["group"] == "oidc");
    own.map(|node| (text(&node["attributes"]["name"]), text(&node["attributes"]["value"]))).collect()
}

fn button(name: &str, value: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), value.to_owned())]
}

/// Links the provider and gives what the browser is told. An app's browser has no session, so it does not link.
async fn link(client: &Client<'_>, provider: &Provider) -> Step {
    let flow = client.open("settings").await;
    client.go_to(provider, &flow, json!({ "method": "oidc", "link": "fake" })).await
}

/// The form after a step: the one it shows, or the one that it leads to.
async fn after(client: &Client<'_>, step: Step) -> Flow {
    match step {
        Step::Form(flow) => flow,
        Step::Sent(location) => client.fetch("settings", &flow_of(&location).unwrap()).await,
        other => panic!("{other:?}"),
    }
}

for_all!(buttons_say_what_can_be_linked);
async fn buttons_say_what_can_be_linked(database: TestDatabase, kind: Kind) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let client = signed_in(&app, kind, ADA).await;
    assert_eq!(buttons(&client.open("settings").await), button("link", "fake"));
}

on_each!(a_link_lets_in_until_it_is_taken_away);
async fn a_link_lets_in_until_it_is_taken_away(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    for kind in [Kind::Browser, Kind::Spa] {
        let email = if kind == Kind::Browser { ADA } else { "bob@example.test" };
        let subject = format!("{kind:?}").to_lowercase();
        provider.with(|manners| manners.person = json!({ "sub": subject, "email": "other@example.test" }));
        let client = signed_in(&app, kind, email).await;
        let linked = after(&client, link(&client, &provider).await).await;
        assert_eq!(linked.messages(), ["1050001"]);
        assert_eq!(buttons(&linked), button("unlink", "fake"));
        assert_eq!(shown(&client).await[1]["method"], "oidc");

        let other = app.client(kind);
        other.by_provider(&provider, "login").await.done();
        assert_eq!(other.whoami().await.json()["identity"]["traits"]["email"], email);

        let form = client.open("settings").await;
        let unlinked = client.submit(&form, json!({ "method": "oidc", "unlink": "fake" })).await;
        let unlinked = after(&client, unlinked).await;
        assert_eq!(unlinked.messages(), ["1050001"]);
        assert_eq!(buttons(&unlinked), button("link", "fake"));
        // The name belongs to nobody any more: whoever comes with it is new.
        let gone = format!("{subject}@example.test");
        provider.with(|manners| manners.person = json!({ "sub": subject, "email": gone }));
        app.client(kind).by_provider(&provider, "login").await.done();
        assert!(app.identity(&gone).await.is_some());
    }
}

for_all!(what_cannot_be_linked_is_said_in_the_form);
async fn what_cannot_be_linked_is_said_in_the_form(database: TestDatabase, kind: Kind) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let client = signed_in(&app, kind, ADA).await;
    for fields in [
        json!({ "method": "oidc", "link": "nope" }),
        json!({ "method": "oidc", "unlink": "fake" }),
        json!({ "link": "fake", "unlink": "fake" }),
    ] {
        let flow = client.open("settings").await;
        assert_eq!(client.submit(&flow, fields).await.form().messages(), ["4000001"]);
    }
    assert!(provider.seen().is_empty());
}

on_each!(the_last_way_in_stays);
async fn the_last_way_in_stays(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let client = app.client(Kind::Spa);
    client.by_provider(&provider, "registration").await.done();
    let form = client.open("settings").await;
    assert_eq!(buttons(&form), []);
    let step = client.submit(&form, json!({ "unlink": "fake" })).await;
    assert_eq!(step.form().messages(), ["4000001"]);
    // With a password beside it, it may go.
    let form = client.open("settings").await;
    let password = json!({ "method": "password", "password": PASSWORD });
    let form = client.submit(&form, password).await.form();
    assert_eq!(buttons(&form), button("unlink", "fake"));
    let form = client.open("settings").await;
    let form = client.submit(&form, json!({ "unlink": "fake" })).await.form();
    assert_eq!(form.messages(), ["1050001"]);
    app.client(Kind::Spa).log_in(ADA, PASSWORD).await.done();
}

on_each!(nobody_links_the_account_of_somebody_else);
async fn nobody_links_the_account_of_somebody_else(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    app.client(Kind::Browser).by_provider(&provider, "registration").await.done();
    let eve = signed_in(&app, Kind::Browser, "eve@example.test").await;
    let form = after(&eve, link(&eve, &provider).await).await;
    assert_eq!(form.messages(), ["4000007"]);
    let ada = app.client(Kind::Browser);
    ada.by_provider(&provider, "login").await.done();
    assert_eq!(ada.whoami().await.json()["identity"]["traits"]["email"], ADA);
}

on_each!(who_comes_back_in_the_session_of_somebody_else_links_nothing);
async fn who_comes_back_in_the_session_of_somebody_else_links_nothing(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let client = signed_in(&app, Kind::Browser, ADA).await;
    let flow = client.open("settings").await;
    let back = provider.visit(&app, &leave(&client, &flow, json!({ "link": "fake" })).await);
    let eve = signed_in(&app, Kind::Browser, "eve@example.test").await;
    let session = eve.cookies.borrow()["ory_kratos_session"].clone();
    client.cookies.borrow_mut().insert("ory_kratos_session".to_owned(), session);
    let (status, id) = client.come_back(&flow, &back).await.error();
    assert_eq!((status, id.as_str()), (403, "security_identity_mismatch"));
}

on_each!(linking_needs_the_anti_forgery_token);
async fn linking_needs_the_anti_forgery_token(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let client = signed_in(&app, Kind::Spa, ADA).await;
    let flow = client.open("settings").await;
    for fields in
        [json!({ "link": "fake", "csrf_token": "" }), json!({ "unlink": "fake", "csrf_token": "x" })]
    {
        let answer = client.post(&flow, fields).await.expect(403);
        assert_eq!(answer.error_id(), "security_csrf_violation");
    }
    let path = format!("/self-service/settings?flow={}&link=fake", flow.id());
    let step = client.get(&path).await;
    assert_eq!(step.status, 400, "a link that is followed links nothing");
    assert!(provider.seen().is_empty());
}

on_each!(sec_40_an_old_session_links_nothing_and_goes_on_after_signing_in);
async fn sec_40_an_old_session_links_nothing_and_goes_on_after_signing_in(database: TestDatabase) {
    let provider = Provider::start();
    let app = app(database, &provider).await;
    let client = signed_in(&app, Kind::Browser, ADA).await;
    app.advance(Duration::from_secs(3601));
    let flow = client.open("settings").await;
    let login = client.post(&flow, json!({ "link": "fake" })).await.expect(303).location();
    assert!(login.contains("/self-service/login/browser?refresh=true"), "{login}");
    let opened = client.get(login.strip_prefix("https://id.example.test").unwrap()).await.expect(303);
    let login = client.fetch("login", &flow_of(&opened.location()).unwrap()).await;
    let fields = json!({ "method": "password", "identifier": ADA, "password": PASSWORD });
    let on = client.post(&login, fields).await.expect(303).location();
    let url = client.get(on.strip_prefix("https://id.example.test").unwrap()).await.expect(303).location();
    let back = provider.visit(&app, &url);
    let linked = after(&client, client.come_back(&flow, &back).await).await;
    assert_eq!(linked.messages(), ["1050001"]);
    // Too old by the time one is back.
    provider.with(|manners| manners.person = json!({ "sub": "s-bob" }));
    let later = signed_in(&app, Kind::Browser, "bob@example.test").await;
    app.advance(Duration::from_secs(3500));
    let flow = later.open("settings").await;
    let back = provider.visit(&app, &leave(&later, &flow, json!({ "link": "fake" })).await);
    app.advance(Duration::from_secs(101));
    let answer = later.get(&back).await.expect(303);
    assert!(answer.location().contains("refresh=true"), "{}", answer.location());
}

on_each!(linking_is_worth_one_factor);
async fn linking_is_worth_one_factor(database: TestDatabase) {
    let provider = Provider::start();
    provider.with(|manners| manners.person["acr"] = json!("phr"));
    let entry = provider.entry("fake", &json!({ "aal2_acr_values": ["phr"] }));
    let app = TestApp::builder(database).config(&config(vec![entry])).build().await;
    let client = signed_in(&app, Kind::Browser, "bob@example.test").await;
    after(&client, link(&client, &provider).await).await;
    let who = client.whoami().await.expect(200).json();
    assert_eq!(who["authenticator_assurance_level"], "aal1");
    assert_eq!(who["authentication_methods"][1]["aal"], "aal1");
}

on_each!(of_two_links_at_once_neither_gets_lost);
async fn of_two_links_at_once_neither_gets_lost(database: TestDatabase) {
    let (one, two) = (Provider::start(), Provider::start());
    two.with(|manners| manners.person = json!({ "sub": "2" }));
    let providers = config(vec![one.entry("fake", &json!({})), two.entry("two", &json!({}))]);
    let app = TestApp::builder(database).config(&providers).build().await;
    let client = signed_in(&app, Kind::Browser, "bob@example.test").await;
    let (first, second) = (client.open("settings").await, client.open("settings").await);
    let to_one = one.visit(&app, &leave(&client, &first, json!({ "link": "fake" })).await);
    let key = client.cookies.borrow()["ory_kratos_continuity"].clone();
    let to_two = two.visit(&app, &leave(&client, &second, json!({ "link": "two" })).await);
    let other = app.client(Kind::Browser);
    *other.cookies.borrow_mut() = client.cookies.borrow().clone();
    other.cookies.borrow_mut().insert("ory_kratos_continuity".to_owned(), key);
    let (one, two) =
        futures_util::future::join(other.come_back(&first, &to_one), client.come_back(&second, &to_two))
            .await;
    after(&other, one).await;
    after(&client, two).await;
    let form = client.open("settings").await;
    let linked = [button("unlink", "fake"), button("unlink", "two")].concat();
    assert_eq!(buttons(&form), linked);
}
