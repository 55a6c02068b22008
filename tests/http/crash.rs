//! All or nothing, and exactly once: commits that break at each statement, and many that race.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use zelos::{
    flow::AnyFlow,
    kernel::{FlowId, IdentityId},
    store::{
        Audit as _, Codes as _, Credentials as _, Flows as _, Identities as _, IdentityFilter, SessionQuery,
        Sessions as _,
    },
};

use crate::{
    code::{ON, asked, typed},
    database::TestDatabase,
    for_all,
    harness::{
        Client, Flow, Kind, TestApp, flow_of,
        people::{PASSWORD, account, credentials},
    },
};

const ADA: &str = "ada@example.test";
const ALL_HOOKS: &str = "
selfservice:
  flows:
    registration:
      style: unified
      after: { password: { hooks: [{ hook: show_verification_ui }, { hook: session }] } }
    login:
      after: { hooks: [{ hook: revoke_active_sessions }] }
";

/// Everything that a commit could have changed.
#[derive(Debug, PartialEq)]
struct Stock {
    flow: Option<AnyFlow>,
    identities: u64,
    of_ada: Option<(zelos::identity::Identity, usize, u64, usize)>,
    codes: usize,
    mails: usize,
}

async fn stock(app: &TestApp, flow: &Flow) -> Stock {
    let id: FlowId = flow.id().parse().unwrap();
    let ada = app.identity(ADA).await;
    let mut of_ada = None;
    if let Some(ada) = ada {
        let (id, now) = (ada.id, app.now());
        let query = SessionQuery { identity: id, active: None, now, except: None, skip: 0, limit: 100 };
        let counts = app.store.read(move |reader| {
            let credentials = reader.credentials_of(id)?.len();
            Ok((credentials, reader.count_sessions_of(&query)?, reader.audit_of(id, 100)?.len()))
        });
        let (credentials, sessions, audit) = counts.await.unwrap();
        of_ada = Some((ada, credentials, sessions, audit));
    }
    let read = app.store.read(move |reader| {
        Ok((reader.flow(id)?, reader.count_identities(&IdentityFilter::All)?, reader.codes_of(id)?))
    });
    let (flow, identities, codes) = read.await.unwrap();
    let used = codes.iter().filter(|code| code.used_at.is_none()).count();
    Stock { flow, identities, of_ada, codes: used, mails: app.mailbox().await.len() }
}

/// Submits with a fuse at each statement in turn, until one is past the last; nothing may be left behind.
async fn break_everywhere(client: &Client<'_>, flow: &Flow, fields: serde_json::Value) {
    let app = client.app;
    let before = stock(app, flow).await;
    let cookies = client.cookies.borrow().clone();
    for n in 1..50 {
        app.store.arm_fuse(n);
        let answer = client.post(flow, fields.clone()).await;
        if app.store.arm_fuse(0) {
            assert!(n > 3, "a commit of {n} statements only");
            assert!(answer.status < 500, "{} {}", answer.status, answer.text());
            assert_ne!(stock(app, flow).await, before, "the last submission succeeds");
            return;
        }
        assert_eq!(answer.status, 500, "statement {n}: {}", answer.text());
        assert!(!answer.text().contains("fuse"), "a client learns nothing of the inside");
        assert!(answer.headers.get("set-cookie").is_none(), "statement {n} leaves a cookie");
        assert_eq!(stock(app, flow).await, before, "after statement {n} failed");
        *client.cookies.borrow_mut() = cookies.clone();
    }
    panic!("the commit never got through");
}

for_all!(a_registration_that_breaks_leaves_nothing_behind);
async fn a_registration_that_breaks_leaves_nothing_behind(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ALL_HOOKS).build().await;
    let client = app.client(kind);
    let flow = client.open("registration").await;
    break_everywhere(&client, &flow, account(ADA)).await;
    assert_eq!(app.mailbox().await.len(), 1);
}

for_all!(a_login_that_breaks_leaves_nothing_behind);
async fn a_login_that_breaks_leaves_nothing_behind(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ALL_HOOKS).build().await;
    let stranger = app.client(kind);
    let flow = stranger.open("registration").await;
    stranger.submit(&flow, account(ADA)).await.done();
    let client = app.client(kind);
    let flow = client.open("login").await;
    break_everywhere(&client, &flow, credentials(ADA, PASSWORD)).await;
    assert!(!stranger.is_logged_in().await, "the hook ran with the commit that got through");
}

