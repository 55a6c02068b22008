//! Getting back into an account by a code.

use std::time::Duration;

use serde_json::json;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Client, Flow, Kind, Step, TestApp, flow_of, people::PASSWORD},
};

const ADA: &str = "ada@example.test";
const ON: &str = "selfservice: { flows: { recovery: { enabled: true } } }";
const TELLING: &str = "selfservice: { flows: { recovery: { notify_unknown_recipients: true } } }";
const TRANSITIONS: &str = "feature_flags: { use_continue_with_transitions: true }";
const REVOKING: &str =
    "selfservice: { flows: { recovery: { after: { hooks: [{ hook: revoke_active_sessions }] } } } }";

async fn app_with_ada(database: TestDatabase, config: &str) -> TestApp {
    let app = TestApp::builder(database).config(ON).config(config).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    app
}

/// Where whoever is back goes on to, by a page.
const SETTINGS: &str = "https://app.example.test/settings?flow=";

/// Names an address and gives the form that asks for the code.
async fn ask(client: &Client<'_>, email: &str) -> Flow {
    let flow = client.open("recovery").await;
    client.submit(&flow, json!({ "method": "code", "email": email })).await.form()
}

async fn type_code(client: &Client<'_>, flow: &Flow, code: &str) -> Step {
    client.step(flow, json!({ "method": "code", "code": code })).await
}

fn other(code: &str) -> String {
    if code == "000000" { "000001".to_owned() } else { "000000".to_owned() }
}

/// Whether somebody got back in; apps are told to use a browser, and get no token (02 §3.8).
#[track_caller]
fn is_back(kind: Kind, step: Step) {
    match (kind, step) {
        (Kind::Browser, Step::Sent(url)) => assert!(url.starts_with(SETTINGS), "{url}"),
        (Kind::Spa | Kind::Native, step) => {
            assert_eq!(step.error(), (422, "browser_location_change_required".to_owned()));
        }
        (Kind::Browser, step) => panic!("not back: {step:?}"),
    }
}

for_all!(the_code_of_the_letter_lets_back_in_and_proves_the_address);
async fn the_code_of_the_letter_lets_back_in_and_proves_the_address(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = ask(&client, "Ada@example.test").await;
    assert_eq!((flow.messages(), &flow.json["state"]), (vec!["1060003".to_owned()], &json!("sent_email")));
    let mail = app.newest_mail(ADA).await;
    assert_eq!(mail.message.template.wire_name(), "recovery_code_valid");
    assert!(!app.is_verified(ADA).await && !client.is_logged_in().await);
    is_back(kind, type_code(&client, &flow, &mail.code()).await);
    assert!(app.is_verified(ADA).await);
    assert_eq!(client.is_logged_in().await, kind != Kind::Native);
    if kind != Kind::Native {
        let session = client.whoami().await.json();
        assert_eq!(session["authentication_methods"][0]["method"], "code_recovery");
    }
}

for_all!(apps_get_their_token_where_the_newer_answers_are_on);
async fn apps_get_their_token_where_the_newer_answers_are_on(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, TRANSITIONS).await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    match type_code(&client, &flow, &code).await {
        Step::Sent(url) => {
            assert!(kind == Kind::Browser && url.starts_with(SETTINGS), "{url}");
        }
        step => {
            let done = step.form().json;
            assert_eq!(done["state"], "passed_challenge");
            let items = done["continue_with"].as_array().unwrap();
            if let Some(token) = items[0]["ory_session_token"].as_str() {
                assert_eq!(kind, Kind::Native);
                *client.token.borrow_mut() = Some(token.to_owned());
            }
            let last = items.last().unwrap();
            assert_eq!(
                (items.len(), &last["action"]),
                (1 + usize::from(kind == Kind::Native), &json!("show_settings_ui"))
            );
            assert!(last["flow"]["url"].as_str().unwrap().starts_with(SETTINGS));
        }
    }
    assert!(client.is_logged_in().await);
}

for_all!(sec_30_after_too_many_codes_the_right_one_does_not_help);
async fn sec_30_after_too_many_codes_the_right_one_does_not_help(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    for n in 0..5 {
        assert_eq!(type_code(&client, &flow, &other(&code)).await.form().messages(), ["4060006"], "{n}");
    }
    let next = type_code(&client, &flow, &code).await.replaced();
    assert_eq!(next.messages(), ["4000001"]);
    assert!(!client.is_logged_in().await && !app.is_verified(ADA).await);
    // The next one works, and starts to count anew.
    app.advance(Duration::from_secs(5));
    let next = client.submit(&next, json!({ "method": "code", "email": ADA })).await.form();
    let code = app.newest_mail(ADA).await.code();
    is_back(kind, type_code(&client, &next, &code).await);
}

