//! Getting back into an account by a link.

use std::time::Duration;

use actix_web::{http::header, test::TestRequest};
use futures_util::future::join_all;
use serde_json::json;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Answer, Client, Flow, Kind, TestApp, flow_of, people::PASSWORD},
    on_each,
};

const ADA: &str = "ada@example.test";
const BY_LINK: &str = "selfservice: { flows: { recovery: { enabled: true, use: link } } }";
const SETTINGS: &str = "https://app.example.test/settings";
const UI: &str = "https://app.example.test/recovery?";

async fn app_with_ada(database: TestDatabase, config: &str) -> TestApp {
    let app = TestApp::builder(database).config(BY_LINK).config(config).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    app
}

/// Names an address and gives the form that says so.
async fn ask(client: &Client<'_>, email: &str) -> Flow {
    // Later than any letter before it.
    client.app.advance(Duration::from_secs(1));
    let flow = client.open("recovery").await;
    client.submit(&flow, json!({ "method": "link", "email": email })).await.form()
}

/// The browser in which this client's letters are read.
fn reader<'a>(client: &Client<'a>) -> Client<'a> {
    match client.kind {
        Kind::Browser => client.another(),
        Kind::Spa | Kind::Native => client.app.client(Kind::Browser),
    }
}

/// The messages of the flow that a browser was sent to instead.
async fn refused(browser: &Client<'_>, answer: Answer) -> Vec<String> {
    let location = answer.expect(303).location();
    assert!(location.starts_with(UI), "{location}");
    assert!(!browser.is_logged_in().await);
    browser.fetch("recovery", &flow_of(&location).unwrap()).await.messages()
}

fn is_back(answer: Answer) {
    let location = answer.expect(303).location();
    assert!(location.starts_with(SETTINGS), "{location}");
}

for_all!(a_link_lets_back_in_once_and_proves_the_address);
async fn a_link_lets_back_in_once_and_proves_the_address(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = ask(&client, "Ada@example.test").await;
    assert_eq!((flow.messages(), &flow.json["state"]), (vec!["1060002".to_owned()], &json!("sent_email")));
    let mail = app.newest_mail(ADA).await;
    assert_eq!(mail.message.template.wire_name(), "recovery_valid");
    assert!(!app.is_verified(ADA).await);
    // Whoever opened the flow may be an app; its link is followed in a browser all the same.
    let browser = reader(&client);
    is_back(browser.get(&mail.link()).await);
    assert!(app.is_verified(ADA).await);
    let session = browser.whoami().await.expect(200).json();
    assert_eq!(session["authentication_methods"][0]["method"], "link_recovery");
    assert!(!client.is_logged_in().await);
    let second = reader(&client);
    assert_eq!(refused(&second, second.get(&mail.link()).await).await, ["4060004"]);
}

for_all!(programs_that_follow_a_link_are_told_where_the_browser_must_go);
async fn programs_that_follow_a_link_are_told_where_the_browser_must_go(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    ask(&app.client(kind), ADA).await;
    let script = app.client(Kind::Spa);
    let answer = script.get(&app.newest_mail(ADA).await.link()).await.expect(422);
    assert_eq!(answer.error_id(), "browser_location_change_required");
    assert!(script.is_logged_in().await);
}

for_all!(sec_29_a_link_fits_its_own_flow_only);
async fn sec_29_a_link_fits_its_own_flow_only(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = ask(&client, ADA).await;
    let link = app.newest_mail(ADA).await.link();
    let other = ask(&client, "nobody@example.test").await;
    let browser = reader(&client);
    let bent = link.replace(flow.id(), other.id());
    assert_eq!(refused(&browser, browser.get(&bent).await).await, ["4060004"]);
    // Nor is it a code.
    let token = link.split("token=").nth(1).unwrap();
    let step = client.submit(&flow, json!({ "method": "code", "code": token })).await;
    assert_eq!(step.form().messages(), ["4010005"]);
    is_back(reader(&client).get(&link).await);
}

for_all!(sec_25_a_link_and_its_flow_stop_working);
async fn sec_25_a_link_and_its_flow_stop_working(database: TestDatabase, kind: Kind) {
    let short = "selfservice: { methods: { link: { config: { lifespan: 10m } } } }";
    let app = app_with_ada(database, short).await;
    let client = app.client(kind);
    ask(&client, ADA).await;
    let link = app.newest_mail(ADA).await.link();
    app.advance(Duration::from_secs(601));
    let browser = reader(&client);
    assert_eq!(refused(&browser, browser.get(&link).await).await, ["4060005"]);
    app.advance(Duration::from_secs(3600));
    assert_eq!(refused(&browser, browser.get(&link).await).await, ["4060005"]);
    assert!(!app.is_verified(ADA).await);
}

for_all!(looking_at_a_link_does_not_use_it_up);
async fn looking_at_a_link_does_not_use_it_up(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    ask(&client, ADA).await;
    let link = app.newest_mail(ADA).await.link();
    let scanner = app.client(Kind::Browser);
    let look = TestRequest::default().method(actix_web::http::Method::HEAD).uri(&link);
    scanner.ask(look).await.expect(200);
    assert!(!scanner.is_logged_in().await && !app.is_verified(ADA).await);
    is_back(reader(&client).get(&link).await);
}

