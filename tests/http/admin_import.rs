//! Administrators: credentials of other systems, brought along and shown.

use actix_web::http::Method;
use serde_json::{Value, json};
use zelos::{
    identity::{MethodId, Payload},
    store::Credentials as _,
};

use crate::{
    database::TestDatabase,
    harness::{Kind, TestApp, people::PASSWORD},
    on_each,
};

const ADA: &str = "ada@example.test";
const TOTP: &str =
    "otpauth://totp/kit:ada?algorithm=SHA1&digits=6&issuer=kit&period=30&secret=GEZDGNBVGY3TQOJQ";

fn path(identity: &Value) -> String {
    format!("/admin/identities/{}", identity["id"].as_str().unwrap())
}

fn key(id: &str, passwordless: bool) -> Value {
    json!({
        "id": id, "public_key": "Ag==", "attestation_type": "none", "display_name": "blue",
        "added_at": "2026-01-02T03:04:05Z", "is_passwordless": passwordless,
        "authenticator": { "aaguid": "AAAAAAAAAAAAAAAAAAAAAA==", "sign_count": 3, "clone_warning": false },
    })
}

/// One credential of each kind.
fn credentials() -> Value {
    json!({
        "password": { "config": { "password": PASSWORD } },
        "oidc": { "config": { "providers": [
            { "provider": "google", "subject": "Ada-1", "use_auto_link": true, "initial_access_token": "secret-token" },
            { "provider": "github", "subject": "2", "organization": "11111111-1111-4111-8111-111111111111" },
        ] } },
        "saml": { "config": { "providers": [{ "provider": "corp", "subject": "3" }] } },
        "totp": { "config": { "totp_url": TOTP } },
        "lookup_secret": { "config": { "codes": [
            { "code": "abcd1234" }, { "code": "efgh5678", "used_at": "2026-01-02T03:04:05Z" },
        ] } },
        "webauthn": { "config": { "credentials": [key("AQ==", false)], "user_handle": "d2Vi" } },
        "passkey": { "config": { "credentials": [key("Aw==", true)], "user_handle": "aGFuZGxl" } },
    })
}

/// Credentials without a password, which reaches nobody but their owner.
async fn shown(app: &TestApp, identity: &Value) -> Value {
    let kinds = ["oidc", "saml", "totp", "lookup_secret", "webauthn", "passkey"];
    let query: Vec<_> = kinds.iter().map(|kind| format!("include_credential={kind}")).collect();
    let path = format!("{}?{}", path(identity), query.join("&"));
    app.admin_get(&path).await.expect(200).json()["credentials"].clone()
}

async fn create(app: &TestApp, email: &str, credentials: Value) -> Value {
    let body = json!({ "traits": { "email": email }, "credentials": credentials });
    app.admin(Method::POST, "/admin/identities", body).await.expect(201).json()
}

on_each!(credentials_of_all_kinds_are_brought_along_and_shown);
async fn credentials_of_all_kinds_are_brought_along_and_shown(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    let ada = create(&app, ADA, credentials()).await;
    assert!(ada["credentials"].as_object().unwrap().values().all(|one| one.get("config").is_none()));
    let id = ada["id"].clone();
    let all = shown(&app, &ada).await;
    let config = |kind: &str| all[kind]["config"].clone();
    assert_eq!(
        config("oidc"),
        json!({ "providers": [
            {
                "subject": "Ada-1", "provider": "google", "use_auto_link": true, "initial_id_token": "",
                "initial_access_token": "secret-token", "initial_refresh_token": "",
            },
            {
                "subject": "2", "provider": "github", "organization": "11111111-1111-4111-8111-111111111111",
                "initial_id_token": "", "initial_access_token": "", "initial_refresh_token": "",
            },
        ] })
    );
    assert_eq!(config("saml"), json!({ "providers": [{ "subject": "3", "provider": "corp" }] }));
    assert_eq!(config("totp"), json!({ "totp_url": TOTP }));
    assert_eq!(
        config("lookup_secret"),
        json!({ "recovery_codes": [
            { "code": "abcd1234", "used_at": null },
            { "code": "efgh5678", "used_at": "2026-01-02T03:04:05Z" },
        ] })
    );
    assert_eq!(config("webauthn"), json!({ "credentials": [key("AQ==", false)], "user_handle": "d2Vi" }));
    assert_eq!(config("passkey"), json!({ "credentials": [key("Aw==", true)], "user_handle": "aGFuZGxl" }));
    let names = ["oidc", "saml", "totp", "lookup_secret", "webauthn", "passkey"];
    let names = names.map(|kind| all[kind]["identifiers"].clone());
    let expected = [
        json!(["github:2", "google:Ada-1"]),
        json!(["corp:3"]),
        json!([id]),
        json!([id]),
        json!([ADA]),
        json!(["handle"]),
    ];
    assert_eq!(names, expected);
    let versions = ["oidc", "totp", "lookup_secret", "passkey"].map(|kind| all[kind]["version"].clone());
    assert_eq!(versions, [0, 0, 0, 1].map(Value::from));
    let list = app.admin_get("/admin/identities?include_credential=totp").await.expect(200).json();
    assert_eq!(list[0]["credentials"]["totp"]["config"]["totp_url"], TOTP);
}

