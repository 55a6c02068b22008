//! Signing up: on two screens and on one.

use serde_json::json;
use zelos::store::{Identities as _, IdentityFilter};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Kind, TestApp,
        people::{PASSWORD, account, credentials},
    },
};

const UNIFIED: &str = "selfservice: { flows: { registration: { style: unified } } }";
const WITH_SESSION: &str =
    "selfservice: { flows: { registration: { after: { password: { hooks: [{ hook: session }] } } } } }";

async fn count(app: &TestApp) -> u64 {
    app.store.read(|reader| reader.count_identities(&IdentityFilter::All)).await.unwrap()
}

for_all!(two_steps_make_an_account_and_a_letter);
async fn two_steps_make_an_account_and_a_letter(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    let flow = client.open("registration").await;
    assert_eq!(flow.messages(), Vec::<String>::new());
    assert!(flow.value("password").is_none());
    let fields = json!({ "method": "profile", "traits": { "email": "Ada@example.test" } });
    let chosen = client.submit(&flow, fields).await.form();
    assert_eq!(chosen.messages(), ["1040009"]);
    assert_eq!(chosen.value("traits.email").unwrap(), "Ada@example.test");
    assert_eq!(count(&app).await, 0);

    let done = client.submit(&chosen, account("Ada@example.test")).await.done();
    if kind != Kind::Browser {
        assert_eq!(done["identity"]["traits"]["email"], "Ada@example.test");
        assert!(done.get("session").is_none() && done.get("session_token").is_none());
    }
    assert!(!client.is_logged_in().await);
    let mails = app.mailbox().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].letter.to, "ada@example.test");
    assert!(client.log_in("ada@example.test", PASSWORD).await.is_done());
    assert!(client.is_logged_in().await);
}

for_all!(one_screen_makes_an_account);
async fn one_screen_makes_an_account(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(UNIFIED).build().await;
    let client = app.client(kind);
    let flow = client.open("registration").await;
    assert!(flow.json["ui"]["nodes"].to_string().contains("\"password\""));
    client.submit(&flow, account("ada@example.test")).await.done();
    assert_eq!(count(&app).await, 1);
}

for_all!(the_session_hook_logs_in);
async fn the_session_hook_logs_in(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(WITH_SESSION).build().await;
    let client = app.client(kind);
    client.sign_up("ada@example.test").await.done();
    let seen = client.whoami().await.expect(200).json();
    assert_eq!(seen["identity"]["traits"]["email"], "ada@example.test");
    // Nobody signs up who is logged in.
    let again = client.init("registration", "").await;
    match kind {
        Kind::Browser => assert_eq!(again.expect(303).location(), "https://app.example.test/home"),
        Kind::Spa | Kind::Native => {
            assert_eq!(again.expect(400).error_id(), "session_already_available");
        }
    }
}

for_all!(going_back_keeps_what_was_typed);
async fn going_back_keeps_what_was_typed(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    let flow = client.open("registration").await;
    let fields = json!({ "method": "profile", "traits": { "email": "ada@example.test" } });
    let chosen = client.submit(&flow, fields).await.form();
    let back =
        json!({ "method": "profile", "screen": "previous", "traits": { "email": "ada@example.test" } });
    let first = client.submit(&chosen, back).await.form();
    assert_eq!(first.messages(), Vec::<String>::new());
    assert_eq!(first.value("traits.email").unwrap(), "ada@example.test");
    assert!(first.value("password").is_none());
}

for_all!(what_does_not_do_is_told_at_its_field);
async fn what_does_not_do_is_told_at_its_field(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(UNIFIED).build().await;
    let client = app.client(kind);
    let flow = client.open("registration").await;
    for (email, password, expected) in [
        (
            "",
            PASSWORD,
            vec![if kind == Kind::Browser { "4000002@traits.email" } else { "4000003@traits.email" }],
        ),
        ("nobody", PASSWORD, vec!["4000040@traits.email"]),
        ("ada@example.test", "short", vec!["4000032@password"]),
        ("ada@example.test", "", vec!["4000002@password"]),
        ("ada@example.test", "ada@example.test", vec!["4000031@password"]),
    ] {
        let fields = json!({ "method": "password", "password": password, "traits": { "email": email } });
        let refused = client.submit(&flow, fields).await.form();
        let found = refused.messages();
        assert!(expected.iter().all(|id| found.contains(&(*id).to_owned())), "{email} {password}: {found:?}");
        assert!(!refused.json.to_string().contains("correct horse"), "a password comes back");
    }
    assert_eq!(count(&app).await, 0);
    assert!(app.mailbox().await.is_empty());
}

for_all!(a_taken_identifier_is_refused_however_it_is_written);
async fn a_taken_identifier_is_refused_however_it_is_written(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(UNIFIED).build().await;
    let client = app.client(kind);
    let flow = client.open("registration").await;
    client.submit(&flow, account("ada@example.test")).await.done();
    for email in ["ada@example.test", "ADA@Example.Test", " ada@example.test "] {
        let flow = client.open("registration").await;
        let refused = client.submit(&flow, account(email)).await.form();
        let found = refused.messages();
        assert!(found == ["4000007"] || email.starts_with(' '), "{email}: {found:?}");
    }
    assert_eq!(count(&app).await, 1);
    assert_eq!(app.mailbox().await.len(), 1);
}

for_all!(an_expired_flow_gives_way_to_a_fresh_one);
async fn an_expired_flow_gives_way_to_a_fresh_one(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(UNIFIED).build().await;
    let client = app.client(kind);
    let flow = client.open("registration").await;
    let typed = json!({ "method": "password", "traits": { "email": "ada@example.test" } });
    let flow = client.submit(&flow, typed).await.form();
    app.advance(std::time::Duration::from_secs(3601));
    let next = client.step(&flow, account("ada@example.test")).await.replaced();
    assert_eq!(next.messages(), ["4040001"]);
    assert_eq!(next.value("traits.email"), Some(&json!("ada@example.test")), "what was typed is still there");
    assert_eq!(count(&app).await, 0);
    client.submit(&next, account("ada@example.test")).await.done();
    assert_eq!(count(&app).await, 1);
}

for_all!(a_repeated_submission_makes_no_second_account);
async fn a_repeated_submission_makes_no_second_account(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(UNIFIED).build().await;
    let client = app.client(kind);
    let flow = client.open("registration").await;
    let lost = client.cookies.borrow().clone();
    client.submit(&flow, account("ada@example.test")).await.done();
    // The answer was lost, and what it set with it.
    *client.cookies.borrow_mut() = lost;
    let again = client.submit(&flow, account("ada@example.test")).await.form();
    assert_eq!(again.messages(), ["4000007"]);
    assert_eq!((count(&app).await, app.mailbox().await.len()), (1, 1));
}

for_all!(sec_12_without_signing_up_nobody_gets_in);
async fn sec_12_without_signing_up_nobody_gets_in(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    for (name, password) in [("admin", "admin"), ("root", ""), ("admin@example.test", "password")] {
        let flow = client.open("login").await;
        client.submit(&flow, credentials(name, password)).await.form();
        assert!(!client.is_logged_in().await);
    }
}
