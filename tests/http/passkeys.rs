//! Passkeys: signing up and in by them, confirming who one is, adding them and taking them away.

use std::time::Duration;

use serde_json::{Value, json};
use zelos::{
    identity::{MethodId, Payload, SecurityKey},
    store::{Audit as _, Credentials as _},
};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Authenticator, Client, Kind, Step, TestApp, options, people::PASSWORD},
    on_each,
    settings::saved,
};

pub const ADA: &str = "ada@example.test";
pub const ON: &str = "
session: { whoami: { required_aal: highest_available } }
selfservice:
  methods:
    passkey:
      enabled: true
      config: { rp: { id: example.test, display_name: Example, origins: ['https://other.example.test', 'https://app.example.test/'] } }
  flows:
    registration:
      after: { passkey: { hooks: [{ hook: session }] }, password: { hooks: [{ hook: session }] } }
";
const VERIFIED: &str = "selfservice: { methods: { passkey: { config: { authenticator_selection: { user_verification: required } } } } }";

pub async fn app(database: TestDatabase) -> TestApp {
    TestApp::builder(database).config(ON).build().await
}

pub fn registered(email: &str, answer: &str) -> Value {
    json!({ "method": "passkey", "passkey_register": answer, "traits": { "email": email } })
}

pub fn shown(answer: &str) -> Value {
    json!({ "method": "passkey", "passkey_login": answer })
}

pub fn added(answer: &str) -> Value {
    json!({ "method": "passkey", "passkey_settings_register": answer })
}

/// Signs somebody up who has nothing but a passkey.
pub async fn sign_up(client: &Client<'_>, email: &str, key: &Authenticator) {
    let flow = client.open("registration").await;
    let chosen =
        client.submit(&flow, json!({ "method": "profile", "traits": { "email": email } })).await.form();
    let answer = key.create(&options(&chosen, "passkey_create_data"));
    client.submit(&chosen, registered(email, &answer)).await.done();
}

pub async fn log_in(client: &Client<'_>, key: &Authenticator) -> Step {
    let flow = client.open("login").await;
    client.submit(&flow, shown(&key.get(&options(&flow, "passkey_challenge")))).await
}

/// The keys of an account by a method.
pub async fn stored(app: &TestApp, email: &str, method: MethodId) -> Vec<SecurityKey> {
    let id = app.identity(email).await.unwrap().id;
    let all = app.store.read(move |reader| reader.credentials_of(id)).await.unwrap();
    let found = all.into_iter().find(|credential| credential.method() == method);
    match found.map(|credential| credential.payload) {
        Some(Payload::Passkey { keys, .. } | Payload::Webauthn { keys, .. }) => keys,
        _ => Vec::new(),
    }
}

for_all!(an_account_of_a_passkey_alone);
async fn an_account_of_a_passkey_alone(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let (client, key) = (app.client(kind), Authenticator::new("phone"));
    sign_up(&client, ADA, &key).await;
    let session = client.whoami().await.expect(200).json();
    assert_eq!(session["authentication_methods"][0]["method"], "passkey");
    assert_eq!(session["authenticator_assurance_level"], "aal1");
    let id = session["identity"]["id"].as_str().unwrap().to_owned();
    let shown = app.admin_get(&format!("/admin/identities/{id}?include_credential=passkey")).await.json();
    let passkey = &shown["credentials"]["passkey"];
    assert_eq!(passkey["identifiers"][0].as_str().unwrap().len(), 64);
    let config = &passkey["config"]["credentials"][0];
    assert_eq!((&config["attestation_type"], &config["is_passwordless"]), (&json!("none"), &json!(true)));
    assert_eq!(config["transport"], json!(["internal"]));
    let other = client.another();
    log_in(&other, &key).await.done();
    assert_eq!(other.whoami().await.json()["identity"]["id"], json!(id));
    assert_eq!(stored(&app, ADA, MethodId::Passkey).await[0].authenticator.as_ref().unwrap().sign_count, 2);
}