for_all!(a_login_by_code_that_breaks_leaves_nothing_behind);
async fn a_login_by_code_that_breaks_leaves_nothing_behind(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ALL_HOOKS).config(ON).build().await;
    let stranger = app.client(kind);
    let flow = stranger.open("registration").await;
    stranger.submit(&flow, account(ADA)).await.done();
    app.advance(Duration::from_secs(1));
    let client = app.client(kind);
    let flow = client.open("login").await;
    break_everywhere(&client, &flow, asked(ADA)).await;
    let flow = client.fetch("login", flow.id()).await;
    let code = app.newest_mail(ADA).await.code();
    break_everywhere(&client, &flow, typed(ADA, &code)).await;
    assert!(app.is_verified(ADA).await && !stranger.is_logged_in().await);
}

for_all!(a_sign_up_by_code_that_breaks_leaves_nothing_behind);
async fn a_sign_up_by_code_that_breaks_leaves_nothing_behind(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ALL_HOOKS).config(ON).build().await;
    let client = app.client(kind);
    let flow = client.open("registration").await;
    let traits = json!({ "email": ADA });
    break_everywhere(&client, &flow, json!({ "method": "code", "traits": traits })).await;
    let flow = client.fetch("registration", flow.id()).await;
    let code = app.newest_mail(ADA).await.code();
    break_everywhere(&client, &flow, json!({ "method": "code", "code": code, "traits": traits })).await;
    assert!(app.is_verified(ADA).await);
}

for_all!(a_verification_that_breaks_leaves_nothing_behind);
async fn a_verification_that_breaks_leaves_nothing_behind(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ALL_HOOKS).build().await;
    let stranger = app.client(Kind::Native);
    let flow = stranger.open("registration").await;
    stranger.submit(&flow, account(ADA)).await.done();
    let client = app.client(kind);
    app.advance(Duration::from_secs(1));
    let flow = client.open("verification").await;
    break_everywhere(&client, &flow, json!({ "method": "code", "email": ADA })).await;
    let code = app.newest_mail(ADA).await.code();
    let flow = client.fetch("verification", flow.id()).await;
    break_everywhere(&client, &flow, json!({ "method": "code", "code": code })).await;
    assert!(app.is_verified(ADA).await);
}

const SETTINGS_HOOKS: &str = "
selfservice:
  flows:
    settings:
      after:
        password: { hooks: [{ hook: revoke_active_sessions }] }
        profile: { hooks: [{ hook: show_verification_ui }, { hook: notify_previous_addresses }] }
";

const RECOVERY: &str = "selfservice: { flows: { recovery: { enabled: true, use: code } } }";

/// An account, and a recovery of it that waits for the code of its letter.
async fn recovery<'a>(app: &'a TestApp, kind: Kind) -> (Client<'a>, Flow, String) {
    let stranger = app.client(Kind::Native);
    let flow = stranger.open("registration").await;
    stranger.submit(&flow, account(ADA)).await.done();
    app.advance(Duration::from_secs(1));
    let client = app.client(kind);
    let flow = client.open("recovery").await;
    let flow = client.submit(&flow, json!({ "method": "code", "email": ADA })).await.form();
    let code = app.newest_mail(ADA).await.code();
    (client, flow, code)
}

for_all!(a_recovery_that_breaks_leaves_nothing_behind);
async fn a_recovery_that_breaks_leaves_nothing_behind(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ALL_HOOKS).config(RECOVERY).build().await;
    let (client, flow, code) = recovery(&app, kind).await;
    break_everywhere(&client, &flow, json!({ "method": "code", "code": code })).await;
    assert!(app.is_verified(ADA).await);
}

const RECOVERY_BY_LINK: &str = "selfservice: { flows: { recovery: { enabled: true, use: link } } }";

for_all!(a_recovery_by_link_that_breaks_leaves_nothing_behind);
async fn a_recovery_by_link_that_breaks_leaves_nothing_behind(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ALL_HOOKS).config(RECOVERY_BY_LINK).build().await;
    let stranger = app.client(Kind::Native);
    let flow = stranger.open("registration").await;
    stranger.submit(&flow, account(ADA)).await.done();
    app.advance(Duration::from_secs(1));
    let client = app.client(kind);
    let flow = client.open("recovery").await;
    break_everywhere(&client, &flow, json!({ "method": "link", "email": ADA })).await;
    let link = app.newest_mail(ADA).await.link();
    let token = link.split("token=").nth(1).unwrap();
    break_everywhere(&client, &flow, json!({ "token": token })).await;
    assert!(app.is_verified(ADA).await);
}

