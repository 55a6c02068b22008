//! Codes that are sent as a second factor.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Kind, TestApp, people::PASSWORD},
    second_factors::{ADA, attributes, half_in},
    settings::signed_in,
};

const ON: &str = "
session: { whoami: { required_aal: highest_available } }
selfservice: { methods: { code: { mfa_enabled: true } } }
";
const EVE: &str = "eve@example.test";
const UP: &str = "?aal=aal2";

async fn app(database: TestDatabase) -> TestApp {
    let app = TestApp::builder(database).config(ON).build().await;
    app.create(ADA, PASSWORD).await;
    app.advance(Duration::from_secs(1));
    app
}

fn code(code: &str) -> Value {
    json!({ "method": "code", "code": code, "identifier": ADA })
}

for_all!(the_only_code_goes_out_at_once);
async fn the_only_code_goes_out_at_once(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let client = half_in(&app, kind).await;
    let flow = client.open_with("login", UP).await;
    assert_eq!((&flow.json["state"], &flow.json["active"]), (&json!("sent_email"), &json!("code")));
    assert_eq!(flow.messages(), ["1010025"]);
    assert_eq!(flow.value("identifier"), Some(&json!(ADA)));
    let sent = app.newest_mail(ADA).await.code();
    let wrong = if sent == "000000" { "000001" } else { "000000" };
    assert_eq!(client.step(&flow, code(wrong)).await.form().messages(), ["4010008"]);
    client.step(&flow, code(&sent)).await.done();
    let seen = client.whoami().await.expect(200).json();
    assert_eq!(seen["authenticator_assurance_level"], "aal2");
    assert_eq!(seen["authentication_methods"][1]["aal"], "aal2");
    let identity = app.identity(ADA).await.unwrap();
    assert!(identity.verifiable_addresses[0].verified_at.is_some(), "who got the code has the address");
}

for_all!(beside_an_app_the_address_is_a_choice);
async fn beside_an_app_the_address_is_a_choice(database: TestDatabase, kind: Kind) {
    let also = "selfservice: { methods: { lookup_secret: { enabled: true } } }";
    let app = TestApp::builder(database).config(ON).config(also).build().await;
    app.create(ADA, PASSWORD).await;
    app.advance(Duration::from_secs(1));
    let owner = half_in(&app, kind).await;
    // Settings of an account that codes could go to ask for one.
    let up = owner.open_with("login", UP).await;
    let sent = app.newest_mail(ADA).await.code();
    owner.step(&up, code(&sent)).await.done();
    let flow = owner.open("settings").await;
    let made = owner.submit(&flow, json!({ "lookup_secret_regenerate": "true" })).await.form();
    owner.submit(&made, json!({ "lookup_secret_confirm": "true" })).await.form();
    app.advance(Duration::from_secs(1));

    let client = half_in(&app, kind).await;
    let flow = client.open_with("login", UP).await;
    assert_eq!(flow.json["state"], "choose_method");
    assert_eq!(attributes(&flow, "address").unwrap()["value"], ADA);
    assert!(attributes(&flow, "lookup_secret").is_some());
    let sent = client.step(&flow, json!({ "address": ADA })).await.form();
    assert_eq!((&sent.json["state"], sent.messages()), (&json!("sent_email"), vec!["1010025".to_owned()]));
    client.step(&sent, code(&app.newest_mail(ADA).await.code())).await.done();
    assert_eq!(client.whoami().await.expect(200).json()["authenticator_assurance_level"], "aal2");
}

for_all!(codes_go_to_addresses_of_their_owner_only);
async fn codes_go_to_addresses_of_their_owner_only(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    app.create(EVE, PASSWORD).await;
    app.advance(Duration::from_secs(1));
    let client = half_in(&app, kind).await;
    let flow = client.open_with("login", UP).await;
    app.newest_mail(ADA).await;
    let fields = json!({ "method": "code", "resend": "code", "identifier": EVE });
    assert_eq!(client.step(&flow, fields).await.form().messages(), ["4000035"]);
    assert!(app.mailbox().await.iter().all(|mail| mail.letter.to != EVE));
}

for_all!(via_names_the_trait_with_the_address);
async fn via_names_the_trait_with_the_address(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let client = half_in(&app, kind).await;
    let flow = client.open_with("login", "?aal=aal2&via=email").await;
    assert_eq!(flow.json["state"], "sent_email");
    for via in ["phone", "name.first", "email.x"] {
        let answer = client.init("login", &format!("?aal=aal2&via={via}")).await;
        assert!(matches!((kind, answer.status), (Kind::Browser, 303) | (_, 400)), "{via}: {}", answer.status);
    }
}

for_all!(who_confirms_who_they_are_may_choose_the_address);
async fn who_confirms_who_they_are_may_choose_the_address(database: TestDatabase, kind: Kind) {
    let config = "{ feature_flags: { refresh_login_choose_address: true }, \
                    selfservice: { methods: { code: { passwordless_enabled: true } } } }";
    let app = TestApp::builder(database).config(config).build().await;
    let client = signed_in(&app, kind, ADA).await;
    app.advance(Duration::from_secs(1));
    let flow = client.open_with("login", "?refresh=true").await;
    assert_eq!(attributes(&flow, "address").unwrap()["value"], ADA);
    // The hidden identifier belongs to the password.
    assert_eq!(attributes(&flow, "identifier").unwrap()["type"], "hidden");
    let sent = client.step(&flow, json!({ "address": ADA })).await.form();
    assert_eq!(sent.messages(), ["1010025"]);
    let before = client.whoami().await.json()["authenticated_at"].clone();
    app.advance(Duration::from_secs(1));
    client.step(&sent, code(&app.newest_mail(ADA).await.code())).await.done();
    let after = client.whoami().await.json();
    assert_ne!(after["authenticated_at"], before);
    assert_eq!(after["authentication_methods"][1]["aal"], "aal1");
}