on_each!(security_keys_that_are_none_show_a_handle_only);
async fn security_keys_that_are_none_show_a_handle_only(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    let ada = app.create(ADA, PASSWORD).await;
    let config = shown(&app, &ada).await["webauthn"]["config"].clone();
    let id = zelos::identity::Bytes(app.identity(ADA).await.unwrap().id.as_uuid().as_bytes().to_vec());
    assert_eq!(config, json!({ "user_handle": id }));
}

on_each!(secrets_of_imported_credentials_rest_sealed);
async fn secrets_of_imported_credentials_rest_sealed(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    create(&app, ADA, credentials()).await;
    let identity = app.identity(ADA).await.unwrap();
    assert_eq!(json!(identity.available.aal), "aal2");
    let stored = app.store.read(move |reader| reader.credentials_of(identity.id)).await.unwrap();
    assert_eq!(stored.len(), 8);
    for credential in stored {
        let text = serde_json::to_string(&credential.payload).unwrap();
        for secret in ["secret-token", "GEZDGNBVGY3TQOJQ", "abcd1234", PASSWORD] {
            assert!(!text.contains(secret), "{:?}", credential.method());
        }
    }
}

on_each!(imported_credentials_outlive_changes_of_the_identity);
async fn imported_credentials_outlive_changes_of_the_identity(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    let ada = create(&app, ADA, credentials()).await;
    let before = shown(&app, &ada).await;
    let body = json!({ "schema_id": "", "traits": { "email": "new@example.test" }, "state": "active" });
    app.admin(Method::PUT, &path(&ada), body).await.expect(200);
    let back = json!([{ "op": "replace", "path": "/traits/email", "value": ADA }]);
    app.admin(Method::PATCH, &path(&ada), back).await.expect(200);
    let after = shown(&app, &ada).await;
    for kind in ["oidc", "saml", "totp", "lookup_secret", "passkey"] {
        assert_eq!(after[kind], before[kind], "{kind}");
    }
    assert_eq!(after["webauthn"]["config"], before["webauthn"]["config"]);

    let more = json!({ "oidc": { "config": { "providers": [{ "provider": "x", "subject": "9" }] } },
        "lookup_secret": { "config": { "codes": [{ "code": "new" }] } } });
    let body = json!({ "schema_id": "", "traits": { "email": ADA }, "state": "active", "credentials": more });
    app.admin(Method::PUT, &path(&ada), body).await.expect(200);
    let after = shown(&app, &ada).await;
    assert_eq!(after["oidc"]["identifiers"], json!(["github:2", "google:Ada-1", "x:9"]));
    assert_eq!(after["oidc"]["config"]["providers"][0]["initial_access_token"], "secret-token");
    let codes = json!([{ "code": "new", "used_at": null }]);
    assert_eq!(after["lookup_secret"]["config"]["recovery_codes"], codes);
    assert_eq!(after["totp"], before["totp"]);
}

on_each!(a_linked_account_and_a_passkey_belong_to_one_identity);
async fn a_linked_account_and_a_passkey_belong_to_one_identity(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    create(&app, ADA, credentials()).await;
    let all = credentials();
    for kind in ["oidc", "saml", "passkey"] {
        let body = json!({ "traits": { "email": "bob@example.test" }, "credentials": { kind: all[kind] } });
        app.admin(Method::POST, "/admin/identities", body.clone()).await.expect(409);
        let many = json!({ "identities": [{ "create": body }] });
        let many = app.admin(Method::PATCH, "/admin/identities", many).await.expect(200).json();
        assert_eq!(many["identities"][0]["error"]["code"], 409, "{kind}");
    }
    create(&app, "bob@example.test", json!({ "totp": all["totp"], "lookup_secret": all["lookup_secret"] }))
        .await;
}

