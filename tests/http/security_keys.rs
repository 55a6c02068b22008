//! Security keys: on top of a password, or instead of one. They work in browsers alone.

use std::time::Duration;

use serde_json::{Value, json};
use zelos::identity::MethodId;

use crate::{
    database::TestDatabase,
    harness::{
        Authenticator, Client, Flow, Kind, Step, TestApp, options,
        people::{PASSWORD, credentials},
    },
    on_each,
    passkeys::{ADA, stored},
    settings::saved,
};

const ON: &str = "
session: { whoami: { required_aal: highest_available } }
selfservice:
  methods:
    webauthn:
      enabled: true
      config: { rp: { id: example.test, display_name: Example, origin: 'https://app.example.test' } }
  flows:
    registration: { after: { webauthn: { hooks: [{ hook: session }] } } }
";
const ALONE: &str = "selfservice: { methods: { webauthn: { config: { passwordless: true } } } }";
const HIDDEN: &str = "security: { account_enumeration: { mitigate: true } }";
const FIRST: &str = "selfservice: { flows: { login: { style: identifier_first } } }";
const EVE: &str = "eve@example.test";

/// Both kinds of clients that have authenticators, on one database.
macro_rules! in_browsers {
    ($name:ident) => {
        mod $name {
            use crate::{database::TestDatabase, harness::Kind};

            #[actix_web::test]
            async fn sqlite_browser() {
                super::$name(TestDatabase::sqlite(), Kind::Browser).await;
            }

            #[actix_web::test]
            async fn sqlite_spa() {
                super::$name(TestDatabase::sqlite(), Kind::Spa).await;
            }

            #[actix_web::test]
            async fn postgres_browser() {
                super::$name(TestDatabase::postgres(), Kind::Browser).await;
            }

            #[actix_web::test]
            async fn postgres_spa() {
                super::$name(TestDatabase::postgres(), Kind::Spa).await;
            }
        }
    };
}

async fn app(database: TestDatabase, configs: &[&str]) -> TestApp {
    let builder =
        configs.iter().fold(TestApp::builder(database).config(ON), |builder, yaml| builder.config(yaml));
    builder.build().await
}

fn added(answer: &str, name: &str) -> Value {
    json!({ "webauthn_register": answer, "webauthn_register_displayname": name })
}

fn shown(answer: &str) -> Value {
    json!({ "identifier": ADA, "webauthn_login": answer })
}

fn asked(email: &str) -> Value {
    json!({ "method": "webauthn", "identifier": email })
}

fn registered(email: &str, answer: &str) -> Value {
    json!({ "webauthn_register": answer, "webauthn_register_displayname": "blue", "traits": { "email": email } })
}

/// Logs in by password and adds a key.
async fn with_key<'a>(app: &'a TestApp, kind: Kind, key: &Authenticator) -> Client<'a> {
    app.create(ADA, PASSWORD).await;
    let client = app.client(kind);
    client.log_in(ADA, PASSWORD).await.done();
    let flow = client.open("settings").await;
    saved(
        client
            .submit(&flow, added(&key.create(&options(&flow, "webauthn_register_trigger")), "my key"))
            .await,
    );
    client
}

/// Signs somebody up who has nothing but a security key.
async fn sign_up(client: &Client<'_>, email: &str, key: &Authenticator) {
    let flow = client.open("registration").await;
    let chosen =
        client.submit(&flow, json!({ "method": "profile", "traits": { "email": email } })).await.form();
    let answer = key.create(&options(&chosen, "webauthn_register_trigger"));
    client.submit(&chosen, registered(email, &answer)).await.done();
}

/// Says who is there, and gives the form that asks for the key.
async fn ask(client: &Client<'_>, email: &str) -> Result<Flow, Vec<String>> {
    let flow = client.open("login").await;
    let answer = client.post(&flow, asked(email)).await;
    if answer.status == 422 {
        assert_eq!(answer.error_id(), "browser_location_change_required");
        assert_eq!(
            answer.json()["redirect_browser_to"],
            json!(format!("https://app.example.test/login?flow={}", flow.id()))
        );
    }
    let next = client.fetch("login", flow.id()).await;
    match next.messages() {
        said if said == ["1010012"] => Ok(next),
        said => Err(said),
    }
}

