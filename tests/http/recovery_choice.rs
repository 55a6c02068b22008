//! Getting back into an account by one of its addresses (02 §3.4).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Client, Flow, Kind, Step, TestApp},
};

const ADA: &str = "ada@example.test";
const WORK: &str = "lovelace@work.test";
const PHONE: &str = "+4915112345678";

/// Where people choose, with an identity schema that has three addresses.
fn config() -> String {
    let address = |via: &str, format: &str| {
        let own = json!({ "recovery": { "via": via }, "verification": { "via": via } });
        json!({ "type": "string", "format": format, "ory.sh/kratos": own })
    };
    let mut email = address("email", "email");
    email["ory.sh/kratos"]["credentials"] = json!({ "password": { "identifier": true } });
    let traits = json!({ "email": email, "work": address("email", "email"), "phone": address("sms", "tel") });
    let schema = json!({
        "type": "object",
        "properties": { "traits": { "type": "object", "properties": traits } },
    });
    let url = format!("base64://{}", STANDARD.encode(schema.to_string()));
    json!({
        "identity": { "default_schema_id": "three", "schemas": [{ "id": "three", "url": url }] },
        "selfservice": { "flows": { "recovery": { "enabled": true, "use": "code" } } },
        "feature_flags": { "choose_recovery_address": true, "use_continue_with_transitions": true },
    })
    .to_string()
}

/// An application, and somebody in it with these traits.
async fn app_with(database: TestDatabase, traits: Value) -> TestApp {
    let app = TestApp::builder(database).config(&config()).build().await;
    let body = json!({ "traits": traits });
    app.admin(actix_web::http::Method::POST, "/admin/identities", body).await.expect(201);
    app
}

async fn name(client: &Client<'_>, address: &str) -> Flow {
    let flow = client.open("recovery").await;
    assert_eq!(flow.json["state"], "recovery_awaiting_address");
    client.submit(&flow, json!({ "recovery_address": address })).await.form()
}

async fn type_code(client: &Client<'_>, flow: &Flow, code: &str) -> Step {
    client.step(flow, json!({ "code": code })).await
}

/// What stands for the nth address, and its mask.
fn offer(flow: &Flow, n: usize) -> (Value, String) {
    let nodes = flow.json["ui"]["nodes"].as_array().unwrap().iter();
    let mut offers = nodes.filter(|node| node["attributes"]["name"] == "recovery_select_address");
    let node = offers.nth(n).unwrap();
    (node["attributes"]["value"].clone(), node["meta"]["label"]["text"].as_str().unwrap().to_owned())
}

fn other(code: &str) -> String {
    if code == "000000" { "000001".to_owned() } else { "000000".to_owned() }
}

/// Passes when somebody got back in, and takes over the token of an app.
#[track_caller]
fn is_back(client: &Client<'_>, step: Step) {
    match step {
        Step::Sent(url) => assert!(url.starts_with("https://app.example.test/settings"), "{url}"),
        step => {
            let done = step.form().json;
            assert_eq!(done["state"], "passed_challenge");
            let token = done["continue_with"][0]["ory_session_token"].as_str();
            *client.token.borrow_mut() = token.map(str::to_owned);
        }
    }
}

for_all!(the_only_address_gets_its_code_at_once);
async fn the_only_address_gets_its_code_at_once(database: TestDatabase, kind: Kind) {
    let app = app_with(database, json!({ "email": ADA })).await;
    let client = app.client(kind);
    let flow = name(&client, ADA).await;
    assert_eq!(
        (&flow.json["state"], flow.messages()),
        (&json!("recovery_awaiting_code"), vec!["1060004".to_owned()])
    );
    let code = app.newest_mail(ADA).await.code();
    assert_eq!(type_code(&client, &flow, &other(&code)).await.form().messages(), ["4060006"]);
    is_back(&client, type_code(&client, &flow, &code).await);
    assert!(client.is_logged_in().await && app.is_verified(ADA).await);
    let again = client.fetch("recovery", flow.id()).await;
    match (kind, type_code(&client, &again, &code).await) {
        (_, Step::Replaced(next)) => assert_eq!(next.messages(), ["4060001"]),
        (_, step) => panic!("{step:?}"),
    }
}

