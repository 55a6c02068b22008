//! Codes as first factor: signing up by a code to an address of the account to be.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    code::{ADA, ON, ask, other, typed},
    code_recipient::schema,
    database::TestDatabase,
    for_all,
    harness::{
        Client, Flow, Kind, TestApp,
        people::{PASSWORD, credentials},
    },
};

const EVE: &str = "eve@example.test";
const UNIFIED: &str = "selfservice: { flows: { registration: { style: unified } } }";
const SESSION: &str =
    "selfservice: { flows: { registration: { after: { code: { hooks: [{ hook: session }] } } } } }";
const HINTS: &str = "selfservice: { flows: { registration: { login_hints: true } } }";

async fn app(database: TestDatabase, config: &str) -> TestApp {
    TestApp::builder(database).config(ON).config(config).build().await
}

fn asked(email: &str) -> Value {
    json!({ "method": "code", "traits": { "email": email } })
}

fn answered(email: &str, code: &str) -> Value {
    json!({ "method": "code", "code": code, "traits": { "email": email } })
}

/// Fills in the traits, asks for a code and gives the form that takes it.
async fn sign_up(client: &Client<'_>, email: &str) -> Flow {
    client.app.advance(Duration::from_secs(1));
    let flow = client.open("registration").await;
    let profile = json!({ "method": "profile", "traits": { "email": email } });
    let flow = match flow.value("code") {
        None if flow.json["ui"]["nodes"].to_string().contains("\"profile\"") => {
            client.step(&flow, profile).await.form()
        }
        _ => flow,
    };
    client.step(&flow, asked(email)).await.form()
}

for_all!(the_code_of_the_letter_makes_an_account_whose_address_is_proven);
async fn the_code_of_the_letter_makes_an_account_whose_address_is_proven(database: TestDatabase, kind: Kind) {
    let app = app(database, SESSION).await;
    let client = app.client(kind);
    let flow = sign_up(&client, ADA).await;
    assert_eq!((flow.messages(), &flow.json["state"]), (vec!["1040005".to_owned()], &json!("sent_email")));
    assert_eq!(flow.json["active"], "code");
    let mail = app.newest_mail(ADA).await;
    assert_eq!(mail.message.template.wire_name(), "registration_code_valid");
    assert!(app.identity(ADA).await.is_none());
    let wrong = client.step(&flow, answered(ADA, other(&mail.code()))).await.form();
    assert_eq!((wrong.messages(), &wrong.json["state"]), (vec!["4040003".to_owned()], &json!("sent_email")));
    client.step(&flow, answered(ADA, &mail.code())).await.done();
    assert!(app.is_verified(ADA).await && client.is_logged_in().await);
    let session = client.whoami().await.expect(200).json();
    assert_eq!(session["authentication_methods"][0]["method"], "code");
    // What is proven is not asked for once more.
    assert_eq!(app.mailbox().await.len(), 1);
    let again = client.another();
    let flow = ask(&again, ADA).await;
    again.step(&flow, typed(ADA, &app.newest_mail(ADA).await.code())).await.done();
}

for_all!(on_one_screen_it_is_the_same);
async fn on_one_screen_it_is_the_same(database: TestDatabase, kind: Kind) {
    let app = app(database, UNIFIED).await;
    let client = app.client(kind);
    let flow = client.open("registration").await;
    assert_eq!(client.step(&flow, asked("nobody")).await.form().messages(), ["4000040@traits.email"]);
    let flow = client.step(&flow, asked(ADA)).await.form();
    let first = app.newest_mail(ADA).await.code();
    app.advance(Duration::from_secs(1));
    let mut again = asked(ADA);
    again["resend"] = json!("code");
    let flow = client.step(&flow, again).await.form();
    assert_eq!(flow.messages(), ["1040005"]);
    assert_eq!(client.step(&flow, answered(ADA, "")).await.form().messages(), ["4000002@code"]);
    assert_eq!(client.step(&flow, answered(ADA, &first)).await.form().messages(), ["4040003"]);
    client.step(&flow, answered(ADA, &app.newest_mail(ADA).await.code())).await.done();
    assert!(app.is_verified(ADA).await && !client.is_logged_in().await, "nobody asked for a session");
}

