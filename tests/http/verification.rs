//! Proving an address, by code and by link.

use std::time::Duration;

use actix_web::{http::Method, test::TestRequest};
use serde_json::json;

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Client, Flow, Kind, Step, TestApp, flow_of},
};

const ADA: &str = "ada@example.test";
const BY_LINK: &str = "selfservice: { flows: { verification: { use: link } } }";
const TELLING: &str = "selfservice: { flows: { verification: { notify_unknown_recipients: true } } }";

async fn app_with_ada(database: TestDatabase, config: &str) -> TestApp {
    let app = TestApp::builder(database).config(config).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    app
}

async fn type_code(client: &Client<'_>, flow: &Flow, code: &str) -> Step {
    client.step(flow, json!({ "method": "code", "code": code })).await
}

/// Another code than this one.
fn other(code: &str) -> String {
    if code == "000000" { "000001".to_owned() } else { "000000".to_owned() }
}

for_all!(who_forgets_the_method_is_told_and_can_go_on);
async fn who_forgets_the_method_is_told_and_can_go_on(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = client.open("verification").await;
    assert_eq!(flow.json["active"], "code");
    let refused = client.submit(&flow, json!({ "email": ADA })).await.form();
    assert_eq!(
        (refused.messages(), &refused.json["active"]),
        (vec!["4010006".to_owned()], &json!("default"))
    );
    let sent = client.submit(&refused, json!({ "method": "code", "email": ADA })).await.form();
    assert_eq!((sent.messages(), &sent.json["active"]), (vec!["1080003".to_owned()], &json!("code")));
}

for_all!(the_code_of_the_letter_proves_the_address);
async fn the_code_of_the_letter_proves_the_address(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = client.ask_for_code("Ada@example.test").await;
    assert_eq!((flow.messages(), &flow.json["state"]), (vec!["1080003".to_owned()], &json!("sent_email")));
    assert!(!app.is_verified(ADA).await);
    let code = app.newest_mail(ADA).await.code();
    assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()), "sec_24: {code}");
    let done = type_code(&client, &flow, &code).await.form();
    assert_eq!(
        (done.messages(), &done.json["state"]),
        (vec!["1080002".to_owned()], &json!("passed_challenge"))
    );
    assert!(app.is_verified(ADA).await);
}

for_all!(a_wrong_code_is_refused_and_the_right_one_still_works);
async fn a_wrong_code_is_refused_and_the_right_one_still_works(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = client.ask_for_code(ADA).await;
    let code = app.newest_mail(ADA).await.code();
    for wrong in [other(&code), "12345".to_owned(), format!("{code}0"), "ада".to_owned()] {
        let refused = type_code(&client, &flow, &wrong).await.form();
        assert_eq!(refused.messages(), ["4070006"], "{wrong}");
        assert!(!app.is_verified(ADA).await);
    }
    type_code(&client, &flow, &code).await.form();
    assert!(app.is_verified(ADA).await);
}

for_all!(sec_30_after_too_many_codes_the_right_one_does_not_help);
async fn sec_30_after_too_many_codes_the_right_one_does_not_help(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = client.ask_for_code(ADA).await;
    let code = app.newest_mail(ADA).await.code();
    for n in 0..5 {
        assert_eq!(type_code(&client, &flow, &other(&code)).await.form().messages(), ["4070006"], "{n}");
    }
    let next = type_code(&client, &flow, &code).await.replaced();
    assert_eq!(next.messages(), ["4000001"]);
    assert!(!app.is_verified(ADA).await);
    // Sending again does not reset the count.
    client.submit(&flow, json!({ "method": "code", "email": ADA })).await;
    let code = app.newest_mail(ADA).await.code();
    type_code(&client, &flow, &code).await.replaced();
    assert!(!app.is_verified(ADA).await);
}

for_all!(sec_29_a_code_fits_its_own_flow_only);
async fn sec_29_a_code_fits_its_own_flow_only(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    client.ask_for_code(ADA).await;
    let code = app.newest_mail(ADA).await.code();
    let stranger = client.another();
    let flow = stranger.ask_for_code("nobody@example.test").await;
    assert_eq!(type_code(&stranger, &flow, &code).await.form().messages(), ["4070006"]);
    assert!(!app.is_verified(ADA).await);
}

for_all!(sending_again_replaces_the_code);
async fn sending_again_replaces_the_code(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = client.ask_for_code(ADA).await;
    let first = app.newest_mail(ADA).await.code();
    app.advance(Duration::from_secs(5));
    let flow = client.submit(&flow, json!({ "method": "code", "email": ADA })).await.form();
    let second = app.newest_mail(ADA).await.code();
    assert_ne!(first, second);
    assert_eq!(type_code(&client, &flow, &first).await.form().messages(), ["4070006"]);
    type_code(&client, &flow, &second).await.form();
    assert!(app.is_verified(ADA).await);
}

for_all!(sec_25_a_code_stops_working);
async fn sec_25_a_code_stops_working(database: TestDatabase, kind: Kind) {
    let app =
        app_with_ada(database, "selfservice: { methods: { code: { config: { lifespan: 10m } } } }").await;
    let client = app.client(kind);
    let flow = client.ask_for_code(ADA).await;
    let code = app.newest_mail(ADA).await.code();
    app.advance(Duration::from_secs(601));
    assert_eq!(type_code(&client, &flow, &code).await.form().messages(), ["4070006"]);
    assert!(!app.is_verified(ADA).await);
}

for_all!(a_used_flow_gives_way_to_a_fresh_one);
async fn a_used_flow_gives_way_to_a_fresh_one(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = client.ask_for_code(ADA).await;
    let code = app.newest_mail(ADA).await.code();
    type_code(&client, &flow, &code).await.form();
    let next = type_code(&client, &flow, &code).await.replaced();
    assert_eq!((next.messages(), &next.json["state"]), (vec!["4070002".to_owned()], &json!("choose_method")));
}

