//! The forms with providers of social sign-in.

use serde_json::json;

use crate::{
    database::TestDatabase,
    forms::{shown, shown_settings},
    harness::{Client, Kind, Provider, TestApp, flow_of, people::PASSWORD, program, provider::config},
};

const ADA: &str = "ada@example.test";
const KINDS: [Kind; 2] = [Kind::Spa, Kind::Native];

macro_rules! golden {
    ($name:literal, $kind:expr, $json:expr) => {{
        let name = format!("{} {:?}", $name, $kind).to_lowercase().replace(' ', "_");
        insta::assert_json_snapshot!(name, $json);
    }};
}

/// Two providers, of which the second tells no address.
async fn app(providers: &[Provider; 2], overlay: &str) -> TestApp {
    let silent = program("{ identity: { traits: { name: { first: 'Ada' } } } }");
    let second = json!({ "label": "Second", "mapper_url": silent });
    let list = vec![providers[0].entry("fake", &json!({})), providers[1].entry("second", &second)];
    TestApp::builder(TestDatabase::sqlite()).config(&config(list)).config(overlay).build().await
}

fn providers() -> [Provider; 2] {
    [Provider::start(), Provider::start()]
}

#[actix_web::test]
async fn login() {
    for kind in KINDS {
        let (providers, unified) = (providers(), "{}");
        let app = app(&providers, unified).await;
        let client = app.client(kind);
        golden!("login with providers", kind, shown(&client.open("login").await));
    }
}

#[actix_web::test]
async fn login_identifier_first() {
    for kind in KINDS {
        let providers = providers();
        let first = "selfservice: { flows: { login: { style: identifier_first } } }";
        let app = app(&providers, first).await;
        app.client(Kind::Browser).by_provider(&providers[0], "registration").await.done();
        let client = app.client(kind);
        let flow = client.open("login").await;
        golden!("login with providers identifier first", kind, shown(&flow));
        let fields = json!({ "method": "identifier_first", "identifier": ADA });
        let named = client.submit(&flow, fields).await.form();
        golden!("login with providers identified", kind, shown(&named));
    }
}

#[actix_web::test]
async fn registration() {
    for kind in KINDS {
        let providers = providers();
        let app = app(&providers, "{}").await;
        let client = app.client(kind);
        let flow = client.open_for_provider("registration").await;
        golden!("registration with providers", kind, shown(&without_code(flow.clone())));
        let chosen = json!({ "method": "oidc", "provider": "second" });
        let told = client.go_to(&providers[1], &flow, chosen).await.form();
        golden!("registration told too little", kind, shown(&told));
        let profile = json!({ "method": "profile", "traits": { "email": "bob@example.test" } });
        let chooses = client.submit(&told, profile).await.form();
        golden!("registration with providers chooses", kind, shown(&chooses));
    }
}

/// The code of an app is random.
fn without_code(mut flow: crate::harness::Flow) -> crate::harness::Flow {
    if let Some(code) = flow.json.get_mut("session_token_exchange_code") {
        assert_eq!(code.as_str().unwrap().len(), 64);
        *code = json!("[code]");
    }
    flow
}

async fn linking(client: &Client<'_>, provider: &Provider) -> crate::harness::Flow {
    let flow = client.open("login").await;
    let url = crate::harness::provider::leave(client, &flow, json!({ "provider": "fake" })).await;
    let back = provider.visit(client.app, &url);
    let request = actix_web::test::TestRequest::get().uri(&back).insert_header(("accept", "text/html"));
    let answer = if client.kind == Kind::Native {
        client.app.client(Kind::Browser).ask(request).await
    } else {
        client.ask(request).await
    };
    match answer.status {
        400 => crate::harness::Flow { name: "login", json: answer.json() },
        _ => client.fetch("login", &flow_of(&answer.location()).unwrap()).await,
    }
}

#[actix_web::test]
async fn login_that_links() {
    for kind in KINDS {
        let providers = providers();
        let app = app(&providers, "{}").await;
        app.client(Kind::Native).sign_up(ADA).await.done();
        let client = app.client(kind);
        let flow = linking(&client, &providers[0]).await;
        golden!("login that links", kind, shown(&flow));
    }
}

#[actix_web::test]
async fn settings() {
    let providers = providers();
    let app = app(&providers, "{}").await;
    let client = app.client(Kind::Spa);
    client.sign_up(ADA).await.done();
    client.log_in(ADA, PASSWORD).await.done();
    let flow = client.open("settings").await;
    golden!("settings with providers", Kind::Spa, shown_settings(&flow));
    client.go_to(&providers[0], &flow, json!({ "link": "fake" })).await;
    let linked = client.open("settings").await;
    golden!("settings with a linked provider", Kind::Spa, shown_settings(&linked));
    let both = client.submit(&linked, json!({ "link": "second", "unlink": "fake" })).await.form();
    golden!("settings link and unlink", Kind::Spa, shown_settings(&both));
}