for_all!(sec_29_a_code_proves_its_own_address_only);
async fn sec_29_a_code_proves_its_own_address_only(database: TestDatabase, kind: Kind) {
    let app = app(database, "").await;
    let client = app.client(kind);
    let flow = sign_up(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    assert_eq!(client.step(&flow, answered(EVE, &code)).await.form().messages(), ["4000036"]);
    // The form shows the new address by now, and still the code was sent to the old one.
    assert_eq!(client.step(&flow, answered(EVE, &code)).await.form().messages(), ["4040003"]);
    assert!(app.identity(EVE).await.is_none());
    // Codes of other flows and purposes are worth nothing either.
    let second = client.another();
    let elsewhere = sign_up(&second, ADA).await;
    assert_eq!(second.step(&elsewhere, answered(ADA, &code)).await.form().messages(), ["4040003"]);
    assert_eq!(client.step(&flow, answered(ADA, &code)).await.form().messages(), ["4000036"]);
    client.step(&flow, answered(ADA, &code)).await.done();
}

for_all!(only_who_gets_the_code_is_told_that_the_address_is_taken);
async fn only_who_gets_the_code_is_told_that_the_address_is_taken(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ON).config(HINTS).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let client = app.client(kind);
    let taken = sign_up(&client, ADA).await;
    assert_eq!(taken.messages(), ["1040005"]);
    let code = app.newest_mail(ADA).await.code();
    assert_eq!(client.step(&taken, answered(ADA, other(&code))).await.form().messages(), ["4040003"]);
    let told = client.step(&taken, answered(ADA, &code)).await.form();
    assert_eq!(
        (told.messages(), &told.json["state"]),
        (vec!["4000028".to_owned()], &json!("passed_challenge"))
    );
    assert_eq!(client.step(&told, answered(ADA, &code)).await.form().messages(), ["4010003"]);
    let context = &told.json["ui"]["messages"][0]["context"];
    assert_eq!(context["available_credential_types"], json!(["code", "password"]));
    assert_eq!(context["credential_identifier_hint"], ADA);
}

for_all!(sec_30_going_back_gives_no_further_tries);
async fn sec_30_going_back_gives_no_further_tries(database: TestDatabase, kind: Kind) {
    let app = app(database, "").await;
    let client = app.client(kind);
    let flow = sign_up(&client, ADA).await;
    for _ in 0..5 {
        let code = app.newest_mail(ADA).await.code();
        let refused = client.step(&flow, answered(ADA, other(&code))).await.form();
        assert_eq!(refused.messages(), ["4040003"]);
        app.advance(Duration::from_secs(1));
        let back = json!({ "screen": "credential-selection", "method": "code", "traits": { "email": ADA } });
        let chosen = client.step(&flow, back).await.form();
        assert_eq!((chosen.messages(), chosen.json.get("active")), (vec!["1040009".to_owned()], None));
        client.step(&chosen, asked(ADA)).await.form();
    }
    let code = app.newest_mail(ADA).await.code();
    assert_eq!(client.step(&flow, answered(ADA, &code)).await.form().messages(), ["4000001"]);
    assert!(app.identity(ADA).await.is_none());
}

for_all!(a_password_can_be_chosen_after_all);
async fn a_password_can_be_chosen_after_all(database: TestDatabase, kind: Kind) {
    let app = app(database, "").await;
    let client = app.client(kind);
    let flow = sign_up(&client, ADA).await;
    let back = json!({ "screen": "credential-selection", "traits": { "email": ADA } });
    let chosen = client.step(&flow, back).await.form();
    let fields = json!({ "method": "password", "password": PASSWORD, "traits": { "email": ADA } });
    client.step(&chosen, fields).await.done();
    assert!(!app.is_verified(ADA).await);
    let again = client.another();
    again.submit(&again.open("login").await, credentials(ADA, PASSWORD)).await.done();
}

for_all!(an_account_is_made_once);
async fn an_account_is_made_once(database: TestDatabase, kind: Kind) {
    let app = app(database, "").await;
    let client = app.client(kind);
    let flow = sign_up(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    client.step(&flow, answered(ADA, &code)).await.done();
    let flow = client.fetch("registration", flow.id()).await;
    assert_eq!(flow.json["state"], "passed_challenge");
    assert_eq!(client.step(&flow, answered(ADA, &code)).await.form().messages(), ["4010003"]);
}

for_all!(traits_without_an_address_for_codes_get_none);
async fn traits_without_an_address_for_codes_get_none(database: TestDatabase, kind: Kind) {
    let app = app(database, &schema("without-codes")).await;
    let client = app.client(kind);
    let flow = client.open("registration").await;
    assert_eq!(client.step(&flow, asked(ADA)).await.form().messages(), ["4000009"]);
    assert!(app.mailbox().await.is_empty());
}
