//! Identifier-first login: somebody says who they are, then shows a factor that the account has.

use std::time::Duration;

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::{
    code::{ADA, HIDDEN, ON, asked, typed},
    code_recipient::schema,
    database::TestDatabase,
    for_all,
    harness::{
        Client, Flow, Kind, TestApp,
        people::{PASSWORD, credentials},
    },
};

const FIRST: &str = "selfservice: { flows: { login: { style: identifier_first } } }";
const ONLY_CODES: &str = "selfservice: { methods: { password: { enabled: false } } }";
const NOBODY: &str = "nobody@example.test";

async fn app(database: TestDatabase, configs: &[&str]) -> TestApp {
    let mut builder = TestApp::builder(database).config(FIRST);
    for config in configs {
        builder = builder.config(config);
    }
    let app = builder.build().await;
    app.create(ADA, PASSWORD).await;
    app.advance(Duration::from_secs(1));
    app
}

fn named(identifier: &str) -> Value {
    json!({ "method": "identifier_first", "identifier": identifier })
}

/// The groups and names of all fields.
fn fields(flow: &Flow) -> Vec<String> {
    let nodes = flow.json["ui"]["nodes"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    nodes
        .iter()
        .map(|node| format!("{}:{}", text(&node["group"]), text(&node["attributes"]["name"])))
        .filter(|name| name != "default:csrf_token")
        .collect()
}

async fn first(client: &Client<'_>) -> Flow {
    let flow = client.open("login").await;
    assert_eq!(fields(&flow), ["identifier_first:identifier", "identifier_first:method"]);
    flow
}

for_all!(the_second_screen_has_what_the_account_has);
async fn the_second_screen_has_what_the_account_has(database: TestDatabase, kind: Kind) {
    let app = app(database, &[ON]).await;
    let client = app.client(kind);
    let flow = first(&client).await;
    let refused = client.step(&flow, named(NOBODY)).await.form();
    assert_eq!((refused.messages(), fields(&refused)), (vec!["4000037@identifier".into()], fields(&flow)));
    assert_eq!(client.step(&flow, named("")).await.form().messages(), ["4000037@identifier"]);
    let second = client.step(&flow, named(ADA)).await.form();
    assert_eq!((&second.json["active"], second.messages()), (&json!("identifier_first"), Vec::new()));
    let offered = ["identifier_first:identifier", "password:password", "password:method", "code:method"];
    assert_eq!(fields(&second), offered);
    assert_eq!(client.step(&second, credentials(ADA, "wrong")).await.form().messages(), ["4000006"]);
    client.step(&second, credentials(ADA, PASSWORD)).await.done();
}

for_all!(a_code_can_be_asked_for_on_the_second_screen);
async fn a_code_can_be_asked_for_on_the_second_screen(database: TestDatabase, kind: Kind) {
    let app = app(database, &[ON]).await;
    let client = app.client(kind);
    let second = client.step(&first(&client).await, named(ADA)).await.form();
    let sent = client.step(&second, asked(ADA)).await.form();
    assert_eq!((sent.messages(), &sent.json["active"]), (vec!["1010014".to_owned()], &json!("code")));
    assert_eq!(fields(&sent)[0], "identifier_first:identifier");
    // Somebody who changes their mind starts from the identifier.
    app.advance(Duration::from_secs(1));
    let second = client.step(&sent, named(ADA)).await.form();
    assert_eq!(fields(&second)[1], "password:password");
    let sent = client.step(&second, asked(ADA)).await.form();
    client.step(&sent, typed(ADA, &app.newest_mail(ADA).await.code())).await.done();
}

for_all!(a_code_that_is_the_only_way_in_goes_out_at_once);
async fn a_code_that_is_the_only_way_in_goes_out_at_once(database: TestDatabase, kind: Kind) {
    let app = app(database, &[ON, ONLY_CODES]).await;
    let client = app.client(kind);
    let flow = first(&client).await;
    assert_eq!(client.step(&flow, named(NOBODY)).await.form().messages(), ["4000037@identifier"]);
    let sent = client.step(&flow, named(ADA)).await.form();
    assert_eq!((sent.messages(), &sent.json["state"]), (vec!["1010014".to_owned()], &json!("sent_email")));
    client.step(&sent, typed(ADA, &app.newest_mail(ADA).await.code())).await.done();
}

for_all!(sec_17_hidden_accounts_get_the_same_screens_as_none);
async fn sec_17_hidden_accounts_get_the_same_screens_as_none(database: TestDatabase, kind: Kind) {
    let app = app(database, &[ON, HIDDEN]).await;
    let client = app.client(kind);
    let mut seen = Vec::new();
    for name in [ADA, NOBODY] {
        let second = client.step(&first(&client).await, named(name)).await.form();
        let sent = client.step(&second, asked(name)).await.form();
        let wrong = client.step(&sent, typed(name, "no code")).await.form();
        let forms = [second, sent, wrong];
        seen.push(forms.map(|form| (form.messages(), fields(&form), form.json["state"].clone())));
    }
    assert_eq!(seen[0], seen[1]);
    assert!(app.mailbox().await.iter().all(|mail| mail.letter.to == ADA));
}

for_all!(sec_17_a_code_at_once_does_not_tell_either);
async fn sec_17_a_code_at_once_does_not_tell_either(database: TestDatabase, kind: Kind) {
    let app = app(database, &[ON, HIDDEN, ONLY_CODES]).await;
    let client = app.client(kind);
    let mut seen = Vec::new();
    for name in [ADA, NOBODY] {
        let sent = client.step(&first(&client).await, named(name)).await.form();
        seen.push((sent.messages(), fields(&sent), sent.json["state"].clone()));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!((&seen[0].0, &seen[0].2), (&vec!["1010014".to_owned()], &json!("sent_email")));
}

for_all!(a_name_that_is_no_address_for_codes_gets_none);
async fn a_name_that_is_no_address_for_codes_gets_none(database: TestDatabase, kind: Kind) {
    let own = schema("name-and-codes");
    let app = TestApp::builder(database).config(FIRST).config(ON).config(&own).build().await;
    let person = json!({ "traits": { "name": "lovelace", "email": ADA } });
    app.admin(Method::POST, "/admin/identities", person).await.expect(201);
    let client = app.client(kind);
    let flow = first(&client).await;
    let told = client.step(&flow, named("lovelace")).await.form();
    assert_eq!((told.messages(), app.mailbox().await.len()), (vec!["4000035".to_owned()], 0));
    let sent = client.step(&flow, named(ADA)).await.form();
    client.step(&sent, typed(ADA, &app.newest_mail(ADA).await.code())).await.done();
}

for_all!(what_is_not_understood_counts_as_an_identifier);
async fn what_is_not_understood_counts_as_an_identifier(database: TestDatabase, kind: Kind) {
    let app = app(database, &[]).await;
    let client = app.client(kind);
    let flow = first(&client).await;
    let second = client.step(&flow, json!({ "method": "nothing", "identifier": ADA })).await.form();
    assert_eq!(fields(&second), ["identifier_first:identifier", "password:password", "password:method"]);
    // Apps that have always sent all at once still may.
    let another = client.another();
    let flow = another.open("login").await;
    another.step(&flow, credentials(ADA, PASSWORD)).await.done();
}

for_all!(who_confirms_who_they_are_is_not_asked_for_it);
async fn who_confirms_who_they_are_is_not_asked_for_it(database: TestDatabase, kind: Kind) {
    let app = app(database, &[]).await;
    let client = app.client(kind);
    client.log_in(ADA, PASSWORD).await.done();
    let flow = client.open_with("login", "?refresh=true").await;
    assert_eq!(fields(&flow), ["default:identifier", "password:password", "password:method"]);
    client.step(&flow, credentials(ADA, PASSWORD)).await.done();
}
