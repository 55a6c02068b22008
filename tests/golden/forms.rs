//! The form of every state of the flows, as a script and as an app see it.

use std::time::Duration;

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::{
    database::TestDatabase,
    harness::{
        Client, Flow, Kind, TestApp,
        people::{PASSWORD, account, credentials},
    },
};

pub const ADA: &str = "ada@example.test";
const UNIFIED: &str = "selfservice: { flows: { registration: { style: unified } } }";
const BY_CODE: &str = "selfservice: { methods: { code: { passwordless_enabled: true } } }";
const CODE_ONLY: &str =
    "selfservice: { methods: { password: { enabled: false }, code: { passwordless_enabled: true } } }";
const BY_LINK: &str = "selfservice: { flows: { verification: { use: link } } }";

pub async fn app(config: &str) -> TestApp {
    TestApp::builder(TestDatabase::sqlite()).config(config).build().await
}

/// The flow without what a seed decides: each id and token is checked for its shape and named.
pub fn shown(flow: &Flow) -> Value {
    let mut text = flow.json.to_string();
    let id = flow.id();
    assert!(id.len() == 36 && id.parse::<uuid::Uuid>().is_ok(), "{id}");
    text = text.replace(id, "[flow]");
    if let Some(token) = flow.value("csrf_token").and_then(Value::as_str).filter(|token| !token.is_empty()) {
        assert_eq!(token.len(), 88, "{token}");
        text = text.replace(token, "[csrf token]");
    }
    if let Some(code) = flow.value("code").and_then(Value::as_str).filter(|code| !code.is_empty()) {
        assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()));
        text = text.replace(code, "[code]");
    }
    serde_json::from_str(&text).unwrap()
}

/// A snapshot for each kind of client that reads JSON.
macro_rules! golden {
    ($name:expr, $kind:expr, $flow:expr) => {{
        let name = format!("{} {:?}", $name, $kind).to_lowercase().replace(' ', "_");
        assert_json_snapshot!(name, shown(&$flow));
    }};
}

pub const KINDS: [Kind; 2] = [Kind::Spa, Kind::Native];

#[actix_web::test]
async fn login() {
    for kind in KINDS {
        let app = app("").await;
        let client = app.client(kind);
        let flow = client.open("login").await;
        golden!("login awaiting factor", kind, flow);
        let refused = client.submit(&flow, credentials("nobody", "wrong")).await.form();
        golden!("login wrong password", kind, refused);
        let refused = client.submit(&flow, credentials("", "")).await.form();
        golden!("login empty fields", kind, refused);
        let refused = client.submit(&flow, json!({ "method": "nothing" })).await.form();
        golden!("login unaddressed", kind, refused);
        app.advance(Duration::from_secs(3601));
        let next = client.step(&flow, credentials(ADA, PASSWORD)).await.replaced();
        golden!("login in place of an expired one", kind, next);

        client.sign_up(ADA).await.done();
        client.log_in(ADA, PASSWORD).await.done();
        let refresh = client.open_with("login", "?refresh=true").await;
        golden!("login refresh", kind, refresh);
        client.submit(&refresh, credentials(ADA, PASSWORD)).await.done();
        golden!("login authenticated", kind, client.fetch("login", refresh.id()).await);
    }
}

#[actix_web::test]
async fn login_by_code() {
    for kind in KINDS {
        let app = app(BY_CODE).await;
        app.client(Kind::Native).sign_up(ADA).await.done();
        app.advance(Duration::from_secs(1));
        let client = app.client(kind);
        let flow = client.open("login").await;
        golden!("login by code awaiting factor", kind, flow);
        let asked = |name: &str| json!({ "method": "code", "identifier": name });
        golden!("login by code of nobody", kind, client.submit(&flow, asked("nobody")).await.form());
        let sent = client.submit(&flow, asked(ADA)).await.form();
        golden!("login by code awaiting code", kind, sent);
        let code = app.newest_mail(ADA).await.code();
        let typed = |code: &str| json!({ "method": "code", "identifier": ADA, "code": code });
        golden!("login by code no code", kind, client.submit(&sent, typed("")).await.form());
        let wrong = if code == "000000" { "000001" } else { "000000" };
        golden!("login by code wrong code", kind, client.submit(&sent, typed(wrong)).await.form());
        client.submit(&sent, typed(&code)).await.done();
        // A browser has another anti-CSRF token by now, and the flow is not its own any more.
        if kind == Kind::Native {
            golden!("login by code passed", kind, client.fetch("login", sent.id()).await);
        }
        golden!("login by code refresh", kind, client.open_with("login", "?refresh=true").await);
    }
}