on_each!(imported_credentials_are_taken_away_one_by_one);
async fn imported_credentials_are_taken_away_one_by_one(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    let mut all = credentials();
    for kind in ["password", "passkey"] {
        all.as_object_mut().unwrap().remove(kind);
    }
    let ada = create(&app, ADA, all).await;
    let delete = async |what: &str| {
        let path = format!("{}/credentials/{what}", path(&ada));
        app.admin(Method::DELETE, &path, Value::Null).await.status
    };
    assert_eq!((delete("oidc").await, delete("oidc?identifier=google:ada-1").await), (400, 404));
    assert_eq!(delete("oidc?identifier=google:Ada-1").await, 204);
    assert_eq!(delete("saml?identifier=corp:3").await, 204);
    assert_eq!(delete("oidc?identifier=github:2").await, 400, "the only way in");
    assert_eq!((delete("totp").await, delete("totp").await), (204, 404));
    assert_eq!((delete("lookup_secret").await, delete("webauthn").await), (204, 204));
    let left = shown(&app, &ada).await;
    assert_eq!(left["oidc"]["identifiers"], json!(["github:2"]));
    for kind in ["saml", "totp", "lookup_secret", "webauthn"] {
        assert!(left.get(kind).is_none(), "{kind}");
    }
    let free = json!({ "config": { "providers": [{ "provider": "google", "subject": "Ada-1" }] } });
    create(&app, "bob@example.test", json!({ "oidc": free })).await;
}

on_each!(what_nobody_types_finds_no_account);
async fn what_nobody_types_finds_no_account(database: TestDatabase) {
    let config = "selfservice: { methods: { code: { passwordless_enabled: true } } }";
    let app = TestApp::builder(database).config(config).build().await;
    let ada = create(&app, ADA, credentials()).await;
    let names = [
        "google:Ada-1".to_owned(),
        "corp:3".to_owned(),
        "handle".to_owned(),
        ada["id"].as_str().unwrap().to_owned(),
    ];
    for name in names {
        let wanted = vec![name.clone()];
        let read = app.store.read(move |reader| reader.account_by_identifier(MethodId::Code, &wanted));
        assert!(read.await.unwrap().is_none(), "{name}");
    }
    let by_subject = vec!["google:Ada-1".to_owned()];
    let read = app.store.read(move |reader| reader.credential_by_identifier(MethodId::Oidc, &by_subject));
    assert!(matches!(read.await.unwrap(), Some((one, _)) if matches!(one.payload, Payload::Oidc { .. })));
    app.client(Kind::Native).log_in(ADA, PASSWORD).await.done();
}

on_each!(an_import_that_makes_no_sense_is_refused_by_name);
async fn an_import_that_makes_no_sense_is_refused_by_name(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    let ada = app.create(ADA, PASSWORD).await;
    for (kind, config, named) in [
        (
            "oidc",
            json!({ "providers": [{ "provider": "g" }] }),
            "credentials.oidc.config.providers.0.subject",
        ),
        ("saml", json!({ "providers": [] }), "credentials.saml.config.providers"),
        ("totp", json!({ "totp_url": "https://x.test" }), "credentials.totp.config.totp_url"),
        ("lookup_secret", json!({ "codes": [{}] }), "credentials.lookup_secret.config.codes.0.code"),
        ("webauthn", json!({ "credentials": [{ "id": "?" }] }), "credentials.webauthn.config.credentials.0"),
        ("passkey", json!({ "credentials": [key("AQ==", true)] }), "credentials.passkey.config.user_handle"),
    ] {
        let credentials = json!({ kind: { "config": config } });
        let new = json!({ "traits": { "email": "bob@example.test" }, "credentials": credentials });
        let old = json!({ "traits": { "email": ADA }, "credentials": credentials });
        for (method, path, body) in
            [(Method::POST, "/admin/identities".to_owned(), new), (Method::PUT, path(&ada), old)]
        {
            let refused = app.admin(method, &path, body).await.expect(400).json();
            let reason = refused["error"]["reason"].as_str().unwrap();
            assert!(reason.contains(named), "{reason}");
        }
    }
}
