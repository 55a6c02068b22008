//! Logging in.

use std::time::Duration;

use serde_json::json;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{
        Kind, Step, TestApp,
        people::{PASSWORD, credentials},
    },
};

const ADA: &str = "ada@example.test";

async fn app_with_ada(database: TestDatabase) -> TestApp {
    let app = TestApp::builder(database).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    app
}

for_all!(the_right_password_lets_in_however_the_name_is_written);
async fn the_right_password_lets_in_however_the_name_is_written(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    for name in [ADA, "ADA@EXAMPLE.test"] {
        let client = app.client(kind);
        let step = client.log_in(name, PASSWORD).await;
        if kind == Kind::Browser {
            assert!(matches!(&step, Step::Sent(url) if url == "https://app.example.test/home"), "{step:?}");
        }
        step.done();
        let seen = client.whoami().await.expect(200).json();
        assert_eq!(seen["identity"]["traits"]["email"], ADA);
        assert_eq!(seen["authenticator_assurance_level"], "aal1");
        assert_eq!(seen["authentication_methods"][0]["method"], "password");
    }
}

for_all!(sec_17_wrong_and_unknown_are_one_answer);
async fn sec_17_wrong_and_unknown_are_one_answer(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let mut answers = Vec::new();
    for (name, password) in [(ADA, "wrong horse battery"), ("bob@example.test", PASSWORD), ("+", PASSWORD)] {
        let client = app.client(kind);
        let flow = client.open("login").await;
        let refused = client.submit(&flow, credentials(name, password)).await.form();
        assert_eq!(refused.messages(), ["4000006"]);
        assert_eq!(refused.value("identifier").unwrap(), name);
        assert!(!client.is_logged_in().await);
        let mut shown = refused.json.clone();
        let volatile = ["id", "csrf_token"];
        scrub(&mut shown, &volatile, &[name, flow.id()]);
        answers.push((client.status.get(), shown));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

/// Takes out ids, tokens and what was typed.
fn scrub(value: &mut serde_json::Value, keys: &[&str], texts: &[&str]) {
    use serde_json::Value;
    match value {
        Value::Object(map) => {
            let masked = map.get("name").is_some_and(|name| keys.iter().any(|key| name == key));
            for (key, inner) in map.iter_mut() {
                if keys.contains(&key.as_str()) || (masked && key == "value") {
                    *inner = Value::Null;
                } else {
                    scrub(inner, keys, texts);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| scrub(inner, keys, texts)),
        Value::String(text) => {
            for known in texts {
                *text = text.replace(known, "…");
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

for_all!(a_disabled_identity_stays_out_and_its_sessions_end);
async fn a_disabled_identity_stays_out_and_its_sessions_end(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    client.log_in(ADA, PASSWORD).await.done();
    assert!(client.is_logged_in().await);
    app.disable(ADA).await;
    assert!(!client.is_logged_in().await);
    let fresh = client.another();
    let refused = fresh.log_in(ADA, PASSWORD).await.form();
    assert_eq!(refused.messages(), ["4010011"]);
    let wrong = fresh.log_in(ADA, "wrong horse battery").await.form();
    assert_eq!(wrong.messages(), ["4000006"], "that it is disabled is told to its owner only");
}

for_all!(empty_fields_are_told_at_their_place);
async fn empty_fields_are_told_at_their_place(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    let flow = client.open("login").await;
    let refused = client.submit(&flow, credentials("", "")).await.form();
    assert_eq!(refused.messages(), ["4000002@identifier", "4000002@password"]);
    let refused = client.submit(&flow, json!({ "method": "password" })).await.form();
    assert_eq!(refused.messages(), ["4000002@identifier", "4000002@password"]);
    let unaddressed = client.submit(&flow, json!({ "identifier": ADA })).await.form();
    assert!(!unaddressed.messages().is_empty());
}

for_all!(a_refresh_confirms_and_keeps_the_session);
async fn a_refresh_confirms_and_keeps_the_session(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    client.log_in(ADA, PASSWORD).await.done();
    let before = client.whoami().await.expect(200).json();
    app.advance(Duration::from_secs(60));
    let flow = client.open_with("login", "?refresh=true").await;
    assert_eq!((flow.messages(), &flow.json["refresh"]), (vec!["1010003".to_owned()], &json!(true)));
    assert_eq!(flow.value("identifier").unwrap(), ADA);
    client.submit(&flow, credentials(ADA, PASSWORD)).await.done();
    let after = client.whoami().await.expect(200).json();
    assert_eq!(before["id"], after["id"]);
    assert_ne!(before["authenticated_at"], after["authenticated_at"]);
    assert_eq!(after["authentication_methods"].as_array().unwrap().len(), 2);
}

for_all!(a_refresh_as_somebody_else_gives_a_session_of_its_own);
async fn a_refresh_as_somebody_else_gives_a_session_of_its_own(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    app.client(Kind::Native).sign_up("bob@example.test").await.done();
    let client = app.client(kind);
    client.log_in(ADA, PASSWORD).await.done();
    let before = client.whoami().await.expect(200).json();
    let flow = client.open_with("login", "?refresh=true").await;
    client.submit(&flow, credentials("bob@example.test", PASSWORD)).await.done();
    let after = client.whoami().await.expect(200).json();
    assert_ne!(before["id"], after["id"]);
    assert_eq!(after["identity"]["traits"]["email"], "bob@example.test");
}

for_all!(who_is_logged_in_is_told_so);
async fn who_is_logged_in_is_told_so(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    let early = client.open("login").await;
    client.log_in(ADA, PASSWORD).await.done();
    let answer = client.init("login", "").await;
    match kind {
        Kind::Browser => assert_eq!(answer.expect(303).location(), "https://app.example.test/home"),
        Kind::Spa | Kind::Native => {
            assert_eq!(answer.expect(400).error_id(), "session_already_available");
        }
    }
    // A flow from before is for nobody who is logged in.
    let before = client.whoami().await.json();
    client.submit(&early, credentials(ADA, PASSWORD)).await;
    assert_eq!(client.whoami().await.json()["id"], before["id"]);
}

for_all!(an_expired_flow_gives_way_to_a_fresh_one);
async fn an_expired_flow_gives_way_to_a_fresh_one(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    let flow = client.open("login").await;
    app.advance(Duration::from_secs(3601));
    let gone = client.get_json(&format!("/self-service/login/flows?id={}", flow.id())).await;
    assert_eq!(gone.status, 410);
    let next = client.step(&flow, credentials(ADA, PASSWORD)).await.replaced();
    assert_eq!(next.messages(), ["4010001"]);
    assert!(!client.is_logged_in().await);
    client.submit(&next, credentials(ADA, PASSWORD)).await.done();
    assert!(client.is_logged_in().await);
}

for_all!(sec_37_each_login_has_a_token_of_its_own);
async fn sec_37_each_login_has_a_token_of_its_own(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    let planted = "ory_kratos_session=planted".split_once('=').unwrap();
    client.cookies.borrow_mut().insert(planted.0.to_owned(), planted.1.to_owned());
    *client.token.borrow_mut() = Some("planted".to_owned());
    client.log_in(ADA, PASSWORD).await.done();
    let show = |client: &crate::harness::Client<'_>| {
        format!("{:?} {:?}", client.cookies.borrow(), client.token.borrow())
    };
    if kind == Kind::Native {
        assert_ne!(client.token.borrow().as_deref(), Some("planted"));
    } else {
        assert_ne!(client.cookies.borrow()["ory_kratos_session"], "planted");
    }
    let other = client.another();
    other.log_in(ADA, PASSWORD).await.done();
    assert_ne!(show(&client), show(&other));
    assert!(client.is_logged_in().await && other.is_logged_in().await);
}

for_all!(sec_46_a_form_without_its_token_is_refused);
async fn sec_46_a_form_without_its_token_is_refused(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database).await;
    let client = app.client(kind);
    let flow = client.open("login").await;
    for token in ["", "AAAA", "not base64"] {
        let mut fields = credentials(ADA, PASSWORD);
        fields["csrf_token"] = json!(token);
        let step = client.submit(&flow, fields).await;
        match kind {
            Kind::Native => assert!(step.is_done(), "apps have no such token"),
            Kind::Browser | Kind::Spa => {
                assert_eq!(step.error(), (403, "security_csrf_violation".to_owned()));
                assert!(!client.is_logged_in().await);
            }
        }
        client.token.borrow_mut().take();
    }
    if kind != Kind::Native {
        let stranger = client.another();
        let step = stranger.submit(&flow, credentials(ADA, PASSWORD)).await;
        assert_eq!(step.error(), (403, "security_csrf_violation".to_owned()));
        let peek = stranger.get_json(&format!("/self-service/login/flows?id={}", flow.id())).await;
        assert_eq!((peek.status, peek.error_id().as_str()), (403, "security_csrf_violation"));
    }
}
