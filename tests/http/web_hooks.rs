//! Web hooks against a real socket: who is told what and when, and what their answers do.

use serde_json::{Value, json};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Kind, Receiver, TestApp,
        people::{PASSWORD, account, credentials},
        program,
    },
    on_each,
};

const ADA: &str = "ada@example.test";

const ALL: &str = "function(ctx) ctx";

/// A web hook in a list; `more` are further keys of its `config`.
pub fn hook(receiver: &Receiver, body: &str, more: &str) -> String {
    let (url, body) = (&receiver.url, program(body));
    format!("{{ hook: web_hook, config: {{ url: \"{url}\", method: POST, body: \"{body}\"{more} }} }}")
}

fn after(flow: &str, method: &str, hooks: &[String]) -> String {
    let hooks = hooks.join(", ");
    let place = if method.is_empty() {
        format!("hooks: [{hooks}]")
    } else {
        format!("{method}: {{ hooks: [{hooks}] }}")
    };
    format!("selfservice: {{ flows: {{ {flow}: {{ after: {{ {place} }} }} }} }}")
}

fn refusal() -> Value {
    json!({ "messages": [{ "instance_ptr": "#/traits/email", "messages": [
        { "id": 1234, "text": "No such domain", "type": "error", "context": { "domain": "example.test" } },
    ] }] })
}

async fn form_of_registration(app: &TestApp, kind: Kind) -> crate::harness::Answer {
    let client = app.client(kind);
    let flow = client.open("registration").await;
    client.post(&flow, account(ADA)).await
}

for_all!(who_may_refuse_a_registration_keeps_it_from_being_stored);
async fn who_may_refuse_a_registration_keeps_it_from_being_stored(database: TestDatabase, kind: Kind) {
    let mut receiver = Receiver::start();
    let hooks = [hook(&receiver, ALL, ", response: { parse: true }")];
    let config = after("registration", "password", &hooks);
    let app = TestApp::builder(database).config(&config).build().await;
    receiver.answer(422, &refusal());
    receiver.answer(
        400,
        &json!({ "messages": [{ "messages": [{ "id": 5678, "text": "Not today", "type": "error" }] }] }),
    );
    let client = app.client(kind);
    let flow = client.open("registration").await;
    let form = client.submit(&flow, account(ADA)).await.form();
    let nodes = form.json["ui"]["nodes"].as_array().unwrap();
    let email = nodes.iter().find(|node| node["attributes"]["name"] == "traits.email").unwrap();
    assert_eq!(
        (&email["messages"][0]["id"], &email["attributes"]["value"]),
        (&json!(1234), &json!(ADA)),
        "{email}"
    );
    assert!(form.json.get("active").is_none());
    let asked = receiver.next().await.body;
    assert_eq!(asked["identity"]["id"], json!(uuid::Uuid::nil()));
    assert_eq!(asked["identity"]["traits"]["email"], json!(ADA));
    let form = client.submit(&form, account(ADA)).await.form();
    assert_eq!(form.messages(), ["5678"]);
    assert!(app.identity(ADA).await.is_none());
    client.submit(&form, account(ADA)).await;
    assert!(app.identity(ADA).await.is_some());
}

on_each!(who_may_change_an_identity_changes_what_is_stored);
async fn who_may_change_an_identity_changes_what_is_stored(database: TestDatabase) {
    let receiver = Receiver::start();
    let hooks = [hook(&receiver, ALL, ", response: { parse: true }")];
    let config = after("registration", "password", &hooks);
    let app = TestApp::builder(database).config(&config).build().await;
    let eve = "eve@example.test";
    receiver.answer(
        200,
        &json!({ "identity": {
            "traits": { "email": eve },
            "metadata_public": { "plan": "free" },
            "metadata_admin": null,
            "external_id": "crm-7",
            "verifiable_addresses": [{ "value": eve, "via": "email", "verified": true, "status": "completed" }],
        } }),
    );
    assert_eq!(form_of_registration(&app, Kind::Native).await.status, 200);
    assert!(app.identity(ADA).await.is_none());
    let identity = app.identity(eve).await.unwrap();
    assert_eq!(identity.metadata_public, Some(json!({ "plan": "free" })));
    assert_eq!((identity.metadata_admin, identity.external_id.as_deref()), (None, Some("crm-7")));
    assert!(app.is_verified(eve).await);
    assert!(app.client(Kind::Native).log_in(eve, PASSWORD).await.is_done());
    assert!(!app.client(Kind::Native).log_in(ADA, PASSWORD).await.is_done());
}

on_each!(changes_that_the_schema_does_not_allow_are_refused_on_the_form);
async fn changes_that_the_schema_does_not_allow_are_refused_on_the_form(database: TestDatabase) {
    let receiver = Receiver::start();
    let hooks = [hook(&receiver, ALL, ", response: { parse: true }")];
    let config = after("registration", "password", &hooks);
    let app = TestApp::builder(database).config(&config).build().await;
    receiver.answer(200, &json!({ "identity": { "traits": { "email": "no address" } } }));
    assert_eq!(form_of_registration(&app, Kind::Native).await.status, 400);
    receiver.answer(200, &json!({ "identity": { "state": "asleep" } }));
    assert_eq!(form_of_registration(&app, Kind::Native).await.status, 502);
    assert!(app.identity(ADA).await.is_none());
}

