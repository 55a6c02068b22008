//! Authenticator apps and backup codes: adding them, showing them on top of a password, and doing without.

use std::time::Duration;

use actix_web::test::TestRequest;
use futures_util::future::join_all;
use serde_json::{Value, json};
use zelos::{
    crypto::TotpKey,
    kernel::{FlowId, Secret},
    store::{Credentials as _, Flows as _},
};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Client, Flow, Kind, Receiver, Step, TestApp, flow_of,
        people::{PASSWORD, credentials},
    },
    on_each,
    settings::{saved, signed_in},
    web_hooks::hook,
};

pub const ADA: &str = "ada@example.test";
const EVE: &str = "eve@example.test";
const ON: &str = "
session: { whoami: { required_aal: highest_available } }
selfservice: { methods: { totp: { enabled: true, config: { issuer: Example } }, lookup_secret: { enabled: true } } }
";
const UP: &str = "?aal=aal2";

async fn app(database: TestDatabase) -> TestApp {
    TestApp::builder(database).config(ON).build().await
}

/// The attributes of a node.
pub fn attributes<'a>(flow: &'a Flow, name: &str) -> Option<&'a Value> {
    let nodes = flow.json["ui"]["nodes"].as_array()?;
    let attributes = nodes.iter().map(|node| &node["attributes"]);
    attributes.into_iter().find(|node| node["name"] == name || node["id"] == name)
}

fn key_of(flow: &Flow) -> TotpKey {
    let secret = attributes(flow, "totp_secret_key").expect("a key")["text"]["context"]["secret"].clone();
    let url = format!("otpauth://totp/x?secret={}", secret.as_str().unwrap());
    TotpKey::parse(&Secret::new(url)).unwrap()
}

fn totp(app: &TestApp, key: &TotpKey) -> Value {
    json!({ "method": "totp", "totp_code": key.code_at(app.now()) })
}

/// Adds an authenticator app.
async fn add_app(client: &Client<'_>) -> TotpKey {
    let flow = client.open("settings").await;
    let key = key_of(&flow);
    saved(client.submit(&flow, totp(client.app, &key)).await);
    key
}

fn backup(code: &str) -> Value {
    json!({ "method": "lookup_secret", "lookup_secret": code })
}

/// The backup codes that a form shows.
fn codes_of(flow: &Flow) -> Vec<String> {
    let secrets = &attributes(flow, "lookup_secret_codes").expect("codes")["text"]["context"]["secrets"];
    let secrets = secrets.as_array().unwrap().iter();
    secrets.filter_map(|message| message["context"]["secret"].as_str()).map(str::to_owned).collect()
}

async fn asked(client: &Client<'_>, flow: &Flow, field: &str) -> Step {
    client.submit(flow, json!({ "method": "lookup_secret", field: "true" })).await
}

async fn add_codes(client: &Client<'_>) -> Vec<String> {
    let flow = client.open("settings").await;
    let made = asked(client, &flow, "lookup_secret_regenerate").await.form();
    let codes = codes_of(&made);
    saved(asked(client, &made, "lookup_secret_confirm").await);
    codes
}

/// Logs in by password where that is not enough.
pub async fn half_in<'a>(app: &'a TestApp, kind: Kind) -> Client<'a> {
    let client = app.client(kind);
    let flow = client.open_with("login", "?return_to=https%3A%2F%2Fapp.example.test%2Fx").await;
    let answer = client.post(&flow, credentials(ADA, PASSWORD)).await;
    let onward = "https://id.example.test/self-service/login/browser?aal=aal2\
                  &return_to=https%3A%2F%2Fapp.example.test%2Fx";
    match kind {
        Kind::Browser => assert_eq!(answer.expect(303).location(), onward),
        Kind::Spa => {
            assert_eq!(answer.error_id(), "browser_location_change_required");
            assert_eq!(answer.expect(422).json()["redirect_browser_to"], onward);
        }
        Kind::Native => {
            let body = answer.expect(200).json();
            assert_eq!(body["session"]["identity"], Value::Null, "nothing is told before");
            *client.token.borrow_mut() = body["session_token"].as_str().map(str::to_owned);
        }
    }
    assert_eq!(client.whoami().await.expect(403).error_id(), "session_aal2_required");
    client
}

