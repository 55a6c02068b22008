use serde_json::json;

use super::*;

const TOTP: &str =
    "otpauth://totp/kit:ada?algorithm=SHA1&digits=6&issuer=kit&period=30&secret=GEZDGNBVGY3TQOJQ";

fn key() -> Value {
    json!({ "id": "AQ==", "public_key": "Ag==" })
}

fn reason(result: Result<CredentialImport, ErrorBody>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.status, 400);
    error.reason.unwrap().into_owned()
}

#[test]
fn linked_accounts_have_a_provider_a_subject_and_more() {
    let organization = "11111111-1111-4111-8111-111111111111";
    let whole = json!({
        "provider": "g", "subject": "1", "use_auto_link": true, "organization": organization,
        "initial_id_token": "t", "initial_access_token": "", "initial_refresh_token": null,
    });
    let plain = json!({ "provider": "g", "subject": "2", "organization": null });
    let Ok(CredentialImport::Oidc(accounts)) = oidc(json!({ "config": { "providers": [whole, plain] } }))
    else {
        panic!("refused")
    };
    assert_eq!((accounts[0].name().as_str(), accounts[0].use_auto_link), ("g:1", true));
    assert_eq!(accounts[0].organization.unwrap().to_string(), organization);
    let tokens = &accounts[0].tokens;
    assert_eq!(tokens.id.as_ref().unwrap().expose(), "t");
    assert!(tokens.access.is_none() && tokens.refresh.is_none());
    assert!(!accounts[1].use_auto_link && accounts[1].organization.is_none());
    assert!(matches!(saml(json!({ "config": { "providers": [plain] } })), Ok(CredentialImport::Saml(_))));
}

#[test]
fn second_factors_and_keys_are_read() {
    assert!(matches!(totp(json!({ "config": { "totp_url": TOTP } })), Ok(CredentialImport::Totp(_))));
    let codes = json!([{ "code": "a" }, { "code": "b", "used_at": "2026-01-02T03:04:05Z" }]);
    let Ok(CredentialImport::Lookup(codes)) = lookup(json!({ "config": { "codes": codes } })) else {
        panic!("refused")
    };
    assert_eq!(codes.iter().map(|code| code.used_at.is_some()).collect::<Vec<_>>(), [false, true]);
    let config = json!({ "config": { "credentials": [key()], "user_handle": "YWRh" } });
    assert!(matches!(
        passkey(config.clone()),
        Ok(CredentialImport::Passkey { user_handle, .. }) if user_handle.name() == "ada"
    ));
    assert!(matches!(webauthn(config), Ok(CredentialImport::Webauthn { user_handle: Some(_), .. })));
    let without = json!({ "config": { "credentials": [key()], "user_handle": null } });
    assert!(matches!(webauthn(without), Ok(CredentialImport::Webauthn { user_handle: None, .. })));
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    type Read = fn(Value) -> Result<CredentialImport, ErrorBody>;
    let account = json!({ "provider": "g", "subject": "1" });
    let bad: [(Read, Value, &str); 22] = [
        (oidc, json!({}), "credentials.oidc.config is"),
        (oidc, json!({ "config": {} }), "credentials.oidc.config.providers needs"),
        (oidc, json!({ "config": { "providers": [] } }), "credentials.oidc.config.providers needs"),
        (oidc, json!({ "config": { "providers": [{}] } }), "config.providers.0.provider is"),
        (
            oidc,
            json!({ "config": { "providers": [account, { "provider": "g" }] } }),
            "providers.1.subject is",
        ),
        (oidc, json!({ "config": { "providers": [account, account] } }), "providers.1 stands"),
        (
            oidc,
            json!({ "config": { "providers": [{ "provider": "g:1", "subject": "2" }] } }),
            "0.provider must",
        ),
        (oidc, json!({ "config": { "providers": [{ "shoe": 1 }] } }), "`shoe`"),
        (oidc, json!({ "shoe": 1 }), "credentials.oidc does"),
        (
            saml,
            json!({ "config": { "providers": [{ "use_auto_link": false }] } }),
            "saml.config.providers.0 takes",
        ),
        (totp, json!({ "config": {} }), "credentials.totp.config.totp_url is"),
        (totp, json!({ "config": { "totp_url": "https://x.test?secret=AA" } }), "totp.config.totp_url has"),
        (totp, json!({ "config": { "totp_url": "otpauth://totp/x" } }), "totp.config.totp_url has"),
        (totp, json!({ "config": { "totp_url": "otpauth://hotp/x?secret=AA" } }), "totp.config.totp_url has"),
        (
            totp,
            json!({ "config": { "totp_url": "otpauth://totp/x?secret=0189" } }),
            "totp.config.totp_url has",
        ),
        (lookup, json!({ "config": { "recovery_codes": [] } }), "`recovery_codes`"),
        (lookup, json!({ "config": { "codes": [{ "code": "" }] } }), "lookup_secret.config.codes.0.code is"),
        (lookup, json!({ "config": { "codes": [{ "code": "a" }, { "code": "a" }] } }), "codes.1 stands"),
        (webauthn, json!({ "config": { "credentials": [{ "id": "AQ==" }] } }), "`public_key`"),
        (webauthn, json!({ "config": { "credentials": [{ "id": "", "public_key": "Ag==" }] } }), "0.id is"),
        (passkey, json!({ "config": { "credentials": [key()] } }), "passkey.config.user_handle is"),
        (passkey, json!({ "config": { "credentials": [key()], "user_handle": "?" } }), "user_handle does"),
    ];
    for (read, body, expected) in bad {
        let said = reason(read(body.clone()));
        assert!(said.contains(expected), "{body}: {said}");
    }
}

#[test]
fn a_refusal_does_not_repeat_secrets() {
    for said in [
        reason(totp(json!({ "config": { "totp_url": "hunter2" } }))),
        reason(totp(json!({ "config": "hunter2" }))),
        reason(lookup(json!({ "config": { "codes": ["hunter2"] } }))),
        reason(lookup(json!({ "config": { "codes": [{ "code": "x", "used_at": "hunter2" }] } }))),
        reason(lookup(json!({ "config": { "codes": [{ "code": "hunter2" }, { "code": "hunter2" }] } }))),
    ] {
        assert!(!said.contains("hunter2"), "{said}");
    }
}