for_all!(sec_31_answers_to_something_else_are_refused);
async fn sec_31_answers_to_something_else_are_refused(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let (client, mut key) = (app.client(kind), Authenticator::new("phone"));
    sign_up(&client, ADA, &key).await;
    let stranger = client.another();
    let flow = stranger.open("login").await;
    let asked = options(&flow, "passkey_challenge");
    let mut lies: Vec<(&str, String)> = Vec::new();
    let other = options(&stranger.open("login").await, "passkey_challenge");
    lies.push(("another flow", key.get(&other)));
    key.origin = "https://app.example.test.evil.test";
    lies.push(("another page", key.get(&asked)));
    key.origin = "https://app.example.test";
    key.rp_id = "evil.test";
    lies.push(("another relying party", key.get(&asked)));
    key.rp_id = "example.test";
    key.flags = 4;
    lies.push(("nobody was there", key.get(&asked)));
    key.flags = 5 | 8;
    lies.push(("it can be copied of a sudden", key.get(&asked)));
    key.flags = 5;
    let mut impostor = Authenticator::new("phone");
    impostor.id.clone_from(&key.id);
    impostor.handle.set(Some(key.user()));
    lies.push(("another key under the same id", impostor.get(&asked)));
    let strange = Authenticator::new("strange");
    strange.handle.set(Some(key.user()));
    lies.push(("a key that is not there", strange.get(&asked)));
    for (lie, answer) in &lies {
        let refused = stranger.submit(&flow, shown(answer)).await.form();
        assert_eq!(refused.messages(), ["4000043"], "{lie}");
        assert_eq!(options(&refused, "passkey_challenge"), asked, "the challenge stays");
    }
    strange.handle.set(Some("c3RyYW5nZXI".to_owned()));
    let unknown = stranger.submit(&flow, shown(&strange.get(&asked))).await.form();
    assert_eq!(unknown.messages(), ["4000015"]);
    let good = key.get(&asked);
    for cut in ["{", "{}", "true", &good[..good.len() - 1], &good[..good.len() / 2]] {
        assert_eq!(stranger.submit(&flow, shown(cut)).await.form().messages(), ["4000001"], "{cut}");
    }
    assert!(!stranger.is_logged_in().await);
    stranger.submit(&flow, shown(&good)).await.done();
}

for_all!(sec_31_an_answer_works_once);
async fn sec_31_an_answer_works_once(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let (client, key) = (app.client(kind), Authenticator::new("phone"));
    // Many keep no count, so nothing but the challenge is in the way.
    key.count.set(0);
    sign_up(&client, ADA, &key).await;
    let victim = client.another();
    let flow = victim.open("login").await;
    let answer = key.get(&options(&flow, "passkey_challenge"));
    let before = victim.cookies.borrow().clone();
    victim.submit(&flow, shown(&answer)).await.done();
    // Whoever has seen the request sends it once more.
    let thief = client.another();
    *thief.cookies.borrow_mut() = before;
    let refused = thief.submit(&flow, shown(&answer)).await.form();
    assert_eq!(refused.messages(), ["4000043"]);
    assert_ne!(options(&refused, "passkey_challenge"), options(&flow, "passkey_challenge"));
    assert!(!thief.is_logged_in().await);
}

on_each!(of_two_at_once_one_answer_counts);
async fn of_two_at_once_one_answer_counts(database: TestDatabase) {
    let app = app(database).await;
    let (client, key) = (app.client(Kind::Native), Authenticator::new("phone"));
    sign_up(&client, ADA, &key).await;
    let other = client.another();
    let flow = other.open("login").await;
    let answer = key.get(&options(&flow, "passkey_challenge"));
    let (one, two) = (client.another(), client.another());
    let both =
        futures_util::future::join(one.post(&flow, shown(&answer)), two.post(&flow, shown(&answer))).await;
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
}

