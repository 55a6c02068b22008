//! Changing one's account: traits and password.

use std::time::Duration;

use serde_json::{Value, json};
use zelos::store::{Credentials as _, IdentitiesMut as _};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Client, Flow, Kind, Step, TestApp, flow_of, people::PASSWORD},
};

const ADA: &str = "ada@example.test";
const NEW: &str = "new@example.test";
const OTHER: &str = "another horse battery";
const LOGIN: &str = "https://id.example.test/self-service/login/browser";
const REVOKING: &str = "selfservice: { flows: { settings: { after: { password: { hooks: [{ hook: revoke_active_sessions }] } } } } }";
const SHOWING: &str = "selfservice: { flows: { settings: { after: { profile: { hooks: [{ hook: show_verification_ui }] } } } } }";
const NOTIFYING: &str = "
selfservice:
  flows:
    settings:
      after: { profile: { hooks: [{ hook: notify_previous_addresses }] } }
";
const AFTER: &str = "
selfservice:
  flows:
    settings:
      after:
        default_browser_return_url: https://app.example.test/after
        profile: { default_browser_return_url: https://app.example.test/after-profile }
";

pub async fn signed_in<'a>(app: &'a TestApp, kind: Kind, email: &str) -> Client<'a> {
    let client = app.client(kind);
    client.sign_up(email).await.done();
    client.log_in(email, PASSWORD).await.done();
    client
}

pub fn traits(email: &str) -> Value {
    json!({ "method": "profile", "traits": { "email": email } })
}

pub fn password(password: &str) -> Value {
    json!({ "method": "password", "password": password })
}

/// Submits what has to be saved.
#[track_caller]
pub fn saved(step: Step) -> Flow {
    let flow = step.form();
    assert_eq!((flow.messages(), &flow.json["state"]), (vec!["1050001".to_owned()], &json!("success")));
    flow
}

/// The flow that the form of a saved one is submitted to.
async fn next(client: &Client<'_>, saved: &Flow) -> Flow {
    let id = flow_of(saved.json["ui"]["action"].as_str().unwrap()).unwrap();
    assert_ne!(id, saved.id());
    client.fetch("settings", &id).await
}

for_all!(traits_and_password_change);
async fn traits_and_password_change(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open("settings").await;
    assert_eq!((&flow.json["state"], flow.value("traits.email")), (&json!("show_form"), Some(&json!(ADA))));
    let fields = json!({ "method": "profile", "traits": { "email": ADA, "name": { "first": "Ada" } } });
    let done = saved(client.submit(&flow, fields).await);
    assert_eq!(done.json["identity"]["traits"]["name"]["first"], "Ada");
    assert!(done.json["identity"].get("metadata_admin").is_none());
    let flow = next(&client, &done).await;
    assert_eq!((&flow.json["state"], flow.messages().len()), (&json!("show_form"), 0));
    let before = app.identity(ADA).await.unwrap();
    saved(client.submit(&flow, password(OTHER)).await);
    let after = app.identity(ADA).await.unwrap();
    assert_eq!((after.version, after.traits), (before.version.next(), before.traits));
    assert!(client.is_logged_in().await);
    let other = app.client(kind);
    assert!(!other.log_in(ADA, PASSWORD).await.is_done());
    assert!(other.log_in(ADA, OTHER).await.is_done());
}

for_all!(what_is_wrong_is_told_at_its_field);
async fn what_is_wrong_is_told_at_its_field(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = signed_in(&app, kind, ADA).await;
    for (fields, expected) in [
        (traits("nobody"), "4000040@traits.email"),
        (json!({ "method": "profile" }), "4000002@traits.email"),
        (json!({ "method": "profile", "traits": {} }), "4000002@traits.email"),
        (password("short"), "4000032@password"),
        (password(""), "4000002@password"),
        (password(PASSWORD), "4000039@password"),
        (password("ada@example.tes"), "4000031@password"),
        (json!({}), "4010004"),
        (json!({ "method": "pigeon" }), "4010004"),
        (json!({ "method": "code", "code": "000000" }), "4010004"),
    ] {
        let flow = client.open("settings").await;
        let refused = client.submit(&flow, fields.clone()).await.form();
        assert_eq!(refused.messages(), [expected], "{fields}");
        assert_eq!(refused.json["state"], "show_form");
        assert_eq!(client.status.get(), if kind == Kind::Browser { 303 } else { 400 });
    }
    let flow = client.open("settings").await;
    assert_eq!(client.submit(&flow, json!({ "method": "totp" })).await.error().0, 404);
    assert!(app.client(kind).log_in(ADA, PASSWORD).await.is_done(), "nothing changed");
}

