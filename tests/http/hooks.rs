//! What operators add: verified addresses only, announcements, one session at a time.

use serde_json::json;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Kind, Step, TestApp, flow_of,
        people::{PASSWORD, credentials},
    },
};

const ADA: &str = "ada@example.test";

fn after_login(hook: &str) -> String {
    format!("selfservice: {{ flows: {{ login: {{ after: {{ hooks: [{{ hook: {hook} }}] }} }} }} }}")
}

for_all!(require_verified_address_sends_a_code_and_lets_in_afterwards);
async fn require_verified_address_sends_a_code_and_lets_in_afterwards(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(&after_login("require_verified_address")).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let client = app.client(kind);
    let flow = client.open("login").await;
    let answer = client.post(&flow, credentials(ADA, PASSWORD)).await;
    let verification = match kind {
        Kind::Browser => flow_of(&answer.expect(303).location()).unwrap(),
        Kind::Spa | Kind::Native => {
            assert_eq!(answer.error_id(), "session_verified_address_required");
            let item = &answer.json()["error"]["details"]["continue_with"][0];
            assert_eq!(
                (&item["action"], &item["flow"]["verifiable_address"]),
                (&json!("show_verification_ui"), &json!(ADA))
            );
            item["flow"]["id"].as_str().unwrap().to_owned()
        }
    };
    assert!(!client.is_logged_in().await);
    let form = client.fetch("verification", &verification).await;
    let code = app.newest_mail(ADA).await.code();
    client.submit(&form, json!({ "method": "code", "code": code })).await;
    assert!(app.is_verified(ADA).await);
    assert!(!client.is_logged_in().await, "a proof of an address is no login");
    assert!(client.log_in(ADA, PASSWORD).await.is_done());
    assert!(client.is_logged_in().await);
}

for_all!(require_verified_address_of_old_answers_on_the_form);
async fn require_verified_address_of_old_answers_on_the_form(database: TestDatabase, kind: Kind) {
    let old = "feature_flags: { legacy_require_verified_login_error: true }";
    let config = after_login("require_verified_address");
    let app = TestApp::builder(database).config(&config).config(old).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let client = app.client(kind);
    let sent = app.mailbox().await.len();
    assert_eq!(client.log_in(ADA, PASSWORD).await.form().messages(), ["4000010"]);
    assert!(!client.is_logged_in().await);
    assert_eq!(app.mailbox().await.len(), sent);
}

for_all!(show_verification_ui_points_to_the_code_form);
async fn show_verification_ui_points_to_the_code_form(database: TestDatabase, kind: Kind) {
    let hook = "selfservice: { flows: { registration: { after: { password: { hooks: [{ hook: show_verification_ui }] } } } } }";
    let app = TestApp::builder(database).config(hook).build().await;
    let client = app.client(kind);
    let id = match client.sign_up(ADA).await {
        Step::Sent(url) => {
            assert!(url.starts_with("https://app.example.test/verification?flow="), "{url}");
            flow_of(&url).unwrap()
        }
        step => {
            let body = step.done();
            let items = body["continue_with"].as_array().unwrap();
            let item = items.iter().find(|item| item["action"] == "show_verification_ui").unwrap();
            assert_eq!(item["flow"].get("url").is_some(), kind == Kind::Spa);
            item["flow"]["id"].as_str().unwrap().to_owned()
        }
    };
    let form = client.fetch("verification", &id).await;
    assert_eq!((form.messages(), &form.json["state"]), (vec!["1080003".to_owned()], &json!("sent_email")));
    let code = app.newest_mail(ADA).await.code();
    client.submit(&form, json!({ "method": "code", "code": code })).await;
    assert!(app.is_verified(ADA).await);
}

for_all!(revoke_active_sessions_leaves_the_newest);
async fn revoke_active_sessions_leaves_the_newest(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(&after_login("revoke_active_sessions")).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    app.client(Kind::Native).sign_up("bob@example.test").await.done();
    let (first, second, bob) = (app.client(kind), app.client(kind), app.client(kind));
    bob.log_in("bob@example.test", PASSWORD).await.done();
    first.log_in(ADA, PASSWORD).await.done();
    assert!(first.is_logged_in().await);
    second.log_in(ADA, PASSWORD).await.done();
    assert!(!first.is_logged_in().await);
    assert!(second.is_logged_in().await && bob.is_logged_in().await);
}
