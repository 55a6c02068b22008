//! Codes as first factor: logging in by a code to an address of the account.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Answer, Client, Flow, Kind, Step, TestApp,
        people::{PASSWORD, credentials},
    },
    on_each,
};

pub const ADA: &str = "ada@example.test";
const EVE: &str = "eve@example.test";
pub const ON: &str = "selfservice: { methods: { code: { passwordless_enabled: true } } }";
pub const HIDDEN: &str = "security: { account_enumeration: { mitigate: true } }";

pub async fn app(database: TestDatabase, config: &str) -> TestApp {
    TestApp::builder(database).config(ON).config(config).build().await
}

pub async fn app_with_ada(database: TestDatabase, config: &str) -> TestApp {
    let app = app(database, config).await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    app.advance(Duration::from_secs(1));
    app
}

pub fn asked(identifier: &str) -> Value {
    json!({ "method": "code", "identifier": identifier })
}

pub fn typed(identifier: &str, code: &str) -> Value {
    json!({ "method": "code", "identifier": identifier, "code": code })
}

/// Asks for a code and gives the form that takes it.
pub async fn ask(client: &Client<'_>, identifier: &str) -> Flow {
    client.app.advance(Duration::from_secs(1));
    let flow = client.open("login").await;
    client.step(&flow, asked(identifier)).await.form()
}

pub fn other(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

for_all!(the_code_of_the_letter_logs_in_and_proves_the_address);
async fn the_code_of_the_letter_logs_in_and_proves_the_address(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = ask(&client, "Ada@Example.test").await;
    assert_eq!((flow.messages(), &flow.json["state"]), (vec!["1010014".to_owned()], &json!("sent_email")));
    assert_eq!((&flow.json["active"], flow.value("identifier")), (&json!("code"), Some(&json!(ADA))));
    let mail = app.newest_mail(ADA).await;
    assert_eq!(mail.message.template.wire_name(), "login_code_valid");
    assert!(!app.is_verified(ADA).await && !client.is_logged_in().await);
    let wrong = client.step(&flow, typed(ADA, other(&mail.code()))).await.form();
    assert_eq!((wrong.messages(), &wrong.json["state"]), (vec!["4010008".to_owned()], &json!("sent_email")));
    client.step(&flow, typed(ADA, &mail.code())).await.done();
    assert!(app.is_verified(ADA).await);
    let session = client.whoami().await.expect(200).json();
    assert_eq!(session["authentication_methods"][0]["method"], "code");
    assert_eq!(session["authenticator_assurance_level"], "aal1");
}

for_all!(what_is_sent_again_takes_the_place_of_what_was_sent);
async fn what_is_sent_again_takes_the_place_of_what_was_sent(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let first = app.newest_mail(ADA).await.code();
    app.advance(Duration::from_secs(1));
    let again = json!({ "method": "code", "identifier": ADA, "resend": "code" });
    let flow = client.step(&flow, again).await.form();
    assert_eq!(flow.messages(), ["1010014"]);
    let second = app.newest_mail(ADA).await.code();
    assert_ne!(first, second);
    assert_eq!(client.step(&flow, typed(ADA, &first)).await.form().messages(), ["4010008"]);
    let odd = json!({ "method": "code", "identifier": ADA, "resend": "carrier pigeon" });
    assert_eq!(client.step(&flow, odd).await.form().messages(), ["4000001@resend"]);
    client.step(&flow, typed(ADA, &second)).await.done();
}

for_all!(sec_30_after_too_many_codes_of_a_sign_in_the_right_one_does_not_help);
async fn sec_30_after_too_many_codes_of_a_sign_in_the_right_one_does_not_help(
    database: TestDatabase,
    kind: Kind,
) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    for n in 0..5 {
        let messages = client.step(&flow, typed(ADA, other(&code))).await.form().messages();
        assert_eq!(messages, ["4010008"], "{n}");
    }
    assert_eq!(client.step(&flow, typed(ADA, &code)).await.form().messages(), ["4000001"]);
    // Nor does a new code in the same flow.
    app.advance(Duration::from_secs(1));
    let again = json!({ "method": "code", "identifier": ADA, "resend": "code" });
    let flow = client.step(&flow, again).await.form();
    let code = app.newest_mail(ADA).await.code();
    assert_eq!(client.step(&flow, typed(ADA, &code)).await.form().messages(), ["4000001"]);
    assert!(!client.is_logged_in().await && !app.is_verified(ADA).await);
    let flow = ask(&client, ADA).await;
    client.step(&flow, typed(ADA, &app.newest_mail(ADA).await.code())).await.done();
}