for_all!(sec_17_an_unknown_address_looks_like_one_that_stands_alone);
async fn sec_17_an_unknown_address_looks_like_one_that_stands_alone(database: TestDatabase, kind: Kind) {
    let app = app_with(database, json!({ "email": ADA })).await;
    let shown = async |address: &str| {
        let client = app.client(kind);
        let asked = name(&client, address).await;
        let wrong = type_code(&client, &asked, "000000").await.form();
        let back = client.submit(&asked, json!({ "screen": "previous" })).await.form();
        [asked, wrong, back].map(|flow| {
            let csrf = flow.value("csrf_token").map(|token| token.to_string()).unwrap_or_default();
            let start: String = address.chars().take(2).collect();
            let form = flow.json["ui"].to_string().replace(&csrf, "…").replace(flow.id(), "…");
            let form = form.replace(address, "…").replace(&format!("{start}****"), "…");
            (form, flow.json["state"].clone())
        })
    };
    assert_eq!(shown("bob@example.test").await, shown(ADA).await);
    assert_eq!(app.mailbox().await.len(), 1, "nobody is written to who has no account");
}

for_all!(another_address_has_to_be_typed_in_full);
async fn another_address_has_to_be_typed_in_full(database: TestDatabase, kind: Kind) {
    let app = app_with(database, json!({ "email": ADA, "work": WORK })).await;
    let client = app.client(kind);
    let flow = name(&client, ADA).await;
    assert_eq!(flow.json["state"], "recovery_awaiting_address_choice");
    assert!(!flow.json.to_string().contains(WORK), "what was not typed is shown masked only");
    let (work, mask) = offer(&flow, 1);
    assert_eq!(mask, "lo****@work.test");
    let chosen = client.submit(&flow, json!({ "recovery_select_address": work })).await.form();
    assert_eq!(
        (&chosen.json["state"], chosen.messages()),
        (&json!("recovery_confirming_address"), vec!["1060005".to_owned()])
    );
    let back = client.submit(&chosen, json!({ "screen": "previous" })).await.form();
    assert_eq!(
        (&back.json["state"], back.messages()),
        (&json!("recovery_awaiting_address_choice"), vec!["1060006".to_owned()])
    );
    let chosen = client.submit(&back, json!({ "recovery_select_address": work })).await.form();
    let missing = client.submit(&chosen, json!({ "method": "code" })).await.form();
    assert_eq!(missing.messages(), ["4000002@recovery_confirm_address"]);
    assert!(app.mailbox().await.is_empty(), "nothing is sent before the address is known");
    let sent = client.submit(&chosen, json!({ "recovery_confirm_address": WORK })).await.form();
    assert_eq!(sent.json["state"], "recovery_awaiting_code");
    assert_eq!(sent.json["ui"]["messages"][0]["context"]["masked_address"], "lo****@work.test");
    let first = app.newest_mail(WORK).await.code();
    app.advance(std::time::Duration::from_secs(1));
    // Sent again, the first code is worth nothing.
    let again = client.submit(&sent, json!({ "recovery_confirm_address": WORK })).await.form();
    let code = app.newest_mail(WORK).await.code();
    assert_ne!(first, code);
    assert_eq!(type_code(&client, &again, &first).await.form().messages(), ["4060006"]);
    is_back(&client, type_code(&client, &again, &code).await);
    assert!(client.is_logged_in().await && !app.is_verified(ADA).await);
}

for_all!(a_wrong_full_address_looks_like_the_right_one_and_gets_nothing);
async fn a_wrong_full_address_looks_like_the_right_one_and_gets_nothing(database: TestDatabase, kind: Kind) {
    let app = app_with(database, json!({ "email": ADA, "work": WORK })).await;
    let shown = async |typed: &str| {
        let client = app.client(kind);
        let flow = name(&client, ADA).await;
        let (work, _) = offer(&flow, 1);
        let chosen = client.submit(&flow, json!({ "recovery_select_address": work })).await.form();
        let sent = client.submit(&chosen, json!({ "recovery_confirm_address": typed })).await.form();
        let csrf = sent.value("csrf_token").map(|token| token.to_string()).unwrap_or_default();
        let form = sent.json["ui"].to_string().replace(&csrf, "…").replace(sent.id(), "…");
        (client.status.get(), form.replace(typed, "…"))
    };
    assert_eq!(shown("lonely@work.test").await, shown(WORK).await);
    assert_eq!(app.mailbox().await.len(), 1);
}