in_browsers!(a_key_on_top_of_a_password);
async fn a_key_on_top_of_a_password(database: TestDatabase, kind: Kind) {
    let app = app(database, &[]).await;
    let mut key = Authenticator::new("key");
    // Security keys need not know their owner.
    key.flags = 1;
    let client = with_key(&app, kind, &key).await;
    let session = client.whoami().await.expect(200).json();
    assert_eq!(session["authenticator_assurance_level"], "aal2");
    assert!(!stored(&app, ADA, MethodId::Webauthn).await[0].is_passwordless);
    let other = client.another();
    let flow = other.open("login").await;
    let half = other.post(&flow, credentials(ADA, PASSWORD)).await;
    assert_eq!(half.status, if kind == Kind::Spa { 422 } else { 303 });
    assert_eq!(other.whoami().await.status, 403);
    let flow = other.open_with("login", "?aal=aal2").await;
    assert_eq!(flow.value("identifier").unwrap(), ADA);
    let question = options(&flow, "webauthn_login_trigger");
    assert_eq!(question["allowCredentials"].as_array().unwrap().len(), 1);
    let nobody = Authenticator::new("nobody");
    nobody.handle.set(Some(key.user()));
    let refused = other.submit(&flow, shown(&nobody.get(&question))).await.form();
    assert_eq!(refused.messages(), ["4000043"]);
    let unparsable = other.submit(&refused, json!({ "method": "webauthn", "identifier": ADA })).await.form();
    assert_eq!(unparsable.messages(), ["4000001"]);
    let unnamed = other.submit(&flow, json!({ "webauthn_login": key.get(&question) })).await.form();
    assert_eq!(unnamed.messages(), ["4000002@identifier"]);
    other.submit(&unnamed, shown(&key.get(&question))).await.done();
    assert_eq!(other.whoami().await.expect(200).json()["authenticator_assurance_level"], "aal2");
    let flow = other.open("settings").await;
    saved(other.submit(&flow, json!({ "webauthn_remove": key.hex() })).await);
    assert!(stored(&app, ADA, MethodId::Webauthn).await.is_empty());
    client.another().log_in(ADA, PASSWORD).await.done();
}

on_each!(a_second_key_opens_nothing_by_itself);
async fn a_second_key_opens_nothing_by_itself(database: TestDatabase) {
    let app = app(database, &[]).await;
    let (key, eves) = (Authenticator::new("key"), Authenticator::new("eve"));
    let client = with_key(&app, Kind::Spa, &key).await;
    let stranger = client.another();
    let flow = stranger.open("login").await;
    assert!(flow.value("webauthn_login").is_none());
    // Not offered, so nobody takes it; and raising what is not there is no use either.
    let fields = shown(&key.get(&json!({ "challenge": "AAAA" })));
    assert_eq!(stranger.submit(&flow, fields).await.form().messages(), ["4010002"]);
    assert_eq!(stranger.init("login", "?aal=aal2").await.status, 401);
    app.create(EVE, PASSWORD).await;
    let eve = client.another();
    eve.log_in(EVE, PASSWORD).await.done();
    let flow = eve.open("settings").await;
    saved(eve.submit(&flow, added(&eves.create(&options(&flow, "webauthn_register_trigger")), "")).await);
    let ada = client.another();
    let _half = ada.post(&ada.open("login").await, credentials(ADA, PASSWORD)).await;
    let flow = ada.open_with("login", "?aal=aal2").await;
    let question = options(&flow, "webauthn_login_trigger");
    let refused = ada.submit(&flow, shown(&eves.get(&question))).await.form();
    assert_eq!(refused.messages(), ["4000043"], "somebody else's key");
    assert_eq!(ada.whoami().await.status, 403);
}

in_browsers!(a_key_instead_of_a_password);
async fn a_key_instead_of_a_password(database: TestDatabase, kind: Kind) {
    let app = app(database, &[ALONE]).await;
    let (client, key) = (app.client(kind), Authenticator::new("key"));
    sign_up(&client, ADA, &key).await;
    let identity = client.whoami().await.expect(200).json()["identity"]["id"].clone();
    let held = &stored(&app, ADA, MethodId::Webauthn).await[0];
    assert_eq!((held.display_name.as_str(), held.is_passwordless), ("blue", true));
    let other = client.another();
    let flow = ask(&other, ADA).await.unwrap();
    let question = options(&flow, "webauthn_login_trigger");
    assert_eq!(flow.value("identifier").unwrap(), ADA);
    let mut liar = Authenticator::new("key");
    liar.id.clone_from(&key.id);
    let refused = other.submit(&flow, shown(&liar.get(&question))).await.form();
    assert_eq!(refused.messages(), ["4000043"]);
    other.submit(&refused, shown(&key.get(&question))).await.done();
    let session = other.whoami().await.expect(200).json();
    assert_eq!(
        (&session["identity"]["id"], &session["authenticator_assurance_level"]),
        (&identity, &json!("aal1"))
    );
    assert_eq!(ask(&client.another(), EVE).await.unwrap_err(), ["4000015"]);
    let fresh = client.another();
    let flow = fresh.open("login").await;
    assert_eq!(
        fresh.submit(&flow, json!({ "method": "webauthn" })).await.form().messages(),
        ["4000002@identifier"]
    );
    // The only way in stays.
    let flow = client.open("settings").await;
    let refused = client.submit(&flow, json!({ "webauthn_remove": key.hex() })).await.form();
    assert_eq!(refused.messages(), ["4000001@webauthn_remove"]);
}