#[actix_web::test]
async fn login_by_code_only() {
    for kind in KINDS {
        let app = app(CODE_ONLY).await;
        let client = app.client(kind);
        let flow = client.open("login").await;
        golden!("login by code only awaiting factor", kind, flow);
        let refused = client.submit(&flow, json!({ "method": "code", "identifier": "" })).await.form();
        golden!("login by code only no identifier", kind, refused);
    }
}

#[actix_web::test]
async fn login_identifier_first() {
    for kind in KINDS {
        let first = "selfservice: { flows: { login: { style: identifier_first } } }";
        let app = TestApp::builder(TestDatabase::sqlite()).config(BY_CODE).config(first).build().await;
        app.client(Kind::Native).sign_up(ADA).await.done();
        let client = app.client(kind);
        let flow = client.open("login").await;
        golden!("login identifier first awaiting identifier", kind, flow);
        let named = |name: &str| json!({ "method": "identifier_first", "identifier": name });
        golden!("login identifier first of nobody", kind, client.submit(&flow, named("nobody")).await.form());
        let known = client.submit(&flow, named(ADA)).await.form();
        golden!("login identifier first identified", kind, known);
        let refused = client.submit(&known, credentials(ADA, "wrong")).await.form();
        golden!("login identifier first wrong password", kind, refused);
        let sent = client.submit(&known, json!({ "method": "code", "identifier": ADA })).await.form();
        golden!("login identifier first awaiting code", kind, sent);
    }
}

#[actix_web::test]
async fn registration_by_code() {
    for (style, config) in [("one screen", UNIFIED), ("two screens", "")] {
        for kind in KINDS {
            let app = TestApp::builder(TestDatabase::sqlite()).config(BY_CODE).config(config).build().await;
            let client = app.client(kind);
            let mut flow = client.open("registration").await;
            if config.is_empty() {
                let profile = json!({ "method": "profile", "traits": { "email": ADA } });
                flow = client.submit(&flow, profile).await.form();
            }
            golden!(format!("registration by code {style} choosing"), kind, flow);
            let asked = json!({ "method": "code", "traits": { "email": ADA } });
            let sent = client.submit(&flow, asked).await.form();
            golden!(format!("registration by code {style} awaiting code"), kind, sent);
            let code = app.newest_mail(ADA).await.code();
            let wrong = if code == "000000" { "000001" } else { "000000" };
            let typed = |code: &str| json!({ "method": "code", "code": code, "traits": { "email": ADA } });
            let refused = client.submit(&sent, typed(wrong)).await.form();
            golden!(format!("registration by code {style} wrong code"), kind, refused);
            client.submit(&sent, typed(&code)).await.done();
            let passed = client.fetch("registration", sent.id()).await;
            golden!(format!("registration by code {style} passed"), kind, passed);
        }
    }
}

#[actix_web::test]
async fn registration() {
    for kind in KINDS {
        let app = app("").await;
        let client = app.client(kind);
        let flow = client.open("registration").await;
        golden!("registration awaiting profile", kind, flow);
        let fields = json!({ "method": "profile", "traits": { "email": "no", "name": { "first": "Ada" } } });
        let refused = client.submit(&flow, fields).await.form();
        golden!("registration profile refused", kind, refused);
        let fields = json!({ "method": "profile", "traits": { "email": ADA, "name": { "first": "Ada" } } });
        let chosen = client.submit(&flow, fields).await.form();
        golden!("registration awaiting credential", kind, chosen);
        let fields = json!({ "method": "password", "password": "short", "traits": { "email": ADA } });
        golden!("registration password refused", kind, client.submit(&chosen, fields).await.form());
        let fields = json!({ "method": "profile", "screen": "previous", "traits": { "email": ADA } });
        golden!("registration back to the profile", kind, client.submit(&chosen, fields).await.form());
    }
}

#[actix_web::test]
async fn registration_on_one_screen() {
    for kind in KINDS {
        let app = app(UNIFIED).await;
        let client = app.client(kind);
        let flow = client.open("registration").await;
        golden!("registration awaiting all", kind, flow);
        let fields = json!({ "method": "password", "traits": { "shoe": 42 } });
        golden!("registration all refused", kind, client.submit(&flow, fields).await.form());
        app.client(Kind::Native)
            .submit(&app.client(Kind::Native).open("registration").await, account(ADA))
            .await;
        golden!("registration taken", kind, client.submit(&flow, account(ADA)).await.form());
        app.advance(Duration::from_secs(3601));
        let next = client.step(&flow, account(ADA)).await.replaced();
        golden!("registration in place of an expired one", kind, next);
    }
}

async fn type_code(client: &Client<'_>, flow: &Flow, code: &str) -> crate::harness::Step {
    client.step(flow, json!({ "method": "code", "code": code })).await
}