for_all!(the_address_that_was_named_needs_no_confirmation);
async fn the_address_that_was_named_needs_no_confirmation(database: TestDatabase, kind: Kind) {
    let app = app_with(database, json!({ "email": ADA, "work": WORK })).await;
    let client = app.client(kind);
    let flow = name(&client, WORK).await;
    for (choice, id) in [(json!(""), "4000002@recovery_select_address"), (json!(WORK), "4000001")] {
        let refused = client.submit(&flow, json!({ "recovery_select_address": choice })).await.form();
        assert_eq!(refused.messages(), [id]);
        assert_eq!(refused.json["state"], "recovery_awaiting_address_choice");
    }
    let (work, _) = offer(&flow, 1);
    let sent = client.submit(&flow, json!({ "recovery_select_address": work })).await.form();
    assert_eq!(sent.json["state"], "recovery_awaiting_code");
    is_back(&client, type_code(&client, &sent, &app.newest_mail(WORK).await.code()).await);
}

for_all!(an_address_that_is_spelled_otherwise_is_shown_first);
async fn an_address_that_is_spelled_otherwise_is_shown_first(database: TestDatabase, kind: Kind) {
    let app = app_with(database, json!({ "email": ADA })).await;
    let client = app.client(kind);
    let flow = name(&client, "ADA@example.test").await;
    assert_eq!(flow.json["state"], "recovery_awaiting_address_choice");
    let (choice, mask) = offer(&flow, 0);
    assert_eq!(mask, "ad****@example.test");
    let chosen = client.submit(&flow, json!({ "recovery_select_address": choice })).await.form();
    assert_eq!(chosen.json["state"], "recovery_confirming_address");
    let sent = client.submit(&chosen, json!({ "recovery_confirm_address": "Ada@Example.test" })).await.form();
    // SECURITY: the letter goes to the address as it is kept, so that none that only looks like it gets it.
    is_back(&client, type_code(&client, &sent, &app.newest_mail(ADA).await.code()).await);
}

for_all!(a_phone_gets_its_code_by_text_message);
async fn a_phone_gets_its_code_by_text_message(database: TestDatabase, kind: Kind) {
    let app = app_with(database, json!({ "email": ADA, "phone": PHONE })).await;
    let client = app.client(kind);
    let flow = name(&client, ADA).await;
    let (phone, mask) = offer(&flow, 0);
    assert_eq!(mask, "+49****78");
    let chosen = client.submit(&flow, json!({ "recovery_select_address": phone })).await.form();
    let nodes = chosen.json["ui"]["nodes"].as_array().unwrap();
    let field = nodes.iter().find(|node| node["attributes"]["name"] == "recovery_confirm_address").unwrap();
    assert_eq!(
        (&field["attributes"]["type"], &field["meta"]["label"]["id"]),
        (&json!("tel"), &json!(1_070_017))
    );
    let typed = json!({ "recovery_confirm_address": "+49 151 12345678" });
    let sent = client.submit(&chosen, typed).await.form();
    let message = app.newest_mail(PHONE).await;
    assert_eq!(message.message.channel.wire_name(), "sms");
    assert_eq!(message.message.template.wire_name(), "recovery_code_valid");
    is_back(&client, type_code(&client, &sent, &message.code()).await);
    assert!(client.is_logged_in().await);
}

for_all!(sec_11_going_back_gives_no_further_tries);
async fn sec_11_going_back_gives_no_further_tries(database: TestDatabase, kind: Kind) {
    let app = app_with(database, json!({ "email": ADA, "work": WORK })).await;
    let client = app.client(kind);
    let mut flow = name(&client, ADA).await;
    let (ada, _) = offer(&flow, 0);
    for _ in 0..5 {
        app.advance(std::time::Duration::from_secs(1));
        let sent = client.submit(&flow, json!({ "recovery_select_address": ada })).await.form();
        let code = app.newest_mail(ADA).await.code();
        assert_eq!(type_code(&client, &sent, &other(&code)).await.form().messages(), ["4060006"]);
        flow = client.submit(&sent, json!({ "screen": "previous" })).await.form();
    }
    let sent = client.submit(&flow, json!({ "recovery_select_address": ada })).await.form();
    let code = app.newest_mail(ADA).await.code();
    match (kind, type_code(&client, &sent, &code).await) {
        (Kind::Browser, step) => assert_eq!(step.replaced().messages(), ["4000001"]),
        (Kind::Spa | Kind::Native, step) => assert_eq!(step.error().0, 400),
    }
    assert!(!client.is_logged_in().await);
}