for_all!(what_was_typed_comes_back_and_the_form_remembers_what_it_said);
async fn what_was_typed_comes_back_and_the_form_remembers_what_it_said(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open("settings").await;
    client.submit(&flow, json!({})).await.form();
    let refused = client.submit(&flow, traits("nobody")).await.form();
    assert_eq!(refused.messages(), ["4010004", "4000040@traits.email"]);
    assert_eq!(refused.value("traits.email"), Some(&json!("nobody")));
    let refused = client.submit(&flow, password("short")).await.form();
    assert_eq!(refused.messages(), ["4000032@password"]);
    assert_eq!((refused.value("traits.email"), refused.value("password")), (Some(&json!("nobody")), None));
    let done = saved(client.submit(&flow, traits(ADA)).await);
    assert_eq!(done.value("traits.email"), Some(&json!(ADA)));
}

for_all!(a_new_address_takes_the_place_of_the_old_one);
async fn a_new_address_takes_the_place_of_the_old_one(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(SHOWING).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let letters = app.mailbox().await.len();
    let flow = client.open("settings").await;
    let same = json!({ "method": "profile", "traits": { "email": ADA, "name": { "first": "Ada" } } });
    let done = saved(client.submit(&flow, same).await);
    assert_eq!(app.mailbox().await.len(), letters, "what was written to is not written to again");
    app.advance(Duration::from_secs(1));
    let done = saved(client.submit(&next(&client, &done).await, traits(NEW)).await);
    let mail = app.newest_mail(NEW).await;
    assert_eq!(
        (app.mailbox().await.len(), mail.message.template.wire_name()),
        (letters + 1, "verification_code_valid")
    );
    assert!(app.identity(ADA).await.is_none() && !app.is_verified(NEW).await);
    if kind != Kind::Browser {
        let item = &done.json["continue_with"][0];
        assert_eq!(
            (&item["action"], &item["flow"]["verifiable_address"]),
            (&json!("show_verification_ui"), &json!(NEW))
        );
        assert_eq!(item["flow"].get("url").is_some(), kind == Kind::Spa);
    }
    // The browser keeps its anti-CSRF token, and the verification is bound to it.
    let verification = flow_of(&format!("https://id.example.test{}", mail.link())).unwrap();
    let verification = client.fetch("verification", &verification).await;
    client.submit(&verification, json!({ "method": "code", "code": mail.code() })).await;
    assert!(app.is_verified(NEW).await);
    let stranger = app.client(kind);
    assert!(!stranger.log_in(ADA, PASSWORD).await.is_done());
    assert!(stranger.log_in(NEW, PASSWORD).await.is_done());
}

for_all!(an_address_of_somebody_else_is_not_taken);
async fn an_address_of_somebody_else_is_not_taken(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    app.client(Kind::Native).sign_up("eve@example.test").await.done();
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open("settings").await;
    let refused = client.submit(&flow, traits("eve@example.test")).await.form();
    assert_eq!(refused.messages(), ["4000007"]);
    assert_eq!(refused.value("traits.email"), Some(&json!("eve@example.test")));
    assert_eq!(refused.json["identity"]["traits"]["email"], ADA);
}

