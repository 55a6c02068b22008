//! Forms with authenticator apps, backup codes, and codes on top of another factor.

use insta::assert_json_snapshot;
use serde_json::{Value, json};
use zelos::{crypto::TotpKey, kernel::Secret};

use crate::{
    forms::{ADA, KINDS, app, shown, shown_settings},
    harness::{
        Client, Flow, Kind,
        people::{PASSWORD, credentials},
    },
};

const ON: &str = "
session: { whoami: { required_aal: highest_available } }
selfservice:
  methods:
    totp: { enabled: true, config: { issuer: Example } }
    lookup_secret: { enabled: true }
    code: { mfa_enabled: true }
  flows: { settings: { required_aal: aal1 } }
";

/// Puts names in place of what a seed decides: the key of an app and its picture, and backup codes.
fn named(mut json: Value) -> Value {
    for node in json["ui"]["nodes"].as_array_mut().unwrap() {
        let attributes = &mut node["attributes"];
        if attributes["id"] == "totp_qr" {
            assert!(attributes["src"].as_str().unwrap().starts_with("data:image/png;base64,"));
            attributes["src"] = json!("[picture]");
        }
        if attributes["id"] == "totp_secret_key" {
            let secret = attributes["text"]["context"]["secret"].take();
            assert_eq!((secret.as_str().unwrap().len(), &attributes["text"]["text"]), (32, &secret));
            attributes["text"]["context"]["secret"] = json!("[key]");
            attributes["text"]["text"] = json!("[key]");
        }
        if attributes["id"] == "lookup_secret_codes" {
            let codes = attributes["text"]["context"]["secrets"].take();
            let codes = codes.as_array().unwrap();
            assert_eq!(codes.len(), 12);
            attributes["text"]["text"] = json!("[codes]");
            attributes["text"]["context"]["secrets"] = codes.iter().map(code).collect();
        }
    }
    json
}

fn code(message: &Value) -> Value {
    let mut message = message.clone();
    if message["context"]["secret"].as_str().is_some_and(|code| code.len() == 8) {
        message["text"] = json!("[code]");
        message["context"]["secret"] = json!("[code]");
    }
    message
}

macro_rules! golden {
    ($name:literal, $kind:expr, $json:expr) => {{
        let name = format!("{} {:?}", $name, $kind).to_lowercase().replace(' ', "_");
        assert_json_snapshot!(name, named($json));
    }};
}

fn key(flow: &Flow) -> TotpKey {
    let nodes = flow.json["ui"]["nodes"].as_array().unwrap();
    let node = nodes.iter().find(|node| node["attributes"]["id"] == "totp_secret_key").unwrap();
    let secret = node["attributes"]["text"]["context"]["secret"].as_str().unwrap();
    TotpKey::parse(&Secret::new(format!("otpauth://totp/x?secret={secret}"))).unwrap()
}

fn asked(field: &str) -> Value {
    json!({ "method": "lookup_secret", field: "true" })
}

/// Logs in by password alone.
async fn half_in<'a>(client: &Client<'a>) -> Client<'a> {
    let other = client.another();
    let flow = other.open("login").await;
    let body = other.post(&flow, credentials(ADA, PASSWORD)).await.json();
    *other.token.borrow_mut() = body["session_token"].as_str().map(str::to_owned);
    other
}

#[actix_web::test]
async fn second_factors() {
    for kind in KINDS {
        let app = app(ON).await;
        app.create(ADA, PASSWORD).await;
        let client = half_in(&app.client(kind)).await;
        let flow = client.open("settings").await;
        golden!("second factors none", kind, shown_settings(&flow));
        let wrong = json!({ "method": "totp", "totp_code": "12345x" });
        let refused = client.submit(&flow, wrong).await.form();
        golden!("second factors app refused", kind, shown_settings(&refused));
        let totp = json!({ "method": "totp", "totp_code": key(&flow).code_at(app.now()) });
        golden!("second factors app added", kind, shown_settings(&client.submit(&flow, totp).await.form()));
        let flow = client.open("settings").await;
        let made = client.submit(&flow, asked("lookup_secret_regenerate")).await.form();
        golden!("second factors codes made", kind, shown_settings(&made));
        client.submit(&made, asked("lookup_secret_confirm")).await.form();
        let flow = client.open("settings").await;
        golden!("second factors all", kind, shown_settings(&flow));
        let seen = client.submit(&flow, asked("lookup_secret_reveal")).await.form();
        golden!("second factors codes shown", kind, shown_settings(&seen));

        app.advance(std::time::Duration::from_secs(1));
        let other = half_in(&client).await;
        let flow = other.open_with("login", "?aal=aal2").await;
        golden!("second step choosing", kind, shown(&flow));
        let wrong = json!({ "method": "lookup_secret", "lookup_secret": "wrong123" });
        golden!("second step refused", kind, shown(&other.submit(&flow, wrong).await.form()));
        let sent = other.step(&flow, json!({ "address": ADA })).await.form();
        golden!("second step awaiting code", kind, shown(&sent));
        let wrong = json!({ "method": "code", "code": "00000x" });
        golden!("second step code refused", kind, shown(&other.step(&sent, wrong).await.form()));
        let again = other.open_with("login", "?aal=aal2&refresh=true").await;
        golden!("second step confirming", kind, shown(&again));
        assert_ne!(kind, Kind::Browser);
    }
}