on_each!(sec_31_a_counter_that_goes_back_is_flagged);
async fn sec_31_a_counter_that_goes_back_is_flagged(database: TestDatabase) {
    let app = app(database).await;
    let (client, key) = (app.client(Kind::Spa), Authenticator::new("phone"));
    sign_up(&client, ADA, &key).await;
    key.count.set(7);
    log_in(&client.another(), &key).await.done();
    key.count.set(7);
    log_in(&client.another(), &key).await.done();
    let known = stored(&app, ADA, MethodId::Passkey).await[0].authenticator.clone().unwrap();
    assert_eq!((known.sign_count, known.clone_warning), (7, true));
    let id = app.identity(ADA).await.unwrap().id;
    let trail = app.store.read(move |reader| reader.audit_of(id, 10)).await.unwrap();
    assert!(trail.iter().any(|event| event.kind == "credential.copied"));
}

for_all!(a_passkey_beside_a_password);
async fn a_passkey_beside_a_password(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    app.create(ADA, PASSWORD).await;
    let (client, key) = (app.client(kind), Authenticator::new("phone"));
    client.log_in(ADA, PASSWORD).await.done();
    let flow = client.open("settings").await;
    let asked = options(&flow, "passkey_create_data");
    assert_eq!(asked["user"]["name"], ADA);
    let wrong = Authenticator::new("wrong");
    let elsewhere = options(&client.open("settings").await, "passkey_create_data");
    let refused = client.submit(&flow, added(&wrong.create(&elsewhere))).await.form();
    assert_eq!(refused.messages(), ["4000043"]);
    let refused = client.submit(&refused, added("no answer")).await.form();
    // What settings have said stays until something is saved.
    assert_eq!(refused.messages(), ["4000043", "4000001"]);
    let done = saved(client.submit(&refused, added(&key.create(&asked))).await);
    let excluded = options(&done, "passkey_create_data");
    assert_eq!(excluded["excludeCredentials"][0]["transports"], json!(["internal"]));
    // The same key under another challenge is there already; scripts submit to the flow that they have.
    let again = client.submit(&done, added(&key.create(&excluded))).await.form();
    assert_eq!(again.messages(), ["4000001@passkey_settings_register"]);
    let second = Authenticator::new("laptop");
    let done =
        saved(client.submit(&again, added(&second.create(&options(&again, "passkey_create_data")))).await);
    assert_eq!(stored(&app, ADA, MethodId::Passkey).await.len(), 2);
    key.handle.set(Some(asked["user"]["id"].as_str().unwrap().to_owned()));
    for held in [&key, &second] {
        log_in(&client.another(), held).await.done();
    }
    for held in [&key, &second] {
        let flow = client.open("settings").await;
        let remove = json!({ "method": "passkey", "passkey_remove": held.hex() });
        saved(client.submit(&flow, remove.clone()).await);
        assert_eq!(log_in(&client.another(), held).await.form().messages().len(), 1);
        let flow = client.open("settings").await;
        assert_eq!(client.submit(&flow, remove).await.form().messages(), ["4000001"]);
    }
    assert_eq!(done.value("passkey_remove").unwrap(), &json!(key.hex()));
    assert!(stored(&app, ADA, MethodId::Passkey).await.is_empty());
}

for_all!(the_last_way_in_stays);
async fn the_last_way_in_stays(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let (client, key) = (app.client(kind), Authenticator::new("phone"));
    sign_up(&client, ADA, &key).await;
    let flow = client.open("settings").await;
    let remove = json!({ "passkey_remove": key.hex() });
    let refused = client.submit(&flow, remove).await.form();
    assert_eq!(refused.messages(), ["4000001@passkey_remove"]);
    let nodes = refused.json["ui"]["nodes"].as_array().unwrap();
    let button = nodes.iter().find(|node| node["attributes"]["name"] == "passkey_remove").unwrap();
    assert_eq!(button["attributes"]["disabled"], true);
    assert_eq!(stored(&app, ADA, MethodId::Passkey).await.len(), 1);
}