async fn level(client: &Client<'_>) -> Value {
    client.whoami().await.expect(200).json()["authenticator_assurance_level"].clone()
}

for_all!(an_app_is_added_and_asked_for_from_then_on);
async fn an_app_is_added_and_asked_for_from_then_on(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open("settings").await;
    let key = key_of(&flow);
    for (code, expected) in [("", "4000002@totp_code"), ("000000x", "4000008@totp_code")] {
        let fields = json!({ "method": "totp", "totp_code": code });
        let refused = client.submit(&flow, fields).await.form();
        assert_eq!(refused.messages(), [expected]);
        assert_eq!(key_of(&refused).base32().expose(), key.base32().expose(), "the key stays");
    }
    let done = saved(client.submit(&flow, totp(&app, &key)).await);
    assert!(attributes(&done, "totp_secret_key").is_none() && attributes(&done, "totp_unlink").is_some());
    assert_eq!(level(&client).await, "aal2", "who adds an app has shown it");

    let other = half_in(&app, kind).await;
    let flow = other.open_with("login", UP).await;
    assert_eq!(flow.messages(), ["1010004"]);
    assert!(attributes(&flow, "lookup_secret").is_none() && attributes(&flow, "password").is_none());
    let wrong = json!({ "method": "totp", "totp_code": "000000x" });
    assert_eq!(other.submit(&flow, wrong).await.form().messages(), ["4000008"]);
    let short = json!({ "method": "totp", "totp_code": "123" });
    assert_eq!(other.submit(&flow, short).await.form().messages(), ["4000003@totp_code"]);
    other.submit(&flow, totp(&app, &key)).await.done();
    assert_eq!(level(&other).await, "aal2");
    assert_eq!(other.init("login", UP).await.status, if kind == Kind::Browser { 303 } else { 400 });
}

for_all!(an_app_is_taken_away);
async fn an_app_is_taken_away(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let client = signed_in(&app, kind, ADA).await;
    add_app(&client).await;
    let flow = client.open("settings").await;
    let done = saved(client.submit(&flow, json!({ "totp_unlink": "true" })).await);
    assert!(attributes(&done, "totp_secret_key").is_some());
    let other = app.client(kind);
    other.log_in(ADA, PASSWORD).await.done();
    assert_eq!(level(&other).await, "aal1");
}

for_all!(sec_21_a_code_of_an_app_works_once);
async fn sec_21_a_code_of_an_app_works_once(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let key = add_app(&signed_in(&app, kind, ADA).await).await;
    let code = totp(&app, &key);
    for (works, wait) in [(true, 0), (false, 0), (false, 20), (true, 60)] {
        app.advance(Duration::from_secs(wait));
        let client = half_in(&app, kind).await;
        let flow = client.open_with("login", UP).await;
        let code = if wait == 60 { totp(&app, &key) } else { code.clone() };
        let step = client.submit(&flow, code).await;
        assert_eq!(step.is_done(), works, "{wait}: {step:?}");
    }
}