for_all!(an_expired_flow_gives_way_to_a_fresh_one);
async fn an_expired_flow_gives_way_to_a_fresh_one(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = client.ask_for_code(ADA).await;
    let code = app.newest_mail(ADA).await.code();
    app.advance(Duration::from_secs(3601));
    let next = type_code(&client, &flow, &code).await.replaced();
    assert_eq!(next.messages(), ["4070005"]);
    assert!(!app.is_verified(ADA).await);
}

for_all!(the_link_of_a_code_letter_fills_the_form_and_proves_nothing);
async fn the_link_of_a_code_letter_fills_the_form_and_proves_nothing(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let flow = client.ask_for_code(ADA).await;
    let mail = app.newest_mail(ADA).await;
    // A mail scanner follows it, twice, without any cookies.
    for _ in 0..2 {
        let scanner = app.client(Kind::Browser);
        let location = scanner.get(&mail.link()).await.expect(303).location();
        assert_eq!(flow_of(&location).as_deref(), Some(flow.id()));
        assert!(!app.is_verified(ADA).await);
    }
    let location = client.get(&mail.link()).await.expect(303).location();
    assert!(!location.contains(&mail.code()), "the code stands in no address that is sent on");
    let filled = client.fetch("verification", flow.id()).await;
    assert_eq!(filled.value("code").unwrap(), &json!(mail.code()));
    type_code(&client, &filled, &mail.code()).await.form();
    assert!(app.is_verified(ADA).await);
}

for_all!(sec_17_an_unknown_address_gets_the_same_answer);
async fn sec_17_an_unknown_address_gets_the_same_answer(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let sent = app.mailbox().await.len();
    let shown = async |email: &str| {
        let client = app.client(kind);
        let flow = client.ask_for_code(email).await;
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
    app.client(kind).ask_for_code("bob@example.test").await;
    let mail = app.newest_mail("bob@example.test").await;
    assert_eq!(mail.message.template.wire_name(), "verification_code_invalid");
}

for_all!(a_link_proves_the_address_once);
async fn a_link_proves_the_address_once(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, BY_LINK).await;
    let client = app.client(kind);
    let flow = client.open("verification").await;
    let flow = client.submit(&flow, json!({ "method": "link", "email": ADA })).await.form();
    assert_eq!(flow.messages(), ["1080001"]);
    let link = app.newest_mail(ADA).await.link();
    let reader = app.client(Kind::Browser);
    let wrong = link.replace("token=", "token=x");
    reader.get(&wrong).await.expect(303);
    assert!(!app.is_verified(ADA).await);
    reader.get(&link).await.expect(303);
    assert!(app.is_verified(ADA).await);
    let location = reader.get(&link).await.expect(303).location();
    let next = reader.fetch("verification", &flow_of(&location).unwrap()).await;
    assert_eq!(next.messages(), ["4070001"]);
}

for_all!(looking_at_a_link_does_not_use_it_up);
async fn looking_at_a_link_does_not_use_it_up(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, BY_LINK).await;
    let link = app.newest_mail(ADA).await.link();
    let scanner = app.client(kind);
    scanner.ask(TestRequest::default().method(Method::HEAD).uri(&link)).await.expect(200);
    assert!(!app.is_verified(ADA).await);
    app.client(Kind::Browser).get(&link).await.expect(303);
    assert!(app.is_verified(ADA).await);
}

for_all!(a_link_of_yesterday_does_not_work);
async fn a_link_of_yesterday_does_not_work(database: TestDatabase, kind: Kind) {
    let slow = "selfservice: { flows: { verification: { lifespan: 48h } } }";
    let app = TestApp::builder(database).config(BY_LINK).config(slow).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let client = app.client(kind);
    let flow = client.open("verification").await;
    client.submit(&flow, json!({ "method": "link", "email": ADA })).await.form();
    let link = app.newest_mail(ADA).await.link();
    app.advance(Duration::from_secs(25 * 3600));
    app.client(Kind::Browser).get(&link).await.expect(303);
    assert!(!app.is_verified(ADA).await);
}

for_all!(what_is_no_address_is_told_at_its_field);
async fn what_is_no_address_is_told_at_its_field(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let (client, sent) = (app.client(kind), app.mailbox().await.len());
    let flow = client.open("verification").await;
    for email in ["", &format!("{}@example.test", "a".repeat(400))] {
        let refused = client.submit(&flow, json!({ "method": "code", "email": email })).await.form();
        assert!(
            refused.messages().iter().any(|id| id.ends_with("@email")),
            "{email}: {:?}",
            refused.messages()
        );
    }
    assert_eq!(app.mailbox().await.len(), sent);
}

for_all!(a_method_that_is_none_is_told_at_its_field);
async fn a_method_that_is_none_is_told_at_its_field(database: TestDatabase, kind: Kind) {
    let app = app_with_ada(database, "").await;
    let client = app.client(kind);
    let (flow, before) = (client.open("verification").await, app.mailbox().await.len());
    let refused = client.step(&flow, json!({ "method": "pigeon", "email": ADA })).await.form();
    assert!(refused.json["ui"]["messages"].is_null());
    let nodes = refused.json["ui"]["nodes"].as_array().unwrap();
    let method = nodes.iter().find(|node| node["attributes"]["name"] == "method").unwrap();
    assert_eq!(method["messages"][0]["id"], 4_000_001);
    assert_eq!(app.mailbox().await.len(), before);
    let sent = client.step(&refused, json!({ "method": "code", "email": ADA })).await.form();
    assert_eq!(sent.json["state"], "sent_email");
}
