//! Passkeys beside other methods, without an answer, switched off, and brought along from elsewhere.

use actix_web::http::Method;
use serde_json::{Value, json};
use zelos::identity::MethodId;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Authenticator, Flow, Kind, TestApp, options,
        people::{PASSWORD, credentials},
    },
    on_each,
    passkeys::{ADA, ON, added, app, log_in, registered, shown, sign_up, stored},
};

const FIRST: &str = "selfservice: { flows: { login: { style: identifier_first } } }";
const ALONE: &str = "selfservice: { methods: { password: { enabled: false } } }";

for_all!(a_passkey_after_the_identifier);
async fn a_passkey_after_the_identifier(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ON).config(FIRST).build().await;
    let (client, key) = (app.client(kind), Authenticator::new("phone"));
    sign_up(&client, ADA, &key).await;
    app.create("eve@example.test", PASSWORD).await;
    let named = |email: &str| json!({ "method": "identifier_first", "identifier": email });
    let names = |flow: &Flow| -> Vec<String> {
        let nodes = flow.json["ui"]["nodes"].as_array().unwrap();
        nodes.iter().filter_map(|node| node["attributes"]["name"].as_str()).map(str::to_owned).collect()
    };
    let other = client.another();
    let flow = other.open("login").await;
    assert!(names(&flow).contains(&"passkey_login".to_owned()));
    assert!(!names(&flow).contains(&"passkey_login_trigger".to_owned()));
    let hers = other.submit(&flow, named(ADA)).await.form();
    assert!(
        names(&hers).contains(&"passkey_login_trigger".to_owned())
            && !names(&hers).contains(&"password".to_owned())
    );
    let eves = other.submit(&hers, named("eve@example.test")).await.form();
    assert!(
        !names(&eves).contains(&"passkey_login_trigger".to_owned())
            && names(&eves).contains(&"password".to_owned())
    );
    let asked = options(&hers, "passkey_challenge");
    other.submit(&hers, shown(&key.get(&asked))).await.done();
}

for_all!(without_an_answer_the_page_asks);
async fn without_an_answer_the_page_asks(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let client = app.client(kind);
    let flow = client.open("login").await;
    let answer = client.post(&flow, json!({ "method": "passkey" })).await;
    let page = format!("https://app.example.test/login?flow={}", flow.id());
    match kind {
        Kind::Browser => assert_eq!((answer.status, answer.location()), (303, page)),
        Kind::Spa | Kind::Native => {
            assert_eq!(
                (answer.status, answer.error_id().as_str()),
                (422, "browser_location_change_required")
            );
            assert_eq!(answer.json()["redirect_browser_to"], json!(page));
        }
    }
}

on_each!(what_is_switched_off_takes_no_passkeys);
async fn what_is_switched_off_takes_no_passkeys(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    app.create(ADA, PASSWORD).await;
    for kind in [Kind::Spa, Kind::Native] {
        let client = app.client(kind);
        let flow = client.open("login").await;
        assert_eq!(client.submit(&flow, shown("{}")).await.error().0, 404);
        let flow = client.open("registration").await;
        assert_eq!(client.submit(&flow, registered("new@example.test", "{}")).await.error().0, 404);
        client.log_in(ADA, PASSWORD).await.done();
        let flow = client.open("settings").await;
        assert_eq!(client.submit(&flow, added("{}")).await.error().0, 404);
    }
}

on_each!(a_form_of_passkeys_alone_works);
async fn a_form_of_passkeys_alone_works(database: TestDatabase) {
    let app = TestApp::builder(database).config(ON).config(ALONE).build().await;
    let (client, key) = (app.client(Kind::Spa), Authenticator::new("phone"));
    sign_up(&client, ADA, &key).await;
    let other = client.another();
    assert_eq!(other.submit(&other.open("login").await, credentials(ADA, PASSWORD)).await.error().0, 404);
    log_in(&other, &key).await.done();
    app.disable(ADA).await;
    assert_eq!(log_in(&client.another(), &key).await.form().messages(), ["4010011"]);
}

on_each!(an_imported_passkey_opens_its_account);
async fn an_imported_passkey_opens_its_account(database: TestDatabase) {
    let app = app(database).await;
    let (client, key) = (app.client(Kind::Spa), Authenticator::new("phone"));
    sign_up(&client, ADA, &key).await;
    let id = app.identity(ADA).await.unwrap().id;
    let shown = app.admin_get(&format!("/admin/identities/{id}?include_credential=passkey")).await.json();
    let mut config = shown["credentials"]["passkey"]["config"].clone();
    // As it stands in the database of a Kratos of some years ago.
    config["credentials"][0].as_object_mut().unwrap().remove("flags");
    config["credentials"][0].as_object_mut().unwrap().remove("attestation");
    app.admin(Method::DELETE, &format!("/admin/identities/{id}"), Value::Null).await.expect(204);
    let body = json!({ "traits": { "email": ADA }, "credentials": { "passkey": { "config": config } } });
    app.admin(Method::POST, "/admin/identities", body).await.expect(201);
    let other = client.another();
    log_in(&other, &key).await.done();
    assert!(stored(&app, ADA, MethodId::Passkey).await[0].flags.is_some_and(|flags| flags.user_verified));
}
