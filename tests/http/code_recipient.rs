//! Who gets a code: which address, by which channel, and what is told of those who get none.

use serde_json::{Value, json};
use zelos::identity::Channel;

use crate::{
    code::{ADA, HIDDEN, ON, app, app_with_ada, ask, asked, typed},
    database::TestDatabase,
    for_all,
    harness::{Kind, TestApp, people::PASSWORD},
    on_each,
};

const EVE: &str = "eve@example.test";
const FALLBACK: &str =
    "selfservice: { methods: { code: { config: { missing_credential_fallback_enabled: true } } } }";

/// The configuration for a schema of these tests.
pub fn schema(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/schemas");
    format!(
        "identity: {{ default_schema_id: own, schemas: [{{ id: own, url: 'file://{folder}/{name}.json' }}] }}"
    )
}

for_all!(nobody_is_told_from_somebody_without_codes);
async fn nobody_is_told_from_somebody_without_codes(database: TestDatabase, kind: Kind) {
    let app = app(database, &schema("without-codes")).await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let client = app.client(kind);
    for name in [ADA, "nobody@example.test", "nobody", "+4915112345678"] {
        let flow = client.open("login").await;
        let refused = client.step(&flow, asked(name)).await.form();
        assert_eq!(
            (refused.messages(), &refused.json["state"]),
            (vec!["4000035".into()], &json!("choose_method"))
        );
        assert_eq!(refused.value("identifier"), Some(&json!(name)));
    }
}

for_all!(sec_17_hidden_accounts_are_not_told_from_none);
async fn sec_17_hidden_accounts_are_not_told_from_none(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, HIDDEN).await;
    let client = app.client(kind);
    let mut seen = Vec::new();
    for name in [ADA, EVE] {
        let begun = ask(&client, name).await;
        let before = app.store.statements();
        let steps = [
            client.post(&begun, typed(name, "no code")).await,
            client.post(&begun, json!({ "method": "code", "identifier": name, "resend": "code" })).await,
            client.post(&begun, typed(name, "no code")).await,
        ];
        let now = app.store.statements();
        let shown = client.fetch("login", begun.id()).await.json.to_string();
        let shown = shown.replace(begun.id(), "[flow]").replace(name, "[name]");
        let csrf = begun.value("csrf_token").and_then(Value::as_str).unwrap_or("[none]");
        let form: Value = serde_json::from_str(&shown.replace(csrf, "[csrf]")).unwrap();
        let nodes: Vec<_> = form["ui"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| (node["group"].clone(), node["attributes"]["name"].clone(), node["meta"].clone()))
            .collect();
        let statuses = steps.map(|answer| answer.status);
        let units = (now.reads - before.reads, now.writes - before.writes);
        let told = (begun.messages(), form["ui"]["messages"].clone(), form["state"].clone());
        seen.push((statuses, units, told, nodes));
    }
    assert_eq!(seen[0], seen[1]);
    let letters = app.mailbox().await;
    assert!(letters.iter().all(|mail| mail.letter.to == ADA), "nobody who is not asked for is written to");
    // The count runs for nobody as for somebody.
    let flow = ask(&client, EVE).await;
    for _ in 0..5 {
        assert_eq!(client.step(&flow, typed(EVE, "123456")).await.form().messages(), ["4010008"]);
    }
    assert_eq!(client.step(&flow, typed(EVE, "123456")).await.form().messages(), ["4000001"]);
}

for_all!(only_the_address_that_was_typed_is_written_to);
async fn only_the_address_that_was_typed_is_written_to(database: TestDatabase, kind: Kind) {
    let app = app(database, &schema("two-addresses")).await;
    let second = "second@example.test";
    let native = app.client(Kind::Native);
    let fields =
        json!({ "method": "password", "password": PASSWORD, "traits": { "email": ADA, "other": second } });
    native.submit(&native.open("registration").await, fields).await.done();
    let client = app.client(kind);
    let flow = ask(&client, second).await;
    let letters = app.mailbox().await;
    let sent = letters.iter().filter(|mail| mail.message.template.wire_name() == "login_code_valid");
    assert_eq!(sent.map(|mail| mail.letter.to.as_str()).collect::<Vec<_>>(), [second]);
    // The account counts, whichever of its addresses is typed with the code; the one that got it is proven.
    client.step(&flow, typed(ADA, &app.newest_mail(second).await.code())).await.done();
    let identity = app.identity(ADA).await.unwrap();
    let proven: Vec<_> = identity.verifiable_addresses.iter().filter(|address| address.verified).collect();
    assert_eq!(proven.iter().map(|address| address.value.as_str()).collect::<Vec<_>>(), [second]);
}

for_all!(where_allowed_a_code_goes_to_the_identifier_of_another_method);
async fn where_allowed_a_code_goes_to_the_identifier_of_another_method(database: TestDatabase, kind: Kind) {
    let app =
        TestApp::builder(database).config(ON).config(&schema("without-codes")).config(FALLBACK).build().await;
    let native = app.client(Kind::Native);
    let fields =
        json!({ "method": "password", "password": PASSWORD, "traits": { "email": ADA, "name": "lovelace" } });
    native.submit(&native.open("registration").await, fields).await.done();
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    client.step(&flow, typed(ADA, &app.newest_mail(ADA).await.code())).await.done();
    let another = client.another();
    let flow = another.open("login").await;
    let (status, id) = another.step(&flow, asked("lovelace")).await.error();
    assert_eq!((status, id.as_str()), (if kind == Kind::Browser { 500 } else { 400 }, ""));
}

on_each!(a_number_gets_its_code_by_text_message);
async fn a_number_gets_its_code_by_text_message(database: TestDatabase) {
    let schemas = "identity: { default_schema_id: phone, schemas: [{ id: phone, url: preset://phone }] }";
    let app = app(database, schemas).await;
    let client = app.client(Kind::Native);
    let number = "+4915112345678";
    let fields =
        json!({ "method": "password", "password": PASSWORD, "traits": { "phone": "+49 151 12345678" } });
    client.submit(&client.open("registration").await, fields).await.done();
    let client = client.another();
    let flow = ask(&client, "+49 (151) 12345678").await;
    let mail = app.newest_mail(number).await;
    assert_eq!((mail.message.channel, mail.letter.channel), (Channel::Sms, Channel::Sms));
    assert_eq!(mail.message.template.wire_name(), "login_code_valid");
    let words = app.live.get().templates.render(&mail.letter).unwrap();
    let last = words.text().trim_end().lines().last().unwrap_or_default().to_owned();
    assert_eq!(last, format!("@id.example.test #{}", mail.code()), "browsers fill the code in by this line");
    client.step(&flow, typed(number, &mail.code())).await.done();
}