for_all!(sec_29_a_code_fits_its_own_flow_and_purpose_only);
async fn sec_29_a_code_fits_its_own_flow_and_purpose_only(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    let stranger = client.another();
    let flow = ask(&stranger, "nobody@example.test").await;
    assert_eq!(type_code(&stranger, &flow, &code).await.form().messages(), ["4060006"]);
    let verification = client.ask_for_code(ADA).await;
    let step = client.step(&verification, json!({ "method": "code", "code": code })).await;
    assert_eq!(step.form().messages(), ["4070006"]);
    assert!(!app.is_verified(ADA).await);
}

for_all!(a_used_code_does_not_work_again);
async fn a_used_code_does_not_work_again(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    is_back(kind, type_code(&client, &flow, &code).await);
    // The anti-CSRF token is another one since.
    let flow = client.fetch("recovery", flow.id()).await;
    let next = type_code(&client, &flow, &code).await.replaced();
    assert_eq!((next.messages(), &next.json["state"]), (vec!["4060001".to_owned()], &json!("choose_method")));
}

for_all!(sec_25_a_code_and_a_flow_stop_working);
async fn sec_25_a_code_and_a_flow_stop_working(database: TestDatabase, kind: Kind) {
    let short = "selfservice: { methods: { code: { config: { lifespan: 10m } } } }";
    let app = app_with_ada(database, short).await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    app.advance(Duration::from_secs(601));
    assert_eq!(type_code(&client, &flow, &code).await.form().messages(), ["4060006"]);
    app.advance(Duration::from_secs(3000));
    assert_eq!(type_code(&client, &flow, &code).await.replaced().messages(), ["4060005"]);
    assert!(!client.is_logged_in().await);
}

for_all!(sec_17_an_unknown_address_gets_the_same_answer);
async fn sec_17_an_unknown_address_gets_the_same_answer(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let sent = app.mailbox().await.len();
    let shown = async |email: &str| {
        let client = app.client(kind);
        let flow = ask(&client, email).await;
        let status = client.status.get();
        let wrong = type_code(&client, &flow, "000000").await.form();
        let text = |flow: &Flow| {
            let mut nodes = flow.json["ui"].clone();
            nodes["action"] = json!(null);
            let csrf = flow.value("csrf_token").map(|token| token.to_string()).unwrap_or_default();
            nodes.to_string().replace(email, "…").replace(&csrf, "…")
        };
        (status, text(&flow), client.status.get(), text(&wrong))
    };
    assert_eq!(shown("bob@example.test").await, shown(ADA).await);
    assert_eq!(app.mailbox().await.len(), sent + 1, "nobody is written to who has no account");
}

for_all!(an_unknown_address_is_told_only_where_the_operator_wants_it);
async fn an_unknown_address_is_told_only_where_the_operator_wants_it(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, TELLING).await;
    ask(&app.client(kind), "bob@example.test").await;
    let mail = app.newest_mail("bob@example.test").await;
    assert_eq!(mail.message.template.wire_name(), "recovery_code_invalid");
}

for_all!(other_sessions_end_where_the_operator_wants_it);
async fn other_sessions_end_where_the_operator_wants_it(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, REVOKING).await;
    let thief = app.client(Kind::Spa);
    thief.log_in(ADA, PASSWORD).await.done();
    assert!(thief.is_logged_in().await);
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    is_back(kind, type_code(&client, &flow, &code).await);
    assert!(!thief.is_logged_in().await);
    assert_eq!(client.is_logged_in().await, kind != Kind::Native);
}

for_all!(somebody_disabled_stays_out);
async fn somebody_disabled_stays_out(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    app.disable(ADA).await;
    assert_eq!(type_code(&client, &flow, &code).await.replaced().messages(), ["4010011"]);
    assert!(!client.is_logged_in().await);
}

for_all!(whoever_is_logged_in_needs_no_recovery);
async fn whoever_is_logged_in_needs_no_recovery(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = client.open("recovery").await;
    client.log_in(ADA, PASSWORD).await.done();
    let answer = client.init("recovery", "").await;
    match kind {
        Kind::Browser => assert_eq!(answer.expect(302).location(), "https://app.example.test/home"),
        Kind::Spa | Kind::Native => {
            assert_eq!(answer.expect(400).error_id(), "session_already_available");
        }
    }
    let sent = app.mailbox().await.len();
    if kind == Kind::Native {
        let answer = client.post(&flow, json!({ "method": "code", "email": ADA })).await;
        assert_eq!(answer.expect(400).error_id(), "session_already_available");
    }
    assert_eq!(app.mailbox().await.len(), sent);
}

