//! A new address that takes its place only once it is proven.

use std::time::Duration;

use serde_json::json;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Client, Flow, Kind, Step, TestApp, flow_of, people::PASSWORD},
    settings::{password, saved, signed_in, traits},
};

const ADA: &str = "ada@example.test";
const NEW: &str = "new@example.test";
const HOOKS: &str = "
selfservice:
  flows:
    settings:
      after: { profile: { hooks: [{ hook: verify_new_address }, { hook: notify_previous_addresses }] } }
";
const BY_LINK: &str = "selfservice: { flows: { verification: { use: link } } }";

/// Asks for another address, and gives the verification that proves it.
async fn ask_for(client: &Client<'_>, email: &str) -> Flow {
    client.app.advance(Duration::from_secs(1));
    let flow = client.open("settings").await;
    match client.submit(&flow, traits(email)).await {
        Step::Sent(url) => {
            assert_eq!(client.kind, Kind::Browser);
            assert!(url.starts_with("https://app.example.test/verification?flow="), "{url}");
        }
        step => {
            let shown = step.form();
            let item = &shown.json["continue_with"][0];
            assert_eq!((client.status.get(), &shown.json["state"]), (200, &json!("show_form")));
            assert_eq!(item["action"], "show_verification_ui");
            assert_eq!(item["flow"]["verifiable_address"], email);
        }
    }
    let link = client.app.newest_mail(email).await.link();
    client.fetch("verification", &flow_of(&format!("https://id.example.test{link}")).unwrap()).await
}

async fn type_code(client: &Client<'_>, flow: &Flow, code: &str) -> Flow {
    client.step(flow, json!({ "method": "code", "code": code })).await.form()
}

for_all!(a_new_address_waits_until_it_is_proven);
async fn a_new_address_waits_until_it_is_proven(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(HOOKS).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let letters = app.mailbox().await.len();
    let flow = ask_for(&client, NEW).await;
    assert_eq!(app.mailbox().await.len(), letters + 1, "nobody else is written to");
    assert!(app.identity(NEW).await.is_none() && app.client(kind).log_in(ADA, PASSWORD).await.is_done());
    let code = app.newest_mail(NEW).await.code();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(type_code(&client, &flow, wrong).await.messages(), ["4070006"]);
    app.advance(Duration::from_secs(1));
    let done = type_code(&client, &flow, &code).await;
    assert_eq!(
        (done.messages(), &done.json["state"]),
        (vec!["1080002".to_owned()], &json!("passed_challenge"))
    );
    assert!(app.is_verified(NEW).await && app.identity(ADA).await.is_none());
    assert_eq!(app.newest_mail(ADA).await.message.template.wire_name(), "verifiable_address_changed");
    assert!(!app.client(kind).log_in(ADA, PASSWORD).await.is_done());
    assert!(app.client(kind).log_in(NEW, PASSWORD).await.is_done());
    let next = client.step(&done, json!({ "method": "code", "code": code })).await;
    assert_eq!(next.replaced().messages(), ["4070002"]);
}

for_all!(what_brings_no_address_does_not_wait);
async fn what_brings_no_address_does_not_wait(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(HOOKS).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open("settings").await;
    let fields = json!({ "method": "profile", "traits": { "email": ADA, "name": { "first": "Ada" } } });
    let done = saved(client.submit(&flow, fields).await);
    assert_eq!(done.json["identity"]["traits"]["name"]["first"], "Ada");
}

for_all!(a_change_is_for_a_session_that_lasts_and_traits_that_stay);
async fn a_change_is_for_a_session_that_lasts_and_traits_that_stay(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(HOOKS).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = ask_for(&client, NEW).await;
    let code = app.newest_mail(NEW).await.code();
    let other = app.client(Kind::Native);
    other.log_in(ADA, PASSWORD).await.done();
    let edit = other.open("settings").await;
    let fields = json!({ "method": "profile", "traits": { "email": ADA, "name": { "first": "Ada" } } });
    saved(other.submit(&edit, fields).await);
    assert_eq!(type_code(&client, &flow, &code).await.messages(), ["4070006"]);

    let flow = ask_for(&client, NEW).await;
    let code = app.newest_mail(NEW).await.code();
    other.ask(actix_web::test::TestRequest::delete().uri("/sessions")).await;
    assert!(!client.is_logged_in().await);
    assert_eq!(type_code(&client, &flow, &code).await.messages(), ["4070006"]);
    assert!(app.identity(NEW).await.is_none());
}