for_all!(sec_21_of_many_recoveries_by_one_code_one_lets_in);
async fn sec_21_of_many_recoveries_by_one_code_one_lets_in(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ALL_HOOKS).config(RECOVERY).build().await;
    let (client, flow, code) = recovery(&app, kind).await;
    let before = stock(&app, &flow).await.of_ada.unwrap().2;
    let fields = json!({ "method": "code", "code": code });
    let answers = join_all((0..32).map(|_| client.post(&flow, fields.clone()))).await;
    assert!(answers.iter().all(|answer| answer.status < 500));
    assert_eq!(stock(&app, &flow).await.of_ada.unwrap().2, before + 1);
}

for_all!(sec_21_of_many_submissions_of_one_code_one_proves);
async fn sec_21_of_many_submissions_of_one_code_one_proves(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ALL_HOOKS).build().await;
    let stranger = app.client(Kind::Native);
    let flow = stranger.open("registration").await;
    stranger.submit(&flow, account(ADA)).await.done();
    let client = app.client(kind);
    let flow = client.ask_for_code(ADA).await;
    let code = app.newest_mail(ADA).await.code();
    let identity: IdentityId = app.identity(ADA).await.unwrap().id;
    let fields = json!({ "method": "code", "code": code });
    let answers = join_all((0..32).map(|_| client.post(&flow, fields.clone()))).await;
    assert!(answers.iter().all(|answer| answer.status < 500));
    let trail = app.store.read(move |reader| reader.audit_of(identity, 100)).await.unwrap();
    let proofs = trail.iter().filter(|event| format!("{event:?}").contains("address.verified")).count();
    assert_eq!(proofs, 1);
    assert!(app.is_verified(ADA).await);
    if kind != Kind::Browser {
        // Who lost sees a used-up flow, its successor, or the request to try again; nobody else is congratulated.
        let told = answers.iter().filter(|answer| answer.text().contains("1080002")).count();
        assert_eq!(told, 1);
    }
}

for_all!(sec_30_parallel_guesses_count_one_by_one);
async fn sec_30_parallel_guesses_count_one_by_one(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    app.client(Kind::Native).sign_up(ADA).await.done();
    let client = app.client(kind);
    let flow = client.ask_for_code(ADA).await;
    let code = app.newest_mail(ADA).await.code();
    let id: FlowId = flow.id().parse().unwrap();
    let counted = async || {
        let kept = app.store.read(move |reader| reader.flow(id)).await.unwrap().unwrap();
        kept.state_json().unwrap()["submissions"].as_u64().unwrap()
    };
    let mut judged = 0;
    for volley in [0, 100] {
        let wrong = (volley..volley + 32).map(|n| format!("{n:06}")).filter(|guess| *guess != code);
        let guesses = wrong.map(|guess| client.post(&flow, json!({ "method": "code", "code": guess })));
        let answers = join_all(guesses).await;
        assert!(answers.iter().all(|answer| answer.status < 500));
        judged += answers.iter().filter(|answer| answer.text().contains("4070006")).count() as u64;
        let count = counted().await;
        assert!(count > 0 && (kind == Kind::Browser || judged == count.min(5)), "{judged} of {count}");
    }
    assert!(counted().await >= 5);
    let step = client.step(&flow, json!({ "method": "code", "code": code })).await;
    step.replaced();
    assert!(!app.is_verified(ADA).await);
}

for_all!(of_many_registrations_of_one_name_one_succeeds);
async fn of_many_registrations_of_one_name_one_succeeds(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ALL_HOOKS).build().await;
    let clients: Vec<Client<'_>> = (0..8).map(|_| app.client(kind)).collect();
    let mut flows = Vec::new();
    for client in &clients {
        flows.push(client.open("registration").await);
    }
    let all = clients.iter().zip(&flows).map(|(client, flow)| client.submit(flow, account(ADA)));
    let steps = join_all(all).await;
    assert_eq!(steps.iter().filter(|step| step.is_done()).count(), 1, "{steps:?}");
    for step in steps.into_iter().filter(|step| !step.is_done()) {
        assert_eq!(step.form().messages(), ["4000007"]);
    }
    assert_eq!(app.mailbox().await.len(), 1);
}

