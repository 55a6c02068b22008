//! Codes and links that administrators hand over (02 §3.10).

use std::time::Duration;

use actix_web::http::Method;
use serde_json::{Value, json};
use zelos::store::Audit as _;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Answer, Client, Flow, Kind, Step, TestApp, flow_of, people::PASSWORD},
    on_each,
};

const ADA: &str = "ada@example.test";
const ON: &str = "selfservice: { flows: { recovery: { enabled: true } } }";
const REVOKING: &str =
    "selfservice: { flows: { recovery: { after: { hooks: [{ hook: revoke_active_sessions }] } } } }";

/// An application with somebody in it, whose id is given too.
async fn app_with_ada(database: TestDatabase, config: &str) -> (TestApp, String) {
    let app = TestApp::builder(database).config(config).build().await;
    let ada = app.create(ADA, PASSWORD).await["id"].as_str().unwrap().to_owned();
    (app, ada)
}

async fn hand_out(app: &TestApp, what: &str, body: Value) -> Answer {
    app.admin(Method::POST, &format!("/admin/recovery/{what}"), body).await
}

/// A code for this kind of client, and its flow as far as the answer tells it.
async fn code(app: &TestApp, ada: &str, kind: Kind) -> (Flow, String) {
    let client = if kind == Kind::Native { "api" } else { "browser" };
    let made =
        hand_out(app, "code", json!({ "identity_id": ada, "flow_type": client })).await.expect(201).json();
    let link = made["recovery_link"].as_str().unwrap();
    assert!(link.starts_with("https://app.example.test/recovery?flow="), "{link}");
    let flow = Flow { name: "recovery", json: json!({ "id": flow_of(link).unwrap() }) };
    (flow, made["recovery_code"].as_str().unwrap().to_owned())
}

async fn type_code(client: &Client<'_>, flow: &Flow, code: &str) -> Step {
    client.step(flow, json!({ "method": "code", "code": code })).await
}

#[track_caller]
fn is_back(step: Step) {
    match step {
        Step::Sent(url) => assert!(url.starts_with("https://app.example.test/settings"), "{url}"),
        step => assert_eq!(step.error(), (422, "browser_location_change_required".to_owned())),
    }
}

for_all!(a_code_works_without_anything_else_and_proves_no_address);
async fn a_code_works_without_anything_else_and_proves_no_address(database: TestDatabase, kind: Kind) {
    // Recovery is off for people.
    let (app, ada) = app_with_ada(database, "").await;
    let (flow, code) = code(&app, &ada, kind).await;
    let client = app.client(kind);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let answer = client.post(&flow, json!({ "method": "code", "code": wrong })).await;
    assert_eq!(answer.status, if kind == Kind::Browser { 303 } else { 200 });
    is_back(type_code(&client, &flow, &code).await);
    assert_eq!(client.is_logged_in().await, kind != Kind::Native);
    assert!(!app.is_verified(ADA).await);
    assert!(app.mailbox().await.is_empty(), "no message is sent");
}

for_all!(the_form_of_a_handed_code_is_open_to_whoever_has_its_address);
async fn the_form_of_a_handed_code_is_open_to_whoever_has_its_address(database: TestDatabase, kind: Kind) {
    let (app, ada) = app_with_ada(database, ON).await;
    let (flow, code) = code(&app, &ada, kind).await;
    let client = app.client(kind);
    let form = client.fetch("recovery", flow.id()).await;
    let names: Vec<&str> = form.json["ui"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["attributes"]["name"].as_str().unwrap())
        .collect();
    assert_eq!((names, &form.json["state"]), (vec!["code", "method"], &json!("sent_email")));
    // SECURITY: as it has no anti-CSRF token, the code is all that it takes.
    client.post(&form, json!({ "method": "code", "email": ADA })).await;
    assert!(app.mailbox().await.is_empty());
    is_back(type_code(&client, &form, &code).await);
    let again = type_code(&client, &form, &code).await.replaced();
    assert_eq!(again.messages(), ["4060001"]);
}

for_all!(sec_30_a_handed_code_cannot_be_guessed);
async fn sec_30_a_handed_code_cannot_be_guessed(database: TestDatabase, kind: Kind) {
    let (app, ada) = app_with_ada(database, ON).await;
    let (flow, code) = code(&app, &ada, kind).await;
    let client = app.client(kind);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for n in 0..5 {
        assert_eq!(type_code(&client, &flow, wrong).await.form().messages(), ["4060006"], "{n}");
    }
    assert_eq!(type_code(&client, &flow, &code).await.replaced().messages(), ["4000001"]);
    assert!(!client.is_logged_in().await);
}

for_all!(sec_25_what_is_handed_out_stops_working);
async fn sec_25_what_is_handed_out_stops_working(database: TestDatabase, kind: Kind) {
    let (app, ada) = app_with_ada(database, ON).await;
    let body = json!({ "identity_id": ada, "expires_in": "1m30s" });
    let link = hand_out(&app, "link", body).await.expect(200).json();
    assert_eq!(link["expires_at"], json!(app.now().plus(Duration::from_secs(90))));
    let (flow, code) = code(&app, &ada, kind).await;
    app.advance(Duration::from_secs(91));
    let client = app.client(kind);
    let browser = app.client(Kind::Browser);
    let path = link["recovery_link"].as_str().unwrap().strip_prefix("https://id.example.test").unwrap();
    let location = browser.get(path).await.expect(303).location();
    let next = browser.fetch("recovery", &flow_of(&location).unwrap()).await;
    assert_eq!(next.messages(), ["4060005"]);
    app.advance(Duration::from_secs(3600));
    let answer = client.post(&flow, json!({ "method": "code", "code": code })).await.expect(303);
    assert!(!answer.location().contains("settings"));
    assert!(!client.is_logged_in().await && !browser.is_logged_in().await);
}