for_all!(without_a_session_nothing_opens);
async fn without_a_session_nothing_opens(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open("settings").await;
    let stranger = app.client(kind);
    let opened = stranger.init("settings", "?return_to=https%3A%2F%2Fapp.example.test%2Fx").await;
    let read = stranger.get(&format!("/self-service/settings/flows?id={}", flow.id())).await;
    let sent = stranger.post(&flow, password(OTHER)).await;
    match kind {
        Kind::Browser => {
            assert_eq!(
                opened.expect(303).location(),
                format!("{LOGIN}?return_to=https%3A%2F%2Fapp.example.test%2Fx")
            );
            assert_eq!(read.expect(302).location(), "https://app.example.test/login");
            assert_eq!(sent.expect(302).location(), "https://app.example.test/login");
        }
        Kind::Spa | Kind::Native => {
            assert_eq!(opened.json().get("CredentialsMissing"), (kind == Kind::Spa).then_some(&json!(false)));
            assert_eq!(opened.expect(401).error_id(), "session_inactive");
            assert_eq!(read.expect(401).error_id(), "");
            assert_eq!(sent.expect(401).error_id(), "");
        }
    }
    assert!(app.client(kind).log_in(ADA, PASSWORD).await.is_done());
    let answer = stranger.get("/.well-known/change-password").await;
    assert_eq!(answer.expect(303).location(), "https://app.example.test/settings");
}

for_all!(settings_of_somebody_else_are_closed);
async fn settings_of_somebody_else_are_closed(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let ada = signed_in(&app, kind, ADA).await;
    let flow = ada.open("settings").await;
    let eve = signed_in(&app, kind, "eve@example.test").await;
    let own = eve.open("settings").await;
    let read = eve.get_json(&format!("/self-service/settings/flows?id={}", flow.id())).await;
    assert_eq!(read.expect(403).error_id(), "security_identity_mismatch");
    let mut fields = password(OTHER);
    fields["csrf_token"] = own.value("csrf_token").cloned().unwrap_or_default();
    assert_eq!(eve.submit(&flow, fields).await.error(), (403, "security_identity_mismatch".to_owned()));
    assert!(app.client(kind).log_in(ADA, PASSWORD).await.is_done());
    let unknown = eve.get_json("/self-service/settings/flows?id=11111111-1111-4111-8111-111111111111").await;
    assert_eq!(unknown.status, 404);
    let login = eve.open_with("login", "?refresh=true").await;
    let other_kind = eve.get_json(&format!("/self-service/settings/flows?id={}", login.id())).await;
    assert_eq!(other_kind.status, 404);
}

for_all!(sec_46_a_link_changes_nothing);
async fn sec_46_a_link_changes_nothing(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open("settings").await;
    let token = flow.value("csrf_token").and_then(Value::as_str).unwrap_or_default().replace('+', "%2B");
    let path = format!("/self-service/settings?flow={}&csrf_token={token}", flow.id());
    client.get(&format!("{path}&method=password&password=another-horse-battery")).await;
    client.get(&format!("{path}&method=profile&traits.email={NEW}")).await;
    assert_eq!(client.fetch("settings", flow.id()).await.messages(), ["4010004"]);
    assert!(app.identity(NEW).await.is_none());
    assert!(app.client(kind).log_in(ADA, PASSWORD).await.is_done());
}

for_all!(sec_46_browsers_need_the_anti_csrf_token);
async fn sec_46_browsers_need_the_anti_csrf_token(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open("settings").await;
    for mut fields in [traits(NEW), password(OTHER)] {
        fields["csrf_token"] = json!("forged");
        let step = client.submit(&flow, fields).await;
        match kind {
            Kind::Browser | Kind::Spa => {
                assert_eq!(step.error(), (403, "security_csrf_violation".to_owned()))
            }
            Kind::Native => drop(saved(step)),
        }
    }
    assert_eq!(app.identity(NEW).await.is_some(), kind == Kind::Native);
}

for_all!(an_expired_flow_is_replaced);
async fn an_expired_flow_is_replaced(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open_with("settings", "?return_to=https%3A%2F%2Fapp.example.test%2Fx").await;
    app.advance(Duration::from_secs(3601));
    let read = client.get_json(&format!("/self-service/settings/flows?id={}", flow.id())).await;
    assert_eq!(read.status, 410);
    let details = &read.json()["error"]["details"];
    assert_eq!(details.get("api").is_some(), kind == Kind::Native);
    assert_eq!(details.get("redirect_to").is_some(), kind != Kind::Native);
    let fresh = client.step(&flow, password(OTHER)).await.replaced();
    assert_eq!(
        (fresh.messages(), &fresh.json["request_url"]),
        (vec!["4050001".to_owned()], &flow.json["request_url"])
    );
    assert!(app.client(kind).log_in(ADA, PASSWORD).await.is_done());
}