#[actix_web::test]
async fn verification_by_code() {
    for kind in KINDS {
        let app = app("").await;
        app.client(Kind::Native).sign_up(ADA).await.done();
        let client = app.client(kind);
        let flow = client.open("verification").await;
        golden!("verification awaiting address", kind, flow);
        let refused = client.submit(&flow, json!({ "method": "code", "email": "" })).await.form();
        golden!("verification no address", kind, refused);
        let flow = client.ask_for_code(ADA).await;
        golden!("verification awaiting code", kind, flow);
        let mail = app.newest_mail(ADA).await;
        client.get(&mail.link()).await.expect(303);
        golden!("verification code filled in", kind, client.fetch("verification", flow.id()).await);
        let wrong = if mail.code() == "000000" { "000001" } else { "000000" };
        golden!("verification wrong code", kind, type_code(&client, &flow, wrong).await.form());
        golden!("verification verified", kind, type_code(&client, &flow, &mail.code()).await.form());
        let next = type_code(&client, &flow, &mail.code()).await.replaced();
        golden!("verification in place of a used one", kind, next);
    }
}

#[actix_web::test]
async fn verification_by_link() {
    for kind in KINDS {
        let app = app(BY_LINK).await;
        app.client(Kind::Native).sign_up(ADA).await.done();
        app.advance(Duration::from_secs(1));
        let client = app.client(kind);
        let flow = client.open("verification").await;
        golden!("verification by link awaiting address", kind, flow);
        let flow = client.submit(&flow, json!({ "method": "link", "email": ADA })).await.form();
        golden!("verification by link awaiting link", kind, flow);
        let link = app.newest_mail(ADA).await.link();
        assert!(client.get(&link).await.status < 400);
        golden!("verification by link verified", kind, client.fetch("verification", flow.id()).await);
    }
}

#[actix_web::test]
async fn recovery() {
    for kind in KINDS {
        let app = app("selfservice: { flows: { recovery: { enabled: true, use: code } } }").await;
        app.client(Kind::Native).sign_up(ADA).await.done();
        app.advance(Duration::from_secs(1));
        let client = app.client(kind);
        let flow = client.open("recovery").await;
        golden!("recovery awaiting address", kind, flow);
        golden!(
            "recovery no address",
            kind,
            client.submit(&flow, json!({ "method": "code", "email": "" })).await.form()
        );
        let flow = client.submit(&flow, json!({ "method": "code", "email": ADA })).await.form();
        golden!("recovery awaiting code", kind, flow);
        let code = app.newest_mail(ADA).await.code();
        let wrong = if code == "000000" { "000001" } else { "000000" };
        golden!("recovery wrong code", kind, type_code(&client, &flow, wrong).await.form());
        client.submit(&flow, json!({ "method": "code", "code": code })).await;
        golden!("recovery recovered", kind, client.fetch("recovery", flow.id()).await);
    }
}

const RECOVERY_BY_LINK: &str = "selfservice: { flows: { recovery: { enabled: true, use: link } } }";

#[actix_web::test]
async fn recovery_by_link() {
    for kind in KINDS {
        let app = app(RECOVERY_BY_LINK).await;
        app.client(Kind::Native).sign_up(ADA).await.done();
        app.advance(Duration::from_secs(1));
        let client = app.client(kind);
        let flow = client.open("recovery").await;
        golden!("recovery by link awaiting address", kind, flow);
        let refused = client.submit(&flow, json!({ "method": "link", "email": "" })).await.form();
        golden!("recovery by link no address", kind, refused);
        let flow = client.submit(&flow, json!({ "method": "link", "email": ADA })).await.form();
        golden!("recovery by link awaiting link", kind, flow);
        let browser = app.client(Kind::Spa);
        browser.get(&app.newest_mail(ADA).await.link()).await;
        let reader = if kind == Kind::Native { &client } else { &browser };
        golden!("recovery by link recovered", kind, reader.fetch("recovery", flow.id()).await);
    }
}

/// Two addresses, of which one is a phone.
const CHOICE: &str = r#"
identity:
  default_schema_id: two
  schemas:
    - id: two
      url: base64://eyJ0eXBlIjoib2JqZWN0IiwicHJvcGVydGllcyI6eyJ0cmFpdHMiOnsidHlwZSI6Im9iamVjdCIsInByb3BlcnRpZXMiOnsiZW1haWwiOnsidHlwZSI6InN0cmluZyIsImZvcm1hdCI6ImVtYWlsIiwib3J5LnNoL2tyYXRvcyI6eyJyZWNvdmVyeSI6eyJ2aWEiOiJlbWFpbCJ9fX0sInBob25lIjp7InR5cGUiOiJzdHJpbmciLCJmb3JtYXQiOiJ0ZWwiLCJvcnkuc2gva3JhdG9zIjp7InJlY292ZXJ5Ijp7InZpYSI6InNtcyJ9fX19fX19
