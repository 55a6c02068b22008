//! What a session must have shown to change an account, and what waits until it has.

use std::time::Duration;

use serde_json::json;
use zelos::{
    identity::Aal,
    kernel::FlowId,
    store::{Flows as _, IdentitiesMut as _},
};

use crate::{
    database::TestDatabase,
    for_all,
    harness::{Client, Flow, Kind, TestApp, flow_of, people::PASSWORD},
    on_each,
    settings::{password, saved, signed_in, traits},
};

const ADA: &str = "ada@example.test";
const NEW: &str = "new@example.test";
const OTHER: &str = "another horse battery";
const LOGIN: &str = "https://id.example.test/self-service/login/browser";
const TOTP: &str = "selfservice: { methods: { totp: { enabled: true } } }";
const ONE_FACTOR: &str = "selfservice: { flows: { settings: { required_aal: aal1 } } }";
const ALWAYS: &str = "selfservice: { flows: { settings: { privileged_session_max_age: 0s } } }";

async fn refresh(client: &Client<'_>) {
    let flow = client.open_with("login", "?refresh=true").await;
    client
        .submit(&flow, json!({ "method": "password", "identifier": ADA, "password": PASSWORD }))
        .await
        .done();
}

for_all!(sec_40_an_old_session_changes_nothing_that_is_protected);
async fn sec_40_an_old_session_changes_nothing_that_is_protected(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = signed_in(&app, kind, ADA).await;
    app.advance(Duration::from_secs(3601));
    let flow = client.open("settings").await;
    let harmless = json!({ "method": "profile", "traits": { "email": ADA, "name": { "first": "A" } } });
    saved(client.submit(&flow, harmless).await);
    let flow = client.open("settings").await;
    let back = format!("https%3A%2F%2Fid.example.test%2Fself-service%2Fsettings%3Fflow%3D{}", flow.id());
    let login = format!("{LOGIN}?refresh=true&return_to={back}");
    for fields in [password(OTHER), password("short"), traits(NEW)] {
        let answer = client.post(&flow, fields.clone()).await;
        match kind {
            Kind::Browser => assert_eq!(answer.expect(303).location(), login),
            Kind::Spa | Kind::Native => {
                assert_eq!(answer.json()["redirect_browser_to"], login.as_str());
                assert_eq!(answer.expect(403).error_id(), "session_refresh_required");
            }
        }
    }
    assert!(app.identity(NEW).await.is_none());
    refresh(&client).await;
    saved(client.submit(&flow, password(OTHER)).await);
    assert!(app.client(kind).log_in(ADA, OTHER).await.is_done());
}

/// Sends a password with an old session, and signs in anew as asked, up to the redirect back.
async fn put_aside<'a>(app: &'a TestApp) -> (Client<'a>, Flow, String) {
    let client = signed_in(app, Kind::Browser, ADA).await;
    app.advance(Duration::from_secs(3601));
    let flow = client.open("settings").await;
    let login = client.post(&flow, password(OTHER)).await.expect(303).location();
    let opened = client.get(login.strip_prefix("https://id.example.test").unwrap()).await.expect(303);
    let login = client.fetch("login", &flow_of(&opened.location()).unwrap()).await;
    let fields = json!({ "method": "password", "identifier": ADA, "password": PASSWORD });
    let back = client.post(&login, fields).await.expect(303).location();
    let back = back.strip_prefix("https://id.example.test").unwrap().to_owned();
    (client, flow, back)
}

/// Whether the form says that a method is missing, and the password is the old one.
async fn nothing_came_of_it(client: &Client<'_>, flow: &Flow) {
    assert_eq!(client.fetch("settings", flow.id()).await.messages(), ["4010004"]);
    assert!(client.app.client(Kind::Native).log_in(ADA, PASSWORD).await.is_done());
}

async fn whoever_signs_in_anew_goes_on_once(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    let (client, flow, back) = put_aside(&app).await;
    let answer = client.get(&back).await.expect(303);
    assert_eq!(flow_of(&answer.location()).as_deref(), Some(flow.id()));
    assert_eq!(client.fetch("settings", flow.id()).await.messages(), ["1050001"]);
    assert!(app.client(Kind::Native).log_in(ADA, OTHER).await.is_done());
    client.get(&back).await.expect(303);
    assert_eq!(client.fetch("settings", flow.id()).await.messages(), ["4010004"]);
}

on_each!(whoever_signs_in_anew_goes_on_once);