on_each!(a_link_lets_in_once_and_proves_no_address);
async fn a_link_lets_in_once_and_proves_no_address(database: TestDatabase) {
    let (app, ada) = app_with_ada(database, REVOKING).await;
    let thief = app.client(Kind::Spa);
    thief.log_in(ADA, PASSWORD).await.done();
    let answer = hand_out(&app, "link", json!({ "identity_id": ada })).await.expect(200);
    // Scripts take the link out of the text as it stands.
    assert!(answer.text().contains("&token=") && answer.text().ends_with('\n'), "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    let link = answer.json()["recovery_link"].as_str().unwrap().to_owned();
    let path = link.strip_prefix("https://id.example.test").unwrap();
    let browser = app.client(Kind::Browser);
    let location = browser.get(path).await.expect(303).location();
    assert!(location.starts_with("https://app.example.test/settings"), "{location}");
    assert!(browser.is_logged_in().await && !thief.is_logged_in().await && !app.is_verified(ADA).await);
    let second = app.client(Kind::Browser);
    let location = second.get(path).await.expect(303).location();
    assert!(location.starts_with("https://app.example.test/recovery?flow="), "{location}");
    assert!(!second.is_logged_in().await && app.mailbox().await.is_empty());
}

on_each!(what_makes_no_sense_is_refused);
async fn what_makes_no_sense_is_refused(database: TestDatabase) {
    let (app, ada) = app_with_ada(database, "").await;
    let nobody = "11111111-1111-4111-8111-111111111111";
    for (what, body, status) in [
        ("code", json!({ "identity_id": nobody }), 404),
        ("link", json!({ "identity_id": nobody }), 400),
        ("code", json!({}), 404),
        ("link", json!({}), 400),
        ("code", json!({ "identity_id": "ada" }), 400),
        ("code", json!({ "identity_id": ada, "expires_in": "-1h" }), 400),
        ("link", json!({ "identity_id": ada, "expires_in": "0s" }), 400),
        ("code", json!({ "identity_id": ada, "expires_in": "soon" }), 400),
        ("code", json!({ "identity_id": ada, "flow_type": "pigeon" }), 400),
    ] {
        assert_eq!(hand_out(&app, what, body.clone()).await.status, status, "{what} {body}");
    }
    let foreign = "link?return_to=https://evil.test/";
    let answer = hand_out(&app, foreign, json!({ "identity_id": ada })).await.expect(400);
    assert_eq!(answer.error_id(), "self_service_flow_return_to_forbidden");
    let bare = app.admin(Method::POST, "/recovery/code", json!({ "identity_id": ada })).await;
    assert_eq!(bare.status, 201, "the prefix may be left out");
}

on_each!(a_method_that_is_off_hands_out_nothing);
async fn a_method_that_is_off_hands_out_nothing(database: TestDatabase) {
    let off = "selfservice: { methods: { link: { enabled: false }, code: { enabled: false } }, \
               flows: { verification: { enabled: false } } }";
    let (app, ada) = app_with_ada(database, off).await;
    for what in ["code", "link"] {
        hand_out(&app, what, json!({ "identity_id": ada })).await.expect(404);
    }
}

on_each!(the_public_listener_leads_to_the_admin_listener);
async fn the_public_listener_leads_to_the_admin_listener(database: TestDatabase) {
    let (app, _) = app_with_ada(database, "").await;
    for path in ["/recovery/code", "/admin/recovery/code", "/recovery/link", "/admin/recovery/link"] {
        let request = actix_web::test::TestRequest::post().uri(path);
        let location = app.ask(request).await.expect(307).location();
        let path = path.trim_start_matches("/admin");
        assert_eq!(location, format!("https://admin.example.test/admin{path}"));
    }
}

for_all!(sec_18_what_an_administrator_hands_over_is_random_and_works_once);
async fn sec_18_what_an_administrator_hands_over_is_random_and_works_once(
    database: TestDatabase,
    kind: Kind,
) {
    let (app, ada) = app_with_ada(database, ON).await;
    let mut codes = std::collections::BTreeSet::new();
    for _ in 0..5 {
        codes.insert(code(&app, &ada, kind).await.1);
    }
    assert!(codes.len() > 3 && codes.iter().all(|code| code.len() == 6), "{codes:?}");
    let (flow, code) = code(&app, &ada, kind).await;
    is_back(type_code(&app.client(kind), &flow, &code).await);
    let second = app.client(kind);
    assert_eq!(type_code(&second, &flow, &code).await.replaced().messages(), ["4060001"]);
    assert!(!second.is_logged_in().await);
}

for_all!(sec_56_who_got_in_by_an_administrator_is_on_record);
async fn sec_56_who_got_in_by_an_administrator_is_on_record(database: TestDatabase, kind: Kind) {
    let (app, ada) = app_with_ada(database, ON).await;
    let (flow, code) = code(&app, &ada, kind).await;
    is_back(type_code(&app.client(kind), &flow, &code).await);
    let id = ada.parse().unwrap();
    let trail = app.store.read(move |reader| reader.audit_of(id, 100)).await.unwrap();
    let events = trail.iter().filter(|event| event.flow.is_some_and(|id| id.to_string() == flow.id()));
    let events: Vec<_> = events.collect();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["recovery.handed_out", "account.recovered"]);
    assert!(events[0].session.is_none() && events[1].session.is_some());
    assert!(events.iter().all(|event| event.at == app.now()));
    // SECURITY: who, when and where, but neither secrets nor addresses.
    let words = format!("{trail:?}");
    assert!(!words.contains(ADA) && !words.contains(&format!("\"{code}\"")), "{words}");
}