selfservice: { flows: { recovery: { enabled: true, use: code } } }
feature_flags: { choose_recovery_address: true, use_continue_with_transitions: true }
"#;

#[actix_web::test]
async fn recovery_by_choice() {
    for kind in KINDS {
        let app = app(CHOICE).await;
        let traits = json!({ "traits": { "email": ADA, "phone": "+4915112345678" } });
        app.admin(actix_web::http::Method::POST, "/admin/identities", traits).await.expect(201);
        let client = app.client(kind);
        let flow = client.open("recovery").await;
        golden!("recovery choice awaiting address", kind, flow);
        let refused = client.submit(&flow, json!({})).await.form();
        golden!("recovery choice no address", kind, refused);
        let choice = client.submit(&flow, json!({ "recovery_address": ADA })).await.form();
        golden!("recovery choice awaiting choice", kind, choice);
        let phone = json!({ "recovery_select_address": choice.value("recovery_select_address") });
        let chosen = client.submit(&choice, phone).await.form();
        golden!("recovery choice awaiting confirmation", kind, chosen);
        let typed = json!({ "recovery_confirm_address": "+4915112345678" });
        let sent = client.submit(&chosen, typed).await.form();
        golden!("recovery choice awaiting code", kind, sent);
        golden!(
            "recovery choice wrong code",
            kind,
            client.submit(&sent, json!({ "code": "none" })).await.form()
        );
        let code = app.newest_mail("+4915112345678").await.code();
        client.submit(&sent, json!({ "code": code })).await;
        golden!("recovery choice recovered", kind, client.fetch("recovery", sent.id()).await);
    }
}

#[actix_web::test]
async fn recovery_handed() {
    for (kind, client_type) in [(Kind::Spa, "browser"), (Kind::Native, "api")] {
        let app = app("selfservice: { flows: { recovery: { enabled: true, use: code } } }").await;
        let ada = app.create(ADA, PASSWORD).await["id"].clone();
        let body = json!({ "identity_id": ada, "flow_type": client_type });
        let made =
            app.admin(actix_web::http::Method::POST, "/admin/recovery/code", body).await.expect(201).json();
        let id = crate::harness::flow_of(made["recovery_link"].as_str().unwrap()).unwrap();
        golden!("recovery handed awaiting code", kind, app.client(kind).fetch("recovery", &id).await);
    }
}

/// A settings flow: ids of its owner and of the flow that it goes on with are named, too.
pub fn shown_settings(flow: &Flow) -> Value {
    let mut json = shown(flow);
    let next = crate::harness::flow_of(json["ui"]["action"].as_str().unwrap()).unwrap();
    if next != "[flow]" {
        assert!(next.parse::<uuid::Uuid>().is_ok(), "{next}");
        json["ui"]["action"] = json!(json["ui"]["action"].as_str().unwrap().replace(&next, "[next flow]"));
    }
    let owner = json["identity"].take();
    assert_eq!(owner["traits"]["email"], ADA);
    json["identity"] = json!(owner.as_object().unwrap().keys().collect::<Vec<_>>());
    json
}

macro_rules! golden_settings {
    ($name:literal, $kind:expr, $flow:expr) => {{
        let name = format!("{} {:?}", $name, $kind).to_lowercase().replace(' ', "_");
        assert_json_snapshot!(name, shown_settings(&$flow));
    }};
}

#[actix_web::test]
async fn settings() {
    for kind in KINDS {
        let app = app("selfservice: { flows: { recovery: { enabled: true, use: code } } }").await;
        let client = app.client(kind);
        client.sign_up(ADA).await.done();
        client.log_in(ADA, PASSWORD).await.done();
        let flow = client.open("settings").await;
        golden_settings!("settings editing", kind, flow);
        golden_settings!("settings unaddressed", kind, client.submit(&flow, json!({})).await.form());
        let fields = json!({ "method": "profile", "traits": { "email": "no", "shoe": 42, "hat": "red", "left": true } });
        golden_settings!("settings traits refused", kind, client.submit(&flow, fields).await.form());
        let fields = json!({ "method": "password", "password": "short" });
        golden_settings!("settings password refused", kind, client.submit(&flow, fields).await.form());
        let fields = json!({ "method": "profile", "traits": { "email": ADA, "name": { "first": "Ada" } } });
        golden_settings!("settings saved", kind, client.submit(&flow, fields).await.form());
        app.advance(Duration::from_secs(3601));
        let fields = json!({ "method": "password", "password": "another horse battery" });
        let next = client.step(&flow, fields.clone()).await.replaced();
        golden_settings!("settings in place of an expired one", kind, next);
        assert_eq!(client.submit(&next, fields).await.error(), (403, "session_refresh_required".to_owned()));
        golden_settings!(
            "settings waiting for a fresh session",
            kind,
            client.fetch("settings", next.id()).await
        );
    }
}
