//! Getting back in by a code.

use std::time::Duration;

use serde_json::json;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Client, Flow, Kind, Step, TestApp, people::PASSWORD},
};

const ADA: &str = "ada@example.test";
const ON: &str = "selfservice: { flows: { recovery: { enabled: true, use: code } } }";

async fn app_with_ada(database: TestDatabase) -> TestApp {
    let app = TestApp::builder(database).config(ON).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    app
}

async fn ask(client: &Client<'_>, email: &str) -> Flow {
    client.app.advance(Duration::from_secs(1));
    let flow = client.open("recovery").await;
    client.submit(&flow, json!({ "method": "code", "email": email })).await.form()
}

async fn type_code(client: &Client<'_>, flow: &Flow, code: &str) -> Step {
    client.step(flow, json!({ "method": "code", "code": code })).await
}

/// Another code than this one.
fn other(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

for_all!(the_code_of_the_letter_lets_back_in);
async fn the_code_of_the_letter_lets_back_in(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    assert_eq!((flow.messages(), &flow.json["state"]), (vec!["1060003".to_owned()], &json!("sent_email")));
    let code = app.newest_mail(ADA).await.code();
    match (kind, type_code(&client, &flow, &code).await) {
        (Kind::Browser, Step::Sent(url)) => {
            assert!(url.starts_with("https://app.example.test/settings"), "{url}")
        }
        (Kind::Spa | Kind::Native, Step::Error(422, id)) => {
            assert_eq!(id, "browser_location_change_required")
        }
        (_, step) => panic!("{step:?}"),
    }
    assert!(app.is_verified(ADA).await, "who got the code has proven the address");
    // COMPAT: apps are told no token.
    assert_eq!(client.is_logged_in().await, kind != Kind::Native);
    let again = client.another();
    type_code(&again, &flow, &code).await;
    assert!(!again.is_logged_in().await, "a code works once");
}

for_all!(sec_17_an_unknown_address_gets_the_same_answer);
async fn sec_17_an_unknown_address_gets_the_same_answer(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let sent = app.mailbox().await.len();
    let shown = async |email: &str| {
        let client = app.client(kind);
        let flow = ask(&client, email).await;
        let status = client.status.get();
        let wrong = type_code(&client, &flow, "000000").await.form();
        let text = |flow: &Flow| {
            let mut ui = flow.json["ui"].clone();
            ui["action"] = json!(null);
            let csrf = flow.value("csrf_token").map(|token| token.to_string()).unwrap_or_default();
            ui.to_string().replace(email, "…").replace(&csrf, "…")
        };
        (status, text(&flow), client.status.get(), text(&wrong))
    };
    assert_eq!(shown("bob@example.test").await, shown(ADA).await);
    assert_eq!(app.mailbox().await.len(), sent + 1);
}

for_all!(sec_30_after_too_many_codes_the_right_one_does_not_help);
async fn sec_30_after_too_many_codes_the_right_one_does_not_help(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    for _ in 0..5 {
        assert_eq!(type_code(&client, &flow, other(&code)).await.form().messages(), ["4060006"]);
    }
    type_code(&client, &flow, &code).await.replaced();
    assert!(!client.is_logged_in().await);
}

for_all!(sec_29_a_code_fits_its_own_flow_and_purpose_only);
async fn sec_29_a_code_fits_its_own_flow_and_purpose_only(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    let recovery = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    let stranger = client.another();
    let own = ask(&stranger, "nobody@example.test").await;
    assert_eq!(type_code(&stranger, &own, &code).await.form().messages(), ["4060006"]);
    let verification = client.ask_for_code(ADA).await;
    let proof = app.newest_mail(ADA).await.code();
    if proof != code {
        assert_eq!(type_code(&client, &recovery, &proof).await.form().messages(), ["4060006"]);
        assert_eq!(type_code(&client, &verification, &code).await.form().messages(), ["4070006"]);
    }
    assert!(!client.is_logged_in().await && !stranger.is_logged_in().await);
}

for_all!(a_disabled_account_stays_closed);
async fn a_disabled_account_stays_closed(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    app.disable(ADA).await;
    type_code(&client, &flow, &code).await.replaced();
    assert!(!client.is_logged_in().await);
}

for_all!(an_expired_flow_gives_way_to_a_fresh_one);
async fn an_expired_flow_gives_way_to_a_fresh_one(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    app.advance(Duration::from_secs(3601));
    let next = type_code(&client, &flow, &code).await.replaced();
    assert_eq!(next.messages(), ["4060005"]);
    assert!(!client.is_logged_in().await);
}

for_all!(who_is_logged_in_is_told_so);
async fn who_is_logged_in_is_told_so(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    client.log_in(ADA, PASSWORD).await.done();
    let answer = client.init("recovery", "").await;
    match kind {
        Kind::Browser => assert!(answer.status == 302 || answer.status == 303, "{}", answer.status),
        Kind::Spa | Kind::Native => {
            assert_eq!(answer.expect(400).error_id(), "session_already_available");
        }
    }
}