in_browsers!(sec_31_a_key_answers_once);
async fn sec_31_a_key_answers_once(database: TestDatabase, kind: Kind) {
    let app = app(database, &[ALONE]).await;
    let (client, key) = (app.client(kind), Authenticator::new("key"));
    key.count.set(0);
    sign_up(&client, ADA, &key).await;
    let other = client.another();
    let flow = ask(&other, ADA).await.unwrap();
    let before = other.cookies.borrow().clone();
    let answer = key.get(&options(&flow, "webauthn_login_trigger"));
    other.submit(&flow, shown(&answer)).await.done();
    // The same request once more, from where nobody is signed in.
    let thief = client.another();
    *thief.cookies.borrow_mut() = before;
    let refused = thief.submit(&flow, shown(&answer)).await.form();
    assert_eq!(refused.messages(), ["4000043"]);
    assert!(!thief.is_logged_in().await);
    assert_ne!(
        options(&refused, "webauthn_login_trigger")["challenge"],
        options(&flow, "webauthn_login_trigger")["challenge"]
    );
}

in_browsers!(sec_17_made_up_keys_hide_accounts);
async fn sec_17_made_up_keys_hide_accounts(database: TestDatabase, kind: Kind) {
    let app = app(database, &[ALONE, HIDDEN]).await;
    let (client, key) = (app.client(kind), Authenticator::new("key"));
    sign_up(&client, ADA, &key).await;
    app.create("grace@example.test", PASSWORD).await;
    let allowed = |flow: &Flow| options(flow, "webauthn_login_trigger")["allowCredentials"].clone();
    let mut seen = Vec::new();
    for email in [ADA, EVE, "grace@example.test"] {
        let (first, again) =
            (ask(&client.another(), email).await.unwrap(), ask(&client.another(), email).await.unwrap());
        assert_eq!(allowed(&first)[0]["id"], allowed(&again)[0]["id"], "{email}: always the same");
        assert_eq!(allowed(&first)[0]["id"].as_str().unwrap().len(), 43);
        seen.push(allowed(&first)[0]["id"].clone());
        let other = client.another();
        let flow = ask(&other, email).await.unwrap();
        let mut liar = Authenticator::new("liar");
        liar.id.clone_from(&key.id);
        let answer = liar.get(&options(&flow, "webauthn_login_trigger"));
        let fields = json!({ "identifier": email, "webauthn_login": answer });
        assert_eq!(other.submit(&flow, fields).await.form().messages(), ["4000043"], "{email}");
    }
    seen.sort_by_key(Value::to_string);
    seen.dedup();
    assert_eq!(seen.len(), 3);
}

in_browsers!(a_key_after_the_identifier);
async fn a_key_after_the_identifier(database: TestDatabase, kind: Kind) {
    let app = app(database, &[ALONE, FIRST]).await;
    let (client, key) = (app.client(kind), Authenticator::new("key"));
    sign_up(&client, ADA, &key).await;
    let other = client.another();
    let flow = other.open("login").await;
    let hers = other.submit(&flow, json!({ "method": "identifier_first", "identifier": ADA })).await.form();
    let nodes = hers.json["ui"]["nodes"].as_array().unwrap();
    assert!(nodes.iter().any(|node| node["attributes"]["value"] == "webauthn"));
    let _asked = other.post(&hers, asked(ADA)).await;
    let flow = other.fetch("login", hers.id()).await;
    assert_eq!(flow.messages(), ["1010012"]);
    other.submit(&flow, shown(&key.get(&options(&flow, "webauthn_login_trigger")))).await.done();
}

in_browsers!(who_one_is_can_be_confirmed_by_a_key);
async fn who_one_is_can_be_confirmed_by_a_key(database: TestDatabase, kind: Kind) {
    let app = app(database, &[]).await;
    let key = Authenticator::new("key");
    let client = with_key(&app, kind, &key).await;
    app.advance(Duration::from_secs(4000));
    let flow = client.open_with("login", "?refresh=true").await;
    client.submit(&flow, shown(&key.get(&options(&flow, "webauthn_login_trigger")))).await.done();
    let flow = client.open("settings").await;
    let second = Authenticator::new("second");
    let fields = added(&second.create(&options(&flow, "webauthn_register_trigger")), "");
    let done = saved(client.submit(&flow, fields).await);
    assert!(done.json["ui"]["nodes"].to_string().contains("unnamed"));
}