for_all!(sec_21_of_many_clicks_at_once_one_gets_in);
async fn sec_21_of_many_clicks_at_once_one_gets_in(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    ask(&app.client(kind), ADA).await;
    let link = app.newest_mail(ADA).await.link();
    let browsers: Vec<Client<'_>> = (0..8).map(|_| app.client(Kind::Browser)).collect();
    let answers = join_all(browsers.iter().map(|browser| browser.get(&link))).await;
    let inside = answers.iter().filter(|answer| answer.location().starts_with(SETTINGS)).count();
    assert_eq!(inside, 1);
    let mut sessions = 0;
    for browser in &browsers {
        sessions += usize::from(browser.is_logged_in().await);
    }
    assert_eq!(sessions, 1);
}

for_all!(sec_17_an_unknown_address_gets_the_same_answer);
async fn sec_17_an_unknown_address_gets_the_same_answer(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let sent = app.mailbox().await.len();
    let shown = async |email: &str| {
        let client = app.client(kind);
        let flow = ask(&client, email).await;
        let csrf = flow.value("csrf_token").map(|token| token.to_string()).unwrap_or_default();
        let form = flow.json["ui"].to_string().replace(email, "…").replace(&csrf, "…");
        (client.status.get(), form.replace(flow.id(), "…"), flow.json["state"].clone())
    };
    assert_eq!(shown("bob@example.test").await, shown(ADA).await);
    assert_eq!(app.mailbox().await.len(), sent + 1, "nobody is written to who has no account");
}

for_all!(an_unknown_address_is_told_only_where_the_operator_wants_it);
async fn an_unknown_address_is_told_only_where_the_operator_wants_it(database: TestDatabase, kind: Kind) {
    let telling = "selfservice: { flows: { recovery: { notify_unknown_recipients: true } } }";
    let app = app_with_ada(database, telling).await;
    ask(&app.client(kind), "bob@example.test").await;
    let mail = app.newest_mail("bob@example.test").await;
    assert_eq!(mail.message.template.wire_name(), "recovery_invalid");
}

for_all!(other_sessions_end_where_the_operator_wants_it);
async fn other_sessions_end_where_the_operator_wants_it(database: TestDatabase, kind: Kind) {
    let revoking =
        "selfservice: { flows: { recovery: { after: { hooks: [{ hook: revoke_active_sessions }] } } } }";
    let app = app_with_ada(database, revoking).await;
    let thief = app.client(Kind::Spa);
    thief.log_in(ADA, PASSWORD).await.done();
    let client = app.client(kind);
    ask(&client, ADA).await;
    let browser = reader(&client);
    is_back(browser.get(&app.newest_mail(ADA).await.link()).await);
    assert!(browser.is_logged_in().await && !thief.is_logged_in().await);
}

for_all!(somebody_disabled_stays_out);
async fn somebody_disabled_stays_out(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    ask(&client, ADA).await;
    app.disable(ADA).await;
    let browser = reader(&client);
    let answer = browser.get(&app.newest_mail(ADA).await.link()).await;
    assert_eq!(refused(&browser, answer).await, ["4010011"]);
}

for_all!(sec_46_asking_for_a_link_needs_the_anti_csrf_token);
async fn sec_46_asking_for_a_link_needs_the_anti_csrf_token(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let (client, sent) = (app.client(kind), app.mailbox().await.len());
    let flow = client.open("recovery").await;
    let step = client.submit(&flow, json!({ "method": "link", "email": ADA, "csrf_token": "forged" })).await;
    match kind {
        Kind::Browser | Kind::Spa => {
            assert_eq!(step.error(), (403, "security_csrf_violation".to_owned()));
            assert_eq!(app.mailbox().await.len(), sent);
        }
        Kind::Native => assert_eq!(step.form().messages(), ["1060002"]),
    }
    // Nor does following a link of somebody else's making send anything.
    let sent = app.mailbox().await.len();
    client.get(&format!("/self-service/recovery?flow={}&method=link&email={ADA}", flow.id())).await;
    assert_eq!(app.mailbox().await.len(), sent);
}

for_all!(what_is_no_address_is_told_at_its_field);
async fn what_is_no_address_is_told_at_its_field(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = client.open("recovery").await;
    for (email, id) in [("", "4000002@email"), ("nobody", "4000040@email")] {
        let refused = client.submit(&flow, json!({ "method": "link", "email": email })).await.form();
        assert_eq!(refused.messages(), [id], "{email}");
    }
    let refused = client.submit(&flow, json!({ "method": "code", "email": ADA })).await.form();
    assert_eq!(refused.messages(), ["4010005"]);
}

on_each!(an_app_whose_flow_expired_goes_on_in_a_browser);
async fn an_app_whose_flow_expired_goes_on_in_a_browser(database: TestDatabase) {
    let app = app_with_ada(database, "").await;
    let client = app.client(Kind::Native);
    let flow = ask(&client, ADA).await;
    app.advance(Duration::from_secs(3601));
    let answer = client.post(&flow, json!({ "method": "link", "email": ADA })).await.expect(303);
    let path = answer.location().strip_prefix("https://id.example.test").unwrap().to_owned();
    // Whoever got the anti-CSRF token with this answer may read the flow.
    let cookies: Vec<String> =
        client.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
    let fetch = TestRequest::get().uri(&path).insert_header((header::COOKIE, cookies.join("; ")));
    let next = app.ask(fetch).await.expect(200).json();
    assert_eq!(next["type"], "browser");
    assert_eq!(next["ui"]["messages"][0]["id"], 4_060_005);
    app.ask(TestRequest::get().uri(&path)).await.expect(403);
}