on_each!(sec_21_of_parallel_codes_of_an_app_one_counts);
async fn sec_21_of_parallel_codes_of_an_app_one_counts(database: TestDatabase) {
    let app = app(database).await;
    let key = add_app(&signed_in(&app, Kind::Native, ADA).await).await;
    let mut people = Vec::new();
    for _ in 0..8 {
        let client = half_in(&app, Kind::Native).await;
        let flow = client.open_with("login", UP).await;
        people.push((client, flow));
    }
    let tries = people.iter().map(|(client, flow)| client.post(flow, totp(&app, &key)));
    let answers = join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

for_all!(backup_codes_work_once_each);
async fn backup_codes_work_once_each(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open("settings").await;
    for field in ["lookup_secret_confirm", "lookup_secret_reveal"] {
        assert_eq!(asked(&client, &flow, field).await.form().messages(), ["4000001"], "{field}");
    }
    let codes = add_codes(&client).await;
    assert_eq!(codes.len(), 12);
    assert!(codes.iter().all(|code| code.len() == 8));
    assert_eq!(level(&client).await, "aal2");

    let other = half_in(&app, kind).await;
    let flow = other.open_with("login", UP).await;
    assert_eq!(other.submit(&flow, backup("")).await.form().messages(), ["4000002@lookup_secret"]);
    assert_eq!(other.submit(&flow, backup("12345678x")).await.form().messages(), ["4000016"]);
    other.submit(&flow, backup(&codes[3])).await.done();
    assert_eq!(level(&other).await, "aal2");

    let third = half_in(&app, kind).await;
    let flow = third.open_with("login", UP).await;
    assert_eq!(third.submit(&flow, backup(&codes[3])).await.form().messages(), ["4000012"]);
    third.submit(&flow, backup(&codes[4])).await.done();

    let flow = third.open("settings").await;
    assert!(attributes(&flow, "lookup_secret_codes").is_none(), "only on request");
    let shown = asked(&third, &flow, "lookup_secret_reveal").await.form();
    let left = codes_of(&shown);
    assert!(left.len() == 10 && !left.contains(&codes[3]));
    saved(asked(&third, &shown, "lookup_secret_disable").await);
    let fourth = app.client(kind);
    fourth.log_in(ADA, PASSWORD).await.done();
    assert_eq!(level(&fourth).await, "aal1");
}

on_each!(sec_21_of_parallel_uses_of_a_backup_code_one_counts);
async fn sec_21_of_parallel_uses_of_a_backup_code_one_counts(database: TestDatabase) {
    let app = app(database).await;
    let codes = add_codes(&signed_in(&app, Kind::Native, ADA).await).await;
    let mut people = Vec::new();
    for _ in 0..8 {
        let client = half_in(&app, Kind::Native).await;
        let flow = client.open_with("login", UP).await;
        people.push((client, flow));
    }
    let tries = people.iter().map(|(client, flow)| client.post(flow, backup(&codes[0])));
    let answers = join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

for_all!(codes_that_were_not_confirmed_are_worth_nothing);
async fn codes_that_were_not_confirmed_are_worth_nothing(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let client = signed_in(&app, kind, ADA).await;
    let kept = add_codes(&client).await;
    let flow = client.open("settings").await;
    let shown = asked(&client, &flow, "lookup_secret_reveal").await.form();
    let made = asked(&client, &shown, "lookup_secret_regenerate").await.form();
    let new = codes_of(&made);
    assert!(new.iter().all(|code| !kept.contains(code)));
    let other = half_in(&app, kind).await;
    let flow = other.open_with("login", UP).await;
    assert_eq!(other.submit(&flow, backup(&new[0])).await.form().messages(), ["4000016"]);
    other.submit(&flow, backup(&kept[0])).await.done();
    saved(asked(&client, &made, "lookup_secret_confirm").await);
    let third = half_in(&app, kind).await;
    let flow = third.open_with("login", UP).await;
    assert_eq!(third.submit(&flow, backup(&kept[1])).await.form().messages(), ["4000016"]);
    third.submit(&flow, backup(&new[0])).await.done();
}

for_all!(a_second_factor_alone_opens_nothing);
async fn a_second_factor_alone_opens_nothing(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let key = add_app(&signed_in(&app, kind, ADA).await).await;
    let stranger = app.client(kind);
    assert!(matches!(stranger.init("login", UP).await.status, 401 | 303));
    // A form for the first factor takes no second one …
    let flow = stranger.open("login").await;
    let step = stranger.submit(&flow, totp(&app, &key)).await;
    assert_eq!(step.form().messages(), ["4010002"]);
    assert!(!stranger.is_logged_in().await);
    // … and a form for the second one raises whoever sends it, by what they have themselves.
    let eve = signed_in(&app, kind, EVE).await;
    let half = half_in(&app, kind).await;
    let flow = half.open_with("login", UP).await;
    if kind == Kind::Native {
        let step = eve.submit(&flow, totp(&app, &key)).await;
        assert_eq!(step.form().messages(), ["4000011"], "she has no app");
    }
    assert_eq!(eve.whoami().await.json()["authenticator_assurance_level"], "aal1");
}

for_all!(backup_codes_are_shown_to_a_fresh_session_only);
async fn backup_codes_are_shown_to_a_fresh_session_only(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let client = signed_in(&app, kind, ADA).await;
    add_codes(&client).await;
    let flow = client.open("settings").await;
    app.advance(Duration::from_secs(7200));
    let flow = if kind == Kind::Native { flow } else { client.open("settings").await };
    let flow = if kind == Kind::Native { client.open("settings").await } else { flow };
    for fields in [
        json!({ "lookup_secret_reveal": "true" }),
        json!({ "lookup_secret_regenerate": "true" }),
        json!({ "lookup_secret_disable": "true" }),
        json!({ "method": "totp", "totp_code": key_of(&flow).code_at(app.now()) }),
    ] {
        let answer = client.post(&flow, fields.clone()).await;
        match kind {
            Kind::Browser => assert!(answer.expect(303).location().contains("refresh=true"), "{fields}"),
            Kind::Spa | Kind::Native => {
                assert_eq!(answer.expect(403).error_id(), "session_refresh_required", "{fields}");
            }
        }
    }
}

for_all!(what_is_switched_off_takes_nothing);
async fn what_is_switched_off_takes_nothing(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open("settings").await;
    for fields in [
        json!({ "method": "totp", "totp_code": "123456" }),
        json!({ "totp_unlink": "true" }),
        json!({ "lookup_secret_regenerate": "true" }),
    ] {
        assert!(!client.submit(&flow, fields.clone()).await.is_done(), "{fields}");
    }
    let flow = client.open_with("login", UP).await;
    let step = client.submit(&flow, json!({ "method": "totp", "totp_code": "123456" })).await;
    assert!(!step.is_done());
}

for_all!(secrets_of_second_factors_rest_sealed);
async fn secrets_of_second_factors_rest_sealed(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open("settings").await;
    let secret = key_of(&flow).base32();
    let made = asked(&client, &flow, "lookup_secret_regenerate").await.form();
    let codes = codes_of(&made);
    let id: FlowId = made.id().parse().unwrap();
    let kept = app.store.read(move |reader| reader.flow(id)).await.unwrap().unwrap();
    let kept = kept.state_json().unwrap().to_string();
    assert!(!kept.contains(&codes[0]) && !kept.contains(secret.expose().as_str()));
    add_app(&client).await;
    let owner = app.identity(ADA).await.unwrap().id;
    let credentials = app.store.read(move |reader| reader.credentials_of(owner)).await.unwrap();
    assert!(!format!("{credentials:?}").contains(secret.expose().as_str()));
    let shown =
        app.ask_admin(TestRequest::get().uri(&format!("/admin/identities/{owner}?include_credential=totp")));
    let url = shown.await.json()["credentials"]["totp"]["config"]["totp_url"].clone();
    assert!(url.as_str().unwrap().starts_with("otpauth://totp/Example:ada"), "{url}");
}

for_all!(hooks_see_no_secrets_of_forms);
async fn hooks_see_no_secrets_of_forms(database: TestDatabase, kind: Kind) {
    let mut receiver = Receiver::start();
    let hook = hook(&receiver, "function(ctx) { flow: ctx.flow }", "");
    let config = format!(
        "selfservice: {{ flows: {{ settings: {{ before: {{ hooks: [{hook}] }}, after: {{ hooks: [{hook}] }} }} }} }}"
    );
    let app = TestApp::builder(database).config(ON).config(&config).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open("settings").await;
    let secret = key_of(&flow).base32();
    let told = receiver.next().await.body.to_string();
    assert!(told.contains("totp_code") && !told.contains(secret.expose().as_str()), "{told}");
    saved(client.submit(&flow, totp(&app, &key_of(&flow))).await);
    let told = receiver.next().await.body.to_string();
    assert!(!told.contains(secret.expose().as_str()), "{told}");
}

for_all!(the_form_of_a_saved_flow_has_a_key_of_its_own);
async fn the_form_of_a_saved_flow_has_a_key_of_its_own(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open("settings").await;
    let fields = json!({ "method": "profile", "traits": { "email": ADA, "name": { "first": "Ada" } } });
    let done = saved(client.submit(&flow, fields).await);
    let key = key_of(&done);
    assert_ne!(key.base32().expose(), key_of(&flow).base32().expose());
    let next = flow_of(done.json["ui"]["action"].as_str().unwrap()).unwrap();
    let next = client.fetch("settings", &next).await;
    assert_eq!(key.base32().expose(), key_of(&next).base32().expose());
    saved(client.submit(&next, totp(&app, &key)).await);
}