for_all!(sec_12_codes_need_the_anti_csrf_token_too);
async fn sec_12_codes_need_the_anti_csrf_token_too(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    let fields = json!({ "method": "code", "code": code, "csrf_token": "forged" });
    let step = client.submit(&flow, fields).await;
    match kind {
        Kind::Browser | Kind::Spa => {
            assert_eq!(step.error(), (403, "security_csrf_violation".to_owned()));
            assert!(!client.is_logged_in().await && !app.is_verified(ADA).await);
        }
        Kind::Native => is_back(kind, step),
    }
}

for_all!(a_link_to_the_form_uses_nothing_up);
async fn a_link_to_the_form_uses_nothing_up(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let code = app.newest_mail(ADA).await.code();
    client.get(&format!("/self-service/recovery?flow={}&method=code&code={code}", flow.id())).await;
    assert!(!client.is_logged_in().await && !app.is_verified(ADA).await);
    is_back(kind, type_code(&client, &flow, &code).await);
}

for_all!(what_is_no_address_is_told_at_its_field);
async fn what_is_no_address_is_told_at_its_field(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let (client, sent) = (app.client(kind), app.mailbox().await.len());
    let flow = client.open("recovery").await;
    for (email, id) in
        [("", "4000002@email"), ("nobody", "4000040@email"), ("+4915112345678", "4000040@email")]
    {
        let refused = client.submit(&flow, json!({ "method": "code", "email": email })).await.form();
        assert_eq!(refused.messages(), [id], "{email}");
    }
    let refused = client.submit(&flow, json!({ "email": ADA })).await.form();
    assert_eq!(refused.messages(), ["4010005"]);
    assert_eq!(app.mailbox().await.len(), sent);
}

for_all!(nothing_is_offered_where_it_is_off);
async fn nothing_is_offered_where_it_is_off(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    let answer = client.init("recovery", "").await;
    match kind {
        Kind::Browser => {
            assert!(answer.expect(303).location().starts_with("https://app.example.test/error?id="))
        }
        Kind::Spa | Kind::Native => drop(answer.expect(400)),
    }
}

for_all!(whoever_is_back_goes_on_to_set_a_new_password);
async fn whoever_is_back_goes_on_to_set_a_new_password(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, TRANSITIONS).await;
    let client = app.client(kind);
    let flow = client.open_with("recovery", "?return_to=https%3A%2F%2Fapp.example.test%2Fback").await;
    let flow = client.submit(&flow, json!({ "method": "code", "email": ADA })).await.form();
    let answer =
        client.post(&flow, json!({ "method": "code", "code": app.newest_mail(ADA).await.code() })).await;
    let (body, location) = (answer.json(), answer.location());
    let id = match kind {
        Kind::Browser => flow_of(&location).unwrap(),
        Kind::Spa => body["continue_with"][0]["flow"]["id"].as_str().unwrap().to_owned(),
        Kind::Native => {
            *client.token.borrow_mut() =
                body["continue_with"][0]["ory_session_token"].as_str().map(str::to_owned);
            body["continue_with"][1]["flow"]["id"].as_str().unwrap().to_owned()
        }
    };
    if kind == Kind::Spa {
        // The token in the answer is the one that the browser holds from now on.
        let again = Flow { name: "recovery", json: body };
        let next = client.step(&again, json!({ "method": "code", "code": "000000" })).await;
        assert_eq!(next.replaced().messages(), ["4060001"]);
    }
    let settings = client.fetch("settings", &id).await;
    assert_eq!(
        (settings.messages(), &settings.json["state"]),
        (vec!["1060001".to_owned()], &json!("show_form"))
    );
    assert_eq!(settings.json["return_to"], "https://app.example.test/back");
    let step =
        client.submit(&settings, json!({ "method": "password", "password": "another horse battery" })).await;
    match kind {
        Kind::Browser => assert!(matches!(step, Step::Sent(url) if url == "https://app.example.test/back")),
        Kind::Spa | Kind::Native => assert_eq!(step.form().messages(), ["1050001"]),
    }
    let other = app.client(kind);
    assert!(!other.log_in(ADA, PASSWORD).await.is_done());
    assert!(other.log_in(ADA, "another horse battery").await.is_done());
}
