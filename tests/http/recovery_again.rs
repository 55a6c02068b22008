//! Recoveries that cannot go on: how clients are led to the next one (02 §3.9), and what a session that comes
//! of one is worth (02 §3.7).

use std::time::Duration;

use actix_web::http::header;
use serde_json::json;
use zelos::{identity::Aal, store::IdentitiesMut as _};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Answer, Client, Flow, Kind, TestApp, flow_of, people::PASSWORD},
    on_each,
};

const ADA: &str = "ada@example.test";
const ON: &str = "selfservice: { flows: { recovery: { enabled: true } } }";
const LEGACY: &str = "feature_flags: { use_continue_with_transitions: false }";
const TRANSITIONS: &str = "feature_flags: { use_continue_with_transitions: true }";

async fn app_with_ada(database: TestDatabase, config: &str) -> TestApp {
    let app = TestApp::builder(database).config(ON).config(config).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    app
}

async fn ask(client: &Client<'_>) -> Flow {
    client.app.advance(Duration::from_secs(1));
    let flow = client.open("recovery").await;
    client.submit(&flow, json!({ "method": "code", "email": ADA })).await.form()
}

async fn post_code(client: &Client<'_>, flow: &Flow, code: &str) -> Answer {
    client.post(flow, json!({ "method": "code", "code": code })).await
}

/// The status of an answer, its `error.id`, and the messages of the flow that it leads to.
async fn led(client: &Client<'_>, answer: Answer) -> (u16, String, Vec<String>) {
    let json = answer.json();
    let item = &json["error"]["details"]["continue_with"][0];
    if let Some(id) = item["flow"]["id"].as_str() {
        assert_eq!(item["action"], "show_recovery_ui");
        let used = json.get("use_flow_id").and_then(|id| id.as_str());
        assert!(used.is_none_or(|used| used == id));
        return (answer.status, answer.error_id(), client.fetch("recovery", id).await.messages());
    }
    let location = answer.location();
    let to = if client.kind == Kind::Browser { "app.example.test/recovery?" } else { "/recovery/flows?id=" };
    assert!(location.contains(to), "{location} {}", answer.text());
    let next = client.fetch("recovery", &flow_of(&location).unwrap()).await;
    (answer.status, String::new(), next.messages())
}

/// What programs are told with the newer answers, and all others.
fn expected(kind: Kind, config: &str, newer: (u16, &str), message: &str) -> (u16, String, Vec<String>) {
    let (status, id) = if kind == Kind::Browser || config == LEGACY { (303, "") } else { newer };
    (status, id.to_owned(), vec![message.to_owned()])
}

async fn used_up(database: TestDatabase, kind: Kind, config: &str) {
    let app = app_with_ada(database, config).await;
    let client = app.client(kind);
    // Too many codes: the status of the error itself.
    let flow = ask(&client).await;
    for _ in 0..5 {
        post_code(&client, &flow, "none").await;
    }
    let answer = post_code(&client, &flow, "none").await;
    assert_eq!(led(&client, answer).await, expected(kind, config, (400, ""), "4000001"));
    // Somebody disabled.
    let flow = ask(&client).await;
    let code = app.newest_mail(ADA).await.code();
    app.disable(ADA).await;
    let answer = post_code(&client, &flow, &code).await;
    assert_eq!(led(&client, answer).await, expected(kind, config, (400, "identity_disabled"), "4010011"));
}

for_all!(used_up_flows_lead_to_the_next_one);
async fn used_up_flows_lead_to_the_next_one(database: TestDatabase, kind: Kind) {
    used_up(database, kind, LEGACY).await;
}

for_all!(used_up_flows_are_told_as_the_error_that_they_are);
async fn used_up_flows_are_told_as_the_error_that_they_are(database: TestDatabase, kind: Kind) {
    used_up(database, kind, TRANSITIONS).await;
}

async fn complete(database: TestDatabase, kind: Kind, config: &str) {
    let app = app_with_ada(database, config).await;
    let client = app.client(kind);
    let flow = ask(&client).await;
    let code = app.newest_mail(ADA).await.code();
    post_code(&client, &flow, &code).await;
    // The anti-CSRF token is another one since.
    let flow = client.fetch("recovery", flow.id()).await;
    let answer = post_code(&client, &flow, &code).await;
    let newer = (410, "self_service_flow_replaced");
    assert_eq!(led(&client, answer).await, expected(kind, config, newer, "4060001"));
}

for_all!(complete_flows_lead_to_the_next_one);
async fn complete_flows_lead_to_the_next_one(database: TestDatabase, kind: Kind) {
    complete(database, kind, LEGACY).await;
}

for_all!(complete_flows_are_told_as_replaced);
async fn complete_flows_are_told_as_replaced(database: TestDatabase, kind: Kind) {
    complete(database, kind, TRANSITIONS).await;
}

async fn expired(database: TestDatabase, kind: Kind, config: &str) {
    let app = app_with_ada(database, config).await;
    let client = app.client(kind);
    let flow = ask(&client).await;
    app.advance(Duration::from_secs(3601));
    let answer = post_code(&client, &flow, "000000").await;
    // COMPAT: scripts are redirected in either style.
    let config = if kind == Kind::Native { config } else { LEGACY };
    let newer = (410, "self_service_flow_expired");
    assert_eq!(led(&client, answer).await, expected(kind, config, newer, "4060005"));
}