on_each!(sec_30_parallel_guesses_at_a_sign_in);
async fn sec_30_parallel_guesses_at_a_sign_in(database: TestDatabase) {
    let app = app_with_ada(database, "").await;
    let client = app.client(Kind::Native);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    let guesses = (0..30).map(|_| client.post(&flow, typed(ADA, other(&code))));
    let answers = join_all(guesses).await;
    // Who lost every race is asked to try again, and learns nothing about the code.
    let judged = |answer: &Answer| answer.json()["ui"]["messages"][0]["id"] == 4_010_008;
    let judged = answers.into_iter().map(|answer| answer.expect(400)).filter(judged).count();
    assert!((1..=5).contains(&judged), "thirty guesses at once are worth no more than five: {judged}");
    for _ in judged..5 {
        client.step(&flow, typed(ADA, other(&code))).await.form();
    }
    let last = client.step(&flow, typed(ADA, &code)).await.form();
    assert_eq!(last.messages(), ["4000001"], "the guesses at once count");
}

on_each!(sec_21_of_parallel_right_codes_one_counts);
async fn sec_21_of_parallel_right_codes_one_counts(database: TestDatabase) {
    let app = app_with_ada(database, "").await;
    let client = app.client(Kind::Native);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    let tries = (0..8).map(|_| client.post(&flow, typed(ADA, &code)));
    let answers = join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

for_all!(a_code_that_has_let_somebody_in_lets_nobody_in_again);
async fn a_code_that_has_let_somebody_in_lets_nobody_in_again(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    client.step(&flow, typed(ADA, &code)).await.done();
    let messages = match kind {
        Kind::Native => {
            let stranger = client.another();
            stranger.step(&flow, typed(ADA, &code)).await.form().messages()
        }
        Kind::Spa => client.step(&flow, typed(ADA, &code)).await.form().messages(),
        Kind::Browser => {
            assert!(
                matches!(client.step(&flow, typed(ADA, &code)).await, Step::Sent(_)),
                "already logged in"
            );
            return;
        }
    };
    assert_eq!(messages, [if kind == Kind::Native { "4010002" } else { "4000001" }]);
}

for_all!(sec_25_a_login_code_stops_working);
async fn sec_25_a_login_code_stops_working(database: TestDatabase, kind: Kind) {
    let short = "selfservice: { methods: { code: { config: { lifespan: 10m } } } }";
    let app = app_with_ada(database, short).await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    app.advance(Duration::from_secs(601));
    assert_eq!(client.step(&flow, typed(ADA, &code)).await.form().messages(), ["4010008"]);
    app.advance(Duration::from_secs(3000));
    let next = client.step(&flow, typed(ADA, &code)).await.replaced();
    assert_eq!((next.messages(), &next.json["state"]), (vec!["4010001".to_owned()], &json!("choose_method")));
}

for_all!(sec_29_a_login_code_fits_its_own_flow_and_owner_only);
async fn sec_29_a_login_code_fits_its_own_flow_and_owner_only(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    app.client(Kind::Native).sign_up(EVE).await.done();
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    // Another flow of the same person, and another person in the same flow.
    let second = client.another();
    let elsewhere = ask(&second, ADA).await;
    let fresh = app.newest_mail(ADA).await.code();
    assert_ne!(code, fresh);
    assert_eq!(second.step(&elsewhere, typed(ADA, &code)).await.form().messages(), ["4010008"]);
    assert_eq!(client.step(&flow, typed(EVE, &code)).await.form().messages(), ["4010008"]);
    let verification = client.ask_for_code(ADA).await;
    let step = client.step(&verification, json!({ "method": "code", "code": code })).await;
    assert_eq!(step.form().messages(), ["4070006"]);
    client.step(&flow, typed(ADA, &code)).await.done();
}

for_all!(what_is_missing_is_told_at_its_field);
async fn what_is_missing_is_told_at_its_field(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = client.open("login").await;
    assert_eq!(client.step(&flow, asked("")).await.form().messages(), ["4000002@identifier"]);
    let flow = ask(&client, ADA).await;
    assert_eq!(client.step(&flow, typed(ADA, "")).await.form().messages(), ["4000002@code"]);
    let code = app.newest_mail(ADA).await.code();
    assert_eq!(client.step(&flow, typed("", &code)).await.form().messages(), ["4000035"]);
    client.step(&flow, typed(ADA, &code)).await.done();
}

for_all!(an_account_that_is_switched_off_gets_no_session);
async fn an_account_that_is_switched_off_gets_no_session(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    app.disable(ADA).await;
    assert_eq!(client.step(&flow, typed(ADA, &code)).await.form().messages(), ["4010011"]);
    assert!(!client.is_logged_in().await);
}

for_all!(a_code_stands_beside_a_password);
async fn a_code_stands_beside_a_password(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = client.open("login").await;
    let refused = client.submit(&flow, credentials(ADA, "wrong")).await.form();
    assert_eq!(refused.messages(), ["4000006"]);
    let sent = client.step(&flow, asked(ADA)).await.form();
    assert_eq!(sent.messages(), ["1010014"]);
    // Who finds the password after all does not need the code.
    client.submit(&sent, credentials(ADA, PASSWORD)).await.done();
    assert!(!app.is_verified(ADA).await);
}

for_all!(a_code_of_ones_own_confirms_a_session);
async fn a_code_of_ones_own_confirms_a_session(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    app.client(Kind::Native).sign_up(EVE).await.done();
    let client = app.client(kind);
    client.log_in(ADA, PASSWORD).await.done();
    let before = client.whoami().await.expect(200).json();
    app.advance(Duration::from_secs(60));
    let flow = client.open_with("login", "?refresh=true").await;
    assert_eq!(flow.messages(), ["1010003"]);
    assert_eq!(client.step(&flow, asked(EVE)).await.form().messages(), ["4000035"]);
    let flow = client.step(&flow, asked(ADA)).await.form();
    assert_eq!(flow.messages(), ["1010025"]);
    client.step(&flow, typed(ADA, &app.newest_mail(ADA).await.code())).await.done();
    let after = client.whoami().await.expect(200).json();
    assert_eq!(after["id"], before["id"]);
    assert_ne!(after["authenticated_at"], before["authenticated_at"]);
    let methods = after["authentication_methods"].as_array().unwrap().clone();
    assert_eq!(methods.iter().map(|shown| shown["method"].clone()).collect::<Vec<_>>(), ["password", "code"]);
}

for_all!(codes_that_only_verify_let_nobody_in);
async fn codes_that_only_verify_let_nobody_in(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let client = app.client(kind);
    let flow = client.open("login").await;
    assert_eq!(client.step(&flow, asked(ADA)).await.form().messages(), ["4010002"]);
    let flow = client.open("registration").await;
    let fields = json!({ "method": "code", "traits": { "email": EVE } });
    assert_eq!(client.step(&flow, fields).await.form().messages(), ["4010003"]);
    assert!(app.mailbox().await.iter().all(|mail| mail.message.template.wire_name() != "login_code_valid"));
}

for_all!(sec_46_a_code_is_neither_sent_nor_taken_without_the_token);
async fn sec_46_a_code_is_neither_sent_nor_taken_without_the_token(database: TestDatabase, kind: Kind) {
    if kind == Kind::Native {
        return;
    }
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = client.open("login").await;
    let letters = app.mailbox().await.len();
    let forged = json!({ "method": "code", "identifier": ADA, "csrf_token": "x" });
    assert_eq!(client.step(&flow, forged).await.error().1, "security_csrf_violation");
    assert_eq!(app.mailbox().await.len(), letters);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    let mut forged = typed(ADA, &code);
    forged["csrf_token"] = json!("x");
    assert_eq!(client.step(&flow, forged).await.error().1, "security_csrf_violation");
    assert!(!client.is_logged_in().await);
}

for_all!(a_flow_expires_and_its_form_begins_anew);
async fn a_flow_expires_and_its_form_begins_anew(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    app.advance(Duration::from_secs(3601));
    let next = client.step(&flow, asked(ADA)).await.replaced();
    assert_eq!(next.json["state"], "choose_method");
    let sent = client.step(&next, asked(ADA)).await.form();
    client.step(&sent, typed(ADA, &app.newest_mail(ADA).await.code())).await.done();
}
