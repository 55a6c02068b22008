//! Forms with security keys and passkeys.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::{
    forms::{ADA, KINDS, app, shown, shown_settings},
    harness::{
        Authenticator, Kind, options,
        people::{PASSWORD, credentials},
    },
};

const PARTY: &str = "{ id: example.test, display_name: Example, origins: ['https://app.example.test'] }";

/// Both methods; a key is enough to log in, or comes on top.
fn config(passwordless: bool, more: &str) -> String {
    format!(
        "selfservice:
  methods:
    webauthn: {{ enabled: true, config: {{ passwordless: {passwordless}, rp: {PARTY} }} }}
    passkey: {{ enabled: true, config: {{ rp: {PARTY} }} }}
  flows:
    settings: {{ required_aal: aal1 }}
{more}"
    )
}

const FIRST: &str = "    login: { style: identifier_first }";
const UNIFIED: &str = "    registration: { style: unified }";

/// Puts names in place of what a seed decides, and takes options out of their text.
fn named(mut json: Value) -> Value {
    for node in json["ui"]["nodes"].as_array_mut().unwrap() {
        let attributes = &mut node["attributes"];
        if attributes["id"] == "webauthn_script" {
            assert_eq!((text(&attributes["nonce"]).len(), text(&attributes["integrity"]).len()), (36, 95));
            (attributes["nonce"], attributes["integrity"]) = (json!("[nonce]"), json!("[integrity]"));
        }
        let Some(written) = attributes["value"].as_str().filter(|text| text.starts_with('{')) else {
            continue;
        };
        let written = written.to_owned();
        if let Some(call) = attributes["onclick"].as_str() {
            attributes["onclick"] = json!(call.replace(&written, "[value]"));
        }
        let mut options: Value = serde_json::from_str(&written).unwrap();
        let inner = match options.get_mut("credentialOptions") {
            Some(inner) => &mut inner["publicKey"],
            None => &mut options["publicKey"],
        };
        assert_eq!(text(&inner["challenge"]).len(), 43);
        inner["challenge"] = json!("[challenge]");
        if let Some(id) = inner.pointer_mut("/user/id") {
            *id = json!(format!("[{} characters]", text(id).len()));
        }
        attributes["value"] = options;
    }
    json
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

macro_rules! golden {
    ($name:literal, $kind:expr, $json:expr) => {{
        let name = format!("{} {:?}", $name, $kind).to_lowercase().replace(' ', "_");
        assert_json_snapshot!(name, named($json));
    }};
}

#[actix_web::test]
async fn logging_in() {
    for kind in KINDS {
        let app = app(&config(true, "")).await;
        let client = app.client(kind);
        let flow = client.open("login").await;
        golden!("keys login", kind, shown(&flow));
        let refused = client.submit(&flow, json!({ "method": "passkey", "passkey_login": "{" })).await.form();
        golden!("keys login refused", kind, shown(&refused));
        let first = self::app(&config(true, FIRST)).await;
        first.create(ADA, PASSWORD).await;
        let client = first.client(kind);
        let flow = client.open("login").await;
        golden!("keys login identifier first", kind, shown(&flow));
        let fields = json!({ "method": "identifier_first", "identifier": ADA });
        golden!("keys login identified", kind, shown(&client.submit(&flow, fields).await.form()));
    }
}

#[actix_web::test]
async fn signing_up() {
    for kind in KINDS {
        let app = app(&config(true, UNIFIED)).await;
        let flow = app.client(kind).open("registration").await;
        golden!("keys registration", kind, shown(&flow));
    }
}

#[actix_web::test]
async fn the_settings() {
    for kind in KINDS {
        let app = app(&config(false, "")).await;
        app.create(ADA, PASSWORD).await;
        let client = app.client(kind);
        client.log_in(ADA, PASSWORD).await.done();
        let flow = client.open("settings").await;
        golden!("keys settings", kind, shown_settings(&flow));
        let answer = Authenticator::new("phone").create(&options(&flow, "passkey_create_data"));
        let fields = json!({ "method": "passkey", "passkey_settings_register": answer });
        let done = client.submit(&flow, fields).await.form();
        golden!("keys settings added", kind, shown_settings(&done));
        let flow = client.open_with("login", "?refresh=true").await;
        golden!("keys login refresh", kind, shown(&flow));
    }
}

#[actix_web::test]
async fn a_key_is_asked_for() {
    let app = app(&config(true, "")).await;
    let (client, key) = (app.client(Kind::Spa), Authenticator::new("key"));
    let flow = client.open("registration").await;
    let chosen =
        client.submit(&flow, json!({ "method": "profile", "traits": { "email": ADA } })).await.form();
    golden!("keys registration chosen", Kind::Spa, shown(&chosen));
    let answer = key.create(&options(&chosen, "webauthn_register_trigger"));
    let fields = json!({ "webauthn_register": answer, "traits": { "email": ADA } });
    client.submit(&chosen, fields).await.done();
    let other = client.another();
    let flow = other.open("login").await;
    let _asked = other.post(&flow, json!({ "method": "webauthn", "identifier": ADA })).await;
    let flow = other.fetch("login", flow.id()).await;
    golden!("keys login asked", Kind::Spa, shown(&flow));
    let refused = other.submit(&flow, json!({ "identifier": ADA, "webauthn_login": "{" })).await.form();
    golden!("keys login asked refused", Kind::Spa, shown(&refused));
}

#[actix_web::test]
async fn a_key_on_top() {
    let app = app(&config(false, "")).await;
    app.create(ADA, PASSWORD).await;
    let (client, key) = (app.client(Kind::Spa), Authenticator::new("key"));
    client.log_in(ADA, PASSWORD).await.done();
    let flow = client.open("settings").await;
    let answer = key.create(&options(&flow, "webauthn_register_trigger"));
    let fields = json!({ "webauthn_register": answer, "webauthn_register_displayname": "blue" });
    golden!("keys settings key added", Kind::Spa, shown_settings(&client.submit(&flow, fields).await.form()));
    let other = client.another();
    let _half = other.post(&other.open("login").await, credentials(ADA, PASSWORD)).await;
    let flow = other.open_with("login", "?aal=aal2").await;
    golden!("keys second step", Kind::Spa, shown(&flow));
}