for_all!(who_one_is_can_be_confirmed_by_a_passkey);
async fn who_one_is_can_be_confirmed_by_a_passkey(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let (client, key) = (app.client(kind), Authenticator::new("phone"));
    sign_up(&client, ADA, &key).await;
    app.advance(Duration::from_secs(4000));
    let flow = client.open("settings").await;
    let laptop = Authenticator::new("laptop");
    let created = added(&laptop.create(&options(&flow, "passkey_create_data")));
    let stale = client.submit(&flow, created).await;
    assert!(
        !matches!(&stale, Step::Form(flow) if flow.json["state"] == "success"),
        "a stale session changes nothing"
    );
    assert_eq!(stored(&app, ADA, MethodId::Passkey).await.len(), 1);
    let flow = client.open_with("login", "?refresh=true").await;
    let asked = options(&flow, "passkey_challenge");
    assert_eq!(asked["allowCredentials"].as_array().unwrap().len(), 1);
    assert_eq!(flow.value("identifier").unwrap(), ADA);
    // An authenticator that was told which key to show need not say whose it is.
    key.handle.set(None);
    client.submit(&flow, shown(&key.get(&asked))).await.done();
    let session = client.whoami().await.expect(200).json();
    assert_eq!(session["authentication_methods"].as_array().unwrap().len(), 2);
    let flow = client.open("settings").await;
    saved(client.submit(&flow, added(&laptop.create(&options(&flow, "passkey_create_data")))).await);
}

for_all!(what_the_operator_wants_of_authenticators_is_asked_and_checked);
async fn what_the_operator_wants_of_authenticators_is_asked_and_checked(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ON).config(VERIFIED).build().await;
    let (client, mut key) = (app.client(kind), Authenticator::new("phone"));
    let flow = client.open("registration").await;
    let chosen =
        client.submit(&flow, json!({ "method": "profile", "traits": { "email": ADA } })).await.form();
    let asked = options(&chosen, "passkey_create_data");
    assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
    key.flags = 1;
    let refused = client.submit(&chosen, registered(ADA, &key.create(&asked))).await.form();
    assert_eq!(refused.messages(), ["4000043"]);
    key.flags = 5;
    client.submit(&refused, registered(ADA, &key.create(&asked))).await.done();
}

for_all!(sec_31_a_registration_needs_its_own_challenge);
async fn sec_31_a_registration_needs_its_own_challenge(database: TestDatabase, kind: Kind) {
    let app = app(database).await;
    let (client, key) = (app.client(kind), Authenticator::new("phone"));
    let fields = json!({ "method": "profile", "traits": { "email": ADA } });
    let first = client.submit(&client.open("registration").await, fields.clone()).await.form();
    let second = client.submit(&client.open("registration").await, fields).await.form();
    let answer = key.create(&options(&first, "passkey_create_data"));
    let refused = client.submit(&second, registered(ADA, &answer)).await.form();
    assert_eq!(refused.messages(), ["4000043"]);
    let unparsable = client.submit(&second, registered(ADA, "{\"id\":")).await.form();
    assert_eq!(unparsable.messages(), ["4000001"]);
    // `true` is what some scripts send before there is an answer; that is nothing (01 §5.3).
    let nothing = client.submit(&second, registered(ADA, "true")).await.form();
    assert_eq!(nothing.messages(), ["4010003"]);
    let before = client.cookies.borrow().clone();
    client.submit(&first, registered(ADA, &answer)).await.done();
    // The same answer makes no other account.
    let other = client.another();
    *other.cookies.borrow_mut() = before;
    let again = other.submit(&first, registered("eve@example.test", &answer)).await.form();
    assert_eq!(again.messages(), ["4000043"]);
}