async fn what_was_put_aside_is_for_one_browser_and_a_quarter_of_an_hour(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    let (client, flow, back) = put_aside(&app).await;
    // A program asks again by itself.
    client.get_json(&back).await.expect(400);
    nothing_came_of_it(&client, &flow).await;

    let (client, flow, back) = again(&app, &client).await;
    // The same person in another browser.
    let other = app.client(Kind::Browser);
    other.log_in(ADA, PASSWORD).await.done();
    other.get(&back).await.expect(303);
    nothing_came_of_it(&other, &flow).await;

    let (client, flow, back) = again(&app, &client).await;
    app.advance(Duration::from_secs(901));
    client.get(&back).await.expect(303);
    nothing_came_of_it(&client, &flow).await;

    let (client, flow, back) = again(&app, &client).await;
    // Other settings were opened meanwhile.
    client.open("settings").await;
    client.get(&back).await.expect(303);
    nothing_came_of_it(&client, &flow).await;
}

on_each!(what_was_put_aside_is_for_one_browser_and_a_quarter_of_an_hour);

/// Puts the same aside once more, with the session of `client`.
async fn again<'a>(app: &'a TestApp, client: &Client<'a>) -> (Client<'a>, Flow, String) {
    app.advance(Duration::from_secs(3601));
    let same = app.client(Kind::Browser);
    same.cookies.borrow_mut().extend(client.cookies.borrow().clone());
    let flow = same.open("settings").await;
    same.post(&flow, password(OTHER)).await.expect(303);
    refresh(&same).await;
    let back = format!("/self-service/settings?flow={}", flow.id());
    (same, flow, back)
}

async fn what_is_put_aside_is_sealed(database: TestDatabase) {
    let app = TestApp::builder(database).build().await;
    let (_, flow, _) = put_aside(&app).await;
    let id: FlowId = flow.id().parse().unwrap();
    let kept = app.store.read(move |reader| reader.flow(id)).await.unwrap().unwrap();
    let state = kept.state_json().unwrap();
    assert!(state["paused"]["body"].as_str().unwrap().starts_with("v1."));
    assert!(!state.to_string().contains(OTHER) && !format!("{kept:?}").contains(OTHER));
}

on_each!(what_is_put_aside_is_sealed);

for_all!(a_second_factor_is_asked_for_where_the_account_has_one);
async fn a_second_factor_is_asked_for_where_the_account_has_one(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(TOTP).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let flow = client.open("settings").await;
    let mut identity = app.identity(ADA).await.unwrap();
    let read = identity.version;
    (identity.available.aal, identity.version) = (Aal::Aal2, read.next());
    app.store.write(move |tx| tx.replace_identity(&identity, read)?.or_stale()).await.unwrap();
    let id = flow.id();
    let ui = format!("https%3A%2F%2Fapp.example.test%2Fsettings%3Fflow%3D{id}");
    let submit = format!("https%3A%2F%2Fid.example.test%2Fself-service%2Fsettings%3Fflow%3D{id}");
    for (answer, back) in [
        (client.init("settings", "").await, String::new()),
        (client.get(&format!("/self-service/settings/flows?id={id}")).await, format!("&return_to={ui}")),
        (client.post(&flow, traits(ADA)).await, format!("&return_to={submit}")),
    ] {
        let login = format!("{LOGIN}?aal=aal2{back}");
        match kind {
            Kind::Browser => assert_eq!(answer.expect(303).location(), login),
            Kind::Spa | Kind::Native => {
                assert_eq!(answer.json()["redirect_browser_to"], login.as_str());
                assert_eq!(answer.expect(403).error_id(), "session_aal2_required");
            }
        }
    }
}

for_all!(one_factor_is_enough_where_the_operator_says_so);
async fn one_factor_is_enough_where_the_operator_says_so(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ONE_FACTOR).config(TOTP).config(ALWAYS).build().await;
    let client = signed_in(&app, kind, ADA).await;
    let mut identity = app.identity(ADA).await.unwrap();
    let read = identity.version;
    (identity.available.aal, identity.version) = (Aal::Aal2, read.next());
    app.store.write(move |tx| tx.replace_identity(&identity, read)?.or_stale()).await.unwrap();
    app.advance(Duration::from_secs(7200));
    let flow = client.open("settings").await;
    // No limit frees everything but the password.
    saved(client.submit(&flow, traits(NEW)).await);
    let answer = client.post(&flow, password(OTHER)).await;
    assert!(answer.status == 403 || answer.location().starts_with(LOGIN));
}