for_all!(a_newer_change_takes_the_place_of_an_older_one);
async fn a_newer_change_takes_the_place_of_an_older_one(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(HOOKS).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let older = ask_for(&client, "older@example.test").await;
    let code = app.newest_mail("older@example.test").await.code();
    let newer = ask_for(&client, NEW).await;
    assert_eq!(type_code(&client, &older, &code).await.messages(), ["4070006"]);
    let code = app.newest_mail(NEW).await.code();
    // Asking again sends another code, and the old one is worth nothing.
    app.advance(Duration::from_secs(1));
    let asked = client.submit(&newer, json!({ "method": "code", "email": "New@example.test" })).await.form();
    let fresh = app.newest_mail("New@example.test").await.code();
    if fresh != code {
        assert_eq!(type_code(&client, &asked, &code).await.messages(), ["4070006"]);
    }
    assert_eq!(type_code(&client, &asked, &fresh).await.messages(), ["1080002"]);
    assert!(app.is_verified(NEW).await);
}

for_all!(another_address_named_in_the_same_flow_changes_nothing);
async fn another_address_named_in_the_same_flow_changes_nothing(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(HOOKS).build().await;
    app.client(Kind::Native).sign_up("eve@example.test").await.done();
    let client = signed_in(&app, kind, ADA).await;
    let flow = ask_for(&client, NEW).await;
    app.advance(Duration::from_secs(1));
    let asked = client.submit(&flow, json!({ "method": "code", "email": "eve@example.test" })).await.form();
    let code = app.newest_mail("eve@example.test").await.code();
    type_code(&client, &asked, &code).await;
    assert!(app.is_verified("eve@example.test").await);
    assert!(app.identity(NEW).await.is_none() && app.identity(ADA).await.is_some());
}

for_all!(an_address_that_somebody_has_is_refused_before_and_after);
async fn an_address_that_somebody_has_is_refused_before_and_after(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(HOOKS).build().await;
    app.client(Kind::Native).sign_up("eve@example.test").await.done();
    let client = signed_in(&app, kind, ADA).await;
    let settings = client.open("settings").await;
    let refused = client.submit(&settings, traits("eve@example.test")).await.form();
    assert_eq!(refused.messages(), ["4000007"]);

    let flow = ask_for(&client, NEW).await;
    let code = app.newest_mail(NEW).await.code();
    app.client(Kind::Native).sign_up(NEW).await.done();
    let refused = type_code(&client, &flow, &code).await;
    assert_eq!(refused.messages(), ["4000007"]);
    if kind != Kind::Browser {
        assert_eq!(client.status.get(), 400);
    }
    assert!(app.identity(ADA).await.is_some());
}

for_all!(a_followed_link_applies_the_change_once);
async fn a_followed_link_applies_the_change_once(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(HOOKS).config(BY_LINK).build().await;
    let client = signed_in(&app, kind, ADA).await;
    ask_for(&client, NEW).await;
    let link = app.newest_mail(NEW).await.link();
    assert!(client.get(&link).await.status < 400);
    assert!(app.is_verified(NEW).await);
    let again = client.get(&link).await.expect(303);
    let next = client.fetch("verification", &flow_of(&again.location()).unwrap()).await;
    assert_eq!(next.messages(), ["4070001"]);
}

for_all!(an_old_session_asks_for_nothing);
async fn an_old_session_asks_for_nothing(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(HOOKS).build().await;
    let client = signed_in(&app, kind, ADA).await;
    app.advance(Duration::from_secs(3601));
    let letters = app.mailbox().await.len();
    let flow = client.open("settings").await;
    let answer = client.post(&flow, traits(NEW)).await;
    assert!(answer.status == 403 || answer.location().contains("refresh=true"));
    assert_eq!(app.mailbox().await.len(), letters);
    assert_eq!(client.post(&flow, password("short")).await.status, answer.status);
}

for_all!(somebody_disabled_changes_nothing);
async fn somebody_disabled_changes_nothing(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(HOOKS).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = ask_for(&client, NEW).await;
    let code = app.newest_mail(NEW).await.code();
    app.disable(ADA).await;
    assert_eq!(type_code(&client, &flow, &code).await.messages(), ["4070006"]);
    assert!(app.identity(NEW).await.is_none());
}