for_all!(expired_flows_lead_to_the_next_one);
async fn expired_flows_lead_to_the_next_one(database: TestDatabase, kind: Kind) {
    expired(database, kind, LEGACY).await;
}

for_all!(expired_flows_are_told_as_expired);
async fn expired_flows_are_told_as_expired(database: TestDatabase, kind: Kind) {
    expired(database, kind, TRANSITIONS).await;
}

on_each!(an_app_whose_flow_a_browser_submits_goes_on_in_the_browser);
async fn an_app_whose_flow_a_browser_submits_goes_on_in_the_browser(database: TestDatabase) {
    let app = app_with_ada(database, TRANSITIONS).await;
    let flow = app.client(Kind::Native).open("recovery").await;
    let sent = app.mailbox().await.len();
    let browser = app.client(Kind::Spa);
    let request = actix_web::test::TestRequest::post()
        .uri(&format!("/self-service/recovery?flow={}", flow.id()))
        .insert_header((header::ORIGIN, "https://evil.test"))
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .set_payload(json!({ "method": "code", "email": ADA }).to_string());
    let answer = browser.ask(request).await;
    let (status, _, messages) = led(&browser, answer).await;
    assert_eq!((status, messages), (400, vec!["4000001".to_owned()]));
    assert_eq!(app.mailbox().await.len(), sent);
}

// Getting back in replaces one factor, not both.
for_all!(sec_19_a_recovered_session_has_one_factor);
async fn sec_19_a_recovered_session_has_one_factor(database: TestDatabase, kind: Kind) {
    let strict = "{ session: { whoami: { required_aal: highest_available } }, \
                    selfservice: { methods: { totp: { enabled: true } } } }";
    let app = TestApp::builder(database).config(ON).config(TRANSITIONS).config(strict).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let mut identity = app.identity(ADA).await.unwrap();
    let read = identity.version;
    (identity.available.aal, identity.version) = (Aal::Aal2, read.next());
    app.store.write(move |tx| tx.replace_identity(&identity, read)?.or_stale()).await.unwrap();
    let client = app.client(kind);
    let flow = ask(&client).await;
    let answer = post_code(&client, &flow, &app.newest_mail(ADA).await.code()).await;
    let token = answer.json()["continue_with"][0]["ory_session_token"].as_str().map(str::to_owned);
    assert_eq!(token.is_some(), kind == Kind::Native);
    *client.token.borrow_mut() = token;
    let refused = client.whoami().await.expect(403);
    assert_eq!(refused.error_id(), "session_aal2_required");
}

for_all!(sec_54_recovery_locks_nobody_out);
async fn sec_54_recovery_locks_nobody_out(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, LEGACY).await;
    let owner = app.client(Kind::Spa);
    owner.log_in(ADA, PASSWORD).await.done();
    let stranger = app.client(kind);
    for _ in 0..3 {
        let flow = ask(&stranger).await;
        for _ in 0..6 {
            post_code(&stranger, &flow, "none").await;
        }
    }
    assert!(owner.is_logged_in().await && !stranger.is_logged_in().await);
    app.client(kind).log_in(ADA, PASSWORD).await.done();
    // Nor does it spoil what the owner asks for.
    let client = app.client(kind);
    let flow = ask(&client).await;
    let code = app.newest_mail(ADA).await.code();
    post_code(&client, &flow, &code).await;
    assert_eq!(client.is_logged_in().await, kind != Kind::Native);
}

for_all!(a_forged_submission_changes_the_token_and_nothing_else);
async fn a_forged_submission_changes_the_token_and_nothing_else(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, TRANSITIONS).await;
    let client = app.client(kind);
    let flow = client.open("recovery").await;
    let (sent, cookies) = (app.mailbox().await.len(), client.cookies.borrow().clone());
    let fields = json!({ "method": "code", "email": ADA, "csrf_token": "forged" });
    let answer = client.post(&flow, fields).await;
    if kind == Kind::Native {
        answer.expect(200);
        return;
    }
    match kind {
        Kind::Browser => assert!(answer.location().contains("/error?id="), "{}", answer.location()),
        _ => assert_eq!(answer.expect(403).error_id(), "security_csrf_violation"),
    }
    assert_ne!(*client.cookies.borrow(), cookies);
    assert_eq!(app.mailbox().await.len(), sent);
    // With the token of before the flow is as it was.
    *client.cookies.borrow_mut() = cookies;
    let form = client.fetch("recovery", flow.id()).await;
    assert_eq!((&form.json["state"], form.messages()), (&json!("choose_method"), vec![]));
}

for_all!(sec_52_codes_have_six_digits_and_end_within_a_day);
async fn sec_52_codes_have_six_digits_and_end_within_a_day(database: TestDatabase, kind: Kind) {
    // The flow outlives the code, so that it is the code's own end that shows.
    let long = "selfservice: { flows: { recovery: { lifespan: 48h } } }";
    let app = app_with_ada(database, long).await;
    let client = app.client(kind);
    let flow = ask(&client).await;
    let code = app.newest_mail(ADA).await.code();
    assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
    app.advance(Duration::from_secs(24 * 3600));
    let step = client.step(&flow, json!({ "method": "code", "code": code })).await;
    assert_eq!(step.form().messages(), ["4060006"]);
    assert!(!client.is_logged_in().await);
}