for_all!(where_a_change_leads_to);
async fn where_a_change_leads_to(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(AFTER).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let wish = "?return_to=https%3A%2F%2Fapp.example.test%2Fx";
    for (query, fields, expected) in [
        ("", traits(ADA), "https://app.example.test/after-profile"),
        ("", password(OTHER), "https://app.example.test/after"),
        (wish, traits(ADA), "https://app.example.test/x"),
    ] {
        let flow = client.open_with("settings", query).await;
        let answer = client.post(&flow, fields).await;
        let cookies: Vec<_> = answer.headers.get_all("set-cookie").collect();
        match kind {
            Kind::Browser => assert_eq!(answer.location(), expected),
            Kind::Spa => assert_eq!(answer.json()["continue_with"][0]["redirect_browser_to"], expected),
            Kind::Native => assert_eq!(answer.json().get("continue_with"), None),
        }
        assert_eq!(
            cookies.len(),
            usize::from(kind != Kind::Native),
            "the session goes on under the same token"
        );
    }
    let refused = client.init("settings", "?return_to=https%3A%2F%2Fevil.test%2F").await;
    assert!(refused.status == 400 || refused.location().starts_with("https://app.example.test/error"));
}

for_all!(a_new_password_ends_other_sessions_where_the_operator_wants_it);
async fn a_new_password_ends_other_sessions_where_the_operator_wants_it(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(REVOKING).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let thief = app.client(Kind::Spa);
    thief.log_in(ADA, PASSWORD).await.done();
    let flow = client.open("settings").await;
    saved(client.submit(&flow, traits(ADA)).await);
    assert!(thief.is_logged_in().await);
    saved(client.submit(&flow, password(OTHER)).await);
    assert!(!thief.is_logged_in().await && client.is_logged_in().await);
}

for_all!(the_address_that_goes_is_told);
async fn the_address_that_goes_is_told(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(NOTIFYING).build().await;
    let client = signed_in(&app, kind, ADA).await;
    app.advance(Duration::from_secs(1));
    let flow = client.open("settings").await;
    saved(client.submit(&flow, traits(NEW)).await);
    let told: Vec<_> = app
        .mailbox()
        .await
        .into_iter()
        .rev()
        .take(2)
        .map(|mail| (mail.letter.to, mail.message.template.wire_name()))
        .collect();
    assert!(told.contains(&(ADA.to_owned(), "verifiable_address_changed")), "{told:?}");
    assert!(told.contains(&(NEW.to_owned(), "verification_code_valid")), "{told:?}");
}

for_all!(who_has_no_name_to_sign_in_with_gets_no_password);
async fn who_has_no_name_to_sign_in_with_gets_no_password(database: TestDatabase, kind: Kind) {
    let nameless = "base64://eyJ0eXBlIjoib2JqZWN0IiwicHJvcGVydGllcyI6eyJ0cmFpdHMiOnsidHlwZSI6Im9iamVjdCIsInByb3BlcnRpZXMiOnsiZW1haWwiOnsidHlwZSI6InN0cmluZyJ9fX19fQ==";
    let config = format!(
        "identity: {{ schemas: [{{ id: email, url: preset://email }}, {{ id: nameless, url: '{nameless}' }}] }}"
    );
    let app = TestApp::builder(database).config(&config).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let mut identity = app.identity(ADA).await.unwrap();
    let read = identity.version;
    identity.schema_id = "nameless".to_owned();
    identity.version = read.next();
    let id = identity.id;
    app.store.write(move |tx| tx.replace_identity(&identity, read)?.or_stale()).await.unwrap();
    let flow = client.open("settings").await;
    let refused = client.submit(&flow, password(OTHER)).await.form();
    assert_eq!(refused.messages(), ["4000009"]);
    let kept = app.store.read(move |reader| reader.credentials_of(id)).await.unwrap();
    assert!(kept.iter().any(|credential| credential.has_password()));
}