for_all!(settings_that_break_leave_nothing_behind);
async fn settings_that_break_leave_nothing_behind(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ALL_HOOKS).config(SETTINGS_HOOKS).build().await;
    let client = app.client(kind);
    // Whoever signs up is signed in at once.
    let flow = client.open("registration").await;
    client.submit(&flow, account(ADA)).await.done();
    let flow = client.open("settings").await;
    let fields = json!({ "method": "password", "password": "another horse battery" });
    break_everywhere(&client, &flow, fields).await;
    assert!(app.client(kind).log_in(ADA, "another horse battery").await.is_done());
    let client = app.client(kind);
    client.log_in(ADA, "another horse battery").await.done();
    let flow = client.open("settings").await;
    let fields = json!({ "method": "profile", "traits": { "email": "new@example.test" } });
    break_everywhere(&client, &flow, fields).await;
    assert!(app.identity(ADA).await.is_none());
}

for_all!(of_many_changes_at_once_none_gets_lost_halfway);
async fn of_many_changes_at_once_none_gets_lost_halfway(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).build().await;
    let client = app.client(kind);
    client.sign_up(ADA).await.done();
    client.log_in(ADA, PASSWORD).await.done();
    let before = app.identity(ADA).await.unwrap().version;
    let mut flows = Vec::new();
    for _ in 0..6 {
        flows.push(client.open("settings").await);
    }
    let fields = |n: usize| match n % 2 {
        0 => json!({ "method": "password", "password": format!("another horse battery {n}") }),
        _ => {
            json!({ "method": "profile", "traits": { "email": ADA, "name": { "first": format!("Ada {n}") } } })
        }
    };
    let all = flows.iter().enumerate().map(|(n, flow)| client.post(flow, fields(n)));
    let answers = join_all(all).await;
    assert!(answers.iter().all(|answer| answer.status < 500));
    // Each write that got through raised the version by one, and one password is the last.
    let mut saved = 0;
    for flow in &flows {
        saved += i64::from(client.fetch("settings", flow.id()).await.messages() == ["1050001"]);
    }
    assert_eq!(app.identity(ADA).await.unwrap().version.0, before.0 + saved);
    let mut secrets = vec![PASSWORD.to_owned()];
    secrets.extend([0, 2, 4].map(|n| format!("another horse battery {n}")));
    let mut open = 0;
    for secret in secrets {
        open += usize::from(app.client(Kind::Native).log_in(ADA, &secret).await.is_done());
    }
    assert!(saved > 0 && open == 1, "{saved} saved, {open} passwords");
}

const WAITING: &str = "
selfservice:
  flows:
    settings:
      after: { profile: { hooks: [{ hook: verify_new_address }, { hook: notify_previous_addresses }] } }
";

for_all!(a_change_that_waits_breaks_without_a_trace_and_is_applied_once);
async fn a_change_that_waits_breaks_without_a_trace_and_is_applied_once(database: TestDatabase, kind: Kind) {
    let app = TestApp::builder(database).config(ALL_HOOKS).config(WAITING).build().await;
    let client = app.client(kind);
    let flow = client.open("registration").await;
    client.submit(&flow, account(ADA)).await.done();
    app.advance(Duration::from_secs(1));
    let flow = client.open("settings").await;
    let new = "new@example.test";
    let fields = json!({ "method": "profile", "traits": { "email": new } });
    break_everywhere(&client, &flow, fields).await;
    assert!(app.identity(new).await.is_none() && app.identity(ADA).await.is_some());
    let mail = app.newest_mail(new).await;
    let id = flow_of(&format!("https://id.example.test{}", mail.link())).unwrap();
    let flow = client.fetch("verification", &id).await;
    let fields = json!({ "method": "code", "code": mail.code() });
    break_everywhere(&client, &flow, fields.clone()).await;
    assert!(app.is_verified(new).await);
    let before = app.identity(new).await.unwrap().version;
    let answers = join_all((0..8).map(|_| client.post(&flow, fields.clone()))).await;
    assert!(answers.iter().all(|answer| answer.status < 500));
    assert_eq!(app.identity(new).await.unwrap().version, before);
}