on_each!(who_is_only_told_fails_the_request_and_not_the_account);
async fn who_is_only_told_fails_the_request_and_not_the_account(database: TestDatabase) {
    let mut receiver = Receiver::start();
    let body = "function(ctx) { id: ctx.identity.id, url: ctx.request_url, method: ctx.request_method, \
                payload: ctx.flow.transient_payload, keys: std.objectFields(ctx) }";
    let config = after("registration", "password", &[hook(&receiver, body, "")]);
    let app = TestApp::builder(database).config(&config).build().await;
    receiver.answer(401, &json!("no"));
    let answer = form_of_registration(&app, Kind::Native).await;
    assert_eq!((answer.status, answer.json()["error"]["code"].clone()), (502, json!(502)));
    let asked = receiver.next().await;
    assert!(asked.head.contains("ory-webhook-trigger-id: "), "{}", asked.head);
    assert!(asked.head.contains("ory-webhook-request-id: "), "{}", asked.head);
    let id = app.identity(ADA).await.unwrap().id;
    assert_eq!((&asked.body["id"], &asked.body["method"]), (&json!(id), &json!("POST")));
    assert_eq!(asked.body["payload"], json!({}));
    let keys = "flow identity request_cookies request_headers request_method request_url";
    assert_eq!(asked.body["keys"], json!(keys.split(' ').collect::<Vec<_>>()));
}

for_all!(an_answer_that_is_ignored_changes_nothing);
async fn an_answer_that_is_ignored_changes_nothing(database: TestDatabase, kind: Kind) {
    let mut receiver = Receiver::start();
    let hooks = [hook(&receiver, ALL, ", response: { ignore: true }"), "{ hook: session }".to_owned()];
    let config = after("registration", "password", &hooks);
    let app = TestApp::builder(database).config(&config).build().await;
    receiver.answer(418, &refusal());
    let client = app.client(kind);
    client.sign_up(ADA).await;
    assert_eq!(receiver.next().await.body["identity"]["traits"]["email"], json!(ADA));
    assert!(client.is_logged_in().await);
}

on_each!(a_login_waits_until_everybody_was_told);
async fn a_login_waits_until_everybody_was_told(database: TestDatabase) {
    let mut receiver = Receiver::start();
    let config = after("login", "password", &[hook(&receiver, ALL, "")]);
    let app = TestApp::builder(database).config(&config).build().await;
    app.create(ADA, PASSWORD).await;
    let client = app.client(Kind::Native);
    let flow = client.open("login").await;
    receiver.answer(403, &refusal());
    assert_eq!(client.post(&flow, credentials(ADA, PASSWORD)).await.status, 502);
    assert!(!client.is_logged_in().await);
    assert!(client.submit(&flow, credentials(ADA, PASSWORD)).await.is_done());
    let asked = receiver.next().await.body;
    assert_eq!((&asked["flow"]["active"], &asked["session"]["active"]), (&json!("password"), &json!(true)));
    assert_eq!(asked["session"]["identity"]["traits"]["email"], json!(ADA));
}

for_all!(hooks_do_not_see_session_cookies);
async fn hooks_do_not_see_session_cookies(database: TestDatabase, kind: Kind) {
    let mut receiver = Receiver::start();
    let hooks = [hook(
        &receiver,
        "function(ctx) { names: std.objectFields(ctx.request_cookies), session: ctx.session.id }",
        "",
    )];
    let config =
        format!("selfservice: {{ flows: {{ settings: {{ before: {{ hooks: [{}] }} }} }} }}", hooks[0]);
    let app = TestApp::builder(database).config(&config).build().await;
    app.create(ADA, PASSWORD).await;
    let client = app.client(kind);
    client.log_in(ADA, PASSWORD).await;
    client.open("settings").await;
    let asked = receiver.next().await.body;
    assert!(asked["session"].is_string(), "{asked}");
    assert!(!asked["names"].to_string().contains("session"), "{asked}");
}

on_each!(who_objects_before_keeps_the_flow_closed);
async fn who_objects_before_keeps_the_flow_closed(database: TestDatabase) {
    const KINDS: [&str; 4] = ["login", "registration", "verification", "recovery"];
    let mut receiver = Receiver::start();
    let mut builder = TestApp::builder(database)
        .config("selfservice: { flows: { recovery: { enabled: true }, verification: { enabled: true } } }");
    for kind in KINDS {
        let body = "function(ctx) { keys: std.objectFields(ctx) }";
        let hook = hook(&receiver, body, ", response: { parse: true }");
        builder = builder
            .config(&format!("selfservice: {{ flows: {{ {kind}: {{ before: {{ hooks: [{hook}] }} }} }} }}"));
    }
    let app = builder.build().await;
    let client = app.client(Kind::Native);
    let keys = "flow request_cookies request_headers request_method request_url";
    for kind in KINDS {
        client.open(kind).await;
        assert_eq!(receiver.next().await.body["keys"], json!(keys.split(' ').collect::<Vec<_>>()), "{kind}");
        receiver.answer(403, &refusal());
        assert_eq!(client.init(kind, "").await.status, 400, "{kind}");
        receiver.next().await;
        receiver.answer(200, &json!({ "identity": { "state": "inactive" } }));
        assert_eq!(client.init(kind, "").await.status, 500, "{kind}");
        receiver.next().await;
    }
}

on_each!(a_program_may_cancel_its_call);
async fn a_program_may_cancel_its_call(database: TestDatabase) {
    let mut receiver = Receiver::start();
    let hooks = [hook(&receiver, "function(ctx) error 'cancel'", ", can_interrupt: true")];
    let config = after("registration", "password", &hooks);
    let app = TestApp::builder(database).config(&config).build().await;
    assert_eq!(form_of_registration(&app, Kind::Native).await.status, 200);
    assert!(receiver.is_done());
}