on_each!(apps_have_no_security_keys);
async fn apps_have_no_security_keys(database: TestDatabase) {
    let app = app(database, &[ALONE]).await;
    app.create(ADA, PASSWORD).await;
    let client = app.client(Kind::Native);
    let flow = client.open("login").await;
    assert!(!flow.json["ui"]["nodes"].to_string().contains("webauthn"));
    assert_eq!(client.submit(&flow, asked(ADA)).await.form().messages(), ["4010002"]);
    let flow = client.open("registration").await;
    assert_eq!(client.submit(&flow, registered(EVE, "{}")).await.form().messages(), ["4010003"]);
    client.log_in(ADA, PASSWORD).await.done();
    let flow = client.open("settings").await;
    assert!(!flow.json["ui"]["nodes"].to_string().contains("webauthn_register"));
    assert_eq!(client.submit(&flow, added("{}", "x")).await.form().messages(), ["4010004"]);
}

on_each!(hostile_answers_to_the_settings);
async fn hostile_answers_to_the_settings(database: TestDatabase) {
    let app = app(database, &[]).await;
    let key = Authenticator::new("key");
    let client = with_key(&app, Kind::Spa, &key).await;
    let other = client.open("settings").await;
    let flow = client.open("settings").await;
    let question = options(&flow, "webauthn_register_trigger");
    assert_eq!(question["excludeCredentials"].as_array().unwrap().len(), 1);
    let fresh = || Authenticator::new("second");
    let (mut page, mut party, mut absent) = (fresh(), fresh(), fresh());
    page.origin = "https://evil.test";
    party.rp_id = "app.example.test";
    absent.flags = 0;
    let long = "x".repeat(256);
    for (answer, name, said) in [
        (fresh().create(&options(&other, "webauthn_register_trigger")), "", "4000043"),
        (page.create(&question), "", "4000043"),
        (party.create(&question), "", "4000043"),
        (absent.create(&question), "", "4000043"),
        (key.get(&question), "", "4000043"),
        ("[]".to_owned(), "", "4000001"),
        (key.create(&question), "", "4000001@webauthn_register"),
        (fresh().create(&question), long.as_str(), "4000017@webauthn_register_displayname"),
    ] {
        let refused = client.submit(&flow, added(&answer, name)).await.form();
        assert_eq!(refused.messages().last().unwrap(), said);
    }
    let gone = client.submit(&flow, json!({ "webauthn_remove": "ff" })).await.form();
    assert!(gone.messages().contains(&"4000001".to_owned()));
    assert_eq!(stored(&app, ADA, MethodId::Webauthn).await.len(), 1);
    // Somebody else's form is not theirs.
    app.create(EVE, PASSWORD).await;
    let eve = client.another();
    eve.log_in(EVE, PASSWORD).await.done();
    let answer = fresh().create(&question);
    assert!(matches!(eve.submit(&flow, added(&answer, "")).await, Step::Error(403, _)));
}

on_each!(the_script_is_what_forms_say_it_is);
async fn the_script_is_what_forms_say_it_is(database: TestDatabase) {
    use aws_lc_rs::digest::{SHA512, digest};
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    let app = app(database, &[]).await;
    let client = with_key(&app, Kind::Spa, &Authenticator::new("key")).await;
    let flow = client.open("settings").await;
    let nodes = flow.json["ui"]["nodes"].as_array().unwrap();
    let script = &nodes.iter().find(|node| node["type"] == "script").unwrap()["attributes"];
    assert_eq!(script["src"], "https://id.example.test/.well-known/ory/webauthn.js");
    let answer = client.another().get("/.well-known/ory/webauthn.js").await.expect(200);
    assert_eq!(answer.header("content-type"), Some("text/javascript; charset=UTF-8"));
    let integrity = format!("sha512-{}", STANDARD.encode(digest(&SHA512, &answer.body)));
    assert_eq!(script["integrity"], json!(integrity));
    for trigger in [
        "oryWebAuthnRegistration",
        "oryWebAuthnLogin",
        "oryPasskeyLogin",
        "oryPasskeyLoginAutocompleteInit",
        "oryPasskeyRegistration",
        "oryPasskeySettingsRegistration",
    ] {
        assert!(answer.text().contains(&format!("window.{trigger} =")), "{trigger}");
    }
}
